"""The estimate of the hall: what must always hold of it, whatever the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examiner_console.casework.queueing import Estimate, Inbound, Missing, Situation, estimate
from tests.examiner_console.samples import NOW

LATER = timedelta(minutes=30)
COMING = Inbound("ANNOUNCED", NOW + timedelta(minutes=20), 40, 40, at_spot=False)

flights = st.builds(
    lambda n, minutes, count, at_spot: Inbound(f"F{n}", NOW + timedelta(minutes=minutes), count, count, 0, at_spot),
    st.integers(0, 999),
    st.integers(-60, 40),
    st.integers(0, 40),
    st.booleans(),
)
situations = st.builds(
    lambda inbound, booths, services: Situation(NOW, (COMING, *inbound), booths, 12, tuple(services)),
    st.lists(flights, max_size=3, unique_by=lambda flight: flight.key),
    st.integers(1, 8),
    st.lists(st.floats(5, 300), min_size=5, max_size=30),
)
whens = st.sampled_from([timedelta(), LATER])
TOLERANCE = 1e-9
always = settings(deadline=None, max_examples=40)


def no_longer(one: Estimate, other: Estimate) -> bool:
    """Band and, where both have one, middle."""
    pairs = ((one.low, other.low), (one.high, other.high), (one.minutes, other.minutes))
    return all(a <= b + TOLERANCE for a, b in pairs if a is not None and b is not None)


@always
@given(situations, whens, st.data())
def test_more_passengers_never_shorten_the_wait(situation: Situation, after: timedelta, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(situation.inbound) - 1))
    fuller, more = list(situation.inbound), data.draw(st.integers(1, 20))
    fuller[place] = replace(fuller[place], fewest=fuller[place].fewest + more, most=fuller[place].most + more)
    assert no_longer(estimate(situation, after), estimate(replace(situation, inbound=tuple(fuller)), after))


@always
@given(situations, whens, flights)
def test_one_more_flight_never_shortens_the_wait(situation: Situation, after: timedelta, flight: Inbound) -> None:
    more = replace(situation, inbound=(*situation.inbound, replace(flight, key="NEW")))
    assert no_longer(estimate(situation, after), estimate(more, after))


@always
@given(situations, whens, st.integers(1, 4))
def test_more_booths_never_lengthen_the_wait(situation: Situation, after: timedelta, more: int) -> None:
    assert situation.booths is not None
    wider = replace(situation, booths=situation.booths + more)
    assert no_longer(estimate(wider, after), estimate(situation, after))


def contains(wide: Estimate, narrow: Estimate) -> bool:
    assert None not in (wide.low, wide.high, narrow.low, narrow.high)
    return wide.low <= narrow.low + TOLERANCE and narrow.high <= wide.high + TOLERANCE  # type: ignore[operator]


@always
@given(situations, whens)
def test_booths_that_are_not_known_widen_the_band_and_are_said(situation: Situation, after: timedelta) -> None:
    unsure = estimate(replace(situation, booths=None), after)
    assert unsure.missing == (Missing.BOOTHS,)
    assert unsure.minutes is None
    assert contains(unsure, estimate(situation, after))


@always
@given(situations, whens, st.integers(0, 40))
def test_visitors_that_are_not_known_widen_the_band_and_are_said(
    situation: Situation, after: timedelta, most: int
) -> None:
    known = replace(situation.inbound[0], fewest=most // 2, most=most // 2, in_hall_at=NOW)
    sure = replace(situation, inbound=(known, *situation.inbound[1:]))
    unsure = replace(situation, inbound=(replace(known, fewest=0, most=most + 1), *situation.inbound[1:]))
    found = estimate(unsure, after)
    assert Missing.VISITORS in found.missing
    assert contains(found, estimate(sure, after))


@always
@given(situations, whens)
def test_a_way_that_is_not_known_widens_the_band_and_is_said(situation: Situation, after: timedelta) -> None:
    lost = replace(situation.inbound[0], in_hall_at=None)
    found = estimate(replace(situation, inbound=(lost, *situation.inbound[1:])), after)
    assert found.missing == (Missing.WALKING,)
    assert contains(found, estimate(situation, after))


@always
@given(situations, whens, st.integers(0, 5))
def test_the_same_situation_and_seed_give_the_same_answer(situation: Situation, after: timedelta, seed: int) -> None:
    assert estimate(situation, after, seed) == estimate(situation, after, seed)


@always
@given(situations, whens)
def test_the_wait_is_never_zero_and_lies_in_its_band(situation: Situation, after: timedelta) -> None:
    found = estimate(situation, after)
    assert found.low is not None
    assert found.minutes is not None
    assert found.high is not None
    assert 0 < found.low <= found.minutes <= found.high


FULL = Situation(NOW, (Inbound("F1", NOW, 30, 30), COMING), 3, 12, (60.0,) * 10, spread=0.0)


@pytest.mark.parametrize(
    ("changes", "after", "missing"),
    [
        ({"inbound": ()}, timedelta(), Missing.FLIGHTS),
        ({"services": (60.0,) * 4}, timedelta(), Missing.SERVICES),
        ({"booths": 0}, timedelta(), Missing.BOOTHS),
        ({"inbound": FULL.inbound[:1]}, LATER, Missing.ANNOUNCEMENTS),
    ],
)
def test_without_data_the_wait_is_not_known(changes: dict[str, object], after: timedelta, missing: Missing) -> None:
    assert estimate(replace(FULL, **changes), after) == Estimate(None, None, None, (missing,))


def test_a_line_of_thirty_before_three_booths_of_a_minute_takes_eleven_minutes() -> None:
    """Ten rounds before, and one's own minute."""
    found = estimate(replace(FULL, inbound=(Inbound("F1", NOW - LATER, 30, 30),)))
    assert (found.low, found.minutes, found.high) == (11.0, 11.0, 11.0)


def test_whoever_is_before_a_booth_is_waited_for_too() -> None:
    few = replace(FULL, inbound=(Inbound("F1", NOW - LATER, 2, 2),))
    assert estimate(few).minutes == 1.0
    busy = estimate(replace(few, busy=3)).minutes
    assert busy is not None
    assert 1.0 < busy < 3.0


def test_without_experience_of_how_many_come_it_is_said() -> None:
    found = estimate(replace(FULL, turnout_known=False))
    assert (found.minutes, found.missing) == (None, (Missing.TURNOUT,))


def test_who_was_served_before_stands_in_nobody_s_way() -> None:
    some = replace(FULL, inbound=(Inbound("F1", NOW - LATER, 3, 3, served=27),))
    assert estimate(some).minutes == 2.0
