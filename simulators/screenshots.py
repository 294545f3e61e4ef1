"""Pictures of every screen for the documentation, taken in Chromium while invented travellers use a real hall."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import uvicorn
from playwright.async_api import Browser, Page, async_playwright

from biometrics.face.detect import detect, landmarks
from simulators import faces
from simulators.cast import RenderedCast
from simulators.demo import places
from simulators.face_mishaps import Mishap, Rgb, spoiled
from simulators.hall import Hall, Plan, open_hall
from simulators.mirror_stage import MirrorStage
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
WALL_SIZE: Final = (1920, 1080)
_GATE_MOMENTS: Final = {"place_passport": "gate-passport", "go_through": "gate-through"}
_CART_MOMENTS: Final = {
    "language": "bio-cart-language",
    "purpose": "bio-cart-purpose",
    "right_hand": "bio-cart-finger",
    "done": "bio-cart-done",
}
_SETTLE_SECONDS: Final = 0.2
"""Until a screen has drawn what its state says."""
_MIRROR_SECONDS: Final = 0.6
"""Until the mirror shows what the camera has seen."""
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
        for take in (_gate, _cart, _panel, _officers, _audit, _hearing, _desks, _monitor):
            await take(studio, hall)
        await take_guidance(studio)
        await browser.close()
    return sorted(studio.taken)


async def take_guidance(studio: Studio) -> None:
    """A gate's mirror with what it says to somebody who stands or looks wrong."""
    async with MirrorStage(fps=12) as stage, studio.page(stage.url, GATE_SIZE, scale=_SCALE) as page:
        for name, (picture, sentence) in _standing().items():
            stage.camera.show(picture)
            await page.get_by_role("heading", name=sentence).wait_for(timeout=10_000)
            await asyncio.sleep(_MIRROR_SECONDS)
            await studio.shoot(page, name)


def _standing() -> dict[str, tuple[Rgb, str]]:
    """Name of a picture to what the camera sees and what is said then. A mask is painted on."""
    who = faces.person(25)
    right = faces.view(who, seed=25)
    random = np.random.default_rng(2)
    points = landmarks(right, detect(right)[0])
    masked, dark = (spoiled(right, points, mishap, random) for mishap in (Mishap.MASKED, Mishap.SUNGLASSES))
    return {
        "gate-closer": (faces.view(who, seed=25, distance=2.2), "Please come a little closer"),
        "gate-oval": (np.roll(right, 170, axis=1), "Move your face into the oval"),
        "gate-mask": (masked, "Please uncover your nose and mouth"),
        "gate-glasses": (dark, "Please take off your sunglasses"),
        "gate-well": (right, "Look at the camera"),
    }


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
    async with studio.page(f"{hall.console.url}/login", OFFICER_SIZE) as page:
        await studio.shoot(page, "login")
        await _log_in(page, hall, "inspector", "/queue")
        await asyncio.sleep(0.5)
        await studio.shoot(page, "queue")
        number = next(visit.document_number for visit in hall.visits.all if visit.scenario == "visitor_arrives")
        await page.fill("[name=passport]", number)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/cases/*")
        await asyncio.sleep(0.5)
        await studio.shoot(page, "booth")


async def _log_in(page: Page, hall: Hall, role: str, first: str) -> None:
    account = next(officer for officer in hall.console.officers if officer.role == role)
    await page.fill("[name=name]", account.name)
    await page.fill("[name=password]", account.password)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**{first}")


async def _hearing(studio: Studio, hall: Hall) -> None:
    """The booth hands the case over that it has open, and the special inquiry officer takes it."""
    async with studio.page(f"{hall.console.url}/login", OFFICER_SIZE) as page:
        await _log_in(page, hall, "inspector", "/queue")
        await page.locator("tr.mine .who a").first.click()
        await page.wait_for_selector("[data-keys=ready]")
        await page.keyboard.press("F3")
        await page.keyboard.type("The purpose of the stay is not clear.")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/queue*")
    async with studio.page(f"{hall.console.url}/login", OFFICER_SIZE) as page:
        await _log_in(page, hall, "special_inquiry_officer", "/hearings")
        await page.locator("td.number a").first.click()
        for field, text in (("who", "The applicant"), ("statement", "I visit my sister in Nagoya.")):
            if field == "who":
                await page.locator("form.act button").first.click()
                await page.get_by_text("Add to the record").first.click()
            await page.fill(f"#state-{field}", text)
        await page.locator("form.act details[open] button").click()
        await page.wait_for_selector(".entries li >> nth=1")
        await studio.shoot(page, "hearing")


async def _desks(studio: Studio, hall: Hall) -> None:
    """What a supervising inspector finds at the ships' and the protection desk."""
    async with studio.page(f"{hall.console.url}/login", OFFICER_SIZE) as page:
        await _log_in(page, hall, "supervising_inspector", "/hearings")
        for name in ("ships", "registrations", "protection"):
            await page.goto(f"{hall.console.url}/{name}")
            await studio.shoot(page, name)


async def _monitor(studio: Studio, hall: Hall) -> None:
    async with studio.page(f"{hall.console.url}/login", WALL_SIZE) as page:
        await _log_in(page, hall, "monitoring_officer", "/monitor")
        await page.keyboard.press("w")
        await page.locator("#presence").wait_for()
        await studio.shoot(page, "monitor")
    async with studio.page(f"{hall.console.url}/login", OFFICER_SIZE) as page:
        await _log_in(page, hall, "shift_supervisor", "/queue")
        for name in ("supervisor", "statistics", "exports"):
            await page.goto(f"{hall.console.url}/{name}")
            await studio.shoot(page, name)


async def _audit(studio: Studio, hall: Hall) -> None:
    """As the auditor sees the case that was just opened: verified, found, and who looked."""
    number = next(visit.document_number for visit in hall.visits.all if visit.scenario == "visitor_arrives")
    async with studio.page(f"{hall.console.url}/login", OFFICER_SIZE) as page:
        await _log_in(page, hall, "auditor", "/audit")
        await page.click("[action='/audit/verify'] button")
        await page.get_by_text("The record is whole").wait_for()
        await page.fill("#number", number)
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#found")
        await studio.shoot(page, "audit")
        await page.click("td.id a")
        await page.wait_for_selector(".deeds")
        await studio.shoot(page, "audit-decision")
