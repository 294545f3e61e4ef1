"""What a simulated traveller sees: the screen's state as the station publishes it, kept current over restarts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self

import httpx2
import msgspec

_RECONNECT_SECONDS: Final = 0.1


class Eyes:
    """Follow `url` (server-sent events; those that are JSON objects are views). `view` is what is shown now."""

    def __init__(self, client: httpx2.AsyncClient, url: str, seen: list[str] | None = None) -> None:
        self._client, self._url = client, url
        self._changed = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None
        self.view: dict[str, Any] | None = None
        self.seen: list[str] = [] if seen is None else seen
        """States in the order they were seen, without repeats in a row."""

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._follow(), name=f"eyes on {self._url}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def until(self, wanted: Callable[[dict[str, Any]], bool], seconds: float) -> dict[str, Any]:
        """The first view that `wanted` holds for, now or later. Raise TimeoutError after `seconds`."""

        def there() -> bool:
            return self.view is not None and wanted(self.view)

        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(there)
            assert self.view is not None
            return self.view

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(httpx2.HTTPError, httpx2.SSEError, msgspec.DecodeError):
                async with self._client.sse(self._url, timeout=5.0) as events:
                    async for event in events:
                        if isinstance(view := msgspec.json.decode(event.data), dict):
                            await self._see(view)
            await self._see(None)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _see(self, view: dict[str, Any] | None) -> None:
        async with self._changed:
            self.view = view
            if view is not None and (not self.seen or self.seen[-1] != view["state"]):
                self.seen.append(view["state"])
            self._changed.notify_all()
