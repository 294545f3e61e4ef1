"""Presentation attack cues: quiet on skin, raised on simulated instruments, and never more than a finding."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from biometrics.__main__ import app
from biometrics.capture import UnusableImage
from biometrics.finger.image import read
from biometrics.finger.liveness import LIMITS, MEASURES, Cue, Finding, Range, findings
from simulators.finger_attacks import SPECIES, Grey
from simulators.finger_conditions import Difficulty
from simulators.finger_sets import SetPlan, prints

EXPECTED = {
    "printed halftone": {Cue.NOISE, Cue.PERIODICITY},
    "screen replay": {Cue.NOISE, Cue.PERIODICITY},
    "gelatine cast": {Cue.GRAIN, Cue.SOFTNESS},
    "lifted latent": {Cue.NOISE},
    "photocopy": {Cue.MIDTONES},
}
"""What a species should be noticed by, where it is noticed."""


def raised(image: Grey) -> set[Cue]:
    return {one.cue for one in findings(image) if one.raised}


@pytest.fixture(scope="module")
def stored(data: Path) -> list[Grey]:
    """Prints of eight people's fingers."""
    return [read(file)[0] for file in sorted((data / "fingerprints" / "uareu").glob("*_1.tif"))[::8]]


@pytest.fixture(scope="module")
def invented() -> Grey:
    return next(prints(SetPlan(2, 1, 5, Difficulty.EASY), 1))


def test_prints_of_people_show_few_findings(stored: list[Grey]) -> None:
    assert len(stored) >= 8
    assert sum(bool(raised(one)) for one in stored) <= 1


@pytest.mark.parametrize("species", SPECIES)
def test_simulated_instruments_are_noticed_by_what_gives_them_away(species: str, stored: list[Grey]) -> None:
    noticed = [raised(SPECIES[species](one, np.random.default_rng(k))) for k, one in enumerate(stored)]
    assert sum(bool(cues & EXPECTED[species]) for cues in noticed) > len(stored) / 3


def test_every_cue_is_reported_whether_raised_or_not(invented: Grey) -> None:
    found = findings(invented)
    assert [one.cue for one in found] == list(Cue)
    assert all(np.isfinite(one.value) for one in found)


def test_the_same_picture_gives_the_same_findings(invented: Grey) -> None:
    assert findings(invented) == findings(invented.copy())


def test_resolution_is_handled(invented: Grey) -> None:
    double = np.asarray(cv2.resize(invented, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
    for one, other in zip(findings(invented), findings(double, 1000), strict=True):
        if one.cue in (Cue.SOFTNESS, Cue.WIDTHS, Cue.MIDTONES):
            assert other.value == pytest.approx(one.value, rel=0.15)


def test_a_pattern_finer_than_ridges_is_found(invented: Grey) -> None:
    wave = 18 * np.sin(np.arange(invented.shape[1]) * (2 * np.pi / 3.1))
    patterned = np.clip(invented + wave, 0, 255).astype(np.uint8)
    assert Cue.PERIODICITY in raised(patterned)
    assert Cue.PERIODICITY not in raised(invented)


def test_black_and_white_alone_has_no_middle_tones(invented: Grey) -> None:
    assert Cue.MIDTONES in raised(np.where(invented < 128, 20, 235).astype(np.uint8))
    assert Cue.MIDTONES not in raised(invented)


@pytest.mark.parametrize("level", [0, 255])
def test_nothing_is_measured_where_there_is_no_print(level: int) -> None:
    assert findings(np.full((300, 300), level, np.uint8)) == ()


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(UnusableImage):
        findings(np.zeros((20, 20), np.uint8))


@given(st.sampled_from(list(Cue)), st.floats(-1e6, 1e6))
def test_a_score_under_fifty_is_a_finding(cue: Cue, value: float) -> None:
    one = Finding(cue, value, LIMITS[cue])
    assert 0 <= one.score <= 100
    if one.score < 50:
        assert one.raised
    if one.score > 50:
        assert not one.raised


def test_scores_fall_to_both_sides() -> None:
    limits = Range(10, 20, 40)
    assert [Finding(Cue.NOISE, value, limits).score for value in (0, 10, 20, 30, 40, 60)] == [0, 50, 100, 75, 50, 0]


def test_every_cue_has_a_measure_and_limits_in_order() -> None:
    assert list(MEASURES) == list(LIMITS) == list(Cue)
    assert all(low < usual < high for low, usual, high in LIMITS.values())


def test_the_command_reports_findings_and_never_a_verdict(stored: list[Grey], tmp_path: Path) -> None:
    files = []
    quiet = next(one for one in stored if not raised(one))
    copy = SPECIES["lifted latent"](quiet, np.random.default_rng(1))
    for name, pixels in (("bona fide", quiet), ("copy", copy)):
        files.append(str(tmp_path / f"{name}.png"))
        cv2.imwrite(files[-1], pixels)
    said = CliRunner().invoke(app, ["liveness", *files])
    assert said.exit_code == 0, said.output
    assert "bona fide.png: no finding" in said.output
    assert "copy.png: noise" in said.output
    assert "never one to refuse" in said.output
    listed = json.loads(CliRunner().invoke(app, ["liveness", files[1], "--json"]).output)
    assert [cue["cue"] for cue in listed["images"][0]["cues"]] == [cue.value for cue in Cue]
    assert any(cue["raised"] for cue in listed["images"][0]["cues"])


def test_a_file_that_is_no_print_ends_the_command_with_one_line(tmp_path: Path) -> None:
    file = tmp_path / "letter.png"
    file.write_bytes(b"no picture")
    said = CliRunner().invoke(app, ["liveness", str(file)])
    assert said.exit_code == 2
    assert said.output.count("\n") == 1
