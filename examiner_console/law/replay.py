"""The rules applied to a case in a file: what a decision would be, without a server."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from examiner_console.contract import Decision, Delivery, Inspection, MalformedMessage, decode, encode
from examiner_console.law.decide import CURRENT, RULES, decide
from examiner_console.law.facts import Facts, LandingAnswer, LandingRecord, NoAnswer, NoLandingRecord


class _Landing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    landed_on: date
    status: str
    period: str
    permitted_until: date | None = None


class CaseFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`landing` null means that the registry knows none; "unavailable", that it did not answer.

    `decided` is the opening that a deferred inspection takes back.
    """

    inspection: Inspection
    at: datetime
    landing: _Landing | Literal["unavailable"] | None = "unavailable"
    delivery: Delivery = Delivery.LIVE
    rule_version: str = CURRENT
    booths: int = 12
    decided: Decision | None = None


def decide_case(data: bytes) -> Decision:
    """Raises MalformedMessage."""
    case = decode(data, CaseFile)
    times = (case.at, case.inspection.started_at, case.inspection.completed_at)
    if None in (time.tzinfo for time in times):
        raise MalformedMessage("times need an offset")
    if case.rule_version not in RULES:
        raise MalformedMessage(f"no rules of version {case.rule_version}; there are {', '.join(RULES)}")
    if case.booths < 1:
        raise MalformedMessage("a hall has one booth at least")
    if case.decided is not None and not (case.decided.opens_exit and case.decided.reasons):
        raise MalformedMessage("what was decided before opened the exit, for a reason")
    facts = Facts(case.inspection, case.at, case.delivery, _answer(case.landing), case.booths, case.decided)
    return decide(facts, case.rule_version)


def _answer(landing: _Landing | str | None) -> LandingAnswer:
    if landing is None:
        return NoLandingRecord()
    if isinstance(landing, str):
        return NoAnswer()
    return LandingRecord(landing.landed_on, landing.status, landing.period, landing.permitted_until)


def as_json(decision: Decision) -> str:
    return encode(decision).decode()


def in_words(decision: Decision) -> str:
    """A line for the outcome and one for each reason."""
    head = decision.outcome.value + (f", booth {decision.booth}" if decision.booth else "")
    return "\n".join((head, *(f"  {r.article:20} {r.code:32} {r.detail}" for r in decision.reasons)))
