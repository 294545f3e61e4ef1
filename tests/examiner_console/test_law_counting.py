"""Periods by the Civil Code, and the statuses as they stood on a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examiner_console.law.counting import deadline, end_of_day, hours_after, last_day
from examiner_console.law.statuses import STATUSES
from examiner_console.law.statuses_by_date import (
    SKILLED_WORKERS,
    UNCERTAIN,
    allowed_on,
    is_certain,
    main_status,
    statuses_on,
    stays_until,
)
from examiner_console.law.stays import JAPAN, Period, japan_date, parse_period

DAY = timedelta(days=1)
instants = st.integers(0, 3 * 10**9).map(lambda s: datetime(2000, 1, 1, tzinfo=JAPAN) + timedelta(seconds=s))
years = st.dates(date(2000, 1, 1), date(2200, 1, 1))


@pytest.mark.parametrize(
    ("before", "period", "last"),
    [
        ("2026-04-01", "P90D", "2026-06-30"),
        ("2026-11-23", "P1D", "2026-11-24"),
        ("2027-12-31", "P15D", "2028-01-15"),
        ("2026-04-15", "P1M", "2026-05-15"),
        ("2026-01-30", "P1M", "2026-02-28"),
        ("2026-01-31", "P1M", "2026-02-28"),
        ("2028-01-31", "P1M", "2028-02-29"),
        ("2026-02-28", "P1M", "2026-03-31"),
        ("2028-02-28", "P1M", "2028-03-28"),
        ("2028-02-29", "P1M", "2028-03-31"),
        ("2026-04-30", "P1M", "2026-05-31"),
        ("2028-02-29", "P1Y", "2029-02-28"),
        ("2027-02-28", "P1Y", "2028-02-29"),
        ("2026-12-31", "P1Y", "2027-12-31"),
        ("2026-10-01", "P4Y3M", "2031-01-01"),
        ("2026-08-31", "P6M", "2027-02-28"),
        ("2026-02-28", "P1M1D", "2026-04-01"),
    ],
)
def test_a_period_ends_before_the_day_that_corresponds_to_its_first(before: str, period: str, last: str) -> None:
    length = parse_period(period)
    assert length is not None
    assert last_day(date.fromisoformat(before), length) == date.fromisoformat(last)


@given(years, st.integers(1, 72))
def test_months_are_whole_whatever_day_they_begin(before: date, months: int) -> None:
    """The day after the last corresponds to the first day, or begins a month that follows one without such a day."""
    first = before + DAY
    following = last_day(before, Period(months=months)) + DAY
    count = (following.year - first.year) * 12 + following.month - first.month
    assert (count, following.day) == (months, first.day) or (count == months + 1 and following.day == 1)


@given(years, st.integers(1, 24), st.integers(1, 24))
def test_a_longer_period_never_ends_earlier(before: date, months: int, more: int) -> None:
    assert last_day(before, Period(months=months)) < last_day(before, Period(months=months + more))


@given(years, st.integers(1, 60))
def test_the_count_of_earlier_versions_never_ends_later_and_differs_only_after_a_months_last_day(
    before: date, months: int
) -> None:
    exact, earlier = last_day(before, Period(months=months)), Period(months=months).after(before)
    assert timedelta(0) <= exact - earlier <= timedelta(days=3)
    if exact != earlier:
        assert (before + DAY).day == 1


@given(years, st.integers(1, 4000))
def test_days_are_counted_without_the_first(before: date, days: int) -> None:
    assert last_day(before, Period(days=days)) == before + days * DAY == Period(days=days).after(before)


@pytest.mark.parametrize("before", [date.max, date(9999, 1, 1), date(9950, 6, 1)])
def test_a_period_past_the_calendar_is_an_error(before: date) -> None:
    with pytest.raises(OverflowError):
        last_day(before, Period(years=50, days=1))


@given(instants, st.integers(1, 60))
def test_a_deadline_is_midnight_in_japan(at: datetime, days: int) -> None:
    before = deadline(at, Period(days=days))
    assert (before.hour, before.minute, before.utcoffset()) == (0, 0, timedelta(hours=9))
    assert japan_date(before - timedelta(microseconds=1)) == japan_date(at) + days * DAY
    assert before == end_of_day(japan_date(at) + days * DAY)


@given(instants, st.integers(1, 100))
def test_hours_are_counted_from_the_instant(at: datetime, hours: int) -> None:
    assert hours_after(at, hours) - at == timedelta(hours=hours)


def test_29_statuses_with_their_sub_categories_stand_on_either_side_of_the_change() -> None:
    for day in (SKILLED_WORKERS - DAY, SKILLED_WORKERS):
        assert len({main_status(code) for code in statuses_on(day)}) == 29
    changed = {code for code in STATUSES if statuses_on(SKILLED_WORKERS)[code] != statuses_on(date(2025, 9, 29))[code]}
    assert changed == {"SSW-1", "SSW-2"}


@pytest.mark.parametrize(
    ("status", "period", "before", "since"),
    [
        ("SSW-1", "P1Y", True, True),
        ("SSW-1", "P6M", True, True),
        ("SSW-1", "P1Y1D", False, True),
        ("SSW-1", "P3Y", False, True),
        ("SSW-1", "P3Y1D", False, False),
        ("SSW-2", "P2Y", False, True),
        ("SSW-2", "P3Y", True, True),
        ("SSW-2", "P18M", False, False),
        ("STUDENT", "P4Y3M", True, True),
        ("NONSENSE", "P1Y", False, False),
    ],
)
def test_skilled_workers_have_longer_periods_since_30_september_2025(
    status: str, period: str, before: bool, since: bool
) -> None:
    assert allowed_on(status, period, date(2025, 9, 29)) is before
    assert allowed_on(status, period, date(2025, 9, 30)) is since


def test_a_stay_is_counted_under_the_table_of_the_landing_day() -> None:
    assert stays_until(date(2026, 2, 28), "STUDENT", "P1M") == date(2026, 3, 31)
    assert stays_until(date(2026, 2, 28), "PERMANENT", "UNLIMITED") is None
    with pytest.raises(ValueError, match="on 2025-09-29"):
        stays_until(date(2025, 9, 29), "SSW-1", "P3Y")


def test_what_the_sources_leave_open_is_marked() -> None:
    assert not is_certain("ENTERTAINER", date(2026, 1, 1))
    assert not is_certain("STUDENT", date(2020, 1, 1))
    assert is_certain("STUDENT", date(2026, 1, 1))
    assert set(UNCERTAIN) <= set(STATUSES)
