"""The protection desk's screen, and the key at a booth that calls it. Each look is recorded before anything is shown.

Only the desk sees a person's name and reason; whoever called it goes back to the queue and reads a number.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from fastapi import Response

from examiner_console.casework import protection
from examiner_console.law.protection import Act, Arrangement, Entry, Kind, Outcome, ProtectionError
from examiner_console.law.stays import JAPAN
from examiner_console.web.catalogues import translations
from examiner_console.web.permissions import Permission
from examiner_console.web.protection_refusals import EntryIncomplete, FileUnknown, of_protection
from examiner_console.web.protection_words import ARRANGEMENTS, CHECKLISTS, KINDS, OUTCOMES, entry_text
from examiner_console.web.reasons import REASONS
from examiner_console.web.refusals import IncompleteForm, Refusal
from examiner_console.web.sheet import age, full_name
from examiner_console.web.visits import Visit, VisitDep
from examiner_console.web.wording import PURPOSES, worded

E = TypeVar("E", Kind, Arrangement, Outcome)
SOON: Final = timedelta(minutes=30)
"""When a next step is due unless the desk says otherwise. Our own number."""


async def protect(visit: VisitDep, case_id: UUID) -> Response:
    """F7 at a booth: the case leaves every list but the desk's."""
    console = visit.desk.console
    kind = _chosen(Kind, visit.field("kind"))
    call = partial(protection.call_desk, id=case_id, officer=visit.name, kind=kind, at=console.clock())
    number = await console.store.write(call)
    console.referrals.changed()
    visit.desk.seen.forget(case_id, visit.name)
    return visit.go(f"/queue?desk={number}")


async def list_page(visit: VisitDep) -> Response:
    console = visit.desk.console
    files = await console.store.write(partial(protection.read_all, officer=visit.name, at=console.clock()))
    current = [file for file in files if file.closed_at is None]
    ended = [file for file in files if file.closed_at is not None]
    displays = await visit.desk.sessions.displays()
    return visit.page("protection.html", current=current, ended=ended, key=uuid4(), displays=displays, **_words(visit))


async def begin_file(visit: VisitDep) -> Response:
    """For a person without a case: somebody brought them to the desk."""
    console, id = visit.desk.console, _uuid(visit.field("key"))
    kind = _chosen(Kind, visit.field("kind"))
    await console.store.write(partial(protection.begin, id=id, officer=visit.name, kind=kind, at=console.clock()))
    return visit.go(f"/protection/{id}")


async def file_page(visit: VisitDep, file: str) -> Response:
    return await _file(visit, _file_id(file))


async def _file(visit: Visit, id: UUID, refusal: Refusal | None = None) -> Response:
    console, translate = visit.desk.console, translations(visit.language).gettext
    reading = partial(protection.read_file, id=id, officer=visit.name, at=console.clock())
    try:
        opened = await console.store.write(reading)
    except ProtectionError as error:
        raise of_protection(error) from None
    return visit.page(
        "protection_file.html",
        status=refusal.status if refusal else 200,
        sentence=refusal.said(translate) if refusal else "",
        typed=visit.form if refusal else {},
        file=opened.file,
        case=opened.case,
        key=visit.form.get("key", "") if refusal else uuid4(),
        due=(console.clock() + SOON).astimezone(JAPAN).strftime("%Y-%m-%dT%H:%M"),
        displays=await visit.desk.sessions.displays(),
        checklist=[translate(line) for line in CHECKLISTS[opened.file.kind]],
        full_name=full_name,
        age=age,
        **_words(visit),
    )


async def write_entry(visit: VisitDep, file: str) -> Response:
    """One entry; or the page again with what was typed, and what is wrong with it."""
    console, id, key = visit.desk.console, _file_id(file), _uuid(visit.field("key"))
    try:
        entry = _entry(visit)
        write = partial(protection.write, id=id, key=key, officer=visit.name, entry=entry, at=console.clock())
        await console.store.write(partial(write, instead_of=visit.form.get("instead_of", "")))
    except ProtectionError as error:
        return await _file(visit, id, of_protection(error))
    except EntryIncomplete as refusal:
        return await _file(visit, id, refusal)
    if entry.act is Act.CLOSED:
        console.referrals.changed()
        return visit.go("/protection")
    return visit.go(f"/protection/{id}")


def _entry(visit: Visit) -> Entry:
    text = visit.form.get("text", "").strip()
    match visit.field("act"):
        case Act.ACCOMPANIED:
            return Entry(Act.ACCOMPANIED)
        case Act.ARRANGED:
            return Entry(Act.ARRANGED, text, arrangement=_chosen(Arrangement, visit.field("arrangement")))
        case Act.NOTED:
            return Entry(Act.NOTED, text)
        case Act.PLANNED:
            return Entry(Act.PLANNED, text, due_at=_due(visit.field("due")))
        case Act.CLOSED:
            return Entry(Act.CLOSED, text, outcome=_chosen(Outcome, visit.field("outcome")))
    raise IncompleteForm


def _due(text: str) -> datetime:
    """As the browser's field says it, in Japan time."""
    try:
        typed = datetime.fromisoformat(text)
        if typed.tzinfo is not None or not 2000 <= typed.year <= 2099:
            raise ValueError(text)
    except ValueError:
        raise EntryIncomplete from None
    return typed.replace(tzinfo=JAPAN)


def _chosen(kind: type[E], code: str) -> E:
    try:
        return kind(code)
    except ValueError:
        raise IncompleteForm from None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise IncompleteForm from None


def _file_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise FileUnknown from None


def _words(visit: Visit) -> dict[str, Any]:
    translate = translations(visit.language).gettext
    return {
        "kinds": {kind: translate(words) for kind, words in KINDS.items()},
        "arrangements": {what: translate(words) for what, words in ARRANGEMENTS.items()},
        "outcomes": {outcome: translate(words) for outcome, words in OUTCOMES.items()},
        "entry_text": partial(entry_text, translate=translate),
        "reason_text": partial(worded, REASONS, translate=translate),
        "purpose": partial(worded, PURPOSES, translate=translate),
        "works": visit.may(Permission.WORK_PRIVATE),
    }
