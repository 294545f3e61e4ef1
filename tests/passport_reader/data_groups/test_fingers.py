"""DG3 in ISO/IEC 19794-4:2005, in every coding a State may choose."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from passport_reader.data_groups import finger_image, finger_record
from passport_reader.data_groups.fingers import Finger
from passport_reader.deviations import Deviations
from passport_reader.document import UnusableData
from passport_reader.tlv import encode

Compose = Callable[..., bytes]
View = tuple[int, int, int, bytes]
"""Position, number of views, this view, picture."""

SIZE = (300, 400)
CODINGS = {"raw": 0, "WSQ": 2, "JPEG": 3, "JPEG2000": 4}


def record(
    *views: View, coding: int = 2, fingers: int | None = None, unit: int = 1, length: int | None = None
) -> bytes:
    images = b""
    for position, count, number, picture in views:
        size = SIZE[0].to_bytes(2, "big") + SIZE[1].to_bytes(2, "big")
        images += (length or 14 + len(picture)).to_bytes(4, "big")
        images += bytes([position, count, number, 80, 0]) + size + b"\0" + picture
    said = len({view[0] for view in views}) if fingers is None else fingers
    rate = (500 if unit == 1 else 197).to_bytes(2, "big")
    scanner = bytes([0, 0, 0, 31, said, unit]) + rate * 4
    return b"FIR\x00010\0" + (32 + len(images)).to_bytes(6, "big") + scanner + bytes([8, coding, 0, 0]) + images


def read(data: bytes) -> tuple[Finger, ...]:
    return finger_record.fingers(data, Deviations("EF_DG3", strict=True))


@pytest.fixture(scope="module")
def wsq(encoded_picture: Compose) -> bytes:
    return encoded_picture("WSQ", "L", SIZE)


@pytest.mark.parametrize("name", CODINGS)
def test_every_coding_can_be_seen(encoded_picture: Compose, name: str) -> None:
    data = bytes(range(200)) * 600 if name == "raw" else encoded_picture(name, "L", SIZE)
    (finger,) = read(record((2, 1, 1, data), coding=CODINGS[name]))
    pixels = finger_image.pixels(finger)
    assert (pixels.shape, pixels.dtype) == ((400, 300), np.uint8)
    assert 80 < pixels.mean() < 160


def test_fingers_and_their_views_are_told_apart(wsq: bytes) -> None:
    found = read(record((2, 2, 1, wsq), (2, 2, 2, wsq), (7, 1, 1, wsq)))
    assert [(finger.position, finger.view) for finger in found] == [
        ("right_index", 1),
        ("right_index", 2),
        ("left_index", 1),
    ]
    assert all(finger.picture.data == wsq for finger in found)


@pytest.mark.parametrize("unit", [1, 2])
def test_the_resolution_is_pixels_per_inch_whatever_the_unit(wsq: bytes, unit: int) -> None:
    assert read(record((2, 1, 1, wsq), unit=unit))[0].resolution == (500, 500)


def test_a_finger_whose_length_is_wrong_is_read_to_the_end(wsq: bytes) -> None:
    for length in (1, 10**6):
        notes = Deviations("EF_DG3")
        (finger,) = finger_record.fingers(record((2, 1, 1, wsq), length=length), notes)
        assert finger.picture.data == wsq
        assert [deviation.code for deviation in notes.noted] == ["length_wrong"]


def test_a_wrong_number_of_fingers_is_told(wsq: bytes) -> None:
    notes = Deviations("EF_DG3")
    assert len(finger_record.fingers(record((2, 1, 1, wsq), (7, 1, 1, wsq), fingers=4), notes)) == 2
    assert [deviation.code for deviation in notes.noted] == ["count_wrong"]


@pytest.mark.parametrize(("at", "octet", "code"), [
    (6, ord("1"), "version_unknown"), (13, 0xFF, "length_wrong"), (28, 1, "value_unknown"), (29, 4, "image_type_wrong"),
    (36, 99, "value_unknown"), (40, 99, "value_unknown"), (41, 0, "image_size_wrong"),
])  # fmt: skip
def test_what_a_record_says_wrongly_is_told(wsq: bytes, at: int, octet: int, code: str) -> None:
    data = bytearray(record((2, 1, 1, wsq)))
    data[at], notes = octet, Deviations("EF_DG3")
    assert finger_record.fingers(bytes(data), notes)[0].picture.data == wsq
    assert [deviation.code for deviation in notes.noted] == [code]


@pytest.mark.parametrize("data", [b"", b"FIR\0", b"FAC\0" + bytes(99), record((2, 1, 1, b""))])
def test_a_record_without_a_finger_is_refused(data: bytes) -> None:
    with pytest.raises(UnusableData):
        finger_record.fingers(data, Deviations("EF_DG3"))


def test_a_header_that_announces_another_format_is_told(nest: Compose, wsq: bytes) -> None:
    notes = Deviations("EF_DG3")
    finger_image.decode(nest(0x63, (0x5F2E, record((2, 1, 1, wsq))), format_type=8), notes)
    assert [deviation.code for deviation in notes.noted] == ["format_mismatch"]


@pytest.mark.parametrize("ending", [b"", encode(0x53, b"random")])
def test_a_state_that_took_no_fingerprints(ending: bytes) -> None:
    dg3 = encode(0x63, encode(0x7F61, encode(0x02, b"\0") + ending))
    assert finger_image.decode(dg3, Deviations("EF_DG3", strict=True)) == ()


@pytest.mark.parametrize("data", [b"", bytes(100), bytes(119_999)])
def test_fewer_raw_samples_than_the_size_says_cannot_be_seen(data: bytes) -> None:
    with pytest.raises(UnusableData):
        finger_image.pixels(read(record((2, 1, 1, data or b"\0"), coding=0))[0])


def test_a_wsq_that_ends_its_decoder_does_not_end_the_reader(wsq: bytes) -> None:
    filters = wsq.index(b"\xff\xa4") + 4  # the transform table opens with the lengths of its filters
    data = wsq[:filters] + b"\0" + wsq[filters + 1 :]  # the decoder corrupts its heap and aborts
    with pytest.raises(UnusableData, match="cannot be decoded"):
        finger_image.pixels(read(record((2, 1, 1, data)))[0])
