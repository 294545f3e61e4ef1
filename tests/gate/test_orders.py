"""A gate under its monitoring officer, at the wire: what it says of itself, and what it does when it is told."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from typing import Any

from PIL import Image

from examiner_console.contract import Delivery, GateCommand

HOLDER = 3
Gate = Any  # RunningGate of the conftest
Site = Any
Play = Callable[[Callable[[Gate], Awaitable[None]]], None]


def opened(site: Site, door: str) -> int:
    return sum(opening.door == door and not opening.emergency for opening in site.lane.history)


def test_it_says_where_its_traveller_is_and_nothing_of_who_they_are(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.face(HOLDER)
        site.lane.enter()
        await gate.prompt("place_passport")
        site.lay(site.passport(HOLDER))
        await gate.prompt("go_through")
        site.lift()
        site.lane.leave_by_exit()
        await gate.state("ready")
        await site.console.wait(lambda: site.console.reports[-1].state == "ready")

    play(journey)
    states = [report.state for report in site.console.reports]
    for state in ("ready", "reading", "leaving"):
        assert state in states
    assert "YAMADA" not in repr(site.console.reports)


def test_who_is_referred_by_the_officer_walks_back_and_to_a_booth(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.lane.enter()
        await gate.prompt("place_passport")
        site.console.tell(GateCommand.REFER)
        await gate.prompt("go_to_booth")
        await site.console.wait(lambda: site.console.obeyed() == [""])
        site.lane.leave_by_entry()
        await gate.state("ready")

    play(journey)
    assert opened(site, "exit") == 0


def test_a_reading_begins_again_from_nothing_and_may_end_well(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.lane.enter()
        await gate.state("reading")
        site.lay(site.passport(HOLDER))
        await gate.prompt("look_at_camera")
        site.console.tell(GateCommand.RETRY)
        await site.console.wait(lambda: site.console.obeyed() == [""])
        site.face(HOLDER)
        await gate.prompt("go_through")
        site.lift()
        site.lane.leave_by_exit()
        await gate.state("ready")

    play(journey)
    assert [delivery for _, delivery in site.console.inspections] == [Delivery.LIVE], "one traveller, one inspection"


def test_what_makes_no_sense_now_is_refused_and_said_to_be(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        for command, why in (
            (GateCommand.REFER, "nobody_inside"),
            (GateCommand.RETRY, "nothing_to_retry"),
            (GateCommand.RESET, "no_emergency"),
        ):
            site.console.tell(command)
            await site.console.wait(lambda why=why: site.console.obeyed()[-1:] == [why])
        assert (await gate.state("ready"))["state"] == "ready"

    play(journey)
    assert opened(site, "exit") == 0


def test_it_is_evacuated_and_closed_again_by_order(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.lane.enter()
        await gate.prompt("place_passport")
        site.console.tell(GateCommand.EVACUATE)
        await gate.state("emergency")
        site.lane.leave_by_exit()
        await gate.empty()
        site.console.tell(GateCommand.RESET)
        await gate.state("ready")

    play(journey)
    assert any(opening.door == "exit" for opening in site.lane.history), "they left by the exit that was opened"


def test_a_locked_gate_takes_nobody_until_it_is_unlocked(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.console.tell(in_service=False)
        await gate.state("out_of_service")
        site.console.tell(in_service=True)
        await gate.state("ready")

    play(journey)


def test_whom_nobody_watches_any_more_is_seen_out_and_nobody_follows(play_from_start: Play, site: Site) -> None:
    """The officer's last word runs out by the gate's own clock, however silent the console is."""
    site.config.write_text(site.config.read_text() + "monitored = true\n")

    async def journey(gate: Gate) -> None:
        await gate.state("out_of_service")
        site.console.tell(watched_seconds=120.0)
        await gate.state("ready")
        site.lane.enter()
        await gate.state("reading")
        site.console.keep(lambda: setattr(site.console, "standing", None))
        site.clocks.waited += 125.0
        await gate.prompt("go_to_booth")
        site.lane.leave_by_entry()
        await gate.state("out_of_service")

    play_from_start(journey)


def test_where_everybody_is_referred_the_case_is_ready_and_nobody_is_asked_for(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.console.tell(refers_all=True)
        heard = len(site.console.reports)
        await site.console.wait(lambda: site.console.reports[-1].heard == site.console.standing.version)
        assert len(site.console.reports) > heard
        site.face(HOLDER)
        site.lane.enter()
        await gate.prompt("place_passport")
        site.lay(site.passport(HOLDER))
        await gate.prompt("go_to_booth")
        site.lift()
        site.lane.leave_by_entry()
        await gate.state("ready")
        await site.console.wait(lambda: bool(site.console.evidence))

    play(journey)
    ((inspection, delivery),) = site.console.inspections
    assert delivery is Delivery.DEFERRED
    assert inspection.comparisons, "passport and face were read as always"
    assert opened(site, "exit") == 0


def test_pictures_of_who_is_inside_go_to_who_looks_and_of_nobody_else(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.face(HOLDER)
        site.lane.enter()
        await gate.prompt("place_passport")
        assert all(not report.live for report in site.console.reports), "nobody looks"
        site.console.tell(wants_pictures=True)
        await site.console.wait(lambda: bool(site.console.reports[-1].live))
        site.lay(site.passport(HOLDER))
        await gate.prompt("go_through")
        await site.console.wait(lambda: bool(site.console.reports[-1].chip))
        site.lift()
        site.lane.leave_by_exit()
        await gate.state("ready")
        await site.console.wait(lambda: site.console.reports[-1].state == "ready")

    play(journey)
    for report in site.console.reports:
        assert not (report.live or report.chip) or report.state not in ("ready", "self_test", "out_of_service")
    seen = next(report for report in site.console.reports if report.chip)
    for jpeg in (seen.live, seen.chip):
        assert Image.open(io.BytesIO(jpeg)).size == (150, 200)


def test_an_order_is_obeyed_once_however_often_it_is_heard(play: Play, site: Site) -> None:
    async def journey(gate: Gate) -> None:
        site.console.tell(GateCommand.EVACUATE)
        await gate.state("emergency")
        orders = site.console.standing.orders
        site.console.tell(GateCommand.RESET)
        await gate.state("ready")
        site.console.keep(lambda: setattr(site.console, "standing", _again(site.console.standing, orders)))
        heard = len(site.console.reports)
        await site.console.wait(lambda: len(site.console.reports) > heard + 1)
        assert gate.view["state"] == "ready"

    play(journey)


def _again(standing: Any, orders: Any) -> Any:
    return type(standing)(standing.version + "0", standing.in_service, standing.watched_seconds, orders)
