"""A referred traveller's case, as an officer sees it.

CasesError                  code
├── NoSuchCase              no case under this inspection
├── CaseTaken               another officer holds it (`by`)
├── CaseClosed              an officer has already decided it
├── CasePrivate             the protection desk has it (`number`)
├── DepartureHeld           the departure is held `until` an instant (Art. 25-2)
├── LeavingError            how a resident leaves, or may not (drawn in `leaving`)
├── OrderError              departure orders (drawn in `departure_orders`)
├── StatusNotAllowed        the table of statuses does not know this status with this period
└── ActionNotAllowed        the law knows no such action for this traveller (`why`)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from examiner_console.contract import Decision, EvidenceKind, Inspection
from examiner_console.law.answers import NOTHING_ASKED, Answers
from examiner_console.law.departure_holds import Kept

NUMBERS_PER_LETTER: Final = 10_000


class CasesError(Exception):
    """`code` is stable; the message is one sentence an officer can read."""

    code = "cases_error"


class NoSuchCase(CasesError):
    code = "no_such_case"

    def __init__(self) -> None:
        super().__init__("There is no case under this number.")


class CaseTaken(CasesError):
    code = "case_taken"

    def __init__(self, by: str) -> None:
        super().__init__(f"{by} is working on this case.")
        self.by = by


class CaseClosed(CasesError):
    code = "case_closed"

    def __init__(self) -> None:
        super().__init__("This case has already been decided.")


class CasePrivate(CasesError):
    code = "case_private"

    def __init__(self, number: str) -> None:
        super().__init__(f"The protection desk has taken over {number}.")
        self.number = number


class DepartureHeld(CasesError):
    code = "departure_held"

    def __init__(self, until: datetime) -> None:
        super().__init__(f"This departure is held until {until.isoformat()}.")
        self.until = until


class StatusNotAllowed(CasesError):
    code = "status_not_allowed"

    def __init__(self, status: str, period: str, why: str) -> None:
        super().__init__(why)
        self.status, self.period, self.why = status, period, why


class ActionNotAllowed(CasesError):
    code = "action_not_allowed"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class CaseState(StrEnum):
    WAITING = "waiting"
    TAKEN = "taken"
    CLOSED = "closed"


class CaseOutcome(StrEnum):
    """What the officer did."""

    GRANTED = "granted"
    HANDED_OVER = "handed_over"
    CONFIRMED = "confirmed"
    PROTECTED = "protected"
    """The protection desk ended it."""


@dataclass(frozen=True, slots=True)
class EvidenceRef:
    """A stored picture or template; its bytes come from `Referrals.evidence`, and every read is in the ledger."""

    id: str
    kind: EvidenceKind
    media_type: str
    label: str


@dataclass(frozen=True, slots=True)
class Trip:
    """An earlier landing under the same passport; `departed_on` is None while the traveller is in the country."""

    landed_on: date
    departed_on: date | None
    port: str
    status: str
    period: str


@dataclass(frozen=True, slots=True)
class Case:
    """`number` is what is called out in the hall; `decision` is the newest version."""

    number: str
    inspection: Inspection
    decision: Decision
    booth: str
    state: CaseState
    opened_at: datetime
    taken_by: str | None = None
    taken_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: CaseOutcome | None = None
    status: str | None = None
    period: str | None = None
    permitted_until: date | None = None
    evidence: tuple[EvidenceRef, ...] = ()
    trips: tuple[Trip, ...] = ()
    answers: Answers = NOTHING_ASKED
    """Of other authorities' registries, as the newest decision rests on them."""
    kept: Kept | None = None
    """What officers recorded of a held departure."""


def case_number(ordinal: int) -> str:
    """A letter and four digits: A-0001 to A-9999, then B-0000; after Z-9999 the letters start again."""
    letter = chr(ord("A") + ordinal // NUMBERS_PER_LETTER % 26)
    return f"{letter}-{ordinal % NUMBERS_PER_LETTER:04}"
