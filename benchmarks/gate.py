"""The gate's own parts: one move of the journey, and the way to the door and back over OSDP on a pty.

Compared with: python-statemachine 141 µs and transitions 10 µs a move; OSDP as first tried, a command in 60 ms and an
input in 110 ms; the rule that an emergency opens both doors within 0.5 s.
"""

from __future__ import annotations

import logging
import statistics
import threading
import time
from collections.abc import Callable

import structlog

from gate.door import Door, DoorCommand, Input, LaneState
from gate.journey import Event, State, advance
from simulators.door import LaneServer

MOVES = 200_000
ROUNDS = 15
PATIENCE = 20.0


class Bell:
    """Rings with every state of the lane."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._lane: LaneState | None = None

    def hear(self, lane: LaneState) -> None:
        with self._changed:
            self._lane = lane
            self._changed.notify_all()

    def seconds_until(self, condition: Callable[[LaneState], bool]) -> float:
        began = time.perf_counter()
        with self._changed:
            if not self._changed.wait_for(lambda: self._lane is not None and condition(self._lane), PATIENCE):
                raise TimeoutError("the lane never came to that")
        return time.perf_counter() - began


def microseconds_a_move() -> float:
    pairs = [(state, event) for state in State for event in Event]
    began = time.perf_counter()
    for number in range(MOVES):
        advance(*pairs[number % len(pairs)])
    return (time.perf_counter() - began) / MOVES * 1e6


def door_rows() -> list[tuple[str, list[float]]]:
    server, bell = LaneServer(), Bell()
    door = Door(server.device, server.key, on_lane=bell.hear)
    began = time.perf_counter()
    door.start()
    try:
        bell.seconds_until(lambda lane: lane.exit_closed)
        opened = [time.perf_counter() - began]
        return [("start to a known lane, secure channel up", opened), *_rounds(server, door, bell)]
    finally:
        door.stop()
        server.close()


def _rounds(server: LaneServer, door: Door, bell: Bell) -> list[tuple[str, list[float]]]:
    commands, inputs, emergencies = [], [], []
    for _ in range(ROUNDS):
        bell.seconds_until(lambda lane: _closed(lane, door))
        began = time.perf_counter()
        door.command(DoorCommand(entry=True))
        server.wait_for(lambda lane: lane.entry > 0)
        commands.append(time.perf_counter() - began)
        door.command(DoorCommand())
        bell.seconds_until(lambda lane: _closed(lane, door))
        server.press_emergency()
        inputs.append(bell.seconds_until(lambda lane: Input.EMERGENCY_BUTTON in lane.inputs))
        server.wait_for(lambda lane: lane.entry == lane.exit == 1.0)
        server.release_emergency()
        bell.seconds_until(lambda lane: _closed(lane, door) and not lane.emergency)
        began = time.perf_counter()
        door.command(DoorCommand(entry=True, exit=True, emergency=True))
        server.wait_for(lambda lane: lane.entry > 0 and lane.exit > 0)
        emergencies.append(time.perf_counter() - began)
        door.command(DoorCommand())
    return [
        ("command to a leaf that moves", commands),
        ("button pressed to the gate knowing", inputs),
        ("emergency commanded to both leaves moving", emergencies),
    ]


def _closed(lane: LaneState, door: Door) -> bool:
    """Both, and told after the last command."""
    return lane.order == door.order and lane.entry_closed and lane.exit_closed


def main() -> None:
    print(f"{'journey: one move, µs':48}{microseconds_a_move():8.2f}")
    print(f"\n{'door over OSDP, ms':48}{'median':>8}{'worst':>8}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    for name, seconds in door_rows():
        print(f"{name:48}{statistics.median(seconds) * 1e3:8.0f}{max(seconds) * 1e3:8.0f}")
