"""The official wait, and who counts towards the share within twenty minutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examiner_console.casework.attainment import (
    LONGEST,
    Attainment,
    Permission,
    SpotIn,
    attainment,
    attribute,
    by_day,
    by_month,
    by_terminal,
    longest_of_flight,
    official_wait,
)
from examiner_console.law.stays import japan_date
from tests.examiner_console.samples import NOW

WALKING = {"107": timedelta(minutes=8), "18": timedelta(minutes=2)}


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def flight(name: str = "NH106", at: float = 0, spot: str = "107", most: int = 3, terminal: str = "T3") -> SpotIn:
    when = NOW + minutes(at)
    return SpotIn(name, japan_date(when), when, spot, terminal, most, most, when)


def permitted(at: float, seen: float | None = None, *, counted: bool = True) -> Permission:
    return Permission(NOW + minutes(at), NOW + minutes(at - 1 if seen is None else seen), counted)


def test_the_wait_runs_from_the_hall_and_not_from_the_spot() -> None:
    assert official_wait(NOW + minutes(30), NOW, WALKING["107"]) == minutes(22)


def test_twenty_minutes_are_within_and_a_second_more_is_not() -> None:
    found = attribute([flight()], WALKING, [permitted(28), permitted(28 + 1 / 60)])
    assert attainment(found.waits) == Attainment(counted=2, within=1)


def test_where_nobody_was_counted_the_share_is_not_known_and_not_zero() -> None:
    assert attainment([]).share is None


def test_people_are_taken_for_those_of_the_flight_that_reached_the_hall_first() -> None:
    """JL2 came to its spot later, but its way is six minutes shorter."""
    flights = [flight("NH1", 0, "107", 2), flight("JL2", 2, "18", 1)]
    found = attribute(flights, WALKING, [permitted(10), permitted(12), permitted(14)])
    assert [(wait.spot_in.flight, wait.wait) for wait in found.waits] == [
        ("JL2", minutes(6)),
        ("NH1", minutes(4)),
        ("NH1", minutes(6)),
    ]


def test_a_permission_without_a_flight_is_not_counted_and_is_said() -> None:
    found = attribute([flight(most=1)], WALKING, [permitted(10), permitted(11), permitted(-5)])
    assert len(found.waits) == 1
    assert sorted(found.no_flight) == [NOW - minutes(5), NOW + minutes(11)]


def test_who_walked_faster_than_the_walking_time_counts() -> None:
    [wait] = attribute([flight()], WALKING, [permitted(7)]).waits
    assert wait.wait == minutes(-1)


def test_a_spot_without_a_walking_time_counts_nobody_and_is_said() -> None:
    found = attribute([flight(spot="999")], WALKING, [permitted(10)])
    assert (found.waits, found.no_walking) == ((), (NOW + minutes(10),))


def test_who_was_handed_over_leaves_the_queue_and_is_no_wait() -> None:
    found = attribute([flight(most=1)], WALKING, [permitted(10, counted=False), permitted(12)])
    assert (found.waits, found.no_flight) == ((), (NOW + minutes(12),))


def test_people_who_never_came_do_not_stand_in_the_queue_for_ever() -> None:
    """One seat of NH1 stays unfilled; the next morning's people are not taken for it."""
    found = attribute([flight("NH1", most=1), flight("JL2", 600)], WALKING, [permitted(620)])
    assert [wait.spot_in.flight for wait in found.waits] == ["JL2"]


def test_attainment_is_told_by_day_in_japan_month_and_terminal() -> None:
    """NOW is noon in Japan; ten hours later it is still that day, thirteen hours later the next."""
    flights = [flight("NH1"), flight("JL2", 600, terminal="T1"), flight("GK3", 780)]
    waits = attribute(flights, WALKING, [permitted(20), permitted(640), permitted(800)]).waits
    assert by_day(waits) == {"2026-11-23": Attainment(2, 1), "2026-11-24": Attainment(1, 1)}
    assert by_month(waits) == {"2026-11": Attainment(3, 2)}
    assert by_terminal(waits) == {"T1": Attainment(1, 0), "T3": Attainment(2, 2)}


def test_the_longest_wait_of_a_flight_is_told_from_four_in_five_of_its_people() -> None:
    assert longest_of_flight([minutes(n) for n in range(1, 11)]) == 10
    assert longest_of_flight([]) is None


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 5), st.sampled_from(["107", "18", "999"])), max_size=6),
    st.lists(st.tuples(st.integers(-20, 400), st.integers(0, 30), st.booleans()), max_size=40),
)
def test_nobody_is_counted_twice_nor_lost(
    arrived: list[tuple[int, int, str]], left: list[tuple[int, int, bool]]
) -> None:
    flights = [flight(f"F{n}", at, spot, most) for n, (at, most, spot) in enumerate(arrived)]
    gone = [permitted(at, at - before, counted=counted) for at, before, counted in left]
    found = attribute(flights, WALKING, gone)
    assert len(found.waits) + len(found.no_flight) + len(found.no_walking) == sum(p.counted for p in gone)
    assert all(found.served[f.flight, f.day] <= f.most for f in flights)
    assert all(wait.spot_in.at <= wait.permitted_at for wait in found.waits)


@pytest.mark.parametrize("past", [timedelta(), timedelta(seconds=1)])
def test_a_flight_is_looked_for_up_to_two_hours_after_it_reached_the_hall(past: timedelta) -> None:
    seen = flight().at + WALKING["107"] + LONGEST + past
    found = attribute([flight()], WALKING, [replace(permitted(0), at=seen, seen_at=seen)])
    assert len(found.waits) == (0 if past else 1)
