"""DG2 in ISO/IEC 19794-5:2005, as the standard says and as States write it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_reader.data_groups import face_image, face_record
from passport_reader.data_groups.faces import Face, Landmark, Pose
from passport_reader.deviations import Deviations
from passport_reader.document import UnusableData

Compose = Callable[..., bytes]


def read(record: bytes, *, strict: bool = True) -> tuple[Face, ...]:
    return face_record.faces(record, Deviations("EF_DG2", strict=strict))


def codes(record: bytes) -> list[str]:
    notes = Deviations("EF_DG2")
    assert face_record.faces(record, notes)
    return [deviation.code for deviation in notes.noted]


@pytest.fixture(scope="module")
def jpeg(encoded_picture: Compose) -> bytes:
    return encoded_picture("JPEG")


def test_every_image_of_a_record_is_read(facial_record: Compose, jpeg: bytes, encoded_picture: Compose) -> None:
    other = encoded_picture("JPEG", "L")
    faces = read(facial_record(jpeg, other, jpeg))
    assert [face.image.data for face in faces] == [jpeg, other, jpeg]


def test_every_instance_of_dg2_is_read(nest: Compose, facial_record: Compose, jpeg: bytes) -> None:
    record = facial_record(jpeg)
    dg2 = nest(0x75, (0x5F2E, record), (0x5F2E, record), format_type=8)
    assert len(face_image.decode(dg2, Deviations("EF_DG2", strict=True))) == 2


def test_the_person_is_described(facial_record: Compose, jpeg: bytes) -> None:
    person = bytes([2, 3, 5]) + (0b1000000101).to_bytes(3, "big") + b"\0\3" + bytes([1, 91, 180, 1, 2, 0])
    (face,) = read(facial_record(jpeg, person=person))
    assert (face.gender, face.eye_colour, face.hair_colour) == ("female", "brown", "grey")
    assert face.properties == {"moustache", "dark_glasses"}
    assert face.expressions == ("smile_mouth_open",)
    assert face.pose == Pose(0, 180, -2, (0, 2, None))
    assert (face.kind, face.colour_space, face.source, face.quality) == (
        "full_frontal",
        "rgb24",
        "digital_still_camera",
        (80,),
    )


def test_a_silent_record_describes_nobody(facial_record: Compose, jpeg: bytes) -> None:
    (face,) = read(facial_record(jpeg))
    assert (face.gender, face.properties, face.expressions, face.pose) == ("", None, (), Pose())


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 65535), st.integers(0, 65535)), max_size=50))
def test_feature_points_are_read_as_written(
    facial_record: Compose, jpeg: bytes, places: list[tuple[int, int, int]]
) -> None:
    points = b"".join(
        bytes([1, code]) + x.to_bytes(2, "big") + y.to_bytes(2, "big") + bytes(2) for code, x, y in places
    )
    (face,) = read(facial_record(jpeg, points=points))
    assert face.landmarks == tuple(Landmark(f"mpeg4_{code >> 4}.{code & 15}", x, y) for code, x, y in places)


def test_what_a_record_says_wrongly_of_its_picture_is_told(facial_record: Compose, jpeg: bytes) -> None:
    assert codes(facial_record(jpeg, size=(413, 531))) == ["image_size_wrong"]
    assert codes(facial_record(jpeg, format=1)) == ["image_type_wrong"]


def test_wrong_lengths_and_counts_are_told_and_survived(facial_record: Compose, jpeg: bytes) -> None:
    record = facial_record(jpeg)
    assert codes(record[:8] + bytes(4) + record[12:]) == ["length_wrong"]
    assert codes(facial_record(jpeg, count=3)) == ["count_wrong"]
    assert codes(facial_record(jpeg, version=b"011\0")) == ["version_unknown"]
    assert codes(facial_record(jpeg, jpeg, said=99_999)) == ["length_wrong", "count_wrong"]


@pytest.mark.parametrize(
    "person", [b"\x09" + bytes(13), bytes(6) + b"\0\x09" + bytes(6), bytes(8) + b"\xb5" + bytes(5)]
)
def test_codes_outside_their_tables_are_told(facial_record: Compose, jpeg: bytes, person: bytes) -> None:
    assert codes(facial_record(jpeg, person=person)) == ["value_unknown"]


def test_a_vendors_own_expression_is_kept(facial_record: Compose, jpeg: bytes) -> None:
    assert read(facial_record(jpeg, person=bytes(6) + b"\x80\x01" + bytes(6)))[0].expressions == ("vendor_8001",)


@pytest.mark.parametrize(("count", "size"), [(0, 46), (1, 20), (1, 46)])
def test_a_record_without_a_picture_is_refused(facial_record: Compose, jpeg: bytes, count: int, size: int) -> None:
    with pytest.raises(UnusableData):
        read(facial_record(jpeg, count=count)[:size], strict=False)


def test_more_feature_points_than_octets_are_refused(facial_record: Compose, jpeg: bytes) -> None:
    record = bytearray(facial_record(jpeg))
    record[18:20] = b"\xff\xff"
    with pytest.raises(UnusableData):
        read(bytes(record), strict=False)


def test_a_header_that_announces_another_format_is_told(nest: Compose, facial_record: Compose, jpeg: bytes) -> None:
    notes = Deviations("EF_DG2")
    face_image.decode(nest(0x75, (0x5F2E, facial_record(jpeg)), format_type=0x2A), notes)
    assert [deviation.code for deviation in notes.noted] == ["format_mismatch"]


def test_a_wrong_number_of_instances_is_told(nest: Compose, facial_record: Compose, jpeg: bytes) -> None:
    notes = Deviations("EF_DG2")
    face_image.decode(nest(0x75, (0x5F2E, facial_record(jpeg)), count=2, format_type=8), notes)
    assert [deviation.code for deviation in notes.noted] == ["count_wrong"]
