"""The lane and its controller: physics in steps, and the OSDP wire to the gate's own door driver."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from gate.door import Door, DoorCommand, Input, InterlockViolation, LaneState
from simulators.door import LaneServer
from simulators.lane import BEYOND, Contact, Lane


class Watcher:
    """Hears every state of the lane and lets a test wait for one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.states: list[LaneState] = []
        self.health: list[str] = []

    def hear(self, lane: LaneState) -> None:
        with self._changed:
            self.states.append(lane)
            self._changed.notify_all()

    def hear_health(self, health: object) -> None:
        with self._changed:
            self.health.append(health.condition.value)  # type: ignore[attr-defined]
            self._changed.notify_all()

    def wait(self, condition: Callable[[], bool], seconds: float = 15.0) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, seconds)

    def wait_lane(self, condition: Callable[[LaneState], bool]) -> None:
        self.wait(lambda: bool(self.states) and condition(self.states[-1]))


@contextmanager
def connected(server: LaneServer, key: bytes | None = None) -> Iterator[tuple[Door, Watcher]]:
    watcher = Watcher()
    door = Door(server.device, key or server.key, on_lane=watcher.hear, on_health=watcher.hear_health)
    door.start()
    try:
        yield door, watcher
    finally:
        door.stop()


@pytest.fixture
def server() -> Iterator[LaneServer]:
    server = LaneServer(speed=4.0)
    yield server
    server.close()


def run(lane: Lane, seconds: float) -> None:
    for _ in range(round(seconds / 0.01)):
        lane.step(0.01)


def test_a_person_walks_in_and_stops_at_the_desk() -> None:
    lane = Lane(lambda: 0.0, want_entry=True)
    lane.arrive(1)
    run(lane, 3.0)
    assert {Contact.MIDDLE_FIRST, Contact.MIDDLE_SECOND, Contact.FLOOR_MAT} <= lane.contacts()
    assert Contact.ENTRY_BARRIER not in lane.contacts()


def test_nobody_walks_through_a_closed_door() -> None:
    lane = Lane(lambda: 0.0, want_entry=True)
    lane.arrive(1)
    run(lane, 3.0)
    lane.send(BEYOND)
    run(lane, 5.0)
    assert lane.snapshot().inside == 1


def test_a_closing_door_that_meets_somebody_opens_again() -> None:
    lane = Lane(lambda: 0.0, want_entry=True)
    lane.arrive(1)
    while not lane.persons[0].covers(0.0):
        lane.step(0.01)
    lane.persons[0].goal = lane.persons[0].x
    lane.want_entry = False
    run(lane, 3.0)
    assert lane.entry.openness > 0.5


def test_the_button_opens_both_doors_without_any_program() -> None:
    lane = Lane(lambda: 0.0)
    lane.button = True
    run(lane, 0.7)
    assert lane.entry.openness == lane.exit.openness == 1.0


def test_two_close_together_interrupt_entry_and_middle_at_once() -> None:
    lane = Lane(lambda: 0.0, want_entry=True)
    run(lane, 1.0)
    lane.arrive(2)
    seen = []
    for _ in range(300):
        lane.step(0.01)
        seen.append({Contact.ENTRY_BARRIER, Contact.MIDDLE_FIRST} <= lane.contacts())
    assert any(seen) or len(lane.persons) == 2


def test_a_command_opens_the_door_and_the_history_tells(server: LaneServer) -> None:
    with connected(server) as (door, watcher):
        watcher.wait_lane(lambda lane: lane.entry_closed and lane.exit_closed)
        door.command(DoorCommand(entry=True))
        server.wait_for(lambda lane: lane.entry == 1.0)
        door.command(DoorCommand())
        watcher.wait_lane(lambda lane: lane.entry_closed)
    assert [(o.door, o.closed_at is not None) for o in server.history] == [("entry", True)]


def test_a_report_older_than_the_command_settles_nothing(server: LaneServer) -> None:
    with connected(server) as (door, watcher):
        watcher.wait_lane(lambda lane: lane.exit_closed)
        door.command(DoorCommand(exit=True))
        assert watcher.states[-1].order < door.order
        watcher.wait_lane(lambda lane: lane.order == door.order)
        assert not watcher.states[-1].exit_closed


def test_people_and_the_button_reach_the_driver(server: LaneServer) -> None:
    with connected(server) as (door, watcher):
        door.command(DoorCommand(entry=True))
        server.enter()
        watcher.wait_lane(lambda lane: {Input.MIDDLE_FIRST, Input.FLOOR_MAT} <= lane.inputs)
        server.press_emergency()
        watcher.wait_lane(lambda lane: lane.emergency)


def test_a_cut_bus_is_noticed_and_comes_back_with_what_was_wanted(server: LaneServer) -> None:
    with connected(server) as (door, watcher):
        watcher.wait_lane(lambda lane: lane.exit_closed)
        server.fault("bus_cut")
        watcher.wait(lambda: watcher.health[-1] == "lost")
        assert door.lane is None
        door.command(DoorCommand(entry=True))
        server.repair()
        server.wait_for(lambda lane: lane.entry == 1.0)


def test_an_unplugged_line_comes_back(server: LaneServer) -> None:
    with connected(server) as (_, watcher):
        watcher.wait_lane(lambda lane: lane.exit_closed)
        server.fault("unplugged")
        watcher.wait(lambda: watcher.health[-1] == "lost")
        server.repair()
        watcher.wait(lambda: watcher.health[-1] == "ready")


def test_a_controller_that_reports_nothing_counts_as_lost(server: LaneServer) -> None:
    with connected(server) as (_, watcher):
        watcher.wait_lane(lambda lane: lane.exit_closed)
        server.fault("frozen")
        watcher.wait(lambda: watcher.health[-1] == "lost")


def test_the_wrong_key_gets_no_door(server: LaneServer) -> None:
    with connected(server, key=bytes(16)) as (door, watcher):
        watcher.wait(lambda: bool(watcher.health))
        assert watcher.health[0] == "lost"
        assert door.lane is None


def test_the_exit_closes_by_itself_when_the_gate_falls_silent(server: LaneServer) -> None:
    with connected(server) as (door, watcher):
        watcher.wait_lane(lambda lane: lane.exit_closed)
        door.command(DoorCommand(exit=True))
        server.wait_for(lambda lane: lane.exit == 1.0)
        server.fault("bus_cut")
        server.wait_for(lambda lane: lane.exit == 0.0)


def test_without_power_both_doors_are_free(server: LaneServer) -> None:
    server.fault("power_loss")
    server.wait_for(lambda lane: lane.entry == lane.exit == 1.0)


def test_both_doors_open_only_in_an_emergency() -> None:
    with pytest.raises(InterlockViolation):
        DoorCommand(entry=True, exit=True)
    assert DoorCommand(entry=True, exit=True, emergency=True).emergency
