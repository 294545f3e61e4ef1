"""Who may change the list, and what is in force: pure rules over the versions of one entry.

An editor proposes, another person approves or rejects, the proposer may withdraw. A version is never changed: an
amendment and a removal are versions of their own, and what was in force stays so until the next one is approved.

UpkeepError
├── NotAllowed      the officer has not the role
├── SamePerson      who proposed a change may not settle it
├── NotPending      the version was settled before
│   └── NotProposer withdrawn by someone else than its proposer
├── ChangePending   the entry has a proposal that nobody has settled
├── NoSuchEntry     nothing in force to amend or to remove, or no such version
└── UnusableDraft   `field` cannot be used: names, birth, basis, reason, organ or expires_at
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from examiner_console.watchlist.dates import BirthDate, UnusableDate
from examiner_console.watchlist.matching import Person
from examiner_console.watchlist.names import UnusableName, parse_name
from examiner_console.watchlist.transliteration import UnwritableName

LONGEST_VALIDITY: Final = timedelta(days=5 * 366)
"""Ours: nobody stays listed for longer without two persons who look at it again."""
MOST_NAMES: Final = 20


class UpkeepError(Exception):
    code = "upkeep"


class NotAllowed(UpkeepError):
    code = "not_allowed"


class SamePerson(UpkeepError):
    code = "same_person"


class NotPending(UpkeepError):
    code = "not_pending"


class NotProposer(NotPending):
    code = "not_proposer"


class ChangePending(UpkeepError):
    code = "change_pending"


class NoSuchEntry(UpkeepError):
    code = "no_such_entry"


class UnusableDraft(UpkeepError):
    code = "unusable_draft"

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


class Duty(StrEnum):
    EDITOR = "watchlist_editor"
    APPROVER = "watchlist_approver"


class Change(StrEnum):
    ADD = "add"
    AMEND = "amend"
    REMOVE = "remove"


class Standing(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class DraftName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In any script of Doc 9303-3 §6; `given` is empty for none and null for unknown."""

    surname: str
    given: str | None


class Draft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an entry says. `basis` is the provision it rests on, `organ` who answers for it; the others as `Person`."""

    names: tuple[DraftName, ...]
    basis: str
    reason: str
    organ: str
    expires_at: datetime
    birth_year: int | None = None
    birth_month: int | None = None
    birth_day: int | None = None
    sex: str | None = None
    nationality: str | None = None
    document_number: str | None = None


@dataclass(frozen=True, slots=True)
class Officer:
    name: str
    duties: frozenset[Duty]


@dataclass(frozen=True, slots=True)
class Version:
    """Version `number` of an entry counts from 1; `settled_by` and `settled_at` are None while proposed."""

    entry: UUID
    number: int
    change: Change
    draft: Draft
    proposed_by: str
    proposed_at: datetime
    standing: Standing = Standing.PROPOSED
    settled_by: str | None = None
    settled_at: datetime | None = None


def person_of(draft: Draft) -> Person:
    """Errors: UnusableDraft."""
    if not 1 <= len(draft.names) <= MOST_NAMES:
        raise UnusableDraft(f"an entry needs 1 to {MOST_NAMES} names", "names")
    try:
        names = tuple(parse_name(name.surname, name.given) for name in draft.names)
        birth = BirthDate(draft.birth_year, draft.birth_month, draft.birth_day)
    except (UnusableName, UnwritableName) as error:
        raise UnusableDraft(str(error), "names") from error
    except UnusableDate as error:
        raise UnusableDraft(str(error), "birth") from error
    return Person(names, birth, draft.sex, draft.nationality, draft.document_number)


def propose(
    history: tuple[Version, ...], entry: UUID, change: Change, draft: Draft, officer: Officer, at: datetime
) -> Version:
    """The next version of an entry whose versions so far are `history`. Errors: as the tree says."""
    _has(officer, Duty.EDITOR)
    _usable(draft, at)
    if any(version.standing is Standing.PROPOSED for version in history):
        raise ChangePending("the entry has a proposal that is not settled; settle or withdraw it first")
    standing = in_force(history, at) is not None
    if change is Change.ADD and standing:
        raise ChangePending("the entry is in force already; propose an amendment")
    if change is not Change.ADD and not standing:
        raise NoSuchEntry("no version of the entry is in force")
    return Version(entry, len(history) + 1, change, draft, officer.name, at)


def settle(version: Version, standing: Standing, officer: Officer, at: datetime) -> Version:
    """The version approved or rejected by a second person, or withdrawn by its proposer. Errors: as the tree says."""
    if version.standing is not Standing.PROPOSED or standing is Standing.PROPOSED:
        raise NotPending("only a proposal can be settled, and only once")
    if standing is Standing.WITHDRAWN:
        if officer.name != version.proposed_by:
            raise NotProposer("only the proposer withdraws a proposal; an approver rejects it")
    else:
        _has(officer, Duty.APPROVER)
        if officer.name == version.proposed_by:
            raise SamePerson("who proposed a change may not approve or reject it")
    if standing is Standing.APPROVED and version.change is not Change.REMOVE:
        _usable(version.draft, at)
    return replace(version, standing=standing, settled_by=officer.name, settled_at=at)


def in_force(history: tuple[Version, ...], at: datetime) -> Version | None:
    """The version that travellers are compared with at an instant: the last approved, neither removed nor expired.

    `history` in the order of numbers. What was approved after `at` does not count, so the past can be asked.
    """
    approved = [
        version
        for version in history
        if version.standing is Standing.APPROVED and version.settled_at is not None and version.settled_at <= at
    ]
    if not approved or approved[-1].change is Change.REMOVE or approved[-1].draft.expires_at <= at:
        return None
    return approved[-1]


def _has(officer: Officer, duty: Duty) -> None:
    if duty not in officer.duties:
        raise NotAllowed(f"this needs the role {duty.value}")


def _usable(draft: Draft, at: datetime) -> None:
    for field in ("basis", "reason", "organ"):
        if not getattr(draft, field).strip():
            raise UnusableDraft(f"an entry needs its {field}", field)
    if draft.expires_at.tzinfo is None:
        raise UnusableDraft("the expiry needs its time zone", "expires_at")
    if not at < draft.expires_at <= at + LONGEST_VALIDITY:
        raise UnusableDraft(f"the expiry lies within {LONGEST_VALIDITY.days} days from now", "expires_at")
    person_of(draft)
