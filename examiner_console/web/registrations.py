"""The pages under `/registrations` that show who is registered for the gate. Each registration shown is noted as read
first; passports' numbers are posted, and stand in no address."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import Any, Final
from uuid import UUID

from fastapi import Response
from sqlalchemy import Connection

from examiner_console.casework import registration_book as book
from examiner_console.casework.registration_book import Registration
from examiner_console.casework.registration_errors import RegistrationsError
from examiner_console.casework.registration_inspections import Given, newest_of
from examiner_console.casework.registration_steps import Compared
from examiner_console.law.registering import ENDED, PROOFS, Condition, State
from examiner_console.record.export import safe
from examiner_console.web.catalogues import translations
from examiner_console.web.permissions import Permission
from examiner_console.web.refusals import Refusal
from examiner_console.web.registration_refusals import RegistrationUnknown, of_registration
from examiner_console.web.registration_words import CONDITIONS, GROUNDS, KINDS, SHAPES, STATES, STEPS, facts, name_text
from examiner_console.web.scanned import passport_number
from examiner_console.web.visits import Visit, VisitDep
from examiner_console.web.wording import worded

SOON_DAYS: Final = 60
"""Who ends within these gets a letter."""
COLUMNS: Final = ("reference", "surname", "given_names", "last_day")
"""Of a letter, and no more: where it goes is known to who holds the addresses."""


async def list_page(visit: VisitDep) -> Response:
    """What waits for somebody, and what ends soon."""
    service, now = visit.desk.console.registrations, visit.desk.console.clock()
    waiting = await service.seen(partial(_waiting), visit.name, "list")
    soon = await service.seen(partial(book.expiring, now=now, days=SOON_DAYS, most=book.MOST_SHOWN), visit.name, "list")
    return _page(visit, waiting=waiting, soon=soon)


def _waiting(connection: Connection) -> list[Registration]:
    """What a supervising inspector decides comes first."""
    first = book.in_state(connection, State.STOPPED, State.REVOKING)
    return [*first, *book.in_state(connection, State.APPLIED, State.SCREENED, State.SUSPENDED)]


async def find(visit: VisitDep) -> Response:
    """Registrations of a passport, and the newest inspection that could be registered from."""
    number, nationality = passport_number(visit.field("passport"))
    console = visit.desk.console
    finding = partial(book.under, document_number=number, nationality=nationality)
    found = await console.registrations.seen(finding, visit.name, "search")
    given = await console.store.read(partial(newest_of, document_number=number)) if number else None
    if given is not None:
        await console.referrals.read_case(given.inspection.id, visit.name)
    open_already = any(not one.over for one in found)
    return _page(visit, found=found, number=number, given=None if open_already else given)


def _page(
    visit: Visit,
    *,
    waiting: list[Registration] | None = None,
    soon: list[Registration] | None = None,
    found: list[Registration] | None = None,
    number: str = "",
    given: Given | None = None,
) -> Response:
    return visit.page(
        "registrations.html",
        waiting=waiting or [],
        soon=soon or [],
        found=found,
        number=number,
        given=given,
        soon_days=SOON_DAYS,
        most=book.MOST_SHOWN,
        **words(visit),
    )


async def letters(visit: VisitDep) -> Response:
    """Who ends soon, as a file for letters; everybody in it is noted as read."""
    console = visit.desk.console
    finding = partial(book.expiring, now=console.clock(), days=SOON_DAYS)
    ending = await console.registrations.seen(finding, visit.name, "letters")
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows((one.id, safe(one.surname), safe(one.given_names), one.valid_until) for one in ending)
    headers = {"Content-Disposition": 'attachment; filename="letters.csv"'}
    return Response(file.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def registration_page(visit: VisitDep, registration: str) -> Response:
    return await registration_view(visit, registration_id(registration))


async def registration_view(
    visit: Visit, id: UUID, refusal: Refusal | None = None, compared: Compared | None = None
) -> Response:
    """As it stands, how it came to that, and what this officer may do about it."""
    console = visit.desk.console
    try:
        held = await console.registrations.read(id, visit.name)
    except RegistrationsError as error:
        raise of_registration(error, visit.language) from None
    return visit.page(
        "registration.html",
        status=refusal.status if refusal else 200,
        sentence=refusal.said(translations(visit.language).gettext) if refusal else "",
        held=held,
        terms=await console.store.read(partial(book.terms, id=id)),
        deeds=await console.store.read(partial(book.deeds, id=id)),
        compared=compared,
        displays=await visit.desk.sessions.displays(),
        **words(visit),
    )


def _proofs(asked: frozenset[Condition]) -> list[Condition]:
    return [condition for condition in Condition if condition in asked]


def registration_id(text: str) -> UUID:
    """Raises RegistrationUnknown."""
    try:
        return UUID(text)
    except ValueError:
        raise RegistrationUnknown from None


def words(visit: Visit) -> dict[str, Any]:
    """What every page of registrations says them with."""
    translate = translations(visit.language).gettext
    return {
        "registers": visit.may(Permission.REGISTER),
        "supervises": visit.may(Permission.REVOKE_REGISTRATION),
        "kind_text": partial(worded, KINDS, translate=translate),
        "state_text": partial(worded, STATES, translate=translate),
        "step_text": partial(worded, STEPS, translate=translate),
        "ground_text": partial(worded, GROUNDS, translate=translate),
        "condition_text": partial(worded, CONDITIONS, translate=translate),
        "grounds": list(GROUNDS),
        "by_proof": {kind: _proofs(asked) for kind, asked in PROOFS.items()},
        "shapes": SHAPES,
        "facts": partial(facts, language=visit.language),
        "name": name_text,
        "ended": ENDED,
    }
