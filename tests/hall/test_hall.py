"""Whole halls: every scenario held against the console's own record; the demo, and what it leaves behind.

They run alone, after everything else (`make test`): a hall that starves refers everybody, as it should.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from simulators.travellers import SCENARIOS

from .conftest import HallRun, hall_run, interrupt, processes_of

pytestmark = [pytest.mark.hall, pytest.mark.timeout(900)]


def books_agree(summary: dict[str, Any]) -> bool:
    events = summary["events"]
    return (
        summary["doors_opened_without_grant"] == 0
        and (events["lost"], events["duplicated"]) == (0, 0)
        and events["stored"] == events["sent"] > 0
    )


@pytest.fixture(scope="module")
def every_scenario(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The summary of a hall that every scenario walked through once. One gate: two gates and a bio-cart at work, with
    all that is simulated about them, want more than the two cores of a small machine."""
    names = (word for name in SCENARIOS for word in ("--scenario", name))
    folder = tmp_path_factory.mktemp("scenarios")
    return hall_run(folder, *names, "--travellers", str(len(SCENARIOS)), "--gates", "1")


def test_every_scenario_ends_as_it_must_and_the_books_agree(every_scenario: dict[str, Any]) -> None:
    visits = every_scenario["travellers"]
    assert {visit["scenario"] for visit in visits} == set(SCENARIOS)
    assert [visit for visit in visits if visit["outcome"] not in visit["expected"].split(" or ")] == []
    assert every_scenario["unexpected"] == 0
    assert books_agree(every_scenario)


def test_a_referral_names_its_reason(every_scenario: dict[str, Any]) -> None:
    reasons = {visit["scenario"]: visit["reasons"] for visit in every_scenario["travellers"]}
    assert "face_not_matched" in reasons["swapped_passports"]
    assert "overstay" in reasons["visitor_overstayed"]
    assert "issuer_unknown" in reasons["unknown_issuer"]
    assert "chip_cloned" in reasons["cloned_chip"]


def test_nothing_is_lost_or_granted_wrongly_when_programs_die_at_random(run_hall: HallRun) -> None:
    summary = run_hall("--travellers", "12", "--kills", "10", "--seed", "11")
    assert books_agree(summary)
    opened = [visit for visit in summary["travellers"] if visit["outcome"] in ("confirm", "grant")]
    assert [visit for visit in opened if visit["outcome"] not in visit["expected"].split(" or ")] == []
    assert summary["unexpected"] == 0


def test_photographs_of_real_faces_are_compared_rightly_and_open_no_gate(run_hall: HallRun, data: Path) -> None:
    """A still before the camera is what an impostor would hold there: it matches its mate and is not let through."""
    summary = run_hall(
        *("--faces", str(data / "faces" / "lfw"), "--fingers", str(data / "fingerprints" / "uareu")),
        *("--travellers", "10", "--scenario", "national", "--scenario", "national", "--scenario", "national"),
        *("--scenario", "visitor_arrives", "--scenario", "swapped_passports"),
    )
    assert books_agree(summary)
    at_gates = [visit for visit in summary["travellers"] if visit["scenario"] != "visitor_arrives"]
    assert {visit["outcome"] for visit in at_gates} == {"refer"}
    unlike = {"face_not_matched", "face_not_compared", "face_not_captured"}
    looked_at = [visit for visit in at_gates if visit["reasons"]]
    """A visit is looked up by its document's number; where the page gave none, its reasons are not known here."""
    for visit in looked_at:
        assert {"face_not_live", "liveness_unknown"} & set(visit["reasons"]) or unlike & set(visit["reasons"])
        if visit["scenario"] == "swapped_passports":
            assert unlike & set(visit["reasons"])
    alike = [visit for visit in looked_at if not unlike & set(visit["reasons"])]
    assert len(alike) >= 4, "most mates of good photographs match"


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running demo and all it printed until the hall was open."""
    command = [sys.executable, "-m", "simulators", "hall", "--demo", "--gates", "1", "--folder", str(tmp_path / "hall")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C closes the hall" in line:
            break
    yield process, said
    if process.poll() is None:
        interrupt(process)
        process.communicate(timeout=60)
    process.stdout.close()


def test_a_person_sends_a_traveller_from_the_panel_and_sees_the_outcome(
    demo: tuple[subprocess.Popen[str], str], browser: Browser
) -> None:
    match = re.search(r"Send travellers\s+(http\S+)", demo[1])
    assert match is not None
    page = browser.new_page()
    page.goto(match[1])
    page.get_by_role("button", name="Nobody knows").click()
    row = page.get_by_role("row").filter(has_text="Nobody knows who signed the passport")
    expect(row.get_by_text("✓ refer")).to_be_visible(timeout=120_000)
    expect(row.get_by_text("issuer_unknown")).to_be_visible()
    page.close()


def test_control_c_ends_every_process_and_a_second_run_just_works(
    demo: tuple[subprocess.Popen[str], str], tmp_path: Path
) -> None:
    process, said = demo
    assert "inspector" in said
    assert processes_of(tmp_path)
    interrupt(process)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "The hall is closed." in rest
    assert [pid for pid in processes_of(tmp_path) if pid != process.pid] == []
    again = [sys.executable, "-m", "simulators", "hall", "--gates", "1", "--travellers", "1", "--scenario", "national"]
    done = subprocess.run([*again, "--folder", str(tmp_path / "hall")], capture_output=True, text=True, timeout=300)
    assert "unexpected: 0" in done.stdout, done.stderr


def test_a_folder_that_no_hall_made_is_never_emptied(tmp_path: Path) -> None:
    kept = tmp_path / "holiday.jpg"
    kept.write_text("dear")
    command = [sys.executable, "-m", "simulators", "hall", "--travellers", "1", "--folder", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert "was not made by a hall" in done.stderr
    assert kept.read_text() == "dear"


def test_an_unknown_scenario_is_named_before_anything_starts() -> None:
    command = [sys.executable, "-m", "simulators", "hall", "--scenario", "moon_landing"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert "moon_landing" in done.stderr
