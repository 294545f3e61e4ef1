"""A line of the golden tables, and how it expands into a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from examiner_console.law.facts import Facts
from tests.examiner_console.golden.people import PEOPLE

DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
ALL_ARRIVING: Final = ("a visitor arriving", "a student arriving", "a resident coming back")


@dataclass(frozen=True, slots=True)
class Case:
    rule: str
    sentence: str
    facts: Facts
    outcome: str
    fires: frozenset[str]
    silent: frozenset[str]


def case(rule: str, person: str, words: str, changes: dict[str, Any], codes: str, outcome: str = "refer") -> Case:
    names = codes.split()
    fires = frozenset(name for name in names if not name.startswith("-"))
    silent = frozenset(name[1:] for name in names if name.startswith("-"))
    return Case(rule, f"{person}, {words}", PEOPLE[person](**changes), outcome, fires, silent)
