"""Whatever fails, in whatever order: nobody is clear whom the registry did not call clear, lately, when asked this."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final

import httpx2
from hypothesis import given, settings
from hypothesis import strategies as st

from examiner_console.law.answers import Clear, Failure, Hit, NoAnswer
from examiner_console.registries.desk import Desk
from examiner_console.registries.memory import MOST_REMEMBERED, REST_SECONDS, Remembering, Resting
from examiner_console.registries.port import Told
from examiner_console.registries.questions import Questions, VisaQuestion
from examiner_console.registries.table import KINDS, Kind
from examiner_console.registries.wire import Address, HttpRegistry, Line
from simulators.registries import Registries, create_app
from simulators.registry_world import World

ASKED: Final = tuple(VisaQuestion("UTO", f"L89890{number}") for number in range(3))
ENTRY: Final = {"kind": "exempt", "days": 90}
INSTANT_FAULTS: Final = ("down", "garbled", "stale", "wrong_document", "wrong_type", "wrong_schema", "slow")
"""Those that a transport without a socket can carry; at the wire each is tried with every registry."""
# Times are halves, which add up exactly, in floating point and in microseconds alike: a limit is met to the digit.
STEPS: Final = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(ASKED)),
        st.tuples(st.just("ask"), st.sampled_from(ASKED)),
        st.tuples(st.just("flip"), st.sampled_from(ASKED)),
        st.tuples(st.just("fault"), st.sampled_from((*INSTANT_FAULTS, None, None, None))),
        st.tuples(st.just("wait"), st.sampled_from((0.0, 0.5, 1.5, 2.0, 9.5, 10.0, 10.5, 29.0, 31.0))),
        st.tuples(st.just("copy"), st.sampled_from((0.0, 15.0, 25.0, 45.0))),
    ),
    max_size=40,
)


@dataclass
class Time:
    seconds: float = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def clock(self) -> datetime:
        return datetime(2026, 11, 27, tzinfo=UTC) + timedelta(seconds=self.seconds)


class InProcess(Line):
    """A line to a service in this process, so that a thousand plays need no port."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    @asynccontextmanager
    async def post(self, path: str, question: bytes) -> AsyncIterator[Any]:  # type: ignore[override]
        headers = {"content-type": "application/json"}
        async with self._http.stream("POST", path, content=question, headers=headers) as response:
            content = SimpleNamespace(iter_any=response.aiter_raw)
            yield SimpleNamespace(status=response.status_code, headers=response.headers, content=content)


@dataclass
class Play:
    """A registry behind its real port, and what it truly said: (when, of data of when), by question."""

    reuse: float
    stale_after: float
    time: Time = field(default_factory=Time)
    copy_age: float = 0.0
    fault: str | None = None
    held: set[VisaQuestion] = field(default_factory=set)
    clear: dict[VisaQuestion, list[tuple[float, float]]] = field(default_factory=dict)

    async def run(self, steps: list[tuple[str, Any]]) -> None:
        written = lambda: self.time.clock() - timedelta(seconds=self.copy_age)  # noqa: E731
        self.service = Registries(World(), written)
        transport = httpx2.ASGITransport(create_app(self.service))
        async with httpx2.AsyncClient(transport=transport, base_url="http://registry") as http:
            kind = Kind(KINDS["visa"].path, KINDS["visa"].found, self.stale_after, self.reuse)
            port = HttpRegistry("visa", kind, Address("", seconds=0.05), InProcess(http), self.time.clock)
            self.port = Remembering(
                Resting(port, self.time.monotonic),
                reuse=self.reuse,
                stale_after=self.stale_after,
                monotonic=self.time.monotonic,
                clock=self.time.clock,
            )
            for name, value in steps:
                await self.step(name, value)

    async def step(self, name: str, value: Any) -> None:
        if name == "ask":
            await self.ask(value)
        elif name == "flip":
            self.flip(value)
        elif name == "wait":
            self.time.seconds += value
        elif name == "copy":
            self.copy_age = value
        elif value is None:
            self.service.repair("visa")
            self.fault = None
        else:
            self.service.fault("visa", value)
            self.fault = value

    def flip(self, question: VisaQuestion) -> None:
        asked = {"nationality": question.nationality, "document_number": question.document_number}
        if question in self.held:
            self.service.world.strike("visa", **asked)
        else:
            self.service.world.enter("visa", ENTRY, **asked)
        self.held ^= {question}

    async def ask(self, question: VisaQuestion) -> None:
        before = len(self.service.received)
        told = await self.port.ask(question)
        now, asked = self.time.seconds, len(self.service.received) > before
        if asked and self.fault is None and question not in self.held:
            self.clear.setdefault(question, []).append((now, now - self.copy_age))
        if isinstance(told.answer, Clear):
            self.check(question, told, now)

    def check(self, question: VisaQuestion, told: Told, now: float) -> None:
        assert any(
            now - said <= self.reuse and now - data <= self.stale_after and told.age == now - said
            for said, data in self.clear.get(question, ())
        ), f"clear at {now}, said clear at {self.clear.get(question)}"


@settings(deadline=None, max_examples=120)
@given(STEPS, st.sampled_from((0.0, 10.0, 30.0)), st.sampled_from((20.0, 40.0)))
def test_nobody_is_clear_whom_the_registry_did_not_call_clear(
    steps: list[tuple[str, Any]], reuse: float, stale_after: float
) -> None:
    asyncio.run(Play(reuse, stale_after).run(steps))


@dataclass
class Scripted:
    """A port in the test's hand."""

    answers: list[Told]
    asked: int = 0

    async def ask(self, question: Any) -> Told:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


SILENCE: Final = Told(NoAnswer(Failure.DOWN))


def remembering(port: Any, time: Time, reuse: float = 10.0) -> Remembering:
    return Remembering(port, reuse=reuse, stale_after=3600, monotonic=time.monotonic, clock=time.clock)


def test_what_was_clear_is_not_when_its_time_is_over_and_the_registry_is_down() -> None:
    time = Time()
    port = remembering(Scripted([Told(Clear(), time.clock()), SILENCE]), time)

    async def play() -> list[Told]:
        told = []
        for seconds in (0.0, 10.0, 10.5):
            time.seconds = seconds
            told.append(await port.ask(ASKED[0]))
        return told

    first, again, late = asyncio.run(play())
    assert (first.answer, again.answer, again.age) == (Clear(), Clear(), 10.0)
    assert late == SILENCE


def test_an_answer_is_not_given_again_once_its_data_is_too_old() -> None:
    time = Time()
    scripted = Scripted([Told(Clear(), time.clock() - timedelta(seconds=3595)), SILENCE])
    port = remembering(scripted, time)
    assert asyncio.run(port.ask(ASKED[0])).answer == Clear()
    time.seconds = 6.0
    assert asyncio.run(port.ask(ASKED[0])) == SILENCE


def test_a_hit_is_given_again_for_its_time_and_then_asked_for() -> None:
    time = Time()
    scripted = Scripted([Told(Hit("entry"), time.clock()), Told(Clear(), time.clock())])
    port = remembering(scripted, time)

    async def play() -> list[Any]:
        found = [(await port.ask(ASKED[0])).answer for _ in range(2)]
        time.seconds = 11.0
        return [*found, (await port.ask(ASKED[0])).answer]

    assert asyncio.run(play()) == [Hit("entry"), Hit("entry"), Clear()]
    assert scripted.asked == 2


def test_silence_is_asked_about_again_at_once() -> None:
    time = Time()
    scripted = Scripted([SILENCE, Told(Clear(), time.clock())])
    port = remembering(scripted, time)
    assert [asyncio.run(port.ask(ASKED[0])).answer for _ in range(2)] == [NoAnswer(Failure.DOWN), Clear()]


def test_the_memory_is_bounded() -> None:
    time = Time()
    scripted = Scripted([Told(Clear(), time.clock())])
    port = remembering(scripted, time)

    async def play() -> None:
        for number in range(MOST_REMEMBERED + 1):
            await port.ask(VisaQuestion("UTO", str(number)))
        await port.ask(VisaQuestion("UTO", str(MOST_REMEMBERED)))
        assert scripted.asked == MOST_REMEMBERED + 1
        await port.ask(VisaQuestion("UTO", "0"))

    asyncio.run(play())
    assert scripted.asked == MOST_REMEMBERED + 2


def test_while_one_tries_a_resting_registry_the_others_do_not_wait_for_it() -> None:
    time, release = Time(), asyncio.Event()

    class Stuck(Scripted):
        async def ask(self, question: Any) -> Told:
            if self.asked >= 5:
                await release.wait()
            return await super().ask(question)

    async def play() -> tuple[Told, Told, Told]:
        port = Resting(Stuck([SILENCE] * 5 + [Told(Clear())]), time.monotonic)
        for _ in range(5):
            await port.ask(ASKED[0])
        time.seconds = REST_SECONDS
        trying = asyncio.create_task(port.ask(ASKED[0]))
        await asyncio.sleep(0)
        meanwhile = await port.ask(ASKED[1])
        release.set()
        return meanwhile, await trying, await port.ask(ASKED[1])

    meanwhile, tried, after = asyncio.run(play())
    assert meanwhile.answer == NoAnswer(Failure.RESTING)
    assert tried.answer == after.answer == Clear()


def test_four_failures_and_an_answer_do_not_lay_a_registry_to_rest() -> None:
    port = Resting(Scripted(([SILENCE] * 4 + [Told(Clear())]) * 3 + [SILENCE]), Time().monotonic)

    async def play() -> list[Any]:
        return [(await port.ask(ASKED[0])).answer for _ in range(15)]

    assert NoAnswer(Failure.RESTING) not in asyncio.run(play())


def test_a_port_that_breaks_every_promise_holds_nobody_up() -> None:
    """One raises, one never answers and will not be cancelled, one is well: one answer each, and the call returns."""

    class Raising:
        async def ask(self, question: Any) -> Told:
            raise ZeroDivisionError

    class Deaf:
        async def ask(self, question: Any) -> Told:
            while not release.is_set():
                try:
                    await release.wait()
                except asyncio.CancelledError:
                    continue
            return Told(Clear())

    async def play() -> Any:
        desk = Desk({"visa": Raising(), "re_entry": Deaf(), "watchlist": Scripted([Told(Clear())])}, seconds=0.05)
        asked = Questions(visa=ASKED[0], re_entry=ASKED[0], watchlist=ASKED[0])  # type: ignore[arg-type]
        answers = await desk.ask_all(asked)
        release.set()
        return answers

    release = asyncio.Event()
    answers = asyncio.run(play())
    assert answers.visa == NoAnswer(Failure.DOWN)
    assert answers.re_entry == NoAnswer(Failure.SLOW)
    assert answers.watchlist == Clear()


def test_who_stops_waiting_takes_the_questions_along() -> None:
    cancelled = asyncio.Event()

    class Waiting:
        async def ask(self, question: Any) -> Told:
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()
            return SILENCE

    async def play() -> None:
        asking = asyncio.create_task(Desk({"visa": Waiting()}).ask_all(Questions(visa=ASKED[0])))
        for _ in range(3):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await cancelled.wait()
        assert asking.cancelled()

    asyncio.run(play())
