"""The shift supervisor's screen: what is known is said, what is not is said to be unknown, and a lock can be freed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from examiner_console.casework.cases import CaseState
from tests.examiner_console.web.conftest import PASSWORD
from tests.examiner_console.web.test_web_browser import BOOTH, readable

HALF_AN_HOUR = timedelta(minutes=29)
"""Less than a session may stand idle."""


def held(hall: Any) -> Any:
    """A case that an inspector took and went away with."""
    id = hall.arrives()
    hall.logged_in("hoshikawa").post(f"/cases/{id}/take")
    return id


def later(hall: Any) -> None:
    hall.clock = lambda: datetime.now(UTC) + HALF_AN_HOUR


def test_what_is_not_known_is_not_made_up(own_hall: Any) -> None:
    page = own_hall.logged_in("mori").get("/supervisor").text
    assert "not known" in page
    assert "nobody was counted" in page
    assert "0 open cases" in page
    assert "gate-1" in page
    assert "never" in page, "a station that never said a word"
    assert "M. Mori" in page


def test_a_lock_is_freed_only_once_it_is_long_and_its_holder_is_told(own_hall: Any) -> None:
    id, supervisor, holder = held(own_hall), own_hall.logged_in("mori"), own_hall.logged_in("hoshikawa")
    assert "Held for more than 15 minutes" not in supervisor.get("/supervisor").text
    assert supervisor.answer(f"/supervisor/free/{id}").json()["code"] == "case_taken"
    later(own_hall)
    page = supervisor.get("/supervisor").text
    assert "Held for more than 15 minutes" in page
    assert f"/supervisor/free/{id}" in page
    for _ in range(2):
        assert supervisor.post(f"/supervisor/free/{id}").status_code == 303
    case = asyncio.run(own_hall.console.referrals.case(id))
    assert (case.state, case.taken_by) == (CaseState.WAITING, None)
    assert holder.answer(f"/cases/{id}/grant", **{"as": "suggested"}).json()["code"] == "case_not_held"
    own_hall.logged_in("akazawa").post(f"/cases/{id}/take")
    assert asyncio.run(own_hall.console.referrals.case(id)).taken_by == "akazawa"
    dossier = own_hall.logged_in("kinoshita").get(f"/audit/{id}").text
    assert dossier.count("Freed the case for others") == 1


def test_who_may_not_free_may_not(own_hall: Any) -> None:
    id = held(own_hall)
    for name in ("hoshikawa", "kinoshita"):
        assert own_hall.logged_in(name).answer(f"/supervisor/free/{id}").json()["code"] == "not_permitted"


@pytest.mark.browser
@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ja", "dark")])
def test_it_is_live_and_works_by_keyboard(browser: Browser, own_hall: Any, language: str, theme: str) -> None:
    held(own_hall)
    later(own_hall)
    page = browser.new_context(viewport=BOOTH, locale=language).new_page()
    page.context.add_cookies([{"name": "sekisho_theme", "value": theme, "url": own_hall.base}])
    page.goto(own_hall.base)
    page.fill("#name", "mori")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue")
    page.goto(f"{own_hall.base}/supervisor")
    button = page.locator("[formaction]")
    expect(button).to_have_count(1)
    readable(page)
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_count(0)
    own_hall.arrives()
    expect(page.locator("#waits")).to_contain_text("2 open cases" if language == "en" else "2")
    page.context.close()


def test_gates_of_one_side_are_set_by_one_and_eased_by_two(own_hall: Any) -> None:
    supervisor = own_hall.logged_in("mori")
    own_hall.officer("yamane", "supervising_inspector")
    other = own_hall.logged_in("yamane")
    stricter = {"direction": "departure", "mode": "refer_all", "reason": "<b>drill</b>"}
    assert supervisor.answer("/supervisor/fleet", **{**stricter, "reason": ""}).json()["code"] == "reason_missing"
    assert supervisor.answer("/supervisor/fleet", **{**stricter, "mode": "open"}).json()["code"] == "no_such_mode"
    assert supervisor.post("/supervisor/fleet", **stricter).status_code == 303
    page = supervisor.get("/supervisor").text
    assert "everybody to a booth" in page
    assert "&lt;b&gt;drill&lt;/b&gt;" in page
    assert "By order of the supervisor" in supervisor.get("/monitor").text
    easier = {"direction": "departure", "mode": "normal", "reason": ""}
    assert supervisor.post("/supervisor/fleet", **easier).status_code == 303
    assert supervisor.answer("/supervisor/fleet", **easier).json()["code"] == "another_must_agree"
    assert "another person agrees" in other.get("/supervisor").text
    assert other.post("/supervisor/fleet", **easier).status_code == 303
    assert "By order of the supervisor" not in supervisor.get("/monitor").text
    assert own_hall.logged_in("hoshikawa").answer("/supervisor/fleet", **stricter).json()["code"] == "not_permitted"
