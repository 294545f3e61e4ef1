"""The whole gate against simulated devices at the wire: what a traveller meets, and what the record says."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from examiner_console.contract import CheckOutcome, DecisionOutcome, Delivery
from gate.journey import SECONDS, State

HOLDER, STRANGER = 3, 2
Gate = Any  # RunningGate of the conftest
Site = Any
Play = Callable[[Callable[[Gate], Awaitable[None]]], None]


def exits(site: Site) -> int:
    return sum(opening.door == "exit" and not opening.emergency for opening in site.lane.history)


def both_open(site: Site) -> bool:
    """Whether openings of the two doors overlap, emergencies aside."""
    openings = [opening for opening in site.lane.history if not opening.emergency]
    return any(
        a.door != b.door and a.opened_at < (b.closed_at or float("inf")) and b.opened_at < (a.closed_at or float("inf"))
        for a in openings
        for b in openings
    )


def test_a_traveller_whose_face_and_passport_agree_walks_through(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.face(HOLDER)
        site.lane.enter()
        await gate.prompt("place_passport")
        site.lay(site.passport(HOLDER))
        await gate.prompt("go_through")
        site.lift()
        site.lane.leave_by_exit()
        await gate.empty()
        blank = await gate.state("ready")
        assert (blank["language"], blank["booth"], blank["mirror"]) == (None, None, False)
        await site.console.wait(lambda: "traveller_passed" in site.console.kinds())

    play(journey)
    (inspection, delivery), *others = site.console.inspections
    assert (delivery, others) == (Delivery.LIVE, [])
    assert inspection.document.source == "chip"
    outcomes = {finding.check: finding.outcome for finding in inspection.findings}
    for check in (
        "mrz",
        "mrz_matches_chip",
        "passage_alone",
        "face_capture",
        "sod_signature",
        "certificate_chain",
        "revocation",
    ):
        assert outcomes[check] is CheckOutcome.SUCCESSFUL, check
    assert inspection.comparisons[0].outcome is CheckOutcome.SUCCESSFUL
    assert exits(site) == 1
    assert not both_open(site)
    assert site.console.evidence == []
    transaction = site.console.event("transaction")
    assert transaction.inspection == inspection.id
    assert all(transaction.data[name] > 0 for name in ("read", "capture", "decision", "total"))
    numbers = [event.sequence for event in site.console.events]
    assert numbers == sorted(set(numbers))


def test_a_referred_traveller_is_let_back_and_the_officer_gets_the_pictures(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.console.outcome = DecisionOutcome.REFER
        site.face(STRANGER)
        site.lane.enter()
        await gate.prompt("place_passport")
        site.lay(site.passport(HOLDER))
        view = await gate.prompt("go_to_booth")
        assert view["booth"] == "3"
        site.lift()
        site.lane.leave_by_entry()
        await gate.empty()
        await gate.state("ready")
        await site.console.wait(lambda: bool(site.console.evidence))

    play(journey)
    (inspection, _), *_ = site.console.inspections
    assert inspection.comparisons[0].outcome is CheckOutcome.FAILED
    assert exits(site) == 0
    assert site.console.event("traveller_referred").data["local"] is False


def test_a_chip_torn_away_is_asked_for_again(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.face(HOLDER)
        site.lane.enter()
        await gate.prompt("place_passport")
        site.lay(site.passport(HOLDER), tear_after=12)
        await gate.prompt("place_passport_again")
        site.lift()
        site.lay(site.passport(HOLDER))
        await gate.prompt("go_through")
        site.lift()
        site.lane.leave_by_exit()
        await gate.state("ready")

    play(journey)
    assert exits(site) == 1


def test_with_a_silent_console_the_gate_refers_and_tells_later(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.console.outcome = None
        site.face(HOLDER)
        site.lane.enter()
        await gate.prompt("place_passport")
        site.lay(site.passport(HOLDER))
        assert (await gate.prompt("go_to_booth"))["booth"] == "9"
        site.console.outcome = DecisionOutcome.CONFIRM
        await site.console.wait(lambda: bool(site.console.inspections) and bool(site.console.evidence))
        site.lift()
        site.lane.leave_by_entry()
        await gate.state("ready")
        await site.console.wait(lambda: "traveller_referred" in site.console.kinds())

    play(journey)
    assert [delivery for _, delivery in site.console.inspections] == [Delivery.DEFERRED]
    assert site.console.event("traveller_referred").data["local"] is True
    assert exits(site) == 0


def test_two_at_once_are_asked_to_step_back(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.lane.enter(2)
        await gate.prompt("one_person")
        site.lane.leave_by_entry()
        await gate.empty()
        await gate.state("ready")
        await site.console.wait(lambda: "tailgating" in site.console.kinds())

    play(journey)
    assert exits(site) == 0
    assert site.console.inspections == []


def test_fire_opens_both_doors_and_only_an_attendant_ends_it(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.lane.enter()
        await gate.prompt("place_passport")
        site.lane.press_emergency()
        await gate.prompt("emergency")
        site.lane.wait_for(lambda lane: lane.entry == lane.exit == 1.0)
        assert await gate.order("reset_emergency") == 409
        site.lane.leave_by_exit()
        await gate.empty()
        site.lane.release_emergency()
        assert await gate.order("reset_emergency", token="guess") == 403
        while await gate.order("reset_emergency") != 204:
            await gate.until(lambda view: True)
        await gate.state("ready")
        await site.console.wait(lambda: "emergency_reset" in site.console.kinds())

    play(journey)
    assert "emergency" in site.console.kinds()


def test_one_who_lingers_before_the_open_exit_loses_the_grant(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.face(HOLDER)
        site.lane.enter()
        await gate.prompt("place_passport")
        site.lay(site.passport(HOLDER))
        await gate.prompt("go_through")
        assert await gate.order("release_back") == 204
        await gate.prompt("go_to_booth")
        site.lift()
        site.lane.leave_by_entry()
        await gate.state("ready")
        await site.console.wait(lambda: len(site.console.inspections) == 2)

    play(journey)
    (first, live), (second, deferred) = site.console.inspections
    assert first == second
    assert (live, deferred) == (Delivery.LIVE, Delivery.DEFERRED)
    assert not both_open(site)


def test_somebody_found_inside_at_the_start_is_let_back(play: Play, site: Site) -> None:
    async def first(gate: Gate) -> None:
        site.lane.enter()
        await gate.prompt("place_passport")

    async def second(gate: Gate) -> None:
        assert gate.site.lane.snapshot.inside == 0

    play(first)
    site.lane.leave_by_entry()
    play(second)
    assert exits(site) == 0
    assert [e.data["reason"] for e in site.console.events if e.kind == "traveller_referred"][-1] == "found_inside"


def test_help_calls_staff_and_opens_the_way_back(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.lane.enter()
        await gate.state("reading")
        assert await gate.post("/v1/help") == 204
        await gate.prompt("staff_coming")
        site.lane.leave_by_entry()
        await gate.empty()
        await gate.state("ready")
        await site.console.wait(lambda: "help" in site.console.kinds())

    play(journey)


def test_a_gate_whose_camera_is_gone_takes_nobody_until_it_is_back(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.camera.fault("unplugged")
        await gate.state("out_of_service")
        site.camera.repair()
        await gate.state("ready")
        await site.console.wait(lambda: site.console.kinds().count("device_back") > 5)

    play(journey)
    assert site.console.event("device_lost").data["device"] == "face_camera"


def test_a_door_that_falls_silent_and_comes_back_finds_the_traveller(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.lane.enter()
        await gate.state("reading")
        site.lane.fault("bus_cut")
        await gate.state("out_of_service")
        site.lane.repair()
        await gate.prompt("go_to_booth")
        site.lane.leave_by_entry()
        await gate.state("ready")

    play(journey)
    assert not both_open(site)


def test_one_who_does_not_walk_through_the_open_exit_is_sent_back(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.face(HOLDER)
        site.lane.enter()
        await gate.prompt("place_passport")
        site.lay(site.passport(HOLDER))
        await gate.prompt("go_through")
        site.clocks.waited += SECONDS[State.LEAVING]
        await gate.prompt("go_to_booth")
        assert site.lane.snapshot.exit == 0.0
        site.lift()
        site.lane.leave_by_entry()
        await gate.empty()
        await gate.state("ready")
        await site.console.wait(lambda: len(site.console.inspections) == 2)

    play(journey)
    (first, live), (second, deferred) = site.console.inspections
    assert first == second
    assert (live, deferred) == (Delivery.LIVE, Delivery.DEFERRED), "the grant is withdrawn"
    assert "traveller_passed" not in site.console.kinds()
    assert not both_open(site)


def test_a_wall_clock_set_back_a_year_hurries_nobody_and_opens_for_nobody(play: Play, site: Site) -> None:
    async def come(gate: Gate, until: str) -> None:
        site.face(HOLDER)
        site.lane.enter()
        await gate.prompt("place_passport")
        site.lay(site.passport(HOLDER))
        await gate.prompt(until)
        site.lift()

    async def journeys(gate: Gate) -> None:
        await come(gate, "go_through")
        site.lane.leave_by_exit()
        await gate.state("ready")
        site.clocks.wall -= timedelta(days=365)
        await come(gate, "go_to_booth")
        site.lane.leave_by_entry()
        await gate.state("ready")
        await site.console.wait(lambda: "traveller_referred" in site.console.kinds())

    play(journeys)
    assert [delivery for _, delivery in site.console.inspections] == [Delivery.LIVE, Delivery.LIVE]
    assert exits(site) == 1
    assert {"abandoned", "staff_called", "device_lost"}.isdisjoint(site.console.kinds())
    numbers = [event.sequence for event in site.console.events]
    assert numbers == list(range(1, len(numbers) + 1)), "the record keeps its order whatever the clock says"


def test_a_gate_that_starts_without_its_camera_takes_nobody(play_from_start: Play, site: Site) -> None:
    site.camera.fault("unplugged")

    async def journey(gate: Gate) -> None:
        await gate.state("out_of_service")
        await site.console.wait(lambda: "device_lost" in site.console.kinds())
        assert "welcome" not in gate.prompts
        site.camera.repair()
        await gate.state("ready")

    play_from_start(journey)


@pytest.mark.hall
def test_a_full_disk_opens_for_nobody_and_loses_no_event(gate_process: Any, site: Site) -> None:
    """No file of the gate's process may grow any more: the system's own limit stands for the full disk."""

    async def journey() -> None:
        async with gate_process() as (gate, program):
            await gate.state("ready")
            await site.console.wait(lambda: "started" in site.console.kinds())
            limits = resource.prlimit(program.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
            site.face(HOLDER)
            site.lane.enter()
            await gate.prompt("place_passport")
            site.lay(site.passport(HOLDER))
            assert (await gate.prompt("go_to_booth"))["booth"] == "9"
            assert site.console.inspections == [], "nothing is asked that could not be kept"
            resource.prlimit(program.pid, resource.RLIMIT_FSIZE, limits)
            site.lift()
            site.lane.leave_by_entry()
            await gate.state("ready")
            await site.console.wait(lambda: "traveller_referred" in site.console.kinds())
            await site.console.wait(lambda: bool(site.console.inspections))
            program.terminate()
            assert await program.wait() == 0

    asyncio.run(journey())
    assert [delivery for _, delivery in site.console.inspections] == [Delivery.DEFERRED]
    assert exits(site) == 0
    numbers = [event.sequence for event in site.console.events]
    assert numbers == list(range(1, len(numbers) + 1))
