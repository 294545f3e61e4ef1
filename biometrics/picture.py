"""Encoded pictures to RGB arrays and back. The bytes come from chips and networks: nothing in them is trusted."""

from __future__ import annotations

import io
import warnings
from typing import Final

import numpy as np
from PIL import Image, UnidentifiedImageError

from biometrics.capture import Rgb, UnusableImage

FORMATS: Final = ("JPEG", "JPEG2000", "PNG")
"""Doc 9303-10 §4.7.2 has the first two in DG2; PNG is for files."""
GROUND: Final = (128, 128, 128, 255)
"""Under transparent pixels: what colour they hide is anybody's guess."""
MAX_PIXELS: Final = 24_000_000
"""A portrait of a chip has under one million; 24 million is a good camera. More would cost memory for nothing."""


def decode(data: bytes) -> Rgb:
    """JPEG, JPEG 2000 or PNG to (height, width, 3): grey as grey, 16 bits rounded down to 8, what is transparent on
    middle grey. Raise `UnusableImage`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                _check_size(*picture.size)
                return np.asarray(_in_colour(picture), np.uint8)
    except UnidentifiedImageError:
        raise UnusableImage("This is not a JPEG, JPEG 2000 or PNG picture.") from None
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnusableImage("The picture is damaged or incomplete.") from None


def _in_colour(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16"):  # Pillow would clip: all but the darkest 256 of 65,536 values became white
        eighth = np.asarray(picture, np.uint16) >> 8
        return Image.fromarray(eighth.astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        ground = Image.new("RGBA", picture.size, GROUND)
        return Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")
    return picture.convert("RGB")


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise UnusableImage(f"The picture has more than {MAX_PIXELS // 1_000_000} million pixels.")


def to_jpeg(image: Rgb, *, quality: int = 90) -> bytes:
    """Quality as libjpeg counts it, 1 to 95."""
    out = io.BytesIO()
    Image.fromarray(image).save(out, "JPEG", quality=quality)
    return out.getvalue()
