"""Quality says how well a print will compare, and what the traveller can do."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

from biometrics.__main__ import app
from biometrics.finger.advice import SENTENCES, Advice, symptoms
from biometrics.finger.extract import extract
from biometrics.finger.quality import GOOD, UNITS, FingerQuality, assess, components, unified
from biometrics.finger.quality_calibration import RAMPS
from biometrics.finger.quality_measures import Measures
from simulators.finger_mishaps import Mishap, laid
from simulators.fingers import finger

FINE = Measures(
    region_of_interest_area=190,
    region_of_interest_mean=150,
    contrast=180,
    orientation_certainty_level=0.8,
    local_clarity_score=0.78,
    frequency_domain_analysis=0.55,
    ridge_valley_uniformity=0.07,
    orientation_flow=0.15,
    minutiae_count=40,
    minutiae_quality=0.7,
    ridge_share=0.46,
    eccentricity=0.1,
)
"""About the middle of the reference prints."""
POOR = {"local_clarity_score": 0.67, "minutiae_quality": 0.42}


def test_a_fine_print_needs_no_advice() -> None:
    quality = assess(FINE)
    assert quality.value >= 80
    assert quality.advice is None


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"contrast": 60, "ridge_share": 0.38}, Advice.PRESS_HARDER),
        ({"contrast": 140, "ridge_share": 0.36}, Advice.TOO_DRY),
        ({"contrast": 30, "ridge_share": 0.62, "ridge_valley_uniformity": 0.05}, Advice.PRESS_LESS),
        ({"contrast": 80, "lost": 0.6, "ridge_valley_uniformity": 0.11}, Advice.TOO_WET),
        ({"region_of_interest_area": 55, "frequency_domain_analysis": 0.65}, Advice.LAY_FLAT),
        ({"region_of_interest_area": 55, "eccentricity": 0.6}, Advice.CENTRE),
        ({"contrast": 45, "ridge_share": 0.51, "smear": 0.12}, Advice.MOVE_LESS),
        ({}, None),
    ],
    ids=["faint", "thin", "filled", "flooded", "small", "aside", "smeared", "for no reason seen"],
)
def test_the_plainest_symptom_of_a_poor_print_is_advised(change: dict[str, float], advice: Advice | None) -> None:
    poor = dataclasses.replace(FINE, **POOR, **change)  # type: ignore[arg-type]  # a count may be a float here
    quality = assess(poor)
    assert quality.value < GOOD
    assert quality.advice == (advice and advice.value)


@given(st.sampled_from([name for name in UNITS if name != "region_of_interest_mean"]), st.floats(0, 1), st.floats(0, 1))
def test_more_of_a_good_thing_never_lowers_the_value(name: str, one: float, other: float) -> None:
    ramp = RAMPS[name]
    worse, better = (ramp.low + share * (ramp.high - ramp.low) for share in sorted((one, other)))
    low, high = (dataclasses.replace(FINE, **{name: edge}) for edge in (worse, better))  # type: ignore[arg-type]
    assert 0 <= unified(low) <= unified(high) <= 100


@given(st.builds(Measures, *[st.floats(0, 300, allow_nan=False)] * len(dataclasses.fields(Measures))))
def test_no_measures_break_the_scale(measures: Measures) -> None:
    assert 0 <= unified(measures) <= 100
    assert all(0 <= part.value <= 100 for part in components(measures))
    assert set(symptoms(measures)) == set(Advice) == set(SENTENCES)


def test_the_weights_are_shares() -> None:
    assert sum(ramp.weight for ramp in RAMPS.values()) == pytest.approx(1, abs=0.01)
    assert min(ramp.weight for ramp in RAMPS.values()) >= 0
    assert set(RAMPS) == set(UNITS)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_nothing_on_the_glass_is_quality_0_and_asks_to_press(level: int) -> None:
    quality = extract(np.full((300, 300), level, np.uint8)).quality
    assert (quality.value, quality.advice) == (0, "press_harder")


@cache
def ridges(seed: int) -> npt.NDArray[np.float32]:
    return finger(seed, "right_index").ridges


def impressions(mishap: Mishap, fingers: int = 6) -> Iterator[FingerQuality]:
    for seed in range(9100, 9100 + fingers):
        quality = extract(laid(ridges(seed), mishap, np.random.default_rng(seed), former=ridges(seed))).quality
        assert isinstance(quality, FingerQuality)
        yield quality


def test_an_ordinary_press_of_an_invented_finger_is_good() -> None:
    assert all(quality.value >= GOOD and quality.advice is None for quality in impressions(Mishap.NONE))


@pytest.mark.parametrize(
    ("mishap", "advice"),
    [(Mishap.WET, Advice.TOO_WET), (Mishap.TIP, Advice.LAY_FLAT), (Mishap.ASIDE, Advice.CENTRE)],
)
def test_a_finger_laid_badly_enough_to_be_poor_shows_why(mishap: Mishap, advice: Advice) -> None:
    """All but one at most; `python -m benchmarks.finger_quality` measures it over more, and for the other mishaps."""
    poor = [quality.advice for quality in impressions(mishap) if quality.value < GOOD]
    assert poor.count(advice.value) >= max(len(poor) - 1, 1)


def test_quality_ranks_real_prints_as_their_comparisons_fare(data: Path) -> None:
    """Three of the worst of U.are.U by eye, and three plain ones."""
    folder = data / "fingerprints" / "uareu"
    poor, plain = (
        [extract(np.asarray(Image.open(folder / f"{name}.tif").convert("L"))).quality.value for name in names]
        for names in (("076_10_1", "076_10_5", "076_8_2"), ("012_3_1", "012_3_2", "012_4_1"))
    )
    assert max(poor) < GOOD <= min(plain)


def test_the_command_tells_value_components_and_advice(tmp_path: Path) -> None:
    pixels = laid(ridges(9100), Mishap.TIP, np.random.default_rng(3))
    Image.fromarray(pixels).save(tmp_path / "tip.png", dpi=(500, 500))
    told = CliRunner().invoke(app, ["quality", str(tmp_path / "tip.png")])
    listed = CliRunner().invoke(app, ["quality", str(tmp_path / "tip.png"), str(tmp_path / "tip.png"), "--json"])
    first, second = json.loads(listed.stdout)
    assert first == second
    assert (first["advice"], first["sentence"]) == ("lay_flat", SENTENCES[Advice.LAY_FLAT])
    assert f"quality {first['value']} of 100; Lay the finger flat" in told.stdout
    assert set(first["components"]) == set(UNITS)
    assert 30 < first["components"]["region_of_interest_area"]["raw"] < 100


def test_the_command_says_in_one_line_what_is_no_print(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no image")
    result = CliRunner().invoke(app, ["quality", str(tmp_path / "bad.png")])
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
