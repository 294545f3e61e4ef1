"""What DG3 says of a finger, whichever standard it is written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from passport_reader.data_groups.dates import Moment
from passport_reader.data_groups.picture import Picture

POSITIONS: Final = dict(enumerate((
    "unknown", "right_thumb", "right_index", "right_middle", "right_ring", "right_little",
    "left_thumb", "left_index", "left_middle", "left_ring", "left_little",
))) | {13: "right_four", 14: "left_four", 15: "thumbs"}  # fmt: skip
"""Codes of ISO/IEC 19794-4:2005 table 7; 39794-4 kept them. Palms are none of a travel document's business."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finger:
    picture: Picture
    """WSQ, JPEG, JPEG 2000, or raw samples of `width` x `height`."""
    standard: str
    """ISO/IEC 19794-4:2005 or ISO/IEC 39794-4:2019."""
    position: str
    """right_index …; empty where the code is unknown."""
    impression: str
    width: int
    height: int
    resolution: tuple[int, int] | None = None
    """Pixels per inch across and down."""
    view: int = 1
    quality: tuple[int, ...] = ()
    """0 to 100, more is better."""
    captured: Moment | None = None
