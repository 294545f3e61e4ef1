"""All registries of a hall behind one call: asked side by side, one answer each, and never an exception.

async with aclosing(desk_of(places)) as desk:
    answers = await desk.ask_all(about(document, direction=Direction.ARRIVAL, port="HND"))
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import structlog

from examiner_console.law.answers import Answers, Failure
from examiner_console.registries.memory import Remembering, Resting
from examiner_console.registries.port import Registry, Told, silent
from examiner_console.registries.questions import Question, Questions
from examiner_console.registries.table import KINDS, LIMIT_SECONDS
from examiner_console.registries.wire import Address, HttpRegistry, Line

log = structlog.get_logger(__name__)

_SCHEDULING_SECONDS: Final = 0.1
"""What a port that keeps its own limit may need beyond it on a busy machine, before its answer is no longer awaited."""


class UnknownRegistry(ValueError):
    """No registry has this name; the message lists those that there are."""

    code = "unknown_registry"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a registry is, and the ages that this hall allows it; None takes those of `table.KINDS`."""

    address: Address
    reuse: float | None = None
    stale_after: float | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """The answers, and by registry how old each is (s) and how the registry dated its data."""

    answers: Answers
    told: Mapping[str, Told]


Beside: TypeAlias = Callable[[Registry[Any] | None], Registry[Any]]


class Desk:
    """`registries` by their names in `Answers`; what has no port here is `NotAsked`."""

    def __init__(
        self,
        registries: Mapping[str, Registry[Any]],
        seconds: float = LIMIT_SECONDS,
        lines: Sequence[Line] = (),
    ) -> None:
        """`lines` are the ports' connections, which the desk closes."""
        self._registries = dict(registries)
        self._lines = lines
        self._seconds = seconds + _SCHEDULING_SECONDS
        self._late: set[asyncio.Task[Told]] = set()

    async def ask_all(self, questions: Questions) -> Answers:
        return (await self.hear_all(questions)).answers

    async def hear_all(self, questions: Questions) -> Heard:
        """After `seconds` plus scheduling at the latest, whatever the ports do."""
        tasks = {
            name: asyncio.create_task(self._registries[name].ask(question), name=f"registry {name}")
            for name, question in questions.asked().items()
            if name in self._registries
        }
        try:
            if tasks:
                await asyncio.wait(tasks.values(), timeout=self._seconds)
            told = {name: _told(name, task) for name, task in tasks.items()}
        finally:
            self._let_go(tasks.values())
        return Heard(Answers(**{name: one.answer for name, one in told.items()}), told)

    async def aclose(self) -> None:
        for line in self._lines:
            await line.aclose()

    def _let_go(self, tasks: Any) -> None:
        """Cancel what is not done, without waiting for it: a port that ignores this may not hold up the traveller."""
        for task in tasks:
            if not task.done():
                self._late.add(task)
                task.add_done_callback(self._late.discard)
                task.add_done_callback(_noticed)
                task.cancel()


def _told(name: str, task: asyncio.Task[Told]) -> Told:
    if not task.done():
        return silent(Failure.SLOW)
    if task.cancelled() or (error := task.exception()) is None:
        return silent(Failure.DOWN) if task.cancelled() else task.result()
    log.error("registry_port_failed", registry=name, error=type(error).__name__)  # a fault of ours, not of a registry
    return silent(Failure.DOWN)


def _noticed(task: asyncio.Task[Told]) -> None:
    """Take the exception of a task nobody awaits, which asyncio would otherwise print with its arguments."""
    if not task.cancelled():
        task.exception()


def _now() -> datetime:
    return datetime.now(UTC)


def desk_of(
    places: Mapping[str, Place],
    *,
    beside: Mapping[str, Beside] = MappingProxyType({}),
    clock: Callable[[], datetime] = _now,
    monotonic: Callable[[], float] = time.monotonic,
) -> Desk:
    """Ports over HTTP for `places`; `beside`, by name, makes a port of that one, or of None where there is no place.
    `aclose` ends them. Raises UnknownRegistry or UnusableAddress, before anything is asked."""
    if unknown := set(places) - set(KINDS):
        raise UnknownRegistry(f"no such registry: {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    lines = {name: place.address.line() for name, place in places.items()}
    ports: dict[str, Registry[Any]] = {
        name: _port(name, place, lines[name], clock, monotonic) for name, place in places.items()
    }
    for name, made in beside.items():
        ports[name] = made(ports.get(name))
    seconds = max((place.address.seconds for place in places.values()), default=LIMIT_SECONDS)
    return Desk(ports, seconds, tuple(lines.values()))


def _port(
    name: str, place: Place, line: Line, clock: Callable[[], datetime], monotonic: Callable[[], float]
) -> Registry[Question]:
    kind = KINDS[name]
    stale_after = kind.stale_after if place.stale_after is None else place.stale_after
    reuse = kind.reuse if place.reuse is None else place.reuse
    kind = type(kind)(kind.path, kind.found, stale_after, reuse)
    wire = HttpRegistry(name, kind, place.address, line, clock)
    resting = Resting(wire, monotonic, name=name)
    return Remembering(resting, reuse=reuse, stale_after=stale_after, monotonic=monotonic, clock=clock)
