"""The gangway: passports scanned on the way ashore and back, a live count, who is missing, and the end of a call."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import Response
from fastapi.responses import JSONResponse, StreamingResponse
from sqlalchemy import Connection

from examiner_console.database import StoreError
from examiner_console.ships import book, gangway
from examiner_console.ships.calls import Call, ShipsError
from examiner_console.ships.gangway import Scan, Seen
from examiner_console.ships.tally import Counted, Tally, Way
from examiner_console.web.catalogues import translations
from examiner_console.web.live import event, still_logged_in
from examiner_console.web.permissions import Permission
from examiner_console.web.refusals import IncompleteForm, Refusal
from examiner_console.web.rendering import render
from examiner_console.web.scanned import passport_number
from examiner_console.web.ships import call_id, note_read, said, worded_refusal
from examiner_console.web.ships_words import COUNTED, words
from examiner_console.web.visits import Visit, VisitDep
from examiner_console.web.wording import worded

LOOK_SECONDS: Final = 1.0
"""How soon a page shows what was scanned elsewhere, also through another process of the console."""
ASKING_SECONDS: Final = 0.2
"""The same while registries are asked."""
HEARTBEAT: Final = 5
"""After so many looks the page hears that the console is there, and an ended session is fed no more."""
_WELL: Final = frozenset({Counted.COUNTED, Counted.UNSEEN})


async def gangway_page(visit: VisitDep, call: str) -> Response:
    return await _gangway(visit, call_id(call), visit.form.get("way", Way.BACK))


async def _gangway(
    visit: Visit, id: UUID, way: str, seen: Seen | None = None, refusal: Refusal | None = None
) -> Response:
    found, tally = await visit.desk.console.store.read(partial(_counted, id=id))
    return visit.page(
        "ship_gangway.html",
        status=refusal.status if refusal else 200,
        sentence=said(visit, refusal) or (_told(visit, seen) if seen else ""),
        is_well=seen is not None and seen.counted in _WELL,
        call=found,
        tally=tally,
        way=way,
        key=uuid4(),
        progress=visit.desk.screenings.progress(id),
        acts=visit.may(Permission.PERMIT_LANDING) and found.closed_at is None,
        **words(visit.language),
    )


def _counted(connection: Connection, id: UUID) -> tuple[Call, Tally]:
    return book.load_call(connection, id), book.tally_of(connection, id)


async def scan(visit: VisitDep, call: str) -> Response:
    """One passport: a machine readable zone or a number, from the page's form or a hand-held's JSON.

    Answers the page, or {"counted": code, "sentence": …, "well": …, "key": the next scan's key}.
    """
    id, console, way = call_id(call), visit.desk.console, visit.field("way")
    try:
        one = _scanned(visit)
        seen = await console.store.write(partial(gangway.scan, id=id, one=one, officer=visit.name, now=console.clock()))
    except ShipsError as error:
        return await _not_counted(visit, id, way, await worded_refusal(visit, error))
    except Refusal as refusal:
        return await _not_counted(visit, id, way, refusal)
    if visit.wants_json:
        answer = {"counted": seen.counted.value, "sentence": _told(visit, seen), "well": seen.counted in _WELL}
        return JSONResponse({**answer, "key": str(uuid4())})
    return await _gangway(visit, id, way, seen)


async def _not_counted(visit: Visit, id: UUID, way: str, refusal: Refusal) -> Response:
    if visit.wants_json:
        raise refusal
    return await _gangway(visit, id, way, refusal=refusal)


def _scanned(visit: Visit) -> Scan:
    """Raises IncompleteForm or UnreadableMrz."""
    number, nationality = passport_number(visit.field("passport"))
    try:
        key, way = UUID(visit.field("key")), Way(visit.field("way"))
        at = datetime.fromisoformat(told) if (told := visit.form.get("at", "")) else None
    except ValueError:
        raise IncompleteForm from None
    if not number:
        raise IncompleteForm
    return Scan(key, way, number, nationality, at)


def _told(visit: Visit, seen: Seen) -> str:
    """What became of the scan, and of whom."""
    sentence = worded(COUNTED, seen.counted, translations(visit.language).gettext)
    return f"{sentence}: {seen.who.line.name}, {seen.who.line.nationality}" if seen.who else sentence


async def stream(visit: VisitDep, call: str) -> Response:
    """Numbers alone; no passenger is in it. Raises NoSuchCall before anything is sent."""
    id = call_id(call)
    await visit.desk.console.store.read(partial(book.load_call, id=id))
    return StreamingResponse(_fragments(visit, id), media_type="text/event-stream")


async def _fragments(visit: Visit, id: UUID) -> AsyncIterator[bytes]:
    """The count at once and after every change. The queue's subscription ends when the console stops, and this too."""
    yield b"retry: 1000\n\n"
    async with visit.desk.console.referrals.subscribe() as changes:
        stopped = asyncio.ensure_future(_until_stopped(changes))
        try:
            async for told in _looks(visit, id, stopped):
                yield told
        finally:
            stopped.cancel()


async def _looks(visit: Visit, id: UUID, stopped: asyncio.Future[None]) -> AsyncIterator[bytes]:
    shown = ""
    for look in count():
        if stopped.done():
            return
        if look % HEARTBEAT == HEARTBEAT - 1:
            if not await still_logged_in(visit):
                yield event("ended", "")
                return
            yield event("here", "")
        with suppress(StoreError):  # the next look may have an answer
            fragment = await _fragment(visit, id)
            if fragment != shown:
                yield event("tally", fragment)
            shown = fragment
        asking = visit.desk.screenings.progress(id) is not None
        await asyncio.wait({stopped}, timeout=ASKING_SECONDS if asking else LOOK_SECONDS)


async def _until_stopped(changes: AsyncIterator[None]) -> None:
    async for _ in changes:
        pass


async def _fragment(visit: Visit, id: UUID) -> str:
    found, tally = await visit.desk.console.store.read(partial(_counted, id=id))
    facts: dict[str, Any] = {"call": found, "tally": tally, "now": visit.desk.console.clock()}
    facts |= {"progress": visit.desk.screenings.progress(id), "visit": visit, "form_token": ""}
    return render(visit.language, "ship_tally.html", facts | words(visit.language))


async def missing_page(visit: VisitDep, call: str) -> Response:
    return await _missing(visit, call_id(call))


async def _missing(visit: Visit, id: UUID, refusal: Refusal | None = None) -> Response:
    found, tally, people = await visit.desk.console.store.write(partial(_who_is_ashore, visit=visit, id=id))
    return visit.page(
        "ship_missing.html",
        status=refusal.status if refusal else 200,
        sentence=said(visit, refusal),
        call=found,
        tally=tally,
        people=people,
        progress=visit.desk.screenings.progress(id),
        typed=visit.form.get("note", ""),
        acts=visit.may(Permission.PERMIT_LANDING) and found.closed_at is None,
        displays=await visit.desk.sessions.displays(),
        **words(visit.language),
    )


def _who_is_ashore(connection: Connection, *, visit: Visit, id: UUID) -> tuple[Call, Tally, list[book.Listed]]:
    found, tally = _counted(connection, id)
    note_read(connection, visit, id, "missing")
    return found, tally, book.missing(connection, id)


HEADINGS: Final = ("surname", "given_names", "nationality", "document_number", "birth_date", "sex", "last_seen")


async def missing_csv(visit: VisitDep, call: str) -> Response:
    """The list for the report to the port, as a spreadsheet opens it."""
    _, _, people = await visit.desk.console.store.write(partial(_who_is_ashore, visit=visit, id=call_id(call)))
    headers = {"Content-Disposition": 'attachment; filename="missing.csv"'}
    return Response(_table(people), media_type="text/csv; charset=utf-8", headers=headers)


def _table(people: list[book.Listed]) -> str:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(HEADINGS)
    for one in people:
        line, seen = one.line, one.place.at.isoformat() if one.place.at else ""
        birth = line.birth_date.isoformat() if line.birth_date else ""
        cells = line.surname, line.given_names, line.nationality, line.document_number, birth, line.sex, seen
        rows.writerow([inert(cell) for cell in cells])
    return "\ufeff" + out.getvalue()


def inert(cell: str) -> str:
    """What a spreadsheet would take for a formula is led by an apostrophe."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


async def close(visit: VisitDep, call: str) -> Response:
    id, console = call_id(call), visit.desk.console
    closing = partial(gangway.close, id=id, note=visit.form.get("note", ""), officer=visit.name, at=console.clock())
    try:
        await console.store.write(closing)
    except ShipsError as error:
        return await _missing(visit, id, await worded_refusal(visit, error))
    return visit.go(f"/ships/{id}")
