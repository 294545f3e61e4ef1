"""Special permissions one by one: those in force with the overdue ones first, the form of a new one, and one alone.

Temporary refuge has pages of its own; elsewhere it is a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import Response
from sqlalchemy import Connection

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.law.special_landings import LIMITS, REVOCABLE, Applicant, Kind
from examiner_console.ships import special
from examiner_console.ships.calls import NoSuchLanding, ShipsError, UnusableLanding
from examiner_console.ships.csv_manifest import document_number
from examiner_console.ships.special import CRUISES, KINDS, Asked, Ending, Landing, Record
from examiner_console.watchlist.register import NO_INSPECTION
from examiner_console.web.permissions import Permission
from examiner_console.web.refusals import IncompleteForm, Refusal
from examiner_console.web.ships import instant, said, worded_refusal
from examiner_console.web.ships_refusals import FormUnusable, LandingUnknown
from examiner_console.web.ships_words import words
from examiner_console.web.visits import Visit, VisitDep

_TEXTS: Final = ("surname", "given_names", "vessel", "port", "ground", "area", "escort", "other")


async def landings_page(visit: VisitDep) -> Response:
    return await _list(visit, refuge=False)


async def refuge_page(visit: VisitDep) -> Response:
    return await _list(visit, refuge=True)


async def _list(visit: Visit, *, refuge: bool) -> Response:
    found, counts, ended = await visit.desk.console.store.write(partial(_in_force, visit=visit, refuge=refuge))
    return visit.page(
        "landings.html",
        refuge=refuge,
        here="/refuge" if refuge else "/landings",
        landings=found,
        counts=counts,
        ended=ended,
        acts=_may_act(visit, refuge),
        displays=await visit.desk.sessions.displays(),
        **words(visit.language),
    )


def _may_act(visit: Visit, refuge: bool) -> bool:
    return visit.may(Permission.SEE_REFUGE if refuge else Permission.PERMIT_LANDING)


def _in_force(
    connection: Connection, *, visit: Visit, refuge: bool
) -> tuple[list[Landing], tuple[int, int], list[Landing]]:
    now = visit.desk.console.clock()
    _note(connection, visit, NO_INSPECTION, refuge)
    found = special.in_force(connection, now, refuge=refuge)
    return found, special.counts(connection, now), special.ended(connection, refuge=refuge)


def _note(connection: Connection, visit: Visit, id: UUID, refuge: bool) -> None:
    verb = Verb.READ_REFUGE if refuge else Verb.READ_LANDINGS
    record(connection, Action(id, visit.name, verb, visit.desk.console.clock()))


async def new_page(visit: VisitDep) -> Response:
    return _form(visit, _empty(visit), refuge=False)


async def new_refuge_page(visit: VisitDep) -> Response:
    return _form(visit, _empty(visit), refuge=True)


def _empty(visit: Visit) -> dict[str, str]:
    return {"landing": str(uuid4()), "port": visit.desk.console.settings.port_name}


async def give(visit: VisitDep) -> Response:
    return await _given(visit, refuge=False)


async def give_refuge(visit: VisitDep) -> Response:
    return await _given(visit, refuge=True)


async def _given(visit: Visit, *, refuge: bool) -> Response:
    """The form brings the permission's identifier, so that sending it twice gives one."""
    console = visit.desk.console
    try:
        id = _id(visit.field("landing"))
        asked = _asked(visit, refuge)
        await console.store.write(partial(special.give, id=id, asked=asked, officer=visit.name, at=console.clock()))
    except ShipsError as error:
        return _form(visit, visit.form, await worded_refusal(visit, error), refuge=refuge)
    except FormUnusable as refusal:
        return _form(visit, visit.form, refusal, refuge=refuge)
    return visit.go(f"{_base(refuge)}/{id}")


def _base(refuge: bool) -> str:
    return "/refuge" if refuge else "/landings"


def _asked(visit: Visit, refuge: bool) -> Asked:
    """What the form says. Raises FormUnusable or IncompleteForm; the casework judges the rest."""
    try:
        kind = Kind.REFUGE if refuge else Kind(visit.field("kind"))
        applicant = Applicant.SELF if refuge else Applicant(visit.field("applicant"))
    except ValueError:
        raise IncompleteForm from None
    if kind in CRUISES or (kind is Kind.REFUGE) != refuge:
        raise IncompleteForm
    return Asked(
        kind=kind,
        record=_record(visit, applicant),
        until=instant(visit, "until") if visit.field("until") else None,
        ground_found=visit.form.get("ground_found") == "yes",
        fled=visit.form.get("fled") == "yes",
    )


def _record(visit: Visit, applicant: Applicant) -> Record:
    texts: dict[str, Any] = {name: visit.field(name) for name in _TEXTS}
    texts["applied_by"] = visit.form.get("applied_by", "").strip()
    nationality, born = visit.field("nationality").upper(), visit.field("birth_date")
    if len(nationality) > 3 or (nationality and not nationality.isalpha()):
        raise FormUnusable("nationality")
    number = document_number(visit.field("document_number"))
    if visit.field("document_number") and not number:
        raise FormUnusable("document_number")
    try:
        birth_date = date.fromisoformat(born) if born else None
    except ValueError:
        raise FormUnusable("birth_date") from None
    return Record(nationality=nationality, document_number=number, birth_date=birth_date, applicant=applicant, **texts)


def _form(visit: Visit, typed: Mapping[str, str], refusal: Refusal | None = None, *, refuge: bool) -> Response:
    return visit.page(
        "landing_form.html",
        status=refusal.status if refusal else 200,
        sentence=said(visit, refusal),
        wrong=getattr(refusal, "field", ""),
        refuge=refuge,
        base=_base(refuge),
        typed=typed,
        kinds=[kind for kind in KINDS if kind is not Kind.REFUGE],
        limits=LIMITS,
        applicants=[one for one in Applicant if one is not Applicant.SELF],
        **words(visit.language),
    )


async def landing_page(visit: VisitDep, landing: str) -> Response:
    return await _one(visit, _id(landing), refuge=False)


async def one_refuge_page(visit: VisitDep, landing: str) -> Response:
    return await _one(visit, _id(landing), refuge=True)


async def _one(visit: Visit, id: UUID, refusal: Refusal | None = None, *, refuge: bool) -> Response:
    found = await visit.desk.console.store.write(partial(_read, visit=visit, id=id, refuge=refuge))
    return visit.page(
        "landing.html",
        status=refusal.status if refusal else 200,
        sentence=said(visit, refusal),
        refuge=refuge,
        base=_base(refuge),
        landing=found,
        limit=LIMITS[found.kind],
        is_overdue=found.is_overdue(visit.desk.console.clock()),
        endings=[one for one in Ending if one is not Ending.REVOKED or found.kind in REVOCABLE],
        acts=_may_act(visit, refuge),
        displays=await visit.desk.sessions.displays(),
        **words(visit.language),
    )


def _read(connection: Connection, *, visit: Visit, id: UUID, refuge: bool) -> Landing:
    found = _own(connection, id, refuge)
    _note(connection, visit, id, refuge)
    return found


def _own(connection: Connection, id: UUID, refuge: bool) -> Landing:
    """Refuge is not found among the others, nor the others among it. Raises NoSuchLanding."""
    found = special.load(connection, id)
    if (found.kind is Kind.REFUGE) != refuge:
        raise NoSuchLanding
    return found


async def extend(visit: VisitDep, landing: str) -> Response:
    return await _changed(visit, _id(landing), refuge=False, extends=True)


async def extend_refuge(visit: VisitDep, landing: str) -> Response:
    return await _changed(visit, _id(landing), refuge=True, extends=True)


async def end(visit: VisitDep, landing: str) -> Response:
    return await _changed(visit, _id(landing), refuge=False, extends=False)


async def end_refuge(visit: VisitDep, landing: str) -> Response:
    return await _changed(visit, _id(landing), refuge=True, extends=False)


async def _changed(visit: Visit, id: UUID, *, refuge: bool, extends: bool) -> Response:
    try:
        await visit.desk.console.store.write(partial(_act, visit=visit, id=id, refuge=refuge, extends=extends))
    except NoSuchLanding:
        raise
    except ShipsError as error:
        return await _one(visit, id, await worded_refusal(visit, error), refuge=refuge)
    except FormUnusable as refusal:
        return await _one(visit, id, refusal, refuge=refuge)
    return visit.go(f"{_base(refuge)}/{id}")


def _act(connection: Connection, *, visit: Visit, id: UUID, refuge: bool, extends: bool) -> Landing:
    _own(connection, id, refuge)
    at, note = visit.desk.console.clock(), visit.field("note")
    if extends:
        return special.extend(connection, id, instant(visit, "until"), note, visit.name, at)
    try:
        ending = Ending(visit.field("ending"))
    except ValueError:
        raise UnusableLanding("ending") from None
    return special.end(connection, id, ending, note, visit.name, at)


def _id(text: str) -> UUID:
    """Raises LandingUnknown."""
    try:
        return UUID(text)
    except ValueError:
        raise LandingUnknown from None
