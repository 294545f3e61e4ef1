"""How a traveller goes through a visit at the bio-cart: touches what the screen offers, lays the passport, presses
fingers, looks at the camera. Ends with `refer` (told which booth to walk to), `not_needed`, or `stuck`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2

from simulators.eyes import Eyes
from simulators.stations import BioCartStation
from simulators.travellers import Traveller
from simulators.wallet import Wallet

PATIENCE_SECONDS: Final = 120.0
_OVER: Final = {"done": "refer", "not_needed": "not_needed", "unread": "refer"}
_TOUCHES: Final = {
    "start": ("begin", ""),
    "language": ("language", "en"),
    "purpose": ("purpose", "tourism"),
    "stay": ("stay", "15"),
    "exempt_purpose": ("purpose", "tourism"),
    "exempt_stay": ("stay", "15"),
}


@dataclass(slots=True)
class CartWalk:
    """Reacts to what the screen says now, so that a cart that starts again finds the traveller starting again."""

    traveller: Traveller
    wallet: Wallet
    station: BioCartStation
    client: httpx2.AsyncClient
    note: Callable[[str], Awaitable[None]]
    hesitation: float = 0.0
    """Seconds a person looks at each screen before doing anything."""
    _laid: bool = field(default=False)

    async def walk(self) -> str:
        async with Eyes(self.client, f"{self.station.url}/v1/events") as eyes:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    return await self._walk(eyes)
            except TimeoutError:
                return "stuck"
            finally:
                await asyncio.to_thread(self._clear)

    async def _walk(self, eyes: Eyes) -> str:
        view = await eyes.until(lambda view: view["state"] == "start", PATIENCE_SECONDS)
        self.station.camera.show(self.wallet.face)
        while view["state"] not in _OVER:
            await self.note(f"at the bio-cart: {view['state'].replace('_', ' ')}")
            await asyncio.sleep(self.hesitation)
            self.wallet.face.obey(view["prompt"])
            await self._act(view)
            view = await self._next(eyes, view)
        await asyncio.to_thread(self.wallet.lift, self.station)
        await self._touch("finish")
        return _OVER[view["state"]]

    async def _next(self, eyes: Eyes, now: dict[str, Any]) -> dict[str, Any]:
        """What the screen shows next, or the same again after a while: then the touch was not noticed."""
        try:
            return await eyes.until(lambda view: view["sequence"] != now["sequence"], 5.0)
        except TimeoutError:
            return await eyes.until(lambda view: True, PATIENCE_SECONDS)

    async def _act(self, view: dict[str, Any]) -> None:
        state = view["state"]
        if state in _TOUCHES:
            await self._touch(*_TOUCHES[state])
        if state in ("start", "passport_again"):
            await asyncio.to_thread(self.wallet.lift, self.station)
            self._laid = False
        if state in ("passport", "passport_again") and not self._laid:
            await asyncio.to_thread(self.wallet.lay, self.station)
            self._laid = True
        if state in ("right_hand", "left_hand"):
            self.station.scanner.place(self.wallet.prints)
        else:
            self.station.scanner.lift()

    async def _touch(self, action: str, value: str = "") -> None:
        """A touch that a dead screen does not notice is no event; the screen will ask again."""
        with contextlib.suppress(httpx2.HTTPError):
            await self.client.post(f"{self.station.url}/touch/{action}", data={"value": value})

    def _clear(self) -> None:
        self.wallet.lift(self.station)
        self.station.scanner.lift()
        self.station.camera.show(None)
