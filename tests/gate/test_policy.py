"""What the gate concludes from an answer: only a decision about this traveller can open."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from examiner_console.client import ConsoleRefused, ConsoleSilent
from examiner_console.contract import Decision, DecisionOutcome, Problem
from examiner_console.outbox import OutboxUnavailable
from gate.inspection import new_inspection_id
from gate.journey import Event
from gate.policy import verdict

THIS, OTHER = new_inspection_id(), new_inspection_id()


def decision(outcome: DecisionOutcome, inspection: object = THIS) -> Decision:
    return Decision(inspection, outcome, (), "1", datetime.now(UTC))  # type: ignore[arg-type]  # a UUID


@given(st.sampled_from(DecisionOutcome))
def test_a_decision_about_another_never_opens(outcome: DecisionOutcome) -> None:
    assert verdict(decision(outcome, OTHER), THIS).event is Event.CONSOLE_SILENT


@given(st.sampled_from(DecisionOutcome))
def test_every_outcome_but_refer_opens(outcome: DecisionOutcome) -> None:
    expected = Event.REFERRED if outcome is DecisionOutcome.REFER else Event.GRANTED
    assert verdict(decision(outcome), THIS).event is expected


def test_silence_a_refusal_and_a_full_disk_all_refer() -> None:
    for problem in (
        ConsoleSilent("nothing"),
        ConsoleRefused(Problem("too_large", "Too large.")),
        OutboxUnavailable("disk full"),
    ):
        judged = verdict(problem, THIS)
        assert (judged.event, judged.decision, judged.reason) == (Event.CONSOLE_SILENT, None, problem.code)


def test_inspection_ids_are_uuid7_and_sort_by_time() -> None:
    ids = [new_inspection_id() for _ in range(50)]
    assert all(made.version == 7 for made in ids)
    assert ids == sorted(ids)
