"""Registrations in a real browser: by keyboard alone, readable for everybody, at the size of an officer's screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.examiner_console.web.conftest import PASSWORD
from tests.examiner_console.web.conftest import document as passport
from tests.examiner_console.web.registrants import applied, arrives, stepped, supervisor

pytestmark = pytest.mark.browser
SIZE = {"width": 1366, "height": 768}
LONGEST_WAY = 60
FOCUSED = "[document.activeElement.id, document.activeElement.name, document.activeElement.textContent.trim()]"


def new_page(browser: Browser, hall: Any, name: str, language: str = "en", theme: str = "light") -> Page:
    page = browser.new_context(viewport=SIZE, locale=language).new_page()
    page.context.add_cookies([{"name": "sekisho_theme", "value": theme, "url": hall.base}])
    page.goto(hall.base)
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: not address.endswith("/login"))
    return page


def tab_to(page: Page, wanted: str, key: str = "Tab") -> None:
    """To the field of this id or name, or to the control with this text."""
    for _ in range(LONGEST_WAY):
        page.keyboard.press(key)
        if wanted in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"{wanted} is not reached")


def test_from_the_passport_to_a_revocation_by_keyboard(browser: Browser, own_hall: Any, data: Path) -> None:
    supervisor(own_hall)
    who = passport("KAZAMA", "RIN")
    arrives(own_hall, data, who)
    page = new_page(browser, own_hall, "hoshikawa")
    tab_to(page, "利用登録 Registrations")
    page.keyboard.press("Enter")
    expect(page.locator("#passport")).to_be_focused()
    page.keyboard.type(who.document_number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="0 registrations under this passport")).to_be_visible()
    tab_to(page, "Apply from this inspection")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio").first).to_be_focused()
    tab_to(page, "stay_until")
    page.keyboard.type("03312028")
    for proof in ("re_entry", "never_deported", "not_watched", "consent"):
        tab_to(page, proof)
        page.keyboard.press("Space")
    tab_to(page, "Apply")
    page.keyboard.press("Enter")
    expect(page.get_by_text("applied", exact=True)).to_be_visible()
    tab_to(page, "Register", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("until the end of 31 Mar 2028")).to_be_visible()
    tab_to(page, "ground-propose")
    page.keyboard.type("a false")
    tab_to(page, "Propose to revoke")
    page.keyboard.press("Enter")
    expect(page.get_by_text("proposed to be revoked", exact=True)).to_be_visible()
    decides = new_page(browser, own_hall, "sakaki")
    tab_to(decides, "More screens")
    decides.keyboard.press("Enter")
    tab_to(decides, "利用登録 Registrations")
    decides.keyboard.press("Enter")
    expect(decides.locator("#passport")).to_be_focused()
    tab_to(decides, "KAZAMA, RIN")
    decides.keyboard.press("Enter")
    expect(decides.get_by_role("link", name="Back to what waits")).to_be_focused()
    tab_to(decides, "Revoke", "Shift+Tab")
    decides.keyboard.press("Enter")
    expect(decides.get_by_text("revoked", exact=True)).to_be_visible()
    for one in (page, decides):
        one.context.close()


@pytest.fixture(scope="module")
def places(hall: Any, data: Path) -> dict[str, str]:
    """A page in every state that looks its own way."""
    supervisor(hall)
    officer, who = hall.logged_in("hoshikawa"), passport("KAZAMA", "RIN")
    seen = arrives(hall, data, who)
    soon = hall.clock().date().replace(day=28).isoformat()
    held = applied(officer, seen)
    stepped(officer, held, "register", 1)
    stops = applied(officer, arrives(hall, data, passport("BETSUJIN", "RIN"), impression=2))
    revoking = applied(officer, arrives(hall, data, passport("MINASE", "AOI"), person="013"), stay_until=soon)
    stepped(officer, revoking, "register", 1)
    stepped(officer, revoking, "propose", 2, ground="passport_lost")
    waits = arrives(hall, data, passport("NAGAI", "SORA"), person="013")
    arrives(hall, data, who, impression=3)
    return {"held": held, "stops": stops, "revoking": revoking, "form": f"/registrations/apply/{waits}"}


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ja", "dark")])
def test_every_page_passes_axe_and_needs_no_scrolling_sideways(
    browser: Browser, hall: Any, places: dict[str, str], language: str, theme: str
) -> None:
    officer = new_page(browser, hall, "hoshikawa", language, theme)
    for name, path in {"list": "/registrations", **places}.items():
        officer.goto(hall.base + path)
        fits(officer, name)
    officer.goto(hall.base + places["held"])
    officer.locator("form[action$=compare] button").press("Enter")
    expect(officer.get_by_role("status")).to_be_visible()
    fits(officer, "compared")
    officer.goto(hall.base + places["form"])
    officer.locator(".draft .btn.main").press("Enter")
    expect(officer.get_by_role("alert")).to_be_visible()
    fits(officer, "refused")
    decides = new_page(browser, hall, "sakaki", language, theme)
    for name in ("revoking", "stops"):
        decides.goto(hall.base + places[name])
        fits(decides, f"decides-{name}")
    for page in (officer, decides):
        page.context.close()


def fits(page: Page, name: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, (name, found.generate_report())
    assert page.evaluate("document.documentElement.scrollWidth") == SIZE["width"], name
