"""What a face score means, and several of them together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biometrics.capture import OtherBackend, Quality
from biometrics.evaluation import UnusablePairs
from biometrics.face.calibration import SHIPPED, RateUnsupported, fitted
from biometrics.face.fusion import fused_template
from biometrics.face.template import FaceBox, FaceTemplate
from biometrics.fusion import fused


def drawn(seed: int, mated: int = 500, non_mated: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.normal(0.9, 0.05, mated), random.normal(0.5, 0.1, non_mated)


class TestThresholds:
    @settings(max_examples=30, deadline=None)
    @given(seed=st.integers(0, 1000), rate=st.floats(0.002, 0.5))
    def test_no_more_strangers_match_than_the_rate_says(self, seed: int, rate: float) -> None:
        mated, others = drawn(seed)
        known = fitted(mated, others, measured_on="numbers")
        share = (others >= known.threshold_at(rate)).mean()
        assert share <= rate * 1.3 + 1e-9
        assert share >= rate * 0.6

    @given(a=st.floats(2e-5, 0.5), b=st.floats(2e-5, 0.5))
    def test_a_stricter_rate_never_has_a_lower_threshold(self, a: float, b: float) -> None:
        strict, loose = sorted((a, b))
        assert SHIPPED.threshold_at(strict) >= SHIPPED.threshold_at(loose)

    @given(rate=st.floats(2e-5, 0.5))
    def test_the_rate_of_a_threshold_is_the_one_it_was_asked_for(self, rate: float) -> None:
        assert SHIPPED.fmr_at(SHIPPED.threshold_at(rate)) == pytest.approx(rate, rel=1e-6)

    @pytest.mark.parametrize("rate", [0, 1e-6, 0.7, -1, math.nan, math.inf])
    def test_rates_that_the_pairs_cannot_show_are_refused(self, rate: float) -> None:
        with pytest.raises(RateUnsupported, match=r"support rates from 2e-05 to 0\.5"):
            SHIPPED.threshold_at(rate)

    @given(count=st.integers(60, 3000))
    def test_the_least_rate_rests_on_thirty_false_matches(self, count: int) -> None:
        mated, others = drawn(1, non_mated=count)
        assert fitted(mated, others, measured_on="numbers").least * count >= 30

    @pytest.mark.parametrize(("mated", "non_mated"), [(10, 1000), (100, 59)])
    def test_too_few_pairs_calibrate_nothing(self, mated: int, non_mated: int) -> None:
        with pytest.raises(UnusablePairs, match="at least"):
            fitted(*drawn(1, mated, non_mated), measured_on="numbers")

    def test_scores_that_do_not_tell_mates_from_others_calibrate_nothing(self) -> None:
        mated, others = drawn(1, 1000, 1000)
        with pytest.raises(UnusablePairs, match="no higher"):
            fitted(others, mated, measured_on="numbers")


class TestLikelihood:
    def test_it_is_the_logarithm_of_how_much_likelier_a_score_is(self) -> None:
        """Of two normal distributions of one width it is known: (m1 - m0) / s² · (x - (m1 + m0) / 2)."""
        random = np.random.default_rng(3)
        known = fitted(random.normal(0.8, 0.1, 40_000), random.normal(0.6, 0.1, 40_000), measured_on="numbers")
        for score in (0.6, 0.7, 0.8):
            assert known.llr(score) == pytest.approx(20 * (score - 0.7), abs=0.15)

    @given(score=st.floats(-1, 1))
    def test_it_never_says_more_than_the_pairs_can_show(self, score: float) -> None:
        assert -math.log(2891) <= SHIPPED.llr(score) <= math.log(2687149)

    def test_scores_that_part_without_overlap_stay_finite(self) -> None:
        known = fitted(np.linspace(0.8, 0.9, 100), np.linspace(0.1, 0.2, 100), measured_on="numbers")
        assert 0 < known.weight < 1e4

    def test_a_face_and_a_finger_add_up(self) -> None:
        face = SHIPPED.llr(0.95)
        assert fused([face, 4.0], lowest=-20) == pytest.approx(face + 4)
        assert fused([face, -30.0], lowest=-20) == pytest.approx(face - 6)


def template(vector: np.ndarray, quality: int = 50, backend: str = "one") -> FaceTemplate:
    unit = (vector / np.linalg.norm(vector)).astype(np.float32)
    return FaceTemplate(unit, FaceBox(0, 0, quality, quality, 1), np.zeros((5, 2)), Quality(quality), backend)


class TestFusedTemplates:
    @settings(max_examples=50)
    @given(seed=st.integers(0, 10_000), count=st.integers(1, 5))
    def test_the_mean_is_no_farther_from_its_person_than_its_parts_are(self, seed: int, count: int) -> None:
        random = np.random.default_rng(seed)
        person = random.normal(size=64)
        parts = [template(person + random.normal(0, 0.7, 64)) for _ in range(count)]
        true = template(person).vector
        one = fused_template(parts)
        assert np.linalg.norm(one.vector) == pytest.approx(1, abs=1e-5)
        assert one.vector @ true >= np.mean([part.vector @ true for part in parts]) - 1e-5

    def test_the_best_picture_stands_for_all(self) -> None:
        random = np.random.default_rng(1)
        parts = [template(random.normal(size=8), quality) for quality in (30, 80, 60)]
        assert fused_template(parts).box == parts[1].box
        assert fused_template(parts).backend == "one"

    def test_templates_of_two_backends_are_not_mixed(self) -> None:
        with pytest.raises(OtherBackend):
            fused_template([template(np.ones(8)), template(np.ones(8), backend="two")])
        with pytest.raises(ValueError, match="nothing"):
            fused_template([])
