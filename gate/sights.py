"""Two small pictures of whoever is inside, for the officer who watches the gate: from the camera, and from the chip.

Made only while the console says that somebody looks at them, kept nowhere, and too small for anything but looking.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final
from uuid import UUID

from biometrics.capture import BiometricError, Frame
from biometrics.workers import Workers

from .matching import small_portrait
from .thumbnail import small

Portrait = tuple[UUID, bytes]
"""The visit, and the chip's portrait as it was read."""
NOTHING: Final = (b"", b"")


class Sights:
    """`newest` is the camera's last frame, `portrait` what the chip of the visit in progress gave."""

    def __init__(
        self,
        workers: Workers,
        *,
        occupied: Callable[[], bool],
        newest: Callable[[], Frame | None],
        portrait: Callable[[], Portrait | None],
    ) -> None:
        self._workers, self._occupied, self._newest, self._portrait = workers, occupied, newest, portrait
        self._made: Portrait | None = None

    async def now(self) -> tuple[bytes, bytes]:
        """Live and chip as JPEG, each empty where there is none; both once nobody is inside."""
        if not self._occupied():
            self._made = None
            return NOTHING
        frame = self._newest()
        live = b"" if frame is None else await asyncio.to_thread(small, frame.image)
        return live, await self._chip()

    async def _chip(self) -> bytes:
        """A chip's picture is decoded where all hostile input is: in the matching process, once."""
        given = self._portrait()
        if given is None:
            self._made = None
            return b""
        visit, data = given
        if self._made is None or self._made[0] != visit:
            try:
                self._made = visit, await self._workers.run(small_portrait, data)
            except BiometricError:
                self._made = visit, b""
        return self._made[1]
