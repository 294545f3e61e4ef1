"""Facial records of ISO/IEC 19794-5:2005, the portraits of passports until 39794-5 has replaced them.

FAC\\0 010\\0, length, number of images          14 octets (§5.4)
└── length, points, gender, colours, pose …      20 octets, again for every image (§5.5)
    ├── type, code, x, y                          8 octets, for every feature point (§5.6)
    └── kind, format, width, height …            12 octets (§5.7), then the picture (§5.8)
"""

from __future__ import annotations

from typing import Final

from passport_reader.data_groups.faces import Face, Landmark, Pose
from passport_reader.data_groups.picture import JPEG, JPEG_2000
from passport_reader.data_groups.records import Record, measured
from passport_reader.deviations import Deviations
from passport_reader.document import FaceImage, UnusableData

IDENTIFIER: Final = b"FAC\0"
STANDARD: Final = "ISO/IEC 19794-5:2005"

HEADER: Final = 14
INFORMATION: Final = 20
POINT: Final = 8
IMAGE: Final = 12

_VERSION: Final = b"010\0"
_GENDERS: Final = {0: "", 1: "male", 2: "female", 0xFF: "unknown"}  # table 3
_EYES: Final = {
    0: "", 1: "black", 2: "blue", 3: "brown", 4: "grey", 5: "green", 6: "multi_coloured", 7: "pink", 0xFF: "unknown",
}  # table 4  # fmt: skip
_HAIR: Final = {
    0: "", 1: "bald", 2: "black", 3: "blonde", 4: "brown", 5: "grey", 6: "white", 7: "red", 8: "green", 9: "blue",
    0xFF: "unknown",
}  # table 5  # fmt: skip
_PROPERTIES: Final = (
    "glasses", "moustache", "beard", "teeth_visible", "blink", "mouth_open", "left_eye_patch", "right_eye_patch",
    "dark_glasses", "feature_distorting_condition",
)  # table 6, from the second bit; the first says that the others are meant  # fmt: skip
_EXPRESSIONS: Final = {
    0: "", 1: "neutral", 2: "smile_mouth_closed", 3: "smile_mouth_open", 4: "raised_eyebrows",
    5: "eyes_looking_away", 6: "squinting", 7: "frowning",
}  # table 7  # fmt: skip
_KINDS: Final = {0: "basic", 1: "full_frontal", 2: "token_frontal"}  # table 11
_FORMATS: Final = {0: JPEG, 1: JPEG_2000}  # table 12
_COLOURS: Final = {0: "", 1: "rgb24", 2: "yuv422", 3: "grey8", 4: "other"}  # table 13
_SOURCES: Final = {
    0: "", 1: "photograph", 2: "digital_still_camera", 3: "scanner", 4: "video", 5: "analogue_video",
    6: "digital_video",
}  # table 14  # fmt: skip


def faces(data: bytes, notes: Deviations) -> tuple[Face, ...]:
    """Every image of a record. The last goes to the end of the record whatever its length says: States miscount."""
    record = Record(data, notes)
    if data[:4] != IDENTIFIER:
        raise UnusableData("DG2 holds no facial record of ISO/IEC 19794-5", file=notes.file)
    if data[4:8] != _VERSION:
        notes.note("version_unknown", data[4:8].hex())
    if record.number(8, 4) != len(data):
        notes.note("length_wrong", f"the record says {record.number(8, 4)} octets and has {len(data)}")
    found = _images(record, record.number(12, 2))
    if not found:
        raise UnusableData("the facial record holds no image", file=notes.file)
    return found


def _images(record: Record, count: int) -> tuple[Face, ...]:
    found: list[Face] = []
    at, size = HEADER, len(record.data)
    while at < size and len(found) < count:
        length, number = record.number(at, 4), len(found) + 1
        end = at + length if number < count else size
        if at + length != end or not picture_place(record, at) < end <= size:
            record.notes.note("length_wrong", f"image {number} says {length} octets, {size - at} are there")
            end = size
        found.append(_image(record, at, end))
        at = end
    if len(found) != count:
        record.notes.note("count_wrong", f"{count} images announced, {len(found)} there")
    return tuple(found)


def picture_place(record: Record, at: int = HEADER) -> int:
    """Where the picture of the image at `at` begins."""
    return at + INFORMATION + POINT * record.number(at + 4, 2) + IMAGE


def _image(record: Record, at: int, end: int) -> Face:
    start = picture_place(record, at)
    image = start - IMAGE
    if start >= end:
        raise UnusableData("the facial record is shorter than it says", file=record.notes.file)
    said = record.number(image + 2, 2), record.number(image + 4, 2)
    announced = _FORMATS.get(record.number(image + 1, 1), "")
    picture, (width, height) = measured(record.data[start:end], said, announced, record.notes)
    quality = record.number(image + 10, 2)
    return Face(
        image=FaceImage(picture.data, picture.media_type, width, height),
        standard=STANDARD,
        gender=record.named(at + 6, _GENDERS),
        eye_colour=record.named(at + 7, _EYES),
        hair_colour=record.named(at + 8, _HAIR),
        properties=_properties(record.number(at + 9, 3)),
        expressions=tuple(filter(None, [_expression(record, at + 12)])),
        pose=_pose(record, at + 14),
        landmarks=_landmarks(record, at + INFORMATION, record.number(at + 4, 2)),
        kind=record.named(image, _KINDS),
        colour_space=record.named(image + 6, _COLOURS),
        source=record.named(image + 7, _SOURCES),
        quality=(quality,) if quality else (),
    )


def _properties(mask: int) -> frozenset[str] | None:
    """None where the mask says that it says nothing (§5.5.6)."""
    if not mask & 1:
        return None
    return frozenset(name for bit, name in enumerate(_PROPERTIES, start=1) if mask >> bit & 1)


def _expression(record: Record, at: int) -> str:
    code = record.number(at, 2)
    if code >= 0x8000:  # §5.5.7 leaves the upper half to vendors
        return f"vendor_{code:x}"
    if code not in _EXPRESSIONS:
        record.notes.note("value_unknown", f"expression {code:X}")
    return _EXPRESSIONS.get(code, "")


def _pose(record: Record, at: int) -> Pose:
    """Yaw, pitch and roll, then the uncertainty of each (§5.5.8, §5.5.9)."""
    yaw, pitch, roll = (_angle(record, at + place) for place in range(3))
    uncertainties = (record.number(at + 3 + place, 1) for place in range(3))
    return Pose(yaw, pitch, roll, tuple(2 * (code - 1) if code else None for code in uncertainties))


def _angle(record: Record, at: int) -> int | None:
    """In steps of two degrees: 1 is straight ahead, 91 is 180, from 92 on they are negative; 0 says nothing."""
    code = record.number(at, 1)
    if code > 180:
        record.notes.note("value_unknown", f"angle {code:X}")
    if not 1 <= code <= 180:
        return None
    return 2 * (code - 1) if code <= 91 else 2 * (code - 181)


def _landmarks(record: Record, at: int, count: int) -> tuple[Landmark, ...]:
    """Feature points of MPEG-4 (§5.6): the code's upper half is the group, the lower the point in it."""
    points = []
    for place in range(at, at + POINT * count, POINT):
        kind, code = record.number(place, 1), record.number(place + 1, 1)
        name = f"mpeg4_{code >> 4}.{code & 15}" if kind == 1 else f"type_{kind}_{code}"
        points.append(Landmark(name, record.number(place + 2, 2), record.number(place + 4, 2)))
    return tuple(points)
