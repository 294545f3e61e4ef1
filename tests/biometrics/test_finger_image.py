"""What comes in as a print, and what is refused."""

from __future__ import annotations

import io
import tracemalloc
from contextlib import suppress
from pathlib import Path
from random import Random

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


def noisy_print() -> np.ndarray:
    """Ridges on paper: a disc of rings, dark on light."""
    y, x = np.mgrid[-150:150, -150:150]
    rings = 127 - 110 * np.cos(np.hypot(x, y) * 0.7)
    return np.where(np.hypot(x, y) < 120, rings, 255).astype(np.uint8)


def test_light_ridges_on_dark_are_turned_back() -> None:
    grey = noisy_print()
    assert np.array_equal(at_working_resolution(255 - grey), grey)


def test_dark_ridges_on_light_stay(data: Path) -> None:
    for kind in ("fvc2004_db1_b", "fvc2004_db2_b", "fvc2004_db3_b", "fvc2004_db4_b", "uareu"):
        for file in sorted((data / "fingerprints" / kind).iterdir())[::10]:
            pixels, _ = read(file)
            assert np.array_equal(at_working_resolution(pixels), pixels)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_mode_of_a_tiff_becomes_grey(mode: str) -> None:
    buffer = io.BytesIO()
    Image.fromarray(noisy_print()).convert("RGB" if mode == "CMYK" else "L").convert(mode).save(buffer, "TIFF")
    pixels, _ = decode(buffer.getvalue())
    assert pixels.shape == (300, 300)
    assert pixels.dtype == np.uint8
    assert np.ptp(pixels) > 200


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_are_a_typed_error(value: float) -> None:
    pixels = np.full((80, 80), 0.5, np.float32)
    pixels[3, 4] = value
    with pytest.raises(UnusableImage, match="no numbers"):
        decode(encoded(pixels, "TIFF"))


@pytest.mark.parametrize("kind", ["TIFF", "PNG"])
def test_of_several_pages_the_first_counts(kind: str) -> None:
    buffer = io.BytesIO()
    Image.fromarray(GREY).save(buffer, kind, save_all=True, append_images=[Image.new("L", (200, 100))])
    assert np.array_equal(decode(buffer.getvalue())[0], GREY)


def test_a_bomb_costs_no_memory() -> None:
    bomb = encoded(np.zeros((10_000, 10_000), np.uint8), "PNG")
    tracemalloc.start()
    try:
        with pytest.raises(UnusableImage, match="too many pixels"):
            decode(bomb)
        assert tracemalloc.get_traced_memory()[1] < 1 << 22
    finally:
        tracemalloc.stop()


def test_a_wsq_bomb_is_refused_by_its_frame(data: Path) -> None:
    octets = bytearray((data / "fingerprints" / "wsq" / "sample.wsq").read_bytes())
    at = octets.index(b"\xff\xa2\x00\x11")
    octets[at + 6 : at + 10] = b"\xff\xff\xff\xff"
    with pytest.raises(UnusableImage, match="too many pixels"):
        decode(bytes(octets))


def test_damaged_wsq_ends_in_a_typed_error_or_a_picture(data: Path) -> None:
    """The process that decodes may die of it; its parent does not."""
    octets, random = (data / "fingerprints" / "wsq" / "fp.wsq").read_bytes(), Random(7)
    for _ in range(20):
        damaged = bytearray(octets)
        for _ in range(10):
            damaged[random.randrange(len(octets))] = random.randrange(256)
        with suppress(UnusableImage):
            assert decode(bytes(damaged))[0].ndim == 2
