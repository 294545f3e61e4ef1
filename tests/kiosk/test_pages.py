"""The screens in a real browser: no accessibility violation, nothing cut off, back by themselves, never stale."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from gate.view import Prompt, Step
from kiosk import languages
from kiosk.gate_screen import GateScreen
from kiosk.screens import Painter
from kiosk.site import site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
TAGS = [language.tag for language in languages.load()]
GATE_SCREENS: dict[str, tuple[Prompt, dict[str, Any]]] = {
    "welcome": (Prompt.WELCOME, {}),
    "place": (Prompt.PLACE_PASSPORT, {"step": Step.PASSPORT}),
    "camera": (Prompt.LOOK_AT_CAMERA, {"step": Step.FACE, "mirror": True}),
    "centre": (Prompt.CENTRE_FACE, {"step": Step.FACE, "mirror": True}),
    "through": (Prompt.GO_THROUGH, {"step": Step.DONE}),
    "booth": (Prompt.GO_TO_BOOTH, {"booth": "12"}),
    "booths": (Prompt.GO_TO_BOOTH, {}),
    "staff": (Prompt.STAFF_COMING, {}),
    "emergency": (Prompt.EMERGENCY, {}),
    "closed": (Prompt.CLOSED, {}),
}
CUT_OFF = """() => {
  const page = document.querySelector("main").getBoundingClientRect();
  const found = [];
  for (const element of document.querySelectorAll("main h1, main p, main .lab, main .words, main .btn, main .say")) {
    const box = element.getBoundingClientRect();
    const within = element.closest("button")?.getBoundingClientRect() ?? page;
    const out = box.left < within.left - 1 || box.right > within.right + 1
      || box.top < within.top - 1 || box.bottom > within.bottom + 1;
    if (out) found.push(element.textContent.trim());
  }
  const names = ["say", "steps", "foot", "choices", "scene", "pad"].map((name) => `main .${name}`);
  const blocks = [...document.querySelectorAll(names.join())];
  const boxes = blocks.map((block) => [block, block.getBoundingClientRect()]).filter(([, box]) => box.height > 0);
  for (const [a, one] of boxes) for (const [b, two] of boxes) {
    const apart = one.right <= two.left + 1 || two.right <= one.left + 1 || one.bottom <= two.top + 1
      || two.bottom <= one.top + 1;
    if (a !== b && !a.contains(b) && !b.contains(a) && !apart) found.push(`${a.className} over ${b.className}`);
  }
  return found;
}"""


def beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


stage = beside("stage")


class GateStage:
    """The gate's screen as served to the page, behind it a gate at the wire."""

    def __init__(self, gate: Any, served: Any, *, boot: str = "one", port: int = 0) -> None:
        spoken = languages.load()
        client = httpx2.AsyncClient(base_url=gate.served.url, trust_env=False)
        self.scene = GateScreen(client, spoken, stage.FLOOR, default_language="en")
        app = site(self.scene, Painter(spoken, boot=boot, shape="portrait"), boot=boot)
        self.serving = served(app, self.scene.change, beside=self.scene.run, port=port)


@pytest.fixture
def gate_page(wire_gate: Any, served: Any, browser: Browser) -> Iterator[tuple[Page, Any, Any]]:
    with GateStage(wire_gate, served).serving as server:
        page = browser.new_page(viewport={"width": 540, "height": 960})
        page.goto(server.url)
        yield page, wire_gate, server
        page.close()


def sentence(page: Page, text: str) -> None:
    expect(page.locator("main h1 span").first).to_have_text(text, timeout=15_000)


def faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {node['html']}" for fault in found for node in fault["nodes"]]


@pytest.mark.parametrize("tag", TAGS)
def test_every_gate_screen_is_whole_and_accessible(gate_page: tuple[Page, Any, Any], tag: str) -> None:
    page, gate, _ = gate_page
    for name, (prompt, facts) in GATE_SCREENS.items():
        gate.show(prompt, language=tag, **facts)
        page.wait_for_selector(f'main[lang="{tag}"][data-name="{prompt.value}"]', timeout=15_000)
        assert page.evaluate(CUT_OFF) == [], name
        assert faults(page) == [], name


@pytest.mark.parametrize("tag", TAGS)
def test_every_bio_cart_screen_is_whole_and_accessible(served: Any, browser: Browser, tag: str) -> None:
    shown = stage.Stage()
    with served(shown.app, shown.cart.change) as server:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(server.url)
        for name, (state, _) in stage.SCREENS.items():
            server.call(shown.show, name, tag)
            number = shown.cart.change.number
            page.wait_for_selector(f'main[lang="{tag}"][data-name="{state.value}"]', timeout=15_000)
            page.wait_for_selector(f'live-screen[data-shown="{number}"]', timeout=15_000)
            assert page.evaluate(CUT_OFF) == [], name
            assert faults(page) == [], name
        page.close()


@pytest.mark.parametrize("name", ["press-harder", "booth", "still-there"])
def test_a_visit_that_ends_leaves_nothing_for_the_next(served: Any, browser: Browser, name: str) -> None:
    shown = stage.Stage()
    with served(shown.app, shown.cart.change) as server:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(server.url)
        server.call(shown.show, name, "ja")
        page.wait_for_selector(f'live-screen[data-shown="{shown.cart.change.number}"]')
        page.wait_for_selector("main[lang=ja]")
        server.call(shown.cart.press, "stop", "")
        page.wait_for_selector('main[lang=en][data-name="start"]')
        assert "12" not in page.locator("main").inner_text()
        assert httpx2.get(f"{server.url}/finger", trust_env=False).status_code == 404
        cart = shown.cart
        assert (cart.case, cart.attempt, cart.finger, cart.chosen, cart.booth) == (None,) * 5
        page.close()


def test_a_traveller_chooses_a_language_and_the_next_one_starts_afresh(gate_page: tuple[Page, Any, Any]) -> None:
    page, gate, _ = gate_page
    gate.show(Prompt.PLACE_PASSPORT, step=Step.PASSPORT)
    sentence(page, "Place your passport face down, open at the photo page")
    page.click("#touch-languages")
    page.click("#touch-language-ja-x-plain")
    sentence(page, "パスポートの 写真を 下にして おいて ください")
    gate.show(Prompt.WELCOME)
    sentence(page, "Please have your passport ready")


def test_help_reaches_the_gate(gate_page: tuple[Page, Any, Any]) -> None:
    page, gate, _ = gate_page
    sentence(page, "Please have your passport ready")
    page.click("#touch-help")
    sentence(page, "A member of staff is on the way to you")
    assert gate.helped == 1


def test_a_gate_service_that_is_away_is_said_and_its_return_is_shown(gate_page: tuple[Page, Any, Any]) -> None:
    page, gate, _ = gate_page
    sentence(page, "Please have your passport ready")
    port = gate.stop()
    sentence(page, "This gate is starting again")
    gate.start(port)
    sentence(page, "Please have your passport ready")


def test_a_gate_that_hangs_without_closing_is_noticed(gate_page: tuple[Page, Any, Any]) -> None:
    page, gate, _ = gate_page
    gate.show(Prompt.LOOK_AT_CAMERA, step=Step.FACE, mirror=True)
    sentence(page, "Look at the camera")
    gate.hung.set()
    sentence(page, "This gate is starting again")
    expect(page.locator(".mirror.live")).to_have_count(0)
    gate.hung.clear()
    sentence(page, "Look at the camera")


def test_the_page_outlives_its_own_server_and_comes_back_by_itself(
    wire_gate: Any, served: Any, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 540, "height": 960})
    with GateStage(wire_gate, served).serving as server:
        page.goto(server.url)
        sentence(page, "Please have your passport ready")
        port = server.port
    expect(page.locator("#away")).to_be_visible(timeout=15_000)
    expect(page.locator("main")).to_have_count(0)
    with GateStage(wire_gate, served, boot="two", port=port).serving:
        sentence(page, "Please have your passport ready")
        expect(page.locator("#away")).to_be_hidden()
        assert page.locator("live-screen").get_attribute("data-boot") == "two"
    page.close()


def test_a_referral_says_where_to_walk_and_nothing_else(gate_page: tuple[Page, Any, Any]) -> None:
    page, gate, _ = gate_page
    gate.show(Prompt.GO_TO_BOOTH, booth="12")
    sentence(page, "Please go to booth\u00a012")
    text = page.locator("main").inner_text()
    assert not any(word in text.lower() for word in ("refus", "reject", "fail", "problem", "error", "officer"))
    assert (
        page.locator("svg.map").get_attribute("aria-label") == "Plan: from where you are, walk about 30 m to booth 12"
    )


def test_the_page_asks_for_nothing_outside_and_runs_nothing_inline(gate_page: tuple[Page, Any, Any]) -> None:
    page, _, server = gate_page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    response = page.reload(wait_until="domcontentloaded")
    assert response is not None
    assert "default-src 'none'" in response.headers["content-security-policy"]
    sentence(page, "Please have your passport ready")
    assert all(url.startswith(server.url) for url in asked)
    assert complaints == []
    assert page.locator("[style], script:not([src])").count() == 0


def test_a_page_of_another_site_cannot_reach_the_kiosk(wire_gate: Any, served: Any) -> None:
    with GateStage(wire_gate, served).serving as server:
        answer = httpx2.get(server.url, headers={"host": "elsewhere.example"}, trust_env=False)
        assert answer.status_code == 400


def test_a_touch_works_without_the_script(gate_page: tuple[Page, Any, Any]) -> None:
    _, _, server = gate_page
    answer = httpx2.post(
        f"{server.url}/touch/languages", headers={"accept": "text/html"}, trust_env=False, follow_redirects=True
    )
    assert "やさしい日本語" in answer.text
