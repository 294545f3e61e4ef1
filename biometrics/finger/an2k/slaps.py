"""A slap as a record of Type 14: which fingers lie where in it (14.021), and which are missing (14.018).

SP 500-290 §8.14. The upright boxes of 14.021 hold the rotated ones of `Slap`, so they are larger where a hand leans.
The code of two index fingers and `UNABLE` are as the standard is remembered: no sample has them.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Final

from biometrics.capture import FingerPosition, OnPlate
from biometrics.finger.an2k.images import FingerPicture, Segment, type_14
from biometrics.finger.an2k.transaction import TaggedRecord
from biometrics.finger.image_records.coding import CodedImage
from biometrics.finger.slap import CODES, Slap

AMPUTATED: Final = "XX"
UNABLE: Final = "UP"
"""Bandaged, or otherwise not to be printed this time."""
LIVE_PLAIN: Final = 0
"""Impression, table 7."""


def slap_record(
    slap: Slap,
    image: CodedImage,
    idc: int,
    *,
    agency: str,
    date: str,
    impression: int = LIVE_PLAIN,
    bandaged: Collection[FingerPosition] = (),
) -> TaggedRecord:
    """`image` is the picture that `slap` was found in; its missing fingers are amputated unless `bandaged`. A finger
    without position has no place in 14.021. Raises `ValueError` for a picture of another size, and where the hand is
    not known, for which there is no code."""
    if (image.width, image.height) != (slap.width, slap.height):
        raise ValueError("the picture is not the one that the fingers were found in")
    if slap.on_plate not in CODES:
        raise ValueError("a slap of an unknown hand has no code")
    missing = [(finger.code, UNABLE if finger in bandaged else AMPUTATED) for finger in slap.missing]
    return type_14(
        image,
        idc,
        CODES[slap.on_plate],
        agency=agency,
        date=date,
        impression=impression,
        segments=segments(slap),
        missing=missing,
    )


def segments(slap: Slap) -> tuple[Segment, ...]:
    """Upright boxes in pixels of the slap, kept within it, from left to right."""
    listed = []
    for finger in slap.fingers:
        if finger.position is not None:
            low, high = finger.box.corners().min(axis=0), finger.box.corners().max(axis=0)
            left, top = (max(math.floor(value), 0) for value in low)
            right, bottom = min(math.ceil(high[0]), slap.width) - 1, min(math.ceil(high[1]), slap.height) - 1
            listed.append(Segment(finger.position.code, left, right, top, bottom))
    return tuple(listed)


def asked_for(picture: FingerPicture) -> tuple[OnPlate, tuple[FingerPosition, ...]]:
    """What `segment` is to look for in a record's picture: by its code, and without the fingers declared missing."""
    on_plate = next((kind for kind, code in CODES.items() if code == picture.code), OnPlate.UNKNOWN)
    fingers = list(FingerPosition)
    return on_plate, tuple(fingers[code - 1] for code, _ in picture.missing if 1 <= code <= 10)
