"""One traveller's visit: passport and face read side by side, compared, and put into an inspection."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from biometrics.capture import BiometricError
from biometrics.face.template import FaceTemplate
from biometrics.workers import WorkerLost, Workers
from examiner_console.contract import (
    CheckOutcome,
    Comparison,
    Decision,
    Direction,
    Document,
    Finding,
    Inspection,
    StationKind,
)

from .face_desk import FaceCapture, FaceDesk
from .inspection import (
    comparison_of,
    document_from,
    face_finding,
    language_of,
    new_inspection_id,
    page_image,
    passport_findings,
    suspicion_findings,
)
from .matching import Suspicion, compare_portrait, portrait_template
from .passport_desk import DeskProgress, DeskReading, PassportDesk, Placing
from .station import Clock

NOTHING_LAID_SECONDS: Final = 40.0
FACE_SECONDS: Final = 12.0


@dataclass(slots=True)
class Visit:
    """What is known of the traveller in the lane. All of it is dropped when the lane is empty again."""

    id: UUID = field(default_factory=new_inspection_id)
    started_at: datetime | None = None
    reading: DeskReading | None = field(default=None, repr=False)
    face: FaceCapture | None = field(default=None, repr=False)
    face_problem: str = "face_not_captured"
    face_seconds: float | None = None
    comparison: Comparison | None = None
    morphing: Suspicion | None = None
    page_portrait: Suspicion | None = None
    laid_at: float | None = None
    asked_at: float | None = None
    decided_at: float | None = None
    inspection: Inspection | None = field(default=None, repr=False)
    decision: Decision | None = None
    held: bool = False
    """The inspection is in the outbox, and neither settled nor deferred."""
    local: bool = False
    reason: str = ""

    @property
    def document(self) -> Document | None:
        return None if self.reading is None else document_from(self.reading)

    @property
    def granted(self) -> bool:
        return self.decision is not None and self.decision.opens_exit and self.decision.inspection == self.id

    def seconds(self, now: float) -> dict[str, float | None]:
        """read, capture, decision, total: from the passport laid down to the decision, in seconds."""
        laid, reading = self.laid_at, self.reading
        done = self.decided_at if self.decided_at is not None else now
        return {
            "read": None if laid is None or reading is None else round(reading.read_at - laid, 3),
            "capture": None if self.face_seconds is None else round(self.face_seconds, 3),
            "decision": None if self.asked_at is None else round(done - self.asked_at, 3),
            "total": None if laid is None else round(done - laid, 3),
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Where the gate stands, as an inspection names it."""

    station: str
    direction: Direction
    port: str


class Examination:
    """Reads passport and face of one visit at a time. `on_progress` and `on_advice` are called in the loop."""

    def __init__(
        self,
        passport: PassportDesk,
        face: FaceDesk,
        workers: Workers,
        *,
        morphing_threshold: float | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._passport, self._face, self._workers, self._clock = passport, face, workers, clock
        self._compared = partial(compare_portrait, morphing_threshold=morphing_threshold)

    def again(self) -> None:
        """The passport of the last visit may be read once more: the same traveller's."""
        self._passport.release()

    async def examine(
        self,
        visit: Visit,
        *,
        on_progress: Callable[[DeskProgress], None],
        on_advice: Callable[[str | None], None],
    ) -> bool:
        """Fill in the visit. False where nothing was laid on the glass. The face is captured while the chip is read."""
        loop, laid = asyncio.get_running_loop(), asyncio.Event()

        def heard(progress: DeskProgress) -> None:
            if progress.placing is not Placing.WAITING:
                laid.set()
            on_progress(progress)

        def tell(progress: DeskProgress) -> None:
            loop.call_soon_threadsafe(heard, progress)

        portrait = Portrait(self._workers, loop)
        face = asyncio.create_task(self._capture(visit, laid, on_advice))
        try:
            visit.reading = await self._passport.read(tell, seconds=NOTHING_LAID_SECONDS, on_portrait=portrait.arrived)
            visit.laid_at = visit.reading.laid_at
            if visit.laid_at is None:
                return False
            laid.set()
            await face
            await self._compare(visit, portrait)
        finally:
            face.cancel()
            portrait.forget()
        return True

    async def _capture(self, visit: Visit, laid: asyncio.Event, on_advice: Callable[[str | None], None]) -> None:
        await laid.wait()
        began = self._clock()
        try:
            visit.face = await self._face.capture(seconds=FACE_SECONDS, advise=on_advice)
        except BiometricError as error:
            visit.face_problem = error.code
        visit.face_seconds = self._clock() - began

    async def _compare(self, visit: Visit, portrait: Portrait) -> None:
        document = visit.reading.document if visit.reading is not None else None
        if visit.face is None or document is None or document.face is None:
            return
        try:
            chip = await portrait.template(document.face.data)
            live = visit.face
            given = document.face.data, live.template, live.jpeg
            found = await self._workers.run(self._compared, *given, chip=chip, page=page_image(visit.reading))
        except BiometricError as error:
            visit.face_problem = f"chip_face_{error.code}"
            return
        visit.comparison = comparison_of(found.comparison, modality="face", probe="live_face", reference="chip_face")
        visit.morphing, visit.page_portrait = found.morphing, found.page


class Portrait:
    """The chip's portrait, looked at as soon as it is read, while the chip still has to prove itself."""

    def __init__(self, workers: Workers, loop: asyncio.AbstractEventLoop) -> None:
        self._workers, self._loop = workers, loop
        self._data = b""
        self._looking: asyncio.Task[FaceTemplate] | None = None

    def arrived(self, data: bytes) -> None:
        """From any thread."""
        self._loop.call_soon_threadsafe(self._look, data)

    def _look(self, data: bytes) -> None:
        self.forget()
        self._data = data
        self._looking = self._loop.create_task(self._workers.run(portrait_template, data))

    async def template(self, data: bytes) -> FaceTemplate:
        """Of the portrait as it was read in the end. Raise as `matching.portrait_template`, or `WorkerLost`."""
        if self._looking is None or data != self._data:
            self._look(data)
        assert self._looking is not None
        try:
            return await self._looking
        except WorkerLost:
            return await self._workers.run(portrait_template, data)

    def forget(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            if self._looking.done() and not self._looking.cancelled():
                self._looking.exception()  # nobody asks any more: not to be told of as never looked at
        self._looking, self._data = None, b""


def inspection_of(visit: Visit, place: Place, *, alone: bool, now: datetime) -> Inspection:
    """All that was learned, and for everything that was not, a finding that says so."""
    findings = passport_findings(visit.reading) if visit.reading is not None else ()
    return Inspection(
        id=visit.id,
        station=place.station,
        kind=StationKind.GATE,
        direction=place.direction,
        port=place.port,
        started_at=visit.started_at or now,
        completed_at=now,
        document=visit.document,
        findings=(
            *(*findings, alone_finding(alone), face_finding(visit.face, visit.face_problem)),
            *suspicion_findings(visit.face, visit.morphing, visit.page_portrait),
        ),
        comparisons=() if visit.comparison is None else (visit.comparison,),
        language=language_of(visit.document),
    )


def alone_finding(alone: bool) -> Finding:
    """`passage_alone`: one person came in, and the lane was watched from empty on."""
    if alone:
        return Finding("passage_alone", CheckOutcome.SUCCESSFUL)
    return Finding("passage_alone", CheckOutcome.UNDETERMINED, "lane_not_watched")
