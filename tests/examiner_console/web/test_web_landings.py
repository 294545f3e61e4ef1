"""Special permissions over HTTP: given, shown with the overdue first, ended; temporary refuge seen by few."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from examiner_console.casework.actions import Verb
from examiner_console.tables import actions
from tests.examiner_console.web.aboard import Port, port
from tests.examiner_console.web.conftest import run
from tests.examiner_console.web.keeping import words


@pytest.fixture(scope="module")
def yokohama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Port]:
    with port(tmp_path_factory.mktemp("port")) as opened:
        yield opened


@pytest.fixture(scope="module")
def inspector(yokohama: Port) -> Any:
    return yokohama.logged_in("hoshikawa")


def typed(**changes: str) -> dict[str, str]:
    person = {"surname": "VELA", "given_names": "ANA", "birth_date": "1990-04-01", "nationality": "uto"}
    ship = {"document_number": "c-123", "vessel": "KAIYO 3", "port": "Kobe", "until": "", "area": "Kobe city"}
    asked = {"kind": "crew_one_port", "applicant": "captain", "applied_by": "Capt. Ruy", "ground": "Shore leave."}
    return {"landing": str(uuid4()), **person, **ship, **asked, "escort": "", "other": "", **changes}


def given(browser: Any, *, refuge: bool = False, **changes: str) -> str:
    answer = browser.post("/refuge/new" if refuge else "/landings/new", **typed(**changes))
    assert answer.status_code == 303, words(answer)
    return str(answer.headers["location"])


def count(opened: Port, verb: Verb) -> int:
    query = select(func.count()).select_from(actions).where(actions.c.verb == verb)
    found: int = run(opened.console.store.read(lambda c: c.execute(query).scalar_one()))
    return found


def test_a_permission_is_given_once_and_stands_with_its_end(yokohama: Port, inspector: Any) -> None:
    form, before = typed(surname="ORIA"), count(yokohama, Verb.PERMIT_LANDING)
    first, again = (inspector.post("/landings/new", **form) for _ in range(2))
    assert first.headers["location"] == again.headers["location"]
    assert count(yokohama, Verb.PERMIT_LANDING) == before + 1
    page = words(inspector.get(first.headers["location"]))
    assert "UTO C123" in page
    assert "Kobe city" in page
    assert "In force" in page
    other = yokohama.logged_in("akazawa").post("/landings/new", **form)
    assert "H. Hoshikawa has dealt with this permission already" in words(other)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ground_found": "yes"}, "The Act does not allow this: a ground of Art. 5(1) was found."),
        ({"applicant": "mayor"}, "The Act does not allow this: the mayor cannot apply."),
        ({"surname": ""}, "This field is needed"),
        ({"birth_date": "yesterday"}, "A birth date is a day such as"),
        ({"document_number": "*"}, "This field is needed"),
        ({"until": "2020-01-01T00:00"}, "The end lies after now"),
        ({"kind": "transit_same_ship", "area": ""}, "A transit needs its route"),
        ({"kind": "refuge"}, "Something in the form is missing"),
        ({"kind": "cruise"}, "Something in the form is missing"),
        ({"applicant": "nobody"}, "Something in the form is missing"),
    ],
)
def test_what_cannot_be_given_is_told_and_what_was_typed_stays(
    inspector: Any, changes: dict[str, str], sentence: str
) -> None:
    answer = inspector.post("/landings/new", **typed(**changes))
    assert answer.status_code in (409, 422)
    assert sentence in words(answer)


def test_the_overdue_stand_first_and_end_with_a_note(own_port: Port) -> None:
    browser = own_port.logged_in("hoshikawa")
    given(browser, surname="ENDLESS", kind="emergency")
    late = given(browser, surname="LATE")
    later = datetime.now(UTC) + timedelta(days=9)
    own_port.clock = lambda: later
    browser.log_in("hoshikawa")
    page = words(browser.get("/landings"))
    assert page.index("LATE") < page.index("ENDLESS")
    assert "Overdue" in page
    refused = browser.post(f"{late}/end", ending="left", note="")
    assert refused.status_code == 422
    assert "Write in a sentence why" in words(refused)
    assert browser.post(f"{late}/end", ending="left", note="On board since the 30th.").status_code == 303
    assert "back on board, or left" in words(browser.get(late))
    other = own_port.logged_in("akazawa").post(f"{late}/end", ending="left", note="Me too.")
    assert other.status_code == 409


@pytest.fixture
def own_port(tmp_path: Any) -> Iterator[Port]:
    with port(tmp_path) as opened:
        yield opened


def test_an_extension_stays_within_the_act(inspector: Any, yokohama: Port) -> None:
    soon = f"{yokohama.clock() + timedelta(hours=30):%Y-%m-%dT%H:%M}"
    address = given(inspector, until=soon)
    far = f"{yokohama.clock() + timedelta(days=40):%Y-%m-%dT%H:%M}"
    answer = inspector.post(f"{address}/extend", until=far, note="Typhoon.")
    assert "it would be longer than the Act allows" in words(answer)
    near = f"{yokohama.clock() + timedelta(days=3):%Y-%m-%dT%H:%M}"
    assert inspector.post(f"{address}/extend", until=near, note="Typhoon.").status_code == 303
    assert near.split("T")[1] in words(inspector.get(address))


def test_refuge_is_seen_by_few_and_is_a_number_to_others(yokohama: Port, inspector: Any) -> None:
    supervisor = yokohama.logged_in("kazama")
    refused = supervisor.post("/refuge/new", **typed(surname="SHELTERED"))
    assert "neither a reason of the Refugee Convention nor fear of persecution is stated" in words(refused)
    address = given(supervisor, refuge=True, surname="SHELTERED", fled="yes", applied_by="")
    for name in ("kazama", "sakaki"):
        assert "SHELTERED" in words(yokohama.logged_in(name).get("/refuge"))
    for name in ("hoshikawa", "kazama", "sakaki", "mori"):
        page = words(yokohama.logged_in(name).get("/landings"))
        assert "SHELTERED" not in page
        assert "Temporary refuge in force: 1 (private)" in page
    hidden = address.replace("/refuge/", "/landings/")
    assert inspector.get(address).status_code == 403
    assert inspector.get(hidden).status_code == 404
    assert inspector.post(f"{hidden}/end", ending="left", note="x").status_code == 404
    assert supervisor.get(given(inspector).replace("/landings/", "/refuge/")).status_code == 404


def test_whoever_looks_is_in_the_ledger_first(yokohama: Port, inspector: Any) -> None:
    address = given(inspector)
    for read, verb in (("/landings", Verb.READ_LANDINGS), (address, Verb.READ_LANDINGS)):
        before = count(yokohama, verb)
        assert inspector.get(read).status_code == 200
        assert count(yokohama, verb) == before + 1
    before = count(yokohama, Verb.READ_REFUGE)
    yokohama.logged_in("sakaki").get("/refuge")
    assert count(yokohama, Verb.READ_REFUGE) == before + 1
