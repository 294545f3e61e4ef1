"""Quality says what the traveller can do."""

from __future__ import annotations

import dataclasses

import pytest

from biometrics.finger.quality import GOOD, Components, judged

FINE = Components(area=180, coherence=0.85, amplitude=0.75, contrast=110, minutiae=40, eccentricity=0.1)


def test_a_fine_print_needs_no_advice() -> None:
    quality = judged(FINE)
    assert quality.value >= 90
    assert quality.advice is None


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"area": 30}, "press_harder"),
        ({"contrast": 18}, "press_harder"),
        ({"amplitude": 0.3}, "too_dry"),
        ({"coherence": 0.35}, "move_less"),
        ({"eccentricity": 0.7}, "centre"),
    ],
    ids=["small", "faint", "broken ridges", "smeared", "off the middle"],
)
def test_what_is_worst_is_advised(change: dict[str, float], advice: str) -> None:
    quality = judged(dataclasses.replace(FINE, **change))
    assert quality.value < GOOD
    assert quality.advice == advice


def test_nothing_on_the_glass_is_quality_0() -> None:
    assert judged(Components(0, 0, 0, 0, 0, 0)).value == 0
