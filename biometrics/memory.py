"""How a process that works on pictures gives their memory back.

A frame of a page reader has four megabytes and lives for a tenth of a second. The C library's allocator learns from
such sizes to keep them, in an arena for each thread, for ever: a station of a dozen threads then holds three times what
it needs. Fixed limits make every picture a mapping of its own, which ends with it.
"""

from __future__ import annotations

import ctypes
from typing import Final

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # mallopt(3)
PICTURE: Final = 200_000
"""Bytes from which a block is mapped and returned: below a grey print of 500 x 500, above a JPEG of a camera."""
ARENAS: Final = 2
"""Python's lock lets one thread allocate at a time; the second is for codecs that work without it."""


def give_pictures_back() -> None:
    """For this process, from now on. Nothing happens where the C library has no such limits (musl, macOS)."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, ARENAS)
        mallopt(_M_MMAP_THRESHOLD, PICTURE)
        mallopt(_M_TRIM_THRESHOLD, PICTURE)
