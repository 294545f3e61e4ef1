"""Server-sent events of a screen that changes: the newest fragment at once, a heart-beat every second in between.

A page that hears neither for four seconds knows that what it shows may be stale (`static/screen.js`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

BEAT_SECONDS: Final = 1.0
BEAT_COMMENT: Final = b": beat\n\n"
"""A script in a page cannot see a comment; a program that reads the stream can, and need not parse it."""


class Change:
    """A number that counts up, and a way to wait for it; closing lets every waiter go."""

    def __init__(self) -> None:
        self.number = 1
        self.closed = False
        self._moved = asyncio.Event()

    def bump(self) -> None:
        self.number += 1
        self._wake()

    def close(self) -> None:
        self.closed = True
        self._wake()

    async def beyond(self, number: int, *, seconds: float) -> None:
        """Return when the number is larger, when closed, or after `seconds`."""
        if self.number > number or self.closed:
            return
        moved = self._moved
        try:
            await asyncio.wait_for(moved.wait(), seconds)
        except TimeoutError:
            return

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()


def event(name: str, data: str, *, number: int | None = None) -> bytes:
    """One event as the HTML standard §9.2.6 frames it: every line of data on a line of its own."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    counted = "" if number is None else f"id: {number}\n"
    return f"event: {name}\n{counted}{lines}\n".encode()


async def events(
    change: Change, name: str, render: Callable[[], str], *, beat: float = BEAT_SECONDS, audible: bool = True
) -> AsyncIterator[bytes]:
    """Events called `name` as the change moves, beats (events or comments) between; ends when the change closes."""
    shown = 0
    while not change.closed:
        if change.number > shown:
            shown = change.number
            yield event(name, render(), number=shown)
        else:
            yield event("beat", str(shown)) if audible else BEAT_COMMENT
        await change.beyond(shown, seconds=beat)
