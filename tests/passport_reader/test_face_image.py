"""The portrait of DG2, as JPEG and JPEG 2000, and when it cannot be shown."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from passport_reader import examination, tlv
from passport_reader.data_groups import face_image
from passport_reader.deviations import Deviations
from passport_reader.document import FaceImage, Outcome, UnusableData
from passport_reader.lds import Ef
from passport_reader.pki.trust import TrustStore


def dg2(picture: bytes, *, points: int = 0, tag: int = 0x5F2E, said: int | None = None) -> bytes:
    """DG2 around a picture (ISO/IEC 19794-5:2005 §5.4 to §5.8)."""
    block = 20 + 8 * points + 12 + len(picture)
    information = bytes(2) + (413).to_bytes(2, "big") + (531).to_bytes(2, "big") + bytes(6)
    facial = (said or block).to_bytes(4, "big") + points.to_bytes(2, "big") + bytes(14) + bytes(8 * points)
    record = b"FAC\x00010\x00" + (14 + block).to_bytes(4, "big") + b"\0\1" + facial + information + picture
    template = tlv.encode(0x7F60, tlv.encode(0xA1, b"") + tlv.encode(tag, record))
    return tlv.encode(0x75, tlv.encode(0x7F61, tlv.encode(0x02, b"\1") + template))


def jpeg2000(mode: str) -> bytes:
    picture = io.BytesIO()
    Image.new(mode, (413, 531), 128 if mode == "L" else (90, 120, 150)).save(picture, "JPEG2000")
    return picture.getvalue()


def test_the_reference_portrait_is_jpeg_2000(bsi: dict[int, bytes]) -> None:
    face = face_image.portrait(bsi[Ef.DG2])
    assert (face.media_type, face.width, face.height) == ("image/jp2", 413, 531)  # whatever its record says
    face_image.require_decodable(face)


def test_the_sample_record_of_another_reader_is_read(data: Path) -> None:
    record = (data / "emrtd" / "iso39794" / "ISO19794_Test1_Data.bin").read_bytes()
    template = record if record[:1] == b"\x75" else None
    if template is None:
        template = tlv.encode(0x75, tlv.encode(0x7F61, tlv.encode(0x7F60, tlv.encode(0x5F2E, record))))
    face = face_image.portrait(template)
    assert face.media_type in {"image/jpeg", "image/jp2"}


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_jpeg_2000_of_one_and_three_components(mode: str) -> None:
    face = face_image.portrait(dg2(jpeg2000(mode)))
    assert (face.media_type, face.width, face.height) == ("image/jp2", 413, 531)
    face_image.require_decodable(face)


@pytest.mark.parametrize("tag", [0x5F2E, 0x7F2E])
@pytest.mark.parametrize("points", [0, 1, 27])
def test_jpeg_behind_any_number_of_feature_points(portrait: bytes, points: int, tag: int) -> None:
    assert face_image.portrait(dg2(portrait, points=points, tag=tag)) == FaceImage(portrait, "image/jpeg", 414, 540)


@pytest.mark.parametrize("picture", [b"", b"BM not a picture of passports", b"GIF89a"])
def test_other_kinds_of_picture_are_refused(picture: bytes) -> None:
    with pytest.raises(UnusableData):
        face_image.portrait(dg2(picture))


@pytest.mark.parametrize("said", [1, 31, 10**6, 2**32 - 1])
def test_a_block_that_lies_about_its_length_is_read_to_the_end_of_its_record(portrait: bytes, said: int) -> None:
    lying, notes = dg2(portrait, said=said), Deviations("EF_DG2")
    assert face_image.decode(lying, notes)[0].image.data == portrait
    assert "length_wrong" in {deviation.code for deviation in notes.noted}
    with pytest.raises(UnusableData):
        face_image.decode(lying, Deviations("EF_DG2", strict=True))


def test_a_corrupt_picture_is_the_finding_that_names_it(portrait: bytes, at: datetime) -> None:
    document = examination.of_folder({int(Ef.DG2): dg2(portrait[:3000])}, TrustStore(), at)
    assert document.face is None
    assert document.outcome("face_image") is Outcome.FAILED


def test_an_absurdly_large_picture_is_not_decoded() -> None:
    picture = io.BytesIO()
    Image.new("L", (5000, 4000)).save(picture, "JPEG")
    with pytest.raises(UnusableData):
        face_image.require_decodable(FaceImage(picture.getvalue(), "image/jpeg", 5000, 4000))
