"""ISO/IEC 19794-4 records: written, read back, cut, damaged."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometrics.capture import UnusableImage
from biometrics.finger.image_records import (
    CodedImage,
    Coding,
    ImageView,
    Version,
    from_iso19794_4,
    to_iso19794_4,
)
from biometrics.finger.records import ForeignRecord, RecordError, UnusableRecord

PRINT = np.random.default_rng(4).integers(0, 255, (40, 52), dtype=np.uint8)
LOSSLESS = (Coding.RAW, Coding.PACKED, Coding.PNG)
BOTH = pytest.mark.parametrize("version", Version)


def record(version: Version, coding: Coding = Coding.RAW) -> bytes:
    image = CodedImage.of(PRINT, 1000, coding)
    views = [ImageView(image, code=2, quality=80), ImageView(image, code=2, number=2), ImageView(image, code=14)]
    return to_iso19794_4(views, version)


@BOTH
@pytest.mark.parametrize("coding", LOSSLESS)
def test_a_record_of_several_views_is_read_back(version: Version, coding: Coding) -> None:
    read = from_iso19794_4(record(version, coding))
    assert read.version is version
    assert [(v.position, v.code, v.number, v.quality) for v in read.views] == [
        ("right_index", 2, 1, 80),
        ("right_index", 2, 2, None),
        (None, 14, 1, None),
    ]
    for view in read.views:
        assert view.image.dpi == 1000
        assert np.array_equal(view.image.pixels(), PRINT)


@BOTH
@pytest.mark.parametrize("coding", [Coding.WSQ, Coding.JPEG, Coding.JPEG_2000])
def test_lossy_codings_come_near(version: Version, coding: Coding) -> None:
    smooth = np.tile((127 + 90 * np.sin(np.arange(96) * 0.7)).astype(np.uint8), (80, 1))
    written = to_iso19794_4([ImageView(CodedImage.of(smooth, coding=coding))], version)
    assert np.abs(from_iso19794_4(written).views[0].image.pixels().astype(int) - smooth).mean() < 12


def test_pixels_a_centimetre_are_converted() -> None:
    octets = bytearray(record(Version.V2005))
    octets[19], octets[24:26] = 2, (197).to_bytes(2)
    assert from_iso19794_4(bytes(octets)).views[0].image.dpi == 500


@BOTH
@pytest.mark.parametrize(("quality", "failed"), [(0, False), (100, False), (None, False), (None, True)])
def test_a_quality_that_is_not_known_is_not_the_worst(version: Version, quality: int | None, failed: bool) -> None:
    view = ImageView(CodedImage.of(PRINT), quality=quality, failed=failed)
    (found,) = from_iso19794_4(to_iso19794_4([view], version)).views
    assert (found.quality, found.failed) == (quality, failed)


def test_four_bits_a_pixel_are_unpacked() -> None:
    image = CodedImage(b"\x0f\xa5", Coding.PACKED, 2, 2, 500, 4)
    assert image.pixels().tolist() == [[0, 255], [170, 85]]


@BOTH
def test_every_truncation_is_refused(version: Version) -> None:
    octets = record(version, Coding.PNG)
    for length in range(len(octets)):
        with pytest.raises(RecordError):
            from_iso19794_4(octets[:length])


def test_other_formats_and_versions_are_named_as_such() -> None:
    for octets in (b"FMR\0 20\0", b"FIR\x00999\x00" + bytes(100)):
        with pytest.raises(ForeignRecord):
            from_iso19794_4(octets)


@BOTH
def test_a_record_without_resolution_is_refused(version: Version) -> None:
    image = CodedImage.of(PRINT, 500)
    with pytest.raises(UnusableRecord, match="no resolution"):
        from_iso19794_4(to_iso19794_4([ImageView(replace(image, dpi=0))], version))


@pytest.mark.parametrize(
    "image",
    [
        CodedImage(b"\0" * 10, Coding.RAW, 60000, 60000, 500),
        CodedImage(b"\0" * 10, Coding.RAW, 4, 4, 500),
        CodedImage(b"", Coding.RAW, 0, 0, 500),
        CodedImage(b"\0" * 32, Coding.RAW, 4, 4, 500, 16),
        CodedImage(b"BM" + bytes(100), Coding.PNG, 4, 4, 500),
        replace(CodedImage.of(PRINT, coding=Coding.PNG), width=51),
    ],
    ids=["huge", "short", "empty", "16 bits", "another coding", "another size"],
)
def test_a_picture_that_is_not_as_announced_is_refused(image: CodedImage) -> None:
    with pytest.raises(UnusableImage):
        image.pixels()


@pytest.mark.parametrize("version", Version)
@given(st.data())
def test_damaged_octets_are_read_or_refused(version: Version, data: st.DataObject) -> None:
    octets = bytearray(record(version, Coding.PNG))
    for at in data.draw(st.lists(st.integers(0, len(octets) - 1), max_size=4)):
        octets[at] = data.draw(st.integers(0, 255))
    with suppress(RecordError, UnusableImage):
        for view in from_iso19794_4(bytes(octets)).views:
            assert view.image.pixels().dtype == np.uint8
