"""The list in the console's store: versions and how they were settled, each an action in the ledger.

Rows are only added. `Register` holds what is in force at one instant ready for questions, and lets no entry match after
its expiry, also when it was laid out before.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Row, and_, func, insert, select

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.tables import watchlist_settlements, watchlist_versions
from examiner_console.watchlist.index import Index
from examiner_console.watchlist.matching import THRESHOLD, Listed, Match, Person
from examiner_console.watchlist.upkeep import (
    Change,
    Draft,
    NoSuchEntry,
    Officer,
    Standing,
    Version,
    in_force,
    person_of,
    propose,
    settle,
)

NO_INSPECTION: Final = UUID(int=0)
"""An action that is about no traveller at a station."""
_VERBS: Final = {
    Standing.PROPOSED: Verb.PROPOSE_ENTRY,
    Standing.APPROVED: Verb.APPROVE_ENTRY,
    Standing.REJECTED: Verb.REJECT_ENTRY,
    Standing.WITHDRAWN: Verb.WITHDRAW_ENTRY,
}
_v, _s = watchlist_versions, watchlist_settlements
_VERSIONS: Final = (
    select(_v, _s.c.standing, _s.c.officer, _s.c.at)
    .join_from(_v, _s, and_(_v.c.entry == _s.c.entry, _v.c.number == _s.c.number), isouter=True)
    .order_by(_v.c.entry, _v.c.number)
)


def propose_change(
    connection: Connection, entry: UUID, change: Change, draft: Draft, officer: Officer, at: datetime
) -> Version:
    """Store a proposal and its action in the caller's transaction. Errors: those of `upkeep.propose`."""
    version = propose(history(connection, entry), entry, change, draft, officer, at)
    body = msgspec.json.encode(draft)
    connection.execute(
        insert(_v).values(
            entry=entry,
            number=version.number,
            change=change.value,
            proposed_by=officer.name,
            proposed_at=at,
            body=body,
        )
    )
    _note(connection, version, body, officer, at)
    return version


def settle_change(
    connection: Connection, entry: UUID, number: int, standing: Standing, officer: Officer, at: datetime
) -> Version:
    """Store how a proposal was settled, and its action. Errors: those of `upkeep.settle`, and NoSuchEntry."""
    found = [version for version in history(connection, entry) if version.number == number]
    if not found:
        raise NoSuchEntry(f"the entry has no version {number}")
    version = settle(found[0], standing, officer, at)
    values = {"entry": entry, "number": number, "standing": standing.value, "officer": officer.name, "at": at}
    connection.execute(insert(_s).values(values))
    _note(connection, version, msgspec.json.encode(version.draft), officer, at)
    return version


def history(connection: Connection, entry: UUID) -> tuple[Version, ...]:
    """Every version of an entry in the order of numbers; empty where there is none."""
    return tuple(_version(row) for row in connection.execute(_VERSIONS.where(_v.c.entry == entry)))


def waiting(connection: Connection) -> list[Version]:
    """The proposals that nobody has settled, oldest first."""
    rows = connection.execute(_VERSIONS.where(_s.c.standing.is_(None)))
    return sorted(map(_version, rows), key=lambda version: version.proposed_at)


def settlements(connection: Connection) -> int:
    """How often anything was settled: while it stays, so does what is in force, but for what expires."""
    return connection.execute(select(func.count()).select_from(_s)).scalar_one()


def listed(connection: Connection, at: datetime) -> list[Version]:
    """The version in force at an instant of each entry that has one."""
    entries: defaultdict[UUID, list[Version]] = defaultdict(list)
    for row in connection.execute(_VERSIONS):
        entries[row.entry].append(_version(row))
    return [found for versions in entries.values() if (found := in_force(tuple(versions), at))]


class Register:
    """What was in force when it was read; read again after each approval."""

    def __init__(self, versions: list[Version]) -> None:
        self._expiry = {str(version.entry): version.draft.expires_at for version in versions}
        self._index = Index(Listed(str(version.entry), person_of(version.draft)) for version in versions)

    def search(self, traveller: Person, at: datetime, threshold: float = THRESHOLD) -> tuple[Match, ...]:
        """Best first; the `reference` of a match is the entry's id."""
        found = self._index.search(traveller, threshold)
        return tuple(match for match in found if at < self._expiry[match.reference])


def _version(row: Row[tuple[object, ...]]) -> Version:
    standing = Standing(row.standing or Standing.PROPOSED)
    draft = msgspec.json.decode(bytes(row.body), type=Draft)
    change = Change(row.change)
    return Version(
        row.entry, row.number, change, draft, row.proposed_by, row.proposed_at, standing, row.officer, row.at
    )


def _note(connection: Connection, version: Version, body: bytes, officer: Officer, at: datetime) -> None:
    """The action names the version and the digest of its body, and nobody who is listed."""
    details = {
        "entry": str(version.entry),
        "version": str(version.number),
        "change": version.change.value,
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    record(connection, Action(NO_INSPECTION, officer.name, _VERBS[version.standing], at, version.draft.basis, details))
