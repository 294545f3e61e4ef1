"""The monitor wall: live, by keyboard, and never quieter than what gates say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from examiner_console.contract import GateReport, ObeyedOrder, StandingOrders, decode, encode, seal
from tests.examiner_console.web.conftest import KEY, PASSWORD, portrait
from tests.examiner_console.web.test_web_browser import readable

WALL = {"width": 1920, "height": 1080}


def says(hall: Any, **facts: Any) -> StandingOrders:
    """The gate's word, and what it hears."""
    said = {"state": "ready", "seconds": 2.0, "prompt": "welcome", "in_service": True, **facts}
    report = GateReport("gate-1", datetime.now(UTC), **said)
    envelope = seal(encode(report), purpose="orders", key="gate-1", private_key=KEY)
    answer = httpx.post(hall.base + "/v1/orders", content=encode(envelope))
    assert answer.status_code == 200, answer.text
    return decode(answer.content, StandingOrders)


def officer(browser: Browser, hall: Any, name: str, language: str = "en") -> Page:
    page = browser.new_context(viewport=WALL, locale=language).new_page()
    page.goto(hall.base)
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue")
    page.goto(f"{hall.base}/monitor")
    expect(page.locator(".tile.sel")).to_have_count(1)
    return page


def test_what_is_not_an_order_a_gate_or_a_reason_is_refused_in_one_sentence(own_hall: Any) -> None:
    supervisor = own_hall.logged_in("mori")
    for path, fields, code in (
        ("order", {"gate": "gate-1", "command": "open_exit"}, "no_such_order"),
        ("order", {"gate": "gate-7", "command": "refer"}, "no_such_gate"),
        ("order", {"gate": "bio-cart-1", "command": "evacuate"}, "no_such_gate"),
        ("order", {"gate": "gate-1", "command": "reset"}, "no_emergency"),
        ("lock", {"gate": "gate-1", "reason": "<script>"}, "no_such_reason"),
        ("unlock", {"gate": "gate-7"}, "no_such_gate"),
        ("watch", {"gates": ""}, "no_such_gate"),
        ("seen", {"gate": "gate-7"}, "no_such_gate"),
    ):
        answer = supervisor.answer(f"/monitor/{path}", **fields).json()
        assert answer["code"] == code
        assert answer["sentence"].endswith(".")


def test_who_does_not_monitor_orders_nothing(own_hall: Any) -> None:
    for name in ("hoshikawa", "kinoshita"):
        answer = own_hall.logged_in(name).answer("/monitor/order", gate="gate-1", command="evacuate")
        assert answer.json()["code"] == "not_permitted"
    assert says(own_hall).orders == ()


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_officer_watches_and_orders_by_keyboard(browser: Browser, own_hall: Any, language: str) -> None:
    says(own_hall)
    page = officer(browser, own_hall, "mori", language)
    tile = page.locator(".tile")
    expect(tile).to_contain_text("Ready" if language == "en" else "待機")
    page.keyboard.press("w")
    expect(page.locator("#presence")).to_be_visible()
    assert says(own_hall).watched_seconds > 110
    readable(page)

    says(own_hall, state="tailgated", seconds=0.0)
    expect(tile).to_have_class("tile alm sel")
    expect(page.locator(".alerts li.stop")).to_have_count(1)
    readable(page)
    page.keyboard.press("a")
    expect(tile).to_have_class("tile sel")

    page.keyboard.press("1")
    page.keyboard.press("r")
    expect(tile.locator(".order")).to_have_count(1)
    (order,) = says(own_hall, state="tailgated").orders
    assert order.command == "refer"
    says(own_hall, state="ready", obeyed=(ObeyedOrder(order.id, "nobody_inside"),))
    expect(tile).to_contain_text("nobody is inside" if language == "en" else "中に人がいません")

    page.keyboard.press("l")
    expect(page.locator("#locking")).to_be_visible()
    readable(page)
    page.keyboard.press("Escape")
    assert says(own_hall).in_service, "Esc changes nothing"
    page.keyboard.press("l")
    page.locator("#locking .main").press("Enter")
    expect(page.locator("#locking")).to_be_hidden()
    assert not says(own_hall, state="out_of_service").in_service
    expect(tile).to_contain_text("Locked by M. Mori" if language == "en" else "M. Moriが")
    page.keyboard.press("u")
    expect(tile).not_to_contain_text("M. Mori" if language == "en" else "M. Moriが")
    page.context.close()


@pytest.mark.browser
def test_evacuating_takes_a_held_key_and_ending_it_a_second_person(browser: Browser, own_hall: Any) -> None:
    says(own_hall)
    page = officer(browser, own_hall, "mori")
    page.keyboard.press("e")
    assert says(own_hall).orders == (), "a key that is only touched opens no doors"
    page.keyboard.down("e")
    expect(page.locator(".order")).to_be_visible()
    page.keyboard.up("e")
    (order,) = says(own_hall).orders
    assert order.command == "evacuate"
    says(own_hall, state="emergency", obeyed=(ObeyedOrder(order.id),))
    expect(page.locator(".tile")).to_contain_text("Both doors are open")
    page.keyboard.press("x")
    expect(page.locator(".order")).to_contain_text("another person confirms")
    page.keyboard.press("x")
    expect(page.locator("#notice")).to_contain_text("another person must confirm")
    assert says(own_hall, state="emergency").orders == ()
    page.context.close()


@pytest.mark.browser
def test_presence_is_confirmed_by_one_key_and_its_absence_is_said(browser: Browser, own_hall: Any) -> None:
    says(own_hall)
    page = officer(browser, own_hall, "mori")
    page.keyboard.press("w")
    expect(page.locator("#presence")).to_be_visible()
    own_hall.clock = lambda: datetime.now(UTC) + timedelta(seconds=130)
    expect(page.locator(".watching .notice")).to_be_visible()
    assert says(own_hall).watched_seconds == 0
    page.keyboard.press("Space")
    expect(page.locator(".watching .notice")).to_have_count(0)
    assert says(own_hall).watched_seconds > 100
    page.context.close()


def test_pictures_are_for_the_one_who_watches(own_hall: Any) -> None:
    own_hall.officer("kitano", "monitoring_officer")
    watches, other = own_hall.logged_in("mori"), own_hall.logged_in("kitano")
    watches.post("/monitor/watch", gates="gate-1")
    asked = {"headers": {"accept": "image/jpeg"}}
    assert watches.get("/monitor/gate-1/live", **asked).status_code == 404, "none was sent yet"
    says(own_hall, state="reading", live=portrait(1))
    found = watches.get("/monitor/gate-1/live", **asked)
    assert (found.status_code, found.content) == (200, portrait(1))
    assert found.headers["cache-control"] == "no-store"
    for path in ("/monitor/gate-1/chip", "/monitor/gate-7/live"):
        assert watches.get(path, **asked).status_code == 404
    assert other.get("/monitor/gate-1/live", **asked).status_code == 404
    assert own_hall.logged_in("hoshikawa").get("/monitor/gate-1/live", **asked).status_code == 403
    own_hall.clock = lambda: datetime.now(UTC) + timedelta(seconds=130)
    assert watches.get("/monitor/gate-1/live", **asked).status_code == 404, "nobody has confirmed that they watch"


@pytest.mark.browser
def test_the_wall_shows_live_and_chip_while_somebody_is_inside(browser: Browser, own_hall: Any) -> None:
    says(own_hall)
    page = officer(browser, own_hall, "mori")
    page.keyboard.press("w")
    expect(page.locator("#presence")).to_be_visible()
    says(own_hall, state="reading", prompt="look_at_camera", live=portrait(1), chip=portrait(9))
    expect(page.locator("sk-sight")).to_have_count(2)
    says(own_hall, state="reading", prompt="look_at_camera", live=portrait(1), chip=portrait(9))
    for name in ("Live face", "Face of the chip"):
        expect(page.get_by_alt_text(name)).to_have_js_property("naturalWidth", 413)
    readable(page)
    says(own_hall, state="ready")
    expect(page.locator("sk-sight")).to_have_count(0)
    page.context.close()
