"""The mirror: JPEG pictures as multipart/x-mixed-replace, passed on from a gate or from the bio-cart's own camera.

Nothing is kept: a picture lives as long as its part. When no picture comes for a while a plain grey one is sent,
so that a mirror is never a photograph of someone who has left.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Final

from PIL import Image

BOUNDARY: Final = "sekisho-mirror"
MEDIA_TYPE: Final = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
START_OF_IMAGE: Final = b"\xff\xd8\xff"
END_OF_IMAGE: Final = b"\xff\xd9"
LARGEST_PICTURE: Final = 2 * 1024 * 1024
"""A 1080p preview frame stays under 1 MiB; a stream without an end of image must not fill the memory."""
STALE_SECONDS: Final = 1.5


def _grey() -> bytes:
    picture = BytesIO()
    Image.new("L", (64, 48), 0x94).save(picture, "JPEG")
    return picture.getvalue()


GREY: Final = _grey()


def part(jpeg: bytes) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
    return head.encode() + jpeg + b"\r\n"


async def pictures(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The JPEG pictures of a multipart stream, found by their own markers (ISO/IEC 10918-1 annex B)."""
    held = b""
    async for chunk in chunks:
        held = (held + chunk)[-LARGEST_PICTURE:]
        while (start := held.find(START_OF_IMAGE)) >= 0:
            end = held.find(END_OF_IMAGE, start)
            if end < 0:
                break
            yield held[start : end + 2]
            held = held[end + 2 :]


async def parts(source: AsyncIterator[bytes], *, stale: float = STALE_SECONDS) -> AsyncIterator[bytes]:
    """The pictures framed for a browser; grey when the source is silent for `stale` seconds; ends with it."""
    waiting: asyncio.Future[bytes] | None = None
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(anext(source))
            done, _ = await asyncio.wait({waiting}, timeout=stale)
            if not done:
                yield part(GREY)
                continue
            finished, waiting = waiting, None
            yield part(finished.result())
    except StopAsyncIteration:
        yield part(GREY)
    finally:
        if waiting is not None:
            waiting.cancel()
