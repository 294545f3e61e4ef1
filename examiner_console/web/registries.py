"""What other authorities' registries answered about the traveller, in words for the booth page: pure.

Entries that speak against the traveller come first, then those for them; one line each for the registries that gave no
answer, which is never clear, for those that hold nothing against the traveller, and for those with nothing for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from examiner_console.law.answers import (
    Answers,
    Authorisation,
    Certificate,
    Clear,
    DepartureOrder,
    DocumentReport,
    Hit,
    HoldNotice,
    NoAnswer,
    Passenger,
    ReEntry,
    Registration,
    Removals,
    Visa,
    VisaExempt,
    WatchlistEntry,
)
from examiner_console.web.wording import Translate, mark

AGAINST: Final = {
    "watchlist": mark("Watchlist"),
    "document_reports": mark("Reported documents"),
    "removals": mark("Earlier removals"),
    "holds": mark("Departure holds"),
    "departure_orders": mark("Departure orders"),
}
"""Registries whose entries speak against a traveller."""
FOR: Final = {
    "visa": mark("Visa"),
    "certificate": mark("Certificate of eligibility"),
    "re_entry": mark("Re-entry permission"),
    "registration": mark("Gate registration"),
    "passengers": mark("Passenger list"),
    "authorisation": mark("Travel authorisation"),
    "invitations": mark("Invitation"),
}
REPORTS: Final = {"lost": mark("reported lost"), "stolen": mark("reported stolen"), "revoked": mark("withdrawn")}


@dataclass(frozen=True, slots=True)
class Answer:
    """An entry; `state` is warn where it speaks against the traveller, else ok."""

    label: str
    word: str
    state: str


@dataclass(frozen=True, slots=True)
class Heard:
    """`silent` gave no answer; `clear`: nothing against the traveller there; `empty`: nothing for them. All are empty
    where nobody was asked."""

    answers: tuple[Answer, ...]
    silent: tuple[str, ...]
    clear: tuple[str, ...]
    empty: tuple[str, ...]

    @property
    def any(self) -> bool:
        return bool(self.answers or self.silent or self.clear or self.empty)


def heard(answers: Answers, translate: Translate) -> Heard:
    found = {name: getattr(answers, name) for name in (*AGAINST, *FOR)}
    labels = {name: translate(label) for name, label in (*AGAINST.items(), *FOR.items())}
    against = [_entry(labels[name], found[name], "warn", translate) for name in AGAINST if _is(found[name], Hit)]
    held = [_entry(labels[name], found[name], "ok", translate) for name in FOR if _is(found[name], Hit)]
    return Heard(
        (*against, *held),
        tuple(labels[name] for name in found if _is(found[name], NoAnswer)),
        tuple(labels[name] for name in AGAINST if _is(found[name], Clear)),
        tuple(labels[name] for name in FOR if _is(found[name], Clear)),
    )


def _is(answer: Any, kind: type) -> bool:
    return isinstance(answer, kind)


def _entry(label: str, hit: Hit[Any], state: str, translate: Translate) -> Answer:
    word, spoilt = _words(hit.entry, translate)
    return Answer(label, word, "warn" if spoilt else state)


def _words(entry: Any, translate: Translate) -> tuple[str, bool]:
    """And whether the entry, though of a registry that speaks for people, speaks against this one."""
    until = translate(mark("until %s"))
    match entry:
        case VisaExempt():
            return translate(mark("not needed for %s days")) % entry.days, False
        case Visa():
            return f"{entry.status}, {until % entry.valid_until}", entry.entries_left < 1
        case Certificate():
            cancelled = translate(mark("cancelled"))
            return f"{entry.status}, {cancelled if entry.cancelled else entry.issued_on}", entry.cancelled
        case ReEntry() | Registration() | Authorisation():
            return until % entry.valid_until, False
        case Passenger():
            return entry.carrier or translate(mark("announced")), False
        case WatchlistEntry():
            return entry.reference, True
        case DocumentReport():
            return f"{translate(REPORTS[entry.report.value])}, {entry.reported_on}", True
        case HoldNotice():
            return entry.organ, True
        case DepartureOrder():
            return translate(mark("leave by %s")) % entry.leave_by, True
        case Removals():
            return ", ".join(str(removal.left_on) for removal in entry.removals), True
    return getattr(entry, "organ", "") or translate(mark("found")), False
