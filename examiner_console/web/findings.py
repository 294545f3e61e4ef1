"""What the officer must see before granting, ranked: failed checks, checks without an answer, notes, what passed.

The numbered ones (failed and undetermined) are pressed once seen; deciding waits for all of them. The key of a
finding is stable over amended decisions, so what was seen stays seen and what is new must be seen.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from examiner_console.contract import CheckOutcome, Decision, DecisionOutcome, Finding, Inspection, Reason
from examiner_console.law.stays import japan_time
from examiner_console.web.reasons import EXPECTED_AT_BOOTH, NOTES, OPENINGS, RESTS_ON_CHECK, reason_text
from examiner_console.web.wording import (
    ANSWERLESS,
    CHECKS,
    DOWNGRADED,
    FAILED,
    FINGERS,
    OUTCOMES,
    SIGNS,
    UNDETERMINED,
    UNDETERMINED_BY_CODE,
    UNSPECIFIED,
    Translate,
    capitalised,
    mark,
    worded,
)

_RANK: Final[Mapping[str, int]] = {"warn": 0, "none": 1, "info": 2, "ok": 3}


@dataclass(frozen=True, slots=True)
class Row:
    """`state` is warn, none (no answer), info or ok; `number` is the key to press where one must be pressed."""

    key: str
    state: str
    title: str
    text: str
    article: str = ""
    number: int | None = None
    seen: bool = False


def ranked(inspection: Inspection, decision: Decision, seen: Collection[str], translate: Translate) -> tuple[Row, ...]:
    """All rows in the order shown, numbered from 1 where they must be looked at."""
    reasons = [reason for reason in decision.reasons if not _said_by_check(reason, inspection)]
    rows = _unmade([reason for reason in reasons if _check_not_made(reason)], translate)
    rows += [_reason_row(reason, translate) for reason in reasons if not _check_not_made(reason)]
    rows += [_finding_row(finding, translate) for finding in inspection.findings if _notable(finding)]
    rows += _supported(inspection, translate)
    ordered = sorted({row.key: row for row in rows}.values(), key=lambda row: _RANK[row.state])
    return (*_numbered(ordered, seen), *_passed(inspection, translate))


def unseen(rows: Collection[Row]) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.number is not None and not row.seen)


def _numbered(rows: list[Row], seen: Collection[str]) -> list[Row]:
    numbers = iter(range(1, len(rows) + 1))
    return [
        replace(row, number=next(numbers), seen=row.key in seen) if row.state in ("warn", "none") else row
        for row in rows
    ]


def _notable(finding: Finding) -> bool:
    return finding.outcome in (CheckOutcome.FAILED, CheckOutcome.UNDETERMINED)


def _said_by_check(reason: Reason, inspection: Inspection) -> bool:
    """A reason that only repeats a failed check is not listed twice."""
    checks = RESTS_ON_CHECK.get(reason.code) or (reason.detail.partition(":")[0],)
    return any(_notable(finding) and finding.check in checks for finding in inspection.findings)


def _check_not_made(reason: Reason) -> bool:
    return reason.detail.endswith(": not reported")


def _unmade(reasons: list[Reason], translate: Translate) -> list[Row]:
    """Checks the station never made, in one row: what was not read has nothing to say one by one."""
    if not reasons:
        return []
    checks = dict.fromkeys(reason.detail.partition(":")[0] for reason in reasons)
    names = capitalised(", ".join(worded(CHECKS, check, translate) for check in checks))
    title = translate(mark("%(count)s checks were not made")) % {"count": len(checks)}
    return [Row(f"not_made:{','.join(checks)}", "none", title, names, reasons[0].article)]


def _reason_row(reason: Reason, translate: Translate) -> Row:
    state = "info" if reason.code in EXPECTED_AT_BOOTH | NOTES else "warn"
    key = f"reason:{reason.code}:{reason.detail}"
    title = reason_text(reason.code, translate)
    return Row(key, state, title, detail_text(reason.detail, translate), reason.article)


def detail_text(detail: str, translate: Translate) -> str:
    """A rule's detail: the check, finger or decision it names in words, with the code to look it up; else its figures.

    A detail without figures only repeats the reason, and is left out.
    """
    match = re.fullmatch(r"(\w+): (\w+)(?: \((.*)\))?", detail)
    if match is None:
        return detail if re.search(r"\d", detail) else ""
    subject, outcome, code = match.groups()
    if subject in FINGERS:
        return worded(FINGERS, subject, translate)
    if subject in frozenset(DecisionOutcome):
        facts = {"time": japan_time(datetime.fromisoformat(code)), "why": worded(OPENINGS, outcome, translate)}
        return translate(mark("Decided at %(time)s: %(why)s")) % facts
    words = f"{capitalised(worded(CHECKS, subject, translate))}: {worded(OUTCOMES, outcome, translate)}"
    return f"{words} ({code})" if code else words


def _finding_row(finding: Finding, translate: Translate) -> Row:
    name = worded(CHECKS, finding.check, translate)
    key = f"{finding.check}:{finding.outcome.value}:{finding.code}"
    if finding.outcome is CheckOutcome.FAILED:
        title = translate(mark("Check: %(check)s")) % {"check": name}
        sign = SIGNS.get(finding.code)
        text = translate(_failure(finding)) + (f" {translate(sign)}" if sign else "")
        return Row(key, "warn", title, text)
    title = translate(mark("No answer: %(check)s")) % {"check": name}
    text = UNDETERMINED_BY_CODE.get(finding.code) or UNDETERMINED.get(finding.check, ANSWERLESS)
    return Row(key, "none", title, translate(text))


def _failure(finding: Finding) -> str:
    return DOWNGRADED if "downgrade" in finding.code else FAILED.get(finding.check, UNSPECIFIED)


def _supported(inspection: Inspection, translate: Translate) -> list[Row]:
    names = _names(inspection, CheckOutcome.NOT_SUPPORTED, translate)
    title = translate(mark("The chip does not offer"))
    return [Row("not_supported", "info", title, ", ".join(names))] if names else []


def _passed(inspection: Inspection, translate: Translate) -> list[Row]:
    names = _names(inspection, CheckOutcome.SUCCESSFUL, translate)
    if not names:
        return []
    title = translate(mark("%(count)s checks passed")) % {"count": len(names)}
    return [Row("passed", "ok", title, capitalised(", ".join(names)))]


def _names(inspection: Inspection, outcome: CheckOutcome, translate: Translate) -> list[str]:
    checks = dict.fromkeys(finding.check for finding in inspection.findings if finding.outcome is outcome)
    return [worded(CHECKS, check, translate) for check in checks]
