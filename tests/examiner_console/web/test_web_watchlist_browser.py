"""The watchlist in a real browser: by keyboard alone, readable for everybody, at the size of an officer's screen."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.examiner_console.web.conftest import PASSWORD
from tests.examiner_console.web.keeping import keepers, propose, surname, typed

pytestmark = pytest.mark.browser
SIZE = {"width": 1366, "height": 768}
LONGEST_WAY = 60
FOCUSED = "[document.activeElement.id, document.activeElement.textContent.trim()]"


@pytest.fixture(scope="module")
def kept(hall: Any) -> Any:
    keepers(hall)
    return hall


def new_page(browser: Browser, hall: Any, name: str, language: str = "en", theme: str = "light") -> Page:
    page = browser.new_context(viewport=SIZE, locale=language).new_page()
    page.context.add_cookies([{"name": "sekisho_theme", "value": theme, "url": hall.base}])
    page.goto(hall.base)
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/watchlist")
    return page


def tab_to(page: Page, wanted: str, key: str = "Tab") -> None:
    """To the field of this id, or to the control of this name."""
    for _ in range(LONGEST_WAY):
        page.keyboard.press(key)
        if wanted in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"{wanted} is not reached")


def test_from_the_proposal_to_the_approval_by_keyboard(browser: Browser, kept: Any) -> None:
    editor, form = new_page(browser, kept, "shirogane"), typed(kept)
    tab_to(editor, "Propose a new entry")
    editor.keyboard.press("Enter")
    expect(editor.locator("#surname1")).to_be_focused()
    editor.keyboard.type(form["surname1"])
    for field in ("given1", "birth_year", "nationality", "basis", "organ", "reason"):
        tab_to(editor, field)
        editor.keyboard.type(form[field])
    tab_to(editor, "Propose")
    editor.keyboard.press("Enter")
    expect(editor.get_by_role("alert")).to_contain_text("The last day is today or later")
    expect(editor.locator("#last_day")).to_be_focused()
    expect(editor.locator("#surname1")).to_have_value(form["surname1"])
    editor.fill("#last_day", form["last_day"])
    tab_to(editor, "Propose")
    editor.keyboard.press("Enter")
    expect(editor.get_by_role("heading", name="Version 1: Add, waits for a second person")).to_be_visible()
    approver = new_page(browser, kept, "minase")
    tab_to(approver, f"{form['surname1']}, HARU")
    approver.keyboard.press("Enter")
    expect(approver.get_by_role("link", name="Back to the whole list")).to_be_focused()
    tab_to(approver, "Approve", "Shift+Tab")
    approver.keyboard.press("Enter")
    expect(approver.get_by_role("heading", name="Version 1: Add, approved")).to_be_visible()
    for page in (editor, approver):
        page.context.close()


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_of_the_list_passes_axe_and_needs_no_scrolling_sideways(
    browser: Browser, kept: Any, language: str, theme: str
) -> None:
    entry, form = in_force(kept)
    unborn = dict.fromkeys(("birth_year", "birth_month", "birth_day"), "")
    waits = propose(kept.logged_in("tokiwa"), typed(kept, reason="W" * 300, **unborn))
    editor = new_page(browser, kept, "shirogane", language, theme)
    for path in ("/watchlist", entry, waits, f"{entry}/amend", f"{entry}/remove", "/watchlist/new"):
        editor.goto(kept.base + path)
        fits(editor)
    editor.fill("#birth_day", "31")
    editor.press("#birth_day", "Enter")
    expect(editor.get_by_role("alert")).to_be_visible()
    fits(editor)
    editor.goto(f"{kept.base}{entry}/amend")
    editor.fill("#surname2", surname())
    editor.press("#surname2", "Enter")
    editor.wait_for_url(f"**{entry}")
    approver = new_page(browser, kept, "minase", language, theme)
    for path in ("/watchlist", entry, waits):
        approver.goto(kept.base + path)
        fits(approver)
    approver.goto(f"{kept.base}/watchlist")
    approver.fill("#surname", form["surname1"])
    approver.keyboard.press("Enter")
    expect(approver.locator(f"a[href='{entry}']")).to_be_focused()
    fits(approver)
    for page in (editor, approver):
        page.context.close()


def in_force(hall: Any) -> tuple[str, dict[str, str]]:
    """An entry's page, and what was typed."""
    form = typed(hall)
    entry = propose(hall.logged_in("shirogane"), form)
    assert hall.logged_in("minase").post(f"{entry}/approve", version="1").status_code == 303
    return entry, form


def fits(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == SIZE["width"]
