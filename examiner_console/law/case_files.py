"""The rules applied to a case in a file: what a decision would be, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec

from examiner_console.contract import Decision, Delivery, Inspection, MalformedMessage, Reason, decode, encode
from examiner_console.law.answers import Answers, NoAnswer, entry_of
from examiner_console.law.decide import CURRENT, RULES, decide
from examiner_console.law.facts import Facts, LandingAnswer, LandingRecord, NoLandingRecord
from examiner_console.law.stays import japan_date


class _Landing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    landed_on: date
    status: str
    period: str
    permitted_until: date | None = None


class CaseFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`landing` null means that the registry knows none; "unavailable", that it did not answer.

    `at` is when the console decides; without it, when the inspection ended. `answers` are those of the other
    registries; what is left out was not asked. `decided` is the opening that a deferred inspection takes back.
    """

    inspection: Inspection
    at: datetime | None = None
    landing: _Landing | Literal["unavailable"] | None = "unavailable"
    delivery: Delivery = Delivery.LIVE
    rule_version: str = CURRENT
    booths: int = 12
    decided: Decision | None = None
    answers: Answers = Answers()


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a case file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(CaseFile)}


def decide_case(data: bytes, at: date | datetime | None = None, version: str | None = None) -> Decision:
    """Decide the case in `data`, at another time and by another version where given. Raises MalformedMessage.

    At an instant, the console's clock shows it and the inspection stays as it is. On a day, the whole case is moved to
    that day in Japan, at the same time of day, so that the case is judged and not the age of the report.
    """
    case = decode(data, CaseFile)
    if None in (time.tzinfo for time in _times(case, at)):
        raise MalformedMessage("times need an offset")
    try:
        facts = _facts(case, at)
        return decide(facts, _known_version(version or case.rule_version))
    except OverflowError:
        raise MalformedMessage("a date lies outside the years 1 to 9999") from None


def _times(case: CaseFile, at: date | datetime | None) -> Iterator[datetime]:
    yield from (case.inspection.started_at, case.inspection.completed_at)
    yield from (time for time in (case.at, at) if isinstance(time, datetime))
    notice = entry_of(case.answers.holds)
    if notice is not None:
        yield notice.notified_at


def _known_version(version: str) -> str:
    if version not in RULES:
        raise MalformedMessage(f"no rules of version {version}; there are {', '.join(RULES)}")
    return version


def _facts(case: CaseFile, at: date | datetime | None) -> Facts:
    if case.booths < 1:
        raise MalformedMessage("a hall has one booth at least")
    if case.decided is not None and not (case.decided.opens_exit and case.decided.reasons):
        raise MalformedMessage("what was decided before opened the exit, for a reason")
    inspection, instant = case.inspection, case.at or case.inspection.completed_at
    if isinstance(at, datetime):
        instant = at
    elif at is not None:
        inspection, instant = _moved(inspection, instant, at)
    return Facts(inspection, instant, case.delivery, _answer(case.landing), case.booths, case.decided, case.answers)


def _moved(inspection: Inspection, instant: datetime, day: date) -> tuple[Inspection, datetime]:
    by = timedelta(days=(day - japan_date(instant)).days)
    started, completed = inspection.started_at + by, inspection.completed_at + by
    return msgspec.structs.replace(inspection, started_at=started, completed_at=completed), instant + by


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
    return "\n".join((head, *map(_line, decision.reasons)))


def _line(reason: Reason) -> str:
    """Where the version names rules of the catalogue, they follow the article; a question mark for an uncertain one."""
    law = "" if isinstance(reason.law, msgspec.UnsetType) else "/".join(reason.law) + "?" * (reason.certain is False)
    return f"  {reason.article:20} {law:8} {reason.code:32} {reason.detail}" if law else _plain(reason)


def _plain(reason: Reason) -> str:
    return f"  {reason.article:20} {reason.code:32} {reason.detail}"
