"""Breaking the glass: a quarter of an hour, everyone told, every deed marked; and never more than that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from examiner_console import tables
from examiner_console.casework.break_glass import LASTS
from examiner_console.web.officers import add_officer
from examiner_console.web.permissions import BROKEN, PAGES, PERMISSIONS, Permission, Role, may_break, permitted
from tests.examiner_console.web.conftest import PASSWORD, run
from tests.examiner_console.web.test_web_browser import BOOTH, readable

TWO_PERSONS = {
    *(Permission.EDIT_WATCHLIST, Permission.APPROVE_WATCHLIST, Permission.REVOKE_REGISTRATION),
    *(Permission.DECIDE_OBJECTION, Permission.SEE_PRIVATE, Permission.WORK_PRIVATE, Permission.SEE_REFUGE),
    *(Permission.SEE_RECORD, Permission.SEE_WATCHLIST),
}


def broken(hall: Any, name: str = "katori", role: str = "monitoring_officer") -> Any:
    run(add_officer(hall.console.store, name, role, f"{name[0].upper()}. {name.title()}", PASSWORD))
    browser = hall.logged_in(name)
    assert browser.post("/break-glass", reason="All booths are empty.", password=PASSWORD).status_code == 303
    return browser


def acts(hall: Any, officer: str) -> list[dict[str, Any]]:
    query = select(tables.actions.c.body).where(tables.actions.c.officer == officer).order_by(tables.actions.c.at)
    rows = run(hall.console.store.read(lambda c: c.execute(query).scalars().all()))
    return [msgspec.json.decode(row) for row in rows]


def test_it_widens_a_role_by_the_table_and_by_no_more() -> None:
    assert not BROKEN & TWO_PERSONS
    for role in Role:
        for permission in set(PAGES.values()):
            ordinary, wide = permitted(role, permission), permitted(role, permission, broken=True)
            assert wide == (ordinary or (permission in BROKEN and may_break(role))), (role, permission)
    assert not any(
        may_break(role) for role in (Role.AUDITOR, Role.TECHNICIAN, Role.GATE_ASSISTANT, Role.PRIVACY_OFFICER)
    )
    assert permitted(None, Permission.DECIDE, broken=True) is False
    assert Permission.DECIDE not in PERMISSIONS[Role.MONITORING_OFFICER]


def test_a_monitoring_officer_decides_a_case_and_each_deed_is_marked(own_hall: Any) -> None:
    browser, id = broken(own_hall), own_hall.arrives()
    assert browser.post(f"/cases/{id}/take").status_code == 303
    assert browser.answer(f"/cases/{id}/grant", **{"as": "suggested"}).status_code == 200
    told = acts(own_hall, "katori")
    begun, *deeds = told
    assert begun["verb"] == "break_glass"
    assert begun["details"]["reason"] == "All booths are empty."
    marks = {deed["details"].get("break_glass") for deed in deeds}
    assert {deed["verb"] for deed in deeds} >= {"take", "grant"}
    assert len(marks) == 1, "every deed, and by the same mark"
    assert None not in marks
    dossier = own_hall.logged_in("kinoshita").get(f"/audit/{id}").text
    assert "Granted landing (with the glass broken)" in dossier


def test_it_ends_by_itself_after_a_quarter_of_an_hour(own_hall: Any) -> None:
    assert timedelta(minutes=15) == LASTS
    begins = own_hall.console.clock()
    now = begins
    own_hall.clock = lambda: now
    browser, id = broken(own_hall), own_hall.arrives()
    assert browser.get(f"/cases/{id}").status_code == 200
    now = begins + LASTS - timedelta(microseconds=1)
    assert browser.get(f"/cases/{id}").status_code == 200
    for over in (begins + LASTS, begins - timedelta(microseconds=1)):
        now = over
        assert browser.get(f"/cases/{id}").status_code == 403, "also where the clock was set back"
        assert browser.client.get("/session").json()["broken"] == []


def test_again_is_no_longer_and_it_can_be_ended_before(own_hall: Any) -> None:
    begins = own_hall.console.clock()
    now = begins
    own_hall.clock = lambda: now
    browser, id = broken(own_hall), own_hall.arrives()
    now = begins + timedelta(minutes=10)
    browser.post("/break-glass", reason="Once more.", password=PASSWORD)
    now = begins + LASTS
    assert browser.get(f"/cases/{id}").status_code == 403
    browser.post("/break-glass", reason="Truly once more.", password=PASSWORD)
    assert browser.get(f"/cases/{id}").status_code == 200
    browser.post("/break-glass/end")
    assert browser.get(f"/cases/{id}").status_code == 403
    assert [act["verb"] for act in acts(own_hall, "katori")].count("break_glass") == 2


@pytest.mark.parametrize(
    ("given", "code"),
    [({"reason": " ", "password": PASSWORD}, "reason_missing"), ({"reason": "x", "password": "no"}, "wrong_password")],
)
def test_without_a_reason_and_the_password_nothing_is_broken(own_hall: Any, given: dict[str, str], code: str) -> None:
    browser = own_hall.logged_in("hoshikawa")
    assert browser.answer("/break-glass", **given).json()["code"] == code
    assert browser.client.get("/session").json()["broken"] == []


def test_who_may_not_break_it_may_not(own_hall: Any) -> None:
    answer = own_hall.logged_in("kinoshita").answer("/break-glass", reason="x", password=PASSWORD)
    assert answer.json()["code"] == "not_permitted"


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ja"])
def test_everyone_reads_who_and_why(browser: Browser, own_hall: Any, language: str) -> None:
    pages = [browser.new_context(viewport=BOOTH, locale=language).new_page() for _ in range(2)]
    run(add_officer(own_hall.console.store, "katori", "monitoring_officer", "K. Katori", PASSWORD))
    for page, name, first in zip(pages, ("hoshikawa", "katori"), ("queue", "monitor"), strict=True):
        page.goto(own_hall.base)
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{first}")
    pages[1].goto(f"{own_hall.base}/duties")
    pages[1].focus("#reason")
    pages[1].keyboard.type("All booths are empty <b>now</b>.")
    pages[1].keyboard.press("Tab")
    pages[1].keyboard.type(PASSWORD)
    pages[1].keyboard.press("Enter")
    for page in pages:
        expect(page.locator("#broken")).to_contain_text("K. Katori", timeout=10_000)
        expect(page.locator("#broken")).to_contain_text("All booths are empty <b>now</b>.")
        readable(page)
    pages[1].get_by_role("button", name="End it now" if language == "en" else "今すぐ終える").focus()
    pages[1].keyboard.press("Enter")
    for page in pages:
        expect(page.locator("#broken")).to_be_hidden(timeout=10_000)
        page.context.close()
