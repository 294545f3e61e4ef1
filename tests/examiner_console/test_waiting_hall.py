"""When the line was last empty, as officers with nobody to call up show it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examiner_console.casework.idle_booths import BREAK, IDLE, Service, last_empty
from tests.examiner_console.samples import NOW


def service(officer: str, start: float, end: float | None) -> Service:
    """Seconds before NOW are negative."""
    return Service(officer, NOW + timedelta(seconds=start), None if end is None else NOW + timedelta(seconds=end))


def test_two_officers_idle_at_once_show_that_the_line_was_empty() -> None:
    both = [service("a", -900, -800), service("a", -600, None), service("b", -900, -780), service("b", -650, None)]
    assert last_empty(both, NOW) == NOW - timedelta(seconds=650)


@pytest.mark.parametrize(
    "seen",
    [
        [],
        [service("a", -900, -800), service("a", -600, None)],
        [service("a", -900, -800), service("a", -790, None), service("b", -900, -780), service("b", -770, None)],
        [service("a", -9000, -8000), service("b", -9000, -8000)],
    ],
    ids=["nobody", "one alone", "no pause", "gone home"],
)
def test_without_two_idle_officers_at_work_nobody_knows(seen: list[Service]) -> None:
    assert last_empty(seen, NOW) is None


def test_officers_who_are_idle_still_show_an_empty_line_now() -> None:
    idle = [service("a", -300, -200), service("b", -300, -220)]
    assert last_empty(idle, NOW) == NOW


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-3600, -1), st.integers(1, 300)), max_size=30))
def test_what_is_found_lies_within_the_pauses_and_never_ahead(seen: list[tuple[str, int, int]]) -> None:
    services = [service(officer, start, min(0, start + length)) for officer, start, length in seen]
    found = last_empty(services, NOW)
    if found is not None:
        closed = [s.closed_at for s in services if s.closed_at is not None]
        assert any(IDLE < found - at <= BREAK for at in closed)
        assert found <= NOW
