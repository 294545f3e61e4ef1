"""What the booth page shows of one case, ready to be written down: pure, from the case, the clock and what was seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from examiner_console.casework.cases import Case, CaseState, EvidenceRef, Trip
from examiner_console.contract import (
    CheckOutcome,
    Direction,
    Document,
    EvidenceKind,
    Inspection,
    StationKind,
    Suggestion,
)
from examiner_console.law.nationals import is_national
from examiner_console.law.statuses import Status, permitted_until
from examiner_console.law.stays import age_on, japan_date
from examiner_console.web.bands import Band, comparison_bands
from examiner_console.web.findings import Row, ranked, unseen
from examiner_console.web.registries import Heard, heard
from examiner_console.web.wording import Translate, mark

BUDGET_NATIONAL: Final = 15
BUDGET_BIO_CART: Final = 50
BUDGET_BOOTH: Final = 75
"""Seconds an inspector has, by what is ready beforehand: the hall's plan of "The inspector's screens"."""
MRZ_LINE: Final[Mapping[int, int]] = {72: 36, 88: 44, 90: 30}
"""Length of the zone to length of its lines (Doc 9303-4, -5, -6)."""


class Action(StrEnum):
    """What F1 does: landing permission for a foreign arrival, confirmation for departures and nationals."""

    GRANT = "grant"
    CONFIRM = "confirm"
    NONE = "none"
    """No passport was read on arrival: nobody's permission can be written down, the case is handed over."""


@dataclass(frozen=True, slots=True)
class Picture:
    """`evidence` is None where there is no picture; `missing` then says why."""

    title_ja: str
    title: str
    caption: str
    evidence: str | None
    missing: str


@dataclass(frozen=True, slots=True)
class Line:
    """One checked property of the chip; `state` is ok, warn, none or off."""

    label: str
    word: str
    state: str


@dataclass(frozen=True, slots=True)
class Offer:
    """The suggestion in words; `until` None for a stay without a last day."""

    status: Status
    period: str
    until: date | None
    article: str


@dataclass(frozen=True, slots=True)
class Sheet:
    case: Case
    action: Action
    offer: Offer | None
    rows: tuple[Row, ...]
    bands: tuple[Band, ...]
    pictures: tuple[Picture, ...]
    chip: tuple[Line, ...]
    heard: Heard
    budget: int

    @property
    def unseen(self) -> tuple[Row, ...]:
        return unseen(self.rows)

    @property
    def mrz_lines(self) -> tuple[str, ...]:
        document = self.case.inspection.document
        return mrz_lines(document.mrz) if document else ()

    def held_by(self, officer: str) -> bool:
        return self.case.state is CaseState.TAKEN and self.case.taken_by == officer


def sheet(
    case: Case, *, at: datetime, seen: Collection[str], statuses: Mapping[str, Status], translate: Translate
) -> Sheet:
    inspection = case.inspection
    return Sheet(
        case=case,
        action=action_for(inspection),
        offer=_offer(case.decision.suggestion, statuses, japan_date(at)),
        rows=ranked(inspection, case.decision, seen, translate),
        bands=comparison_bands(inspection, translate),
        pictures=_pictures(case, translate),
        chip=_chip(inspection, translate),
        heard=heard(case.answers, translate),
        budget=budget(inspection),
    )


def action_for(inspection: Inspection) -> Action:
    document = inspection.document
    if inspection.direction is Direction.DEPARTURE or (document and is_national(document)):
        return Action.CONFIRM
    return Action.GRANT if document else Action.NONE


def budget(inspection: Inspection) -> int:
    if inspection.document and is_national(inspection.document):
        return BUDGET_NATIONAL
    return BUDGET_BIO_CART if inspection.kind is StationKind.BIO_CART else BUDGET_BOOTH


def mrz_lines(mrz: str) -> tuple[str, ...]:
    length = MRZ_LINE.get(len(mrz), len(mrz) or 1)
    return tuple(mrz[start : start + length] for start in range(0, len(mrz), length))


def full_name(document: Document) -> str:
    return ", ".join(part for part in (document.surname, document.given_names) if part)


def age(document: Document, at: datetime) -> int | None:
    return age_on(document.birth_date, japan_date(at)) if document.birth_date else None


def days_stayed(trip: Trip, at: datetime) -> int:
    """Days in Japan, the landing day not counted; up to today while the traveller has not left."""
    return ((trip.departed_on or japan_date(at)) - trip.landed_on).days


def _offer(suggestion: Suggestion | None, statuses: Mapping[str, Status], today: date) -> Offer | None:
    if suggestion is None or suggestion.status not in statuses:
        return None
    until = permitted_until(today, suggestion.status, suggestion.period)
    return Offer(statuses[suggestion.status], suggestion.period, until, suggestion.article)


_PICTURES: Final = (
    (EvidenceKind.LIVE_FACE, "本人", mark("Live")),
    (EvidenceKind.CHIP_FACE, "IC旅券", mark("Chip")),
    (EvidenceKind.PAGE_IMAGE, "身分事項頁", mark("Page")),
)


def _pictures(case: Case, translate: Translate) -> tuple[Picture, ...]:
    found: dict[EvidenceKind, EvidenceRef] = {}
    for item in case.evidence:
        if item.media_type.startswith("image/"):
            found.setdefault(item.kind, item)
    return tuple(
        Picture(
            title_ja,
            translate(title),
            translate(_CAPTIONS[kind]),
            found[kind].id if kind in found else None,
            translate(_MISSING[kind]),
        )
        for kind, title_ja, title in _PICTURES
    )


_CAPTIONS: Final = {
    EvidenceKind.LIVE_FACE: mark("Camera"),
    EvidenceKind.CHIP_FACE: mark("Picture in the chip (DG2)"),
    EvidenceKind.PAGE_IMAGE: mark("Visible light scan"),
}
_MISSING: Final = {
    EvidenceKind.LIVE_FACE: mark("No picture from the station's camera. Look at the person."),
    EvidenceKind.CHIP_FACE: mark("No picture from the chip. Compare with the page."),
    EvidenceKind.PAGE_IMAGE: mark("No scan of the page. Open the passport itself."),
}

_CHIP_LINES: Final = (
    (mark("Access"), ("access_control",)),
    (mark("Signature"), ("sod_hash", "sod_signature")),
    (mark("Issuer"), ("certificate_chain", "certificate_validity", "revocation")),
    (mark("Clone check"), ("chip_authentication", "active_authentication")),
    (mark("MRZ = chip"), ("mrz_matches_chip",)),
)
_WORST_FIRST: Final = (
    CheckOutcome.FAILED,
    CheckOutcome.UNDETERMINED,
    CheckOutcome.SUCCESSFUL,
    CheckOutcome.NOT_SUPPORTED,
)
"""A check that is not offered counts for nothing beside one that was made."""
_WORDS: Final = {
    CheckOutcome.FAILED: (mark("Failed"), "warn"),
    CheckOutcome.UNDETERMINED: (mark("No answer"), "none"),
    CheckOutcome.NOT_SUPPORTED: (mark("Not offered"), "off"),
    CheckOutcome.SUCCESSFUL: (mark("Passed"), "ok"),
}


def _chip(inspection: Inspection, translate: Translate) -> tuple[Line, ...]:
    return tuple(_chip_line(inspection, label, checks, translate) for label, checks in _CHIP_LINES)


def _chip_line(inspection: Inspection, label: str, checks: tuple[str, ...], translate: Translate) -> Line:
    """The worst outcome of the checks behind one line; never made is said as such, not as passed."""
    outcomes = [finding.outcome for finding in inspection.findings if finding.check in checks]
    if not outcomes:
        return Line(translate(label), translate(mark("Not checked")), "off")
    word, state = _WORDS[min(outcomes, key=_WORST_FIRST.index)]
    return Line(translate(label), translate(word), state)
