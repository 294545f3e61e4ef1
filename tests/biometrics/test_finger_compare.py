"""Prints of one finger match, others do not, and odd templates have defined scores."""

from __future__ import annotations

import dataclasses
import math
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest

from biometrics.capture import Gray
from biometrics.finger import compare as compare_module
from biometrics.finger import cylinders, enhance, gabor, minutiae
from biometrics.finger.calibration import WITH_FIELDS, WITHOUT_FIELDS, Calibration
from biometrics.finger.compare import LOWEST, Prepared, compare, evidence, prepare, score, warm_up
from biometrics.finger.extract import FingerTemplate, extract
from biometrics.finger.image import read
from biometrics.finger.minutiae import NO_MINUTIAE
from biometrics.finger.records import from_iso19794_2, to_iso19794_2

FINGERS = ("012_3", "012_4", "012_5", "013_3")


@pytest.fixture(scope="module")
def prints(data: Path) -> dict[str, list[FingerTemplate]]:
    folder = data / "fingerprints" / "uareu"
    return {finger: [extract(*read(folder / f"{finger}_{k}.tif")) for k in (1, 2, 3)] for finger in FINGERS}


@pytest.fixture(scope="module")
def ready(prints: dict[str, list[FingerTemplate]]) -> dict[str, list[Prepared]]:
    return {finger: [prepare(template) for template in templates] for finger, templates in prints.items()}


@pytest.fixture(scope="module")
def print_of_a_finger(data: Path) -> Gray:
    return read(data / "fingerprints" / "uareu" / "012_3_1.tif")[0]


def test_prints_of_one_finger_match(ready: dict[str, list[Prepared]]) -> None:
    for templates in ready.values():
        assert all(compare(a, b).matched for a, b in combinations(templates, 2))


def test_prints_of_two_fingers_do_not_match(ready: dict[str, list[Prepared]]) -> None:
    for one, other in combinations(ready.values(), 2):
        assert not any(compare(a, b).matched for a in one for b in other)


def test_a_print_is_most_like_itself(ready: dict[str, list[Prepared]]) -> None:
    for first, second, *_ in ready.values():
        assert score(first, first) > score(first, second)


def test_order_makes_no_difference(ready: dict[str, list[Prepared]]) -> None:
    everyone = [template for templates in ready.values() for template in templates]
    for a, b in combinations(everyone, 2):
        assert score(a, b) == score(b, a)
        forth, back = evidence(a, b), evidence(b, a)
        assert forth is not None
        assert back is not None
        assert forth.shared == back.shared[::-1]
        assert np.array_equal(forth.pairs[0], back.pairs[1])


def test_preparing_changes_nothing(prints: dict[str, list[FingerTemplate]]) -> None:
    a, b, *_ = prints[FINGERS[0]]
    assert compare(a, b) == compare(prepare(a), prepare(b))


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_next_to_no_minutiae_match_nothing_not_even_themselves(
    prints: dict[str, list[FingerTemplate]], kept: int
) -> None:
    whole = prints[FINGERS[0]][0]
    few = dataclasses.replace(whole, minutiae=whole.minutiae.chosen(np.arange(kept)))
    assert not compare(few, whole).matched
    assert not compare(few, few).matched


def test_an_empty_template_has_the_lowest_score() -> None:
    empty = extract(np.full((300, 300), 255, np.uint8))
    assert empty.minutiae is NO_MINUTIAE
    assert compare(empty, empty).score == LOWEST


def test_the_score_is_a_number_that_stands_for_a_false_match_rate(ready: dict[str, list[Prepared]]) -> None:
    a, b, *_ = ready[FINGERS[0]]
    result = compare(a, b)
    assert isinstance(result.score, float)
    assert result.fmr == 0.001


def test_records_alone_match_too(prints: dict[str, list[FingerTemplate]]) -> None:
    bare = {
        finger: [view.template for view in from_iso19794_2(to_iso19794_2(templates)).views]
        for finger, templates in prints.items()
    }
    assert all(compare(a, b).matched for templates in bare.values() for a, b in combinations(templates, 2))
    for one, other in combinations(bare.values(), 2):
        assert not compare(one[0], other[0]).matched


def test_another_vendor_s_records_are_compared(data: Path) -> None:
    folder = data / "fingerprints" / "iso_templates"
    probe, mate, other = (
        from_iso19794_2((folder / f"iso-{name}.dat").read_bytes()).views[0].template
        for name in ("probe", "matching", "nonmatching")
    )
    assert compare(probe, mate).matched
    assert not compare(probe, other).matched


def test_evidence_says_why(ready: dict[str, list[Prepared]]) -> None:
    a, b, *_ = ready[FINGERS[0]]
    found = evidence(a, b)
    assert found is not None
    assert found.matched >= 8
    assert found.fit <= found.matched
    assert found.ridges > 0.8
    assert found.coherence > 0.7
    assert max(found.shared) <= 70


def test_the_motion_lays_matched_minutiae_on_each_other(ready: dict[str, list[Prepared]]) -> None:
    for a, b, *_ in ready.values():
        found = evidence(a, b)
        assert found is not None
        of_a, of_b = found.pairs
        cosine, sine = math.cos(found.motion.turn), math.sin(found.motion.turn)
        x = cosine * b.points[0, of_b] - sine * b.points[1, of_b] + found.motion.x
        y = sine * b.points[0, of_b] + cosine * b.points[1, of_b] + found.motion.y
        assert np.median(np.hypot(x - a.points[0, of_a], y - a.points[1, of_a])) < 12
        assert len(set(of_a.tolist())) == len(of_a) == len(set(of_b.tolist()))


def test_ridges_of_other_fingers_run_out_of_step(ready: dict[str, list[Prepared]]) -> None:
    for one, other in combinations(ready.values(), 2):
        found = evidence(one[0], other[0])
        assert found is None or found.coherence < 0.55


def test_a_small_turn_and_shift_of_one_image_keep_its_phase(print_of_a_finger: Gray) -> None:
    height, width = print_of_a_finger.shape
    for degrees, shift in ((9, (5, -7)), (-14, (-12, 3))):
        motion = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        motion[:, 2] += shift
        turned = cv2.warpAffine(print_of_a_finger, motion, (width, height), borderValue=(255,))
        found = evidence(prepare(extract(print_of_a_finger)), prepare(extract(turned)))
        assert found is not None
        assert found.coherence > 0.85
        assert math.degrees(found.motion.turn) == pytest.approx(degrees, abs=1)


def test_a_template_stays_small(ready: dict[str, list[Prepared]]) -> None:
    assert all(template.octets < 12_000 for templates in ready.values() for template in templates)


@pytest.mark.parametrize("scale", [WITH_FIELDS, WITHOUT_FIELDS])
def test_a_rarer_false_match_takes_a_higher_score(scale: Calibration) -> None:
    assert list(scale.thresholds) == sorted(scale.thresholds)
    assert scale.threshold_for(1e-4) > scale.threshold
    with pytest.raises(ValueError, match=r"0\.002"):
        scale.threshold_for(0.002)


def test_warming_up_readies_every_kernel() -> None:
    warm_up()
    called = (
        gabor._across,
        gabor._along,
        minutiae._vortices,
        enhance._sample,
        cylinders._encode,
        compare_module._compared,
    )
    assert all(kernel.signatures for kernel in called)
