"""Calls are entered, lists loaded and corrected, and what registries said of everybody is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection, bindparam, insert, or_, update
from uuid6 import uuid7

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.database import Store
from examiner_console.law.stays import japan_date
from examiner_console.registries.desk import Desk
from examiner_console.ships import book
from examiner_console.ships.calls import CRUISE, Call, Draft, Standing, UnusableCall, check, ends_before
from examiner_console.ships.manifest import Line, Passport, difference, digest
from examiner_console.ships.screening import Sight, screened
from examiner_console.tables import ship_lines, ship_manifests, special_landings

_KEPT: Final = (Standing.PERMITTED, Standing.WITHHELD)
"""What an inspector decided about somebody outlives a corrected list."""


def enter(connection: Connection, id: UUID, draft: Draft, officer: str, at: datetime) -> Call:
    """Entering the same call twice is one call. Raises UnusableCall."""
    check(draft)
    if (known := book.find_call(connection, id)) is not None:
        return known
    call = Call(id, draft, officer, at)
    book.add_call(connection, call)
    record(connection, Action(id, officer, Verb.ENTER_CALL, at, CRUISE, {"imo": draft.imo, "port": draft.port}))
    return call


def put_off(connection: Connection, id: UUID, departs_at: datetime, officer: str, at: datetime) -> Call:
    """The ship sails at another time: permission that was given ends with it, within what was permitted at most.

    Raises NoSuchCall, CallClosed or UnusableCall.
    """
    call = book.open_call(connection, id)
    if departs_at == call.draft.departs_at:
        return call
    draft = msgspec.structs.replace(call.draft, departs_at=departs_at)
    check(draft)
    if call.permitted_at is not None and departs_at <= at:
        raise UnusableCall("departs_at")
    book.change_call(connection, id, departs_at=departs_at, body=msgspec.json.encode(draft))
    if call.permitted_at is not None:
        before = ends_before(draft, max(call.permitted_at, draft.arrives_at))
        book.change_call(connection, id, before=before)
        connection.execute(update(special_landings).where(special_landings.c.call == id).values(before=before))
    record(connection, Action(id, officer, Verb.AMEND_CALL, at, CRUISE, {"departs_at": departs_at.isoformat()}))
    return book.load_call(connection, id)


def load(
    connection: Connection, id: UUID, source: str, lines: Sequence[Line], data: bytes, officer: str, at: datetime
) -> Call:
    """A first list, or a corrected one. The same file again changes nothing. Raises NoSuchCall or CallClosed."""
    call = book.open_call(connection, id)
    before = book.manifests(connection, id, 1)
    if before and digest(before[0].lines) == digest(lines):
        return call
    number, sha = call.manifest + 1, sha256(data)
    connection.execute(
        insert(ship_manifests).values(
            call=id, number=number, source=source, loaded_by=officer, loaded_at=at, sha256=sha.digest(),
            body=msgspec.json.encode(lines),
        )
    )  # fmt: skip
    book.change_call(connection, id, manifest=number, screened_at=None)
    _amend(connection, id, {line.passport: line for line in lines})
    changed = difference(book.by_passport(before[0].lines if before else ()), book.by_passport(lines))
    details = {
        "manifest": str(number),
        "source": source,
        "lines": str(len(lines)),
        "sha256": sha.hexdigest(),
        "added": str(len(changed.added)),
        "removed": str(len(changed.removed)),
        "changed": str(len(changed.changed)),
    }
    record(connection, Action(id, officer, Verb.LOAD_MANIFEST, at, CRUISE, details))
    return book.load_call(connection, id)


def _amend(connection: Connection, call: UUID, wanted: Mapping[Passport, Line]) -> None:
    """Nobody is deleted. Whoever has permission keeps it and is flagged where the new list says something else."""
    known = {one.line.passport: one for one in book.listed(connection, call)}
    for passport, one in known.items():
        line = wanted.get(passport)
        if line is None:
            _left_out(connection, one)
        elif not line.says_the_same(one.line) or one.standing is Standing.OFF_LIST or line.number != one.line.number:
            _listed_again(connection, one, line)
    fresh = [_row(call, line) for passport, line in wanted.items() if passport not in known]
    if fresh:
        connection.execute(insert(ship_lines), fresh)


def _left_out(connection: Connection, one: book.Listed) -> None:
    if one.standing is Standing.PERMITTED:
        book.change_line(connection, one.id, reasons=book.written(_with(one.reasons, Sight.LEFT_OUT)))
    else:
        book.change_line(connection, one.id, standing=Standing.OFF_LIST)


def _listed_again(connection: Connection, one: book.Listed, line: Line) -> None:
    values: dict[str, Any] = {"body": msgspec.json.encode(line), "number": line.number}
    if one.standing is Standing.PERMITTED:
        stays = tuple(reason for reason in one.reasons if reason is not Sight.LEFT_OUT)
        other = not line.says_the_same(one.line)
        values["reasons"] = book.written(_with(stays, Sight.CHANGED) if other else stays)
    elif one.decided_by is None:
        values |= {"standing": Standing.TO_BE_SEEN, "reasons": book.written([Sight.NOT_SCREENED])}
    elif one.standing is Standing.OFF_LIST:
        values |= {"standing": Standing.WITHHELD}
    book.change_line(connection, one.id, **values)


def _with(reasons: tuple[Sight, ...], reason: Sight) -> tuple[Sight, ...]:
    return reasons if reason in reasons else (*reasons, reason)


def _row(call: UUID, line: Line) -> dict[str, Any]:
    return {
        "id": UUID(int=uuid7().int),
        "call": call,
        "nationality": line.nationality,
        "document_number": line.document_number,
        "number": line.number,
        "body": msgspec.json.encode(line),
        "standing": Standing.TO_BE_SEEN,
        "reasons": book.written([Sight.NOT_SCREENED]),
    }


async def screen(
    store: Store,
    desk: Desk,
    clock: Callable[[], datetime],
    id: UUID,
    officer: str,
    told: Callable[[int, int], Any] = lambda _done, _of: None,
    more: frozenset[str] = frozenset(),
) -> Call:
    """Ask the registries about everybody whom nobody has decided, and keep what follows. `told` hears how many of how
    many are done. A list that was corrected meanwhile is left as it is: it wants a screening of its own."""
    call, everybody = await store.read(partial(_to_screen, id=id))
    lines = [one.line for one in everybody]
    began, sails_on = clock(), japan_date(call.draft.departs_at)
    found = await screened(desk, lines, sails_on, lambda done: told(done, len(lines)), more)
    return await store.write(
        partial(_screened, call=call, everybody=everybody, found=found, officer=officer, began=began)
    )


def _to_screen(connection: Connection, id: UUID) -> tuple[Call, list[book.Listed]]:
    everybody = book.listed(connection, id, Standing.CLEAR, Standing.TO_BE_SEEN)
    return book.open_call(connection, id), everybody


_JUDGED: Final = (
    update(ship_lines)
    .where(
        ship_lines.c.id == bindparam("id_"),
        or_(ship_lines.c.standing == Standing.CLEAR, ship_lines.c.standing == Standing.TO_BE_SEEN),
    )
    .values(standing=bindparam("standing_"), reasons=bindparam("reasons_"))
)


def _screened(
    connection: Connection,
    *,
    call: Call,
    everybody: Sequence[book.Listed],
    found: Mapping[Passport, tuple[Sight, ...]],
    officer: str,
    began: datetime,
) -> Call:
    now = book.open_call(connection, call.id)
    if now.manifest != call.manifest:
        return now
    rows = [
        {
            "id_": one.id,
            "standing_": Standing.TO_BE_SEEN if (why := found[one.line.passport]) else Standing.CLEAR,
            "reasons_": book.written(why),
        }
        for one in everybody
    ]
    if rows:
        connection.execute(_JUDGED, rows)
    book.change_call(connection, call.id, screened_at=began)
    seen = sum(bool(why) for why in found.values())
    details = {"manifest": str(call.manifest), "asked": str(len(rows)), "to_be_seen": str(seen)}
    record(connection, Action(call.id, officer, Verb.SCREEN_MANIFEST, began, CRUISE, details))
    return book.load_call(connection, call.id)
