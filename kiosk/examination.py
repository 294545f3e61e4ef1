"""What the devices and the console do for a visit. Each piece fills in the case and ends in one event of the visit.

The bio-cart decides when a piece begins and may cancel it at any moment; a piece knows no state and no other piece.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from biometrics.capture import BiometricError, CaptureFailed, DeviceLost, FingerImage, FingerPosition
from biometrics.finger.sample import Repeat, repeated
from biometrics.workers import Workers
from examiner_console.contract import Decision
from examiner_console.outbox import OutboxError
from gate import inspection as words
from gate.equipment import from_thread
from gate.face_desk import FaceDesk
from gate.feed import CameraFeed
from gate.matching import compare_portrait
from gate.passport_desk import DeskProgress, PassportDesk
from gate.station import Clock
from gate.telemetry import Telemetry
from kiosk.case import Case
from kiosk.exemption import Exemption, exemption_of
from kiosk.fingers import AGAIN, Attempt, FingerDesk
from kiosk.sending import Sending
from kiosk.visit import Event

log = structlog.get_logger(__name__)

DESK_SECONDS: Final = 600.0
"""The desk may wait as long as the visit does; the visit's own patience ends it."""
FACE_SECONDS: Final = 20.0
REPEATS: Final = 2
"""Prints of an earlier finger, before another finger is asked for."""
READ: Final = {None: Event.DOCUMENT_READ, Exemption.NATIONAL: Event.NATIONAL_READ}
"""Every other exemption is EXEMPT_READ."""


@dataclass(frozen=True, slots=True)
class Desks:
    """Where passport, face and fingers are taken, and the processes that compare them."""

    passport: PassportDesk
    face: FaceDesk
    fingers: FingerDesk
    workers: Workers


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bio-cart stands; `booth` is where travellers walk to when the console is silent."""

    station: str
    port: str
    booth: str | None = None


class Examination:
    """The pieces of one visit at a time. Callbacks are called in the loop."""

    def __init__(
        self,
        desks: Desks,
        sending: Sending,
        telemetry: Telemetry,
        place: Place,
        *,
        morphing_threshold: float | None = None,
        now: Callable[[], datetime],
        clock: Clock = time.monotonic,
    ) -> None:
        self._desks, self._sending, self._telemetry, self._place = desks, sending, telemetry, place
        self._now, self._clock = now, clock
        self._compared = partial(compare_portrait, morphing_threshold=morphing_threshold)

    @property
    def mirror(self) -> CameraFeed:
        return self._desks.face.camera

    def new_case(self) -> Case:
        return Case(id=words.new_inspection_id(), started_at=self._now())

    async def passport(self, case: Case, follow: Callable[[DeskProgress], None]) -> Event:
        """Wait for a passport and read it."""
        progress = from_thread(follow)
        reading = await self._desks.passport.read(progress, seconds=DESK_SECONDS)
        while reading.laid_at is None:
            reading = await self._desks.passport.read(progress, seconds=DESK_SECONDS)
        case.reading = reading
        case.document = words.document_from(reading)
        case.times.laid, case.times.read = reading.laid_at, reading.read_at
        if case.document is None:
            self._telemetry.note("passport_unreadable", case.id)
            return Event.UNREADABLE
        case.exemption = exemption_of(case.document, self._now().date())
        return READ.get(case.exemption, Event.EXEMPT_READ)

    async def finger(self, case: Case, finger: FingerPosition, show: Callable[[Attempt], None]) -> Event:
        case.times.capturing = case.times.capturing or self._clock()
        try:
            image = await self._own_print(case, finger, show)
        except DeviceLost:
            case.fingers_trouble = "scanner_lost"
            return Event.SCANNER_LOST
        except CaptureFailed:
            case.note_finger(finger, "failed")
            return Event.FINGER_FAILED
        case.note_finger(finger, "captured", image)
        return Event.FINGER_CAPTURED

    async def _own_print(self, case: Case, finger: FingerPosition, show: Callable[[Attempt], None]) -> FingerImage:
        """A print that repeats no earlier finger's: neither its very picture (a copy on the glass, or a scanner that
        sends an old one) nor the same finger laid once more. Raise as `FingerDesk.capture` does."""
        trouble = ""
        for number in range(1, REPEATS + 1):
            image = await self._desks.fingers.capture(finger, show)
            repeat = await self._repeat(case, image)
            if repeat is None:
                return image
            trouble = repeat.value
            self._telemetry.note(repeat.value, case.id, finger=finger.value, number=number)
            show(Attempt(number, None, AGAIN[repeat]))
        case.fingers_trouble = trouble
        raise CaptureFailed("every print was that of an earlier finger")

    async def _repeat(self, case: Case, image: FingerImage) -> Repeat | None:
        for earlier in case.prints.values():
            try:
                found = await self._desks.workers.run(repeated, earlier, image)
            except BiometricError as error:
                log.warning("print_not_compared", code=error.code)
            else:
                if found is not None:
                    return found
        return None

    async def face(self, case: Case, advise: Callable[[str | None], None]) -> Event:
        try:
            case.face = await self._desks.face.capture(seconds=FACE_SECONDS, advise=advise)
        except DeviceLost:
            case.face_trouble = "camera_lost"
            return Event.CAMERA_LOST
        except BiometricError as failure:
            case.face_trouble = failure.code
            return Event.FACE_FAILED
        return Event.FACE_CAPTURED

    async def send(self, case: Case, language: str) -> str | None:
        """Compare, ask the console, and return the booth to walk to, None where none is known."""
        case.times.captured = self._clock() if case.times.capturing else None
        await self._compare(case)
        case.times.sending = self._clock()
        decision = await self._submit(case, language)
        case.times.answered = self._clock()
        outcome = decision.outcome.value if decision else "refer"
        self._telemetry.note("transaction", case.id, outcome=outcome, local=decision is None, **case.times.seconds())
        return (decision and decision.booth) or self._place.booth

    async def _submit(self, case: Case, language: str) -> Decision | None:
        inspection = case.inspection(
            station=self._place.station,
            port=self._place.port,
            language=language,
            completed_at=self._now(),
        )
        try:
            return await self._sending.submit(inspection, case.evidence())
        except OutboxError as error:
            log.error("case_not_kept", code=error.code)
            return None

    async def _compare(self, case: Case) -> None:
        """Live face against the chip's portrait; where that cannot be done, the finding says why."""
        portrait = case.reading.document.face if case.reading and case.reading.document else None
        if case.face is None or portrait is None:
            case.comparison_trouble = "" if case.exemption else "one_side_missing"
            return
        try:
            live = case.face
            given, page = (portrait.data, live.template, live.jpeg), words.page_image(case.reading)
            found = await self._desks.workers.run(self._compared, *given, page=page)
        except BiometricError as error:
            case.comparison_trouble = error.code
        else:
            case.comparison = words.comparison_of(
                found.comparison, modality="face", probe="live_face", reference="chip_face"
            )
            case.morphing, case.page_portrait = found.morphing, found.page
