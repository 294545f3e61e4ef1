"""What is said of spoiled pictures of faces, and that little is said of good ones."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from biometrics.__main__ import app
from biometrics.capture import Rgb
from biometrics.face.detect import detect, landmarks
from biometrics.face.quality import FaceQuality, assess, findings
from biometrics.face.template import FaceBox, Points
from biometrics.picture import decode, to_jpeg
from simulators import faces
from simulators.face_mishaps import Mishap, spoiled

WHO = (3, 8, 20, 33, 50, 10, 23, 36)


@cache
def good(number: int) -> tuple[Rgb, FaceBox, Points]:
    image = faces.view(faces.person(number), seed=number)
    box = detect(image, smallest=110)[0]
    return image, box, landmarks(image, box)


def judged(number: int, mishap: Mishap | None = None) -> FaceQuality:
    image, box, points = good(number)
    if mishap is not None:
        image = spoiled(image, points, mishap, np.random.default_rng(number))
    return assess(image, box, landmarks(image, box))


def component(quality: FaceQuality, name: str) -> int:
    return next(part.value for part in quality.components if part.name == name)


def test_of_good_pictures_nothing_is_said() -> None:
    assert [judged(number).advice for number in WHO] == [None] * len(WHO)
    assert all(judged(number).value >= 45 for number in WHO)


@pytest.mark.parametrize(
    ("mishap", "advice", "measure"),
    [
        (Mishap.MASKED, "take_off_mask", "MouthOcclusionPrevention"),
        (Mishap.SUNGLASSES, "take_off_glasses", "EyesVisible"),
        (Mishap.BLURRED, "hold_still", "Sharpness"),
    ],
)
def test_what_a_traveller_can_mend_is_said_of_most(mishap: Mishap, advice: str, measure: str) -> None:
    spoilt = [judged(number, mishap) for number in WHO]
    right = [quality for quality in spoilt if quality.advice == advice]
    assert len(right) >= len(WHO) / 2
    assert all(component(quality, measure) < 50 for quality in right)


@pytest.mark.parametrize(
    ("mishap", "finding", "measure"),
    [
        (Mishap.DARK, "more_light", "UnderExposurePrevention"),
        (Mishap.BRIGHT, "less_light", "OverExposurePrevention"),
        (Mishap.SIDE_LIT, "even_light", "IlluminationUniformity"),
    ],
)
def test_light_is_the_staffs_business(mishap: Mishap, finding: str, measure: str) -> None:
    spoilt = [judged(number, mishap) for number in WHO]
    found = [quality for quality in spoilt if quality.measures and finding in findings(quality.measures)]
    assert len(found) >= 0.5 * len(WHO)
    assert all(component(quality, measure) < 50 for quality in found)
    if mishap is not Mishap.SIDE_LIT:
        assert all(quality.advice is None for quality in spoilt)


def test_an_angle_is_told_with_its_direction() -> None:
    right, left = (_pose(yaw=yaw) for yaw in (16, -16))
    assert right[0] > left[0] + 8
    assert _pose(roll=12)[2] - _pose(roll=-12)[2] == pytest.approx(24, abs=8)


def _pose(**turned: float) -> tuple[float, float, float]:
    """Yaw, pitch and roll in the mean of some people."""
    found = []
    for number in WHO[:4]:
        image = faces.view(faces.person(number), seed=1, **turned)  # type: ignore[arg-type]
        for box in detect(image)[:1]:
            measures = assess(image, box, landmarks(image, box)).measures
            assert measures is not None
            found.append((measures.yaw, measures.pitch, measures.roll))
    yaw, pitch, roll = np.mean(found, axis=0)
    return float(yaw), float(pitch), float(roll)


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**16),
    box=st.tuples(st.floats(-50, 200), st.floats(-50, 200), st.floats(30, 300)),
    points=st.lists(st.tuples(st.floats(-20, 260), st.floats(-20, 260)), min_size=5, max_size=5, unique=True),
    level=st.integers(0, 255),
)
def test_whatever_is_shown_is_judged_between_0_and_100(
    seed: int, box: tuple[float, float, float], points: list[tuple[float, float]], level: int
) -> None:
    left, top, side = box
    where = np.array(points)
    if np.hypot(*np.ptp(where, axis=0)) < 10 or np.ptp(where, axis=0).min() < 2:
        return
    image = np.full((240, 240, 3), level, np.uint8)
    if level % 2:
        image = np.random.default_rng(seed).integers(0, 256, image.shape, np.uint8)
    quality = assess(image, FaceBox(left, top, side, side, 1.0), where)
    assert 0 <= quality.value <= 100
    assert all(0 <= part.value <= 100 and np.isfinite(part.raw) for part in quality.components)


def test_few_real_faces_are_advised_against(data: Path) -> None:
    said = []
    for file in sorted((data / "faces/lfw").glob("*/*_0001.jpg"))[::25]:
        image = decode(file.read_bytes())
        if found := detect(image):
            measures = assess(image, found[0], landmarks(image, found[0])).measures
            assert measures is not None
            said.append((measures.mouth_covered > 0, measures.eyes_covered > 0, measures.eyes_shut > 0))
    assert len(said) >= 40
    assert np.mean(said, axis=0).max() <= 0.05


class TestCommand:
    def run(self, *arguments: str | Path) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["face", "quality", *map(str, arguments)])
        return result.exit_code, result.output

    def test_a_portrait_is_told_component_by_component(self, tmp_path: Path) -> None:
        file = tmp_path / "portrait.jpg"
        file.write_bytes(to_jpeg(faces.portrait(faces.person(3))))
        status, output = self.run(file, "--json")
        (rated,) = json.loads(output)
        assert status == 0
        assert rated["advice"] is None
        assert rated["components"]["BackgroundUniformity"]["value"] > 90
        assert rated["components"]["SingleFacePresent"]["value"] == 100
        assert {"EyesVisible", "Sharpness", "HeadPoseYaw", "InterEyeDistance"} <= set(rated["components"])

    @pytest.mark.parametrize("content", [b"", b"no picture", to_jpeg(np.full((300, 300, 3), 90, np.uint8))])
    def test_what_shows_no_face_is_one_line_and_exit_2(self, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "picture.jpg"
        file.write_bytes(content)
        status, output = self.run(file)
        assert status == 2
        assert output.startswith("biometrics: ")
        assert len(output.splitlines()) == 1
