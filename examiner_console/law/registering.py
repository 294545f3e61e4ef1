"""Registering for the automated gate (Art. 9(8); Ordinance Art. 7-2) and for the trusted traveller card: who may be,
for how long, and what may become of a registration. Pure; `casework.registrations` keeps them.

What nobody knows is not met: a condition that no registry answered for is met only where the officer saw the proof.
Limits and the count of visits are from memory of the agency's notices; to be checked against the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from examiner_console.contract import Document, FingerCapture
from examiner_console.law.answers import NOTHING_ASKED, Answers, Clear, Registration, RegistrationKind, entry_of
from examiner_console.law.counting import last_day
from examiner_console.law.nationals import is_national
from examiner_console.law.registered import second_screening_by
from examiner_console.law.stays import Period

CARD: Final = Period(years=3)
"""A trusted traveller's card is good for this long at most."""
VISITS: Final = 2
"""Landings as a Temporary Visitor that a trusted traveller has behind them, within `VISITS_WITHIN`."""
VISITS_WITHIN: Final = Period(years=1)
FEWEST_FINGERS: Final = 2
"""Both index fingers or their replacements; one where a hand has none."""
OPEN_FOR: Final = Period(months=3)
"""Ours: an application that nobody went on with lapses after as long as a second screening may take."""
HAND: Final = 5


class Kind(StrEnum):
    NATIONAL = "national"
    FOREIGN = "foreign"
    """A resident who may come back (Art. 9(8))."""
    TRUSTED = "trusted"
    """Card of a registered user, Temporary Visitor (L09)."""


class Condition(StrEnum):
    """What must hold, in the order an officer checks it."""

    PASSPORT_VALID = "passport_valid"
    NATIONALITY = "nationality"
    FACE_GIVEN = "face_given"
    FINGERS_GIVEN = "fingers_given"
    BOTH_HANDS = "both_hands"
    RE_ENTRY = "re_entry"
    STAY_KNOWN = "stay_known"
    NEVER_DEPORTED = "never_deported"
    NOT_WATCHED = "not_watched"
    VISITS = "visits"
    TIME_LEFT = "time_left"


PROOFS: Final[Mapping[Kind, frozenset[Condition]]] = MappingProxyType(
    {
        Kind.NATIONAL: frozenset({Condition.NOT_WATCHED}),
        Kind.FOREIGN: frozenset({Condition.RE_ENTRY, Condition.NEVER_DEPORTED, Condition.NOT_WATCHED}),
        Kind.TRUSTED: frozenset({Condition.VISITS, Condition.NEVER_DEPORTED, Condition.NOT_WATCHED}),
    }
)
"""By kind, the conditions that an officer may find met by a document seen, where no registry answered."""
BY_PROOF: Final = frozenset().union(*PROOFS.values())


class State(StrEnum):
    STOPPED = "stopped"
    """Fingers registered under another name: a supervising inspector looks."""
    APPLIED = "applied"
    SCREENED = "screened"
    """A trusted traveller, first screening passed."""
    REGISTERED = "registered"
    SUSPENDED = "suspended"
    REVOKING = "revoking"
    """One person proposed to revoke; until another decides, it answers for nobody."""
    REFUSED = "refused"
    """Not to be registered; no refusal of landing."""
    REVOKED = "revoked"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


ENDED: Final = frozenset({State.REFUSED, State.REVOKED, State.EXPIRED, State.WITHDRAWN})
PENDING: Final = frozenset({State.STOPPED, State.APPLIED, State.SCREENED})


class Step(StrEnum):
    SCREEN = "screen"
    REGISTER = "register"
    REFUSE = "refuse"
    RENEW = "renew"
    MOVE = "move"
    SUSPEND = "suspend"
    RESUME = "resume"
    PROPOSE = "propose"
    REVOKE = "revoke"
    KEEP = "keep"
    CLEAR = "clear"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


class Ground(StrEnum):
    """Why a registration is refused, suspended or revoked: a code, so that the ledger holds no story of a person."""

    CONDITION_LAPSED = "condition_lapsed"
    FALSE_STATEMENT = "false_statement"
    LANDING_DENIAL_GROUND = "landing_denial_ground"
    """Art. 5(1)."""
    REGISTERED_TWICE = "registered_twice"
    PASSPORT_LOST = "passport_lost"
    DOUBT = "doubt"
    """About the person or the document; examined further."""


_STEPS: Final[Mapping[Step, tuple[frozenset[State], State]]] = MappingProxyType(
    {
        Step.SCREEN: (frozenset({State.APPLIED}), State.SCREENED),
        Step.REGISTER: (frozenset({State.APPLIED, State.SCREENED}), State.REGISTERED),
        Step.REFUSE: (PENDING, State.REFUSED),
        Step.CLEAR: (frozenset({State.STOPPED}), State.APPLIED),
        Step.RENEW: (frozenset({State.REGISTERED}), State.REGISTERED),
        Step.MOVE: (frozenset({State.REGISTERED}), State.REGISTERED),
        Step.SUSPEND: (frozenset({State.REGISTERED}), State.SUSPENDED),
        Step.RESUME: (frozenset({State.SUSPENDED}), State.REGISTERED),
        Step.PROPOSE: (frozenset({State.REGISTERED, State.SUSPENDED}), State.REVOKING),
        Step.REVOKE: (frozenset({State.REVOKING}), State.REVOKED),
        Step.KEEP: (frozenset({State.REVOKING}), State.REGISTERED),
        Step.EXPIRE: (frozenset(State) - ENDED, State.EXPIRED),
        Step.WITHDRAW: (frozenset(State) - ENDED, State.WITHDRAWN),
    }
)


_SUPERVISOR: Final = frozenset({Step.REVOKE, Step.KEEP, Step.CLEAR})


def needs_supervisor(state: State, step: Step) -> bool:
    """What a supervising inspector decides: a proposed revocation, and fingers known under another name."""
    return step in _SUPERVISOR or (state is State.STOPPED and step is Step.REFUSE)


def following(kind: Kind, state: State, step: Step) -> State | None:
    """The state that `step` leads to; None where there is no such step. Only a trusted traveller is screened twice."""
    before, after = _STEPS[step]
    if state not in before:
        return None
    if step is Step.SCREEN and kind is not Kind.TRUSTED:
        return None
    if step is Step.REGISTER and (kind is Kind.TRUSTED) != (state is State.SCREENED):
        return None
    return after


@dataclass(frozen=True, slots=True)
class Term:
    """Days in Japan, both included."""

    begins: date
    ends: date

    def covers(self, day: date) -> bool:
        return self.begins <= day <= self.ends


def term(kind: Kind, document_expiry: date, stay_until: date | None, begins: date) -> Term | None:
    """Through the earliest of the passport's end, the stay's end and the card's; None where no day is left."""
    limits = [document_expiry]
    if kind is Kind.FOREIGN and stay_until is not None:
        limits.append(stay_until)
    if kind is Kind.TRUSTED:
        limits.append(last_day(begins, CARD))
    return Term(begins, min(limits)) if min(limits) >= begins else None


def renewed(held: Term, longer: Term | None, today: date) -> Term | None:
    """The next term; None where the held one is over (then one applies anew) or would be shortened or not grow."""
    if not held.covers(today) or longer is None or longer.ends <= held.ends:
        return None
    return Term(today, longer.ends)


def moved(held: Term, document_expiry: date, today: date) -> Term | None:
    """To a new passport: never longer than it was, and no longer than that passport. None where no day is left."""
    ends = min(held.ends, document_expiry)
    return Term(today, ends) if held.covers(today) and ends >= today else None


def open_until(kind: Kind, state: State, applied_on: date, first_passed_on: date | None) -> date:
    """The last day of an application: the second screening's, or our own for one that nobody went on with."""
    if state is State.SCREENED and first_passed_on is not None:
        return second_screening_by(first_passed_on)
    return last_day(applied_on, OPEN_FOR)


def answered(
    kind: Kind, state: State, held: Term | None, today: date, *, prints: bool, hand_missing: bool
) -> Registration | None:
    """What the console tells its own rules. Nothing before the start, after the end, or without templates."""
    if state is not State.REGISTERED or held is None or not prints or not held.covers(today) or kind is Kind.NATIONAL:
        return None
    return Registration(RegistrationKind(kind.value), held.ends, hand_missing)


@dataclass(frozen=True, slots=True)
class Applicant:
    """`visits` as the landing records count them; `seen` what the officer found proven by documents."""

    kind: Kind
    document: Document
    fingers: tuple[FingerCapture, ...]
    face: bool
    prints: int
    stay_until: date | None = None
    stay_endless: bool = False
    visits: int = 0
    answers: Answers = NOTHING_ASKED
    seen: frozenset[Condition] = field(default_factory=frozenset)


def hand_missing(fingers: tuple[FingerCapture, ...]) -> bool:
    """All fingers of one hand are reported missing."""
    for side in ("left", "right"):
        gone = {f.position for f in fingers if f.position.startswith(side) and f.outcome == "missing"}
        if len(gone) >= HAND:
            return True
    return False


def unmet(applicant: Applicant, today: date) -> tuple[Condition, ...]:
    """In the order of `Condition`; empty for who may be registered."""
    lacking = set(_lacking(applicant, today))
    return tuple(condition for condition in Condition if condition in lacking)


def _lacking(applicant: Applicant, today: date) -> Iterator[Condition]:
    kind, document = applicant.kind, applicant.document
    if document.expiry_date < today:
        yield Condition.PASSPORT_VALID
    if is_national(document) != (kind is Kind.NATIONAL):
        yield Condition.NATIONALITY
    if not applicant.face:
        yield Condition.FACE_GIVEN
    if applicant.prints < (1 if hand_missing(applicant.fingers) else FEWEST_FINGERS):
        yield Condition.FINGERS_GIVEN
    if not _clear(applicant.answers.watchlist, Condition.NOT_WATCHED, applicant):
        yield Condition.NOT_WATCHED
    if kind is Kind.FOREIGN:
        yield from _resident(applicant, today)
    if kind is Kind.TRUSTED:
        yield from _trusted(applicant)
    if term(kind, document.expiry_date, applicant.stay_until, today) is None:
        yield Condition.TIME_LEFT


def _resident(applicant: Applicant, today: date) -> Iterator[Condition]:
    leave = entry_of(applicant.answers.re_entry)
    if not (leave is not None and leave.valid_until >= today) and Condition.RE_ENTRY not in applicant.seen:
        yield Condition.RE_ENTRY
    if applicant.stay_until is None and not applicant.stay_endless:
        yield Condition.STAY_KNOWN
    if not _clear(applicant.answers.removals, Condition.NEVER_DEPORTED, applicant):
        yield Condition.NEVER_DEPORTED


def _trusted(applicant: Applicant) -> Iterator[Condition]:
    if hand_missing(applicant.fingers):
        yield Condition.BOTH_HANDS
    if not _clear(applicant.answers.removals, Condition.NEVER_DEPORTED, applicant):
        yield Condition.NEVER_DEPORTED
    if applicant.visits < VISITS and Condition.VISITS not in applicant.seen:
        yield Condition.VISITS


def _clear(answer: object, condition: Condition, applicant: Applicant) -> bool:
    """Answered clear; or unanswered, and the officer saw a proof. A hit stands against whatever was seen."""
    if isinstance(answer, Clear):
        return True
    return entry_of(answer) is None and condition in applicant.seen  # type: ignore[arg-type]  # any registry's answer
