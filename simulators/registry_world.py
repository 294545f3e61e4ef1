"""What the simulated registries know: entries by registry and by the very question that finds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, Protocol

Entry = Mapping[str, Any]
Question = Mapping[str, str | None]

AUTHORISED_UNTIL: Final = "2099-12-31"
_PASSPORT: Final = frozenset({"nationality", "document_number"})
_PERSON: Final = frozenset({"surname", "given_names", "birth_date", "sex", "nationality"})
ASKED_WITH: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "document_reports": frozenset({"document_code", "issuing_state", "document_number"}),
        "watchlist": _PERSON,
        "visa": _PASSPORT,
        "certificate": frozenset({"number"}),
        "re_entry": _PASSPORT,
        "registration": _PASSPORT,
        "passengers": _PASSPORT | {"port"},
        "authorisation": _PASSPORT,
        "removals": _PERSON,
        "holds": _PERSON,
        "departure_orders": _PASSPORT,
    }
)
"""The fields that each registry is asked with; a question with others, or with fewer, is refused."""
PATHS: Final = MappingProxyType(
    {
        "document_reports": "document-reports",
        "watchlist": "watchlist",
        "visa": "visas",
        "certificate": "certificates",
        "re_entry": "re-entries",
        "registration": "registrations",
        "passengers": "passengers",
        "authorisation": "authorisations",
        "removals": "removals",
        "holds": "departure-holds",
        "departure_orders": "departure-orders",
    }
)


class Holder(Protocol):
    """Somebody of the hall, as the passport has them."""

    @property
    def surname(self) -> str: ...
    @property
    def given_names(self) -> str: ...
    @property
    def birth_date(self) -> date: ...
    @property
    def sex(self) -> str: ...
    @property
    def nationality(self) -> str: ...
    @property
    def document_number(self) -> str: ...


@dataclass(slots=True)
class World:
    """Nobody is in it at first: every registry is clear of everybody."""

    _entries: dict[tuple[str, frozenset[tuple[str, str | None]]], Entry] = field(default_factory=dict)

    def enter(self, registry: str, entry: Entry, **question: str | None) -> None:
        """`entry` is what `registry` finds for `question`. Raises ValueError where it is not asked that way."""
        if not fits(registry, question):
            raise ValueError(f"{registry} is asked with {', '.join(sorted(ASKED_WITH[registry]))}")
        self._entries[registry, frozenset(question.items())] = entry

    def __len__(self) -> int:
        return len(self._entries)

    def strike(self, registry: str, **question: str | None) -> None:
        self._entries.pop((registry, frozenset(question.items())), None)

    def find(self, registry: str, question: Question) -> Entry | None:
        return self._entries.get((registry, frozenset(question.items())))


def fits(registry: str, question: object) -> bool:
    if not isinstance(question, Mapping) or set(question) != ASKED_WITH[registry]:
        return False
    return all(value is None or isinstance(value, str) for value in question.values())


@dataclass(frozen=True, slots=True)
class Known:
    """One entry, as it is sent to the service."""

    registry: str
    question: dict[str, str | None]
    entry: Entry


def of_the_hall(holders: Iterable[Holder], *, port: str) -> World:
    """Nothing is held against anybody."""
    world = World()
    for holder in holders:
        for known in known_of(holder, port=port):
            world.enter(known.registry, known.entry, **known.question)
    return world


def known_of(holder: Holder, *, port: str, against: Mapping[str, Entry] = MappingProxyType({})) -> list[Known]:
    """The holder is announced; a foreign one is exempt from a visa for 90 days and authorised to travel. `against` are
    entries by registry beyond that."""
    entries: dict[str, Entry] = {"passengers": {"role": "passenger", "carrier": "SIMAIR"}}
    if holder.nationality != "JPN":
        entries |= {"visa": {"kind": "exempt", "days": 90}, "authorisation": {"valid_until": AUTHORISED_UNTIL}}
    fields = _fields(holder, port)
    return [
        Known(registry=registry, question={name: fields[name] for name in ASKED_WITH[registry]}, entry=entry)
        for registry, entry in (entries | dict(against)).items()
    ]


def _fields(holder: Holder, port: str) -> dict[str, str | None]:
    return {
        "document_code": "P",
        "issuing_state": holder.nationality,
        "document_number": holder.document_number,
        "nationality": holder.nationality,
        "surname": holder.surname,
        "given_names": holder.given_names,
        "birth_date": holder.birth_date.isoformat(),
        "sex": holder.sex,
        "port": port,
    }


def reply(registry: str, question: Question, entry: Entry | None, as_of: datetime) -> dict[str, Any]:
    found = {"answer": "clear"} if entry is None else {"answer": "hit", "entry": dict(entry)}
    return {"registry": registry, "question": dict(question), "as_of": as_of.isoformat(), "found": found}
