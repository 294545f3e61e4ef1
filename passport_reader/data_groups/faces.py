"""What DG2 says of a face, whichever standard it is written in. An empty word or None: the issuer does not say."""

from __future__ import annotations

from dataclasses import dataclass

from passport_reader.data_groups.dates import Moment
from passport_reader.document import FaceImage


@dataclass(frozen=True, slots=True)
class Landmark:
    """A point of the face in pixels from the upper left. `kind` is mpeg4_8.4 (ISO/IEC 14496-2), name_17 …"""

    kind: str
    x: int | None
    y: int | None
    z: int | None = None


@dataclass(frozen=True, slots=True)
class Pose:
    """Degrees, -180 to 180; the uncertainty of each likewise."""

    yaw: int | None = None
    pitch: int | None = None
    roll: int | None = None
    uncertainties: tuple[int | None, ...] = (None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    image: FaceImage
    standard: str
    """ISO/IEC 19794-5:2005 or ISO/IEC 39794-5:2019."""
    gender: str = ""
    eye_colour: str = ""
    hair_colour: str = ""
    height: int | None = None
    """Of the person, millimetres."""
    properties: frozenset[str] | None = None
    """Glasses, beard, mouth open …"""
    expressions: tuple[str, ...] = ()
    pose: Pose = Pose()
    landmarks: tuple[Landmark, ...] = ()
    kind: str = ""
    """basic, full_frontal, token_frontal, mrtd."""
    colour_space: str = ""
    source: str = ""
    quality: tuple[int, ...] = ()
    """0 to 100, by the algorithms the record names."""
    captured: Moment | None = None
