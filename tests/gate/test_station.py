"""A device that vanishes comes back, and whoever asked meanwhile is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometrics.capture import DeviceLost
from gate.station import LONGEST_PAUSE, Condition, DeviceUnavailable, Health, Supervisor, pause_before


class Plug:
    """A device that opens only while plugged in."""

    def __init__(self) -> None:
        self.plugged = True
        self.opened = self.closed = 0
        self._changed = threading.Condition()
        self.conditions: list[Condition] = []

    def open(self) -> Plug:
        if not self.plugged:
            raise DeviceLost("not plugged in")
        self.opened += 1
        return self

    def close(self, device: Plug) -> None:
        self.closed += 1

    def hear(self, health: Health) -> None:
        with self._changed:
            self.conditions.append(health.condition)
            self._changed.notify_all()

    def wait(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, 10.0)

    def use(self, device: Plug) -> str:
        if not self.plugged:
            raise DeviceLost("pulled out")
        return "works"


@pytest.fixture
def plug() -> Plug:
    return Plug()


def supervised(plug: Plug) -> Supervisor[Plug]:
    supervisor = Supervisor("plug", plug.open, plug.close, on_health=plug.hear)
    supervisor.start()
    return supervisor


def test_a_call_runs_in_the_owner_thread(plug: Plug) -> None:
    supervisor = supervised(plug)
    plug.wait(lambda: Condition.READY in plug.conditions)
    name = asyncio.run(supervisor.call(lambda device: threading.current_thread().name))
    supervisor.stop()
    assert name == "owner of plug"
    assert (plug.opened, plug.closed) == (1, 1)


def test_a_device_that_vanishes_is_opened_again(plug: Plug) -> None:
    supervisor = supervised(plug)
    plug.wait(lambda: Condition.READY in plug.conditions)
    plug.plugged = False
    with pytest.raises(DeviceUnavailable):
        asyncio.run(supervisor.call(plug.use))
    plug.wait(lambda: plug.conditions[-1] is Condition.LOST)
    plug.plugged = True
    plug.wait(lambda: plug.conditions[-1] is Condition.READY)
    assert asyncio.run(supervisor.call(plug.use)) == "works"
    supervisor.stop()
    assert plug.opened == plug.closed == 2


def test_a_lost_device_is_refused_at_once(plug: Plug) -> None:
    plug.plugged = False
    supervisor = supervised(plug)
    plug.wait(lambda: Condition.LOST in plug.conditions)
    with pytest.raises(DeviceUnavailable) as refused:
        asyncio.run(supervisor.call(plug.use))
    assert refused.value.device == "plug"
    supervisor.stop()


def test_an_error_of_the_call_is_the_callers_and_the_device_stays(plug: Plug) -> None:
    def fails(device: Plug) -> None:
        raise ValueError("of the caller's making")

    supervisor = supervised(plug)
    plug.wait(lambda: Condition.READY in plug.conditions)
    with pytest.raises(ValueError, match="of the caller"):
        asyncio.run(supervisor.call(fails))
    assert supervisor.health.ready
    supervisor.stop()


@given(st.integers(1, 10_000))
def test_pauses_double_and_never_pass_five_seconds(attempt: int) -> None:
    assert 0.1 <= pause_before(attempt) <= pause_before(attempt + 1) <= LONGEST_PAUSE
