"""Ships' calls: all of them with their counts, one with its list, and how a list is loaded and corrected."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import Response
from sqlalchemy import Connection

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.law.special_landings import LIMITS, Kind
from examiner_console.law.stays import JAPAN, japan_date
from examiner_console.ships import book, loading
from examiner_console.ships.calls import YEARS, Call, Draft, ShipsError, Standing
from examiner_console.ships.manifest import Difference, ManifestError, difference
from examiner_console.ships.paxlst_manifest import parse_either
from examiner_console.ships.tally import Tally
from examiner_console.web.catalogues import translations
from examiner_console.web.permissions import Permission
from examiner_console.web.refusals import Refusal
from examiner_console.web.scanned import passport_number
from examiner_console.web.ships_refusals import (
    FileMissing,
    FormUnusable,
    LineUnknown,
    ListUnusable,
    ShipUnknown,
    of_ships,
)
from examiner_console.web.ships_words import phase, words
from examiner_console.web.visits import Visit, VisitDep

MOST_SHOWN: Final = 100
"""People of one standing on a page; the others are found by their passport."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A call with its list as it stands. `found` are the people a search asked for, None without one."""

    call: Call
    standings: dict[Standing, int]
    tally: Tally
    to_see: list[book.Listed]
    withheld: list[book.Listed]
    flagged: list[book.Listed]
    manifests: list[book.Manifest]
    difference: Difference | None
    found: list[book.Listed] | None


async def ships_page(visit: VisitDep) -> Response:
    """Ships and numbers; no passenger is shown."""
    found, standings, tallies = await visit.desk.console.store.read(_all)
    translate = translations(visit.language).gettext
    return visit.page(
        "ships.html",
        calls=found,
        standings=standings,
        tallies=tallies,
        next_step=lambda call: translate(phase(call, bool(standings[call.id][Standing.CLEAR]))),
        **words(visit.language),
    )


def _all(connection: Connection) -> tuple[list[Call], Any, Any]:
    found = book.calls(connection)
    ids = [call.id for call in found]
    return found, book.standings(connection, ids), book.tallies(connection, ids)


async def new_page(visit: VisitDep) -> Response:
    return _form(
        visit, {"call": str(uuid4()), "kind": Kind.CRUISE_SINGLE, "port": visit.desk.console.settings.port_name}
    )


async def enter_call(visit: VisitDep) -> Response:
    """The form brings the call's identifier, so that sending it twice enters one call."""
    console = visit.desk.console
    try:
        id = call_id(visit.field("call"))
        entering = partial(loading.enter, id=id, draft=_drafted(visit), officer=visit.name, at=console.clock())
        await console.store.write(entering)
    except ShipsError as error:
        return _form(visit, visit.form, of_ships(error))
    except FormUnusable as refusal:
        return _form(visit, visit.form, refusal)
    return visit.go(f"/ships/{id}")


def _drafted(visit: Visit) -> Draft:
    kind = visit.field("kind")
    return Draft(
        ship=visit.field("ship"),
        imo=visit.field("imo").upper().removeprefix("IMO").strip(),
        port=visit.field("port"),
        operator=visit.field("operator"),
        arrives_at=instant(visit, "arrives_at"),
        departs_at=instant(visit, "departs_at"),
        kind=Kind.CRUISE if kind == Kind.CRUISE else Kind.CRUISE_SINGLE,
        designated=visit.form.get("designated") == "yes",
    )


def instant(visit: Visit, field: str) -> datetime:
    """What a field for day and time says, in Japan. Raises FormUnusable."""
    try:
        found = datetime.fromisoformat(visit.field(field)).replace(tzinfo=JAPAN)
    except ValueError:
        raise FormUnusable(field) from None
    if found.year not in YEARS:
        raise FormUnusable(field)
    return found


def _form(visit: Visit, typed: Any, refusal: Refusal | None = None) -> Response:
    return visit.page(
        "ship_form.html",
        status=refusal.status if refusal else 200,
        sentence=said(visit, refusal),
        wrong=getattr(refusal, "field", ""),
        typed=typed,
        **words(visit.language),
    )


async def call_page(visit: VisitDep, call: str) -> Response:
    return await call_view(visit, call_id(call))


async def call_view(visit: Visit, id: UUID, refusal: Refusal | None = None, *, number: str | None = None) -> Response:
    """The call as it stands; that its people were looked at is in the ledger first."""
    nationality = None
    if number is not None:
        number, nationality = passport_number(number)
    showing = partial(_shown, visit=visit, id=id, number=number, nationality=nationality)
    shown = await visit.desk.console.store.write(showing)
    if number is not None and not shown.found:
        refusal = LineUnknown()
    return visit.page(
        "ship.html",
        status=refusal.status if refusal else 200,
        sentence=said(visit, refusal),
        shown=shown,
        call=shown.call,
        progress=visit.desk.screenings.progress(id),
        limit=LIMITS[shown.call.draft.kind],
        acts=visit.may(Permission.PERMIT_LANDING),
        most=MOST_SHOWN,
        displays=await visit.desk.sessions.displays(),
        **words(visit.language),
    )


def _shown(connection: Connection, *, visit: Visit, id: UUID, number: str | None, nationality: str | None) -> Shown:
    call = book.load_call(connection, id)
    note_read(connection, visit, id, "call")
    manifests = book.manifests(connection, id)
    changed = None
    if len(manifests) == 2:
        changed = difference(book.by_passport(manifests[1].lines), book.by_passport(manifests[0].lines))
    permitted = book.flagged(connection, id, limit=MOST_SHOWN)
    return Shown(
        call=call,
        standings=dict(book.standings(connection, [id])[id]),
        tally=book.tally_of(connection, id),
        to_see=book.listed(connection, id, Standing.TO_BE_SEEN, limit=MOST_SHOWN),
        withheld=book.listed(connection, id, Standing.WITHHELD, limit=MOST_SHOWN),
        flagged=permitted,
        manifests=manifests,
        difference=changed,
        found=None if number is None else book.by_number(connection, id, number, nationality),
    )


def note_read(connection: Connection, visit: Visit, id: UUID, screen: str) -> None:
    at = visit.desk.console.clock()
    record(connection, Action(id, visit.name, Verb.READ_MANIFEST, at, details={"screen": screen}))


async def find(visit: VisitDep, call: str) -> Response:
    """Posted, not linked: a passport's number belongs in no address."""
    id = call_id(call)
    try:
        return await call_view(visit, id, number=visit.field("passport"))
    except Refusal as refusal:
        return await call_view(visit, id, refusal)


async def load_manifest(visit: VisitDep, call: str) -> Response:
    """A list from the operator, CSV or PAXLST; the registries are asked at once, in the background."""
    id, console = call_id(call), visit.desk.console
    if not visit.upload:
        return await call_view(visit, id, FileMissing())
    try:
        source, lines = await asyncio.to_thread(parse_either, visit.upload, japan_date(console.clock()))
    except ManifestError as error:
        return await call_view(visit, id, ListUnusable(error))
    load = partial(
        loading.load,
        id=id,
        source=source,
        lines=lines,
        data=visit.upload,
        officer=visit.name,
        at=console.clock(),
    )
    return await _screening(visit, id, load)


async def screen_again(visit: VisitDep, call: str) -> Response:
    id = call_id(call)
    return await _screening(visit, id, partial(book.open_call, id=id))


async def _screening(visit: Visit, id: UUID, first: Any) -> Response:
    try:
        await visit.desk.console.store.write(first)
    except ShipsError as error:
        return await refused_view(visit, id, error)
    visit.desk.screenings.start(id, visit.name)
    return visit.go(f"/ships/{id}")


async def put_off(visit: VisitDep, call: str) -> Response:
    """The ship sails at another time."""
    id, console = call_id(call), visit.desk.console
    try:
        departs_at = instant(visit, "departs_at")
        putting = partial(loading.put_off, id=id, departs_at=departs_at, officer=visit.name, at=console.clock())
        await console.store.write(putting)
    except FormUnusable as refusal:
        return await call_view(visit, id, refusal)
    except ShipsError as error:
        return await refused_view(visit, id, error)
    return visit.go(f"/ships/{id}")


async def refused_view(visit: Visit, id: UUID, error: ShipsError) -> Response:
    """The call's page with what was refused."""
    return await call_view(visit, id, await worded_refusal(visit, error))


async def worded_refusal(visit: Visit, error: ShipsError) -> Refusal:
    """With officers named as colleagues know them."""
    refusal = of_ships(error)
    if by := refusal.data.get("by"):
        refusal.data["by"] = (await visit.desk.sessions.displays()).get(str(by), by)
    return refusal


def call_id(text: str) -> UUID:
    """Raises ShipUnknown."""
    try:
        return UUID(text)
    except ValueError:
        raise ShipUnknown from None


def said(visit: Visit, refusal: Refusal | None) -> str:
    return refusal.said(translations(visit.language).gettext) if refusal else ""
