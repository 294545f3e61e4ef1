"""DG2: the portrait, in ISO/IEC 19794-5:2005 or ISO/IEC 39794-5:2019 (Doc 9303-10 §4.7.2)."""

from __future__ import annotations

from typing import Final

from passport_reader.data_groups import biometrics, face_block, face_record
from passport_reader.data_groups import picture as pictures
from passport_reader.data_groups.biometrics import BiometricBlock
from passport_reader.data_groups.faces import Face
from passport_reader.data_groups.picture import Picture
from passport_reader.deviations import Deviations
from passport_reader.document import FaceImage, UnusableData
from passport_reader.lds import Ef

_FORMAT_TYPES: Final = {False: 0x0008, True: 0x002A}
"""Of the CBEFF register: a face image record of 19794-5, and a block of 39794-5."""


def decode(dg2: bytes, notes: Deviations) -> tuple[Face, ...]:
    """Every facial image, the first instance first. Raise `UnusableData` where there is none."""
    blocks = biometrics.blocks(Ef.DG2, dg2, notes)
    if not blocks:
        raise UnusableData("DG2 holds no instance", file=Ef.DG2)
    return tuple(face for block in blocks for face in _faces(block, notes))


def portrait(dg2: bytes) -> FaceImage:
    """The first facial image. Raise `UnusableData` where there is none that a reader could show."""
    image = decode(dg2, Deviations(Ef.DG2.title))[0].image
    if image.media_type not in (pictures.JPEG, pictures.JPEG_2000):
        raise UnusableData("the portrait is neither JPEG nor JPEG 2000", file=Ef.DG2)
    return image


def require_decodable(face: FaceImage) -> None:
    """Raise `UnusableData` where the picture cannot be shown: cut off, corrupt, or absurdly large."""
    pictures.decoded(Picture(face.data, face.media_type))


def _faces(block: BiometricBlock, notes: Deviations) -> tuple[Face, ...]:
    biometrics.note_format(block, _FORMAT_TYPES, notes)
    return face_block.faces(block.data, notes) if block.encoded else face_record.faces(block.data, notes)
