"""Minutiae as cards compare them, ISO/IEC 19794-2:2005 and :2011: no header, so size and finger come from elsewhere.

Normal size (2005): 5 octets a minutia, hundredths of a millimetre, angles of 360°/256. Compact size (2005) and the
on-card format of 2011: 3 octets, tenths of a millimetre, angles of 360°/64; of 2011 a card takes 60 minutiae at most.
Octets and units of the 3, the limits of 25.5 mm and of 60 minutiae agree with NIST's open converter from ANSI INCITS
378 to 19794-2:2011 (libbiomeval); it prunes by distance from the middle of the minutiae first, while here quality
decides, as in its reading of §9.3.2, and distance among equals. The unit of the normal size and the polar order are as
the standard is remembered. No sample of any was at hand; data objects around the minutiae (ISO/IEC 7816-11) are left
to whoever speaks to the card.
Lost in writing: qualities, view and extended data; minutiae beyond 25.5 mm, which are left out of the 3 octets.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Final

import numpy as np

from biometrics.capture import Quality
from biometrics.finger.extract import FingerTemplate
from biometrics.finger.minutiae import Minutiae, MinutiaKind
from biometrics.finger.parameters import DPI
from biometrics.finger.records.errors import TruncatedRecord, UnusableRecord
from biometrics.finger.records.octets import (
    ISO_TURN,
    MIDDLING,
    MOST_MINUTIAE,
    Reader,
    read_minutiae,
    written_minutiae,
)
from biometrics.finger.records.record import Format, Rating, View

NORMAL_UNIT: Final = DPI / 2540
"""Pixels at 500 dpi a hundredth of a millimetre."""
COMPACT_UNIT: Final = DPI / 254
COMPACT_TURN: Final = 64
OCTETS: Final = {Format.CARD_NORMAL: 5, Format.CARD_COMPACT: 3, Format.CARD_2011: 3}
MOST_2011: Final = 60
"""Recommended for a card; 16 at least to enrol and 11 to compare."""


class Order(StrEnum):
    """How a card wants its minutiae sorted; `-` is descending."""

    NONE = "none"
    X = "x"
    X_DOWN = "-x"
    Y = "y"
    Y_DOWN = "-y"
    X_Y = "xy"
    """By x, then y."""
    X_Y_DOWN = "-xy"
    POLAR = "polar"
    """By distance from the middle of the minutiae, then by angle around it."""
    POLAR_DOWN = "-polar"


def read(data: bytes, form: Format, *, width: int, height: int) -> View:
    """`width` and `height` of the image in pixels at 500 dpi. Raises `RecordError` for half a minutia or too many."""
    size = OCTETS[form]
    if len(data) % size:
        raise TruncatedRecord("the last minutia is not whole", offset=len(data))
    count = len(data) // size
    if count > MOST_MINUTIAE:
        raise UnusableRecord("a card takes at most 255 minutiae", offset=MOST_MINUTIAE * size)
    if form is Format.CARD_NORMAL:
        scale = NORMAL_UNIT, NORMAL_UNIT
        minutiae = read_minutiae(Reader(data), count, scale, turn=ISO_TURN, with_quality=False).minutiae
    else:
        minutiae = _compact(data)
    template = FingerTemplate(minutiae, width, height, Quality(MIDDLING))
    return View(template, rating=Rating.NOT_GIVEN, unrated=tuple(range(count)))


def _compact(data: bytes) -> Minutiae:
    x, y, last = np.frombuffer(data, np.uint8).reshape(-1, 3).T.astype(np.uint8)
    kind = np.where(last >> 6 > max(MinutiaKind), MinutiaKind.OTHER, last >> 6).astype(np.uint8)
    unit, turn = np.float32(COMPACT_UNIT), np.float32(2 * math.pi / COMPACT_TURN)
    quality = np.full(len(x), MIDDLING / 100, np.float32)
    return Minutiae(
        x.astype(np.float32) * unit, y.astype(np.float32) * unit, (last & 63).astype(np.float32) * turn, quality, kind
    )


def written(template: FingerTemplate, form: Format, *, order: Order = Order.NONE, most: int = MOST_MINUTIAE) -> bytes:
    """The best `most` minutiae in `order`; of 2011 no more than `MOST_2011`."""
    found = template.minutiae
    if form is Format.CARD_2011:
        found, most = _inner_first(found), min(most, MOST_2011)
    best = found.chosen(np.arange(min(len(found), most, MOST_MINUTIAE)))
    if form is Format.CARD_NORMAL:
        octets = written_minutiae(best, turn=ISO_TURN, scale=1 / NORMAL_UNIT)
    else:
        octets = _written_compact(best)
    size = OCTETS[form]
    return b"".join(_sorted([octets[at : at + size] for at in range(0, len(octets), size)], order))


def _inner_first(found: Minutiae) -> Minutiae:
    """Those that the octets can hold, by falling quality; of equals those nearer their middle first."""
    found = found.chosen((found.x < 255.5 * COMPACT_UNIT) & (found.y < 255.5 * COMPACT_UNIT))
    if not len(found):
        return found
    distance = np.hypot(found.x - found.x.mean(), found.y - found.y.mean())
    return found.chosen(np.lexsort((distance, -found.quality)))


def _written_compact(found: Minutiae) -> bytes:
    x, y = (np.rint(np.maximum(one, 0) / COMPACT_UNIT) for one in (found.x, found.y))
    turn = np.rint(found.direction * (COMPACT_TURN / (2 * math.pi))).astype(np.int64) % COMPACT_TURN
    rows = np.stack([x, y, found.kind.astype(np.int64) << 6 | turn], axis=1)
    return rows[(x <= 255) & (y <= 255)].astype(np.uint8).tobytes()


def _sorted(minutiae: list[bytes], order: Order) -> list[bytes]:
    """By the octets as written, so that a card sees the order whatever was rounded."""
    if order is Order.NONE or not minutiae:
        return minutiae
    places = [_place(one) for one in minutiae]
    middle = sum(x for x, _ in places) / len(places), sum(y for _, y in places) / len(places)
    keys = {
        "x": [(float(x), 0.0) for x, _ in places],
        "y": [(float(y), 0.0) for _, y in places],
        "xy": [(float(x), float(y)) for x, y in places],
        "polar": [_polar(x - middle[0], middle[1] - y) for x, y in places],
    }[order.value.lstrip("-")]
    index = sorted(range(len(minutiae)), key=keys.__getitem__, reverse=order.value.startswith("-"))
    return [minutiae[one] for one in index]


def _place(minutia: bytes) -> tuple[int, int]:
    if len(minutia) < OCTETS[Format.CARD_NORMAL]:
        return minutia[0], minutia[1]
    return int.from_bytes(minutia[:2]) & 0x3FFF, int.from_bytes(minutia[2:4])


def _polar(right: float, up: float) -> tuple[float, float]:
    return math.hypot(right, up), math.atan2(up, right) % (2 * math.pi)
