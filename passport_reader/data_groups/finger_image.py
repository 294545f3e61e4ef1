"""DG3: fingerprints, in ISO/IEC 19794-4:2005 or ISO/IEC 39794-4:2019 (Doc 9303-10 §4.7.3).

A chip gives them to authorised terminals alone (extended access control); here they are only decoded.
"""

from __future__ import annotations

from typing import Final

from passport_reader.data_groups import biometrics, finger_block, finger_record
from passport_reader.data_groups import picture as pictures
from passport_reader.data_groups.biometrics import BiometricBlock
from passport_reader.data_groups.fingers import Finger
from passport_reader.data_groups.picture import Pixels
from passport_reader.deviations import Deviations
from passport_reader.lds import Ef

_FORMAT_TYPES: Final = {False: 0x0007, True: 0x0028}
"""Of the CBEFF register: a finger image record of 19794-4, and a block of 39794-4."""


def decode(dg3: bytes, notes: Deviations) -> tuple[Finger, ...]:
    """Every image of every instance; none where the State took no fingerprints (§4.7.3.1)."""
    return tuple(finger for block in biometrics.blocks(Ef.DG3, dg3, notes) for finger in _fingers(block, notes))


def pixels(finger: Finger) -> Pixels:
    """(height, width), 8 bit. Raise `UnusableData` where the picture is corrupt or absurdly large."""
    if finger.picture.media_type == pictures.RAW:
        return pictures.raw(finger.picture.data, finger.width, finger.height)
    return pictures.grey(pictures.decoded(finger.picture))


def _fingers(block: BiometricBlock, notes: Deviations) -> tuple[Finger, ...]:
    biometrics.note_format(block, _FORMAT_TYPES, notes)
    return finger_block.fingers(block.data, notes) if block.encoded else finger_record.fingers(block.data, notes)
