"""The last bolt before the doors, tried without a journey around it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from examiner_console.client import ConsoleClient
from examiner_console.contract import Decision, DecisionOutcome, Direction
from examiner_console.outbox import Outbox
from gate.door import DoorCommand, Input, InterlockViolation, LaneState
from gate.effects import Effects
from gate.inspection import new_inspection_id
from gate.journey import Effect
from gate.telemetry import Telemetry
from gate.visit import Place, Visit

BOTH_CLOSED = frozenset({Input.ENTRY_CLOSED, Input.EXIT_CLOSED})


class Doors:
    """What a door was told, and a lane that is as a test says."""

    def __init__(self) -> None:
        self.wanted = DoorCommand()
        self.lane: LaneState | None = LaneState(0.0, BOTH_CLOSED, settled=True)

    def command(self, wanted: DoorCommand) -> None:
        self.wanted = wanted


@pytest.fixture
def doors() -> Doors:
    return Doors()


@pytest.fixture
def effects(doors: Doors, tmp_path: Path) -> Any:
    key = Ed25519PrivateKey.generate()
    outbox = Outbox(tmp_path / "outbox.db", station="gate-1", private_key=key)
    told: Any = doors

    def now() -> datetime:
        return datetime.now(UTC)

    made = Effects(
        place=Place("gate-1", Direction.DEPARTURE, "Haneda"),
        door=told,
        examination=None,  # type: ignore[arg-type]  # nothing is examined here
        client=ConsoleClient("http://127.0.0.1:1", station="gate-1", private_key=key),
        telemetry=Telemetry(outbox, now),
        alone=lambda: True,
        tell=lambda event: None,
        spawn=asyncio.ensure_future,  # type: ignore[arg-type]
        now=now,
        clock=lambda: 0.0,
    )
    yield made
    outbox.close()


def visit(outcome: DecisionOutcome, *, of_another: bool = False) -> Visit:
    made = Visit()
    about = new_inspection_id() if of_another else made.id
    made.decision = Decision(about, outcome, (), "1", datetime.now(UTC))
    return made


def test_the_exit_opens_for_a_grant_of_this_visit(effects: Effects, doors: Doors) -> None:
    effects.visit = visit(DecisionOutcome.GRANT)
    effects.run(Effect.OPEN_EXIT)
    assert doors.wanted == DoorCommand(exit=True)


@pytest.mark.parametrize(
    "held",
    [None, Visit(), visit(DecisionOutcome.REFER), visit(DecisionOutcome.GRANT, of_another=True)],
    ids=["nobody", "undecided", "referred", "another's grant"],
)
def test_the_exit_opens_for_nothing_else(effects: Effects, doors: Doors, held: Visit | None) -> None:
    effects.visit = held
    with pytest.raises(InterlockViolation):
        effects.run(Effect.OPEN_EXIT)
    assert doors.wanted == DoorCommand()


@pytest.mark.parametrize("inputs", [frozenset(), frozenset({Input.EXIT_CLOSED})])
def test_the_exit_stays_closed_while_the_entry_may_be_open(
    effects: Effects, doors: Doors, inputs: frozenset[Input]
) -> None:
    effects.visit = visit(DecisionOutcome.GRANT)
    doors.lane = LaneState(0.0, inputs, settled=True)
    with pytest.raises(InterlockViolation):
        effects.run(Effect.OPEN_EXIT)


def test_nothing_opens_while_the_lane_is_unknown(effects: Effects, doors: Doors) -> None:
    doors.lane = None
    with pytest.raises(InterlockViolation):
        effects.run(Effect.OPEN_ENTRY)


def test_an_emergency_needs_nobodys_leave(effects: Effects, doors: Doors) -> None:
    doors.lane = None
    effects.run(Effect.OPEN_BOTH)
    assert doors.wanted.emergency


def test_a_forgotten_traveller_leaves_nothing_behind(effects: Effects) -> None:
    effects.visit = visit(DecisionOutcome.GRANT)
    effects.hints = effects.hints.__class__(language="ja", booth="3")
    effects.run(Effect.FORGET)
    assert effects.visit is None
    assert effects.exit_grant is None
    assert (effects.hints.language, effects.hints.booth) == (None, None)


@pytest.mark.parametrize("effect", Effect)
def test_no_effect_needs_a_traveller_to_be_harmless(effects: Effects, effect: Effect) -> None:
    if effect not in (Effect.OPEN_EXIT, Effect.BEGIN_INSPECTION, Effect.BEGIN_AGAIN):
        effects.run(effect)
