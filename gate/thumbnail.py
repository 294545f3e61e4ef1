"""A picture made small enough to be looked at and for nothing else."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image

from biometrics.capture import Rgb

WIDTH: Final = 150
HEIGHT: Final = 200
QUALITY: Final = 70


def small(image: Rgb) -> bytes:
    """The middle of an RGB image (height, width, 3) at three to four, as JPEG of 150 by 200 pixels."""
    height, width = image.shape[:2]
    across, down = min(width, height * WIDTH // HEIGHT), min(height, width * HEIGHT // WIDTH)
    left, top = (width - across) // 2, (height - down) // 2
    cut = Image.fromarray(image).crop((left, top, left + across, top + down))
    out = io.BytesIO()
    cut.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR, reducing_gap=2.0).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
