"""Every page asks for a permission, and every role gets what the table gives it."""

from __future__ import annotations

from typing import Any

import pytest

from examiner_console.web.pages import ENDPOINTS
from examiner_console.web.permissions import PAGES, Permission, Role, permitted

SOMEWHERE = {"case_id": "019aa000-0000-7000-8000-000000000000", "evidence_id": "1", "name": "base.css", "address": "x"}
ROUTES = sorted(route for route in PAGES if route[1] != "/queue/stream")


def test_no_page_is_without_a_permission() -> None:
    assert set(ENDPOINTS) == set(PAGES)


def test_nobody_but_inspectors_decides() -> None:
    assert [role for role in Role if permitted(role, Permission.DECIDE)] == [Role.INSPECTOR]


def test_an_auditor_sees_no_pictures() -> None:
    assert not permitted(Role.AUDITOR, Permission.SEE_PICTURES)


@pytest.mark.parametrize("name", ["hoshikawa", "mori", "kinoshita"])
def test_every_route_lets_a_role_in_exactly_where_the_table_does(hall: Any, name: str) -> None:
    browser = hall.logged_in(name)
    role = {"hoshikawa": Role.INSPECTOR, "mori": Role.SUPERVISOR, "kinoshita": Role.AUDITOR}[name]
    for method, path in ROUTES:
        if path in ("/logout", "/login"):
            continue
        answer = _asks(browser, method, path.replace(":path", "").format(**SOMEWHERE))
        assert (answer.status_code != 403) == permitted(role, PAGES[method, path]), (method, path)


def test_whoever_is_not_logged_in_gets_no_further_than_the_log_in_page(hall: Any) -> None:
    browser = hall.browser()
    for method, path in ROUTES:
        answer = _asks(browser, method, path.replace(":path", "").format(**SOMEWHERE))
        if PAGES[method, path] is not Permission.ANYONE:
            assert answer.status_code == 401, (method, path)


def test_an_anonymous_browser_is_led_to_the_log_in_page_and_back(hall: Any) -> None:
    answer = hall.browser().get("/queue")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/queue"


def _asks(browser: Any, method: str, path: str) -> Any:
    if method == "POST":
        return browser.answer(path)
    return browser.get(path, headers={"accept": "application/json, text/html"})
