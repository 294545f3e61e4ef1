"""A day in figures: everything adds up, days end at midnight in Japan, and nobody is counted twice."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examiner_console.casework.statistics import of_day, spread
from examiner_console.console import Console
from examiner_console.contract import Delivery
from examiner_console.web.charts import HIGH, columns
from tests.examiner_console.conftest import TestClock, stations_of
from tests.examiner_console.samples import arrival, findings, inspection
from tests.examiner_console.test_casework import report
from tests.examiner_console.test_inspections import put

pytestmark = pytest.mark.anyio
MIDNIGHT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""In Japan, as 24 November begins."""


async def test_everything_adds_up(console: Console, clock: TestClock) -> None:
    await report(console, inspection(), inspection(), arrival(), inspection(findings=findings(sod_hash="failed")))
    day = await console.store.read(lambda c: of_day(c, date(2026, 11, 23)))
    assert day.total == 4 == sum(day.hours.values())
    outcomes: Counter[str] = Counter()
    for (_, outcome), count in day.passages.items():
        outcomes[outcome] += count
    assert outcomes == {"confirm": 2, "refer": 2}
    waiting = await console.referrals.waiting()
    told = Counter(code for case in waiting for code in {reason.code for reason in case.decision.reasons})
    assert day.reasons == told
    assert sum(found.count for found in day.stations.values()) == 4
    assert all(0 <= one.failed <= one.count for one in day.tried)
    assert (day.to_booth.count, day.at_booth.count) == (0, 0)
    case = waiting[0].inspection.id
    clock.advance(seconds=40)
    await console.referrals.take(case, "hoshikawa")
    clock.advance(seconds=50)
    await console.referrals.hand_over(case, "hoshikawa", "x")
    day = await console.store.read(lambda c: of_day(c, date(2026, 11, 23)))
    assert (day.to_booth.median, day.at_booth.median) == (40.0, 50.0)


async def test_a_day_ends_at_midnight_in_japan(console: Console, clock: TestClock) -> None:
    clock.now = MIDNIGHT - timedelta(microseconds=1)
    await report(console, inspection(at=clock.now))
    clock.now = MIDNIGHT
    await report(console, inspection(at=clock.now), inspection(at=clock.now))
    days = [await console.store.read(lambda c, d=d: of_day(c, date(2026, 11, d))) for d in (22, 23, 24, 25)]
    assert [day.total for day in days] == [0, 1, 2, 0]
    assert {hour for hour, _ in days[1].hours} == {23}
    assert {hour for hour, _ in days[2].hours} == {0}


async def test_a_decision_that_was_taken_back_counts_once_as_it_is_now(console: Console) -> None:
    seen = inspection()
    async with stations_of(console) as client:
        for delivery in (Delivery.LIVE, Delivery.DEFERRED):
            await put(client, seen, delivery)
    day = await console.store.read(lambda c: of_day(c, date(2026, 11, 23)))
    assert {outcome for _, outcome in day.passages} == {"refer"}
    assert day.total == 1


@given(st.lists(st.floats(0, 1e6), max_size=200))
def test_a_spread_is_of_what_was_counted(seconds: list[float]) -> None:
    found = spread(seconds)
    assert found.count == len(seconds)
    if seconds:
        assert found.median is not None
        assert found.p95 is not None
        assert min(seconds) <= found.median <= found.p95 <= max(seconds)
        assert sum(one <= found.p95 for one in seconds) >= 0.95 * len(seconds) - 1


@given(st.lists(st.lists(st.integers(0, 10_000), min_size=2, max_size=2), min_size=1, max_size=24))
def test_a_column_is_as_high_as_what_it_stands_for(values: list[list[int]]) -> None:
    drawn = columns([list(zip(("grant", "refer"), column, strict=True)) for column in values], [""] * len(values))
    for n, column in enumerate(values):
        heights = [part.height for part in drawn.parts if part.x == n * 24 + 2]
        assert sum(heights) == pytest.approx(HIGH * sum(column) / drawn.top)
    assert all(0 <= part.y <= HIGH and part.height <= HIGH for part in drawn.parts)
