"""Words for registrations: kinds, states, steps, grounds and conditions, and what one says of its person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from examiner_console.casework.registration_book import Registration
from examiner_console.law.registering import Condition, Ground, Kind, State, Step
from examiner_console.web.catalogues import translations
from examiner_console.web.rendering import day_text
from examiner_console.web.wording import mark, worded

KINDS: Final[Mapping[str, str]] = {
    Kind.NATIONAL: mark("Japanese national"),
    Kind.FOREIGN: mark("Resident with re-entry permission"),
    Kind.TRUSTED: mark("Trusted traveller (card)"),
}
STATES: Final[Mapping[str, str]] = {
    State.STOPPED: mark("stopped"),
    State.APPLIED: mark("applied"),
    State.SCREENED: mark("first screening passed"),
    State.REGISTERED: mark("registered"),
    State.SUSPENDED: mark("suspended"),
    State.REVOKING: mark("proposed to be revoked"),
    State.REFUSED: mark("not registered"),
    State.REVOKED: mark("revoked"),
    State.EXPIRED: mark("over"),
    State.WITHDRAWN: mark("withdrawn by the person"),
}
SHAPES: Final[Mapping[str, str]] = {
    State.REGISTERED: "ok",
    State.STOPPED: "warn",
    State.SUSPENDED: "warn",
    State.REVOKING: "warn",
    State.APPLIED: "none",
    State.SCREENED: "none",
}
"""How a state is drawn; what is over is off."""
STEPS: Final[Mapping[str, str]] = {
    "apply": mark("Applied"),
    Step.SCREEN: mark("First screening passed"),
    Step.REGISTER: mark("Registered"),
    Step.REFUSE: mark("Not registered"),
    Step.RENEW: mark("Renewed"),
    Step.MOVE: mark("Moved to the new passport"),
    Step.SUSPEND: mark("Suspended"),
    Step.RESUME: mark("Suspension lifted"),
    Step.PROPOSE: mark("Proposed to revoke"),
    Step.REVOKE: mark("Revoked"),
    Step.KEEP: mark("Kept: not revoked"),
    Step.CLEAR: mark("Looked at: may go on"),
    Step.EXPIRE: mark("Ended with its last day"),
    Step.WITHDRAW: mark("Withdrawn by the person"),
}
GROUNDS: Final[Mapping[str, str]] = {
    Ground.CONDITION_LAPSED: mark("a condition no longer holds"),
    Ground.FALSE_STATEMENT: mark("a false statement"),
    Ground.LANDING_DENIAL_GROUND: mark("a ground of Art. 5(1)"),
    Ground.REGISTERED_TWICE: mark("registered under another name"),
    Ground.PASSPORT_LOST: mark("the passport was lost or stolen"),
    Ground.DOUBT: mark("doubt, to be examined"),
}
CONDITIONS: Final[Mapping[str, str]] = {
    Condition.PASSPORT_VALID: mark("a passport in date"),
    Condition.NATIONALITY: mark("the nationality of this kind"),
    Condition.FACE_GIVEN: mark("a face photographed"),
    Condition.FINGERS_GIVEN: mark("two usable fingers"),
    Condition.BOTH_HANDS: mark("a finger on each hand"),
    Condition.RE_ENTRY: mark("re-entry permission in date"),
    Condition.STAY_KNOWN: mark("the last day of stay"),
    Condition.NEVER_DEPORTED: mark("never deported"),
    Condition.NOT_WATCHED: mark("not on the watchlist"),
    Condition.VISITS: mark("two visits within a year"),
    Condition.TIME_LEFT: mark("a day of validity left"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line, with its heading in both languages."""

    japanese: str
    english: str
    text: str


def facts(held: Registration, language: str) -> tuple[Fact, ...]:
    translate = translations(language).gettext
    unknown = translate(mark("unknown"))
    stay = day_text(held.stay_until, language) if held.stay_until else translate(mark("not limited"))
    found = (
        Fact("種別", "Kind", worded(KINDS, held.kind, translate)),
        Fact("氏名", "Name", name_text(held)),
        Fact("生年月日", "Birth", day_text(held.birth_date, language) if held.birth_date else unknown),
        Fact("性別", "Sex", held.sex or unknown),
        Fact("旅券", "Passport", f"{held.nationality} {held.document_number}"),
        Fact("旅券の有効期限", "Passport ends", day_text(held.document_expiry, language)),
    )
    return (*found, Fact("在留期限", "Stay ends", stay)) if held.kind is Kind.FOREIGN else found


def name_text(held: Registration) -> str:
    return ", ".join(part for part in (held.surname, held.given_names) if part)


def conditions_text(conditions: tuple[Condition, ...], language: str) -> str:
    translate = translations(language).gettext
    return ("、" if language == "ja" else ", ").join(worded(CONDITIONS, one, translate) for one in conditions)
