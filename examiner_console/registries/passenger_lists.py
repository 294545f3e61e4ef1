"""Passenger lists as carriers send them, as facts: flights, and who is announced on them.

Times are those on the wall clock of the airport they belong to, as the message gives them: without an offset.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from examiner_console.law.answers import Passenger, Role


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """`code` as in the message: P passport, V visa, I identity card …"""

    code: str
    number: str
    issuing_state: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class ListedTraveller:
    role: Role
    surname: str
    given_names: str = ""
    sex: str = ""
    birth_date: date | None = None
    nationality: str = ""
    embarked_at: str = ""
    leaves_at: str = ""
    documents: tuple[ListedDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """An airport of the flight; `function` as in LOC: 125 last before the border, 87 first behind it, 92 other."""

    function: str
    airport: str
    departs_at: datetime | None = None
    arrives_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Flight:
    number: str
    carrier: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class PassengerList:
    """One message. A list too long for one comes in parts that share `access`; `part` counts from 1."""

    reference: str
    name: str
    """BGM: 745 passengers, 250 crew …"""
    flights: tuple[Flight, ...]
    travellers: tuple[ListedTraveller, ...]
    access: str = ""
    part: int = 1
    is_last: bool = True


@dataclass(frozen=True, slots=True)
class Interchange:
    """What one transmission held; `prepared_at` by the sender's clock, without an offset."""

    sender: str
    recipient: str
    reference: str
    prepared_at: datetime
    lists: tuple[PassengerList, ...]


def announced(interchange: Interchange) -> Iterator[tuple[tuple[str, str], Passenger]]:
    """Nationality and number of every passport in it, with the answer the passenger list registry has for it.

    A traveller without a nationality is announced under the state that issued the passport. No entry follows from a
    visa or another document.
    """
    for listed in interchange.lists:
        carrier = listed.flights[0].carrier
        for traveller in listed.travellers:
            for document in traveller.documents:
                state = traveller.nationality or document.issuing_state
                if document.code.startswith("P") and state:
                    yield (state, document.number), Passenger(traveller.role, carrier)
