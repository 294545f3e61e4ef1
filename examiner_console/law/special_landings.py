"""Special permissions to land without a status (Art. 14 to 18-2): who applies, how long at most, on which conditions.

An inspector decides each; what stands here is what may be admitted at all, and the last instant in Japan time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from examiner_console.law.counting import deadline, hours_after
from examiner_console.law.stays import Period


class Kind(StrEnum):
    PORT_OF_CALL = "port_of_call"
    CRUISE = "cruise"
    """Several landings during one voyage; each is to return before the ship sails."""
    CRUISE_SINGLE = "cruise_single"
    TRANSIT_SAME_SHIP = "transit_same_ship"
    TRANSIT_OTHER_PORT = "transit_other_port"
    CREW_ONE_PORT = "crew_one_port"
    CREW_SEVERAL_PORTS = "crew_several_ports"
    CREW_MULTIPLE = "crew_multiple"
    """Landings again and again within a year, seven days each (Art. 16(2); from memory, verify against the Act)."""
    EMERGENCY = "emergency"
    DISTRESS = "distress"
    REFUGE = "refuge"


class Applicant(StrEnum):
    SELF = "self"
    CARRIER = "carrier"
    CAPTAIN = "captain"
    MAYOR = "mayor"
    RESCUER = "rescuer"
    POLICE = "police"
    """Police or coast guard who hand a shipwrecked person over: permission must then be given (Art. 18(2))."""


_SHIP: Final = frozenset({Applicant.CARRIER, Applicant.CAPTAIN})
_UNPAID: Final = "no paid activity"


@dataclass(frozen=True, slots=True)
class Limit:
    """`length` in hours, or a period of days and months; None while the cause lasts."""

    rule: str
    article: str
    applicants: frozenset[Applicant]
    length: int | Period | None
    ground_bars: bool
    """Whether a ground of Art. 5(1) stands in the way."""
    conditions: tuple[str, ...] = ()


LIMITS: Final[Mapping[Kind, Limit]] = MappingProxyType(
    {
        Kind.PORT_OF_CALL: Limit("L20", "Art. 14", _SHIP, 72, True, ("the municipality of the port", _UNPAID)),
        Kind.CRUISE: Limit("L21", "Art. 14-2", _SHIP, Period(days=30), True, ("back before the ship sails", _UNPAID)),
        Kind.CRUISE_SINGLE: Limit(
            "L21", "Art. 14-2", _SHIP, Period(days=7), True, ("back before the ship sails", _UNPAID)
        ),
        Kind.TRANSIT_SAME_SHIP: Limit("L22", "Art. 15(1)", _SHIP, Period(days=15), True, ("the route set", _UNPAID)),
        Kind.TRANSIT_OTHER_PORT: Limit("L22", "Art. 15(2)", _SHIP, Period(days=3), True, ("the route set", _UNPAID)),
        Kind.CREW_ONE_PORT: Limit("L23", "Art. 16", _SHIP, Period(days=7), True, ("the area set", _UNPAID)),
        Kind.CREW_SEVERAL_PORTS: Limit("L23", "Art. 16", _SHIP, Period(days=15), True, ("the area set", _UNPAID)),
        Kind.CREW_MULTIPLE: Limit(
            "L23", "Art. 16(2)", _SHIP, Period(years=1), True, ("seven days each landing", "the area set", _UNPAID)
        ),
        Kind.EMERGENCY: Limit("L24", "Art. 17", _SHIP, None, False, ("a designated doctor's diagnosis",)),
        Kind.DISTRESS: Limit(
            "L25",
            "Art. 18",
            frozenset(Applicant) - {Applicant.SELF},
            Period(days=30),
            False,
            ("the municipality of the rescue", _UNPAID),
        ),
        Kind.REFUGE: Limit(
            "L26",
            "Art. 18-2",
            frozenset({Applicant.SELF}),
            Period(months=6),
            False,
            ("residence, area and appearance as set", "private room, interpreter, screen hidden"),
        ),
    }
)


REVOCABLE: Final = frozenset({Kind.CRUISE, Kind.CREW_MULTIPLE})
"""Permissions for several landings may be taken back while they run (Art. 14-2, 16; from memory, verify against the
text of the Act). Of a single landing the Act knows no revocation: its end is the limit."""


@dataclass(frozen=True, slots=True)
class Application:
    """`at` is when landing would begin. `ground` is whether a ground of Art. 5(1) was found, by an officer."""

    kind: Kind
    applicant: Applicant
    at: datetime
    ground: bool = False
    sails_at: datetime | None = None
    """When the ship leaves, where the traveller has to be back on it."""
    designated_ship: bool = False
    fled: bool = False
    """The person states a reason of the Refugee Convention, one like it, or fear of persecution."""


@dataclass(frozen=True, slots=True)
class Admissible:
    """An inspector may permit it; `before` is the first instant that is too late, None while the cause lasts."""

    limit: Limit
    before: datetime | None
    must: bool = False


@dataclass(frozen=True, slots=True)
class Inadmissible:
    limit: Limit
    why: tuple[str, ...]


def admissible(application: Application) -> Admissible | Inadmissible:
    limit = LIMITS[application.kind]
    why = tuple(_against(application, limit))
    if why:
        return Inadmissible(limit, why)
    must = application.kind is Kind.DISTRESS and application.applicant is Applicant.POLICE
    return Admissible(limit, _before(application, limit), must)


def extended(application: Application, before: datetime | None, until: datetime) -> Admissible | Inadmissible:
    """Whether what was permitted on `application` and ends at `before` may run to `until`.

    The Act names a longest time and no second one, so that an extension fills what was not given at first.
    """
    limit, latest = LIMITS[application.kind], _before(application, LIMITS[application.kind])
    if application.kind in (Kind.CRUISE, Kind.CRUISE_SINGLE):
        return Inadmissible(limit, ("it ends when the ship sails",))
    if before is None:
        return Inadmissible(limit, ("it lasts while its cause does",))
    if until <= before:
        return Inadmissible(limit, ("it runs as long already",))
    if latest is not None and until > latest:
        return Inadmissible(limit, ("longer than the Act allows",))
    return Admissible(limit, until)


def _against(application: Application, limit: Limit) -> Iterator[str]:
    if application.applicant not in limit.applicants:
        yield f"{application.applicant.value} cannot apply"
    if limit.ground_bars and application.ground:
        yield "a ground of Art. 5(1) was found"
    if application.kind in (Kind.CRUISE, Kind.CRUISE_SINGLE) and not application.designated_ship:
        yield "not a designated passenger ship"
    if application.kind is Kind.REFUGE and not application.fled:
        yield "no reason of the Refugee Convention nor fear of persecution is stated"
    if application.sails_at is not None and application.sails_at <= application.at:
        yield "the ship has sailed"


def _before(application: Application, limit: Limit) -> datetime | None:
    if limit.length is None:
        return None
    if isinstance(limit.length, int):
        ends = hours_after(application.at, limit.length)
    else:
        ends = deadline(application.at, limit.length)
    on_board = application.kind in (Kind.CRUISE, Kind.CRUISE_SINGLE)
    if on_board and application.sails_at is not None:
        return min(ends, hours_after(application.sails_at, 0))
    return ends
