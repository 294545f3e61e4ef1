"""Permission for a whole list in two keys, and for single people one by one."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from fastapi import Response
from sqlalchemy import Connection

from examiner_console.law.special_landings import LIMITS
from examiner_console.ships import book, permitting
from examiner_console.ships.calls import Call, CallClosed, ShipsError, Standing, ends_before
from examiner_console.ships.manifest import digest
from examiner_console.web.refusals import IncompleteForm
from examiner_console.web.ships import call_id, call_view, refused_view
from examiner_console.web.ships_refusals import LineUnknown, NothingReady
from examiner_console.web.ships_words import words
from examiner_console.web.visits import Visit, VisitDep


async def permit_page(visit: VisitDep, call: str) -> Response:
    """The first key: how many, until when, on which conditions; nobody is named. The second key permits."""
    id, console = call_id(call), visit.desk.console
    found, clear, standings = await console.store.read(partial(_ready, id=id))
    if found.closed_by is not None:
        return await refused_view(visit, id, CallClosed(found.closed_by))
    if not clear:
        return await call_view(visit, id, NothingReady())
    try:
        before = ends_before(found.draft, max(console.clock(), found.draft.arrives_at))
    except ShipsError as error:
        return await refused_view(visit, id, error)
    return visit.page(
        "ship_permit.html",
        call=found,
        clear=len(clear),
        sha256=digest(one.line for one in clear),
        standings=standings,
        before=before,
        limit=LIMITS[found.draft.kind],
        **words(visit.language),
    )


def _ready(connection: Connection, id: UUID) -> tuple[Call, list[book.Listed], dict[Standing, int]]:
    found = book.load_call(connection, id)
    return found, book.listed(connection, id, Standing.CLEAR), dict(book.standings(connection, [id])[id])


async def permit(visit: VisitDep, call: str) -> Response:
    id, console = call_id(call), visit.desk.console
    permitting_all = partial(
        permitting.permit, id=id, list_sha256=visit.field("sha256"), officer=visit.name, at=console.clock()
    )
    try:
        await console.store.write(permitting_all)
    except ShipsError as error:
        return await refused_view(visit, id, error)
    return visit.go(f"/ships/{id}")


async def admit(visit: VisitDep, call: str) -> Response:
    return await _decided(visit, call_id(call), permitting.admit)


async def withhold(visit: VisitDep, call: str) -> Response:
    return await _decided(visit, call_id(call), permitting.withhold)


async def _decided(visit: Visit, id: UUID, decide: permitting.Decide) -> Response:
    console = visit.desk.console
    if "note" not in visit.form:
        raise IncompleteForm
    deciding = partial(
        decide, id=id, line=_line_id(visit), note=visit.field("note"), officer=visit.name, at=console.clock()
    )
    try:
        await console.store.write(deciding)
    except ShipsError as error:
        return await refused_view(visit, id, error)
    return visit.go(f"/ships/{id}")


def _line_id(visit: Visit) -> UUID:
    try:
        return UUID(visit.field("line"))
    except ValueError:
        raise LineUnknown from None
