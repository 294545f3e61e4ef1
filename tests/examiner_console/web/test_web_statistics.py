"""The day's figures on their page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from examiner_console.law.stays import japan_date
from tests.examiner_console.web.conftest import PASSWORD
from tests.examiner_console.web.test_web_browser import BOOTH, readable


def test_today_is_shown_and_an_address_that_names_no_day_shows_it_too(own_hall: Any) -> None:
    own_hall.leaves()
    own_hall.arrives()
    browser = own_hall.logged_in("kinoshita")
    for query in ("", "?day=", "?day=nonsense", "?day=9999-12-31", "?day=0001-01-01"):
        page = browser.get(f"/statistics{query}").text
        assert "2 inspections" in page, query
        assert "Live face and chip do not match" in page
    yesterday = japan_date(own_hall.clock()) - timedelta(days=1)
    assert "Nothing was inspected on this day." in browser.get(f"/statistics?day={yesterday}").text


def test_a_day_that_is_long_over_is_counted_once(own_hall: Any) -> None:
    browser = own_hall.logged_in("kinoshita")
    day = japan_date(own_hall.clock()) - timedelta(days=5)
    first, again = (browser.get(f"/statistics?day={day}").text.partition('<p class="verdict')[2] for _ in range(2))
    assert first == again


def test_no_traveller_is_named(own_hall: Any) -> None:
    own_hall.arrives()
    page = own_hall.logged_in("kinoshita").get("/statistics").text
    assert "TESSARINE" not in page
    assert "L2047" not in page


@pytest.mark.browser
@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ja", "dark")])
def test_it_is_read_by_keyboard_and_by_everybody(browser: Browser, own_hall: Any, language: str, theme: str) -> None:
    for _ in range(3):
        own_hall.arrives()
    own_hall.leaves()
    page = browser.new_context(viewport=BOOTH, locale=language).new_page()
    page.context.add_cookies([{"name": "sekisho_theme", "value": theme, "url": own_hall.base}])
    page.goto(own_hall.base)
    page.fill("#name", "mori")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue")
    page.goto(f"{own_hall.base}/statistics")
    expect(page.locator(".columns rect").first).to_be_visible()
    readable(page)
    page.focus(".statistics summary")
    page.keyboard.press("Enter")
    expect(page.locator(".statistics details table")).to_be_visible()
    readable(page)
    page.context.close()
