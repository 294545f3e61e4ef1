"""Fingers at the bio-cart: which one next, and capturing one with advice.

The order is index, then middle, ring, little, thumb, of the right hand and then of the left.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, Protocol

from biometrics.capture import (
    CaptureFailed,
    DeviceLost,
    FingerImage,
    FingerPosition,
    FingerScanner,
    UnusableImage,
)
from biometrics.finger.sample import Repeat
from biometrics.sbi import CaptureTimeout
from gate.station import Clock, DeviceUnavailable, Supervisor

RIGHT: Final = tuple(FingerPosition(f"right_{name}") for name in ("index", "middle", "ring", "little", "thumb"))
LEFT: Final = tuple(FingerPosition(f"left_{name}") for name in ("index", "middle", "ring", "little", "thumb"))

GOOD: Final = 60
"""Quality (0 to 100) at which no better print is asked for: four bars of five."""
USABLE: Final = 20
"""Below this a print helps nobody; the next finger is asked for."""
TRIES: Final = 3
CAPTURE_SECONDS: Final = 4.0
"""One question to the scanner. Short, because a scanner that waits cannot be asked for another finger."""
LOST_SECONDS: Final = 8.0
"""A scanner that stays away longer does not keep the traveller: the booth has one too."""
PAUSE_SECONDS: Final = 0.3
AGAIN: Final = {Repeat.PICTURE: "place_again", Repeat.FINGER: "other_finger"}
"""Advice after a print that repeats an earlier finger's."""


class OpenScanner(FingerScanner, Protocol):
    """A scanner with a connection to close."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """One print as shown to the traveller; `image` is None where the scanner saw no usable print."""

    number: int
    image: FingerImage | None
    advice: str | None


def next_finger(hand: tuple[FingerPosition, ...], tried: Collection[FingerPosition]) -> FingerPosition | None:
    """The next finger of a hand to ask for, None where all were tried."""
    return next((finger for finger in hand if finger not in tried), None)


class FingerDesk:
    """Captures one finger at a time from a supervised scanner."""

    def __init__(self, scanner: Supervisor[OpenScanner], *, clock: Clock = time.monotonic) -> None:
        self.scanner = scanner
        self._clock = clock

    async def capture(self, position: FingerPosition, tell: Callable[[Attempt], None]) -> FingerImage:
        """The first good print, or the best usable one of three. Waits for ever for a finger to be laid.

        Raise `CaptureFailed` when three prints were unusable, `DeviceLost` when the scanner stays away.
        """
        best: FingerImage | None = None
        tries = 0
        while tries < TRIES:
            try:
                image = await self._ask(position)
            except CaptureTimeout:
                continue
            except (CaptureFailed, UnusableImage) as failure:
                tries += 1
                tell(Attempt(tries, None, getattr(failure, "advice", None)))
                continue
            tries += 1
            tell(Attempt(tries, image, image.quality.advice))
            if best is None or image.quality.value > best.quality.value:
                best = image
            if best.quality.value >= GOOD:
                return best
        if best is None or best.quality.value < USABLE:
            raise CaptureFailed("no usable print in three tries")
        return best

    async def _ask(self, position: FingerPosition) -> FingerImage:
        """One question to the scanner, put again while the scanner is being opened again."""
        lost_at = self._clock()
        while True:
            try:
                return await self.scanner.call(lambda scanner: scanner.capture(position, seconds=CAPTURE_SECONDS))
            except DeviceUnavailable:
                if self._clock() - lost_at > LOST_SECONDS:
                    raise DeviceLost("the fingerprint scanner does not answer") from None
                await asyncio.sleep(PAUSE_SECONDS)
