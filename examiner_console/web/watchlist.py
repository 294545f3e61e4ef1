"""The pages under `/watchlist` that show entries and settle proposals. Who proposed a change never settles it.

Each page that shows entries is recorded as a read before it is shown. Names are posted, and stand in no address.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final
from uuid import UUID

from fastapi import Response
from sqlalchemy import Connection

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.watchlist.lookup import Found
from examiner_console.watchlist.names import Name, UnusableName, parse_name
from examiner_console.watchlist.register import NO_INSPECTION, history, settle_change, waiting
from examiner_console.watchlist.transliteration import UnwritableName
from examiner_console.watchlist.upkeep import (
    Duty,
    Officer,
    Standing,
    UnusableDraft,
    UpkeepError,
    Version,
    in_force,
)
from examiner_console.web.catalogues import translations
from examiner_console.web.permissions import Permission
from examiner_console.web.refusals import IncompleteForm, Refusal
from examiner_console.web.visits import Visit, VisitDep
from examiner_console.web.watchlist_refusals import (
    EntryUnknown,
    NameUnusable,
    NameUnwritable,
    ProposalTooLate,
    of_upkeep,
)
from examiner_console.web.watchlist_words import (
    CHANGES,
    STANDINGS,
    birth_text,
    differences,
    facts,
    last_day,
    match_text,
    names_text,
    refers,
)
from examiner_console.web.wording import worded

MOST_SHOWN: Final = 100
"""More than a person reads; the others are found by name."""
SEARCH_FIELDS: Final = ("surname", "given")
_DUTIES: Final = {Permission.EDIT_WATCHLIST: Duty.EDITOR, Permission.APPROVE_WATCHLIST: Duty.APPROVER}


async def list_page(visit: VisitDep) -> Response:
    return await _list(visit)


async def find(visit: VisitDep) -> Response:
    """Who has a name like this one; or the list again with what was typed, and what is wrong with it."""
    try:
        name = _wanted(visit)
    except Refusal as refusal:
        return await _list(visit, refusal)
    console = visit.desk.console
    found = await visit.desk.lookup.search(console.store, name, console.clock)
    shown = found[:MOST_SHOWN]
    entries = " ".join(str(one.version.entry) for one in shown)
    await console.store.write(partial(_note, visit=visit, screen="search", entries=entries))
    return _page(visit, found=shown, more=len(found) > MOST_SHOWN)


def _wanted(visit: Visit) -> Name:
    surname, given = (visit.form.get(name, "").strip() for name in SEARCH_FIELDS)
    try:
        return parse_name(surname, given or None)
    except UnwritableName as error:
        raise NameUnwritable(character=error.character) from None
    except UnusableName:
        raise NameUnusable from None


async def _list(visit: Visit, refusal: Refusal | None = None) -> Response:
    store = visit.desk.console.store
    await store.write(partial(_note, visit=visit, screen="list"))
    proposed = await store.read(waiting)
    current = await visit.desk.lookup.in_force(store, visit.desk.console.clock)
    return _page(
        visit,
        refusal=refusal,
        proposed=proposed[:MOST_SHOWN],
        more_proposed=len(proposed) > MOST_SHOWN,
        in_force={version.entry: version for version in current},
        listed=current[:MOST_SHOWN],
        displays=await visit.desk.sessions.displays(),
    )


def _page(visit: Visit, *, found: list[Found] | None = None, refusal: Refusal | None = None, **shown: Any) -> Response:
    return visit.page(
        "watchlist.html",
        status=refusal.status if refusal else 200,
        sentence=said(visit, refusal),
        typed={name: visit.form.get(name, "") for name in SEARCH_FIELDS},
        found=found,
        most=MOST_SHOWN,
        why=partial(match_text, translate=translations(visit.language).gettext),
        **{**words(visit), **shown},
    )


async def entry_page(visit: VisitDep, entry: str) -> Response:
    return await entry_view(visit, entry_id(entry))


async def entry_view(visit: Visit, entry: UUID, refusal: Refusal | None = None) -> Response:
    """The whole history of one entry, and what this officer may do about it."""
    versions = await visit.desk.console.store.write(partial(read_entry, visit=visit, entry=entry))
    standing = in_force(versions, visit.desk.console.clock())
    return visit.page(
        "watchlist_entry.html",
        status=refusal.status if refusal else 200,
        sentence=said(visit, refusal),
        entry=entry,
        versions=versions,
        before=_before(versions),
        standing=standing,
        proposal=next((version for version in versions if version.standing is Standing.PROPOSED), None),
        displays=await visit.desk.sessions.displays(),
        **words(visit),
    )


def _before(versions: tuple[Version, ...]) -> dict[int, Version]:
    """For each version the last approved one that it was to follow."""
    found: dict[int, Version] = {}
    newest: Version | None = None
    for version in versions:
        if newest is not None:
            found[version.number] = newest
        if version.standing is Standing.APPROVED:
            newest = version
    return found


async def approve(visit: VisitDep, entry: str) -> Response:
    return await _settled(visit, entry_id(entry), Standing.APPROVED)


async def reject(visit: VisitDep, entry: str) -> Response:
    return await _settled(visit, entry_id(entry), Standing.REJECTED)


async def withdraw(visit: VisitDep, entry: str) -> Response:
    return await _settled(visit, entry_id(entry), Standing.WITHDRAWN)


async def _settled(visit: Visit, entry: UUID, standing: Standing) -> Response:
    console, number = visit.desk.console, visit.field("version")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise IncompleteForm
    settling = partial(
        settle_change, entry=entry, number=int(number), standing=standing, officer=acting(visit), at=console.clock()
    )
    try:
        await console.store.write(settling)
    except UnusableDraft:
        return await entry_view(visit, entry, ProposalTooLate())
    except UpkeepError as error:
        return await entry_view(visit, entry, of_upkeep(error))
    return visit.go(f"/watchlist/{entry}")


def entry_id(text: str) -> UUID:
    """Raises EntryUnknown."""
    try:
        return UUID(text)
    except ValueError:
        raise EntryUnknown from None


def read_entry(connection: Connection, *, visit: Visit, entry: UUID) -> tuple[Version, ...]:
    """Its versions, and that they were read. Raises EntryUnknown."""
    versions = history(connection, entry)
    if not versions:
        raise EntryUnknown
    _note(connection, visit=visit, screen="entry", entries=str(entry))
    return versions


def _note(connection: Connection, *, visit: Visit, screen: str, entries: str = "") -> None:
    details = {"screen": screen, **({"entries": entries} if entries else {})}
    at = visit.desk.console.clock()
    record(connection, Action(NO_INSPECTION, visit.name, Verb.READ_WATCHLIST, at, details=details))


def acting(visit: Visit) -> Officer:
    """Who proposes or settles, with the duties of the role they have now."""
    return Officer(visit.name, frozenset(duty for permission, duty in _DUTIES.items() if visit.may(permission)))


def said(visit: Visit, refusal: Refusal | None) -> str:
    return refusal.said(translations(visit.language).gettext) if refusal else ""


def words(visit: Visit) -> dict[str, Any]:
    """What every page of the list says entries with."""
    translate = translations(visit.language).gettext
    return {
        "edits": visit.may(Permission.EDIT_WATCHLIST),
        "approves": visit.may(Permission.APPROVE_WATCHLIST),
        "change": partial(worded, CHANGES, translate=translate),
        "stands": partial(worded, STANDINGS, translate=translate),
        "names": partial(names_text, translate=translate),
        "birth": partial(birth_text, language=visit.language),
        "facts": partial(facts, language=visit.language),
        "differences": partial(differences, language=visit.language),
        "last_day": last_day,
        "refers": refers,
    }
