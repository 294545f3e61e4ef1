"""Every scenario of the panel, played in a real hall and held against the console's own record."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from simulators.travellers import SCENARIOS

from .conftest import HallRun

pytestmark = [pytest.mark.hall, pytest.mark.timeout(900), pytest.mark.xdist_group("hall")]


def books_agree(summary: dict[str, Any]) -> bool:
    events = summary["events"]
    return (
        summary["doors_opened_without_grant"] == 0
        and (events["lost"], events["duplicated"]) == (0, 0)
        and events["stored"] == events["sent"] > 0
    )


def test_every_scenario_ends_as_it_must_and_the_books_agree(run_hall: HallRun) -> None:
    names = list(SCENARIOS)
    summary = run_hall(*(word for name in names for word in ("--scenario", name)), "--travellers", str(len(names)))
    wrong = [visit for visit in summary["travellers"] if visit["outcome"] not in visit["expected"].split(" or ")]
    assert wrong == []
    assert summary["unexpected"] == 0
    assert books_agree(summary)


def test_a_referral_names_its_reason(run_hall: HallRun) -> None:
    summary = run_hall(
        *("--scenario", "swapped_passports", "--scenario", "visitor_overstayed", "--scenario", "unknown_issuer"),
        *("--travellers", "3"),
    )
    reasons = {visit["scenario"]: visit["reasons"] for visit in summary["travellers"]}
    assert "face_not_matched" in reasons["swapped_passports"]
    assert "overstay" in reasons["visitor_overstayed"]
    assert "issuer_unknown" in reasons["unknown_issuer"]


def test_nothing_is_lost_or_granted_wrongly_when_programs_die_at_random(run_hall: HallRun) -> None:
    summary = run_hall("--travellers", "12", "--kills", "10", "--seed", "11")
    assert books_agree(summary)
    outcomes = Counter(
        (visit["scenario"], visit["outcome"]) for visit in summary["travellers"] if visit["scenario"] != "national"
    )
    assert not any(outcomes[name, "confirm"] for name in ("swapped_passports", "dg2_tampered", "unknown_issuer"))
    assert summary["unexpected"] == 0


def test_real_faces_and_fingers_walk_through_the_same_hall(run_hall: HallRun, data: Path) -> None:
    summary = run_hall(
        *("--faces", str(data / "faces" / "lfw"), "--fingers", str(data / "fingerprints" / "uareu")),
        *("--travellers", "10", "--scenario", "national", "--scenario", "national", "--scenario", "national"),
        *("--scenario", "visitor_arrives", "--scenario", "swapped_passports"),
    )
    assert books_agree(summary)
    by_scenario = {visit["scenario"]: visit["outcome"] for visit in summary["travellers"]}
    assert by_scenario["swapped_passports"] == "refer"
    passed = [visit for visit in summary["travellers"] if visit["outcome"] in ("confirm", "grant")]
    assert len(passed) >= 5, "most mates of good photographs pass"
