"""Ships over HTTP: a list is loaded whole or not at all, permitted in two keys, counted, and closed with a note."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from examiner_console.casework.actions import Verb
from examiner_console.law.stays import japan_date
from examiner_console.ships.calls import Standing
from examiner_console.tables import actions
from simulators.ship_manifests import FILES, as_csv, as_paxlst
from tests.examiner_console.web.aboard import (
    Port,
    form,
    manifest,
    permit,
    permitted_call,
    port,
    upload,
)
from tests.examiner_console.web.conftest import run
from tests.examiner_console.web.keeping import words


@pytest.fixture(scope="module")
def yokohama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Port]:
    with port(tmp_path_factory.mktemp("port")) as opened:
        yield opened


@pytest.fixture(scope="module")
def inspector(yokohama: Port) -> Any:
    return yokohama.logged_in("hoshikawa")


@pytest.fixture
def own_port(tmp_path: Any) -> Iterator[Port]:
    with port(tmp_path) as opened:
        yield opened


def verbs(opened: Port, call: str) -> list[str]:
    """What the ledger has of a call, in order."""
    query = select(actions.c.verb).where(actions.c.inspection == UUID(call.rsplit("/", 1)[1])).order_by(actions.c.id)
    found: list[str] = run(opened.console.store.read(lambda c: list(c.execute(query).scalars())))
    return found


def test_everybody_with_a_fault_is_to_be_seen_and_everybody_else_is_ready(yokohama: Port, inspector: Any) -> None:
    people = manifest(yokohama, seed=1)
    yokohama.knows(people)
    call = yokohama.call(inspector)
    assert yokohama.load(inspector, call, as_csv(people.passengers)).status_code == 303
    seen = {one.line.number - 2: one.reasons for one in yokohama.lines(call, Standing.TO_BE_SEEN)}
    assert seen.keys() == people.faults.keys()
    told = {fault: {reason.value for reason in seen[place]} for place, fault in people.faults.items()}
    assert told == {
        "expired": {"document_expired_by_sailing"},
        "national": {"national", "watchlist_silent", "document_reports_silent", "removals_silent"},
        "stateless": {"nationality_needs_more"},
        "watchlist": {"watchlist"},
        "stolen": {"document_reported"},
        "removed": {"removed_before"},
    }


def test_a_paxlst_says_the_same_as_the_csv(yokohama: Port, inspector: Any) -> None:
    people = manifest(yokohama, faults=("expired",))
    call = yokohama.call(inspector)
    yokohama.load(inspector, call, as_paxlst(people.passengers, japan_date(yokohama.clock())))
    by_csv = yokohama.call(inspector)
    yokohama.load(inspector, by_csv, as_csv(people.passengers))
    assert yokohama.standings(call) == yokohama.standings(by_csv) == {"clear": 39, "to_be_seen": 1}


@pytest.mark.parametrize("fault", FILES)
def test_a_list_with_one_fault_is_not_taken_at_all(yokohama: Port, inspector: Any, fault: str) -> None:
    call, people = yokohama.call(inspector), manifest(yokohama, 20)
    answer = upload(inspector, call, as_csv(people.passengers, fault))
    assert answer.status_code == 422
    assert "Nothing of the file was taken." in words(answer)
    assert yokohama.standings(call) == {}
    assert "load_manifest" not in verbs(yokohama, call)


def test_a_list_is_permitted_with_two_keys_once_with_one_action_and_a_permission_each(
    yokohama: Port, inspector: Any
) -> None:
    call, people = permitted_call(yokohama, inspector)
    assert yokohama.standings(call) == {"permitted": 12}
    found = verbs(yokohama, call)
    assert found.count(Verb.PERMIT_CRUISE) == 1
    page = words(inspector.get(call))
    assert "12 passengers" in page
    assert people.passengers[0].surname not in page, "whoever is permitted is not listed"
    assert inspector.get(f"{call}/permit").status_code == 409


def test_of_two_inspectors_one_permits_and_the_other_reads_a_sentence(yokohama: Port, inspector: Any) -> None:
    call = yokohama.call(inspector)
    yokohama.load(inspector, call, as_csv(manifest(yokohama, 5, faults=()).passengers))
    page = inspector.get(f"{call}/permit").text
    sha = page.split('name="sha256" value="')[1].split('"')[0]
    assert inspector.post(f"{call}/permit", sha256=sha).status_code == 303
    assert inspector.post(f"{call}/permit", sha256=sha).status_code == 303, "the same key again is the same act"
    other = yokohama.logged_in("akazawa").post(f"{call}/permit", sha256=sha)
    assert other.status_code == 409
    assert "H. Hoshikawa has permitted this list meanwhile" in words(other)
    assert verbs(yokohama, call).count(Verb.PERMIT_CRUISE) == 1


def test_a_list_that_changed_while_it_was_looked_at_is_not_permitted(yokohama: Port, inspector: Any) -> None:
    call, people = yokohama.call(inspector), manifest(yokohama, 6, faults=())
    yokohama.load(inspector, call, as_csv(people.passengers))
    page = inspector.get(f"{call}/permit").text
    [first, *_] = yokohama.lines(call, Standing.CLEAR)
    withheld = yokohama.logged_in("akazawa").post(f"{call}/withhold", line=str(first.id), note="Asked to stay.")
    assert withheld.status_code == 303
    answer = inspector.post(f"{call}/permit", sha256=page.split('name="sha256" value="')[1].split('"')[0])
    assert answer.status_code == 409
    assert "The list changed while you looked at it" in words(answer)
    assert permit(inspector, call).status_code == 303
    assert yokohama.standings(call) == {"permitted": 5, "withheld": 1}


def test_silent_registries_leave_nobody_ready(own_port: Port) -> None:
    browser = own_port.logged_in("hoshikawa")
    own_port.restart(asked=("watchlist", "document_reports"))
    call = own_port.call(browser)
    own_port.load(browser, call, as_csv(manifest(own_port, 4, faults=()).passengers))
    assert own_port.standings(call) == {"to_be_seen": 4}
    assert browser.get(f"{call}/permit").status_code == 409


def test_answers_of_an_hour_ago_permit_nobody(own_port: Port) -> None:
    browser = own_port.logged_in("hoshikawa")
    call = own_port.call(browser)
    own_port.load(browser, call, as_csv(manifest(own_port, 3, faults=()).passengers))
    later = datetime.now(UTC) + timedelta(minutes=61)
    own_port.clock = lambda: later
    browser.log_in("hoshikawa")
    answer = permit(browser, call)
    assert answer.status_code == 409
    assert "over 60 minutes ago" in words(answer)
    assert own_port.standings(call) == {"clear": 3}


def test_a_corrected_list_shows_what_it_changes_and_loses_nobody(yokohama: Port, inspector: Any) -> None:
    call, people = permitted_call(yokohama, inspector, 6)
    left, changed, *stays = people.passengers
    other = type(changed)(changed.surname, "OTHER", *[getattr(changed, n) for n in type(changed).__slots__[2:]])
    fresh = manifest(yokohama, 8, seed=99, faults=()).passengers[7]
    assert yokohama.load(inspector, call, as_csv([other, *stays, fresh])).status_code == 303
    page = words(inspector.get(call))
    assert "1 added, 1 left out, 1 changed" in page
    assert "Left out of the corrected list since the permission" in page
    assert left.surname in page
    assert yokohama.standings(call) == {"permitted": 6, "clear": 1}
    assert permit(inspector, call).status_code == 303
    assert yokohama.standings(call) == {"permitted": 7}
    assert upload(inspector, call, as_csv([other, *stays, fresh])).status_code == 303, "the same list again"
    assert verbs(yokohama, call).count(Verb.LOAD_MANIFEST) == 2


def test_who_was_seen_is_permitted_alone_and_by_one_inspector(yokohama: Port, inspector: Any) -> None:
    call, people = yokohama.call(inspector), manifest(yokohama, 10, faults=("expired",))
    yokohama.load(inspector, call, as_csv(people.passengers))
    [one] = yokohama.lines(call, Standing.TO_BE_SEEN)
    missing = inspector.post(f"{call}/admit", line=str(one.id), note=" ")
    assert "Write in a sentence why" in words(missing)
    assert inspector.post(f"{call}/admit", line=str(one.id), note="New passport shown.").status_code == 303
    other = yokohama.logged_in("akazawa").post(f"{call}/withhold", line=str(one.id), note="No.")
    assert "H. Hoshikawa has decided about this person already" in words(other)


def test_each_passport_is_counted_once_and_everything_else_is_told(yokohama: Port, inspector: Any) -> None:
    call, people = permitted_call(yokohama, inspector)
    one, two, *_ = people.passengers

    def scans(number: str, way: str, key: str = "") -> Any:
        return inspector.answer(f"{call}/scan", passport=number, way=way, key=key or str(uuid4())).json()

    key = str(uuid4())
    assert scans(one.document_number, "ashore", key)["counted"] == "counted"
    assert scans(one.document_number, "ashore", key)["counted"] == "counted", "delivered twice is one scan"
    assert scans(one.document_number, "ashore")["counted"] == "twice"
    assert scans(one.document_number, "back")["counted"] == "counted"
    assert scans(two.document_number, "back")["counted"] == "unseen"
    assert scans("Z9999999", "back")["counted"] == "unknown"
    page = words(inspector.get(f"{call}/gangway"))
    assert "Permitted 12" in page
    assert "Back 2" in page
    assert "Ashore 0" in page


def test_whose_permission_was_ended_goes_ashore_no_more_and_may_come_back(yokohama: Port, inspector: Any) -> None:
    call, people = permitted_call(yokohama, inspector, 3)
    number = people.passengers[0].document_number

    def scans(way: str) -> str:
        answer = inspector.answer(f"{call}/scan", passport=number, way=way, key=str(uuid4()))
        return str(answer.json()["counted"])

    assert scans("ashore") == "counted"
    found = inspector.post(f"{call}/find", passport=number)
    landing = f"/landings/{yokohama.lines(call, Standing.PERMITTED)[0].id}"
    assert landing in found.text
    assert inspector.post(f"{landing}/end", ending="revoked", note="x").status_code == 409, "of one call it knows none"
    assert inspector.post(f"{landing}/end", ending="status", note="Landed otherwise.").status_code == 303
    assert scans("back") == "counted"
    assert scans("ashore") == "no_permission"


def test_a_hand_held_counts_with_json(yokohama: Port, inspector: Any) -> None:
    call, people = permitted_call(yokohama, inspector, 3)
    told = {"passport": people.passengers[0].document_number, "way": "ashore", "key": str(uuid4())}
    body = {"form_token": inspector.token(), **told}
    headers = {**inspector.origin, "accept": "application/json"}
    answer = inspector.client.post(f"{call}/scan", json=body, headers=headers)
    assert answer.json()["counted"] == "counted"
    assert inspector.client.post(f"{call}/scan", json=[1], headers=headers).status_code == 422


def test_a_call_with_people_missing_is_closed_with_a_note_and_they_become_overdue(own_port: Port) -> None:
    browser = own_port.logged_in("hoshikawa")
    call, people = permitted_call(own_port, browser, 4)
    missing = people.passengers[0]
    browser.answer(f"{call}/scan", passport=missing.document_number, way="ashore", key=str(uuid4()))
    sailed = datetime.now(UTC) + timedelta(hours=10)
    own_port.clock = lambda: sailed
    browser.log_in("hoshikawa")
    assert "1 missing" in words(browser.get("/ships"))
    assert missing.surname in words(browser.get(f"{call}/missing"))
    refused = browser.post(f"{call}/close", note="")
    assert refused.status_code == 422
    assert browser.post(f"{call}/close", note="Told the port at 23:00.").status_code == 303
    assert "Told the port at 23:00." in words(browser.get(call))
    overdue = words(browser.get("/landings"))
    assert "Overdue" in overdue
    assert missing.surname in overdue
    assert people.passengers[1].surname not in overdue
    after = browser.answer(f"{call}/scan", passport=missing.document_number, way="back", key=str(uuid4()))
    assert after.json()["code"] == "call_closed"


def test_the_list_of_the_missing_is_inert_in_a_spreadsheet() -> None:
    from examiner_console.web.gangway import inert

    assert [inert(cell) for cell in ("=1", "+1", "-1", "@a", "\tx", "\rx")] == [
        f"'{cell}" for cell in ("=1", "+1", "-1", "@a", "\tx", "\rx")
    ]
    assert inert("VELA") == "VELA"


def test_a_restart_loses_nothing_and_a_screening_cut_off_is_asked_again(own_port: Port) -> None:
    browser = own_port.logged_in("hoshikawa")
    call, _ = permitted_call(own_port, browser, 5)
    waits = own_port.call(browser)
    people = manifest(own_port, 3, seed=3, faults=())
    own_port.restart(asked=())
    own_port.load(browser, waits, as_csv(people.passengers))
    own_port.restart()
    assert own_port.standings(call) == {"permitted": 5}
    assert own_port.standings(waits) == {"to_be_seen": 3}
    assert browser.post(f"{waits}/screen").status_code == 303
    own_port.until_screened(browser, waits)
    assert own_port.standings(waits) == {"clear": 3}


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("imo", "9074728", "An IMO number has seven digits"),
        ("imo", "IMO", "An IMO number has seven digits"),
        ("departs_at", "2020-01-01T00:00", "The ship sails after it arrives"),
        ("arrives_at", "soon", "Write both times as day and time in Japan"),
        ("arrives_at", "9999-12-31T23:59", "Write both times as day and time in Japan"),
        ("designated", "", "Only ships that the Minister has designated"),
        ("ship", "", "This field is needed"),
    ],
)
def test_a_call_that_cannot_be_is_told_by_its_field(
    yokohama: Port, inspector: Any, field: str, value: str, sentence: str
) -> None:
    answer = inspector.post("/ships/new", **form(yokohama.clock(), **{field: value}))
    assert answer.status_code == 422
    assert sentence in words(answer)


def test_permission_ends_with_the_ship_that_sails_later(yokohama: Port, inspector: Any) -> None:
    call, _ = permitted_call(yokohama, inspector, 2)
    later = form(yokohama.clock() + timedelta(hours=3))["departs_at"]
    assert inspector.post(f"{call}/departure", departs_at=later).status_code == 303
    assert f"until {later[8:].split('T')[0].lstrip('0')}" in words(inspector.get(call))
    assert later.split("T")[1] in words(inspector.get(call)).split("until")[1][:40]
