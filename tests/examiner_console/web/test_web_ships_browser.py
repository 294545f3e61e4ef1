"""Ships in a real browser: from the file to the closed call by keyboard alone, readable for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from simulators.ship_manifests import as_csv
from tests.examiner_console.web.aboard import Port, form, manifest, permitted_call, port
from tests.examiner_console.web.conftest import PASSWORD
from tests.examiner_console.web.test_web_landings import given

pytestmark = pytest.mark.browser
SIZE = {"width": 1366, "height": 768}
LONGEST_WAY = 60
FOCUSED = "[document.activeElement.id, document.activeElement.textContent.trim()]"


@pytest.fixture(scope="module")
def yokohama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Port]:
    with port(tmp_path_factory.mktemp("port")) as opened:
        yield opened


def new_page(browser: Browser, opened: Port, name: str, language: str = "en", theme: str = "light") -> Page:
    page = browser.new_context(viewport=SIZE, locale=language).new_page()
    page.context.add_cookies([{"name": "sekisho_theme", "value": theme, "url": opened.base}])
    page.goto(opened.base)
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url and url.rstrip("/") != opened.base)
    return page


def tab_to(page: Page, wanted: str, key: str = "Tab") -> None:
    """To the field of this id, or to the control of this name."""
    for _ in range(LONGEST_WAY):
        page.keyboard.press(key)
        if wanted in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"{wanted} is not reached")


def test_from_the_file_to_the_closed_call_by_keyboard(browser: Browser, yokohama: Port, tmp_path: Path) -> None:
    page, typed = new_page(browser, yokohama, "hoshikawa"), form(yokohama.clock())
    people = manifest(yokohama, 6, faults=("expired",))
    ready = [one for place, one in enumerate(people.passengers) if place not in people.faults]
    tab_to(page, "船舶 Ships")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Enter a call")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#ship")).to_be_focused()
    page.keyboard.type(typed["ship"])
    for field in ("imo", "operator"):
        tab_to(page, field)
        page.keyboard.type(typed[field])
    tab_to(page, "designated")
    page.keyboard.press("Space")
    page.fill("#arrives_at", typed["arrives_at"])
    page.fill("#departs_at", typed["departs_at"])
    page.keyboard.press("Enter")
    expect(page.locator("#manifest")).to_be_focused()
    (tmp_path / "list.csv").write_bytes(as_csv(people.passengers))
    page.set_input_files("#manifest", tmp_path / "list.csv")
    tab_to(page, "Load the list")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Permit landing for 5 people")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Permit all 5 people")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Gangway")).to_be_focused()
    page.keyboard.press("Enter")
    counts(page, ready[0].document_number)
    close_with_nobody_missing(page)


def counts(page: Page, number: str) -> None:
    """The gangway: one goes, is told twice, and comes back; the count follows by itself."""
    expect(page.locator("#passport")).to_be_focused()
    tab_to(page, "", "Shift+Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("going ashore")).to_be_checked()
    for sentence in ("Counted:", "Already counted"):
        page.locator("#passport").focus()
        page.keyboard.type(number)
        page.keyboard.press("Enter")
        expect(page.locator("#notice")).to_contain_text(sentence)
        expect(page.locator("#passport")).to_have_value("")
    expect(page.locator(".tally .out dd")).to_have_text("1")
    page.get_by_label("coming back").focus()
    page.keyboard.press("Space")
    page.locator("#passport").focus()
    page.keyboard.type("X0000001")
    page.keyboard.press("Enter")
    expect(page.locator("#notice.warn")).to_contain_text("Not on the list of this ship")
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect(page.locator(".tally .out")).to_have_count(0)


def close_with_nobody_missing(page: Page) -> None:
    tab_to(page, "Missing, and close")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nobody is ashore")).to_be_visible()
    tab_to(page, "Close the call")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The call is closed.")).to_be_visible()
    page.context.close()


def test_a_scan_at_another_gangway_shows_by_itself(browser: Browser, yokohama: Port) -> None:
    other = yokohama.logged_in("akazawa")
    call, people = permitted_call(yokohama, other, 3)
    page = new_page(browser, yokohama, "hoshikawa")
    page.goto(f"{yokohama.base}{call}/gangway")
    told = {"passport": people.passengers[0].document_number, "way": "ashore", "key": str(uuid4())}
    assert other.answer(f"{call}/scan", **told).status_code == 200
    expect(page.locator(".tally .out dd")).to_have_text("1")
    page.context.close()


@pytest.fixture(scope="module")
def addresses(yokohama: Port) -> list[str]:
    """Every page of ships with something on it."""
    inspector, supervisor = yokohama.logged_in("hoshikawa"), yokohama.logged_in("kazama")
    waits, people = yokohama.call(inspector), manifest(yokohama, 12, seed=21)
    yokohama.knows(people)
    yokohama.load(inspector, waits, as_csv(people.passengers))
    call, others = permitted_call(yokohama, inspector, 4, seed=22)
    number = others.passengers[0].document_number
    inspector.answer(f"{call}/scan", passport=number, way="ashore", key=str(uuid4()))
    yokohama.load(inspector, call, as_csv(others.passengers[1:]))
    landing, refuge = given(inspector, kind="emergency"), given(supervisor, refuge=True, fled="yes")
    own = ("/ships", "/ships/new", "/landings", "/landings/new", "/refuge", "/refuge/new")
    pages = (waits, f"{waits}/permit", call, f"{call}/gangway", f"{call}/missing")
    return [*own, *pages, landing, refuge]


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ja", "dark")])
def test_every_page_passes_axe_and_needs_no_scrolling_sideways(
    browser: Browser, yokohama: Port, addresses: list[str], language: str, theme: str
) -> None:
    page = new_page(browser, yokohama, "kazama", language, theme)
    for address in addresses:
        page.goto(yokohama.base + address)
        fits(page)
    page.goto(f"{yokohama.base}/ships/new")
    page.press("#ship", "Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    fits(page)
    page.context.close()


def fits(page: Page) -> None:
    found: Any = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == SIZE["width"], page.url
