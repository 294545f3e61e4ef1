"""What officers do with a registration: apply, each step, compare, and what a supervising inspector decides."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Final
from uuid import UUID, uuid4

from fastapi import Response

from examiner_console.casework.registration_book import Stay
from examiner_console.casework.registration_ends import Asked
from examiner_console.casework.registration_errors import RegistrationsError
from examiner_console.casework.registration_inspections import Given, given, lacking
from examiner_console.casework.registrations import Application
from examiner_console.law.nationals import is_national
from examiner_console.law.registering import BY_PROOF, PROOFS, Condition, Ground, Kind, Step
from examiner_console.web.catalogues import translations
from examiner_console.web.refusals import IncompleteForm, NotPermitted, Refusal, UnreadableMrz
from examiner_console.web.registration_refusals import DayUnusable, InspectionUnusable, WishUnsaid, of_registration
from examiner_console.web.registration_words import KINDS
from examiner_console.web.registrations import registration_id, registration_view, words
from examiner_console.web.scanned import passport_number
from examiner_console.web.visits import Visit, VisitDep

_BY_REGISTRY: Final = frozenset({Step.EXPIRE})
"""Steps that nobody presses."""


async def apply_page(visit: VisitDep, inspection: str) -> Response:
    return await _form(visit, _inspection(inspection))


async def apply(visit: VisitDep, inspection: str) -> Response:
    """The form brings the registration's identifier, so that sending it twice is one application."""
    source = _inspection(inspection)
    try:
        kind, id = Kind(visit.field("kind")), UUID(visit.field("registration"))
    except ValueError:
        raise IncompleteForm from None
    try:
        consent = bool(visit.form.get("consent"))
        asked = Application(id, source, kind, consent, _proofs(visit), _stay(visit))
        made = await visit.desk.console.registrations.apply(asked, visit.name)
    except RegistrationsError as error:
        return await _form(visit, source, of_registration(error, visit.language))
    except DayUnusable as error:
        return await _form(visit, source, error)
    return visit.go(f"/registrations/{made.id}")


async def _form(visit: Visit, source: UUID, refusal: Refusal | None = None) -> Response:
    try:
        seen = await visit.desk.console.store.read(partial(given, inspection=source))
    except RegistrationsError as error:
        raise of_registration(error, visit.language) from None
    await visit.desk.console.referrals.read_case(source, visit.name)
    kinds, at = _kinds(seen), visit.desk.console.clock()
    settled = frozenset().union(*(PROOFS[Kind(kind)] for kind in kinds))
    asked = {one for kind in kinds for one in lacking(seen, 0, Kind(kind), Stay(), frozenset(), at) if one in settled}
    return visit.page(
        "registration_form.html",
        status=refusal.status if refusal else 200,
        sentence=refusal.said(translations(visit.language).gettext) if refusal else "",
        wrong=refusal.code if refusal else "",
        seen=seen,
        registration=visit.form.get("registration") or uuid4(),
        kinds=kinds,
        proofs=[condition for condition in Condition if condition in asked],
        answered=[condition for condition in Condition if condition in settled - asked],
        typed=visit.form,
        **words(visit),
    )


def _kinds(seen: Given) -> list[str]:
    """Those that this nationality can be."""
    return [kind for kind in KINDS if is_national(seen.document) == (kind == Kind.NATIONAL)]


async def step(visit: VisitDep, registration: str) -> Response:
    """What an inspector does. Raises NotPermitted for what a supervising inspector decides."""
    return await _stepped(visit, registration_id(registration), supervisor=False)


async def settle(visit: VisitDep, registration: str) -> Response:
    """What a supervising inspector decides."""
    return await _stepped(visit, registration_id(registration), supervisor=True)


async def _stepped(visit: Visit, id: UUID, *, supervisor: bool) -> Response:
    service = visit.desk.console.registrations
    try:
        asked = _asked(visit, id, supervisor)
        await (service.renew(asked) if asked.step in (Step.RENEW, Step.MOVE) else service.step(asked))
    except RegistrationsError as error:
        return await registration_view(visit, id, of_registration(error, visit.language))
    except (DayUnusable, WishUnsaid, UnreadableMrz) as error:
        return await registration_view(visit, id, error)
    return visit.go(f"/registrations/{id}")


def _asked(visit: Visit, id: UUID, supervisor: bool) -> Asked:
    number, ground = visit.field("version"), visit.form.get("ground")
    try:
        taken = Step(visit.field("step"))
        grounds = Ground(ground) if ground else None
    except ValueError:
        raise IncompleteForm from None
    if taken in _BY_REGISTRY or not (number.isascii() and number.isdigit() and len(number) < 9):
        raise IncompleteForm
    if supervisor and not _for_supervisor(taken):
        raise NotPermitted
    if taken is Step.WITHDRAW and not visit.form.get("wish"):
        raise WishUnsaid
    passport, _ = passport_number(visit.form.get("passport", ""))
    if taken is Step.RENEW and passport:
        taken = Step.MOVE  # Enter in the field of the new passport presses the form's first key
    return Asked(id, taken, int(number), visit.name, grounds, _stay(visit), _proofs(visit), passport, supervisor)


def _for_supervisor(taken: Step) -> bool:
    return taken in (Step.REVOKE, Step.KEEP, Step.CLEAR, Step.REFUSE)


async def compare(visit: VisitDep, registration: str) -> Response:
    """Whether the newest fingers given are those registered, on the registration's page."""
    id = registration_id(registration)
    try:
        compared = await visit.desk.console.registrations.compare(id, visit.name)
    except RegistrationsError as error:
        return await registration_view(visit, id, of_registration(error, visit.language))
    return await registration_view(visit, id, compared=compared)


def _proofs(visit: Visit) -> frozenset[Condition]:
    return frozenset(condition for condition in BY_PROOF if visit.form.get(condition.value))


def _stay(visit: Visit) -> Stay:
    """Raises DayUnusable."""
    text, endless = visit.form.get("stay_until", "").strip(), bool(visit.form.get("stay_endless"))
    try:
        until = date.fromisoformat(text) if text else None
    except ValueError:
        raise DayUnusable from None
    if until is not None and endless:
        raise DayUnusable
    return Stay(until, endless)


def _inspection(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InspectionUnusable from None
