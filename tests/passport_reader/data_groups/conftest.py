"""Files composed field by field, so that a test can write any of them wrongly."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
import wsq  # noqa: F401 - registers the WSQ codec with Pillow
from PIL import Image

from passport_reader.tlv import encode

Compose = Callable[..., bytes]


def octets(number: int, count: int) -> bytes:
    return number.to_bytes(count, "big")


@pytest.fixture(scope="session")
def encoded_picture() -> Callable[..., bytes]:
    """A picture in a format of Pillow: `encoded_picture("JPEG2000", "L", (40, 60))`."""

    def made(format: str, mode: str = "RGB", size: tuple[int, int] = (40, 60)) -> bytes:
        shape = (size[1], size[0]) if mode == "L" else (size[1], size[0], 3)
        pixels = np.random.default_rng(1).integers(90, 160, shape, dtype=np.uint8)
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, format)
        return file.getvalue()

    return made


@pytest.fixture(scope="session")
def nest() -> Compose:
    """DG2, DG3 or DG4 around data blocks, each a (tag, value): `nest(0x75, (0x5F2E, record))`."""

    def made(tag: int, *blocks: tuple[int, bytes], count: int | None = None, format_type: int | None = None) -> bytes:
        header = b"" if format_type is None else encode(0x87, b"\1\1") + encode(0x88, octets(format_type, 2))
        templates = b"".join(encode(0x7F60, encode(0xA1, header) + encode(*block)) for block in blocks)
        said = octets(len(blocks) if count is None else count, 1)
        return encode(tag, encode(0x7F61, encode(0x02, said) + templates))

    return made


@pytest.fixture(scope="session")
def facial_record() -> Compose:
    """ISO/IEC 19794-5:2005 §5.4 to §5.8 around pictures. `person` are the octets from gender to pose uncertainty."""

    def image(
        picture: bytes, points: bytes, person: bytes, size: tuple[int, int], format: int, said: int | None
    ) -> bytes:
        information = bytes([1, format]) + octets(size[0], 2) + octets(size[1], 2) + b"\1\2\0\0\0\x50"
        inside = octets(len(points) // 8, 2) + person + points + information + picture
        return octets(said or 4 + len(inside), 4) + inside

    def made(
        *pictures: bytes,
        points: bytes = b"",
        person: bytes = bytes(14),
        size: tuple[int, int] = (40, 60),
        format: int = 0,
        said: int | None = None,
        count: int | None = None,
        version: bytes = b"010\0",
    ) -> bytes:
        images = b"".join(image(picture, points, person, size, format, said) for picture in pictures)
        header = octets(14 + len(images), 4) + octets(len(pictures) if count is None else count, 2)
        return b"FAC\0" + version + header + images

    return made
