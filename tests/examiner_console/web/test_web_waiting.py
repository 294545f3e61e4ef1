"""The public display of the hall: anybody may see it, it shows nobody's data, and it says what it does not know."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from examiner_console.casework import spot_ins
from examiner_console.casework.attainment import SpotIn
from examiner_console.casework.queueing import Estimate, Missing
from examiner_console.database import StoreUnavailable
from examiner_console.law.decide import LANDINGS_ALONE
from examiner_console.law.stays import japan_date
from examiner_console.settings import Settings, Waiting
from examiner_console.web.hall_display import shown

NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def at(hall: Any, minutes: float) -> datetime:
    when = NOON + timedelta(minutes=minutes)
    hall.clock = lambda: when
    return when


def flight(hall: Any, name: str, minutes: float, *, visitors: int | None = 20, spot: str = "107") -> None:
    when, said = NOON + timedelta(minutes=minutes), NOON
    told = SpotIn(name, japan_date(when), when, spot, "T3", 30, visitors, said)
    asyncio.run(hall.console.store.write(lambda c: spot_ins.put(c, told)))


def permit(hall: Any, count: int) -> None:
    """One a minute from noon on, each after fifty seconds at the booth."""
    for minute in range(count):
        at(hall, minute)
        id = hall.arrives(pictures=False)
        asyncio.run(hall.console.referrals.take(id, "hoshikawa"))
        at(hall, minute + 50 / 60)
        asyncio.run(hall.console.referrals.grant(id, "hoshikawa", "TEMPORARY_VISITOR", "P90D"))
    at(hall, count)


def body(hall: Any) -> str:
    answer = hall.browser().get("/waiting")
    assert answer.status_code == 200
    text: str = answer.text
    return text.split('<main id="silent"')[0]


def figures(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"<b>(\d+)</b>", page)]


@pytest.fixture
def hall(own_hall: Any) -> Any:
    settings = Settings(
        data_dir=own_hall.folder, booths=4, rules=LANDINGS_ALONE, waiting=Waiting(walking_minutes={"107": 0})
    )
    object.__setattr__(own_hall.console, "settings", settings)
    at(own_hall, 0)
    return own_hall


def test_without_data_it_says_that_the_wait_is_not_known_in_both_languages(hall: Any) -> None:
    page = body(hall)
    assert page.count("不明</span>") == page.count("Not known</span>") == 2
    assert "No flight has been reported." in page
    assert "到着便の情報がありません。" in page
    assert figures(page) == []


def test_with_flights_and_permissions_it_says_how_many_minutes_and_shows_nobody(hall: Any) -> None:
    flight(hall, "NH1", -5)
    flight(hall, "JL2", 30)
    permit(hall, 6)
    page = body(hall)
    low, high, *_ = figures(page)
    assert low <= 15 <= high  # fourteen before one officer, a minute each
    assert "Not known" not in page
    assert "not known for every flight" not in page
    assert "There is little experience with this hall yet." in page
    for secret in ("TESSARINE", "hoshikawa", "NH1", "UTO"):
        assert secret not in page


def test_nothing_announced_leaves_the_later_wait_unknown(hall: Any) -> None:
    flight(hall, "NH1", -5)
    permit(hall, 6)
    page = body(hall)
    assert len(figures(page)) in (1, 2)
    assert "No coming flight has been announced." in page


def test_a_flight_of_which_nobody_knows_the_visitors_is_said(hall: Any) -> None:
    flight(hall, "NH1", -5, visitors=None)
    permit(hall, 6)
    assert "not known for every flight" in body(hall)


def test_however_many_ask_it_is_reckoned_once_in_a_while(hall: Any) -> None:
    first = body(hall)
    flight(hall, "NH1", -5)
    at(hall, 0.2)
    assert body(hall) == first
    at(hall, 1)
    assert body(hall) != first


def test_a_store_that_does_not_answer_is_said_and_shows_no_old_minutes(
    hall: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    flight(hall, "NH1", -5)
    permit(hall, 6)
    assert figures(body(hall))
    at(hall, 10)

    async def silent(_work: Any) -> Any:
        raise StoreUnavailable("down")

    monkeypatch.setattr(hall.console.store, "read", silent)
    page = body(hall)
    assert figures(page) == []
    assert "システムが応答していません" in page


def test_a_band_is_rounded_outwards_and_never_to_zero() -> None:
    assert (shown(Estimate(8, 6.2, 10.1)).low, shown(Estimate(8, 6.2, 10.1)).high) == (5, 15)
    assert shown(Estimate(0.5, 0.4, 0.6)).high == 5
    assert shown(Estimate(None, None, None, (Missing.FLIGHTS,))).high is None
