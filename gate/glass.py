"""What lies on the passport reader's glass, as the page camera shows it, and whose it is.

One reading is one traveller's: the passport of the reading before is not taken for the next one's, neither where it was
left on the glass nor where the camera's last frames of it come late. It counts again once the glass was seen empty.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

import numpy as np

from biometrics.capture import Frame, Rgb
from passport_reader.document import Mrz

EDGE: Final = 25.0
"""Grey levels between neighbouring pixels of the reduced picture: ten times a small sensor's noise."""
EDGES: Final = 0.002
"""Share of such edges that means something lies on the glass: a line of print makes ten times as many."""


class Glass:
    """Shown every frame by the camera's thread, asked by the loop. Frames are told apart by when they were taken."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._last: bytes | None = None
        """Mark of the passport read last: knows it again, and tells nobody who it was."""
        self._emptied_at: float | None = None
        """When the glass was first empty after that."""

    def see(self, frame: Frame) -> None:
        if self._emptied_at is None and not shows_something(frame.image):
            self._emptied_at = frame.at

    def fresh(self, frame: Frame) -> bool:
        """Whether what the frame shows was laid down after the reading before."""
        emptied_at = self._emptied_at
        return self._last is None or (emptied_at is not None and emptied_at < frame.at)

    def left_over(self, mrz: Mrz, frame: Frame) -> bool:
        """Whether the frame shows the passport of the reading before."""
        return not self.fresh(frame) and self._mark(mrz) == self._last

    def taken(self, mrz: Mrz) -> None:
        """The passport now lying there is read: the traveller's of this reading, and of no other."""
        self._last, self._emptied_at = self._mark(mrz), None

    def release(self) -> None:
        """Whatever lies there may be taken: its reading begins again for the same traveller."""
        self._last = None

    def _mark(self, mrz: Mrz) -> bytes:
        return hashlib.blake2b(mrz.text.encode("ascii"), key=self._secret).digest()


def shows_something(image: Rgb) -> bool:
    """Whether anything but the empty bed is in the picture: cheap enough for every frame."""
    reduced = image[::2, ::2, 1].astype(np.int16)
    return bool(np.mean(np.abs(np.diff(reduced, axis=1)) > EDGE) > EDGES)
