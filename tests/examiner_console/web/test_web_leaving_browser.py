"""How a resident leaves, and a departure order, in a real browser: by keyboard, and readable for everybody."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.examiner_console.web.leaving_people import CONDITIONS, overstayer, resident, supervising
from tests.examiner_console.web.protecting import taken
from tests.examiner_console.web.test_web_protection_browser import fits, new_page, opened, tab_to

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def staffed(hall: Any) -> Any:
    return supervising(hall)


def panel(page: Page, key: str) -> None:
    """Opened by its key; the whole of it stands on the screen and passes axe."""
    fits(page)
    page.keyboard.press(key)
    box = page.locator("dialog[open]").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 768
    fits(page)


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ja", "dark")])
def test_a_resident_and_an_order_by_keyboard(browser: Browser, staffed: Any, language: str, theme: str) -> None:
    inspector = staffed.logged_in("hoshikawa")
    booth = new_page(browser, staffed, "hoshikawa", language, theme)
    stays = taken(inspector, resident(staffed, "IRINA"))
    opened(booth, f"{staffed.base}{stays}")
    panel(booth, "F1")
    expect(booth.locator("#way")).to_be_focused()
    booth.keyboard.press("End")
    tab_to(booth, "card")
    booth.keyboard.press("End")
    tab_to(booth, "Confirm and record" if language == "en" else "確認して記録")
    booth.keyboard.press("Enter")
    booth.wait_for_url("**/queue?done=*")
    over = taken(inspector, overstayer(staffed, "OLGA"))
    opened(booth, f"{staffed.base}{over}")
    panel(booth, "F2")
    inspector.post(f"{over}/propose-order", **dict.fromkeys(CONDITIONS, "yes"))
    second = new_page(browser, staffed, "kashima", language, theme)
    opened(second, f"{staffed.base}{over}")
    panel(second, "F2")
    expect(second.locator("#answer")).to_be_focused()
    second.keyboard.press("Home")
    tab_to(second, "Decide" if language == "en" else "決定")
    second.keyboard.press("Enter")
    expect(second.locator("dialog[open]")).to_have_count(0)
    expect(second.locator(".sug")).to_contain_text("Ordered to leave by" if language == "en" else "出国命令の期限")
