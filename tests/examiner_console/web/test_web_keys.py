"""Security keys at the wire: no session before every factor was shown, and no challenge twice."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import delete, select

from examiner_console import migrations, tables
from examiner_console.console import Console, open_console
from examiner_console.law.decide import LANDINGS_ALONE
from examiner_console.settings import Settings
from tests.examiner_console.web.authenticator import SoftKey
from tests.examiner_console.web.conftest import PASSWORD, Browser, Hall, run

FOREIGN = "https://elsewhere.example"


@dataclass
class KeyedHall(Hall):
    second_factor: str = "offered"

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}"

    def opened(self) -> Console:
        more = {"public_url": self.base, "second_factor": self.second_factor}
        return open_console(
            Settings(data_dir=self.folder, booths=1, rules=LANDINGS_ALONE, **more), lambda: self.clock()
        )


def keyed(folder: Path, second_factor: str) -> Iterator[KeyedHall]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    hall = KeyedHall(folder, port, second_factor=second_factor)
    migrations.upgrade(Settings(data_dir=folder).database)
    hall.open()
    hall.people()
    yield hall
    for client in hall._clients:
        client.close()
    hall.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyedHall]:
    yield from keyed(tmp_path_factory.mktemp("console"), "offered")


@pytest.fixture
def offered(shared: KeyedHall) -> KeyedHall:
    """One hall for all tests; each finds no key and the true time."""
    shared.clock = lambda: datetime.now(UTC)
    for table in (tables.security_keys, tables.key_ceremonies, tables.actions):
        run(shared.console.store.write(lambda c, table=table: c.execute(delete(table)).rowcount))
    return shared


@pytest.fixture
def required(tmp_path: Path) -> Iterator[KeyedHall]:
    yield from keyed(tmp_path, "required")


def registered(hall: KeyedHall, name: str = "hoshikawa", id: bytes = b"a key of sixteen") -> SoftKey:
    key, browser = SoftKey(hall.base, id=id), hall.logged_in(name)
    asked = browser.answer("/keys/challenge", password=PASSWORD).json()
    assert browser.answer("/keys", answer=key.create(asked), name="blue").json() == {"next": "/keys"}
    return key


def half_way(hall: KeyedHall, name: str = "hoshikawa") -> Browser:
    browser = hall.browser()
    assert browser.log_in(name).headers["location"].startswith("/login/key")
    return browser


def challenge(browser: Browser) -> dict[str, Any]:
    asked: dict[str, Any] = browser.answer("/login/key/challenge").json()
    return asked


def is_logged_in(browser: Browser) -> bool:
    return browser.get("/session", headers={"accept": "application/json"}).status_code == 200


def verbs(hall: KeyedHall) -> list[str]:
    return run(hall.console.store.read(lambda c: list(c.execute(select(tables.actions.c.verb)).scalars())))


def test_a_password_alone_opens_nothing_until_the_key_has_answered(offered: KeyedHall) -> None:
    key = registered(offered)
    browser = half_way(offered)
    for address in ("/session", "/queue", "/keys", "/duties"):
        assert browser.get(address, headers={"accept": "application/json"}).status_code == 401
    answer = browser.answer("/login/key", answer=key.get(challenge(browser)), next="/duties")
    assert answer.json() == {"next": "/duties"}
    assert is_logged_in(browser)
    assert verbs(offered) == ["add_key"]


@pytest.mark.parametrize("other", [{"origin": FOREIGN}, {"challenge": "A" * 43}])
def test_an_answer_to_something_else_is_refused(offered: KeyedHall, other: dict[str, str]) -> None:
    key = registered(offered)
    browser = half_way(offered)
    answer = browser.answer("/login/key", answer=key.get(challenge(browser), **other))
    assert answer.json()["code"] == "key_refused"
    assert not is_logged_in(browser)


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", '{"id": 1}', "\x00"])
def test_an_answer_that_is_none_is_refused_with_a_sentence(offered: KeyedHall, answer: str) -> None:
    registered(offered)
    browser = half_way(offered)
    challenge(browser)
    assert browser.answer("/login/key", answer=answer).json()["code"] == "key_refused"
    assert not is_logged_in(browser)


def test_a_challenge_is_used_once_and_another_s_key_opens_nothing(offered: KeyedHall) -> None:
    key, other = registered(offered), registered(offered, "akazawa", b"another of sixty")
    browser = half_way(offered)
    asked = challenge(browser)
    assert browser.answer("/login/key", answer=other.get(asked)).json()["code"] == "key_refused"
    assert browser.answer("/login/key", answer=key.get(asked)).json()["code"] == "log_in_ended"
    assert not is_logged_in(browser)


def test_a_challenge_belongs_to_the_log_in_that_asked_for_it(offered: KeyedHall) -> None:
    key = registered(offered)
    one, another = half_way(offered), half_way(offered)
    asked = challenge(one)
    challenge(another)
    assert another.answer("/login/key", answer=key.get(asked)).json()["code"] == "key_refused"
    assert not is_logged_in(another)


def test_a_log_in_waits_five_minutes_for_its_key(offered: KeyedHall) -> None:
    key = registered(offered)
    browser = half_way(offered)
    answer = key.get(challenge(browser))
    offered.clock = lambda: datetime.now(UTC) + timedelta(minutes=5, seconds=1)
    assert browser.answer("/login/key", answer=answer).json()["code"] == "log_in_ended"
    assert not is_logged_in(browser)


def test_a_copied_key_is_refused_from_then_on_and_the_supervisor_is_told(offered: KeyedHall) -> None:
    key = registered(offered)
    key.counter = 9
    first = half_way(offered)
    first.answer("/login/key", answer=key.get(challenge(first)))
    key.counter = 4
    for _ in range(2):
        browser = half_way(offered)
        assert browser.answer("/login/key", answer=key.get(challenge(browser))).json()["code"] == "key_suspected"
        key.counter = 20
    assert not is_logged_in(browser)
    assert verbs(offered).count("suspect_key") == 1
    assert "A key of H. Hoshikawa may have been copied" in offered.logged_in("mori").get("/keys").text


def test_where_a_key_is_required_the_first_log_in_registers_it_and_the_last_stays(required: KeyedHall) -> None:
    key = SoftKey(required.base)
    browser, late = half_way(required), half_way(required)
    asked, too_late = challenge(browser), challenge(late)
    assert asked["kind"] == "enrol"
    assert browser.answer("/login/key", answer=key.create(asked), name="blue").status_code == 200
    assert is_logged_in(browser)
    second = SoftKey(required.base, id=b"another of sixty")
    assert late.answer("/login/key", answer=second.create(too_late), name="red").json()["code"] == "log_in_ended"
    assert not is_logged_in(late)
    address = browser.get("/keys").text.split('action="/keys/')[1].split("/remove")[0]
    assert browser.answer(f"/keys/{address}/remove", password=PASSWORD).json()["code"] == "last_key"


def test_keys_are_added_and_removed_after_the_password_alone(offered: KeyedHall) -> None:
    registered(offered)
    assert offered.logged_in("akazawa").answer("/keys/challenge", password="x" * 12).json()["code"] == "wrong_password"
    key, browser = SoftKey(offered.base), half_way(offered)
    assert browser.answer("/keys/challenge", password=PASSWORD).status_code == 401
    assert key.counter == 0


def test_only_an_origin_that_browsers_trust_is_taken(tmp_path: Path) -> None:
    for url in ("http://console.example", "https://console.example/", "https://a@console.example", "console.example"):
        with pytest.raises(ValidationError):
            Settings(data_dir=tmp_path, public_url=url)
    with pytest.raises(ValidationError):
        Settings(data_dir=tmp_path, second_factor="required")
