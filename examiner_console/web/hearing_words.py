"""Words for hearings: acts, outcomes, what an entry says, and why an act is not taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from examiner_console.casework.hearing_file import (
    Act,
    Decided,
    Entry,
    HearingError,
    HearingFile,
    HearingTaken,
    Incomplete,
    NotNow,
    Outcome,
    SamePerson,
)
from examiner_console.law.statuses import Status, period_text
from examiner_console.web.catalogues import translations
from examiner_console.web.periods import status_name
from examiner_console.web.refusals import Refusal
from examiner_console.web.wording import mark, worded

ACTS: Final[Mapping[str, str]] = {
    Act.TAKE: mark("Take the hearing"),
    Act.GIVE_BACK: mark("Give the hearing back"),
    Act.DIAGNOSE: mark("Record the designated doctor's opinion"),
    Act.SUMMON: mark("Give notice of date and place"),
    Act.ATTEND: mark("Record interpreter and companion"),
    Act.STATE: mark("Add to the record"),
    Act.TAKE_BIOMETRICS: mark("Biometrics were given: back to the booth"),
    Act.PERMIT: mark("Find that the conditions are met, and permit landing"),
    Act.FIND_AGAINST: mark("Find that the conditions are not met"),
    Act.TELL: mark("Told the finding and the right to object"),
    Act.ACCEPT: mark("The person accepts the finding"),
    Act.OBJECT: mark("Receive the written objection"),
    Act.DECIDE: mark("Record the Minister's decision"),
    Act.ORDER: mark("Order to leave, with notice to the carrier"),
    Act.RELEASE: mark("Permit provisional landing"),
    Act.RETURN: mark("Back to the booth, which confirms"),
}
OUTCOMES: Final[Mapping[str, str]] = {
    Outcome.PERMITTED: mark("Landing permitted"),
    Outcome.SPECIALLY_PERMITTED: mark("Landing specially permitted"),
    Outcome.ORDERED_TO_LEAVE: mark("Ordered to leave"),
    Outcome.BACK_TO_THE_BOOTH: mark("Back at the booth"),
}
DECISIONS: Final[Mapping[str, str]] = {
    Decided.WITH_REASON: mark("The objection has reason: landing is permitted"),
    Decided.SPECIAL: mark("Without reason, but landing is specially permitted"),
    Decided.WITHOUT_REASON: mark("The objection is without reason"),
}
FIELDS: Final[Mapping[str, str]] = {
    "doctor": mark("Designated doctor"),
    "opinion": mark("Opinion"),
    "when": mark("When, in Japan time"),
    "place": mark("Where"),
    "interpreter": mark("Interpreter's name and language, or none needed"),
    "companion": mark("Companion and relation, at most one, or none"),
    "who": mark("Who says or brings it"),
    "statement": mark("Statement or evidence"),
    "finding": mark("The finding, and what it rests on"),
    "grounds": mark("Grounds of the objection"),
    "carrier": mark("Captain or carrier that was told"),
    "deposit": mark("Deposit in yen"),
    "residence": mark("Residence"),
    "area": mark("Area"),
    "appearance": mark("When and where to appear"),
    "until": mark("Until which day"),
}
LONG: Final = frozenset({"opinion", "statement", "finding", "grounds"})


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    is_long: bool


def field_of(name: str, language: str) -> Field:
    return Field(name, translations(language).gettext(FIELDS[name]), name in LONG)


def said_text(entry: Entry, statuses: Mapping[str, Status], language: str) -> list[tuple[str, str]]:
    """What an entry says, each with its heading."""
    translate = translations(language).gettext
    found = [(translate(FIELDS[name]), entry.said[name]) for name in FIELDS if name in entry.said]
    if "decided" in entry.said:
        found.append((translate(mark("Decision")), worded(DECISIONS, entry.said["decided"], translate)))
    if "status" in entry.said:
        name = status_name(statuses, entry.said["status"], language=language)
        found.append((translate(mark("Permission")), f"{name}, {period_text(entry.said['period'], language)}"))
    return found


def stage(file: HearingFile, now: datetime, language: str) -> str:
    """Where the procedure stands, in a few words."""
    translate = translations(language).gettext
    if file.outcome is not None:
        return worded(OUTCOMES, file.outcome, translate)
    if file.last(Act.OBJECT) and not file.hearing.accepted:
        decided = file.last(Act.DECIDE)
        return translate(mark("objection without reason") if decided else mark("objection before the Minister"))
    if before := file.objection_before:
        return translate(mark("may object") if now < before else mark("three days have passed"))
    if file.last(Act.FIND_AGAINST):
        return translate(mark("found, not told yet"))
    if file.last(Act.STATE):
        return translate(mark("being heard"))
    return translate(mark("waits for the hearing") if file.holder is None else mark("taken"))


class HearingUnknown(Refusal):
    code = "no_such_hearing"
    status = 404
    sentence = mark("There is no hearing for this case. The list shows every hearing under way.")


class HearingHeld(Refusal):
    code = "hearing_taken"
    status = 409
    sentence = mark("%(by)s holds this hearing. Take another, or ask %(by)s to give it back.")


class ActTooSoonOrTooLate(Refusal):
    code = "not_now"
    status = 409
    sentence = mark("This cannot be done now: the hearing went on meanwhile, or a step before it is missing.")


class NotTheSamePerson(Refusal):
    code = "same_person"
    status = 409
    sentence = mark("Another officer must do this: whoever handed over or heard a case does not judge it again.")


class FieldMissing(Refusal):
    code = "incomplete"
    status = 422
    sentence = mark("“%(field)s” is missing or cannot be used. Nothing was recorded; correct it and send it again.")


def of_hearing(error: HearingError, language: str) -> Refusal:
    match error:
        case HearingTaken(by=by):
            return HearingHeld(by=by)
        case NotNow():
            return ActTooSoonOrTooLate()
        case SamePerson():
            return NotTheSamePerson()
        case Incomplete(field=name):
            known = FIELDS.get(name)
            return FieldMissing(field=translations(language).gettext(known) if known else name)
        case _:
            return HearingUnknown()
