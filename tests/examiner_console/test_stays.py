"""Periods of stay in days, months and years, and the statuses they may be granted under."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examiner_console.law.statuses import ACTIVITY, STATUSES, UNLIMITED, allowed, period_text, permitted_until
from examiner_console.law.stays import Period, age_on, parse_period


@pytest.mark.parametrize(
    ("landed", "period", "last"),
    [
        ("2026-04-01", "P90D", "2026-06-30"),
        ("2026-01-31", "P1M", "2026-02-28"),
        ("2028-01-31", "P1M", "2028-02-29"),
        ("2028-02-29", "P1Y", "2029-02-28"),
        ("2026-11-30", "P3M", "2027-02-28"),
        ("2026-12-15", "P6M", "2027-06-15"),
        ("2026-10-01", "P4Y3M", "2031-01-01"),
        ("2027-12-31", "P15D", "2028-01-15"),
    ],
)
def test_a_period_ends_with_the_day_of_the_same_number(landed: str, period: str, last: str) -> None:
    length = parse_period(period)
    assert length is not None
    assert length.after(date.fromisoformat(landed)) == date.fromisoformat(last)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_months_never_spill_into_the_month_after(start: date, months: int) -> None:
    end = Period(months=months).after(start)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)


@pytest.mark.parametrize("text", ["", "P", "P0D", "90D", "PT1H", "P-1D", "P1D1Y", "P1W", "p90d", "P90D\n", "P٩D"])
def test_what_is_no_period_is_none(text: str) -> None:
    assert parse_period(text) is None or not allowed("TEMPORARY_VISITOR", text)


@pytest.mark.parametrize(
    ("status", "period", "may"),
    [
        ("TEMPORARY_VISITOR", "P90D", True),
        ("TEMPORARY_VISITOR", "P14D", True),
        ("TEMPORARY_VISITOR", "P1D", True),
        ("TEMPORARY_VISITOR", "P16D", False),
        ("TEMPORARY_VISITOR", "P91D", False),
        ("TEMPORARY_VISITOR", "P3M", False),
        ("TEMPORARY_VISITOR", "P0D", False),
        ("STUDENT", "P4Y3M", True),
        ("STUDENT", "P2Y", True),
        ("STUDENT", "P4Y4M", False),
        ("SSW-1", "P3Y", True),
        ("SSW-2", "P2Y", True),
        ("DESIGNATED", "P5Y", True),
        ("DESIGNATED", "P5Y1D", False),
        ("PERMANENT", UNLIMITED, True),
        ("PERMANENT", "P5Y", False),
        ("DIPLOMAT", ACTIVITY, True),
        ("NONSENSE", "P90D", False),
        ("PROFESSOR", "", False),
    ],
)
def test_the_table_says_which_period_a_status_may_have(status: str, period: str, may: bool) -> None:
    assert allowed(status, period) is may


@pytest.mark.parametrize("code", STATUSES)
def test_every_status_offers_something_and_may_grant_what_it_offers(code: str) -> None:
    offered = STATUSES[code].offered
    assert offered
    for period in offered:
        assert allowed(code, period)
        assert period_text(period, "ja")
        assert permitted_until(date(2026, 11, 23), code, period) or period in (UNLIMITED, ACTIVITY)


def test_a_period_that_is_not_allowed_has_no_last_day() -> None:
    with pytest.raises(ValueError, match="may not be granted"):
        permitted_until(date(2026, 11, 23), "TEMPORARY_VISITOR", "P1Y")


def test_periods_are_said_as_they_are_printed() -> None:
    assert (period_text("P90D", "en"), period_text("P1Y", "en")) == ("90 days", "1 year")
    assert (period_text("P90D", "ja"), period_text("P4Y3M", "ja")) == ("90日", "4年3月")
    assert (period_text("P3M", "th"), period_text(UNLIMITED, "ja")) == ("3 months", "無期限")


def test_a_birthday_on_29_february_counts_on_1_march() -> None:
    born = date(2008, 2, 29)
    assert [age_on(born, day) for day in (date(2026, 2, 28), date(2026, 3, 1))] == [17, 18]
