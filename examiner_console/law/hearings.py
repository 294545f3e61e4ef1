"""From the booth to the hearing before the special inquiry officer (Art. 9, 10), and what may follow (Art. 11 to 13).

Every step is an officer's. `steps` gives those that the law allows in a situation, with the first instant that is too
late; a screen offers these and no others.

An objection's three days are counted from the day after the notice and end at midnight in Japan. Whether a last day on
a holiday moves to the next working day is uncertain, and not applied.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from examiner_console.law.counting import deadline
from examiner_console.law.stays import Period

OBJECTION: Final = Period(days=3)
LARGEST_DEPOSIT_YEN: Final = 2_000_000
LARGEST_DEPOSIT_MINOR_YEN: Final = 1_000_000
"""Art. 13, from memory, uncertain."""


class Officer(StrEnum):
    """Who may take a step. There is no machine among them."""

    INSPECTOR = "inspector"
    SPECIAL_INQUIRY_OFFICER = "special_inquiry_officer"
    SUPERVISING_INSPECTOR = "supervising_inspector"
    MINISTER = "minister"


class Found(StrEnum):
    CONFORMS = "conforms"
    DOES_NOT_CONFORM = "does_not_conform"


class Biometrics(StrEnum):
    """`GIVEN` also for who gives them only now, to the special inquiry officer."""

    GIVEN = "given"
    EXEMPT = "exempt"
    NOT_GIVEN = "not_given"


class Action(StrEnum):
    DIAGNOSE = "diagnose"
    """L07: a designated doctor, before anything else is decided."""
    HAND_OVER = "hand_over"
    """L03, L10: to the special inquiry officer."""
    HEAR = "hear"
    """L11: promptly, on record, with evidence and witnesses."""
    SEAL = "seal"
    """L06, L12, L15: permission; at once, where a hearing or an objection found it due."""
    TELL = "tell"
    """L13: the finding and the right to object."""
    RECEIVE_OBJECTION = "receive_objection"
    """L14: in writing."""
    ORDER_TO_LEAVE = "order_to_leave"
    """L03, L13, L15: and notice to the captain or carrier."""
    DECIDE_OBJECTION = "decide_objection"
    """L15."""
    SPECIAL_PERMISSION = "special_permission"
    """L16: re-entry permission, a victim of trafficking under others' control, other special circumstances."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What has happened so far; later fields are None until it has."""

    biometrics: Biometrics
    found: Found | None = None
    notified_at: datetime | None = None
    accepted: bool = False
    """The person accepts the finding and gives up the objection."""
    objected_at: datetime | None = None
    with_reason: bool | None = None
    """The Minister's decision on the objection."""
    special_circumstances: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    action: Action
    article: str
    by: Officer
    before: datetime | None = None


_SIO: Final = Officer.SPECIAL_INQUIRY_OFFICER


def booth_steps(*, conforms: bool | None, biometrics: Biometrics, health_in_question: bool = False) -> tuple[Step, ...]:
    """L10: what an inspector may do at a booth; `conforms` is None while that is open. Refusing is not among it."""
    if biometrics is Biometrics.NOT_GIVEN:
        return (Step(Action.HAND_OVER, "Art. 7(4)", Officer.INSPECTOR),)
    if health_in_question:
        return (Step(Action.DIAGNOSE, "Art. 9(2)", Officer.INSPECTOR),)
    seal = Step(Action.SEAL, "Art. 9(1)", Officer.INSPECTOR)
    hand_over = Step(Action.HAND_OVER, "Art. 9(6)", Officer.INSPECTOR)
    return (seal, hand_over) if conforms is None else (seal,) if conforms else (hand_over,)


def steps(hearing: Hearing, now: datetime) -> tuple[Step, ...]:
    """The steps the law allows now; empty where the procedure is at its end."""
    if hearing.found is None:
        return tuple(_first(hearing))
    if hearing.found is Found.CONFORMS:
        return (Step(Action.SEAL, "Art. 10(8)", _SIO),)
    return tuple(_after_finding(hearing, now))


def _first(hearing: Hearing) -> Iterator[Step]:
    yield Step(Action.HEAR, "Art. 10(1)-(6)", _SIO)
    if hearing.biometrics is Biometrics.NOT_GIVEN:
        yield Step(Action.ORDER_TO_LEAVE, "Art. 10(7)", _SIO)


def _after_finding(hearing: Hearing, now: datetime) -> Iterator[Step]:
    if hearing.biometrics is Biometrics.NOT_GIVEN:
        yield Step(Action.ORDER_TO_LEAVE, "Art. 10(7)", _SIO)
    elif hearing.notified_at is None:
        yield Step(Action.TELL, "Art. 10(10)", _SIO)
    elif hearing.objected_at is not None and hearing.objected_at < objection_before(hearing.notified_at):
        yield from _after_objection(hearing)
    elif hearing.accepted or now >= objection_before(hearing.notified_at):
        yield Step(Action.ORDER_TO_LEAVE, "Art. 10(11)", _SIO)
    else:
        before = objection_before(hearing.notified_at)
        yield Step(Action.RECEIVE_OBJECTION, "Art. 11(1)", Officer.SUPERVISING_INSPECTOR, before)


def _after_objection(hearing: Hearing) -> Iterator[Step]:
    if hearing.with_reason is None:
        yield Step(Action.DECIDE_OBJECTION, "Art. 11(3)", Officer.MINISTER)
    elif hearing.with_reason:
        yield Step(Action.SEAL, "Art. 11(4)", Officer.SUPERVISING_INSPECTOR)
    else:
        if hearing.special_circumstances:
            yield Step(Action.SPECIAL_PERMISSION, "Art. 12(1)", Officer.MINISTER)
        yield Step(Action.ORDER_TO_LEAVE, "Art. 11(6)", Officer.SUPERVISING_INSPECTOR)


def objection_before(notified_at: datetime) -> datetime:
    """L14: the first instant that is too late for an objection, in Japan time."""
    return deadline(notified_at, OBJECTION)


class Attendant(StrEnum):
    APPLICANT = "applicant"
    AGENT = "agent"
    RELATIVE = "relative"
    ACQUAINTANCE = "acquaintance"
    WITNESS = "witness"
    INTERPRETER = "interpreter"


def may_attend(present: tuple[Attendant, ...], *, permitted: bool) -> bool:
    """L11: at most one relative or acquaintance, and only with the special inquiry officer's permission."""
    companions = sum(who in (Attendant.RELATIVE, Attendant.ACQUAINTANCE) for who in present)
    return companions == 0 or (companions == 1 and permitted)


@dataclass(frozen=True, slots=True)
class ProvisionalLanding:
    """L17: what a supervising inspector sets, while a procedure of Art. 7 to 12 is pending and need is found."""

    deposit_yen: int
    minor: bool
    residence: str
    area: str
    appearance: str


def provisional_landing_faults(asked: ProvisionalLanding, *, pending: bool) -> tuple[str, ...]:
    """Why it may not be permitted so; empty where it may."""
    return tuple(_faults(asked, pending))


def _faults(asked: ProvisionalLanding, pending: bool) -> Iterator[str]:
    largest = LARGEST_DEPOSIT_MINOR_YEN if asked.minor else LARGEST_DEPOSIT_YEN
    if not pending:
        yield "no procedure is pending"
    if not 0 <= asked.deposit_yen <= largest:
        yield f"the deposit is between 0 and {largest} yen"
    if not (asked.residence and asked.area and asked.appearance):
        yield "residence, area and appearance are all set"
