"""Pictures of every screen for the documentation, taken in Chromium while invented travellers use a real hall."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import uvicorn
from playwright.async_api import Browser, Page, async_playwright

from simulators.cast import RenderedCast
from simulators.demo import places
from simulators.hall import Hall, Plan, open_hall
from simulators.panel import create_panel
from simulators.processes import until_answers
from simulators.site import free_port
from simulators.stations import BioCartStation, GateStation
from simulators.visits import Visit

CHROMIUM: Final = "/usr/bin/chromium"
ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
GATE_SIZE: Final = (1080, 1920)
CART_SIZE: Final = (1280, 800)
OFFICER_SIZE: Final = (1366, 768)
_GATE_MOMENTS: Final = {"place_passport": "gate-passport", "go_through": "gate-through"}
_CART_MOMENTS: Final = {
    "language": "bio-cart-language",
    "purpose": "bio-cart-purpose",
    "right_hand": "bio-cart-finger",
    "done": "bio-cart-done",
}
_SETTLE_SECONDS: Final = 0.2
"""Until a screen has drawn what its state says."""
_SCALE: Final = 0.5
"""Portrait screens are shown at half size: the picture is for reading a page, not for hanging on a wall."""


@dataclass(slots=True)
class Studio:
    """One browser and the folder its pictures go to."""

    browser: Browser
    folder: Path
    taken: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def page(self, url: str, size: tuple[int, int], *, scale: float = 1.0) -> AsyncIterator[Page]:
        width, height = size
        page = await self.browser.new_page(
            viewport={"width": round(width * scale), "height": round(height * scale)}, device_scale_factor=1
        )
        await page.goto(url)
        try:
            yield page
        finally:
            await page.close()

    async def shoot(self, page: Page, name: str) -> None:
        await page.screenshot(path=self.folder / f"{name}.png")
        self.taken.append(f"{name}.png")


async def take_all(folder: Path, work: Path) -> list[str]:
    """Write the pictures into `folder`, which exists; returns their names."""
    plan = Plan(work, officer=False, hesitation=1.5)
    async with open_hall(plan, RenderedCast()) as hall, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        studio = Studio(browser, folder)
        for take in (_gate, _cart, _panel, _officers):
            await take(studio, hall)
        await browser.close()
    return sorted(studio.taken)


async def _send(hall: Hall, scenario: str) -> asyncio.Task[Visit]:
    traveller = hall.director.invent(scenario)
    await hall.announce([traveller])
    return asyncio.create_task(hall.send(traveller))


async def _gate(studio: Studio, hall: Hall) -> None:
    gate = next(station for station in hall.stations if isinstance(station, GateStation))
    async with studio.page(gate.screen_url, GATE_SIZE, scale=_SCALE) as page:
        await _when(page, studio, _GATE_MOMENTS, gate.url, hall)
        await _when(page, studio, {"go_to_booth": "gate-referral"}, gate.url, hall, "visitor_overstayed")
        await _when(page, studio, {"look_at_camera": "gate-camera"}, gate.url, hall)


async def _when(
    page: Page, studio: Studio, moments: dict[str, str], gate: str, hall: Hall, scenario: str = "visitor_leaves"
) -> None:
    """Send a traveller and take a picture at each prompt named."""
    visit = await _send(hall, scenario)
    waiting = dict(moments)
    while waiting and not visit.done():
        prompt = (await hall.client.get(f"{gate}/v1/state")).json()["prompt"]
        if prompt in waiting:
            await asyncio.sleep(0.4)
            await studio.shoot(page, waiting.pop(prompt))
        await asyncio.sleep(0.05)
    await visit


async def _cart(studio: Studio, hall: Hall) -> None:
    cart = next(station for station in hall.stations if isinstance(station, BioCartStation))
    names = dict(_CART_MOMENTS)
    async with studio.page(cart.url, CART_SIZE) as page:
        visit = await _send(hall, "visitor_arrives")
        while names and not visit.done():
            state = (await hall.client.get(f"{cart.url}/v1/state")).json()["state"]
            if state in names:
                await asyncio.sleep(_SETTLE_SECONDS)
                await studio.shoot(page, names.pop(state))
            await asyncio.sleep(0.05)
        await visit


async def _panel(studio: Studio, hall: Hall) -> None:
    async def nobody(scenario: str) -> None:
        """The pictures need no more travellers."""

    app = create_panel(hall.visits, nobody, places(hall))
    server = uvicorn.Server(uvicorn.Config(app, port=free_port(), log_level="error"))
    serving = asyncio.create_task(server.serve())
    url = f"http://127.0.0.1:{server.config.port}"
    await until_answers(hall.client, url)
    async with studio.page(url, OFFICER_SIZE) as page:
        await studio.shoot(page, "panel")
    server.should_exit = True
    await serving


async def _officers(studio: Studio, hall: Hall) -> None:
    account = hall.console.officers[0]
    async with studio.page(f"{hall.console.url}/login", OFFICER_SIZE) as page:
        await studio.shoot(page, "login")
        await page.fill("[name=name]", account.name)
        await page.fill("[name=password]", account.password)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/queue")
        await asyncio.sleep(0.5)
        await studio.shoot(page, "queue")
        number = next(visit.document_number for visit in hall.visits.all if visit.scenario == "visitor_arrives")
        await page.fill("[name=passport]", number)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/cases/*")
        await asyncio.sleep(0.5)
        await studio.shoot(page, "booth")
