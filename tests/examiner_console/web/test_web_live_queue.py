"""What a page that listens is told: the whole list once, then changes that add up to it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examiner_console.casework.cases import Case, CaseState
from examiner_console.contract import Decision, DecisionOutcome, Reason
from examiner_console.database import StoreUnavailable
from examiner_console.web.live_queue import LiveQueue, Shown
from examiner_console.web.queue_list import Looker, QueueList
from tests.examiner_console.samples import NOW, inspection

OFFICERS = ("hoshikawa", "akazawa")
DISPLAYS = {"hoshikawa": "K. Hoshikawa", "akazawa": "<b>A. Akazawa</b>"}
ROW = re.compile(r'<tr data-case="([^"]+)".*?</tr>', re.DOTALL)


def a_case(number: int) -> Case:
    seen = inspection()
    reason = Reason("face_not_matched", "Art. 25(1)", "face_matches")
    decision = Decision(seen.id, DecisionOutcome.REFER, (reason,), "2026-11-27", NOW, "3")
    return Case(f"A-{number:04}", seen, decision, "3", CaseState.WAITING, NOW)


CASES = [a_case(number) for number in range(6)]


@st.composite
def lists(draw: st.DrawFn) -> Shown:
    """Some of the cases, oldest first, each waiting or held."""
    holders = draw(st.lists(st.sampled_from([None, *OFFICERS, "gone"]), min_size=6, max_size=6))
    last = draw(st.integers(0, 6))
    kept = draw(st.sets(st.sampled_from(range(6))))
    cases = [replace(CASES[n], taken_by=holders[n]) for n in range(last) if n in kept]
    return Shown(tuple(cases), DISPLAYS)


@dataclass
class Page:
    """A list as the page's script keeps it."""

    rows: dict[str, str]

    @classmethod
    def of(cls, whole: str) -> Page:
        return cls({found[1]: found[0] for found in ROW.finditer(whole)})

    def amend(self, told: str) -> None:
        change = json.loads(told)
        for id in change["gone"]:
            self.rows.pop(id, None)
        for id, row, above in change["rows"]:
            if id not in self.rows:
                order = list(self.rows)
                order.insert(order.index(above) + 1 if above else 0, id)
                self.rows = {one: self.rows.get(one, "") for one in order}
            self.rows[id] = row.strip()


@given(
    st.lists(lists(), min_size=2, max_size=5), st.sampled_from(OFFICERS), st.sampled_from(["en", "ja"]), st.booleans()
)
def test_changes_add_up_to_the_whole_list(seen: Sequence[Shown], officer: str, language: str, may_take: bool) -> None:
    listed, looker = QueueList(), Looker(officer, language, may_take)
    page = Page.of(listed.whole(seen[0], looker))
    for before, after in pairwise(seen):
        page.amend(listed.change(before, after, looker))
        assert list(page.rows.items()) == list(Page.of(listed.whole(after, looker)).rows.items())
        assert list(page.rows) == [str(case.inspection.id) for case in after.cases]


@given(lists(), lists())
def test_one_officer_s_change_is_not_shown_to_another(before: Shown, after: Shown) -> None:
    listed = QueueList()
    for officer in OFFICERS:
        change = json.loads(listed.change(before, after, Looker(officer, "en", True)))
        rows = {id: row for id, row, _ in change["rows"]}
        mine = {str(case.inspection.id) for case in after.cases if case.taken_by == officer}
        assert {id for id, row in rows.items() if "Go on" in row} <= mine
        assert not any("<b>A. Akazawa" in row for row in rows.values())


class Cases:
    """What a queue reads from, in the place of the store."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.reads = 0
        self.fails = False
        self.event = asyncio.Event()

    async def waiting(self) -> list[Case]:
        self.reads += 1
        if self.fails:
            raise StoreUnavailable("away")
        return list(self.cases)

    async def displays(self) -> dict[str, str]:
        return DISPLAYS

    def subscribe(self) -> Any:
        cases = self

        class Told:
            async def __aenter__(self) -> Any:
                async def each() -> Any:
                    while True:
                        await cases.event.wait()
                        cases.event.clear()
                        if cases.fails is None:
                            return
                        yield None

                return each()

            async def __aexit__(self, *_: object) -> None:
                return None

        return Told()

    def change(self, *cases: Case) -> None:
        self.cases = list(cases)
        self.event.set()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_a_hundred_listeners_are_told_by_one_reading() -> None:
    cases = Cases()
    queue = LiveQueue(cases, cases)  # type: ignore[arg-type]  # what it asks of both

    async def listener() -> int:
        async with queue.listen() as feed:
            shown = None
            while shown is None or not shown.cases:
                shown = await feed.unlike(shown, 10)
            return len(shown.cases)

    listening = [asyncio.create_task(listener()) for _ in range(100)]
    await asyncio.sleep(0)
    cases.change(CASES[0])
    assert await asyncio.gather(*listening) == [1] * 100
    assert cases.reads <= 3


@pytest.mark.anyio
async def test_a_store_that_was_away_is_read_again_and_the_old_list_stands_meanwhile() -> None:
    cases = Cases()
    queue = LiveQueue(cases, cases)  # type: ignore[arg-type]
    cases.cases = [CASES[0]]
    async with queue.listen() as feed:
        shown = await feed.unlike(None, 10)
        assert shown is not None
        cases.fails = True
        cases.change(CASES[0], CASES[1])
        assert await feed.unlike(shown, 0.3) is shown
        cases.fails = False
        cases.event.set()
        again = await feed.unlike(shown, 10)
        assert again is not None
        assert len(again.cases) == 2


@pytest.mark.anyio
async def test_when_the_console_stops_every_listener_hears_it() -> None:
    cases = Cases()
    queue = LiveQueue(cases, cases)  # type: ignore[arg-type]
    async with queue.listen() as feed:
        shown = await feed.unlike(None, 10)
        cases.fails = None  # type: ignore[assignment]  # its stream ends
        cases.event.set()
        await asyncio.wait_for(feed.unlike(shown, 30), 10)
        assert feed.ended


@pytest.mark.anyio
async def test_who_comes_after_the_last_has_gone_gets_a_new_reading() -> None:
    cases = Cases()
    queue = LiveQueue(cases, cases)  # type: ignore[arg-type]
    async with queue.listen() as feed:
        first = await feed.unlike(None, 10)
    cases.cases = [CASES[0]]
    async with queue.listen() as feed:
        second = await feed.unlike(None, 10)
    assert first is not None
    assert second is not None
    assert (len(first.cases), len(second.cases)) == (0, 1)
