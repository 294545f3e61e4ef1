"""A page whose session has ended locks itself: it shows nothing, loses nothing, and goes on for the same officer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from examiner_console.web.officers import IDLE

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery"
NOTICED = 20_000
"""Milliseconds: the page asks every five seconds."""


@pytest.fixture(params=["en", "ja"])
def page(browser: Browser, own_hall: Any, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale=request.param)
    page = context.new_page()
    page.goto(own_hall.base)
    page.fill("#name", "hoshikawa")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue")
    yield page
    context.close()


def desert(hall: Any) -> None:
    """Nobody does anything for as long as a session stands idle."""
    hall.clock = lambda: datetime.now(UTC) + IDLE + timedelta(minutes=1)


def open_case(page: Page, hall: Any) -> None:
    page.goto(f"{hall.base}/cases/{hall.arrives()}")
    page.keyboard.press("F1")
    expect(page.locator("[data-held=yes][data-keys=ready]")).to_be_visible()


def log_in(page: Page, password: str = PASSWORD) -> None:
    page.locator("#lock-password").fill(password)
    page.keyboard.press("Enter")


def test_a_deserted_case_is_hidden_and_its_half_written_note_is_kept(page: Page, own_hall: Any) -> None:
    open_case(page, own_hall)
    page.keyboard.press("F3")
    page.keyboard.type("Purpose does not")
    desert(own_hall)
    expect(page.locator("#lock")).to_be_visible(timeout=NOTICED)
    for shown in (".nm", ".mrz", "#faces", "#note", "#handover"):
        expect(page.locator(shown).first).to_be_hidden()
    assert "TESSARINE" not in page.locator("body").inner_text()
    assert Axe().run(page).violations_count == 0
    log_in(page)
    expect(page.locator("#lock")).to_be_hidden()
    expect(page.locator("#note")).to_have_value("Purpose does not")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" fit.")
    page.locator("#handover .btn.main").click()
    page.wait_for_url("**/queue?done=*")


def test_a_key_pressed_after_the_session_ended_decides_nothing_and_locks_at_once(page: Page, own_hall: Any) -> None:
    open_case(page, own_hall)
    page.keyboard.press("F1")
    desert(own_hall)
    page.keyboard.press("Enter")
    expect(page.locator("#lock")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#lock")).to_be_visible()
    expect(page.locator(".mrz")).to_be_hidden()
    log_in(page)
    expect(page.locator("[data-held=yes]")).to_be_visible()
    page.keyboard.press("F1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue?done=*")


def test_the_queue_locks_and_is_live_again_after_a_log_in(page: Page, own_hall: Any) -> None:
    own_hall.arrives()
    expect(page.locator("#queue tbody tr")).to_have_count(1)
    page.fill("#passport", "L2047")
    desert(own_hall)
    expect(page.locator("#lock")).to_be_visible(timeout=NOTICED)
    expect(page.locator("#queue")).to_be_hidden()
    log_in(page)
    expect(page.locator("#queue tbody tr")).to_have_count(1)
    expect(page.locator("#passport")).to_have_value("L2047")
    own_hall.arrives()
    expect(page.locator("#queue tbody tr")).to_have_count(2)


def test_a_wrong_password_is_said_and_the_page_stays_locked(page: Page, own_hall: Any) -> None:
    open_case(page, own_hall)
    desert(own_hall)
    expect(page.locator("#lock")).to_be_visible(timeout=NOTICED)
    log_in(page, "not my password")
    expect(page.locator("#lock-notice")).not_to_be_empty()
    expect(page.locator(".mrz")).to_be_hidden()
    log_in(page)
    expect(page.locator(".mrz")).to_be_visible()


def test_another_officer_does_not_get_the_page(page: Page, own_hall: Any) -> None:
    open_case(page, own_hall)
    desert(own_hall)
    expect(page.locator("#lock")).to_be_visible(timeout=NOTICED)
    page.fill("#lock-name", "kinoshita")
    log_in(page)
    page.wait_for_url("**/audit")


def test_a_page_in_use_and_a_console_that_is_away_lock_nothing(page: Page, own_hall: Any) -> None:
    open_case(page, own_hall)
    with page.expect_response("**/session", timeout=NOTICED) as asked:
        pass
    assert asked.value.ok
    own_hall.close()
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/session"), timeout=NOTICED):
        pass
    expect(page.locator("#lock")).to_be_hidden()
    expect(page.locator(".mrz")).to_be_visible()
    own_hall.open()
