"""What may follow what in a hearing, as Mermaid diagrams, found by trying:
`python -m examiner_console.casework.hearing_diagram > docs/hearing-steps.md`.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from examiner_console.casework.hearing_file import (
    ARTICLES,
    FIELDS,
    Act,
    Decided,
    HearingFile,
    Outcome,
    Side,
    acts,
    added,
    side,
)

BEGAN: Final = datetime(2028, 2, 26, 3, 0, tzinfo=UTC)
HEARS, JUDGES = "special inquiry officer", "supervising inspector"
BESIDE: Final = frozenset({Act.TAKE, Act.GIVE_BACK, Act.SUMMON, Act.ATTEND, Act.RELEASE})
SAID: Final = {name: "x" for names in FIELDS.values() for name in names} | {"status": "x", "period": "x"}
HEAD: Final = """# Steps of a hearing

Generated from `casework/hearing_file.py` by
`python -m examiner_console.casework.hearing_diagram > docs/hearing-steps.md`; a test compares the two.

Every act that is allowed was tried from every stage it leads to. Acts that lead nowhere are left out: taking and giving
back, notice, attendance, provisional landing.
"""
TIME_PASSES: Final = "three days pass"
STARTS: Final = {
    "A landing is heard": {},
    "Health is in question (Art. 9(2))": {"health_in_question": True},
    "Biometrics were not given (Art. 7(4))": {"biometrics_missing": True},
    "A departure, or a national": {"is_landing": False},
}


@dataclass(frozen=True, slots=True)
class Stage:
    """All that tells two points of a procedure apart: what may happen, and how it ended."""

    may: frozenset[tuple[Act, Side]]
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Step:
    before: Stage
    label: str
    after: Stage


def text() -> str:
    lines = [HEAD]
    for title, facts in STARTS.items():
        lines += [f"## {title}", "", "```mermaid", "stateDiagram-v2", *_drawn(_steps(facts)), "```", ""]
    return "\n".join(lines)


def _steps(facts: dict[str, bool]) -> list[Step]:
    """In the order in which they are found."""
    given = {"biometrics_missing": False, "health_in_question": False, **facts}
    file = HearingFile(UUID(int=0), BEGAN, "booth", **given)  # type: ignore[arg-type]  # names of its own fields
    waiting = deque([(added(file, Act.TAKE, HEARS, BEGAN, {}), BEGAN)])
    known: set[Stage] = set()
    found: dict[Step, None] = {}
    while waiting:
        file, now = waiting.popleft()
        before = _stage(file, now)
        if before in known:
            continue
        known.add(before)
        for label, following, then in _following(file, now):
            found[Step(before, label, _stage(following, then))] = None
            waiting.append((following, then))
    return [step for step in found if step.before != step.after]


def _following(file: HearingFile, now: datetime) -> Iterator[tuple[str, HearingFile, datetime]]:
    for act, of in sorted(_stage(file, now).may, key=lambda may: list(Act).index(may[0])):
        who = JUDGES if of is Side.SUPERVISION else HEARS
        for decided in Decided if act is Act.DECIDE else (None,):
            said = {**SAID, "decided": decided or ""}
            name = " ".join(filter(None, (act.value, decided))).replace("_", " ")
            article = f" ({ARTICLES[act]})" if act in ARTICLES else ""
            yield f"{name}{article}, {who}", added(file, act, who, now, said), now
    until = file.objection_before
    if until is not None and now < until and file.outcome is None:
        yield TIME_PASSES, file, until


def _stage(file: HearingFile, now: datetime) -> Stage:
    return Stage(frozenset((act, side(file, act, now)) for act in acts(file, now) - BESIDE), file.outcome)


def _drawn(steps: list[Step]) -> Iterator[str]:
    """Stages are numbered as they are reached; a stage that ends the hearing is named by its outcome."""
    names: dict[Stage, str] = {}
    for stage in (stage for step in steps for stage in (step.before, step.after)):
        number = sum(known.outcome is None for known in names) + 1
        names.setdefault(stage, stage.outcome.value if stage.outcome else f"stage_{number}")
    yield f"    [*] --> {names[steps[0].before]}"
    for step in steps:
        yield f"    {names[step.before]} --> {names[step.after]}: {step.label}"
    yield from (f"    {name} --> [*]" for stage, name in names.items() if stage.outcome)


if __name__ == "__main__":
    sys.stdout.write(text())
