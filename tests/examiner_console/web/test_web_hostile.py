"""Anything thrown at any page by anybody who may open it: a sentence at most, never a fault, and nothing executed."""

from __future__ import annotations

import asyncio
import re
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examiner_console.web import rendering
from examiner_console.web.forms import LARGEST_FORM_BYTES
from examiner_console.web.officers import add_officer
from examiner_console.web.permissions import PAGES, Permission, Role, permitted
from tests.examiner_console.web.conftest import PASSWORD

MARK = "hostile-7c1d"
HOSTILE = (
    f"<script>{MARK}</script>",
    f"\"'><img src=x onerror={MARK}>",
    "{{ 6571 * 7919 }}{% raw %}",
    "${6571*7919}",
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "' OR '1'='1",
    "'; DROP TABLE cases; --",
    "\x00\x01\x02",
    "\ud7ff\U0010ffff\u202e",
    "9" * 400,
    "-1",
    "NaN",
    "0001-01-01",
    "9999-12-31T23:59:59.999999Z",
    "\r\nset-cookie: sekisho_session=x",
    "=cmd|' /C calc'!A0",
    "00000000-0000-0000-0000-000000000000",
)
EVALUATED = str(6571 * 7919)
NAMES = re.compile(r'name="([a-z_0-9]+)"')
SPARED = {("POST", "/login"), ("POST", "/logout")}
"""They end the session that the others are tried with; tests of their own try them. A stream would never end."""
FIELDS = sorted({name for path in Path(rendering.TEMPLATES).glob("*.html") for name in NAMES.findall(path.read_text())})


def may(role: Role) -> list[tuple[str, str]]:
    streams = {(method, path) for method, path in PAGES if path.endswith("/stream")}
    return sorted(page for page in PAGES if permitted(role, PAGES[page]) and page not in SPARED | streams)


VALUES = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40))
FORMS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=8)


@pytest.fixture(scope="module")
def everyone(hall: Any) -> dict[Role, Any]:
    for role in Role:
        name = f"{role.value.replace('_', '-')}-x"
        asyncio.run(add_officer(hall.console.store, name, role.value, role.value, PASSWORD))
    return {role: hall.logged_in(f"{role.value.replace('_', '-')}-x") for role in Role}


@pytest.fixture(scope="module")
def cases(hall: Any) -> list[str]:
    return [str(hall.arrives(pictures=False)) for _ in range(3)]


def sane(answer: Any, page: tuple[str, str]) -> None:
    assert answer.status_code < 500, (page, answer.status_code, answer.text[:300])
    body = answer.text
    assert f"<script>{MARK}" not in body, page
    assert f"<img src=x onerror={MARK}" not in body, page
    assert EVALUATED not in body, page
    assert "Traceback" not in body, page
    assert "root:x:0" not in body, page
    assert "sekisho_session=x" not in answer.headers.get("set-cookie", ""), page


@pytest.mark.parametrize("role", Role)
def test_no_page_breaks(hall: Any, everyone: dict[Role, Any], cases: list[str], role: Role) -> None:
    browser, pages = everyone[role], may(role)
    token = browser.token()
    places = st.one_of(st.sampled_from(cases), VALUES)

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(pages), places, FORMS, st.booleans())
    def throw(page: tuple[str, str], place: str, form: dict[str, str], as_script: bool) -> None:
        method, path = page
        address = re.sub(r"\{[^}]+\}", lambda _: quote(place, safe="") or "x", path)
        headers = {**browser.origin, "accept": "application/json" if as_script else "text/html"}
        if method == "GET":
            answer = browser.client.get(address, params=form, headers=headers)
        else:
            answer = browser.client.post(address, data={**form, "form_token": token}, headers=headers)
        sane(answer, page)

    throw()


@pytest.mark.parametrize("role", Role)
def test_no_form_is_taken_from_another_site(hall: Any, everyone: dict[Role, Any], role: Role) -> None:
    """Whether with the right token and a foreign origin, or from here with a token of another session."""
    browser = everyone[role]
    token, other = browser.token(), "0" * 64
    for method, path in may(role):
        if method != "POST" or PAGES[method, path] is Permission.ANYONE:
            continue
        address = re.sub(r"\{[^}]+\}", "019aa000-0000-7000-8000-000000000000", path)
        for form_token, origin in ((token, "https://evil.example"), (other, browser.origin["origin"])):
            headers = {"origin": origin, "accept": "application/json"}
            answer = browser.client.post(address, data={"form_token": form_token}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "forged_form"), (path, origin)


def test_a_form_that_never_ends_is_answered_once_it_is_too_long(hall: Any, everyone: dict[Role, Any]) -> None:
    browser = everyone[Role.INSPECTOR]
    cookies = "; ".join(f"{name}={value}" for name, value in browser.client.cookies.items())
    head = f"POST /cases/find HTTP/1.1\r\nhost: 127.0.0.1:{hall.port}\r\norigin: {hall.base}\r\ncookie: {cookies}\r\n"
    with socket.create_connection(("127.0.0.1", hall.port), timeout=20) as line:
        line.sendall(head.encode() + b"content-length: 100000000\r\naccept: application/json\r\n\r\n")
        line.sendall(b"a=" + b"x" * LARGEST_FORM_BYTES)
        assert line.recv(64).startswith(b"HTTP/1.1 4")
