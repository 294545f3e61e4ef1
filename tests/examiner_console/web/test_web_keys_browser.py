"""Security keys in a real browser with an authenticator of its own: registered and used by keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.examiner_console.web.conftest import PASSWORD
from tests.examiner_console.web.test_web_keys import offered, shared  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser
KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": False,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.mark.parametrize(("language", "theme"), [("en", "dark"), ("ja", "light")])
def test_a_key_is_registered_and_then_asked_for(
    browser: Browser,
    offered: Any,  # noqa: F811
    language: str,
    theme: str,
) -> None:
    page = browser.new_context(viewport={"width": 1366, "height": 768}, locale=language).new_page()
    cookie = {"name": "sekisho_theme", "value": theme, "url": offered.base}
    page.context.add_cookies([cookie])
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    key = devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]
    page.goto(offered.base)
    expect(page.locator("#name")).to_be_focused()
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
    page.context.clear_cookies()
    page.context.add_cookies([cookie])
    page.goto(f"{offered.base}/login")
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type("hoshikawa")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/key**")
    assert Axe().run(page).violations_count == 0
    held = devices.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"][0]
    devices.send("WebAuthn.clearCredentials", {"authenticatorId": key})
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("button.main")).to_be_focused()
    assert Axe().run(page).violations_count == 0
    devices.send("WebAuthn.addCredential", {"authenticatorId": key, "credential": held})
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue")
    page.context.close()
