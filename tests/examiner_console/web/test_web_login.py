"""Logging in: passwords, sessions, throttling, and forms that others cannot send."""

from __future__ import annotations

import asyncio
import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from examiner_console import tables
from examiner_console.web.officers import IDLE, SHIFT, UnusableOfficer, add_officer
from examiner_console.web.throttle import FREE_TRIES, LONGEST_WAIT_SECONDS, Throttle

SESSION = "sekisho_session"


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(hall: Any) -> None:
    unknown, wrong = hall.browser().log_in("nobody", "x" * 12), hall.browser().log_in("akazawa", "x" * 12)
    assert unknown.status_code == wrong.status_code == 401
    assert (
        _sentence(unknown) == _sentence(wrong) == "Name and password do not belong together. Check both and try again."
    )


def test_the_store_keeps_only_the_hash_of_a_session_and_of_a_password(hall: Any) -> None:
    browser = hall.logged_in("hoshikawa")
    token = browser.client.cookies[SESSION]
    kept = asyncio.run(
        hall.console.store.read(lambda c: c.execute(select(tables.sessions.c.token_sha256)).scalars().all())
    )
    assert hashlib.sha256(token.encode()).digest() in kept
    hashes = asyncio.run(
        hall.console.store.read(lambda c: c.execute(select(tables.officers.c.password_hash)).scalars().all())
    )
    assert all(digest.startswith("$argon2id$") for digest in hashes)


def test_no_script_and_no_other_site_gets_the_session_cookie(hall: Any) -> None:
    (cookie,) = [
        c for c in hall.browser().log_in("hoshikawa").headers.get_list("set-cookie") if c.startswith(f"{SESSION}=")
    ]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


def test_logging_out_ends_the_session_at_the_server(hall: Any) -> None:
    browser = hall.logged_in("akazawa")
    token = browser.client.cookies[SESSION]
    browser.post("/logout")
    again = hall.browser()
    again.client.cookies.set(SESSION, token)
    assert again.get("/queue").status_code == 303


@pytest.mark.parametrize(("after", "status"), [(IDLE - timedelta(minutes=1), 200), (IDLE, 303), (SHIFT, 303)])
def test_a_deserted_booth_locks_itself(own_hall: Any, after: timedelta, status: int) -> None:
    browser = own_hall.logged_in("hoshikawa")
    own_hall.clock = lambda: datetime.now(UTC) + after
    assert browser.get("/queue").status_code == status


def test_a_disabled_officer_is_out_at_once(own_hall: Any) -> None:
    browser = own_hall.logged_in("mori")
    disabled = update(tables.officers).values(disabled_at=datetime.now(UTC))
    asyncio.run(own_hall.console.store.write(lambda c: c.execute(disabled).rowcount))
    assert browser.get("/queue").status_code == 303
    assert own_hall.browser().log_in("mori").status_code == 401


def test_a_form_without_its_token_changes_nothing(hall: Any, inspector: Any) -> None:
    case = hall.arrives()
    answer = inspector.client.post(f"/cases/{case}/take", headers=inspector.origin)
    assert answer.status_code == 403
    assert "another site" in _sentence(answer)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_a_form_sent_from_elsewhere_is_refused_even_with_its_token(hall: Any, inspector: Any, origin: str) -> None:
    form = {"form_token": inspector.token()}
    answer = inspector.client.post(
        f"/cases/{hall.arrives()}/take", data=form, headers={"origin": origin} if origin else {}
    )
    assert answer.status_code == 403


def test_another_session_s_token_does_not_fit(hall: Any, inspector: Any) -> None:
    other = hall.logged_in("akazawa").token()
    answer = inspector.client.post("/preferences", data={"form_token": other}, headers=inspector.origin)
    assert answer.status_code == 403


def test_nobody_is_led_to_another_site_after_logging_in(hall: Any) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        browser = hall.browser()
        answer = browser.post("/login", name="akazawa", password="correct horse battery", next=elsewhere)
        assert answer.headers["location"] == "/queue"


def test_five_wrong_passwords_make_the_next_try_wait(own_hall: Any) -> None:
    browser = own_hall.browser()
    answers = [browser.log_in("akazawa", "wrong wrong wrong") for _ in range(FREE_TRIES + 1)]
    assert [answer.status_code for answer in answers] == [401] * FREE_TRIES + [429]
    assert "Wait" in _sentence(answers[-1])
    assert own_hall.logged_in("hoshikawa"), "nobody else waits"


@given(st.integers(FREE_TRIES, 60))
def test_the_wait_grows_and_never_locks_an_officer_out_for_long(wrong: int) -> None:
    throttle = Throttle()
    for _ in range(wrong):
        throttle.wrong("hoshikawa", 0.0)
    assert 1.0 <= throttle.wait("hoshikawa", 0.0) <= LONGEST_WAIT_SECONDS
    throttle.right("hoshikawa")
    assert throttle.wait("hoshikawa", 0.0) == 0.0


@pytest.mark.parametrize(
    ("name", "role", "password"),
    [
        ("hoshikawa", "inspector", "long enough here"),
        ("New", "inspector", "long enough here"),
        ("new", "king", "long enough here"),
        ("new", "auditor", "short"),
    ],
)
def test_an_officer_that_cannot_be_added_is_refused_in_one_sentence(
    hall: Any, name: str, role: str, password: str
) -> None:
    with pytest.raises(UnusableOfficer):
        asyncio.run(add_officer(hall.console.store, name, role, "X", password))


def _sentence(answer: Any) -> str:
    """What the page says to a person, without its marks."""
    found = re.search(r"(?:role=.alert.>|<h1>)<svg.*?</svg>(?:<span>)?([^<]+)", answer.text)
    assert found, "the page says nothing"
    return found[1]
