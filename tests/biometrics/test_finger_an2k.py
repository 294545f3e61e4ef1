"""ANSI/NIST-ITL transactions: the NIST's references read whole and written back to the bit; nothing in them trusted."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometrics.capture import Quality, UnusableImage
from biometrics.finger.an2k import (
    TaggedRecord,
    Transaction,
    finger_picture,
    from_an2k,
    header,
    minutiae_in,
    minutiae_record,
    to_an2k,
    type_4,
    type_9,
    type_9_standard,
    type_14,
)
from biometrics.finger.an2k.transaction import tagged
from biometrics.finger.extract import FingerTemplate
from biometrics.finger.image_records import CodedImage, Coding
from biometrics.finger.minutiae import Minutiae
from biometrics.finger.records import Rating, RecordError, TruncatedRecord, Unsayable, UnusableRecord

PRINT = np.tile(np.arange(64, dtype=np.uint8), (48, 1))
TEMPLATE = FingerTemplate(
    Minutiae(
        np.array([10, 40, 300], np.float32),
        np.array([20, 7, 199], np.float32),
        np.radians([90, 350, 0]).astype(np.float32),
        np.array([0.9, 0.5, 0.2], np.float32),
        np.array([1, 2, 0], np.uint8),
    ),
    320,
    200,
    Quality(70),
)


def composed() -> Transaction:
    image = CodedImage.of(PRINT, coding=Coding.PNG)
    records = (
        tagged(2, {2: b"00"}),
        type_9(TEMPLATE, 1, code=2),
        type_14(image, 1, 2, agency="XX000000", date="20261126"),
        type_4(CodedImage.of(PRINT), 2, code=7),
    )
    return Transaction(header(records, version="0500", kind="AMN"), records)


def reference(data: Path, name: str) -> Transaction:
    return from_an2k((data / "fingerprints" / "an2k" / name).read_bytes())


def test_every_reference_is_written_back_to_the_bit_and_its_pictures_decode(data: Path) -> None:
    files = sorted((data / "fingerprints" / "an2k").glob("*.an2"))
    assert len(files) == 13
    for file in files:
        read = from_an2k(file.read_bytes())
        assert to_an2k(read) == file.read_bytes()
        for record in read.of_type(4, 13, 14)[:2]:
            image = finger_picture(record, read.header.text(12)).image
            assert image.pixels().shape == (image.height, image.width)
            assert image.dpi == 500


def test_standard_minutiae_and_those_of_incits_378_are_the_same_finger(data: Path) -> None:
    standard = minutiae_record(reference(data, "type-9-14-std.an2").of_type(9)[0], 768).template.minutiae
    block = minutiae_record(reference(data, "type-9-14-m1.an2").of_type(9)[0]).template.minutiae
    assert len(standard) == len(block) == 48
    near = np.hypot(standard.x[:, None] - block.x, standard.y[:, None] - block.y)
    mates = near.argmin(axis=1)
    turn = np.abs((standard.direction - block.direction[mates] + math.pi) % (2 * math.pi) - math.pi)
    assert near.min(axis=1).max() < 1
    assert np.degrees(turn).max() <= 2


def test_the_picture_of_the_same_finger_tells_where_the_y_axis_begins(data: Path) -> None:
    read = reference(data, "type-9-14-std.an2")
    (record,) = read.of_type(9)
    found, told = minutiae_in(read, record).template, minutiae_record(record, 768).template
    assert found.height == 768
    assert np.array_equal(found.minutiae.y, told.minutiae.y)
    alone = minutiae_record(record).template.minutiae
    assert np.ptp(alone.y - told.minutiae.y) < 1e-3  # without a picture all are off by as much


@pytest.mark.parametrize("name", ["type-9-14-std.an2", "type-9-13-std.an2"])
def test_standard_fields_are_written_as_the_reference_has_them(data: Path, name: str) -> None:
    read = reference(data, name)
    (record,) = read.of_type(9)
    assert isinstance(record, TaggedRecord)
    found = minutiae_in(read, record)
    again = type_9_standard(found.template, record.idc, found.code, impression=found.impression)

    def said(one: TaggedRecord) -> list[tuple[str, ...]]:
        return sorted((row[1], row[2], row[3]) for row in one.rows(12))

    unrated = {"00", "01"}  # nothing was measured: a template knows a middling quality
    here, there = said(again), said(record)
    assert [row[0] for row in here] == [row[0] for row in there]
    assert all(a[1] == b[1] or b[1] in unrated for a, b in zip(here, there, strict=True))
    assert [row[2] for row in here] == [row[2] for row in there]


def test_standard_fields_are_read_back() -> None:
    found = minutiae_record(type_9_standard(TEMPLATE, 3, code=7), TEMPLATE.height)
    assert (found.code, found.rating, found.template.height) == (7, Rating.NOT_GIVEN, 200)
    here, there = TEMPLATE.minutiae, found.template.minutiae
    assert np.allclose(here.x, there.x, atol=0.1)
    assert np.allclose(here.y, there.y, atol=0.1)
    assert np.allclose(np.cos(here.direction - there.direction), 1, atol=1e-3)
    assert np.allclose(here.quality, there.quality, atol=0.01)
    assert np.array_equal(here.kind, there.kind)


@pytest.mark.parametrize("size", [(320, 0), (320, 2000), (2000, 200)])
def test_standard_fields_have_no_place_for_an_image_that_large(size: tuple[int, int]) -> None:
    with pytest.raises(Unsayable, match="height"):
        type_9_standard(FingerTemplate(TEMPLATE.minutiae, *size, Quality(50)), 1)


@pytest.mark.parametrize("rating", Rating)
def test_a_quality_of_a_block_that_is_not_known_stays_so(rating: Rating) -> None:
    found = minutiae_record(type_9(TEMPLATE, 1, rating=rating))
    assert found.rating is rating
    assert found.template.quality.value == (70 if rating is Rating.GIVEN else 50)


def test_type_4_holds_every_position_that_a_print_may_be_of() -> None:
    record = type_4(CodedImage.of(PRINT), 2, code=7, others=(2, 3))
    assert record.octets[6:12] == bytes([7, 2, 3, 255, 255, 255])
    assert finger_picture(record).code == 7


def test_type_14_keeps_qualities_and_a_comment() -> None:
    image = CodedImage.of(PRINT, 1000, Coding.PNG)
    record = type_14(image, 1, 13, agency="XX", date="20261126", nfiq=((2, 1), (3, 5)), comment="left side torn")
    found = finger_picture(record)
    assert found.nfiq == ((2, 1), (3, 5))
    assert (found.image.dpi, record.text(20)) == (1000, "left side torn")
    with pytest.raises(Unsayable, match="packed"):
        type_14(replace(image, coding=Coding.PACKED), 1, 13, agency="XX", date="20261126")


@pytest.mark.parametrize(
    ("image", "code", "others"),
    [
        (CodedImage.of(PRINT, 1000), 1, ()),
        (CodedImage(b"", Coding.PACKED, 4, 4, 500), 1, ()),
        (CodedImage.of(PRINT), 256, ()),
        (CodedImage.of(PRINT), 1, (1, 2, 3, 4, 5, 6)),
        (CodedImage(b"", Coding.RAW, 70_000, 4, 500), 1, ()),
    ],
    ids=["1000 dpi", "packed", "position 256", "seven positions", "70000 pixels"],
)
def test_what_type_4_has_no_place_for_is_a_typed_error(image: CodedImage, code: int, others: tuple[int, ...]) -> None:
    with pytest.raises(Unsayable, match="Type 4"):
        type_4(image, 1, code, others=others)


def test_an_unread_block_stays_in_its_record(data: Path) -> None:
    record = reference(data, "type-9-4-iafis.an2").of_type(9)[0]
    assert isinstance(record, TaggedRecord)
    assert record.fields[23].startswith(b"001\x1f21951869281")
    with pytest.raises(UnusableRecord, match="neither"):
        minutiae_record(record)


def test_missing_fingers_and_qualities_of_a_slap_are_told(data: Path) -> None:
    slap = finger_picture(reference(data, "type-14-amp-nqm-utf8.an2").records[3])
    assert slap.code == 14
    assert slap.position is None
    assert slap.missing == ((9, "XX"),)
    assert slap.nfiq == ((7, 2), (8, 2), (10, 3))


def test_what_is_composed_is_read_back() -> None:
    read = from_an2k(to_an2k(composed()))
    found = minutiae_record(read.records[1])
    assert (found.position, found.template.quality.value) == ("right_index", 70)
    assert np.allclose(found.template.minutiae.x, TEMPLATE.minutiae.x)
    assert np.allclose(found.template.minutiae.y, TEMPLATE.minutiae.y)
    assert np.allclose(found.template.minutiae.direction, TEMPLATE.minutiae.direction, atol=0.018)
    for record in read.records[2:]:
        assert np.array_equal(finger_picture(record).image.pixels(), PRINT)


def test_a_header_that_lists_others_is_not_written() -> None:
    whole = composed()
    with pytest.raises(ValueError, match="does not list"):
        to_an2k(Transaction(whole.header, whole.records[:-1]))


def test_a_value_cannot_smuggle_a_field_in() -> None:
    with pytest.raises(ValueError, match="separator"):
        tagged(2, {2: b"00\x1d2.003:x"})


@given(st.lists(st.text(alphabet="abc09 ", max_size=2000), max_size=3))
def test_the_length_of_a_record_is_its_own(values: list[str]) -> None:
    record = tagged(2, {2: b"00"} | {tag: value.encode() for tag, value in enumerate(values, 3)})
    assert int(record.fields[1]) == len(record.octets)


def test_every_truncation_is_refused() -> None:
    octets = to_an2k(composed())
    for length in range(len(octets)):
        with pytest.raises(RecordError):
            from_an2k(octets[:length])
    with pytest.raises(TruncatedRecord):
        from_an2k(octets[:-1])
    with pytest.raises(UnusableRecord, match="more follows"):
        from_an2k(octets + b"\0")


@given(st.lists(st.tuples(st.integers(0, len(to_an2k(composed())) - 1), st.integers(0, 255)), max_size=4))
def test_damaged_octets_are_read_or_refused(changes: list[tuple[int, int]]) -> None:
    octets = bytearray(to_an2k(composed()))
    for at, value in changes:
        octets[at] = value
    with suppress(RecordError, UnusableImage):
        read = from_an2k(bytes(octets))
        assert to_an2k(read) == octets
        minutiae_record(read.records[1])
        finger_picture(read.records[2]).image.pixels()
