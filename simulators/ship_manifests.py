"""Passenger lists of invented cruise ships, as CSV or PAXLST, with faults by name. The same seed makes the same list.

Some faults are people whom an inspector should see; they are sprinkled over the list. Others are files that cannot be
read, one at a time. This shares no code with whoever reads the lists.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final

from simulators import paxlst
from simulators.registry_world import Entry, Known, known_of

COLUMNS: Final = (
    "surname", "given_names", "sex", "birth_date", "nationality", "document_number", "document_expires",
    "issuing_state",
)  # fmt: skip
_STATES: Final = ("UTO", "USA", "GBR", "AUS", "CAN", "D", "FRA", "ITA", "CHN", "TWN", "KOR", "PHL", "BRA", "IND")
_SYLLABLES: Final = ("BA", "DE", "FI", "GO", "HU", "KA", "LE", "MI", "NO", "PU", "RA", "SE", "TI", "VO", "LAR", "MON")
_ONE_IN: Final = 500
"""How often a fault of a person comes; at least once where there is anybody."""


@dataclass(frozen=True, slots=True)
class Passenger:
    surname: str
    given_names: str
    sex: str
    birth_date: date
    nationality: str
    document_number: str
    expires_on: date
    issuing_state: str


Change = Callable[[Passenger, date], Passenger]
PEOPLE: Final[Mapping[str, Change]] = MappingProxyType(
    {
        "expired": lambda one, day: replace(one, expires_on=day - timedelta(days=3)),
        "national": lambda one, day: replace(one, nationality="JPN", issuing_state="JPN"),
        "stateless": lambda one, day: replace(one, nationality="XXA"),
        "watchlist": lambda one, day: one,
        "stolen": lambda one, day: one,
        "removed": lambda one, day: one,
    }
)
"""What an inspector should see; the last three are in a registry (`against`), and nothing shows on the list."""
_ENTRIES: Final[Mapping[str, tuple[str, Entry]]] = MappingProxyType(
    {
        "watchlist": ("watchlist", {"reference": "W-SHIP"}),
        "stolen": ("document_reports", {"report": "stolen", "reported_on": "2026-01-15"}),
        "removed": ("removals", {"removals": [{"kind": "deported", "left_on": "2024-03-01"}]}),
    }
)
FILES: Final = ("twice", "no_number", "bad_day", "formula", "quote", "nul", "shift_jis", "no_columns")
"""What makes the whole file unusable."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """`faults` names the fault of a place in the list, counted from 0."""

    passengers: tuple[Passenger, ...]
    faults: Mapping[int, str]


def invented(count: int, seed: int, day: date, faults: Iterable[str] = tuple(PEOPLE)) -> Manifest:
    """So many passengers of a ship that calls on `day`."""
    dice = random.Random(seed)
    people = [_passenger(dice, number, day) for number in range(count)]
    named: dict[int, str] = {}
    for fault in faults:
        free = [place for place in range(count) if place not in named]
        for place in dice.sample(free, min(len(free), max(1, count // _ONE_IN))):
            people[place], named[place] = PEOPLE[fault](people[place], day), fault
    return Manifest(tuple(people), named)


def _passenger(dice: random.Random, number: int, day: date) -> Passenger:
    state = dice.choice(_STATES)
    return Passenger(
        surname=_name(dice, 2, 4),
        given_names=" ".join(_name(dice, 2, 3) for _ in range(dice.choice((1, 1, 2)))),
        sex=dice.choice("FM"),
        birth_date=day - timedelta(days=dice.randint(2 * 365, 90 * 365)),
        nationality=state,
        document_number=f"{dice.choice('CEGKLMP')}{number:05}{dice.randint(100, 999)}",
        expires_on=day + timedelta(days=dice.randint(90, 9 * 365)),
        issuing_state=state,
    )


def _name(dice: random.Random, fewest: int, most: int) -> str:
    return "".join(dice.choices(_SYLLABLES, k=dice.randint(fewest, most)))


def as_csv(passengers: Sequence[Passenger], fault: str = "") -> bytes:
    """RFC 4180 in UTF-8, unless `fault` (one of FILES) spoils the middle of it."""
    rows = [[str(value) for value in astuple(one)] for one in passengers]
    middle = len(rows) // 2
    spoiled = {"no_number": (5, ""), "bad_day": (3, "1990-02-30"), "formula": (0, '=HYPERLINK("x")')}
    if fault in spoiled:
        column, value = spoiled[fault]
        rows[middle][column] = value
    if fault == "twice":
        rows.append(rows[middle])
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS[1:] if fault == "no_columns" else COLUMNS)
    table.writerows(rows)
    return _spoiled(out.getvalue(), fault).encode("shift_jis" if fault == "shift_jis" else "utf-8")


def _spoiled(text: str, fault: str) -> str:
    additions = {"quote": '"open,', "nul": "\0,", "shift_jis": "山田,太郎,"}
    return text + additions.get(fault, "")


def as_paxlst(passengers: Sequence[Passenger], day: date) -> bytes:
    """One interchange, as an airline's would be; the voyage stands where the flight does."""
    morning = datetime.combine(day, time(7))
    voyage = paxlst.Flight("SEA001", "SE", "PUS", "YOK", morning - timedelta(days=1), morning)
    return paxlst.written(voyage, [_aboard(one) for one in passengers], sent_at=morning)


def _aboard(one: Passenger) -> paxlst.Aboard:
    paper = paxlst.Paper(one.document_number, one.issuing_state, one.expires_on)
    return paxlst.Aboard(one.surname, one.given_names, one.sex, one.birth_date, one.nationality, papers=(paper,))


def against(manifest: Manifest, port: str) -> list[Known]:
    """What the simulated registries have to know so that the faults of a list are found."""
    found = []
    for place, fault in manifest.faults.items():
        if fault in _ENTRIES:
            registry, entry = _ENTRIES[fault]
            known = known_of(manifest.passengers[place], port=port, against={registry: entry})
            found += [one for one in known if one.registry == registry]
    return found
