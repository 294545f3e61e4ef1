"""Is a portrait a morph? On rendered people, which say nothing about how well it works on others."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

from biometrics.__main__ import app
from biometrics.capture import Rgb, UnusableImage
from biometrics.face.compare import template_of
from biometrics.face.morphing import Cue, MorphFinding, compare_with_chip, examine
from biometrics.face.morphing.examination import BIAS, FARTHEST, WEIGHTS, weighed
from biometrics.face.template import FaceTemplate
from biometrics.outcome import Outcome
from biometrics.picture import decode
from simulators import faces
from simulators.face_morphs import framed, morphs, on_chip

PEOPLE = range(min(len(faces.people()), 30))
Seen = tuple[Rgb, FaceTemplate]


def seen(image: Rgb) -> Seen:
    return image, template_of(image)


def portrait(number: int) -> Seen:
    return seen(decode(on_chip(faces.portrait(faces.person(number)))))


def live(number: int) -> Seen:
    return seen(faces.view(faces.person(number), seed=number, yaw=4))


def morph(accomplice: int, criminal: int, share: float = 0.7) -> Seen:
    one, other = (framed(image, template.landmarks) for image, template in (portrait(accomplice), portrait(criminal)))
    return seen(decode(on_chip(morphs(one, other, (share,))[0])))


@pytest.fixture(scope="module")
def genuine() -> dict[int, MorphFinding]:
    return {number: examine(*portrait(number), *live(number)) for number in PEOPLE}


@pytest.fixture(scope="module")
def morphed() -> dict[int, MorphFinding]:
    return {number: examine(*morph((number + 1) % len(PEOPLE), number), *live(number)) for number in PEOPLE[:8]}


def test_no_traveller_is_suspected_before_the_own_portrait(genuine: dict[int, MorphFinding]) -> None:
    assert len(genuine) >= 24
    assert {finding.outcome for finding in genuine.values()} == {Outcome.SUCCESSFUL}


def test_a_morph_that_matches_scores_over_the_own_portrait(
    genuine: dict[int, MorphFinding], morphed: dict[int, MorphFinding]
) -> None:
    scores = {number: one.score for number, one in morphed.items() if one.score is not None}
    assert len(scores) >= 4, "most of these morphs fool the verifier"
    assert all(score > (genuine[number].score or 0) for number, score in scores.items())


def test_a_threshold_of_the_gates_own_finds_most_morphs(
    genuine: dict[int, MorphFinding], morphed: dict[int, MorphFinding]
) -> None:
    """As it should be set: over what genuine pairs at that gate score."""
    threshold = max(finding.score for finding in genuine.values() if finding.score is not None)
    matched = [one.score for one in morphed.values() if one.score is not None]
    assert sum(score > threshold for score in matched) > len(matched) / 2


def test_a_stricter_threshold_is_taken() -> None:
    finding = examine(*portrait(0), *live(0), threshold=-99)
    assert finding.suspicious
    assert finding.threshold == -99


def test_the_score_is_explained_by_its_reasons(genuine: dict[int, MorphFinding]) -> None:
    finding = genuine[0]
    assert finding.score == pytest.approx(BIAS + sum(reason.contribution for reason in finding.reasons))
    assert {reason.cue for reason in finding.reasons} == set(Cue)
    contributions = [reason.contribution for reason in finding.reasons]
    assert contributions == sorted(contributions, reverse=True)


def test_of_strangers_nothing_is_said() -> None:
    finding = examine(*portrait(0), *live(1))
    assert (finding.outcome, finding.code, finding.score) == (Outcome.UNDETERMINED, "no_match", None)
    assert not finding.suspicious


def test_of_small_faces_nothing_is_said() -> None:
    image, template = portrait(0)
    small = replace(template, box=replace(template.box, width=40.0))
    assert examine(image, small, *live(0)).code == "face_too_small"


def test_vectors_of_another_network_are_not_examined() -> None:
    image, template = portrait(0)
    other = replace(template, backend="another")
    assert examine(image, other, image, other).code == "other_embedder"


def test_a_finding_travels_between_processes(genuine: dict[int, MorphFinding]) -> None:
    assert pickle.loads(pickle.dumps(genuine[0])) == genuine[0]


def test_a_template_of_another_picture_is_refused() -> None:
    """Its points lie outside the picture given."""
    image, template = portrait(0)
    with pytest.raises(UnusableImage):
        examine(np.ascontiguousarray(image[:80, :80]), template, image, template)


def test_a_large_reference_is_examined_as_its_small_copy_is() -> None:
    image, template = portrait(0)
    large = np.asarray(Image.fromarray(image).resize((1652, 2124)), np.uint8)
    scaled = replace(
        template, landmarks=4 * template.landmarks, box=replace(template.box, width=4 * template.box.width)
    )
    here, there = examine(large, scaled, *live(0)), examine(image, template, *live(0))
    assert here.outcome == there.outcome
    assert here.score == pytest.approx(there.score, abs=2)


@given(st.lists(st.floats(-1e6, 1e6), min_size=len(Cue), max_size=len(Cue)), st.integers(0, len(Cue) - 1))
def test_no_single_cue_decides(values: list[float], which: int) -> None:
    """However far off a number is, it counts for no more than three spreads."""
    one = np.array(values)
    other = one.copy()
    other[which] = 1e9
    here, there = ({reason.cue: reason.contribution for reason in weighed(found)} for found in (one, other))
    cue = list(Cue)[which]
    assert all(here[name] == there[name] for name in Cue if name is not cue)
    assert abs(there[cue]) <= FARTHEST * abs(WEIGHTS[cue].weight) + 1e-9


def page_with(image: Rgb) -> Rgb:
    page = np.full((1039, 1476, 3), (232, 238, 242), np.uint8)
    page[165 : 165 + image.shape[0], 71 : 71 + image.shape[1]] = image
    return page


def test_the_page_shows_whom_the_chip_shows() -> None:
    image, template = portrait(0)
    assert compare_with_chip(page_with(image), template).outcome is Outcome.SUCCESSFUL
    assert compare_with_chip(page_with(portrait(1)[0]), template).outcome is Outcome.FAILED


def test_a_page_without_a_face_says_nothing() -> None:
    finding = compare_with_chip(np.full((400, 600, 3), 230, np.uint8), portrait(0)[1])
    assert (finding.outcome, finding.code, finding.score) == (Outcome.UNDETERMINED, "no_face_on_page", None)
    tiny = compare_with_chip(np.full((20, 20, 3), 230, np.uint8), portrait(0)[1])
    assert tiny.code == "unusable_page"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["face", "morph", *(str(one) for one in arguments)])


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    pictures = {"reference": portrait(0)[0], "live": live(0)[0], "page": page_with(portrait(0)[0])}
    for name, image in pictures.items():
        Image.fromarray(image).save(tmp_path / f"{name}.png")
    return tmp_path / "reference.png", tmp_path / "live.png", tmp_path / "page.png"


def test_the_command_tells_people_and_programs(files: tuple[Path, Path, Path]) -> None:
    reference, face, page = files
    assert run(reference, face).stdout.startswith("successful: score ")
    told = json.loads(run(reference, face, "--page", page, "--json").stdout)
    assert told["outcome"] == "successful"
    assert len(told["reasons"]) == len(Cue)
    assert told["page"]["outcome"] == "successful"


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"\xff\xd8\xff\xe0" + bytes(50)], ids=["empty", "text", "torn"]
)
def test_a_bad_picture_is_told_in_one_line(files: tuple[Path, Path, Path], content: bytes) -> None:
    files[0].write_bytes(content)
    result = run(files[0], files[1])
    assert result.exit_code == 2
    assert result.stderr.startswith("biometrics: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_without_a_face_is_told_in_one_line(files: tuple[Path, Path, Path], level: int) -> None:
    Image.new("RGB", (300, 400), (level, level, level)).save(files[1])
    result = run(files[0], files[1])
    assert result.exit_code == 2
    assert result.stderr.startswith("biometrics: No face was found")
    assert result.stderr.count("\n") == 1
