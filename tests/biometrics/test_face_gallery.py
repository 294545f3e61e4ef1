"""What every gallery of faces promises, in memory, in a file and in Milvus: who is named is whom comparing with
everybody names, whoever was removed is gone, and nothing acknowledged is lost."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biometrics.capture import FingerPosition, OtherBackend, Quality
from biometrics.face.gallery import FaceGallery
from biometrics.face.gallery.milvus import MilvusGallery
from biometrics.face.template import FaceBox, FaceTemplate, Vector
from biometrics.gallery import AlreadyEnrolled, NothingToCompare, UnknownIdentifier, UnusableGallery

Any = FaceGallery | MilvusGallery
SIZE = 8
"""Numbers of a vector here, so that small tests are quick."""


def template(vector: Vector) -> FaceTemplate:
    return FaceTemplate(np.asarray(vector, np.float32), FaceBox(0, 0, 100, 100, 1), np.zeros((5, 2)), Quality(90))


def drawn(seed: int, size: int = SIZE) -> Vector:
    """Faces are not spread evenly: all of them lie around one direction."""
    vector = np.random.default_rng(seed).standard_normal(size).astype(np.float32)
    vector[0] += 3
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def in_memory(_: Path) -> FaceGallery:
    return FaceGallery(dimension=SIZE)


def in_a_file(folder: Path) -> FaceGallery:
    return FaceGallery(folder / "watchlist", dimension=SIZE)


def in_milvus(folder: Path) -> MilvusGallery:
    pytest.importorskip("milvus_lite")
    return MilvusGallery(str(folder / "watchlist.db"), dimension=SIZE)


EVERY = pytest.mark.parametrize("opened", [in_memory, in_a_file, in_milvus])
Opened = Callable[[Path], Any]


@pytest.fixture
def gallery(opened: Opened, tmp_path: Path) -> Iterator[Any]:
    with opened(tmp_path) as gallery:
        yield gallery


@EVERY
def test_everybody_is_found_by_their_own_face(gallery: Any) -> None:
    for k in range(20):
        gallery.enrol(f"person {k}", {None: template(drawn(k))})
    assert len(gallery) == 20
    for k, found in enumerate(gallery.identify_many([{None: template(drawn(k))} for k in range(20)])):
        assert found[0].identifier == f"person {k}"
        assert found[0].score == pytest.approx(1, abs=1e-5)
        assert found[0].parts == ((None, found[0].score),)
        assert found == sorted(found, key=lambda one: -one.score)
        assert len(found) == 10


@EVERY
def test_a_person_of_several_samples_is_one_candidate_with_the_best_score(gallery: Any) -> None:
    gallery.enrol("twice", {None: [template(drawn(1)), template(drawn(2))]})
    gallery.enrol("once", {None: template(drawn(3))})
    found = gallery.identify({None: template(drawn(2))})
    assert sorted(one.identifier for one in found) == ["once", "twice"]
    assert found[0].identifier == "twice"
    assert found[0].score == pytest.approx(1, abs=1e-5)
    gallery.remove("twice")
    assert [one.identifier for one in gallery.identify({None: template(drawn(1))})] == ["once"]
    assert len(gallery) == 1


@EVERY
def test_what_cannot_be_compared_is_refused(gallery: Any) -> None:
    fine = template(drawn(1))
    for wrong in (np.zeros(SIZE), np.full(SIZE, np.nan), np.full(SIZE, np.inf), 2 * drawn(1)):
        with pytest.raises(NothingToCompare):
            gallery.enrol("a", {None: template(wrong)})
        with pytest.raises(NothingToCompare):
            gallery.identify({None: template(wrong)})
    with pytest.raises(NothingToCompare):
        gallery.enrol("a", {None: []})
    with pytest.raises(NothingToCompare):
        gallery.identify({FingerPosition.LEFT_THUMB: fine})
    with pytest.raises(OtherBackend):
        gallery.enrol("a", {None: template(drawn(1, 16))})
    with pytest.raises(OtherBackend):
        gallery.identify({None: template(drawn(1, 16))})
    with pytest.raises(ValueError, match="16 templates"):
        gallery.enrol("a", {None: [fine] * 17})
    assert len(gallery) == 0
    assert gallery.identify({None: fine}) == []


@EVERY
def test_an_identifier_is_taken_once_and_free_again_after_removal(gallery: Any) -> None:
    gallery.enrol('O\'Neil "x" 関', {None: template(drawn(1))})
    with pytest.raises(AlreadyEnrolled):
        gallery.enrol('O\'Neil "x" 関', {None: template(drawn(2))})
    gallery.remove('O\'Neil "x" 関')
    assert 'O\'Neil "x" 関' not in gallery
    with pytest.raises(UnknownIdentifier):
        gallery.remove('O\'Neil "x" 関')
    gallery.enrol('O\'Neil "x" 関', {None: template(drawn(2))})
    assert gallery.identify({None: template(drawn(2))})[0].identifier == 'O\'Neil "x" 関'
    for name in ("", "x" * 65, "a\0b"):
        with pytest.raises(ValueError, match="identifier"):
            gallery.enrol(name, {None: template(drawn(1))})


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("enrol"), st.integers(0, 6), st.lists(st.integers(0, 40), min_size=1, max_size=3)),
        st.tuples(st.just("remove"), st.integers(0, 6), st.just([])),
        st.tuples(st.just("reopen"), st.just(0), st.just([])),
        st.tuples(st.just("identify"), st.integers(1, 4), st.lists(st.integers(0, 40), min_size=1, max_size=2)),
    ),
    max_size=25,
)


@EVERY
def test_whatever_is_done_it_answers_as_a_dict_and_brute_force_do(opened: Opened) -> None:
    examples, longest = (4, 12) if opened is in_milvus else (60, 25)

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def holds(steps: list[tuple[str, int, list[int]]]) -> None:
        folder = Path(tempfile.mkdtemp())
        try:
            run(opened, folder, steps[:longest])
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    holds()


def run(opened: Opened, folder: Path, steps: list[tuple[str, int, list[int]]]) -> None:
    people: dict[str, list[Vector]] = {}
    gallery = opened(folder)
    try:
        for kind, number, seeds in steps:
            if kind == "reopen" and opened is not in_memory:
                gallery.close()
                gallery = opened(folder)
            elif kind in ("enrol", "remove"):
                changed(gallery, people, f"p{number}", [drawn(seed) for seed in seeds])
            elif kind == "identify":
                same_as_brute_force(gallery, people, seeds, number)
            assert len(gallery) == len(people)
    finally:
        gallery.close()


def changed(gallery: Any, people: dict[str, list[Vector]], who: str, vectors: list[Vector]) -> None:
    """Enrolled, or without vectors removed; both as the dict allows."""
    refused = AlreadyEnrolled if vectors else UnknownIdentifier
    possible = (who in people) != bool(vectors)
    try:
        if vectors:
            gallery.enrol(who, {None: [template(vector) for vector in vectors]})
        else:
            gallery.remove(who)
    except refused:
        assert not possible
        return
    assert possible
    if vectors:
        people[who] = vectors
    else:
        del people[who]


def same_as_brute_force(gallery: Any, people: dict[str, list[Vector]], seeds: list[int], most: int) -> None:
    answers = gallery.identify_many([{None: template(drawn(seed))} for seed in seeds], most=most)
    for seed, found in zip(seeds, answers, strict=True):
        scores = {who: max(float(one @ drawn(seed)) for one in vectors) for who, vectors in people.items()}
        best = sorted(scores.values(), reverse=True)[:most]
        assert [one.score for one in found] == pytest.approx(best, abs=1e-5)
        assert all(one.score == pytest.approx(scores[one.identifier], abs=1e-5) for one in found)
        assert len({one.identifier for one in found}) == len(found)


def test_a_collection_of_another_backend_is_refused(tmp_path: Path) -> None:
    with in_milvus(tmp_path) as gallery:
        gallery.enrol("a", {None: template(drawn(1))})
    for other in ({"backend": "another", "dimension": SIZE}, {"dimension": 16}):
        with pytest.raises(OtherBackend):
            MilvusGallery(str(tmp_path / "watchlist.db"), **other)
    with in_milvus(tmp_path) as gallery:
        assert "a" in gallery


def test_a_server_that_does_not_answer_is_an_unusable_gallery() -> None:
    pytest.importorskip("pymilvus")
    with pytest.raises(UnusableGallery, match="Milvus does not serve"):
        MilvusGallery("http://127.0.0.1:1", seconds=0.5)
