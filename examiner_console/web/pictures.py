"""Stored pictures in a form browsers show: JPEG and PNG as they are, a chip's JPEG 2000 turned into PNG.

The bytes come from a stranger's chip, so only the one decoder that the media type names is tried, and a picture larger
than any passport's is refused before it is decoded.
"""

from __future__ import annotations

import asyncio
import io
from typing import Final

from PIL import Image

LARGEST_PIXELS: Final = 4_000_000
"""ISO/IEC 19794-5 portraits stay under 1 megapixel; a scan of a page at 300 dpi under 2."""
AS_THEY_ARE: Final = frozenset({"image/jpeg", "image/png"})


class UnshowablePicture(Exception):
    """Not a picture, or damaged."""

    code = "unshowable_picture"


async def shown(media_type: str, data: bytes) -> tuple[str, bytes]:
    if media_type in AS_THEY_ARE:
        return media_type, data
    if media_type != "image/jp2":
        raise UnshowablePicture
    return "image/png", await asyncio.to_thread(_as_png, data)


def _as_png(data: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG2000"]) as picture:
            if picture.width * picture.height > LARGEST_PIXELS:
                raise UnshowablePicture
            png = io.BytesIO()
            picture.convert("RGB").save(png, "PNG")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise UnshowablePicture from None
    return png.getvalue()
