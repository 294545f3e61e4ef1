"""The protection desk, the alarms and a held departure in a real browser: by keyboard, and readable for everybody."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.examiner_console.web.conftest import PASSWORD, document
from tests.examiner_console.web.protecting import call, desk, held_departure, number_of, taken, write

pytestmark = pytest.mark.browser
SIZE = {"width": 1366, "height": 768}
LONGEST_WAY = 60
FOCUSED = "[document.activeElement.id, document.activeElement.textContent.trim()]"


@pytest.fixture(scope="module")
def staffed(hall: Any) -> Any:
    return desk(hall)


def new_page(browser: Browser, hall: Any, name: str, language: str = "en", theme: str = "light") -> Page:
    page = browser.new_context(viewport=SIZE, locale=language).new_page()  # type: ignore[arg-type]
    page.context.add_cookies([{"name": "sekisho_theme", "value": theme, "url": hall.base}])
    page.goto(hall.base)
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login" not in address and address.rstrip("/") != hall.base)
    return page


def tab_to(page: Page, wanted: str) -> None:
    for _ in range(LONGEST_WAY):
        page.keyboard.press("Tab")
        if wanted in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"{wanted} is not reached")


def fits(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == SIZE["width"]


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("[data-keys=ready]")


def test_from_the_booth_s_key_to_the_end_of_the_file_by_keyboard(browser: Browser, staffed: Any) -> None:
    id = staffed.arrives(document("FENNIMORE"))
    number = number_of(staffed, id)
    taken(staffed.logged_in("hoshikawa"), id)
    booth = new_page(browser, staffed, "hoshikawa")
    opened(booth, f"{staffed.base}/cases/{id}")
    booth.keyboard.press("F7")
    expect(booth.locator("#kind")).to_be_focused()
    booth.keyboard.press("Home")
    booth.keyboard.press("ArrowDown")
    tab_to(booth, "Hand to the desk")
    booth.keyboard.press("Enter")
    expect(booth.get_by_role("status")).to_contain_text(f"has taken over {number}")
    officer = new_page(browser, staffed, "wakaba")
    officer.goto(f"{staffed.base}/protection")
    tab_to(officer, number)
    officer.keyboard.press("Enter")
    expect(officer.get_by_role("heading", name="Child alone")).to_be_visible()
    tab_to(officer, "I am with the person")
    officer.keyboard.press("Enter")
    expect(officer.get_by_text("Is with the person")).to_be_visible()
    tab_to(officer, "note")
    officer.keyboard.type("Travels to an aunt in Sendai.")
    tab_to(officer, "Add the note")
    officer.keyboard.press("Enter")
    expect(officer.get_by_text("Travels to an aunt in Sendai.")).to_be_visible()
    tab_to(officer, "outcome")
    officer.keyboard.press("End")
    tab_to(officer, "to")
    officer.keyboard.type("Child guidance centre, K. Ito")
    tab_to(officer, "End the file")
    officer.keyboard.press("Enter")
    officer.wait_for_url("**/protection")
    expect(officer.get_by_text("Handed on")).to_be_visible()
    for page in (booth, officer):
        page.context.close()


def test_f9_rings_at_the_supervisor_and_shows_nothing_else_at_the_booth(browser: Browser, staffed: Any) -> None:
    id = staffed.arrives(document("GALLOWAY"))
    taken(staffed.logged_in("akazawa"), id)
    supervisor, booth = new_page(browser, staffed, "sakaki"), new_page(browser, staffed, "akazawa")
    opened(booth, f"{staffed.base}/cases/{id}")
    booth.keyboard.press("F3")
    booth.keyboard.press("F9")
    expect(booth.locator("[data-silent] small")).to_have_text("heard")
    expect(booth.locator("#handover")).to_be_visible()
    expect(booth.locator(".notice:visible")).to_have_count(0)
    expect(supervisor.get_by_role("alert").get_by_text("1 unanswered")).to_be_visible()
    tab_to(supervisor, "Open the alarms")
    supervisor.keyboard.press("Enter")
    supervisor.wait_for_url("**/alarms")
    fits(supervisor)
    tab_to(supervisor, "I go there")
    supervisor.keyboard.press("Enter")
    expect(supervisor.get_by_role("button", name="End: all is well")).to_be_visible()
    expect(supervisor.locator("#alarm-banner")).to_be_hidden()
    tab_to(supervisor, "End: all is well")
    supervisor.keyboard.press("Enter")
    expect(supervisor.get_by_text("ended", exact=False).locator("visible=true")).to_be_visible()
    for page in (supervisor, booth):
        page.context.close()


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ja", "dark")])
def test_every_screen_passes_axe_and_fits(browser: Browser, staffed: Any, language: str, theme: str) -> None:
    id, officer = staffed.arrives(document("HALVARD")), staffed.logged_in("wakaba")
    call(staffed.logged_in("hoshikawa"), id)
    write(officer, id, "accompanied")
    write(officer, id, "arranged", arrangement="shelter")
    write(officer, id, "planned", text="W" * 300, due="2020-01-01T10:00")
    page = new_page(browser, staffed, "wakaba", language, theme)
    for address in ("/protection", f"/protection/{id}"):
        page.goto(staffed.base + address)
        fits(page)
    page.press("#note", "Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    fits(page)
    held = held_departure(staffed)
    taken(staffed.logged_in("hoshikawa"), held)
    booth = new_page(browser, staffed, "hoshikawa", language, theme)
    opened(booth, f"{staffed.base}/cases/{held}")
    expect(booth.get_by_role("timer")).to_contain_text("23:5")
    fits(booth)
    for key in ("F6", "F7"):
        booth.keyboard.press(key)
        expect(booth.locator("dialog[open]")).to_be_visible()
        fits(booth)
        booth.keyboard.press("Escape")
    for one in (page, booth):
        one.context.close()
