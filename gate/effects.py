"""Runs the effects of the journey: doors, records, the traveller's visit, the question to the console.

The last bolt before the exit door is here: `OPEN_EXIT` is carried out only with a grant for the visit in progress and
the entry's contact closed; any door that opens, only while the other is closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final
from uuid import UUID

import structlog

from examiner_console.client import ConsoleClient, ConsoleError
from examiner_console.contract import Decision
from examiner_console.outbox import Outbox, OutboxError

from .door import Door, DoorCommand, Input, InterlockViolation
from .inspection import evidence_bundle, language_of, pictures
from .journey import Effect, Event
from .passport_desk import DeskProgress, Placing
from .policy import ORDERED, Verdict, verdict
from .screen import Hints
from .station import Clock
from .telemetry import Now, Telemetry
from .visit import Examination, Place, Visit, inspection_of

log = structlog.get_logger("gate.effects")
Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]


class Effects:
    """`tell` feeds an event back to the journey; `spawn` starts a task in the station's group; `refresh` asks for the
    screen to be shown anew, now."""

    def __init__(
        self,
        *,
        place: Place,
        door: Door,
        examination: Examination,
        client: ConsoleClient,
        telemetry: Telemetry,
        alone: Callable[[], bool],
        tell: Callable[[Event], None],
        spawn: Spawn,
        now: Now,
        clock: Clock,
        refresh: Callable[[], None] = lambda: None,
        refers_all: Callable[[], bool] = lambda: False,
        booth: str | None = None,
    ) -> None:
        self._place, self._door, self._examination, self._client = place, door, examination, client
        self._telemetry, self._alone, self._tell, self._spawn = telemetry, alone, tell, spawn
        self._now, self._clock, self._booth, self._refresh = now, clock, booth, refresh
        self._refers_all = refers_all
        self._work: asyncio.Task[None] | None = None
        self.visit: Visit | None = None
        self.exit_grant: UUID | None = None
        """The inspection the exit was last opened for, until the lane is empty again."""
        self.hints = Hints()

    @property
    def tasks(self) -> tuple[asyncio.Task[None], ...]:
        return () if self._work is None else (self._work,)

    @property
    def portrait(self) -> tuple[UUID, bytes] | None:
        """What the chip of the visit in progress gave, under the visit's name."""
        visit = self.visit
        document = visit.reading.document if visit is not None and visit.reading is not None else None
        face = document.face if document is not None else None
        return None if visit is None or face is None else (visit.id, face.data)

    def run(self, effect: Effect) -> None:
        """Carry out one effect. Raise `InterlockViolation` rather than open a door that must stay closed."""
        _ACTIONS[effect](self)

    # Doors

    def open_entry(self) -> None:
        self._demand(Input.EXIT_CLOSED)
        self._door.command(DoorCommand(entry=True))

    def close_entry(self) -> None:
        self._door.command(replace(self._door.wanted, entry=False, emergency=False))

    def open_exit(self) -> None:
        if self.visit is None or not self.visit.granted:
            raise InterlockViolation("the exit was asked to open without a grant")
        self._demand(Input.ENTRY_CLOSED)
        self._door.command(DoorCommand(exit=True))
        self.exit_grant = self.visit.id

    def close_exit(self) -> None:
        self._door.command(replace(self._door.wanted, exit=False, emergency=False))

    def open_both(self) -> None:
        self._door.command(DoorCommand(entry=True, exit=True, emergency=True))

    def _demand(self, contact: Input) -> None:
        lane = self._door.lane
        if lane is None or contact not in lane.inputs:
            raise InterlockViolation(f"{contact.name.lower()} is not known to be true")

    # The visit

    def begin_inspection(self) -> None:
        visit = self.visit = self.visit or Visit()
        visit.started_at = self._now()
        self._work = self._spawn(self._examine(visit))

    def begin_again(self) -> None:
        """The same traveller, as if they had just come in: nothing of before counts."""
        self._examination.again()
        self.visit = Visit()
        self._telemetry.note("reading_again", self.visit.id)
        self.begin_inspection()

    async def _examine(self, visit: Visit) -> None:
        found = True
        try:
            told = partial(self._progressed, visit), partial(self._advised, visit)
            found = await self._examination.examine(visit, on_progress=told[0], on_advice=told[1])
        except Exception as error:
            # Whatever a passport makes a parser do, it ends as a referral of one traveller, never as a dead gate.
            log.error("examination_failed", error=type(error).__name__)
        if found:
            self.hints = replace(self.hints, language=language_of(visit.document) or None)
        if self.visit is visit:
            self._tell(Event.INSPECTED if found else Event.NOTHING_LAID)

    def _progressed(self, visit: Visit, progress: DeskProgress) -> None:
        """What a reader still says of a visit that is over is for nobody's screen."""
        if self.visit is not visit:
            return
        if progress.placing is Placing.LAID:
            self._telemetry.note("document_laid", visit.id)
        self.hints = replace(self.hints, placing=progress.placing, face_done=visit.face is not None)

    def _advised(self, visit: Visit, advice: str | None) -> None:
        if self.visit is not visit:
            return
        self.hints = replace(self.hints, advice=advice)
        self._refresh()

    def stop_inspection(self) -> None:
        if self._work is not None:
            self._work.cancel()
            self._work = None

    def forget(self) -> None:
        self.stop_inspection()
        self.visit = self.exit_grant = None
        self.hints = Hints()

    # The decision

    def ask_console(self) -> None:
        if self.visit is not None:
            self._work = self._spawn(self._ask(self.visit))

    async def _ask(self, visit: Visit) -> None:
        inspection = visit.inspection = inspection_of(visit, self._place, alone=self._alone(), now=self._now())
        visit.asked_at = self._clock()
        if self._refers_all():
            self._judge(visit, ORDERED)
            return
        answer: Decision | ConsoleError | OutboxError
        try:
            await self._telemetry.ask(lambda outbox: outbox.hold(inspection))
            visit.held = True
            answer = await self._client.decide(inspection)
        except (ConsoleError, OutboxError) as error:
            answer = error
        visit.decided_at = self._clock()
        if self.visit is visit:
            self._judge(visit, verdict(answer, visit.id))

    def _judge(self, visit: Visit, judged: Verdict) -> None:
        visit.decision, visit.reason = judged.decision, judged.reason
        if judged.decision is not None:
            self._note_decided(visit, judged.reason)
        if judged.event is Event.REFERRED:
            self._settle(visit)
            self._send_pictures(visit)
        self._tell(judged.event)

    def refer_locally(self) -> None:
        """Nothing read, nothing to tell; otherwise the console learns of it as deferred."""
        visit = self.visit
        if visit is None or (visit.decision is not None and not visit.held):
            return
        visit.local = True
        if visit.reading is not None and visit.inspection is None:
            visit.inspection = inspection_of(visit, self._place, alone=self._alone(), now=self._now())
        if visit.inspection is not None:
            self._defer(visit)
            self._note_decided(visit, "refer", local=True)
            self._send_pictures(visit)

    def withdraw_grant(self) -> None:
        """The inspection in the outbox was never settled: told as deferred, the console amends its decision."""
        visit = self.visit
        if visit is not None and visit.held:
            visit.local = True
            self._defer(visit)
            self._send_pictures(visit)
        if visit is not None:
            visit.decision = None

    def complete(self) -> None:
        if self.visit is not None:
            self._settle(self.visit)
            self._telemetry.note("traveller_passed", self.visit.id)

    def _settle(self, visit: Visit) -> None:
        visit.held = False
        self._telemetry.later(lambda outbox: outbox.settle(visit.id))

    def _defer(self, visit: Visit) -> None:
        inspection, visit.held = visit.inspection, False
        assert inspection is not None

        def write(outbox: Outbox) -> None:
            outbox.hold(inspection)
            outbox.defer(inspection.id)

        self._telemetry.later(write)

    def _send_pictures(self, visit: Visit) -> None:
        """Only after a referral: the officer sees what the machine saw."""
        if visit.inspection is not None:
            items = pictures(visit.reading, visit.face)
            bundle = evidence_bundle(visit.inspection, items)
            if items:
                self._telemetry.later(lambda outbox: outbox.put_evidence(bundle))

    # Records

    def _note_decided(self, visit: Visit, outcome: str, *, local: bool = False) -> None:
        self._telemetry.note("decided", visit.id, outcome=outcome, local=local)
        seconds = visit.seconds(self._clock())
        self._telemetry.note("transaction", visit.id, outcome=outcome, local=local, **seconds)

    @property
    def _visit_id(self) -> UUID | None:
        return None if self.visit is None else self.visit.id

    def note_entered(self) -> None:
        self.visit = Visit()
        self._telemetry.note("traveller_entered", self.visit.id)

    def note_referred(self) -> None:
        visit = self.visit
        booth = visit.decision.booth if visit is not None and visit.decision is not None else None
        self.hints = replace(self.hints, booth=booth or self._booth)
        local, reason = (visit.local, visit.reason) if visit is not None else (True, "")
        self._telemetry.note("traveller_referred", self._visit_id, local=local, reason=reason)

    def note_found_inside(self) -> None:
        self.hints = replace(self.hints, booth=self._booth)
        self._telemetry.note("traveller_referred", None, local=True, reason="found_inside")

    def note_tailgating(self) -> None:
        self._telemetry.note("tailgating", self._visit_id)

    def note_abandoned(self) -> None:
        self._telemetry.note("abandoned", self._visit_id)

    def note_emergency(self) -> None:
        self._telemetry.note("emergency")

    def note_reset(self) -> None:
        self._telemetry.note("emergency_reset")

    def tell_staff(self) -> None:
        self._telemetry.note("staff_called", self._visit_id, quiet=True)

    def call_staff(self) -> None:
        self.hints = replace(self.hints, help_called=True)
        self._telemetry.note("staff_called")


_ACTIONS: Final[Mapping[Effect, Callable[[Effects], None]]] = {
    effect: getattr(Effects, effect.value) for effect in Effect
}
"""Every effect has a method of its name; a missing one fails when this module is imported."""
