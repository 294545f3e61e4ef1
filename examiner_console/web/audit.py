"""The pages under `/audit`: decisions found again, why, who did what, who looked, and the proof. Nothing changes here.

Looking at a decision is itself recorded as a read, and stands among the reads it shows. A passport's number is posted,
and stands in no address. The list that a search gives names nobody.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Final
from uuid import UUID

from fastapi import Response
from fastapi.responses import PlainTextResponse
from sqlalchemy import Connection

from examiner_console.casework import audit, proving
from examiner_console.contract import Decision
from examiner_console.record import prover
from examiner_console.record.prover import ProofError
from examiner_console.record.verification.offline import UnusableProof
from examiner_console.upkeep import ledger_key
from examiner_console.web.audit_words import FAULTS, KINDS, OUTCOMES, deed_text, details_text, law_of
from examiner_console.web.catalogues import translations
from examiner_console.web.findings import detail_text
from examiner_console.web.reasons import OPENINGS, REASONS, headline
from examiner_console.web.refusals import DecisionUnknown, NotProved, Refusal, SearchUnclear
from examiner_console.web.scanned import passport_number
from examiner_console.web.visits import Visit, VisitDep
from examiner_console.web.wording import Translate, worded

AT_ONCE_SECONDS: Final = 1.0
"""A verification that is done sooner is shown at once; else the page says that it is under way."""
FIELDS: Final = ("inspection", "number", "station", "first", "last")


async def audit_page(visit: VisitDep) -> Response:
    return await _page(visit)


async def find(visit: VisitDep) -> Response:
    """The list; or the form again with what was typed, and what is wrong with it."""
    try:
        wanted = _wanted(visit)
    except Refusal as refusal:
        return await _page(visit, refusal=refusal)
    return await _page(visit, found=await visit.desk.console.store.read(partial(audit.find, wanted=wanted)))


def _wanted(visit: Visit) -> audit.Wanted:
    typed = {name: visit.form.get(name, "").strip() for name in FIELDS}
    number, nationality = passport_number(typed["number"])
    try:
        return audit.Wanted(
            inspection=UUID(typed["inspection"]) if typed["inspection"] else None,
            number=number or None,
            nationality=nationality,
            station=typed["station"] or None,
            first=_day(typed["first"]),
            last=_day(typed["last"]),
        )
    except ValueError:
        raise SearchUnclear from None


def _day(text: str) -> date | None:
    """A day of this century: others are typing errors, and have no day before or after. Raises ValueError."""
    day = date.fromisoformat(text) if text else None
    if day is not None and not 2000 <= day.year <= 2099:
        raise ValueError(text)
    return day


async def _page(visit: Visit, found: list[audit.Found] | None = None, refusal: Refusal | None = None) -> Response:
    console, translate = visit.desk.console, translations(visit.language).gettext
    whole = await console.store.read(partial(proving.whole, public_key=_public_key(visit)))
    checks = visit.desk.verifications
    return visit.page(
        "audit.html",
        status=refusal.status if refusal else 200,
        sentence=refusal.said(translate) if refusal else "",
        typed={name: visit.form.get(name, "") for name in FIELDS},
        found=None if found is None else found[: audit.MOST_FOUND],
        more=found is not None and len(found) > audit.MOST_FOUND,
        whole=whole,
        running=checks.since,
        checked=checks.newest,
        fault=partial(worded, FAULTS, translate=translate),
        outcome=partial(worded, OUTCOMES, translate=translate),
        why=partial(_why, translate=translate),
    )


def _why(decision: Decision, translate: Translate) -> str:
    reason = headline(decision.reasons)
    return worded({**REASONS, **OPENINGS}, reason.code, translate) if reason else ""


async def verify(visit: VisitDep) -> Response:
    """Read the whole record anew. What it finds stands on the page once it is done."""
    checks, console = visit.desk.verifications, visit.desk.console
    checks.start(console.store.url, _public_key(visit), console.clock())
    await checks.wait(AT_ONCE_SECONDS)
    return visit.go("/audit")


def _public_key(visit: Visit) -> bytes:
    return ledger_key(visit.desk.console.settings).public_key().public_bytes_raw()


async def decision_page(visit: VisitDep, inspection: UUID) -> Response:
    console, translate = visit.desk.console, translations(visit.language).gettext
    reading = partial(audit.read_dossier, id=inspection, officer=visit.name, at=console.clock())
    try:
        dossier = await console.store.write(reading)
    except audit.NoSuchInspection:
        raise DecisionUnknown from None
    return visit.page(
        "audit_decision.html",
        dossier=dossier,
        displays=await visit.desk.sessions.displays(),
        outcome=partial(worded, OUTCOMES, translate=translate),
        reason_text=partial(worded, {**REASONS, **OPENINGS}, translate=translate),
        detail_text=partial(detail_text, translate=translate),
        law_of=law_of,
        deed_text=partial(deed_text, translate=translate),
        details_text=partial(details_text, statuses=console.statuses, language=visit.language),
    )


async def proof_page(visit: VisitDep, inspection: UUID) -> Response:
    """Positions and digests alone: nothing of the traveller, so nothing that is a read."""
    proved = await _proved(visit, inspection)
    kind = partial(worded, KINDS, translate=translations(visit.language).gettext)
    return visit.page("audit_proof.html", inspection=inspection, proved=proved, kind=kind)


async def proof(visit: VisitDep, inspection: UUID, size: int | None = None) -> Response:
    """What `ledger verify --proof` checks, with the checkpoint of the same size and the public key."""
    proved = await _proved(visit, inspection, size)
    headers = {"Content-Disposition": f'attachment; filename="proof-{inspection}.json"'}
    return Response(proved.proof, media_type="application/json", headers=headers)


async def _proved(visit: Visit, inspection: UUID, size: int | None = None) -> proving.Proved:
    key = _public_key(visit)

    def prove(connection: Connection) -> proving.Proved:
        stored = audit.dossier(connection, inspection).stored(size)
        return proving.prove_stored(connection, stored, key, size)

    try:
        return await visit.desk.console.store.read(prove)
    except audit.NoSuchInspection:
        raise DecisionUnknown from None
    except (ProofError, UnusableProof):
        raise NotProved from None


async def checkpoint(visit: VisitDep, size: int | None = None) -> Response:
    """The newest checkpoint, or that of `size` entries, as a signed note to be kept elsewhere."""
    note = partial(prover.note, public_key=_public_key(visit), size=size)
    try:
        text = await visit.desk.console.store.read(note)
    except ProofError:
        raise NotProved from None
    return PlainTextResponse(text, headers={"Content-Disposition": 'attachment; filename="checkpoint.txt"'})
