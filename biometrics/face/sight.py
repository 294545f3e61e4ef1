"""What one frame of a capture attempt told. It travels from the worker to its caller, so it needs no model."""

from __future__ import annotations

from dataclasses import dataclass

LOW, HIGH = 0.3, 0.7
"""Rows of the frame, as shares of its height, between which a camera that can move need not."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What ends an attempt: frames of quality `enough`, 0 to 100, or after a while of `acceptable`; and a face of which
    it is known whether it lives, at `liveness_threshold` in log-odds, None for the shipped one."""

    enough: int
    acceptable: int = 100
    liveness_threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What one frame told. `value` is the quality of the frame, 0 to 100, 0 without a face."""

    advice: str | None
    value: int = 0
    kept: int = 0
    """Good frames so far of the face now seen."""
    ripe: bool = False
    """As many as are wanted, and nothing to advise."""
    height: float | None = None
    """Row of the face's middle as a share of the frame's height, 0 above."""

    @property
    def camera_height(self) -> str | None:
        """`raise` or `lower`, for a lane whose camera can move; None where the face stands well or nobody does."""
        if self.height is None or LOW <= self.height <= HIGH:
            return None
        return "raise" if self.height < LOW else "lower"
