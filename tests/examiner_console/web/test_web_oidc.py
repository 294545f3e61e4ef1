"""Log-in by an agency's own provider, at the wire: who it vouches for gets in, and nothing else does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from examiner_console import migrations, tables
from examiner_console.app import create_app
from examiner_console.console import open_console
from examiner_console.law.decide import LANDINGS_ALONE
from examiner_console.settings import OidcProvider, Settings
from examiner_console.web import pages
from examiner_console.web.officers import add_officer
from simulators.oidc import CLIENT, FAULTS, Agency, OidcService, Person
from tests.examiner_console.web.conftest import PASSWORD, run
from tests.examiner_console.web.test_web_browser import readable

ROLES = {"inspectors": "inspector", "auditors": "auditor"}


class Console:
    """A console that lets officers in by `agency`."""

    def __init__(self, folder: Path, agency: Agency) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{listener.getsockname()[1]}"
        settings = Settings(
            data_dir=folder,
            rules=LANDINGS_ALONE,
            public_url=self.url,
            oidc=OidcProvider(issuer=agency.url, client_id=CLIENT, roles=ROLES),
        )
        migrations.upgrade(settings.database)
        self.console = open_console(settings)
        app = create_app(self.console, [pages.router(self.console)])
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        self._browsers: list[httpx.Client] = []

    def browser(self, **more: Any) -> httpx.Client:
        headers = {"accept-language": "en", "accept": "text/html", "origin": self.url}
        self._browsers.append(httpx.Client(base_url=self.url, headers=headers, **more))
        return self._browsers[-1]

    def close(self) -> None:
        for browser in self._browsers:
            browser.close()
        self._server.should_exit = True
        self._thread.join(20)
        self.console.close()

    def officers(self) -> dict[str, tuple[str, str | None]]:
        o = tables.officers.c
        rows = run(self.console.store.read(lambda c: c.execute(select(o.name, o.role, o.subject)).all()))
        return {name: (role, subject) for name, role, subject in rows}


@pytest.fixture
def agency() -> Iterator[Agency]:
    with OidcService() as listening:
        yield listening


@pytest.fixture
def console(tmp_path: Path, agency: Agency) -> Iterator[Console]:
    made = Console(tmp_path, agency)
    yield made
    made.close()


def begun(console: Console, next: str = "/") -> tuple[httpx.Client, str]:
    """A browser that was sent to the provider, and where to."""
    browser = console.browser()
    answer = browser.get("/login/oidc", params={"next": next})
    assert answer.status_code == 303, answer.text
    return browser, answer.headers["location"]


def chosen(address: str, login: str) -> str:
    """What the provider sends the browser back to."""
    return str(httpx.get(f"{address}&login={login}").headers["location"])


def log_in(console: Console, login: str, next: str = "/") -> tuple[httpx.Client, Any]:
    browser, address = begun(console, next)
    return browser, browser.get(chosen(address, login))


def test_who_the_agency_vouches_for_gets_in_with_the_role_of_their_group(console: Console) -> None:
    browser, answer = log_in(console, "kanda", "/queue")
    assert answer.status_code == 200
    assert 'content="0;url=/queue"' in answer.text
    assert "M. Kanda" in browser.get("/queue").text
    assert console.officers()["kanda"][0] == "inspector"
    browser.post("/logout", data={"form_token": "x"}, headers={"origin": console.url})
    other, _ = log_in(console, "sudo")
    assert other.get("/audit").status_code == 200
    assert other.get("/duties").status_code == 200


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_whatever_is_wrong_with_the_provider_begins_no_session(console: Console, agency: Agency, fault: str) -> None:
    browser, address = begun(console)
    back = chosen(address, "kanda")
    agency.fault = fault
    answer = browser.get(back)
    assert answer.status_code in (403, 503), fault
    assert "sekisho_session" not in browser.cookies
    assert browser.get("/queue").status_code == 303
    assert console.officers() == {}
    agency.fault = None
    assert browser.get(back).status_code == 403, "an attempt is spent once"
    assert log_in(console, "kanda")[1].status_code == 200


def test_a_silent_provider_is_said_and_a_password_still_works(console: Console, agency: Agency) -> None:
    agency.fault = "silent"
    browser = console.browser()
    answer = browser.get("/login/oidc")
    assert (answer.status_code, "use a password" in answer.text) == (503, True)
    run(add_officer(console.console.store, "hoshikawa", "inspector", "K. Hoshikawa", PASSWORD))
    token = browser.get("/login").text.partition('data-form-token="')[2].partition('"')[0]
    form = {"name": "hoshikawa", "password": PASSWORD, "form_token": token}
    assert browser.post("/login", data=form).status_code == 303


def test_a_new_key_of_the_provider_is_fetched(console: Console, agency: Agency) -> None:
    log_in(console, "kanda")
    agency.rotate()
    assert log_in(console, "kanda")[1].status_code == 200
    assert agency.asked.count("jwks") == 2


@pytest.mark.parametrize("login", ["ito", "abe"])
def test_no_role_and_two_roles_are_none(console: Console, login: str) -> None:
    _, answer = log_in(console, login)
    assert (answer.status_code, "name no role here, or more than one" in answer.text) == (403, True)
    assert console.officers() == {}


@pytest.mark.parametrize("change", ["state", "code", "cookie", "other browser"])
def test_an_answer_that_this_browser_did_not_ask_for_is_refused(console: Console, change: str) -> None:
    browser, address = begun(console)
    back = urlsplit(chosen(address, "kanda"))
    query = {name: values[0] for name, values in parse_qs(back.query).items()}
    if change in ("state", "code"):
        query[change] = "forged"
    elif change == "cookie":
        browser.cookies.clear()
    else:
        browser, _ = begun(console)
    answer = browser.get(back.path, params=query)
    assert answer.status_code in (403, 503)
    assert "sekisho_session" not in browser.cookies


def test_a_code_serves_once(console: Console) -> None:
    browser, address = begun(console)
    back = chosen(address, "kanda")
    kept = dict(browser.cookies)
    assert browser.get(back).status_code == 200
    again = console.browser(cookies=kept)
    assert again.get(back).status_code in (403, 503)
    assert "sekisho_session" not in again.cookies


@pytest.mark.parametrize("next", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_it_leads_nowhere_else(console: Console, next: str) -> None:
    _, answer = log_in(console, "kanda", next)
    assert 'content="0;url=/queue"' in answer.text
    assert "evil" not in answer.text


def test_a_name_that_is_another_s_is_not_taken_over(console: Console, agency: Agency) -> None:
    run(add_officer(console.console.store, "kanda", "shift_supervisor", "Another", PASSWORD))
    _, answer = log_in(console, "kanda")
    assert (answer.status_code, "Another account" in answer.text) == (409, True)
    assert console.officers()["kanda"] == ("shift_supervisor", None)
    agency.people = (*agency.people, Person("sudo", "Impostor", ("inspectors",), "sub-other"))
    log_in(console, "sudo")
    agency.people = tuple(one for one in agency.people if one.display == "Impostor")
    assert log_in(console, "sudo")[1].status_code == 409
    assert console.officers()["sudo"][0] == "auditor"


def test_a_role_follows_the_group_and_a_disabled_officer_stays_out(console: Console, agency: Agency) -> None:
    log_in(console, "kanda")
    agency.people = (Person("kanda", "M. Kanda", ("auditors",)),)
    log_in(console, "kanda")
    assert console.officers()["kanda"][0] == "auditor"
    disable = tables.officers.update().values(disabled_at=console.console.clock())
    run(console.console.store.write(lambda c: c.execute(disable)))
    assert log_in(console, "kanda")[1].status_code == 403


def test_whom_the_agency_lets_in_has_no_password_here(console: Console) -> None:
    log_in(console, "kanda")
    browser = console.browser()
    token = browser.get("/login").text.partition('data-form-token="')[2].partition('"')[0]
    for password in ("!", "", "x"):
        answer = browser.post("/login", data={"name": "kanda", "password": password, "form_token": token})
        assert answer.status_code in (401, 422)


def test_without_a_provider_there_is_no_such_page(hall: Any) -> None:
    for path in ("/login/oidc", "/login/oidc/back"):
        assert hall.browser().get(path).status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ja"])
def test_in_a_browser_by_keyboard(browser: Browser, console: Console, language: str) -> None:
    page = browser.new_context(locale=language).new_page()
    page.goto(f"{console.url}/queue")
    readable(page)
    page.locator("a[href^='/login/oidc']").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="M. Kanda").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue")
    expect(page.locator("header.bar")).to_contain_text("M. Kanda")
    page.context.close()
