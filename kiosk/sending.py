"""The case on its way: held on disk first, asked live, and deferred when the console is silent. Nothing is lost.

The traveller hears one of two things: the number of a booth, or the way to the booths.
"""

from __future__ import annotations

import structlog

from examiner_console.client import ConsoleClient, ConsoleError
from examiner_console.contract import Decision, DecisionOutcome, EvidenceBundle, Inspection
from examiner_console.outbox import Outbox
from gate.telemetry import Telemetry

log = structlog.get_logger(__name__)


class Sending:
    """One station's way to the console."""

    def __init__(self, client: ConsoleClient, telemetry: Telemetry) -> None:
        self._client, self._telemetry = client, telemetry

    async def submit(self, inspection: Inspection, evidence: EvidenceBundle) -> Decision | None:
        """The console's decision, None where it was silent or refused; then the case is delivered later.

        Evidence follows a referral only, the console's or the one that silence means. Raise `OutboxError` where the
        disk takes nothing: then nothing was acknowledged and the inspector reads the passport again.
        """
        await self._telemetry.ask(lambda outbox: outbox.hold(inspection))
        try:
            decision: Decision | None = await self._client.decide(inspection)
        except ConsoleError as error:
            log.warning("console_silent", code=error.code)
            decision = None
        await self._telemetry.ask(lambda outbox: _conclude(outbox, inspection, evidence, decision))
        return decision


def _conclude(outbox: Outbox, inspection: Inspection, evidence: EvidenceBundle, decision: Decision | None) -> None:
    """In an order that a killed process cannot spoil.

    After an answer the evidence is written before the inspection is settled: killed in between, the inspection is
    delivered again, which changes nothing. After silence the inspection waits first, so that it arrives first.
    """
    if decision is None:
        outbox.defer(inspection.id)
    if evidence.items and (decision is None or decision.outcome is DecisionOutcome.REFER):
        outbox.put_evidence(evidence)
    if decision is not None:
        outbox.settle(inspection.id)
