"""What galleries in files have in common: one writer at a time."""

from __future__ import annotations

import fcntl

from biometrics.gallery import UnusableGallery


def lock(file: int, name: str) -> None:
    """The open `file` is this process's until it is closed. Raise `UnusableGallery` where another process has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UnusableGallery(f"{name} is being written to by another process") from None
