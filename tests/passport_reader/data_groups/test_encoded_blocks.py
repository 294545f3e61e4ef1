"""DG2 and DG3 in ISO/IEC 39794, whose enumerations come as a code or as an extension with a fallback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_reader.data_groups import face_image, finger_image, picture
from passport_reader.data_groups.dates import Moment
from passport_reader.data_groups.faces import Face
from passport_reader.data_groups.fingers import Finger
from passport_reader.deviations import Deviations
from passport_reader.document import UnusableData
from passport_reader.tlv import encode

Compose = Callable[..., bytes]
Fields = dict[int, Any]


def der(fields: Fields) -> bytes:
    """A SEQUENCE by context number: bytes and numbers are primitive, a dict is nested, a list is a SEQUENCE OF."""
    return b"".join(_field(number, value) for number, value in fields.items())


def _field(number: int, value: Any) -> bytes:
    def tag(constructed: int) -> int:
        return 0x80 + constructed + number if number < 31 else (0x9F + constructed) << 8 | number

    if isinstance(value, dict):
        return encode(tag(0x20), der(value))
    if isinstance(value, list):
        return encode(tag(0x20), b"".join(encode(0x30, der(item)) for item in value))
    if isinstance(value, int):
        value = value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)
    return encode(tag(0), value)


def block(tag: int, *representations: Fields, generation: int = 3) -> bytes:
    """A data block in the wrapper that 7F2E holds."""
    return encode(0xA1, encode(tag, der({0: {0: generation, 1: 2019}, 1: list(representations)})))


def face(data: bytes, more: Fields | None = None, *, format: int = 2) -> Fields:
    return {0: 0, 1: {0: {0: {0: data, 1: {0: {0: format}, 7: {0: 40, 1: 60}}}}}} | (more or {})


@pytest.fixture(scope="module")
def jpeg(encoded_picture: Compose) -> bytes:
    return encoded_picture("JPEG")


@pytest.fixture(scope="module")
def faces(nest: Compose) -> Callable[..., tuple[Face, ...]]:
    """What is read, strictly, from a DG2 with these representations."""

    def made(*representations: Fields) -> tuple[Face, ...]:
        dg2 = nest(0x75, (0x7F2E, block(0x65, *representations)), format_type=0x2A)
        return face_image.decode(dg2, Deviations("EF_DG2", strict=True))

    return made


@pytest.fixture(scope="module")
def fingers(nest: Compose) -> Callable[..., tuple[Finger, ...]]:
    def made(*representations: Fields) -> tuple[Finger, ...]:
        dg3 = nest(0x63, (0x7F2E, block(0x64, *representations)), format_type=0x28)
        return finger_image.decode(dg3, Deviations("EF_DG3", strict=True))

    return made


@pytest.mark.parametrize("format", ["JPEG", "JPEG2000"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_the_portrait_comes_out_as_it_went_in(
    faces: Callable[..., tuple[Face]], encoded_picture: Compose, format: str, mode: str
) -> None:
    data = encoded_picture(format, mode)
    (read,) = faces(face(data, format=2 if format == "JPEG" else 3))
    assert (read.image.data, read.image.width, read.image.height) == (data, 40, 60)
    face_image.require_decodable(read.image)


def test_a_code_and_an_extension_with_a_fallback_mean_the_same(faces: Callable[..., tuple[Face]], jpeg: bytes) -> None:
    (plain,) = faces(face(jpeg, {8: {0: {0: 3}, 1: {0: 4}}}))
    (extended,) = faces(face(jpeg, {8: {0: {1: {0: 3}}, 1: {1: {0: 4, 7: b"later"}}}}))
    assert (plain.gender, plain.eye_colour) == (extended.gender, extended.eye_colour) == ("female", "brown")


def test_fields_that_a_later_edition_adds_are_passed_over(faces: Callable[..., tuple[Face]], jpeg: bytes) -> None:
    (read,) = faces(face(jpeg, {12: {0: {5: b"new"}}, 40: b"newer"}))
    assert read.image.data == jpeg


@pytest.mark.parametrize(("code", "name"), [
    (0, "mpeg4_2.1"), (13, "mpeg4_2.14"), (14, "mpeg4_3.1"), (28, "mpeg4_4.1"), (42, "mpeg4_7.1"), (43, "mpeg4_8.1"),
    (53, "mpeg4_9.1"), (68, "mpeg4_10.1"), (84, "mpeg4_12.1"), (87, "mpeg4_12.4"), (88, ""),
])  # fmt: skip
def test_feature_points_are_counted_as_the_standard_counts_them(
    faces: Callable[..., tuple[Face]], jpeg: bytes, code: int, name: str
) -> None:
    (read,) = faces(face(jpeg, {9: [{0: {0: {0: {1: {0: code}}}}, 1: {0: {0: {0: 90, 1: 65_535}}}}]}))
    assert [(point.kind, point.x, point.y) for point in read.landmarks] == [(name, 90, 65_535)]


def test_anthropometric_landmarks_and_those_without_a_place(faces: Callable[..., tuple[Face]], jpeg: bytes) -> None:
    landmark = {0: {0: {1: {0: {0: {1: {0: 17}}}}}}}
    (read,) = faces(face(jpeg, {9: [landmark]}))
    assert [(point.kind, point.x, point.y) for point in read.landmarks] == [("name_17", None, None)]


@pytest.mark.parametrize("representation", [
    {0: 0}, {0: 0, 1: {0: {}}}, {0: 0, 1: {0: {0: {1: {0: {0: 2}}}}}}, {0: 0, 1: {1: {}}},
])  # fmt: skip
def test_a_representation_without_a_picture_is_refused(nest: Compose, representation: Fields) -> None:
    with pytest.raises(UnusableData):
        face_image.decode(nest(0x75, (0x7F2E, block(0x65, representation))), Deviations("EF_DG2"))


@pytest.mark.parametrize(("dg2", "code"), [
    (lambda inside: (0x7F2E, inside), ""),
    (lambda inside: (0x5F2E, inside), "element_misplaced"),
    (lambda inside: (0x7F2E, inside[4:]), "element_missing"),  # without A1 and its length of three octets
])  # fmt: skip
def test_the_wrappers_that_are_met_around_a_block(
    nest: Compose, jpeg: bytes, dg2: Callable[[bytes], tuple[int, bytes]], code: str
) -> None:
    notes = Deviations("EF_DG2")
    (read,) = face_image.decode(nest(0x75, dg2(block(0x65, face(jpeg))), format_type=0x2A), notes)
    assert read.image.data == jpeg
    assert [deviation.code for deviation in notes.noted] == [code] * bool(code)


def test_an_unknown_generation_and_a_second_portrait_are_told(nest: Compose, jpeg: bytes) -> None:
    notes = Deviations("EF_DG2")
    dg2 = nest(0x75, (0x7F2E, block(0x65, face(jpeg), face(jpeg), generation=4)), format_type=0x2A)
    assert len(face_image.decode(dg2, notes)) == 2
    assert [deviation.code for deviation in notes.noted] == ["version_unknown", "count_wrong"]


def test_a_finger_of_39794(fingers: Callable[..., tuple[Finger]], encoded_picture: Compose) -> None:
    data = encoded_picture("WSQ", "L", (300, 400))
    (read,) = fingers({
        0: {1: {0: 2}}, 1: {0: 0}, 2: {1: {0: 1}}, 3: data, 4: {0: 2026, 1: 4}, 6: [{0: {0: 1, 1: 1}, 1: {0: 77}}],
        7: {0: 197, 1: 1},
    })  # fmt: skip
    assert (read.position, read.impression, read.resolution) == ("right_index", "live_plain", (500, 500))
    assert (read.picture.media_type, read.quality, read.captured) == (picture.WSQ, (77,), Moment(2026, 4))
    assert finger_image.pixels(read).shape == (400, 300)


@given(fields=st.recursive(
    st.binary(max_size=20) | st.integers(-(2**31), 2**31 - 1),
    lambda children: st.dictionaries(st.integers(0, 40), children, max_size=5) | st.lists(
        st.dictionaries(st.integers(0, 20), children, max_size=3), max_size=3
    ),
    max_leaves=20,
))  # fmt: skip
def test_any_fields_where_others_belong_are_read_or_refused(nest: Compose, jpeg: bytes, fields: Any) -> None:
    notes = Deviations("EF_DG2")
    for number in range(2, 10):
        dg2 = nest(0x75, (0x7F2E, block(0x65, face(jpeg, {number: fields}))))
        assert face_image.decode(dg2, notes)[0].image.data == jpeg
