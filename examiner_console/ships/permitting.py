"""Permission to land for a ship's tourists (Art. 14-2): for all who are clear at once, or for one who was seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec
from sqlalchemy import Connection, insert, update

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.law.nationals import JAPAN_CODE
from examiner_console.law.special_landings import LIMITS, Applicant
from examiner_console.ships import book
from examiner_console.ships.book import Listed
from examiner_console.ships.calls import (
    CRUISE,
    FRESH,
    AlreadyPermitted,
    Call,
    LineDecided,
    ListChanged,
    NotAdmissible,
    NoteMissing,
    NothingToPermit,
    ScreeningOld,
    Standing,
    ends_before,
    plain,
)
from examiner_console.ships.manifest import digest
from examiner_console.ships.screening import Sight
from examiner_console.ships.special import Record
from examiner_console.tables import ship_lines, special_landings


class Decide(Protocol):
    """Of one inspector about one person."""

    def __call__(
        self, connection: Connection, id: UUID, line: UUID, note: str, officer: str, at: datetime
    ) -> Listed: ...


def permit(connection: Connection, id: UUID, list_sha256: str, officer: str, at: datetime) -> Call:
    """Permission for everybody who is clear, where the list is still the one that was looked at.

    One action with the count and the digest of the list, one permission for each person. The same key pressed twice is
    one act. Raises NoSuchCall, CallClosed, AlreadyPermitted, ListChanged, NothingToPermit, ScreeningOld, NotAdmissible.
    """
    call = book.open_call(connection, id)
    if call.permitted_sha256 == list_sha256:
        if call.permitted_by != officer:
            raise AlreadyPermitted(call.permitted_by or "")
        return call
    clear = book.listed(connection, id, Standing.CLEAR)
    if not clear:
        raise NothingToPermit
    if digest(one.line for one in clear) != list_sha256:
        raise ListChanged
    if call.screened_at is None or at - call.screened_at > FRESH:
        raise ScreeningOld
    before = ends_before(call.draft, max(at, call.draft.arrives_at))
    _give(connection, call, clear, before, officer, at)
    was_clear = ship_lines.c.call == id, ship_lines.c.standing == Standing.CLEAR
    connection.execute(update(ship_lines).where(*was_clear).values(standing=Standing.PERMITTED, decided_by=officer))
    given = {"permitted_by": officer, "permitted_at": at, "permitted_sha256": list_sha256, "before": before}
    book.change_call(connection, id, **given)
    details = {
        "manifest": str(call.manifest),
        "permitted": str(len(clear)),
        "sha256": list_sha256,
        "before": before.isoformat(),
        "conditions": "; ".join(LIMITS[call.draft.kind].conditions),
    }
    record(connection, Action(id, officer, Verb.PERMIT_CRUISE, at, CRUISE, details))
    return book.load_call(connection, id)


def admit(connection: Connection, id: UUID, line: UUID, note: str, officer: str, at: datetime) -> Listed:
    """Permission for one whom the inspector has seen and found without a ground of Art. 5(1), whatever was noted.

    Raises NoSuchCall, CallClosed, NoSuchLine, LineDecided, ScreeningOld, NoteMissing or NotAdmissible.
    """
    call, one = book.open_call(connection, id), book.line(connection, id, line)
    if one.standing is Standing.PERMITTED:
        return _same(one, officer)
    if one.standing is Standing.OFF_LIST or one.line.nationality == JAPAN_CODE:
        raise NotAdmissible(("not on the list",) if one.standing is Standing.OFF_LIST else ("a national",))
    if Sight.NOT_SCREENED in one.reasons:
        raise ScreeningOld
    note = _noted(note)
    before = ends_before(call.draft, max(at, call.draft.arrives_at))
    _give(connection, call, [one], before, officer, at)
    book.change_line(connection, line, standing=Standing.PERMITTED, decided_by=officer)
    if call.before is None:
        book.change_call(connection, id, before=before)
    details = {"line": str(line), "note": note, "before": before.isoformat()}
    record(connection, Action(id, officer, Verb.ADMIT_LINE, at, CRUISE, details))
    return book.line(connection, id, line)


def withhold(connection: Connection, id: UUID, line: UUID, note: str, officer: str, at: datetime) -> Listed:
    """This person stays on board, or goes through a landing examination of their own.

    Raises NoSuchCall, CallClosed, NoSuchLine, LineDecided or NoteMissing; LineDecided also where permission was given,
    for the Act knows no revocation of a single landing.
    """
    book.open_call(connection, id)
    one = book.line(connection, id, line)
    if one.standing is Standing.WITHHELD:
        return _same(one, officer)
    if one.standing is Standing.PERMITTED:
        raise LineDecided(one.decided_by or "")
    note = _noted(note)
    book.change_line(connection, line, standing=Standing.WITHHELD, decided_by=officer)
    record(connection, Action(id, officer, Verb.WITHHOLD_LINE, at, CRUISE, {"line": str(line), "note": note}))
    return book.line(connection, id, line)


def _same(one: Listed, officer: str) -> Listed:
    if one.decided_by != officer:
        raise LineDecided(one.decided_by or "")
    return one


def _noted(note: str) -> str:
    if not (note := plain(note)):
        raise NoteMissing
    return note


def _give(
    connection: Connection, call: Call, people: Sequence[Listed], before: datetime, officer: str, at: datetime
) -> None:
    connection.execute(insert(special_landings), [_permission(call, one, before, officer, at) for one in people])


def _permission(call: Call, one: Listed, before: datetime, officer: str, at: datetime) -> dict[str, Any]:
    line, limit = one.line, LIMITS[call.draft.kind]
    body = Record(
        surname=line.surname,
        given_names=line.given_names,
        nationality=line.nationality,
        document_number=line.document_number,
        birth_date=line.birth_date,
        vessel=call.draft.ship,
        port=call.draft.port,
        applicant=Applicant.CARRIER,
        applied_by=call.draft.operator,
        ground="tourism",
        area="; ".join(limit.conditions),
    )
    return {
        "id": one.id,
        "kind": call.draft.kind,
        "call": call.id,
        "begun_at": max(at, call.draft.arrives_at),
        "before": before,
        "given_by": officer,
        "given_at": at,
        "body": msgspec.json.encode(body),
    }
