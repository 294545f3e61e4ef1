"""What the gate may conclude from the console's answer. Unknown is never clear; alone, the gate only refers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from examiner_console.client import ConsoleError
from examiner_console.contract import Decision
from examiner_console.outbox import OutboxError

from .journey import Event

ALONE: Final = Event.CONSOLE_SILENT


@dataclass(frozen=True, slots=True)
class Verdict:
    """`event` moves the journey; `reason` is a stable code for the record; `decision` is the console's, if any."""

    event: Event
    reason: str
    decision: Decision | None = None


ORDERED: Final = Verdict(ALONE, "ordered_refer_all")
"""Monitoring has everybody sent to a booth: the console is told, and not asked."""


def verdict(answer: Decision | ConsoleError | OutboxError, inspection: UUID) -> Verdict:
    """GRANTED for a decision about this very inspection that opens, REFERRED for any other decision about it.

    Silence, a refusal, a full disk, an answer about somebody else: the gate refers by itself.
    """
    if not isinstance(answer, Decision):
        return Verdict(ALONE, answer.code)
    if answer.inspection != inspection:
        return Verdict(ALONE, "answer_for_another")
    return Verdict(Event.GRANTED if answer.opens_exit else Event.REFERRED, answer.outcome.value, answer)
