"""How all gates of one side of the hall serve: as usual, everybody to a booth, or closed.

One person may be stricter at once; to be less strict takes another who agrees. Nobody's landing is decided here: a gate
that refers everybody reads them as always, and the console hears of it as of any traveller whom a gate gave up.

    FleetError
    └── AnotherMustAgree     this person asked for the less strict mode; another gives it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, delete, insert, select
from uuid6 import uuid7

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.contract import Direction
from examiner_console.tables import fleet_modes

AGREED_WITHIN: Final = timedelta(minutes=10)
"""How long a wish for a less strict mode stands. Our own number."""
LONGEST_REASON: Final = 200
_f = fleet_modes


class FleetError(Exception):
    code = "fleet_error"


class AnotherMustAgree(FleetError):
    code = "another_must_agree"


class Mode(StrEnum):
    NORMAL = "normal"
    REFER_ALL = "refer_all"
    CLOSED = "closed"

    @property
    def strictness(self) -> int:
        return list(Mode).index(self)


@dataclass(frozen=True, slots=True)
class Asked:
    """A less strict mode that somebody wants."""

    mode: Mode
    by: str
    at: datetime

    def stands(self, at: datetime) -> bool:
        return at - self.at < AGREED_WITHIN


@dataclass(frozen=True, slots=True)
class Fleet:
    """`officer` and `second` set the mode at `at`; all None where nobody ever did."""

    mode: Mode = Mode.NORMAL
    officer: str | None = None
    second: str | None = None
    at: datetime | None = None
    reason: str = ""
    asked: Asked | None = None


def modes(connection: Connection) -> Mapping[str, Fleet]:
    """By direction, for those that somebody set."""
    return {row.direction: _fleet(row) for row in connection.execute(select(_f))}


def set_mode(
    connection: Connection, direction: Direction, mode: Mode, reason: str, *, officer: str, at: datetime
) -> None:
    """Setting what is set changes nothing, and takes a wish back. Raises AnotherMustAgree for one's own wish."""
    now = modes(connection).get(direction.value, Fleet())
    asked = now.asked if now.asked is not None and now.asked.stands(at) else None
    if mode is now.mode:
        if asked is not None:
            _write(connection, direction, replace(now, asked=None))
    elif mode.strictness > now.mode.strictness:
        _write(connection, direction, Fleet(mode, officer, None, at, reason[:LONGEST_REASON]))
        _note(connection, Verb.SET_FLEET_MODE, direction, mode, officer, at, reason=reason[:LONGEST_REASON])
    elif asked is None or asked.mode is not mode:
        _write(connection, direction, replace(now, asked=Asked(mode, officer, at)))
        _note(connection, Verb.ASK_FLEET_MODE, direction, mode, officer, at)
    elif asked.by == officer:
        raise AnotherMustAgree
    else:
        _write(connection, direction, Fleet(mode, asked.by, officer, at))
        _note(connection, Verb.SET_FLEET_MODE, direction, mode, officer, at, asked_by=asked.by)


def _write(connection: Connection, direction: Direction, fleet: Fleet) -> None:
    asked = fleet.asked
    connection.execute(delete(_f).where(_f.c.direction == direction.value))
    connection.execute(
        insert(_f).values(
            direction=direction.value,
            mode=fleet.mode.value,
            officer=fleet.officer,
            second=fleet.second,
            at=fleet.at,
            reason=fleet.reason,
            asked=asked.mode.value if asked else None,
            asked_by=asked.by if asked else None,
            asked_at=asked.at if asked else None,
        )
    )


def _note(
    connection: Connection, verb: Verb, direction: Direction, mode: Mode, officer: str, at: datetime, **details: str
) -> None:
    said = {"gates": direction.value, "command": mode.value, **{name: text for name, text in details.items() if text}}
    record(connection, Action(UUID(int=uuid7().int), officer, verb, at, details=said))


def _fleet(row: Row[Any]) -> Fleet:
    asked = None if row.asked is None else Asked(Mode(row.asked), row.asked_by, row.asked_at)
    return Fleet(Mode(row.mode), row.officer, row.second, row.at, row.reason, asked)
