"""Sets of invented prints: readable, the same again, each pair listed once, and hard where they say so."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from benchmarks import finger_synthetic
from biometrics.evaluation import read_pairs
from biometrics.finger.compare import prepare, score
from biometrics.finger.extract import extract
from biometrics.finger.image import read
from simulators.__main__ import app
from simulators.finger_conditions import REAL, Conditions, Difficulty, drawn
from simulators.finger_presses import distorted, pressed
from simulators.finger_sensors import SENSORS
from simulators.finger_sets import FullFolder, SetPlan, prints, written
from simulators.finger_skin import Skin

PLAN = SetPlan(fingers=6, impressions=2, seed=3, difficulty=Difficulty.REAL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("set") / "prints"
    written(PLAN, out, processes=1)
    return out


def plain_skin() -> Skin:
    """Ridges straight across the finger, 9 pixels apart."""
    wave = np.sin(np.arange(528, dtype=np.float32) * np.float32(2 * np.pi / 9))
    whole = np.zeros((528, 432), np.float32)
    return Skin(np.ascontiguousarray(np.broadcast_to(wave[:, None], whole.shape)), whole, whole, 0.0, 0.0)


def ordinary(**changed: object) -> Conditions:
    usual: dict[str, object] = {
        "turn": 0.0, "shift": (0.0, 0.0), "slip": (0.0, 0.0), "torsion": 0.0, "stick": (60.0, 70.0), "pressure": 0.0,
        "moisture": 0.0, "contact": 1.0, "smear": 0.0, "wrinkled": 0.0,
    }  # fmt: skip
    return Conditions(**{**usual, **changed})  # type: ignore[arg-type]


def inked(how: Conditions) -> float:
    """Share of the middle of the print that touches the glass."""
    ink = pressed(plain_skin(), how, (400, 360), np.random.default_rng(1)).ink
    return float((ink[150:250, 130:230] > 0.5).mean())


def test_every_listed_print_is_a_picture_at_500_dpi(folder: Path) -> None:
    listed = {(pair.set, name) for pair in read_pairs(folder / "pairs.csv") for name in (pair.a, pair.b)}
    assert len(listed) == 12
    for group, name in listed:
        pixels, dpi = read(folder / group / f"{name}.png")
        assert dpi == 500
        assert pixels.shape == SENSORS[group].size


def test_every_pair_within_a_sensor_is_listed_once(folder: Path) -> None:
    pairs = read_pairs(folder / "pairs.csv")
    names = {group: sorted(file.stem for file in (folder / group).glob("*.png")) for group in SENSORS}
    assert {(pair.set, pair.a, pair.b) for pair in pairs} == {
        (group, *pair) for group, own in names.items() for pair in combinations(own, 2)
    }
    assert len(pairs) == 18
    assert all(pair.mated == (pair.a[:3] == pair.b[:3]) for pair in pairs)


def test_fvc_takes_mated_pairs_and_first_impressions(folder: Path) -> None:
    taken = read_pairs(folder / "pairs.csv", fvc=True)
    assert sum(pair.mated for pair in taken) == 6
    assert [pair.a[-1] + pair.b[-1] for pair in taken if not pair.mated] == ["11"] * 3


def test_the_same_plan_makes_the_same_prints(folder: Path) -> None:
    for impression, pixels in enumerate(prints(PLAN, 2), start=1):
        stored, _ = read(folder / PLAN.sensor(2) / f"{PLAN.name(2, impression)}.png")
        assert np.array_equal(stored, pixels)


def test_another_seed_makes_other_prints() -> None:
    other = SetPlan(fingers=6, impressions=2, seed=4, difficulty=Difficulty.REAL)
    assert not np.array_equal(next(prints(PLAN, 1)), next(prints(other, 1)))


def test_a_folder_with_something_in_it_is_refused(folder: Path) -> None:
    with pytest.raises(FullFolder, match="not empty"):
        written(PLAN, folder)


def test_the_command_writes_a_set_that_scores_reads(tmp_path: Path) -> None:
    out = tmp_path / "prints"
    arguments = ["fingers", "--fingers", "2", "--impressions", "2", "--out", str(out), "--processes", "1"]
    done = CliRunner().invoke(app, [*arguments, "--difficulty", "easy"])
    assert done.exit_code == 0, done.output
    assert "4 prints of 2 fingers" in done.output
    assert "2 mated and 4 other pairs" in done.output
    again = CliRunner().invoke(app, arguments)
    assert again.exit_code == 2
    assert "not empty" in again.output


def test_the_benchmark_compares_a_set_three_ways(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    finger_synthetic.main(["--root", str(folder), "--no-reference"])
    said = capsys.readouterr().out
    for comparison in ("fields", "records", "relaxed"):
        assert f"{comparison:10}pooled          EER" in said
    assert said.count("mated scores") == len(SENSORS)


def test_easy_impressions_match_better_than_real_ones() -> None:
    medians = {}
    for difficulty in Difficulty:
        plan = SetPlan(fingers=4, impressions=4, seed=8, difficulty=difficulty)
        ready = [[prepare(extract(one)) for one in prints(plan, number)] for number in range(1, 5)]
        mated = [score(a, b) for own in ready for a, b in combinations(own, 2)]
        medians[difficulty] = float(np.median(mated))
    assert medians[Difficulty.EASY] > medians[Difficulty.REAL] + 3


def test_pressure_and_water_widen_ridges() -> None:
    assert inked(ordinary(pressure=-0.6)) < inked(ordinary()) < inked(ordinary(pressure=0.6))
    assert inked(ordinary(moisture=-0.8)) < inked(ordinary()) < inked(ordinary(moisture=0.8))


@pytest.mark.parametrize("smear", [0.0, 3.0, 9.0])
def test_ink_is_a_share_however_far_the_finger_is_dragged(smear: float) -> None:
    ink = pressed(plain_skin(), ordinary(smear=smear), (300, 260), np.random.default_rng(2)).ink
    assert 0 <= ink.min() < 0.1
    assert 0.6 < ink.max() <= 1


def test_a_finger_beside_the_sensor_leaves_nothing() -> None:
    assert inked(ordinary(shift=(900.0, 0.0))) == 0


def test_skin_that_sticks_does_not_move_and_skin_outside_does() -> None:
    still, slipped = (
        pressed(plain_skin(), ordinary(slip=slip), (400, 360), np.random.default_rng(1)).ink
        for slip in ((0.0, 0.0), (0.0, 20.0))
    )
    moved = np.abs(slipped - still)
    assert moved[160:240, 150:210].max() < 1e-3
    assert moved[330:370, 150:210].mean() > 0.1


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_distortion_never_folds_the_skin(seed: int) -> None:
    how = drawn(REAL, plain_skin(), np.random.default_rng(seed))
    v, u = np.mgrid[-220:220:4, -180:180:4].astype(np.float32)
    from_u, from_v = distorted(u, v, how)
    (u_down, u_right), (v_down, v_right) = np.gradient(from_u, 4), np.gradient(from_v, 4)
    assert (u_right * v_down - u_down * v_right).min() > 0
