"""A hold under Art. 25-2: 24 hours to the instant, over every end of month and year, and never less."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from examiner_console.contract import Decision, DecisionOutcome, Direction, Reason
from examiner_console.law.answers import NOTHING_ASKED, Answers, Clear, Hit, HoldGround, HoldNotice
from examiner_console.law.departure_holds import Hold, Kept, Release, hold_of
from tests.examiner_console.samples import NOW, inspection

NOTICE = HoldNotice("POLICE", HoldGround.EXTRADITION, NOW)
RELEASE = Release("POLICE, OKADA", "R-1", "hoshikawa", NOW)
DAY = timedelta(hours=24)
FIRST = datetime(2020, 1, 1, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=17 * 365)).map(lambda since: FIRST + since)


def hold(began: datetime, kept: Kept | None = None) -> Hold:
    seen = msgspec.structs.replace(inspection(nationality="UTO"), started_at=began)
    found = hold_of(seen, decision(), Answers(holds=Hit(NOTICE)), kept)
    assert found is not None
    return found


def decision(*codes: str) -> Decision:
    reasons = tuple(Reason(code, "Art. 25-2(1)", "r", "") for code in codes)
    return Decision(inspection().id, DecisionOutcome.REFER, reasons, "v", NOW, "1")


@given(INSTANTS, st.timedeltas(timedelta(0), DAY - timedelta(microseconds=1)))
@example(datetime(2028, 2, 28, 15, 30, tzinfo=UTC), timedelta(hours=23, minutes=59))
@example(datetime(2027, 12, 31, 14, 59, 59, tzinfo=UTC), timedelta(hours=12))
def test_a_hold_runs_at_every_instant_inside_24_hours_and_at_none_after(began: datetime, inside: timedelta) -> None:
    for kept in (None, Kept("hoshikawa", began)):
        assert hold(began, kept).runs(began + inside)
        assert not hold(began, kept).runs(began + DAY)
        assert not hold(began, kept).runs(began + DAY + inside)


@given(INSTANTS, st.timedeltas(timedelta(0), DAY * 2))
def test_once_released_it_holds_at_no_instant(began: datetime, after: timedelta) -> None:
    assert not hold(began, Kept("", None, RELEASE)).runs(began + after)


@pytest.mark.parametrize("codes", [("departure_hold",), ("overstay", "departure_hold")])
def test_the_reason_of_the_decision_holds_also_where_no_answer_is_stored(codes: tuple[str, ...]) -> None:
    found = hold_of(inspection(nationality="UTO"), decision(*codes), NOTHING_ASKED)
    assert found is not None
    assert found.notice is None
    assert found.runs(NOW)


def test_nothing_is_held_without_notice_nor_on_arrival_nor_of_a_national() -> None:
    notified = Answers(holds=Hit(NOTICE))
    assert hold_of(inspection(nationality="UTO"), decision("overstay"), Answers(holds=Clear())) is None
    assert hold_of(inspection(nationality="JPN"), decision(), notified) is None
    landing = msgspec.structs.replace(inspection(nationality="UTO"), direction=Direction.ARRIVAL)
    assert hold_of(landing, decision(), notified) is None
