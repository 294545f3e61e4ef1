"""One picture of a finger out of whatever file holds it: an image, an ISO/IEC 19794-4 record, a transaction."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from biometrics.capture import Gray, UnusableImage
from biometrics.finger import an2k, image
from biometrics.finger.an2k.transaction import AnyRecord
from biometrics.finger.image_records import CodedImage, ImageView, from_iso19794_4, iso19794_4

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
    chosen = coded[view - 1]()
    return chosen.pixels(), chosen.dpi if dpi is None else dpi


def _coded(data: bytes) -> list[Callable[[], CodedImage]] | None:
    """The pictures of a record, each looked at when it is asked for, so that one's damage hides no other; None for what
    is no record."""
    if data.startswith(iso19794_4.MAGIC):
        return [partial(_image_of, view) for view in from_iso19794_4(data).views]
    if data.startswith((b"1.001:", b"1.01:")):
        read = an2k.from_an2k(data)
        transmitted = read.header.text(12)
        return [partial(_image_in, record, transmitted) for record in read.of_type(*_PICTURES)]
    return None


def _image_of(view: ImageView) -> CodedImage:
    return view.image


def _image_in(record: AnyRecord, transmitted: str) -> CodedImage:
    return an2k.finger_picture(record, transmitted).image
