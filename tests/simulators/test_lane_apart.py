"""A lane in a process of its own: what a hall does to it happens there, and it ends with the hall however that ends."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.door import Door, DoorCommand, Input, LaneState
from simulators.lane_apart import LaneApart

HALL = """
import time
from simulators.lane_apart import LaneApart
if __name__ == "__main__":
    lane = LaneApart()
    print(lane.device, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def lane() -> Iterator[LaneApart]:
    apart = LaneApart()
    yield apart
    apart.close()


def test_a_gate_opens_it_over_the_wire_and_hears_who_comes_in(lane: LaneApart) -> None:
    came_in = threading.Event()

    def heard(state: LaneState) -> None:
        if Input.ENTRY_BARRIER in state.inputs:
            came_in.set()

    door = Door(lane.device, lane.key)
    door.listen(heard)
    door.start()
    try:
        lane.enter()
        door.command(DoorCommand(entry=True))
        assert came_in.wait(20)
        assert lane.snapshot.persons
        assert [opening.door for opening in lane.history] == ["entry"]
    finally:
        door.stop()


def test_a_closed_lane_leaves_nothing_behind() -> None:
    apart = LaneApart()
    device = Path(apart.device)
    assert device.is_symlink()
    apart.close()
    assert not device.parent.exists()


def test_a_killed_hall_takes_its_lanes_along(tmp_path: Path) -> None:
    script = tmp_path / "hall.py"
    script.write_text(HALL)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as hall:
        assert hall.stdout is not None
        device = Path(hall.stdout.readline().strip())
        assert device.is_symlink()
        hall.kill()
        assert hall.stdout.read() == "", "the lane's process has the other end of this pipe: it is gone, too"
    assert not device.parent.exists()
