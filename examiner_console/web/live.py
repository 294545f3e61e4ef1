"""Pages that are kept live: a fragment on connecting, then whenever it differs, by server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from examiner_console.web.forms import SESSION_COOKIE
from examiner_console.web.refusals import NotLoggedIn
from examiner_console.web.visits import Visit

HEARTBEAT_SECONDS: Final = 5.0
"""Half of what a page waits before it calls its list old; also how soon an ended session stops being fed."""
_STOPPED: Final = object()


async def kept_live(visit: Visit, name: str, fragment: Callable[[], Awaitable[str]]) -> AsyncIterator[bytes]:
    """For a screen that few look at: each listener makes its own fragment. The queue, that all look at, shares one.

    What another process changed shows with the next sign of life. Where the console stops, the stream just ends.
    """
    yield b"retry: 1000\n\n"
    async with visit.desk.console.referrals.subscribe() as changes:
        change = asyncio.ensure_future(anext(changes, _STOPPED))
        try:
            shown = await fragment()
            yield event(name, shown)
            while await still_logged_in(visit):
                done, _ = await asyncio.wait({change}, timeout=HEARTBEAT_SECONDS)
                if done:
                    if change.result() is _STOPPED:
                        return
                    change = asyncio.ensure_future(anext(changes, _STOPPED))
                before, shown = shown, await fragment()
                yield event(name, shown) if shown != before else event("here", "")
            yield event("ended", "")
        finally:
            change.cancel()


async def still_logged_in(visit: Visit) -> bool:
    try:
        await visit.desk.sessions.officer(visit.request.cookies.get(SESSION_COOKIE), active=False)
    except NotLoggedIn:
        return False
    return True


def event(name: str, data: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n".encode()
