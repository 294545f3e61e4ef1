"""The place of the portrait is told from the first octets, and it is the portrait that is read later."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from biometrics.face.detect import detect
from passport_reader.data_groups import face_image
from passport_reader.data_groups.portrait_stream import Arriving, PictureStart, PortraitStream, first_portrait_bytes
from passport_reader.tlv import encode
from simulators.cast import RenderedCast

Compose = Callable[..., bytes]


@pytest.fixture(scope="module")
def files(nest: Compose, facial_record: Compose, encoded_picture: Compose) -> dict[str, bytes]:
    jpeg, jpeg2000 = encoded_picture("JPEG"), encoded_picture("JPEG2000")
    return {
        "one": nest(0x75, (0x5F2E, facial_record(jpeg)), format_type=8),
        "feature points": nest(0x75, (0x5F2E, facial_record(jpeg2000, points=bytes(8 * 27)))),
        "several images": nest(0x75, (0x5F2E, facial_record(jpeg2000, jpeg)), (0x5F2E, facial_record(jpeg))),
        "constructed": nest(0x75, (0x7F2E, facial_record(jpeg))),
    }


@pytest.mark.parametrize("name", ["one", "feature points", "several images", "constructed"])
def test_every_first_part_tells_the_place_of_the_portrait_or_nothing(files: dict[str, bytes], name: str) -> None:
    whole = files[name]
    told = {first_portrait_bytes(whole[:size]) for size in range(len(whole) + 1)} - {None}
    (start,) = told
    assert isinstance(start, PictureStart)
    portrait = face_image.portrait(whole)
    assert whole[start.offset : start.offset + start.length] == portrait.data
    assert start.media_type == portrait.media_type


def test_some_hundred_octets_are_enough(files: dict[str, bytes], bsi: dict[int, bytes], data: Path) -> None:
    sample = (data / "emrtd" / "iso39794" / "ICAO_39794_5_AP_DG2_AllFields.dat").read_bytes()
    for file in (files["one"], bsi[0x0102], sample):
        start = first_portrait_bytes(file[:160])
        assert start is not None
        assert file[start.offset : start.offset + start.length] == face_image.portrait(file).data


@pytest.mark.parametrize("hostile", [
    encode(0x61, bytes(200)),
    encode(0x75, encode(0x7F61, encode(0x04, b"") * 600 + bytes(40))),
    encode(0x75, encode(0x7F61, encode(0x7F60, encode(0x5F2E, b"FAC\x00010\0" + b"\xff" * 200)))),
    b"\x75\x84\xff\xff\xff\xff\x7f\x61\x84\xff\xff\xff\xff",
])  # fmt: skip
def test_what_is_no_portrait_tells_nothing(hostile: bytes) -> None:
    assert first_portrait_bytes(hostile) is None


@given(flips=st.lists(st.tuples(st.integers(0, 140), st.integers(1, 255)), min_size=1, max_size=4))
def test_a_changed_header_never_points_outside_the_file(files: dict[str, bytes], flips: list[tuple[int, int]]) -> None:
    changed = bytearray(files["several images"])
    for at, mask in flips:
        changed[at] ^= mask
    start = first_portrait_bytes(bytes(changed))
    assert start is None or (start.offset < len(changed) and start.length > 0)


def test_a_grey_portrait_arrives_in_three_channels_and_what_cannot_be_shown_not_at_all() -> None:
    written = io.BytesIO()
    Image.linear_gradient("L").save(written, "JPEG")
    jpeg = written.getvalue()
    whole = Arriving(jpeg, "image/jpeg", len(jpeg)).rows()
    assert whole is not None
    assert whole.shape == (256, 256, 3)
    assert Arriving(jpeg[:200], "image/jpeg", len(jpeg)).rows() is None
    assert Arriving(jpeg, "image/jp2", len(jpeg)).rows() is None


def test_a_face_is_found_before_the_file_has_ended(nest: Compose, facial_record: Compose) -> None:
    jpeg = RenderedCast().portrait(3)
    dg2 = nest(0x75, (0x5F2E, facial_record(jpeg)), format_type=8)
    told: list[Arriving] = []
    stream = PortraitStream(told.append)
    for end in range(512, len(dg2) + 512, 512):
        stream.feed(dg2[:end])
    assert told[-1].whole
    assert told[-1].data == jpeg
    upper = [rows for arriving in told[:-1] if (rows := arriving.rows()) is not None and len(rows) >= 100]
    assert any(detect(rows) for rows in upper)
