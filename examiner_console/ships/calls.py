"""A passenger ship's call at a port, and everything that can be wrong with what is asked of it.

ShipsError                   code
├── UnusableCall             `field` of the form cannot be used
├── NoSuchCall, NoSuchLine   nothing under this identifier
├── CallClosed               the call was closed (`by`)
├── NothingToPermit          no line of the list is ready for permission
├── ListChanged              the list is not the one that was looked at
├── ScreeningOld             the registries were asked too long ago, or not yet
├── AlreadyPermitted         another inspector permitted this list (`by`)
├── LineDecided              another inspector decided this line (`by`)
├── NotAdmissible            the Act does not allow it (`why`)
├── NoteMissing              it needs a sentence that says why
├── NoSuchLanding            no special permission under this identifier
├── LandingOver              the permission has ended (`by`)
└── UnusableLanding          `field` of the form cannot be used
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from examiner_console.law.special_landings import Applicant, Application, Inadmissible, Kind, admissible

CRUISE: Final = "Art. 14-2"
LONGEST_CALL: Final = timedelta(days=30)
"""Nobody lands from a cruise for longer (Art. 14-2)."""
FRESH: Final = timedelta(minutes=60)
"""How old the registries' answers may be when landing is permitted. Our own number."""
YEARS: Final = range(2000, 2200)
"""In which a ship may call; dates beyond are slips of the hand."""
LONGEST_NAME: Final = 100
LONGEST_NOTE: Final = 1000
_IMO: Final = re.compile(r"[0-9]{7}", re.ASCII)


class ShipsError(Exception):
    code = "ships"


class UnusableCall(ShipsError):
    code = "unusable_call"

    def __init__(self, field: str) -> None:
        super().__init__(f"the call's {field} cannot be used")
        self.field = field


class NoSuchCall(ShipsError):
    code = "no_such_call"


class NoSuchLine(ShipsError):
    code = "no_such_line"


class _By(ShipsError):
    def __init__(self, by: str) -> None:
        super().__init__(f"{self.code}: {by}")
        self.by = by


class CallClosed(_By):
    code = "call_closed"


class NothingToPermit(ShipsError):
    code = "nothing_to_permit"


class ListChanged(ShipsError):
    code = "list_changed"


class ScreeningOld(ShipsError):
    code = "screening_old"


class AlreadyPermitted(_By):
    code = "already_permitted"


class LineDecided(_By):
    code = "line_decided"


class NotAdmissible(ShipsError):
    code = "not_admissible"

    def __init__(self, why: tuple[str, ...]) -> None:
        super().__init__("; ".join(why))
        self.why = why


class NoteMissing(ShipsError):
    code = "ship_note_missing"


class NoSuchLanding(ShipsError):
    code = "no_such_landing"


class LandingOver(_By):
    code = "landing_over"


class UnusableLanding(ShipsError):
    code = "unusable_landing"

    def __init__(self, field: str) -> None:
        super().__init__(f"the permission's {field} cannot be used")
        self.field = field


class Standing(StrEnum):
    """Of one line. `CLEAR` lines are those that one permission for all may cover."""

    CLEAR = "clear"
    TO_BE_SEEN = "to_be_seen"
    PERMITTED = "permitted"
    WITHHELD = "withheld"
    OFF_LIST = "off_list"
    """Left out of a corrected list before anything was permitted."""


class Draft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the operator applies with. `kind` is a single call in Japan, or one of several on the voyage."""

    ship: str
    imo: str
    port: str
    operator: str
    arrives_at: datetime
    departs_at: datetime
    kind: Kind = Kind.CRUISE_SINGLE
    designated: bool = False
    """Whether the Minister has designated this passenger ship (Art. 14-2(1))."""


@dataclass(frozen=True, slots=True)
class Call:
    """`manifest` is the number of the list that holds, 0 before there is one."""

    id: UUID
    draft: Draft
    entered_by: str
    entered_at: datetime
    manifest: int = 0
    screened_at: datetime | None = None
    permitted_by: str | None = None
    permitted_at: datetime | None = None
    permitted_sha256: str | None = None
    before: datetime | None = None
    closed_by: str | None = None
    closed_at: datetime | None = None
    note: str | None = None


def is_imo(number: str) -> bool:
    """Seven digits, the last of which checks the others (IMO Resolution A.1117(30))."""
    if not _IMO.fullmatch(number):
        return False
    weighed = sum(int(digit) * weight for digit, weight in zip(number, range(7, 1, -1), strict=False))
    return weighed % 10 == int(number[-1])


def check(draft: Draft) -> None:
    """Raises UnusableCall."""
    for field in ("ship", "port", "operator"):
        text = getattr(draft, field)
        if not text.strip() or len(text) > LONGEST_NAME or not text.isprintable():
            raise UnusableCall(field)
    if not is_imo(draft.imo):
        raise UnusableCall("imo")
    if draft.arrives_at.year not in YEARS:
        raise UnusableCall("arrives_at")
    if not draft.arrives_at < draft.departs_at <= draft.arrives_at + LONGEST_CALL:
        raise UnusableCall("departs_at")
    if not draft.designated:
        raise UnusableCall("designated")


def ends_before(draft: Draft, at: datetime) -> datetime:
    """The first instant that is too late for who lands at `at`. Raises NotAdmissible."""
    asked = Application(draft.kind, Applicant.CARRIER, at, sails_at=draft.departs_at, designated_ship=draft.designated)
    found = admissible(asked)
    if isinstance(found, Inadmissible):
        raise NotAdmissible(found.why)
    if found.before is None:
        raise NotAdmissible(("no limit",))
    return found.before


def plain(note: str) -> str:
    """As it is stored: without the one character that PostgreSQL keeps in no text, and not endless."""
    return note.replace("\0", "").strip()[:LONGEST_NOTE]
