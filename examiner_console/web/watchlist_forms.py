"""The forms that propose to add, amend or remove an entry. What was typed stays, whatever is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Final
from uuid import UUID, uuid4

import msgspec
from fastapi import Response
from sqlalchemy import Connection

from examiner_console.law.counting import end_of_day
from examiner_console.law.stays import japan_date
from examiner_console.watchlist.register import history, propose_change
from examiner_console.watchlist.upkeep import (
    LONGEST_VALIDITY,
    Change,
    Draft,
    DraftName,
    NoSuchEntry,
    Standing,
    UpkeepError,
    Version,
    in_force,
)
from examiner_console.web.catalogues import translations
from examiner_console.web.refusals import Refusal
from examiner_console.web.visits import Visit, VisitDep
from examiner_console.web.watchlist import acting, entry_id, entry_view, read_entry, said, words
from examiner_console.web.watchlist_refusals import (
    BirthUnusable,
    ChangeWaits,
    EntryChanged,
    EntryOver,
    ExpiryUnusable,
    NationalityUnusable,
    of_upkeep,
)
from examiner_console.web.watchlist_words import SEXES, last_day

NAMES: Final = 3
"""Names the form has room for; further ones of an entry stay as they are."""
_NATIONALITY: Final = re.compile(r"[A-Z]{1,3}")
_BIRTH: Final = ("birth_year", "birth_month", "birth_day")


async def new_page(visit: VisitDep) -> Response:
    return _form(visit, Change.ADD, uuid4(), None, {})


async def propose_new(visit: VisitDep) -> Response:
    """The form brings the entry's identifier, so that sending it twice proposes one entry."""
    return await _proposed(visit, Change.ADD, entry_id(visit.field("entry")))


async def amend_page(visit: VisitDep, entry: str) -> Response:
    return await _opened(visit, Change.AMEND, entry_id(entry))


async def amend(visit: VisitDep, entry: str) -> Response:
    return await _proposed(visit, Change.AMEND, entry_id(entry))


async def remove_page(visit: VisitDep, entry: str) -> Response:
    return await _opened(visit, Change.REMOVE, entry_id(entry))


async def remove(visit: VisitDep, entry: str) -> Response:
    return await _proposed(visit, Change.REMOVE, entry_id(entry))


async def _opened(visit: Visit, change: Change, entry: UUID) -> Response:
    """The form with what is in force; the entry's page where nothing can be proposed now."""
    console = visit.desk.console
    versions = await console.store.write(partial(read_entry, visit=visit, entry=entry))
    base = in_force(versions, console.clock())
    if base is None:
        return await entry_view(visit, entry, EntryOver())
    if versions[-1].standing is Standing.PROPOSED:
        return await entry_view(visit, entry, ChangeWaits())
    return _form(visit, change, entry, base, typed_of(base.draft, change))


async def _proposed(visit: Visit, change: Change, entry: UUID) -> Response:
    console = visit.desk.console
    try:
        await console.store.write(partial(_propose, visit=visit, change=change, entry=entry))
    except UpkeepError as error:
        refusal = of_upkeep(error)
    except Refusal as error:
        refusal = error
    else:
        return visit.go(f"/watchlist/{entry}")
    base = None
    if change is not Change.ADD:
        versions = await console.store.write(partial(read_entry, visit=visit, entry=entry))
        base = in_force(versions, console.clock())
    return _form(visit, change, entry, base, visit.form, refusal)


def _propose(connection: Connection, *, visit: Visit, change: Change, entry: UUID) -> None:
    at = visit.desk.console.clock()
    base = None if change is Change.ADD else in_force(history(connection, entry), at)
    if change is not Change.ADD and base is None:
        raise NoSuchEntry("no version of the entry is in force")
    if base is not None and visit.field("version") != str(base.number):
        raise EntryChanged
    if change is Change.REMOVE and base is not None:
        draft = msgspec.structs.replace(base.draft, **_grounds(visit.form))
    else:
        draft = drafted(visit.form, base)
    propose_change(connection, entry, change, draft, acting(visit), at)


def _form(
    visit: Visit,
    change: Change,
    entry: UUID,
    base: Version | None,
    typed: Mapping[str, str],
    refusal: Refusal | None = None,
) -> Response:
    today, translate = japan_date(visit.desk.console.clock()), translations(visit.language).gettext
    return visit.page(
        "watchlist_form.html",
        status=refusal.status if refusal else 200,
        sentence=said(visit, refusal),
        wrong=getattr(refusal, "field", ""),
        kind=change,
        entry=entry,
        base=base,
        typed=typed,
        numbers=range(1, NAMES + 1),
        kept=max(0, len(base.draft.names) - NAMES) if base else 0,
        sexes={code: translate(word) for code, word in SEXES.items()},
        first=today,
        last=today + LONGEST_VALIDITY,
        **words(visit),
    )


def typed_of(draft: Draft, change: Change) -> dict[str, str]:
    """An entry as one would type it. A removal has a reason of its own, which is written anew."""
    typed = {field: str(getattr(draft, field) or "") for field in (*_BIRTH, "sex", "nationality", "document_number")}
    for number, name in enumerate(draft.names[:NAMES], 1):
        typed |= {f"surname{number}": name.surname, f"given{number}": name.given or ""}
        typed |= {f"none{number}": "yes"} if name.given == "" else {}
    typed |= {"basis": draft.basis, "organ": draft.organ, "last_day": last_day(draft.expires_at).isoformat()}
    return typed if change is Change.REMOVE else typed | {"reason": draft.reason}


def drafted(form: Mapping[str, str], base: Version | None) -> Draft:
    """What the form says; further names are those of `base`. Raises Refusal; the register judges the rest."""
    nationality = _typed(form, "nationality").upper()
    if nationality and not _NATIONALITY.fullmatch(nationality):
        raise NationalityUnusable
    year, month, day = (_number(_typed(form, field)) for field in _BIRTH)
    names = tuple(name for number in range(1, NAMES + 1) if (name := _name(form, number)))
    sex = _typed(form, "sex")
    return Draft(
        names=names + (base.draft.names[NAMES:] if base else ()),
        **_grounds(form),
        expires_at=_expiry(_typed(form, "last_day")),
        birth_year=year,
        birth_month=month,
        birth_day=day,
        sex=sex if sex in SEXES else None,
        nationality=nationality or None,
        document_number=re.sub(r"[^A-Z0-9]", "", _typed(form, "document_number").upper()) or None,
    )


def _grounds(form: Mapping[str, str]) -> dict[str, str]:
    return {field: _typed(form, field) for field in ("basis", "reason", "organ")}


def _name(form: Mapping[str, str], number: int) -> DraftName | None:
    """None where nothing was typed. Given names left open are unknown, unless the form says that there are none."""
    surname, given = _typed(form, f"surname{number}"), _typed(form, f"given{number}")
    if not surname and not given:
        return None
    return DraftName(surname, given or ("" if form.get(f"none{number}") else None))


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4) or int(text) == 0:
        raise BirthUnusable
    return int(text)


def _expiry(text: str) -> datetime:
    """The end of that day in Japan."""
    try:
        return end_of_day(date.fromisoformat(text))
    except (ValueError, OverflowError):
        raise ExpiryUnusable(days=LONGEST_VALIDITY.days) from None


def _typed(form: Mapping[str, str], field: str) -> str:
    return form.get(field, "").strip()
