"""The record in a real browser: by keyboard alone, readable for everybody, at the size of an officer's screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.examiner_console.web.conftest import document

pytestmark = pytest.mark.browser
SIZE = {"width": 1366, "height": 768}
PASSWORD = "correct horse battery"


def new_page(browser: Browser, hall: Any, language: str = "en", theme: str = "light") -> Page:
    page = browser.new_context(viewport=SIZE, locale=language).new_page()
    page.context.add_cookies([{"name": "sekisho_theme", "value": theme, "url": hall.base}])
    page.goto(hall.base)
    page.fill("#name", "kinoshita")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/audit")
    return page


def test_from_the_log_in_to_the_downloaded_proof_by_keyboard(browser: Browser, hall: Any, tmp_path: Path) -> None:
    who = document()
    id = hall.arrives(who)
    page = new_page(browser, hall)
    page.keyboard.type(who.document_number)
    page.keyboard.press("Enter")
    expect(page.locator(f"a[href='/audit/{id}']")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/audit/{id}")
    expect(page.locator(".reasons")).to_contain_text("Landing examination")
    expect(page.locator(f"a[href='/audit/{id}/prove']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".verdict")).to_contain_text("All 2 records about this inspection are in the ledger")
    expect(page.locator(f"a[href^='/audit/{id}/proof']")).to_be_focused()
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    saved.value.save_as(tmp_path / "proof.json")
    assert b'"inclusions"' in (tmp_path / "proof.json").read_bytes()
    page.context.close()


def test_a_scan_of_both_lines_with_enter_after_each_finds_the_decision(browser: Browser, hall: Any) -> None:
    who = document()
    id = hall.arrives(who)
    page = new_page(browser, hall)
    for line in (who.mrz[:44], who.mrz[44:]):
        page.keyboard.type(line)
        page.keyboard.press("Enter")
    expect(page.locator(f"a[href='/audit/{id}']")).to_be_focused()
    page.context.close()


def test_a_verification_under_way_shows_what_it_found_without_a_reload(browser: Browser, hall: Any) -> None:
    hall.arrives()
    page = new_page(browser, hall)
    page.get_by_role("button", name="Verify the whole record now").click()
    expect(page.locator("#whole")).to_contain_text("The record is whole", timeout=30_000)
    expect(page.get_by_role("button", name="Verify the whole record now")).to_be_enabled()
    page.context.close()


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_of_the_record_passes_axe_and_needs_no_scrolling_sideways(
    browser: Browser, hall: Any, language: str, theme: str
) -> None:
    id = hall.leaves()
    page = new_page(browser, hall, language, theme)
    for path in ("/audit", f"/audit/{id}", f"/audit/{id}/prove", "/duties", "/audit/checkpoint?size=1000000"):
        page.goto(hall.base + path)
        fits(page)
    page.goto(f"{hall.base}/audit")
    page.fill("#station", "gate-1")
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_be_visible()
    fits(page)
    page.context.close()


def fits(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == SIZE["width"]
