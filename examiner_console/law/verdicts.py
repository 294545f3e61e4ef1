"""What one rule says about one traveller, and how several are weighed: a referral always beats an opening."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from examiner_console.contract import DecisionOutcome, Reason, Suggestion
from examiner_console.law.facts import Facts


class Weight(IntEnum):
    """Order of the reasons of a referral, up to 2026-11-26 by value: the first is what the officer reads first."""

    STATION = 0
    """What the station saw cannot be relied on: clock, silence."""
    DOCUMENT = 1
    IDENTITY = 2
    STAY = 3
    BIOMETRICS = 4
    PROCEDURE = 5
    NOTE = 6
    """For the officer's eye; opens nothing and refers nobody by itself."""
    HOLD = 7
    """A hold notice or a silent alert. It and those below came with 2026-11-27, which sorts by PRECEDENCE."""
    CONDITION = 8
    """A condition of landing or departure that is not shown to hold."""
    REGISTRY = 9
    """A registry that had to be asked told nothing."""


PRECEDENCE: Final = (
    *(Weight.HOLD, Weight.STATION, Weight.BIOMETRICS, Weight.DOCUMENT, Weight.IDENTITY, Weight.CONDITION),
    *(Weight.STAY, Weight.REGISTRY, Weight.PROCEDURE, Weight.NOTE),
)
"""Since 2026-11-27: holds and silent alerts, then biometrics, then conditions, then what opens or examines."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`opens` is the outcome the rule allows when nothing refers; None refers, or notes where the weight is NOTE."""

    weight: Weight
    reason: Reason
    opens: DecisionOutcome | None = None
    suggestion: Suggestion | None = None

    @property
    def refers(self) -> bool:
        return self.opens is None and self.weight is not Weight.NOTE


Rule = Callable[[Facts], Iterable[Verdict]]
"""Pure: the same facts give the same verdicts in the same order."""


def refer(weight: Weight, code: str, article: str, rule: str, detail: str) -> Verdict:
    return Verdict(weight, Reason(code, article, rule, detail))


def note(code: str, article: str, rule: str, detail: str) -> Verdict:
    return Verdict(Weight.NOTE, Reason(code, article, rule, detail))


def confirm(code: str, article: str, rule: str, detail: str) -> Verdict:
    return Verdict(Weight.PROCEDURE, Reason(code, article, rule, detail), opens=DecisionOutcome.CONFIRM)


def record(code: str, article: str, rule: str, detail: str) -> Verdict:
    return Verdict(Weight.PROCEDURE, Reason(code, article, rule, detail), opens=DecisionOutcome.RECORD)
