"""Security keys in a real browser with an authenticator of its own: registered and used by keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.examiner_console.web.conftest import PASSWORD
from tests.examiner_console.web.test_web_keys import offered  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser
KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": False,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_key_is_registered_and_then_asked_for(browser: Browser, offered: Any, language: str) -> None:  # noqa: F811
    page = browser.new_context(viewport={"width": 1366, "height": 768}, locale=language).new_page()
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    key = devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]
    page.goto(offered.base)
    page.keyboard.type("hoshikawa")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue")
    page.goto(f"{offered.base}/keys")
    page.focus("#name")
    page.keyboard.type("blue")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("main li b")).to_have_text("blue")
    assert Axe().run(page).violations_count == 0
    page.screenshot(path=f"/tmp/shots-people/keys-{language}.png")
    page.context.clear_cookies()
    page.goto(f"{offered.base}/login")
    page.keyboard.type("hoshikawa")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/key**")
    assert Axe().run(page).violations_count == 0
    page.screenshot(path=f"/tmp/shots-people/login-{language}.png")
    devices.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue")
    page.context.close()
