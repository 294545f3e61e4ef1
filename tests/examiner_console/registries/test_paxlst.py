"""Passenger lists: what a carrier wrote is what is read, and nothing of a message with one fault in it is taken."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examiner_console.law.answers import Passenger, Role
from examiner_console.registries.edifact import (
    BadValue,
    EdifactError,
    Malformed,
    TooLarge,
    Unexpected,
    WrongCount,
)
from examiner_console.registries.passenger_lists import Interchange, ListedTraveller, PassengerList, announced
from examiner_console.registries.paxlst import parse
from simulators.paxlst import CREW, CREW_IN_TRANSIT, IN_TRANSIT, PASSENGER, Aboard, Dialect, Flight, Paper, written


def at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute))


SENT: Final = at(date(2026, 11, 26), 22, 15)
FLIGHT: Final = Flight("SA006", "SA", "JFK", "HND", at(date(2026, 11, 26), 13, 30), at(date(2026, 11, 27), 17, 5))
ANNA: Final = Aboard(
    "ERIKSSON",
    "ANNA MARIA",
    "F",
    date(1974, 8, 12),
    "UTO",
    booking="QX7RLT",
    embarked="JFK",
    leaves="HND",
    papers=(Paper("L898902C3", "UTO", date(2032, 4, 15)), Paper("V0012345", "JPN", kind="V")),
)
PILOT: Final = Aboard("O'NEILL+SON: WHY? NOT", seat_of=CREW)
LIST: Final = written(FLIGHT, (ANNA, PILOT), sent_at=SENT)
ROLES: Final = {
    PASSENGER: Role.PASSENGER,
    CREW: Role.CREW,
    CREW_IN_TRANSIT: Role.CREW,
    IN_TRANSIT: Role.TRANSIT,
}

_NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ '+:?*.,-#()0123456789", min_size=1, max_size=40)
_STATES = st.sampled_from(("", "UTO", "D", "GBR"))
_PAPERS = st.builds(
    Paper,
    st.text("ABCDEFGHIJ0123456789", min_size=1, max_size=9),
    _STATES,
    st.none() | st.dates(date(2000, 1, 1), date(2060, 1, 1)),
    st.sampled_from(("P", "PD", "V", "I")),
)
_PEOPLE = st.builds(
    Aboard,
    surname=_NAMES,
    given_names=st.just("") | _NAMES,
    sex=st.sampled_from(("", "M", "F", "X")),
    born=st.none() | st.dates(date(1930, 1, 1), date(2026, 11, 26)),
    nationality=_STATES,
    seat_of=st.sampled_from(tuple(ROLES)),
    booking=st.just("") | _NAMES,
    embarked=st.sampled_from(("", "JFK")),
    leaves=st.sampled_from(("", "HND")),
    papers=st.lists(_PAPERS, max_size=3).map(tuple),
)
_DIALECTS = st.builds(
    Dialect,
    marks=st.sampled_from((":+.? '", ":*.? $", "(/,! ;", ":+.?*'", "|^.~&!")),
    line_end=st.sampled_from(("", "\r\n", "\n")),
    grouped=st.booleans(),
)


def as_listed(person: Aboard) -> ListedTraveller:
    """What the console makes of what the carrier knows: the same, without the booking."""
    papers: Any = [(one.kind, one.number, one.issued_by, one.expires) for one in person.papers]
    kind = type(parse(LIST).lists[0].travellers[0].documents[0])
    return ListedTraveller(
        ROLES[person.seat_of],
        person.surname,
        person.given_names,
        person.sex,
        person.born,
        person.nationality,
        person.embarked,
        person.leaves,
        tuple(kind(*paper) for paper in papers),
    )


@settings(deadline=None)
@given(st.lists(_PEOPLE, max_size=6), st.integers(1, 3), _DIALECTS)
def test_what_the_carrier_wrote_is_what_is_read(people: list[Aboard], parts: int, dialect: Dialect) -> None:
    interchange = parse(written(FLIGHT, people, sent_at=SENT, reference="R7", parts=parts, dialect=dialect))
    assert (interchange.sender, interchange.reference, interchange.prepared_at) == ("SIMAIR", "R7", SENT)
    assert [one.part for one in interchange.lists] == list(range(1, parts + 1))
    assert [one.is_last for one in interchange.lists] == [False] * (parts - 1) + [True]
    assert len({one.access for one in interchange.lists}) == 1
    for part, listed in enumerate(interchange.lists):
        assert listed.travellers == tuple(map(as_listed, people[part::parts]))
        [flight] = listed.flights
        assert (flight.number, flight.carrier) == ("SA006", "SA")
        assert [(call.function, call.airport, call.departs_at, call.arrives_at) for call in flight.calls] == [
            ("125", "JFK", FLIGHT.departs, None),
            ("87", "HND", None, FLIGHT.arrives),
        ]


def test_a_list_written_by_hand_is_read() -> None:
    """As the guide describes it; no code of ours wrote this."""
    text = (
        "UNA:+.? '\r\nUNB+UNOA:4+CARRIER:ZZ+AGENCY:ZZ+061120:1115+000000678++APIS'\r\n"
        "UNH+PAX11+PAXLST:D:02B:UN:IATA+XA421/060621/2150+01:F'\r\nBGM+745'\r\nNAD+MS+++DESK'\r\nCOM+555:TE'\r\n"
        "TDT+20+XA421+++XA'\r\nLOC+125+BAH'\r\nDTM+189:0606212150:201'\r\nLOC+87+HND'\r\nDTM+232:0606220700:201'\r\n"
        "NAD+FL+++DOE:JOHN:WAYNE+20 SOME STREET+TOKYO++10001+JPN'\r\nATT+2++M'\r\nDTM+329:570110'\r\nGEI+4+ZZZ'\r\n"
        "LOC+22+HND'\r\nLOC+178+BAH'\r\nNAT+2+UTO'\r\nRFF+AVF:PYTA25'\r\nDOC+P:110:111+MB140241'\r\n"
        "DTM+36:081021'\r\nLOC+91+UTO'\r\nCNT+42:1'\r\nUNT+22+PAX11'\r\nUNZ+1+000000678'\r\n"
    )
    [listed] = parse(text.encode()).lists
    [person] = listed.travellers
    assert (person.surname, person.given_names, person.birth_date) == ("DOE", "JOHN WAYNE", date(1957, 1, 10))
    assert [(one.number, one.expires_on) for one in person.documents] == [("MB140241", date(2008, 10, 21))]
    assert listed.access == "XA421/060621/2150"


def test_passports_of_a_list_are_what_the_rules_ask_about() -> None:
    assert list(announced(parse(LIST))) == [(("UTO", "L898902C3"), Passenger(Role.PASSENGER, "SA"))]


@pytest.mark.parametrize("length", range(len(LIST)))
def test_a_list_cut_anywhere_is_not_taken(length: int) -> None:
    with pytest.raises(EdifactError):
        parse(LIST[:length])


@settings(deadline=None, max_examples=300)
@given(st.integers(0, len(LIST) - 1), st.binary(max_size=3))
def test_a_damaged_list_is_read_or_refused_and_nothing_else(place: int, junk: bytes) -> None:
    with suppress(EdifactError):
        assert parse(LIST[:place] + junk + LIST[place + 1 :]).lists


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_an_error_of_ours(data: bytes) -> None:
    with pytest.raises(EdifactError):
        parse(b"UNB+UNOA:4+" + data)


def replaced(old: str, new: str) -> bytes:
    text = LIST.decode()
    assert text.count(old) == 1, old
    return text.replace(old, new).encode()


@pytest.mark.parametrize(
    ("old", "new", "error", "segment"),
    [
        ("UNT+25+PAX1", "UNT+24+PAX1", WrongCount, "UNT"),
        ("UNT+25+PAX1", "UNT+25+PAX2", WrongCount, "UNT"),
        ("UNT+25+PAX1", "UNT++PAX1", BadValue, "UNT"),
        ("UNT+25+PAX1", "UNT+²5+PAX1", Malformed, "UNB"),
        ("UNE+1+1", "UNE+2+1", WrongCount, "UNE"),
        ("UNZ+1+1", "UNZ+2+1", WrongCount, "UNZ"),
        ("UNZ+1+1", "UNZ+1+8", WrongCount, "UNZ"),
        ("UNZ+1+1'", "UNZ+1+1'UNZ+1+1'", Unexpected, "UNZ"),
        ("CNT+42:1", "CNT+42:2", WrongCount, "CNT"),
        ("CNT+41:1", "CNT+41:-1", WrongCount, "CNT"),
        ("PAXLST:D:02B", "PAXLST:D:05B", BadValue, "UNH"),
        ("UNG+PAXLST", "UNG+PNRGOV", BadValue, "UNG"),
        ("BGM+745'", "", Unexpected, "NAD"),
        ("BGM+745", "BGM+999", BadValue, "BGM"),
        ("TDT+20+SA006+++SA'", "", Unexpected, "LOC"),
        ("DTM+329:740812", "DTM+329:740832", BadValue, "DTM"),
        ("DTM+329:740812", "DTM+329:20270101:102", BadValue, "DTM"),
        ("DTM+36:320415", "DTM+36:3204", BadValue, "DTM"),
        ("DTM+189:2611261330:201", "DTM+189:2611262430:201", BadValue, "DTM"),
        ("NAD+FL+++", "NAD+XX+++", BadValue, "NAD"),
        ("NAT+2+UTO", "NAT+2+UTO'NAT+2+JPN", BadValue, "NAT"),
        ("ATT+2++F'", "", WrongCount, "UNT"),
        ("DOC+P:110:111+L898902C3", "DOC+P:110:111", BadValue, "DOC"),
        ("ATT+2++F", "ATT+2++F\x00", Malformed, "ATT"),
        ("ATT+2++F", "ATT+2++\xc4", Malformed, "UNB"),
        ("ATT+2++F", "att+2++F", Malformed, ""),
        ("UNOA:4", "UNOW:4", BadValue, "UNB"),
        ("UNA:+.? '", "UNA:+.?+'", Malformed, ""),
        ("UNA:+.? '", "UNA", Malformed, ""),
        ("UNA:+.? 'UNB+UNOA:4", "UNA:+.?*'UNB+UNOA:4*5", Malformed, "UNB"),
    ],
)
def test_each_fault_names_its_segment(old: str, new: str, error: type[EdifactError], segment: str) -> None:
    text = LIST.decode()
    assert text.count(old) == 1, old
    with pytest.raises(error) as caught:
        parse(text.replace(old, new).encode("latin-1"))
    assert type(caught.value) is error
    assert caught.value.segment == segment
    if segment:
        tags = re.split(r"(?<!\?)'", text.replace(old, new)[9:])
        assert tags[caught.value.number - 1].startswith(segment)
        assert f"segment {caught.value.number} ({segment})" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"), [("UNT+", "UNT+9"), ("UNZ+", "UNZ+9"), ("329:740812", "329:749912"), ("ERIKSSON", "ERIKSSON\x00")]
)
def test_an_error_quotes_nobodys_data(old: str, new: str) -> None:
    with pytest.raises(EdifactError) as caught:
        parse(replaced(old, new))
    assert not re.search("ERIKSSON|ANNA|7499|7408|L898902C3", str(caught.value))


def test_two_messages_with_one_reference_are_refused() -> None:
    twice = written(FLIGHT, (ANNA, ANNA), sent_at=SENT, parts=2).replace(b"PAX2", b"PAX1")
    with pytest.raises(WrongCount):
        parse(twice)


def test_a_traveller_before_any_flight_is_out_of_place() -> None:
    with pytest.raises(Unexpected):
        parse(replaced("NAD+MS+++OPERATIONS DESK'", "NAD+FL+++DOE'NAD+MS+++OPERATIONS DESK'"))


@pytest.mark.parametrize("bounds", [{"most_bytes": len(LIST) - 1}, {"most_segments": 10}], ids=["bytes", "segments"])
def test_a_list_beyond_its_bounds_is_too_large(bounds: dict[str, int]) -> None:
    with pytest.raises(TooLarge):
        parse(LIST, **bounds)


def test_a_component_without_end_is_too_large() -> None:
    with pytest.raises(TooLarge):
        parse(replaced("QX7RLT", "Q" * 1000))
    with pytest.raises(TooLarge):
        parse(replaced("QX7RLT", "Q" + "+" * 1000))


@pytest.mark.parametrize(("digits", "day"), [("261126", date(2026, 11, 26)), ("261127", date(1926, 11, 27))])
def test_a_birth_of_two_digits_is_the_latest_that_can_be(digits: str, day: date) -> None:
    listed: Interchange = parse(replaced("DTM+329:740812", f"DTM+329:{digits}"))
    first: PassengerList = listed.lists[0]
    assert first.travellers[0].birth_date == day
