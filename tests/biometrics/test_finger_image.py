"""What comes in as a print, and what is refused."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from biometrics.capture import UnusableImage
from biometrics.finger.image import at_working_resolution, decode, read


def encoded(pixels: np.ndarray, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


GREY = np.tile(np.arange(200, dtype=np.uint8), (100, 1))


def test_resolution_stated_in_the_file_is_used() -> None:
    assert decode(encoded(GREY, "PNG", dpi=(1000, 1000)))[1] == 1000


def test_a_printer_s_default_resolution_is_not_believed() -> None:
    assert decode(encoded(GREY, "PNG", dpi=(72, 72)))[1] == 500


def test_1000_dpi_is_halved() -> None:
    assert at_working_resolution(GREY, 1000).shape == (50, 100)


def test_transparent_paper_is_white() -> None:
    rgba = np.zeros((60, 60, 4), np.uint8)
    assert decode(encoded(rgba, "PNG"))[0].min() == 255


def test_sixteen_bits_keep_their_contrast() -> None:
    pixels, _ = decode(encoded(np.linspace(0, 65535, 6400).reshape(80, 80).astype(np.uint16), "PNG"))
    assert pixels.min() == 0
    assert pixels.max() == 255


def test_wsq_is_read(data: Path) -> None:
    pixels, dpi = read(data / "fingerprints" / "wsq" / "sample.wsq")
    assert pixels.shape == (622, 545)
    assert dpi == 500


@pytest.mark.parametrize("cut", [0, 3, 100, 2000])
@pytest.mark.parametrize("name", ["wsq/sample.wsq", "uareu/012_10_1.tif", "iso_templates/probe.png"])
def test_a_truncated_file_is_a_typed_error(data: Path, name: str, cut: int) -> None:
    with pytest.raises(UnusableImage):
        decode((data / "fingerprints" / name).read_bytes()[:cut])


@pytest.mark.parametrize(
    ("pixels", "dpi"),
    [
        (np.zeros((8, 300), np.uint8), 500),
        (np.zeros((300, 8), np.uint8), 500),
        (np.zeros((0, 0), np.uint8), 500),
        (np.zeros((80, 80), np.uint8), 1000),
        (np.zeros((3000, 100), np.uint8), 500),
        (np.full((300, 300), np.nan), 500),
        (np.zeros((300, 300, 3), np.uint8), 500),
        (np.zeros((300, 300), np.uint8), 0),
        (np.zeros((300, 300), np.uint8), 100_000),
    ],
    ids=["low", "narrow", "empty", "small at 1000 dpi", "large", "NaN", "colour", "0 dpi", "100000 dpi"],
)
def test_what_is_no_print_is_a_typed_error(pixels: np.ndarray, dpi: int) -> None:
    with pytest.raises(UnusableImage):
        at_working_resolution(pixels, dpi)


def test_a_hundred_megapixels_are_refused_before_they_are_decoded() -> None:
    with pytest.raises(UnusableImage, match="too many pixels"):
        decode(encoded(np.zeros((10_000, 10_000), np.uint8), "PNG"))


def test_a_missing_file_is_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(UnusableImage, match="No such file"):
        read(tmp_path / "none.png")
