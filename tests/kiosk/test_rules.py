"""Who is exempt, which finger is next, how long the bio-cart waits, and what the plan shows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometrics.capture import FingerPosition
from examiner_console.contract import Document
from kiosk.exemption import Exemption, age, exemption_of
from kiosk.fingers import LEFT, RIGHT, next_finger
from kiosk.floor import WIDTH, Floor
from kiosk.patience import GRACE_SECONDS, QUIET_SECONDS, due
from kiosk.visit import ASKING, Event, State

TODAY = date(2026, 6, 1)
VISITOR = Document(
    source="chip",
    document_code="P",
    issuing_state="UTO",
    document_number="L898902C3",
    nationality="UTO",
    surname="ERIKSSON",
    given_names="ANNA MARIA",
    birth_date=date(1974, 8, 12),
    sex="F",
    expiry_date=date(2031, 4, 15),
    mrz="",
)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, None),
        ({"nationality": "JPN"}, Exemption.NATIONAL),
        ({"nationality": "JPN", "birth_date": date(2020, 1, 1)}, Exemption.NATIONAL),
        ({"document_code": "PD"}, Exemption.OFFICIAL),
        ({"document_code": "PO"}, Exemption.OFFICIAL),
        ({"birth_date": date(2010, 6, 1)}, None),
        ({"birth_date": date(2010, 6, 2)}, Exemption.UNDER_16),
        ({"birth_date": None}, Exemption.AGE_UNKNOWN),
    ],
)
def test_exemptions_that_a_passport_can_tell(facts: dict[str, Any], expected: Exemption | None) -> None:
    assert exemption_of(msgspec.structs.replace(VISITOR, **facts), TODAY) is expected


@given(st.dates(min_value=date(1900, 1, 1), max_value=TODAY))
def test_nobody_under_16_is_ever_asked(born: date) -> None:
    exempt = exemption_of(msgspec.structs.replace(VISITOR, birth_date=born), TODAY) is Exemption.UNDER_16
    assert exempt == (age(born, TODAY) < 16)


def test_who_is_born_on_a_leap_day_is_older_on_the_first_of_march() -> None:
    assert age(date(2012, 2, 29), date(2028, 2, 28)) == 15
    assert age(date(2011, 2, 28) + timedelta(days=1), date(2027, 3, 1)) == 16


def test_fingers_are_asked_for_from_the_index_to_the_thumb() -> None:
    order = []
    while (finger := next_finger(RIGHT, order)) is not None:
        order.append(finger)
    assert [finger.value for finger in order] == [f"right_{x}" for x in ("index", "middle", "ring", "little", "thumb")]
    assert next_finger(LEFT, order) is FingerPosition.LEFT_INDEX


@given(st.sampled_from(State), st.floats(0, 10_000))
def test_nobody_is_timed_out_without_a_warning_in_a_state_that_asks(state: State, idle: float) -> None:
    brought = due(state, idle, warned=False)
    if state in ASKING:
        assert brought in (None, Event.QUIET)


def test_after_the_warning_there_is_time_to_answer() -> None:
    for state in ASKING:
        assert due(state, QUIET_SECONDS[state], warned=False) is Event.QUIET
        assert due(state, GRACE_SECONDS - 0.1, warned=True) is None
        assert due(state, GRACE_SECONDS, warned=True) is Event.TIMEOUT


def test_the_start_screen_waits_for_ever() -> None:
    assert due(State.START, 1e9, warned=False) is None


@given(st.integers(1, 12), st.integers(1, 12), st.data(), st.booleans())
def test_a_plan_shows_station_and_booth_inside_the_drawing(
    stations: int, booths: int, data: st.DataObject, right: bool
) -> None:
    floor = Floor(tuple(map(str, range(1, stations + 1))), tuple(f"B{n}" for n in range(booths)), 30, right)
    station = data.draw(st.sampled_from(floor.stations))
    booth = data.draw(st.sampled_from(floor.booths))
    plan = floor.plan(station, booth)
    assert plan is not None
    for row, name in ((plan.stations, station), (plan.booths, booth)):
        assert [place.name for place in row if place.meant] == [name]
        assert all(place.x >= 0 and place.x + 104 <= WIDTH for place in row)


def test_a_booth_that_is_not_on_the_floor_has_no_plan() -> None:
    assert Floor(("1",), ("9",), 30).plan("1", "12") is None
    assert Floor(("1",), ("9",), 30).plan("1", None) is None
