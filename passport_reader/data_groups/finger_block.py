"""Finger image data blocks of ISO/IEC 39794-4:2019. The numbers are the context tags of the standard's ASN.1 module."""

from __future__ import annotations

from typing import Final

from passport_reader.data_groups.encoded_blocks import Block, moment, representations, scores
from passport_reader.data_groups.fingers import POSITIONS, Finger
from passport_reader.data_groups.picture import JPEG_2000, RAW, WSQ
from passport_reader.data_groups.records import measured
from passport_reader.deviations import Deviations

STANDARD: Final = "ISO/IEC 39794-4:2019"
TAG: Final = 0x64
"""FingerImageDataBlock is APPLICATION 4."""

_IMPRESSIONS: Final = {
    0: "live_plain", 1: "live_rolled", 4: "latent", 8: "swipe", 24: "contactless_plain", 25: "contactless_rolled",
    41: "moving_contactless_plain", 42: "moving_contactless_rolled", 28: "other", 29: "unknown",
}  # fmt: skip
_FORMATS: Final = {0: RAW, 1: WSQ, 2: JPEG_2000, 3: JPEG_2000, 4: "image/png"}


def fingers(data: bytes, notes: Deviations) -> tuple[Finger, ...]:
    return tuple(_finger(block) for block in representations(data, TAG, notes))


def _finger(block: Block) -> Finger:
    announced = _FORMATS.get(block.code(2) or 0, "")
    picture, (width, height) = measured(block.required(3), (None, None), announced, block.notes)
    return Finger(
        picture=picture,
        standard=STANDARD,
        position=block.named(0, POSITIONS),
        impression=block.named(1, _IMPRESSIONS),
        width=width,
        height=height,
        resolution=_resolution(block.block(7)),
        quality=scores(block.blocks(6)),
        captured=moment(block.block(4)),
    )


def _resolution(block: Block) -> tuple[int, int] | None:
    """SpatialSamplingRateBlock: samples per inch (0) or centimetre (1), the same across and down."""
    samples, unit = block.integer(0), block.integer(1)
    if samples is None:
        return None
    return (round(samples * 2.54),) * 2 if unit == 1 else (samples, samples)
