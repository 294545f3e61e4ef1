"""Face image data blocks of ISO/IEC 39794-5:2019 in the profile of Doc 9303-10 §4.7.2.

Readers must know them since 2026, issuers may write them. The numbers are context tags of the standard's ASN.1 module.
"""

from __future__ import annotations

from itertools import chain
from typing import Final

from passport_reader.data_groups.encoded_blocks import Block, moment, representations, scores
from passport_reader.data_groups.faces import Face, Landmark, Pose
from passport_reader.data_groups.picture import JPEG, JPEG_2000
from passport_reader.data_groups.records import measured
from passport_reader.deviations import Deviations
from passport_reader.document import FaceImage, UnusableData

STANDARD: Final = "ISO/IEC 39794-5:2019"
TAG: Final = 0x65
"""FaceImageDataBlock is APPLICATION 5."""
PICTURE_PATH: Final = (1, 0, 0, 0)
"""From a representation block: imageRepresentation, base, imageRepresentation2DBlock, representationData2D."""

_FORMATS: Final = {2: JPEG, 3: JPEG_2000, 4: JPEG_2000}
_GENDERS: Final = {0: "unknown", 1: "other", 2: "male", 3: "female"}
_EYES: Final = dict(enumerate((
    "unknown", "other", "black", "blue", "brown", "grey", "green", "hazel", "multi_coloured", "pink",
)))  # fmt: skip
_HAIR: Final = dict(enumerate((
    "unknown", "other", "bald", "black", "blonde", "brown", "grey", "white", "red", "known_coloured",
)))  # fmt: skip
_PROPERTIES: Final = (
    "glasses", "moustache", "beard", "teeth_visible", "pupil_or_iris_not_visible", "mouth_open", "left_eye_patch",
    "right_eye_patch", "dark_glasses", "biometric_absent", "head_covering",
)  # fmt: skip
_EXPRESSIONS: Final = ("neutral", "smile", "raised_eyebrows", "eyes_looking_away", "squinting", "frowning")
_COLOURS: Final = dict(enumerate(("unknown", "other", "rgb24", "rgb48", "yuv422", "grey8", "grey16")))
_SOURCES: Final = dict(enumerate((
    "unknown", "photograph", "digital_still_camera", "scanner", "video", "analogue_video", "digital_video",
)))  # fmt: skip
_KINDS: Final = {0: "mrtd"}
_POINTS: Final = tuple(chain.from_iterable(
    [(group, point) for point in range(1, count + 1)]
    for group, count in enumerate((14, 14, 6, 4, 4, 1, 10, 15, 10, 6, 4), start=2)
))  # fmt: skip
"""MPEG4FeaturePointCode counts through the feature points of ISO/IEC 14496-2 annex C, group 2 to group 12."""
_ANTHROPOMETRIC: Final = ("name", "point_name", "point_id")
"""The three tables of AnthropometricLandmark; a landmark is told by its place in one of them."""


def faces(data: bytes, notes: Deviations) -> tuple[Face, ...]:
    """One portrait, by Doc 9303's profile; more are read all the same."""
    blocks = representations(data, TAG, notes)
    if len(blocks) > 1:
        notes.note("count_wrong", f"1 representation is allowed, {len(blocks)} there")
    return tuple(_face(block) for block in blocks)


def _face(block: Block) -> Face:
    representation = _representation(block)
    information, person = representation.block(1), block.block(8)
    image, expressions = _image(representation, information), person.block(5)
    return Face(
        image=image,
        standard=STANDARD,
        gender=person.named(0, _GENDERS),
        eye_colour=person.named(1, _EYES),
        hair_colour=person.named(2, _HAIR),
        height=person.integer(3),
        properties=person.block(4).true(_PROPERTIES) if 4 in person else None,
        expressions=tuple(name for name in _EXPRESSIONS if name in expressions.true(_EXPRESSIONS)),
        pose=_pose(person.block(6)),
        landmarks=tuple(_landmark(landmark) for landmark in block.blocks(9)),
        kind=information.named(1, _KINDS),
        colour_space=information.named(9, _COLOURS),
        source=representation.block(2).named(1, _SOURCES),
        quality=scores(block.blocks(3)),
        captured=moment(block.block(2)),
    )


def _representation(block: Block) -> Block:
    """The two-dimensional one; the profile knows no other."""
    choice = block.block(1).block(0)
    if 0 not in choice:
        raise UnusableData("DG2 holds no two-dimensional image", file=block.notes.file)
    return choice.block(0)


def _image(representation: Block, information: Block) -> FaceImage:
    notes = representation.notes
    data = representation.required(0)
    size = information.block(7)
    said = size.integer(0), size.integer(1)
    announced = _FORMATS.get(information.code(0) or 0, "")
    picture, (width, height) = measured(data, said, announced, notes)
    return FaceImage(picture.data, picture.media_type, width, height)


def _pose(block: Block) -> Pose:
    angles = [block.block(number) for number in range(3)]
    yaw, pitch, roll = (angle.integer(0) for angle in angles)
    return Pose(yaw, pitch, roll, tuple(angle.integer(1) for angle in angles))


def _landmark(block: Block) -> Landmark:
    place = block.block(1).block(0)
    kind = block.block(0).block(0)
    for number in (0, 1, 2):
        if number in place:
            point = place.block(number)
            return Landmark(_landmark_kind(kind), point.integer(0), point.integer(1), point.integer(2))
    return Landmark(_landmark_kind(kind), None, None)


def _landmark_kind(kind: Block) -> str:
    """mpeg4_8.4 for a feature point; name_17, point_name_3 or point_id_9 for an anthropometric landmark."""
    if 0 in kind:
        code = kind.code(0)
        return "mpeg4_{}.{}".format(*_POINTS[code]) if code is not None and 0 <= code < len(_POINTS) else ""
    base = kind.block(1).block(0)
    number = next((number for number in range(3) if number in base), None)
    return "" if number is None else f"{_ANTHROPOMETRIC[number]}_{base.code(number)}"
