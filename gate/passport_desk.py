"""The passport on the glass: find the MRZ on the page, wait for the chip, read it, ask again when it was torn away.

Used by the gate and by the bio-cart. The page camera and the card reader are supervised devices; the chip is read
in the reader's owner thread, the page in the worker process.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from biometrics.workers import WorkerLost, Workers
from passport_reader.data_groups.portrait_stream import Arriving
from passport_reader.document import (
    Card,
    ChipFinding,
    ChipLost,
    ChipRefused,
    Outcome,
    PageReading,
    PassportError,
    TravelDocument,
    UnusableMrz,
)
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols.access import MrzKey
from passport_reader.reading import Listener, Progress, read_document

from .feed import CameraFeed
from .glass import Glass, shows_something
from .matching import read_page
from .station import Clock, DeviceUnavailable, Supervisor

TRIES: Final = 3
"""Times a torn away chip is asked for again before an officer takes over (journey, "PLACE_PASSPORT_AGAIN")."""
PAGE_SECONDS: Final = 12.0
"""How long a page that lies there may stay unreadable; the reader takes ten looks in that time."""
READ_SECONDS: Final = 30.0
"""For the chip, tries included; a passport with a large portrait at 106 kbit/s needs eight."""
CHIP_SECONDS: Final = 4.0
"""How long a laid passport may take to show a chip; antennas answer within 0.2 s of lying still."""


class Placing(StrEnum):
    """Where the reading stands; the screen makes its sentence of it."""

    WAITING = "waiting"
    LAID = "laid"
    READING = "reading"
    AGAIN = "again"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class DeskProgress:
    """`share` runs from 0 to 1 over the files of the chip."""

    placing: Placing
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class DeskReading:
    """What the glass gave. `laid_at` and `read_at` are monotonic seconds; findings are the desk's own."""

    page: PageReading | None
    document: TravelDocument | None
    findings: tuple[ChipFinding, ...]
    laid_at: float | None
    read_at: float
    tries: int = 0


class CardReader(Protocol):
    """A reader with one field. `wait_for_card` raises TimeoutError."""

    def wait_for_card(self, seconds: float | None) -> Card: ...
    def close(self) -> None: ...


@dataclass(slots=True)
class _Attempt:
    """What is known so far of the passport on the glass."""

    progress: Callable[[DeskProgress], None]
    on_portrait: Callable[[bytes], None]
    limit: asyncio.Timeout
    laid_at: float | None = None
    page: PageReading | None = None
    document: TravelDocument | None = None
    findings: list[ChipFinding] = field(default_factory=list)
    tries: int = 0
    over: bool = False

    def allow(self, seconds: float) -> None:
        """From now on, until the next step is reached."""
        self.limit.reschedule(asyncio.get_running_loop().time() + seconds)

    def laid(self, at: float) -> None:
        if self.laid_at is None:
            self.laid_at = at
            self.allow(PAGE_SECONDS)
            self.progress(DeskProgress(Placing.LAID))


class PassportDesk:
    """Reads one passport at a time. `now` gives the date certificates are judged at, `clock` monotonic seconds."""

    def __init__(
        self,
        page_camera: CameraFeed,
        card_reader: Supervisor[CardReader],
        trust: TrustStore,
        workers: Workers,
        *,
        now: Callable[[], datetime],
        clock: Clock = time.monotonic,
    ) -> None:
        self._page_camera, self._card_reader, self._trust = page_camera, card_reader, trust
        self._workers, self._now, self._clock = workers, now, clock
        self._glass = Glass()
        self._took = False
        """Whether the last reading took what lies on the glass; else it may be a passport left there before."""
        page_camera.watch(self._glass.see)

    def release(self) -> None:
        """What the last reading took may be taken again."""
        if self._took:
            self._glass.release()

    async def read(
        self,
        progress: Callable[[DeskProgress], None] = lambda progress: None,
        *,
        seconds: float = 40.0,
        tries: int = TRIES,
        on_portrait: Callable[[bytes], None] = lambda portrait: None,
    ) -> DeskReading:
        """Read page and chip. Never raises for what a passport may be: what is missing is a finding.

        `seconds` is the time to lay it down; what comes after has its own. `on_portrait` is called in the reader's
        thread as soon as the portrait is there, while the chip still has to prove itself: nothing is known of it yet.

        Nothing laid, a page that cannot be read, no chip, a chip that refuses or was torn away `tries` times, a
        reader that stays away: each returns what there is. Cancelling stops the reading at the next file.
        """
        attempt = _Attempt(progress, on_portrait, asyncio.timeout(seconds))
        self._took = False
        progress(DeskProgress(Placing.WAITING))
        try:
            async with attempt.limit:
                await self._read_page(attempt)
                await self._read_chip(attempt, tries)
        except TimeoutError:
            attempt.findings.append(_undetermined("access_control", "desk_timeout"))
        except DeviceUnavailable:
            attempt.findings.append(_undetermined("access_control", "reader_lost"))
        finally:
            attempt.over = True
        progress(DeskProgress(Placing.DONE, 1.0))
        return DeskReading(
            page=attempt.page,
            document=attempt.document,
            findings=tuple(attempt.findings),
            laid_at=attempt.laid_at,
            read_at=self._clock(),
            tries=attempt.tries,
        )

    async def _read_page(self, attempt: _Attempt) -> None:
        """Look at frames until one shows a readable MRZ."""
        async for frame in self._page_camera.frames():
            if not shows_something(frame.image):
                continue
            if self._glass.fresh(frame):
                attempt.laid(frame.at)
            try:
                page = await self._workers.run(read_page, frame.image)
            except (UnusableMrz, WorkerLost):
                continue
            if self._glass.left_over(page.mrz, frame):
                continue
            self._glass.taken(page.mrz)
            self._took = True
            attempt.laid(frame.at)
            attempt.page = page
            attempt.allow(READ_SECONDS)
            return

    async def _read_chip(self, attempt: _Attempt, tries: int) -> None:
        while True:
            attempt.tries += 1
            try:
                attempt.document = await self._card_reader.call(lambda reader: self._transact(reader, attempt))
                return
            except ChipLost:
                if attempt.tries >= tries:
                    attempt.findings.append(_undetermined("access_control", "chip_lost"))
                    return
                attempt.progress(DeskProgress(Placing.AGAIN))
            except TimeoutError:
                attempt.findings.append(_undetermined("access_control", "no_chip"))
                return
            except ChipRefused as refusal:
                attempt.findings.append(ChipFinding("access_control", Outcome.FAILED, refusal.code))
                return
            except PassportError as fault:
                attempt.findings.append(_undetermined("sod_hash", fault.code))
                return

    def _transact(self, reader: CardReader, attempt: _Attempt) -> TravelDocument:
        """In the reader's owner thread: wait for the chip, then read all of it."""
        assert attempt.page is not None

        def tell(file: Progress) -> None:
            attempt.progress(DeskProgress(Placing.READING, file.done / max(1, file.total)))

        card = reader.wait_for_card(CHIP_SECONDS if attempt.tries == 1 else 3 * CHIP_SECONDS)
        attempt.progress(DeskProgress(Placing.READING))
        key = MrzKey.of(attempt.page.mrz)

        def look(arriving: Arriving) -> None:
            if arriving.whole:
                attempt.on_portrait(arriving.data)

        listener = Listener(progress=tell, portrait=look, cancelled=lambda: attempt.over)
        return read_document(card, key, self._trust, at=self._now(), listener=listener)


def _undetermined(check: str, code: str) -> ChipFinding:
    return ChipFinding(check, Outcome.UNDETERMINED, code)
