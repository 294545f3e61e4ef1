"""One picture of a finger out of whatever file holds it: an image, an ISO/IEC 19794-4 record, a transaction."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from biometrics.capture import Gray, UnusableImage
from biometrics.finger import an2k, image
from biometrics.finger.image_records import CodedImage, from_iso19794_4, iso19794_4

_PICTURES: Final = (4, 13, 14)
"""Types of transaction records that hold friction ridges as grey levels."""


def read(path: Path, *, view: int = 1, dpi: int | None = None) -> tuple[Gray, int]:
    """Pixels and dots an inch of picture `view`, counted from 1; `dpi` overrides what the file says. Raises
    `UnusableImage`, and `RecordError` for damaged records."""
    data = image.file_bytes(path)
    coded = _coded(data)
    if not 1 <= view <= (1 if coded is None else len(coded)):
        raise UnusableImage(f"the file holds no picture {view}")
    if coded is None:
        return image.decoded_at(data, dpi)
    chosen = coded[view - 1]
    return chosen.pixels(), dpi or chosen.dpi


def _coded(data: bytes) -> list[CodedImage] | None:
    """The pictures of a record; None for what is no record."""
    if data.startswith(iso19794_4.MAGIC):
        return [view.image for view in from_iso19794_4(data).views]
    if data.startswith((b"1.001:", b"1.01:")):
        read = an2k.from_an2k(data)
        transmitted = read.header.text(12)
        return [an2k.finger_picture(record, transmitted).image for record in read.of_type(*_PICTURES)]
    return None
