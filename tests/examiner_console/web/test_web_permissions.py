"""Every address asks for a permission, and every role gets what the table gives it: asked over HTTP, all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from examiner_console import tables
from examiner_console.app import create_app
from examiner_console.casework import openapi
from examiner_console.web import pages, people_text
from examiner_console.web.duties import DEEDS, ROLES
from examiner_console.web.officers import add_officer
from examiner_console.web.permissions import PAGES, PERMISSIONS, PROGRAMS, Permission, Role, home, permitted
from tests.examiner_console.web.conftest import PASSWORD

SOMEWHERE = {
    "case_id": "019aa000-0000-7000-8000-000000000000",
    "inspection": "019aa000-0000-7000-8000-000000000000",
    "evidence_id": "1",
    "name": "base.css",
    "key": "00",
    "address": "x",
    "entry": "019aa000-0000-7000-8000-000000000000",
    "call": "019aa000-0000-7000-8000-000000000000",
    "landing": "019aa000-0000-7000-8000-000000000000",
    "registration": "019aa000-0000-7000-8000-000000000000",
    "alarm": "019aa000-0000-7000-8000-000000000000",
    "request": "019aa000-0000-7000-8000-000000000000",
    "gate": "gate-99",
    "file": "019aa000-0000-7000-8000-000000000000",
}
SENTENCE = "Your role may not do this; ask the shift supervisor if you need it."
SEES_NO_TRAVELLER = (Role.GATE_ASSISTANT, Role.TECHNICIAN)


@pytest.fixture(scope="module")
def everyone(hall: Any) -> dict[Role, Any]:
    """One officer of every role, logged in."""
    for role in Role:
        asyncio.run(add_officer(hall.console.store, _name(role), role.value, role.value, PASSWORD))
    return {role: hall.logged_in(_name(role)) for role in Role}


def _name(role: Role) -> str:
    return role.value.replace("_", "-")


def routes(hall: Any) -> set[tuple[str, str]]:
    """What the whole application of the officers answers, found in the application itself."""
    app: Any = create_app(hall.console, [pages.router(hall.console)], stations=False)
    return {(method, route.path) for route in _leaves(app.routes) for method in route.methods - {"HEAD"}}


def _leaves(found: Any) -> Iterator[Any]:
    """Through routers included in one another. What is neither a route nor such a router fails here."""
    for route in found:
        if hasattr(route, "methods"):
            yield route
        else:
            yield from _leaves(route.original_router.routes)


def test_no_route_of_the_application_is_without_a_row(hall: Any) -> None:
    assert routes(hall) == set(PAGES) | PROGRAMS
    assert set(pages.ENDPOINTS) == set(PAGES)


def test_every_role_and_everything_it_may_do_has_words() -> None:
    assert set(PERMISSIONS) == set(ROLES) == set(Role)
    assert set(DEEDS) == set(Permission) - {Permission.ANYONE, Permission.LOGGED_IN}


@pytest.mark.parametrize("role", Role)
def test_every_address_lets_a_role_in_exactly_where_the_table_does(
    hall: Any, everyone: dict[Role, Any], role: Role
) -> None:
    for method, path in sorted(PAGES):
        browser = hall.logged_in(_name(role)) if path == "/logout" else everyone[role]
        status, said = _asks(browser, method, path)
        if permitted(role, PAGES[method, path]):
            assert status not in (401, 403), (method, path, said)
        else:
            assert (status, said) == (403, SENTENCE), (method, path)


def test_whoever_is_not_logged_in_gets_no_further_than_the_log_in_page(hall: Any) -> None:
    browser = hall.browser()
    for method, path in sorted(PAGES):
        status, _ = _asks(browser, method, path)
        assert (status == 401) == (PAGES[method, path] is not Permission.ANYONE), (method, path)


def test_an_anonymous_browser_is_led_to_the_log_in_page_and_back(hall: Any) -> None:
    answer = hall.browser().get("/queue")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/queue"


def test_an_officer_s_session_opens_nothing_of_the_stations(everyone: dict[Role, Any]) -> None:
    for path, methods in openapi.PATHS.items():
        address = path.replace("{", "").replace("}", "")
        for method in methods:
            answer = everyone[Role.INSPECTOR].client.request(method, address, content=b"{}")
            assert 400 <= answer.status_code < 500, (method, path)


def test_nobody_but_inspectors_decides() -> None:
    assert [role for role in Role if permitted(role, Permission.DECIDE)] == [Role.INSPECTOR]


@pytest.mark.parametrize("role", SEES_NO_TRAVELLER)
def test_who_needs_no_traveller_s_data_is_shown_none(hall: Any, everyone: dict[Role, Any], role: Role) -> None:
    hall.arrives()
    begins = everyone[role].get("/", follow_redirects=True)
    assert begins.url.path == "/duties"
    assert "it shows no traveller to your role" in begins.text
    assert "TESSARINE" not in begins.text


@pytest.mark.parametrize("role", [Role.WATCHLIST_EDITOR, Role.WATCHLIST_APPROVER])
def test_who_keeps_the_watchlist_begins_there_and_sees_no_traveller(
    hall: Any, everyone: dict[Role, Any], role: Role
) -> None:
    hall.arrives()
    begins = everyone[role].get("/", follow_redirects=True)
    assert begins.url.path == "/watchlist"
    assert "TESSARINE" not in begins.text
    assert everyone[role].get("/queue").status_code == 403


def test_no_role_both_proposes_and_approves() -> None:
    both = (Permission.EDIT_WATCHLIST, Permission.APPROVE_WATCHLIST)
    assert [role for role in Role if all(permitted(role, one) for one in both)] == []


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PRIVACY_OFFICER])
def test_who_only_reads_sees_no_pictures(role: Role) -> None:
    assert not permitted(role, Permission.SEE_PICTURES)


@pytest.mark.parametrize("role", Role)
def test_a_new_log_in_leads_to_where_the_role_s_work_begins(hall: Any, everyone: dict[Role, Any], role: Role) -> None:
    answer = hall.browser().log_in(_name(role))
    assert answer.headers["location"] == home(role)
    assert everyone[role].get(home(role)).status_code == 200


def test_an_officer_stored_as_supervisor_goes_on_as_shift_supervisor(own_hall: Any) -> None:
    stored = tables.officers.update().where(tables.officers.c.name == "mori").values(role="supervisor")
    asyncio.run(own_hall.console.store.write(lambda c: c.execute(stored).rowcount))
    assert "Shift supervisor" in own_hall.logged_in("mori").get("/duties").text
    asyncio.run(add_officer(own_hall.console.store, "nagai", "supervisor", "N", PASSWORD))
    role = select(tables.officers.c.role).where(tables.officers.c.name == "nagai")
    assert asyncio.run(own_hall.console.store.read(lambda c: c.execute(role).scalar_one())) == "shift_supervisor"


def test_the_matrix_in_the_docs_is_the_table() -> None:
    file = Path(__file__).parents[3] / "docs" / "people.md"
    assert file.read_text("utf-8") == people_text.page(), (
        "run: python -m examiner_console.web.people_text > docs/people.md"
    )


def _asks(browser: Any, method: str, path: str) -> tuple[int, str]:
    """Status, and the sentence where one is said. A stream is left once it has begun."""
    address = path.replace(":path", "").format(**SOMEWHERE)
    if method == "POST":
        answer = browser.answer(address)
        return answer.status_code, _said(answer)
    with browser.client.stream("GET", address, headers={"accept": "application/json, text/html"}) as answer:
        if answer.status_code >= 400:
            answer.read()
            return answer.status_code, _said(answer)
        return answer.status_code, ""


def _said(answer: Any) -> str:
    is_json = answer.headers.get("content-type", "").startswith("application/json")
    return str(answer.json().get("sentence", "")) if is_json else ""
