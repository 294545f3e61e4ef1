"""What registries answered about one traveller, as facts a rule may look at and as a case file writes them.

An answer is one of four. `Clear` and `Hit` are answers: the registry has no entry for this traveller, or this one.
`NoAnswer` and `NotAsked` are none, and no rule takes them for `Clear`. Whether a hit is good news is for the rules: a
visa is one, a watchlist entry another.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Generic, TypeAlias, TypeVar

import msgspec

from examiner_console.contract import Name, Text


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Frozen, and an unknown field is an error: a registry newer than the rules must be noticed."""


E = TypeVar("E")


class Failure(StrEnum):
    """Why a registry that was asked gave nothing to go by."""

    DOWN = "down"
    SLOW = "slow"
    GARBLED = "garbled"
    STALE = "stale"
    """It answered from a copy older than its age limit."""
    WRONG_TYPE = "wrong_type"
    """It answered with something other than JSON."""
    WRONG_SCHEMA = "wrong_schema"
    """JSON, and not what this registry answers."""
    TOO_LARGE = "too_large"
    WRONG_QUESTION = "wrong_question"
    """It answered for another document or person than asked."""
    RESTING = "resting"
    """It failed so often that it was not asked this time."""


class NotAsked(_Entry, frozen=True, tag_field="answer", tag="not_asked"):
    """The hall has no such registry, or did not ask it. Never clear."""


class NoAnswer(_Entry, frozen=True, tag_field="answer", tag="no_answer"):
    """Asked, and nothing came that can be relied on. Never clear."""

    reason: Failure = Failure.DOWN


class Clear(_Entry, frozen=True, tag_field="answer", tag="clear"):
    """The registry answered that it has no entry."""


class Hit(_Entry, Generic[E], frozen=True, tag_field="answer", tag="hit"):
    """The registry answered with its entry for this traveller."""

    entry: E


Silence: TypeAlias = NotAsked | NoAnswer


class Visa(_Entry, frozen=True, tag_field="kind", tag="visa"):
    """Issued for a status, valid through `valid_until`; `entries_left` counts landings still allowed."""

    status: Name
    valid_until: date
    entries_left: Annotated[int, msgspec.Meta(ge=0)] = 1


class VisaExempt(_Entry, frozen=True, tag_field="kind", tag="exempt"):
    """The nationality needs no visa for a short stay of so many days."""

    days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 90


class Certificate(_Entry, frozen=True):
    """A certificate of eligibility (Art. 7-2); `period` in ISO 8601 where one was proposed."""

    status: Name
    issued_on: date
    period: Name | None = None
    cancelled: bool = False


class ReEntryKind(StrEnum):
    PERMISSION = "permission"
    DEEMED = "deemed"
    SAME_SHIP = "same_ship"
    REFUGEE_DOCUMENT = "refugee_document"


class ReEntry(_Entry, frozen=True):
    """Leave to come back under the old status, through `valid_until` (Art. 26, 26-2, 26-3, 61-2-12)."""

    kind: ReEntryKind
    status: Name
    valid_until: date
    special_permanent: bool = False


class WatchlistEntry(_Entry, frozen=True):
    """`reference` leads an officer to the entry; nothing of it is for a public screen."""

    reference: Name


class ReportKind(StrEnum):
    LOST = "lost"
    STOLEN = "stolen"
    REVOKED = "revoked"


class DocumentReport(_Entry, frozen=True):
    report: ReportKind
    reported_on: date


class HoldGround(StrEnum):
    """Art. 25-2(1), items 1 to 3."""

    SERIOUS_CRIME = "serious_crime"
    UNSERVED_SENTENCE = "unserved_sentence"
    EXTRADITION = "extradition"


class HoldNotice(_Entry, frozen=True):
    organ: Name
    ground: HoldGround
    notified_at: datetime


class DepartureOrder(_Entry, frozen=True):
    issued_on: date
    leave_by: date


class RemovalKind(StrEnum):
    """What Art. 5(1) counts against a person who comes back."""

    REFUSED = "refused"
    """Landing refused for drugs or arms (Art. 5(1)(vi))."""
    DEPORTED = "deported"
    DEPORTED_REDUCED = "deported_reduced"
    """Deported, and the bar was shortened (Art. 52(5))."""
    DEPARTURE_ORDER = "departure_order"
    CRIME_IN_JAPAN = "crime_in_japan"
    """Art. 5(1)(ix-2)."""
    SENTENCE = "sentence"
    """A year or more, suspended or not (Art. 5(1)(iv))."""
    DRUG_CONVICTION = "drug_conviction"
    """Art. 5(1)(v)."""


class Removal(_Entry, frozen=True):
    """`left_on` is the day of the actual exit, or of the judgment where nobody left."""

    kind: RemovalKind
    left_on: date


class Removals(_Entry, frozen=True):
    removals: Annotated[tuple[Removal, ...], msgspec.Meta(min_length=1, max_length=32)]


class RegistrationKind(StrEnum):
    FOREIGN = "foreign"
    """A resident registered for the automated gate (Art. 9(8))."""
    TRUSTED = "trusted"
    """A holder of the registered user card (trusted traveller), who lands as a Temporary Visitor."""


class Registration(_Entry, frozen=True):
    kind: RegistrationKind
    valid_until: date
    hand_missing: bool = False
    """All fingers of one hand are missing, which excludes a trusted traveller."""


class Role(StrEnum):
    PASSENGER = "passenger"
    TRANSIT = "transit"
    CRUISE = "cruise"
    CREW = "crew"


class Passenger(_Entry, frozen=True):
    """As the carrier announced the traveller."""

    role: Role = Role.PASSENGER
    carrier: Text = ""


class Authorisation(_Entry, frozen=True):
    valid_until: date


class Invitation(_Entry, frozen=True):
    """A guest of the head of a national administrative organ (Art. 6(3)(iv))."""

    organ: Name


class Answers(_Entry, frozen=True):
    """One answer a registry; what is left out was not asked."""

    visa: NotAsked | NoAnswer | Clear | Hit[Visa | VisaExempt] = NotAsked()
    certificate: NotAsked | NoAnswer | Clear | Hit[Certificate] = NotAsked()
    re_entry: NotAsked | NoAnswer | Clear | Hit[ReEntry] = NotAsked()
    watchlist: NotAsked | NoAnswer | Clear | Hit[WatchlistEntry] = NotAsked()
    document_reports: NotAsked | NoAnswer | Clear | Hit[DocumentReport] = NotAsked()
    holds: NotAsked | NoAnswer | Clear | Hit[HoldNotice] = NotAsked()
    departure_orders: NotAsked | NoAnswer | Clear | Hit[DepartureOrder] = NotAsked()
    removals: NotAsked | NoAnswer | Clear | Hit[Removals] = NotAsked()
    registration: NotAsked | NoAnswer | Clear | Hit[Registration] = NotAsked()
    passengers: NotAsked | NoAnswer | Clear | Hit[Passenger] = NotAsked()
    authorisation: NotAsked | NoAnswer | Clear | Hit[Authorisation] = NotAsked()
    invitations: NotAsked | NoAnswer | Clear | Hit[Invitation] = NotAsked()


NOTHING_ASKED: Final = Answers()
REGISTRIES: Final = Answers.__struct_fields__


def entry_of(answer: NotAsked | NoAnswer | Clear | Hit[E]) -> E | None:
    """None for a clear answer and for none at all; rules that may not confuse the two ask `is_silent` first."""
    return answer.entry if isinstance(answer, Hit) else None


def is_silent(answer: Any) -> bool:
    return isinstance(answer, Silence)


def told(answer: Any) -> str:
    """ "not asked", "no answer (slow)", "clear" or "hit", for the detail of a reason."""
    if isinstance(answer, NoAnswer):
        return f"no answer ({answer.reason.value})"
    return {NotAsked: "not asked", Clear: "clear"}.get(type(answer), "hit")
