"""The officer pages in a real browser: by keyboard, live, at the booth's size, and readable for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from examiner_console.contract import CheckOutcome, Declaration, Finding, FingerCapture
from examiner_console.law.answers import Authorisation, Clear, Hit, NoAnswer

pytestmark = pytest.mark.browser
BOOTH = {"width": 1366, "height": 768}
NO_LIST = Finding("revocation", CheckOutcome.UNDETERMINED, "no_revocation_list")
PASSWORD = "correct horse battery"


def log_in(page: Page, name: str = "hoshikawa") -> None:
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue")


def new_page(browser: Browser, hall: Any, name: str = "hoshikawa", language: str = "en") -> Page:
    page = browser.new_context(viewport=BOOTH, locale=language).new_page()
    page.goto(hall.base)
    log_in(page, name)
    return page


@pytest.fixture(scope="module")
def shared(browser: Browser, hall: Any) -> Iterator[Page]:
    page = new_page(browser, hall)
    yield page
    page.context.close()


@pytest.fixture
def page(browser: Browser, own_hall: Any) -> Iterator[Page]:
    page = new_page(browser, own_hall)
    yield page
    page.context.close()


def pick_up(page: Page, hall: Any, id: Any) -> None:
    page.goto(f"{hall.base}/cases/{id}")
    page.keyboard.press("F1")
    expect(page.locator("[data-held=yes][data-keys=ready]")).to_be_visible()


def readable(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def with_findings(hall: Any, **more: Any) -> Any:
    names = ("mrz", "access_control", "sod_hash", "sod_signature", "certificate_chain", "certificate_validity")
    others = ("chip_authentication", "active_authentication", "mrz_matches_chip", "face_capture")
    passed = tuple(Finding(name, CheckOutcome.SUCCESSFUL) for name in (*names, *others))
    return hall.arrives(findings=(*passed, NO_LIST), **more)


def test_a_clean_case_takes_two_keys(shared: Page, hall: Any) -> None:
    pick_up(shared, hall, hall.arrives())
    shared.keyboard.press("F1")
    expect(shared.locator("[data-key=F1]")).to_contain_text("press Enter to grant")
    shared.keyboard.press("Enter")
    expect(shared.locator("#notice")).to_contain_text("landing granted, Temporary Visitor, 15 days")


def test_enter_alone_never_decides(shared: Page, hall: Any) -> None:
    pick_up(shared, hall, hall.arrives())
    shared.keyboard.press("Enter")
    shared.keyboard.press("F1")
    shared.keyboard.press("Escape")
    expect(shared.locator("[data-key=F1]")).to_contain_text("F1, then Enter")
    expect(shared.locator("[data-held=yes]")).to_be_visible()


def test_f1_waits_until_the_finding_s_number_was_pressed(shared: Page, hall: Any) -> None:
    pick_up(shared, hall, with_findings(hall))
    key = shared.locator("[data-key=F1]")
    expect(key).to_have_class(re.compile("pend"))
    shared.keyboard.press("F1")
    expect(shared.locator("#notice")).to_contain_text("Look at findings 1 first")
    expect(shared.locator("#left")).to_have_text("1 to look at: press its number once seen")
    shared.keyboard.press("1")
    expect(shared.locator("#left")).to_have_text("all seen")
    expect(key).to_have_class(re.compile("main"))
    shared.keyboard.press("F1")
    shared.keyboard.press("Enter")
    expect(shared.locator("#notice")).to_contain_text("landing granted")


def test_what_was_seen_stays_seen_when_the_page_is_loaded_again(shared: Page, hall: Any) -> None:
    pick_up(shared, hall, with_findings(hall))
    shared.keyboard.press("1")
    expect(shared.locator("[data-number='1']")).to_have_class(re.compile("seen"))
    shared.reload()
    expect(shared.locator("[data-key=F1]")).to_have_class(re.compile("main"))


def test_f2_explains_a_wrong_combination_and_keeps_the_choice(shared: Page, hall: Any) -> None:
    pick_up(shared, hall, hall.arrives(declaration=Declaration("work", 1095)))
    shared.keyboard.press("F2")
    panel = shared.locator("#change")
    panel.locator("#status").select_option("ENGINEER_HUMANITIES_INTL")
    expect(panel.locator("#limits")).to_contain_text("5 years, 3 years, 1 year or 3 months")
    panel.locator("#period").select_option("P90D")
    panel.get_by_role("button", name="Grant").click()
    expect(panel.locator(".notice")).to_contain_text("is not granted for 90 days; choose 5 years")
    expect(panel.locator("#status")).to_have_value("ENGINEER_HUMANITIES_INTL")
    readable(shared)
    panel.locator("#period").select_option("P3Y")
    panel.get_by_role("button", name="Grant").click()
    expect(shared.locator("#notice")).to_contain_text("3 years, to")


def test_f3_hands_over_with_a_note_and_esc_destroys_nothing(shared: Page, hall: Any) -> None:
    pick_up(shared, hall, hall.arrives())
    shared.keyboard.press("F3")
    shared.keyboard.type("Purpose does not fit.")
    shared.keyboard.press("Escape")
    shared.keyboard.press("F3")
    expect(shared.locator("#note")).to_have_value("Purpose does not fit.")
    readable(shared)
    shared.get_by_role("dialog").get_by_role("button", name="Hand over").click()
    expect(shared.locator("#notice")).to_contain_text("handed over to the special inquiry officer")


def test_the_queue_shows_a_new_case_without_being_asked(shared: Page, hall: Any) -> None:
    shared.goto(f"{hall.base}/queue")
    rows = shared.locator("#queue tbody tr")
    before = rows.count()
    hall.arrives()
    expect(rows).to_have_count(before + 1)


def test_scanning_both_lines_with_enter_after_each_opens_the_case(shared: Page, hall: Any, inspector: Any) -> None:
    id = hall.arrives()
    mrz = re.search(r'class="mrz"[^>]*>([^/]+)</div>', inspector.get(f"/cases/{id}").text)
    assert mrz
    shared.goto(f"{hall.base}/queue")
    for line in mrz[1].replace("&lt;", "<").split("\n"):
        shared.keyboard.type(line)
        shared.keyboard.press("Enter")
    shared.wait_for_url(f"**/cases/{id}")


def test_the_three_pictures_are_shown_and_can_be_enlarged(shared: Page, hall: Any) -> None:
    pick_up(shared, hall, hall.arrives())
    pictures = shared.locator("#faces img")
    expect(pictures).to_have_count(3)
    assert all(picture.evaluate("p => p.decode().then(() => p.naturalWidth)") for picture in pictures.all())
    shared.locator("[data-enlarge]").last.click()
    expect(shared.locator("#enlarged img")).to_be_visible()


def test_pictures_that_come_after_the_case_appear_by_themselves(shared: Page, hall: Any) -> None:
    pick_up(shared, hall, id := hall.arrives(pictures=False))
    expect(shared.locator("#faces img")).to_have_count(0)
    hall.pictures(id, "bio-cart-1")
    expect(shared.locator("#faces img")).to_have_count(3, timeout=10_000)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_passes_axe_by_day_and_by_night(browser: Browser, hall: Any, language: str, theme: str) -> None:
    page = browser.new_context(viewport=BOOTH, locale=language).new_page()
    page.context.add_cookies([{"name": "sekisho_theme", "value": theme, "url": hall.base}])
    page.goto(hall.base)
    readable(page)
    log_in(page)
    pick_up(page, hall, with_findings(hall))
    for path in ("/queue", f"/cases/{with_findings(hall)}", f"/cases/{hall.leaves(pictures=False)}", "/no/such/page"):
        page.goto(hall.base + path)
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        readable(page)
    page.context.close()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_booth_fits_its_screen_even_with_much_to_say(browser: Browser, hall: Any, language: str) -> None:
    failed = [Finding(c, CheckOutcome.FAILED, "x") for c in ("mrz", "sod_hash", "certificate_chain", "face_capture")]
    fingers = tuple(
        FingerCapture(f"{s}_{f}", "injured") for s in ("left", "right") for f in ("index", "middle", "ring")
    )
    page = new_page(browser, hall, language=language)
    id = hall.arrives(findings=(*failed, NO_LIST), fingers=fingers)
    silent = dict.fromkeys(("watchlist", "document_reports", "removals", "visa", "passengers"), NoAnswer())
    authorised = Hit(Authorisation(date(2027, 6, 1)))
    hall.answered(id, **silent, re_entry=Clear(), registration=Clear(), authorisation=authorised)
    pick_up(page, hall, id)
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size == [BOOTH["width"], BOOTH["height"]]
    outside = page.locator(".keys .btn").evaluate_all(
        "keys => keys.filter(k => k.scrollWidth > k.clientWidth + 1 || k.getBoundingClientRect().bottom > 768).length"
    )
    assert outside == 0
    page.context.close()


def test_a_restart_is_survived_by_the_open_queue(page: Page, own_hall: Any) -> None:
    own_hall.close()
    expect(page.locator("#notice")).to_contain_text("it comes back by itself", timeout=20_000)
    own_hall.open()
    own_hall.arrives()
    expect(page.locator("#queue tbody tr")).to_have_count(1, timeout=20_000)
    expect(page.locator("#notice")).to_be_hidden()


def test_a_key_pressed_while_the_console_is_away_loses_nothing(page: Page, own_hall: Any) -> None:
    pick_up(page, own_hall, own_hall.arrives())
    own_hall.close()
    page.keyboard.press("F3")
    page.keyboard.type("Purpose does not fit.")
    page.get_by_role("dialog").get_by_role("button", name="Hand over").click()
    expect(page.get_by_role("dialog").locator(".notice")).to_contain_text("Nothing was changed")
    own_hall.open()
    expect(page.locator("#note")).to_have_value("Purpose does not fit.")
    page.get_by_role("dialog").get_by_role("button", name="Hand over").click()
    expect(page.locator("#notice")).to_contain_text("handed over")
