"""One hearing as its entries tell it (Art. 9(2), 10 to 13): what happened, what is due, and what may happen now.

Entries are only added; everything else follows from them, and `allowed` is asked before each. No act refuses anybody:
an end is a permission, an order to leave that the law prescribes, or the way back to the booth.

HearingError                code
├── NoSuchHearing           no hearing under this inspection
├── HearingTaken            another special inquiry officer holds it (`by`)
├── NotNow                  the law, or the state of the hearing, does not allow this act now (`act`)
├── SamePerson              who handed over never hears the case; who heard it never decides on the objection
└── Incomplete              an entry lacks what it is about (`field`)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from examiner_console.law import hearings as law
from examiner_console.law.hearings import Biometrics, Found
from examiner_console.law.stays import JAPAN, japan_date


class Act(StrEnum):
    TAKE = "take"
    GIVE_BACK = "give_back"
    DIAGNOSE = "diagnose"
    """A designated doctor's opinion, before anything else is found."""
    SUMMON = "summon"
    """When and where the hearing is, told to the person."""
    ATTEND = "attend"
    """Interpreter and companion."""
    STATE = "state"
    """A statement or a piece of evidence, in the record."""
    TAKE_BIOMETRICS = "take_biometrics"
    """Given after all: the case goes back to the booth."""
    PERMIT = "permit"
    """Found to conform: the seal, at once."""
    FIND_AGAINST = "find_against"
    TELL = "tell"
    """The finding and the right to object; the three days run from here."""
    ACCEPT = "accept"
    OBJECT = "object"
    DECIDE = "decide"
    """The Minister's decision on the objection, as the supervising inspector records it."""
    ORDER = "order"
    """To leave, with notice to the carrier."""
    RELEASE = "release"
    """Provisional landing, until a day."""
    RETURN = "return"
    """Of a departure or a national, whom Art. 10 is not about: back to the booth, which confirms."""


class Outcome(StrEnum):
    PERMITTED = "permitted"
    SPECIALLY_PERMITTED = "specially_permitted"
    ORDERED_TO_LEAVE = "ordered_to_leave"
    BACK_TO_THE_BOOTH = "back_to_the_booth"


class Decided(StrEnum):
    """What DECIDE says."""

    WITH_REASON = "with_reason"
    SPECIAL = "special"
    WITHOUT_REASON = "without_reason"


class Side(StrEnum):
    """Whose act it is."""

    INQUIRY = "special_inquiry_officer"
    SUPERVISION = "supervising_inspector"


class HearingError(Exception):
    code = "hearing_error"


class NoSuchHearing(HearingError):
    code = "no_such_hearing"


class HearingTaken(HearingError):
    code = "hearing_taken"

    def __init__(self, by: str) -> None:
        super().__init__(f"{by} holds this hearing")
        self.by = by


class NotNow(HearingError):
    code = "not_now"

    def __init__(self, act: Act) -> None:
        super().__init__(f"{act} is not allowed now")
        self.act = act


class SamePerson(HearingError):
    code = "same_person"


class Incomplete(HearingError):
    code = "incomplete"

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is missing or cannot be used")
        self.field = field


@dataclass(frozen=True, slots=True)
class Entry:
    """`said` holds what the act is about, by the names of `FIELDS`."""

    number: int
    act: Act
    officer: str
    at: datetime
    said: Mapping[str, str]


FIELDS: Final[Mapping[Act, tuple[str, ...]]] = {
    Act.DIAGNOSE: ("doctor", "opinion"),
    Act.SUMMON: ("when", "place"),
    Act.ATTEND: ("interpreter", "companion"),
    Act.STATE: ("who", "statement"),
    Act.PERMIT: ("status", "period"),
    Act.FIND_AGAINST: ("finding",),
    Act.OBJECT: ("grounds",),
    Act.ORDER: ("carrier",),
    Act.RELEASE: ("deposit", "residence", "area", "appearance", "until"),
    Act.RETURN: ("finding",),
}
"""What an entry must say; DECIDE says `decided`, and status and period where it permits."""
ARTICLES: Final[Mapping[Act, str]] = {
    Act.DIAGNOSE: "Art. 9(2)",
    Act.SUMMON: "Art. 10(1)",
    Act.ATTEND: "Art. 10(3), 10(4)",
    Act.STATE: "Art. 10(2)",
    Act.TAKE_BIOMETRICS: "Art. 10(7)",
    Act.PERMIT: "Art. 10(8)",
    Act.FIND_AGAINST: "Art. 10(10)",
    Act.TELL: "Art. 10(10)",
    Act.ACCEPT: "Art. 10(11)",
    Act.OBJECT: "Art. 11(1)",
    Act.DECIDE: "Art. 11(3)",
    Act.RELEASE: "Art. 13(1)",
}
"""ORDER rests on the article of its step."""


@dataclass(frozen=True, slots=True)
class HearingFile:
    """`entries` in the order of their numbers, from 1; those up to `since` are of a hearing before, which ended at the
    booth again, and say nothing about this one."""

    inspection: UUID
    opened_at: datetime
    handed_over_by: str
    biometrics_missing: bool
    health_in_question: bool
    entries: tuple[Entry, ...] = ()
    since: int = 0
    is_landing: bool = True
    """Whether a foreign arrival is heard, or somebody of whom no passport was read."""
    handed_over: frozenset[str] = frozenset()
    """Everybody who ever handed this case over."""

    @property
    def present(self) -> tuple[Entry, ...]:
        """The entries of this hearing."""
        return self.entries[self.since :]

    def last(self, act: Act) -> Entry | None:
        return next((entry for entry in reversed(self.present) if entry.act is act), None)

    @property
    def holder(self) -> str | None:
        for entry in reversed(self.present):
            if entry.act in (Act.TAKE, Act.GIVE_BACK):
                return entry.officer if entry.act is Act.TAKE else None
        return None

    @property
    def heard_by(self) -> frozenset[str]:
        """Also in a hearing before this one: nobody judges what they heard."""
        return frozenset(entry.officer for entry in self.entries if SIDES[entry.act] is Side.INQUIRY)

    @property
    def from_booth(self) -> frozenset[str]:
        """Who handed the case over, now or before: they hear and judge nothing of it."""
        return self.handed_over | {self.handed_over_by}

    @property
    def outcome(self) -> Outcome | None:
        """None while the procedure goes on."""
        return next((found for entry in self.present if (found := _ends(entry)) is not None), None)

    @property
    def objection_before(self) -> datetime | None:
        """The first instant that is too late, once the person was told."""
        told = self.last(Act.TELL)
        return law.objection_before(told.at) if told else None

    @property
    def hearing(self) -> law.Hearing:
        """As the law asks about it."""
        told, objected, decided = self.last(Act.TELL), self.last(Act.OBJECT), self.last(Act.DECIDE)
        against = self.last(Act.FIND_AGAINST) is not None
        return law.Hearing(
            biometrics=Biometrics.NOT_GIVEN if self.biometrics_missing else Biometrics.GIVEN,
            found=Found.DOES_NOT_CONFORM if against or self.biometrics_missing else None,
            notified_at=told.at if told else None,
            accepted=self.last(Act.ACCEPT) is not None,
            objected_at=objected.at if objected else None,
            with_reason=decided.said["decided"] == Decided.WITH_REASON if decided else None,
        )

    def step(self, action: law.Action, now: datetime) -> law.Step | None:
        return next((step for step in law.steps(self.hearing, now) if step.action is action), None)


SIDES: Final[Mapping[Act, Side]] = {
    act: Side.SUPERVISION if act in (Act.OBJECT, Act.DECIDE, Act.RELEASE) else Side.INQUIRY for act in Act
}
"""ORDER is a supervising inspector's after an objection (Art. 11(6)): see `side`."""


def side(file: HearingFile, act: Act, now: datetime) -> Side:
    step = file.step(law.Action.ORDER_TO_LEAVE, now) if act is Act.ORDER else None
    if step is not None and step.by is law.Officer.SUPERVISING_INSPECTOR:
        return Side.SUPERVISION
    return SIDES[act]


def acts(file: HearingFile, now: datetime) -> frozenset[Act]:
    """What may happen now, whoever does it."""
    return frozenset(_acts(file, now)) if file.outcome is None else frozenset()


def _acts(file: HearingFile, now: datetime) -> Iterator[Act]:
    yield Act.GIVE_BACK if file.holder else Act.TAKE
    if not file.is_landing:
        yield from (Act.SUMMON, Act.ATTEND, Act.STATE, Act.RETURN)
        return
    if file.biometrics_missing:
        yield Act.TAKE_BIOMETRICS
    if file.last(Act.FIND_AGAINST) is None:
        yield from (Act.SUMMON, Act.ATTEND, Act.STATE)
        yield from _findings(file)
    if file.last(Act.RELEASE) is None:
        yield Act.RELEASE
    yield from _by_law(file, now)


def _findings(file: HearingFile) -> Iterator[Act]:
    """After a record was made, and where health is in question a doctor's opinion."""
    diagnosed = not file.health_in_question or file.last(Act.DIAGNOSE) is not None
    if not diagnosed:
        yield Act.DIAGNOSE
    elif file.last(Act.STATE) is not None and not file.biometrics_missing:
        yield from (Act.PERMIT, Act.FIND_AGAINST)


def _by_law(file: HearingFile, now: datetime) -> Iterator[Act]:
    recorded = file.last(Act.STATE) is not None
    if file.step(law.Action.TELL, now):
        yield Act.TELL
    if file.step(law.Action.RECEIVE_OBJECTION, now):
        yield from (Act.ACCEPT, Act.OBJECT)
    if file.step(law.Action.DECIDE_OBJECTION, now):
        yield Act.DECIDE
    if file.step(law.Action.ORDER_TO_LEAVE, now) and recorded:
        yield Act.ORDER
        if file.objection_before and file.last(Act.OBJECT) is None and not file.hearing.accepted:
            yield Act.OBJECT  # too late: noted, and without effect


def _ends(entry: Entry) -> Outcome | None:
    match entry.act:
        case Act.PERMIT:
            return Outcome.PERMITTED
        case Act.ORDER:
            return Outcome.ORDERED_TO_LEAVE
        case Act.TAKE_BIOMETRICS | Act.RETURN:
            return Outcome.BACK_TO_THE_BOOTH
        case Act.DECIDE if entry.said["decided"] == Decided.WITH_REASON:
            return Outcome.PERMITTED
        case Act.DECIDE if entry.said["decided"] == Decided.SPECIAL:
            return Outcome.SPECIALLY_PERMITTED
        case _:
            return None


def added(file: HearingFile, act: Act, officer: str, at: datetime, said: Mapping[str, str]) -> HearingFile:
    """The file with one more entry. Raises HearingTaken, SamePerson, NotNow or Incomplete."""
    if act not in acts(file, at):
        raise NotNow(act)
    _check_person(file, act, officer, at)
    entry = Entry(len(file.entries) + 1, act, officer, at, _complete(act, said, at))
    return replace(file, entries=(*file.entries, entry))


def _check_person(file: HearingFile, act: Act, officer: str, at: datetime) -> None:
    if side(file, act, at) is Side.SUPERVISION:
        if officer in file.heard_by | file.from_booth:
            raise SamePerson("who heard a case does not decide on the objection")
    elif officer in file.from_booth:
        raise SamePerson("who handed a case over does not hear it")
    elif act is not Act.TAKE and file.holder != officer:
        raise HearingTaken(file.holder) if file.holder else NotNow(act)


def _complete(act: Act, said: Mapping[str, str], at: datetime) -> dict[str, str]:
    wanted = _wanted(act, said)
    for name in wanted:
        if not said.get(name, "").strip():
            raise Incomplete(name)
    found = {name: said[name].strip() for name in wanted}
    if act is Act.SUMMON:
        _check_instant(found["when"], at)
    if act is Act.RELEASE:
        _check_day(found["until"], at)
        found["minor"] = "yes" if said.get("minor") == "yes" else "no"
        _check_release(found)
    return found


def _check_instant(text: str, at: datetime) -> None:
    """As a form gives it, in Japan time and still to come: 2026-12-01T10:30."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise Incomplete("when") from None
    if when.replace(tzinfo=when.tzinfo or JAPAN) < at:
        raise Incomplete("when")


def _check_day(text: str, at: datetime) -> None:
    """A day in Japan, today or later."""
    try:
        until = date.fromisoformat(text)
    except ValueError:
        raise Incomplete("until") from None
    if until < japan_date(at):
        raise Incomplete("until")


def _wanted(act: Act, said: Mapping[str, str]) -> tuple[str, ...]:
    if act is not Act.DECIDE:
        return FIELDS.get(act, ())
    try:
        permits = Decided(said.get("decided", "")) is not Decided.WITHOUT_REASON
    except ValueError:
        raise Incomplete("decided") from None
    return ("decided", "status", "period") if permits else ("decided",)


def _check_release(said: Mapping[str, str]) -> None:
    if not (said["deposit"].isascii() and said["deposit"].isdigit() and len(said["deposit"]) < 10):
        raise Incomplete("deposit")
    conditions = said["residence"], said["area"], said["appearance"]
    asked = law.ProvisionalLanding(int(said["deposit"]), said["minor"] == "yes", *conditions)
    if law.provisional_landing_faults(asked, pending=True):
        raise Incomplete("deposit")
