"""Why a change of the watchlist is not taken: each with a sentence, and the field of the form it is about.

Refusal
├── EntryUnknown, EntryOver, ChangeWaits, EntryChanged, ProposalSettled, ProposalTooLate, NotYours, OwnProposal
└── Unusable             `field` names the field of the form
    ├── NameUnusable, NameUnwritable
    ├── BirthUnusable, NationalityUnusable
    └── BasisMissing, ReasonMissing, OrganMissing, ExpiryUnusable
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from examiner_console.watchlist.transliteration import UnwritableName
from examiner_console.watchlist.upkeep import (
    LONGEST_VALIDITY,
    ChangePending,
    NoSuchEntry,
    NotAllowed,
    NotPending,
    NotProposer,
    SamePerson,
    UnusableDraft,
    UpkeepError,
)
from examiner_console.web.refusals import NotPermitted, Refusal
from examiner_console.web.wording import mark


class EntryUnknown(Refusal):
    code = "no_such_entry"
    status = 404
    sentence = mark("There is no such entry. Search the watchlist by name.")


class EntryOver(Refusal):
    code = "entry_over"
    status = 409
    sentence = mark("Nothing of this entry is in force, so there is nothing to amend or remove. Propose a new entry.")


class ChangeWaits(Refusal):
    code = "change_pending"
    status = 409
    sentence = mark("A change of this entry is proposed already. It must be settled or withdrawn before the next one.")


class EntryChanged(Refusal):
    code = "entry_changed"
    status = 409
    sentence = mark("Another change came into force meanwhile. Look at the entry, then send this again if it holds.")


class ProposalSettled(Refusal):
    code = "not_pending"
    status = 409
    sentence = mark("This proposal was settled meanwhile. Below stands by whom; nothing else was changed.")


class ProposalTooLate(Refusal):
    code = "proposal_too_late"
    status = 409
    sentence = mark("This proposal's last day has passed, so it cannot come into force. Reject it.")


class NotYours(Refusal):
    code = "not_proposer"
    status = 403
    sentence = mark("Only who proposed a change may withdraw it. An approver may reject it.")


class OwnProposal(Refusal):
    code = "same_person"
    status = 403
    sentence = mark("You proposed this change, so another person must settle it. You may withdraw it.")


class Unusable(Refusal):
    code = "unusable_draft"
    status = 422
    field = ""


class NameUnusable(Unusable):
    field = "surname1"
    sentence = mark("An entry needs a surname with a letter. A field holds 10 parts and 100 characters at most.")


class NameUnwritable(Unusable):
    field = "surname1"
    sentence = mark("Passports have no form for %(character)s. Write the name in Latin, Cyrillic or Arabic letters.")


class BirthUnusable(Unusable):
    field = "birth_year"
    sentence = mark("There is no such birth date. Leave open what is unknown; a day needs its month.")


class NationalityUnusable(Unusable):
    field = "nationality"
    sentence = mark("A nationality is written as in a passport, with one to three letters: JPN, UTO, D.")


class BasisMissing(Unusable):
    field = "basis"
    sentence = mark("Name the provision this rests on, for example Art. 5(1)(xiv).")


class ReasonMissing(Unusable):
    field = "reason"
    sentence = mark("Write the reason; who approves it reads this sentence.")


class OrganMissing(Unusable):
    field = "organ"
    sentence = mark("Name the organ that answers for this entry.")


class ExpiryUnusable(Unusable):
    field = "last_day"
    sentence = mark("The last day is today or later, and at most %(days)s days from now.")


_FIELDS: Final[Mapping[str, type[Unusable]]] = {
    "names": NameUnusable,
    "birth": BirthUnusable,
    "basis": BasisMissing,
    "reason": ReasonMissing,
    "organ": OrganMissing,
}


def of_upkeep(error: UpkeepError) -> Refusal:
    """What the register refused, in the words of a page."""
    match error:
        case UnusableDraft():
            return _of_draft(error)
        case NotAllowed():
            return NotPermitted()
        case SamePerson():
            return OwnProposal()
        case NotProposer():
            return NotYours()
        case NotPending():
            return ProposalSettled()
        case ChangePending():
            return ChangeWaits()
        case NoSuchEntry():
            return EntryOver()
        case _:
            return Refusal()


def _of_draft(error: UnusableDraft) -> Refusal:
    if isinstance(error.__cause__, UnwritableName):
        return NameUnwritable(character=error.__cause__.character)
    kind = _FIELDS.get(error.field)
    return kind() if kind else ExpiryUnusable(days=LONGEST_VALIDITY.days)
