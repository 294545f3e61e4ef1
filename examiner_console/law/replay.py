"""Decisions of the past made again: under the version that made them, or under other rules to see what would change.

Nothing here writes. A decision is the same again when its bytes are. What the registry of landings answered is not
stored with a decision, so a past decision comes with the answers it may have rested on, the likeliest first; one that
only another of them reproduces is counted as `assumed`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from examiner_console.contract import Decision, Reason, encode
from examiner_console.law.catalogue import rests_on
from examiner_console.law.decide import RULES, booth_for, decide
from examiner_console.law.facts import Facts, LandingAnswer

MOST_BOOTHS: Final = 200
"""As many as a hall may set up (`settings.Settings.booths`)."""


@dataclass(frozen=True, slots=True)
class Past:
    """One decision as stored; `facts` with the likeliest answer of the registry of landings, then `others`."""

    decision: Decision
    body: bytes
    facts: Facts
    others: tuple[LandingAnswer, ...] = ()


class Told(msgspec.Struct, frozen=True):
    """A decision in short."""

    outcome: str
    codes: tuple[str, ...]


class Difference(msgspec.Struct, frozen=True):
    """`now` is None where the version that decided is not known any more."""

    inspection: UUID
    decided_at: datetime
    rule_version: str
    was: Told
    now: Told | None


class Replay(msgspec.Struct, frozen=True):
    """`same` counts those that came out bit for bit, `assumed` of them with another than the likeliest answer."""

    decisions: int
    same: int
    assumed: int
    differences: tuple[Difference, ...]


class RuleChange(msgspec.Struct, frozen=True):
    """How often reasons that rest on `rule` came or went; a rule without an identifier stands by its name."""

    rule: str
    appears: int
    vanishes: int
    outcomes_changed: int


class WhatIf(msgspec.Struct, frozen=True):
    """`outcomes_changed` counts decisions that would end otherwise; `changes` also those with other reasons only."""

    decisions: int
    outcomes_changed: int
    reasons_changed: int
    by_rule: tuple[RuleChange, ...]
    changes: tuple[Difference, ...]


def replayed(pasts: Iterable[Past]) -> Replay:
    count = same = assumed = 0
    differences = []
    for past in pasts:
        count += 1
        facts = rested_on(past)
        if facts is None:
            differences.append(_difference(past, _again(past)))
        else:
            same += 1
            assumed += facts.landing != past.facts.landing
    return Replay(count, same, assumed, tuple(differences))


def rested_on(past: Past) -> Facts | None:
    """The first of the possible facts that give the decision bit for bit."""
    if past.decision.rule_version not in RULES:
        return None
    for facts in _possible(past):
        if encode(decide(facts, past.decision.rule_version)) == past.body:
            return facts
    return None


def _possible(past: Past) -> Iterator[Facts]:
    """A hall may have had another number of booths: as many as lead to the booth that was named."""
    facts = replace(past.facts, booths=_booths(past))
    yield facts
    for landing in past.others:
        yield replace(facts, landing=landing)


def _booths(past: Past) -> int:
    if past.decision.booth in (None, booth_for(past.facts)):
        return past.facts.booths
    tried = (count for count in range(1, MOST_BOOTHS + 1) if past.decision.booth == _booth(past.facts, count))
    return next(tried, past.facts.booths)


def _booth(facts: Facts, booths: int) -> str:
    return booth_for(replace(facts, booths=booths))


def _again(past: Past) -> Decision | None:
    version = past.decision.rule_version
    return decide(next(_possible(past)), version) if version in RULES else None


def what_if(pasts: Iterable[Past], version: str | None = None, without: frozenset[str] = frozenset()) -> WhatIf:
    """Raises KeyError for a version that never was; None keeps the version that decided, where it is known."""
    count = 0
    rules: dict[str, list[int]] = {}
    changes: list[Difference] = []
    for past in pasts:
        count += 1
        used = version or past.decision.rule_version
        if used not in RULES:
            changes.append(_difference(past, None))
            continue
        now = decide(rested_on(past) or next(_possible(past)), used, without=without)
        if _told(now) != _told(past.decision):
            changes.append(_difference(past, now))
            _count(rules, past.decision, now)
    by_rule = tuple(RuleChange(rule, *counts) for rule, counts in sorted(rules.items()))
    outcomes = sum(change.now is not None and change.now.outcome != change.was.outcome for change in changes)
    return WhatIf(count, outcomes, len(changes) - outcomes, by_rule, tuple(changes))


def _count(rules: dict[str, list[int]], was: Decision, now: Decision) -> None:
    before, after = {reason.code for reason in was.reasons}, {reason.code for reason in now.reasons}
    came = _rules_of(reason for reason in now.reasons if reason.code not in before)
    went = _rules_of(reason for reason in was.reasons if reason.code not in after)
    for rule in came | went:
        counts = rules.setdefault(rule, [0, 0, 0])
        counts[0] += rule in came
        counts[1] += rule in went
        counts[2] += was.outcome is not now.outcome


def _rules_of(reasons: Iterable[Reason]) -> set[str]:
    return {rule for reason in reasons for rule in (rests_on(reason) or (reason.rule,))}


def _told(decision: Decision) -> Told:
    return Told(decision.outcome.value, tuple(reason.code for reason in decision.reasons))


def _difference(past: Past, now: Decision | None) -> Difference:
    made = past.decision
    return Difference(made.inspection, made.decided_at, made.rule_version, _told(made), _told(now) if now else None)


def replay_in_words(found: Replay, shown: int = 20) -> str:
    head = f"{found.decisions} decisions, {found.same} the same bit for bit ({found.assumed} by another answer)"
    return "\n".join((head, *_lines(found.differences, shown)))


def what_if_in_words(found: WhatIf, shown: int = 20) -> str:
    head = (
        f"{found.decisions} decisions: {found.outcomes_changed} would end otherwise, "
        f"{found.reasons_changed} for other reasons"
    )
    rules = (
        f"  {change.rule:24} appears {change.appears}, vanishes {change.vanishes}, outcomes {change.outcomes_changed}"
        for change in found.by_rule
    )
    return "\n".join((head, *rules, *_lines(found.changes, shown)))


def _lines(differences: tuple[Difference, ...], shown: int) -> Iterator[str]:
    for found in differences[:shown]:
        now = f"{found.now.outcome}: {', '.join(found.now.codes)}" if found.now else "no such rules any more"
        yield f"  {found.inspection} {found.was.outcome}: {', '.join(found.was.codes)} -> {now}"
    if len(differences) > shown:
        yield f"  and {len(differences) - shown} more"
