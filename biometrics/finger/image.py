"""From a file or a sensor to what extraction works on: grey, dark ridges on light, 500 dpi.

Resolution is handled, never assumed: a file that states a plausible one is resampled from it, others are taken to be
at 500 dpi. Everything unusable ends in `UnusableImage`. Of several pages or frames the first counts.

White ridges on black are turned back where the paper shows: a frame around the print that is nearly all dark, as no
scanner's background is. A print that fills its picture has no such frame; inverted it gives the same minutiae with
their kinds exchanged, since a vortex of the ridge phase is one in either polarity, and compares as its finger does.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from biometrics.capture import FingerImage, Gray, UnusableImage
from biometrics.finger import image_wsq
from biometrics.finger.parameters import DPI

FORMATS: Final = ("TIFF", "PNG", "BMP", "JPEG", "JPEG2000")
"""That Pillow decodes; WSQ has a guard of its own."""
SMALLEST_SIDE: Final = 48
"""Pixels at 500 dpi, 2.4 mm: five ridges. Less cannot be compared."""
LARGEST_SIDE: Final = 2500
"""Pixels at 500 dpi, 127 mm: a whole hand's width. More is not a finger."""
MOST_PIXELS: Final = 26_000_000
"""Refused above, before decoding: 2500 x 2500 at 1000 dpi with margin."""
MOST_BYTES: Final = 128 << 20
"""Of a file: the most pixels, uncompressed, in four octets each."""
FRAME: Final = 6
"""Pixels at the edge in which paper is looked for: less than a ridge period, so that a print rarely fills them."""
DARK: Final = 64
DARK_SHARE: Final = 0.8
"""Of the frame under `DARK`: the picture is inverted. Ridges alone cover half a frame."""
PLAUSIBLE_DPI: Final = (200, 2000)
"""Outside, a file's resolution is a printer's or a screen's default, not a sensor's."""


def read(path: Path, *, dpi: int | None = None) -> tuple[Gray, int]:
    """The picture in `path` and its resolution; `dpi` overrides what the file says. Raises `UnusableImage`."""
    return decoded_at(file_bytes(path), dpi)


def decoded_at(data: bytes, dpi: int | None) -> tuple[Gray, int]:
    pixels, stated = decode(data)
    return pixels, stated if dpi is None else dpi


def file_bytes(path: Path) -> bytes:
    """Raises `UnusableImage` for a file that cannot be read or is too large to be a picture of fingers."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnusableImage("the file is too large for a print")
        return path.read_bytes()
    except OSError as error:
        raise UnusableImage(f"the file cannot be read: {error.strerror}") from None


def decode(data: bytes) -> tuple[Gray, int]:
    """TIFF, PNG, BMP, JPEG, JPEG 2000 or WSQ to grey pixels and dots an inch (500 where it does not say, plausibly).
    Raises `UnusableImage`."""
    if data.startswith(image_wsq.START):
        return image_wsq.decode(data), DPI  # WSQ is defined for 500 dpi alone
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged metadata: the pixels are what counts
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise UnusableImage("the image has too many pixels for a print")
                stated = picture.info.get("dpi", (DPI,))
                pixels = _grey(picture)
    except UnusableImage:
        raise
    except UnidentifiedImageError:
        raise UnusableImage("not a TIFF, PNG, BMP, JPEG, JPEG 2000 or WSQ image") from None
    except Exception:  # codecs raise what they like
        raise UnusableImage("the image is damaged or incomplete") from None
    return pixels, _plausible(stated[0])


def _grey(picture: Image.Image) -> Gray:
    if picture.mode in ("I;16", "I;16B", "I", "F"):
        deep = np.asarray(picture, dtype=np.float32)
        if not np.isfinite(deep).all():
            raise UnusableImage("the image holds values that are no numbers")
        low = min(float(deep.min(initial=0.0)), 0.0)
        top = max(float(deep.max(initial=1.0)), 1.0)
        scale = 255.0 / (top - low)
        return np.asarray(np.clip(deep * scale - low * scale, 0, 255), dtype=np.uint8)
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture.convert("RGBA"))
    return np.array(picture.convert("L"), dtype=np.uint8)


def _plausible(stated: object) -> int:
    try:
        value = round(float(stated))  # type: ignore[arg-type]  # whatever the file holds; refused below
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        return DPI
    low, high = PLAUSIBLE_DPI
    return value if low <= value <= high else DPI


def at_working_resolution(image: FingerImage | Gray, dpi: int = DPI) -> Gray:
    """Shape (height, width) at 500 dpi, turned to dark on light where it was not.

    Raises `UnusableImage` for another shape, type, size or resolution."""
    pixels, dpi = (image.pixels, image.dpi) if isinstance(image, FingerImage) else (image, dpi)
    _check(pixels, dpi)
    if _inverted(pixels):
        pixels = 255 - pixels
    if dpi != DPI:
        pixels = _resampled(pixels, DPI / dpi)
    height, width = pixels.shape
    if min(height, width) < SMALLEST_SIDE:
        raise UnusableImage(f"the print is smaller than {SMALLEST_SIDE} pixels at {DPI} dpi")
    if max(height, width) > LARGEST_SIDE:
        raise UnusableImage(f"the print is larger than {LARGEST_SIDE} pixels at {DPI} dpi")
    return pixels


def _check(pixels: npt.NDArray[np.generic], dpi: int) -> None:
    if not isinstance(pixels, np.ndarray) or pixels.ndim != 2 or pixels.dtype != np.uint8:
        raise UnusableImage("a print is a two-dimensional array of grey bytes")
    if pixels.size > MOST_PIXELS:
        raise UnusableImage("the image has too many pixels for a print")
    low, high = PLAUSIBLE_DPI
    if not low <= dpi <= high:
        raise UnusableImage(f"the resolution must lie between {low} and {high} dpi")
    if min(pixels.shape) < 8:
        raise UnusableImage("the image is too small for a print")


def _inverted(pixels: Gray) -> bool:
    inner = pixels[FRAME:-FRAME, FRAME:-FRAME]
    frame = pixels.size - inner.size
    dark = np.count_nonzero(pixels < DARK) - np.count_nonzero(inner < DARK)
    return bool(dark > DARK_SHARE * frame)


def _resampled(pixels: Gray, scale: float) -> Gray:
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=method), dtype=np.uint8)
