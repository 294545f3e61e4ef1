"""What the protection desk writes about one person, and what may follow: pure rules over the entries of one file.

A refuge seeker, a child alone or a possible victim of trafficking is dealt with in private (Art. 18-2; Art. 5(1)(vii)
and 24(iv) spare victims of trafficking). Entries are appended, never edited; the newest word of each sort stands.

ProtectionError         code
├── NoSuchFile          no file under this identifier
├── FileClosed          the desk has ended this file
├── WithAnother         someone else came to the person meanwhile (`by`)
└── UnusableEntry       `field` is missing or too long: text, due or to
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from examiner_console.contract import Decision, Direction, Inspection
from examiner_console.law.landing import REFUGE_PURPOSE

LONGEST_TEXT: Final = 2000
REFUGE_REASON: Final = "refuge_asked"


class ProtectionError(Exception):
    code = "protection_error"


class NoSuchFile(ProtectionError):
    code = "no_such_file"


class FileClosed(ProtectionError):
    code = "file_closed"


class WithAnother(ProtectionError):
    code = "with_another"

    def __init__(self, by: str) -> None:
        super().__init__(f"{by} is with the person now")
        self.by = by


class UnusableEntry(ProtectionError):
    code = "unusable_entry"

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


class Kind(StrEnum):
    REFUGE = "refuge"
    CHILD = "child"
    TRAFFICKING = "trafficking"
    OTHER = "other"


class Arrangement(StrEnum):
    """Whom or what the desk called in."""

    INTERPRETER = "interpreter"
    GUARDIAN = "guardian"
    CHILD_GUIDANCE = "child_guidance"
    SHELTER = "shelter"
    DOCTOR = "doctor"
    UNHCR = "unhcr"
    IOM = "iom"
    LAWYER = "lawyer"
    POLICE = "police"


class Outcome(StrEnum):
    BOOTH_RULES = "booth_rules"
    """Examined at a booth by the ordinary rules: the case goes back to the queue."""
    NOTHING_NEEDED = "nothing_needed"
    """As above; the desk found nothing to protect from."""
    REFUGE_PERMISSION = "refuge_permission"
    """Landing permission for temporary refuge (Art. 18-2), which is recorded where special landings are."""
    HANDED_ON = "handed_on"
    """To an authority or organisation, which the entry's text names."""


RELEASED: Final = frozenset({Outcome.BOOTH_RULES, Outcome.NOTHING_NEEDED})
"""After these the case is an ordinary one again."""


class Act(StrEnum):
    OPENED = "opened"
    ACCOMPANIED = "accompanied"
    ARRANGED = "arranged"
    NOTED = "noted"
    PLANNED = "planned"
    CLOSED = "closed"


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`kind` of an opening, `arrangement` of what was arranged, `due_at` of a next step, `outcome` of a closing."""

    act: Act
    text: str = ""
    kind: Kind | None = None
    arrangement: Arrangement | None = None
    due_at: datetime | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """`officer` is empty where the rules themselves opened the file."""

    number: int
    officer: str
    at: datetime
    entry: Entry


@dataclass(frozen=True, slots=True)
class File:
    """`number` is what was called out in the hall, or the desk's own; `id` is the inspection's where there was one."""

    id: UUID
    number: str
    kind: Kind
    opened_at: datetime
    closed_at: datetime | None
    outcome: Outcome | None
    written: tuple[Written, ...] = ()

    @property
    def accompanied_by(self) -> str:
        """Who is with the person; empty while nobody is."""
        since_opened = self._since_opened()
        return next((one.officer for one in reversed(since_opened) if one.entry.act is Act.ACCOMPANIED), "")

    @property
    def next_step(self) -> Written | None:
        return next((one for one in reversed(self._since_opened()) if one.entry.act is Act.PLANNED), None)

    @property
    def arranged(self) -> tuple[Written, ...]:
        return tuple(one for one in self.written if one.entry.act is Act.ARRANGED)

    def _since_opened(self) -> tuple[Written, ...]:
        last = max((n for n, one in enumerate(self.written) if one.entry.act is Act.OPENED), default=0)
        return self.written[last:]


def check(file: File, entry: Entry) -> None:
    """Whether `entry` may follow. Raises FileClosed, UnusableEntry."""
    if file.closed_at is not None and entry.act is not Act.OPENED:
        raise FileClosed("the desk has ended this file")
    if len(entry.text) > LONGEST_TEXT:
        raise UnusableEntry(f"at most {LONGEST_TEXT} characters", "text")
    if entry.act in (Act.NOTED, Act.PLANNED) and not entry.text:
        raise UnusableEntry("an entry needs words", "text")
    if entry.act is Act.PLANNED and entry.due_at is None:
        raise UnusableEntry("a next step needs a time", "due")
    if entry.outcome is Outcome.HANDED_ON and not entry.text:
        raise UnusableEntry("to whom was the person handed on?", "to")


def private_kind(inspection: Inspection, decision: Decision) -> Kind | None:
    """Why a case is private from its first moment, or None.

    Asking for refuge is heard under every version of the rules, also one that gives no reason of its own for it.
    """
    declared = inspection.declaration
    asked = declared is not None and declared.purpose == REFUGE_PURPOSE
    reasoned = any(reason.code == REFUGE_REASON for reason in decision.reasons)
    return Kind.REFUGE if reasoned or (asked and inspection.direction is Direction.ARRIVAL) else None
