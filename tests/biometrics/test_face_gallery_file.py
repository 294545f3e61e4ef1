"""A gallery in a file survives whatever ends the process that writes it, forgets wholly, and answers exactly while it
grows through every stage of its search."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biometrics.capture import OtherBackend
from biometrics.face.gallery import FaceGallery, gallery
from biometrics.face.gallery.reduction import fitted
from biometrics.face.gallery.slots import SlotFile, slot_type
from biometrics.face.gallery.threshold import SHIPPED_SCALE
from biometrics.face.template import Vector
from biometrics.gallery import AlreadyEnrolled, Uncalibrated, UnusableGallery
from tests.biometrics.test_face_gallery import drawn, template

SIZE = 8
SLOT = slot_type(SIZE).itemsize
HEADER = 128


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "watchlist"


def opened(path: Path) -> FaceGallery:
    return FaceGallery(path, dimension=SIZE)


def filled(path: Path, people: int = 5) -> None:
    with opened(path) as held:
        held.enrol_all(
            (f"person {k}", {None: [template(drawn(10 * k + n)) for n in range(1 + k % 2)]}) for k in range(people)
        )


def crowd(count: int, size: int, seed: int = 1) -> Vector:
    """As faces are spread: around a mean, in few directions much and in many little, some of them close together."""
    rng = np.random.default_rng(seed)
    spread = 0.5 ** np.linspace(0, 12, size)
    families = rng.standard_normal((max(count // 8, 1), size))
    vectors = families[rng.integers(len(families), size=count)] + rng.standard_normal((count, size))
    vectors = vectors * spread + 3 * np.eye(size)[0]
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def test_only_its_owner_may_read_it(path: Path) -> None:
    filled(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_who_is_removed_is_not_in_the_file(path: Path) -> None:
    filled(path)
    assert drawn(30).tobytes() in path.read_bytes()
    with opened(path) as held:
        held.remove("person 3")
    written = path.read_bytes()
    assert drawn(30).tobytes() not in written
    assert drawn(31).tobytes() not in written
    assert b"person 3" not in written
    assert b"person 2" in written


@pytest.mark.parametrize("lost", [1, 8, SLOT - 1, SLOT, SLOT + 1, 2 * SLOT - 1])
def test_a_torn_end_loses_the_last_person_alone(path: Path, lost: int) -> None:
    filled(path, 4)  # the last has two samples
    os.truncate(path, path.stat().st_size - lost)
    with opened(path) as held:
        assert len(held) == 3
        held.enrol("next", {None: template(drawn(99))})
    with opened(path) as held:
        assert held.identify({None: template(drawn(99))})[0].identifier == "next"


@pytest.mark.parametrize("marked", [0, 1, 2])
def test_an_interrupted_removal_is_finished(path: Path, marked: int) -> None:
    filled(path, 4)
    where = [HEADER + row * SLOT + 8 for row in (1, 2)]  # of the second person's two samples
    with path.open("r+b") as file:  # marked, or one of them, then the power failed
        for at in where[:marked]:
            file.seek(at)
            file.write(b"\0")
    with opened(path) as held:
        assert ("person 1" in held) == (marked == 0)
        assert len(held) == 4 - (marked > 0)
    assert (drawn(11).tobytes() in path.read_bytes()) == (marked == 0)


def test_a_damaged_or_foreign_file_is_refused(path: Path) -> None:
    filled(path)
    whole = bytearray(path.read_bytes())
    whole[HEADER + 90] ^= 1
    path.write_bytes(whole)
    with pytest.raises(UnusableGallery, match="damaged at octet 128"):
        opened(path)
    for foreign in (b"something else entirely", bytes(500)):
        path.write_bytes(foreign)
        with pytest.raises(UnusableGallery, match="no gallery"):
            opened(path)
        assert path.read_bytes() == foreign


def test_damage_behind_an_open_gallerys_back_is_no_answer(path: Path) -> None:
    filled(path)
    with opened(path) as held:
        with path.open("r+b") as file:
            file.seek(HEADER + 90)
            file.write(b"x")
        with pytest.raises(UnusableGallery, match="damaged"):
            held.identify({None: template(drawn(0))})


def test_templates_of_another_backend_are_not_mixed_in(path: Path) -> None:
    filled(path)
    with pytest.raises(OtherBackend, match="dlib-resnet-29"):
        FaceGallery(path, dimension=SIZE, backend="another")
    with pytest.raises(OtherBackend):
        FaceGallery(path)
    assert len(opened(path)) == 5


def test_one_process_writes_at_a_time(path: Path) -> None:
    filled(path)
    with opened(path), pytest.raises(UnusableGallery, match="another process"):
        opened(path)


WRITER = """
import sys
from pathlib import Path
import numpy as np
from biometrics.face.gallery import FaceGallery
one = np.eye(8, dtype=np.float32)[:1]
with FaceGallery(Path(sys.argv[1]), dimension=8) as gallery:
    for number in range(100_000):
        gallery.enrol_vectors([str(number)], one)
        if number:
            gallery.remove(str(number - 1))
        print(number, flush=True)
"""


@pytest.mark.parametrize("after", [3, 17])
def test_a_kill_loses_nothing_acknowledged(path: Path, after: int) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        last = next(line for line in writer.stdout if int(line) >= after)
        writer.send_signal(signal.SIGKILL)
        acknowledged = int([last, *writer.stdout][-1])
    with opened(path) as held:
        assert not any(str(number) in held for number in range(acknowledged))
        assert str(acknowledged) in held or str(acknowledged + 1) in held
        assert 1 <= len(held) <= 2


def test_a_full_disk_leaves_the_gallery_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(path)
    with opened(path) as held:
        monkeypatch.setattr(SlotFile, "sync", no_space)
        with pytest.raises(OSError, match="full"):
            held.enrol("late", {None: template(drawn(99))})
        monkeypatch.undo()
        assert "late" not in held
        held.enrol("late", {None: template(drawn(99))})
    with opened(path) as held:
        assert len(held) == 6


def no_space(_: object) -> None:
    raise OSError("full")


def test_of_a_list_what_comes_before_the_unusable_stays(path: Path) -> None:
    fine = [(f"p{k}", {None: template(drawn(k))}) for k in range(3)]
    with opened(path) as held:
        with pytest.raises(AlreadyEnrolled):
            held.enrol_all([*fine, fine[0], ("later", {None: template(drawn(9))})])
        assert len(held) == 3
        with pytest.raises(AlreadyEnrolled):
            held.enrol_vectors(["x", "x"], np.stack([drawn(4), drawn(5)]))
        assert len(held) == 3


@pytest.mark.parametrize(("count", "size"), [(1, 128), (130, 128), (6_000, 128), (3_000, 32), (3_000, 6)])
def test_candidates_are_exactly_those_of_brute_force(count: int, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "TAUGHT_AT", (500, 2_500))
    people = crowd(count, size)
    with FaceGallery(dimension=size, threads=2) as held:
        for first in range(0, count, 1_000):
            held.enrol_vectors([str(k) for k in range(first, min(first + 1_000, count))], people[first : first + 1_000])
        for k in range(0, count, 7):
            held.remove(str(k))
        left = np.array([k for k in range(count) if k % 7], int)
        probes = np.concatenate([crowd(20, size, seed=2), people[:20], -people[:2]])
        for probe, found in zip(probes, held.identify_vectors(probes, most=5), strict=True):
            scores = np.sort(people[left] @ probe)[::-1][:5]
            assert [one.score for one in found] == pytest.approx(scores.tolist(), abs=1e-6)
            assert [float(people[int(one.identifier)] @ probe) for one in found] == pytest.approx(scores, abs=1e-6)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([4, 6, 32, 128]), st.booleans())
def test_no_bound_is_ever_below_the_score(seed: int, size: int, alike: bool) -> None:
    """Whatever the reduction was fitted to, and however unlike that the rows and the probe are."""
    rng = np.random.default_rng(seed)
    rows, probe = crowd(50, size, seed), crowd(1, size, seed + 1)[0]
    if not alike:
        rows, probe = rng.standard_normal((50, size)), rng.standard_normal(size)
        rows, probe = rows / np.linalg.norm(rows, axis=1, keepdims=True), probe / np.linalg.norm(probe)
    reduction = fitted(crowd(40, size, seed + 2))
    codes, looks = reduction.codes(rows.astype(np.float32)), reduction.looks(probe.astype(np.float32))
    octets = codes.first, np.concatenate([codes.first[:, :-1], codes.second], axis=1)
    for held, factors in zip(octets, looks, strict=True):
        bounds = held.astype(np.float64) @ factors[:-1] + factors[-1]
        assert np.all((bounds >= rows @ probe) | codes.boundless)


def test_it_may_be_searched_while_it_changes(path: Path) -> None:
    """Whoever stays is found in every search, with all samples; who comes and goes is there wholly or not at all."""
    pair = {None: [template(drawn(1)), template(drawn(2))]}
    between = drawn(1) + drawn(2)
    between /= np.linalg.norm(between)
    fair = float(max(between @ drawn(1), between @ drawn(2)))
    done = threading.Event()
    wrong: list[object] = []
    with opened(path) as held:
        held.enrol("stays", {None: template(drawn(3))})

        def search() -> None:
            while not done.is_set():
                stays = held.identify({None: template(drawn(3))})
                comes = [one for one in held.identify({None: template(between)}) if one.identifier == "comes"]
                if "stays" not in [one.identifier for one in stays] or any(
                    abs(one.score - fair) > 1e-5 for one in comes
                ):
                    wrong.append((stays, comes))

        readers = [threading.Thread(target=search) for _ in range(2)]
        for reader in readers:
            reader.start()
        for _ in range(60):
            held.enrol("comes", pair)
            held.remove("comes")
        done.set()
        for reader in readers:
            reader.join()
    assert wrong == []


def test_a_larger_gallery_asks_for_more(path: Path) -> None:
    with opened(path) as held:
        empty = held.threshold()
        held.enrol_vectors([str(k) for k in range(100)], crowd(100, SIZE))
        assert held.threshold().score > empty.score
        assert held.threshold(0.001).score > held.threshold().score > held.threshold(0.1).score
        for share in (0, 0.5, float("nan")):
            with pytest.raises(ValueError, match="share"):
                held.threshold(share)
    with FaceGallery(backend="another") as held, pytest.raises(Uncalibrated):
        held.threshold()


@given(st.integers(1, 10**9), st.floats(1e-6, 0.1))
def test_thresholds_never_fall_and_say_when_they_are_extrapolated(samples: int, fpir: float) -> None:
    here = SHIPPED_SCALE.among(samples, fpir)
    assert here.score <= SHIPPED_SCALE.among(samples * 10, fpir).score < 1
    assert here.extrapolated == (fpir / samples < SHIPPED_SCALE.rates[-1] * (1 - 1e-9))


SEARCHED = [(rate, score) for rate, score in zip(SHIPPED_SCALE.rates, SHIPPED_SCALE.scores, strict=True) if rate <= 0.1]


@pytest.mark.parametrize(("rate", "score"), SEARCHED)
def test_where_rates_were_measured_the_threshold_is_what_was_measured(rate: float, score: float) -> None:
    assert SHIPPED_SCALE.among(1, rate).score == pytest.approx(score)
