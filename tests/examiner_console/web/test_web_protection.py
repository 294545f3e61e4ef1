"""Private cases leak to nobody; the desk, the alarms and held departures over HTTP."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from examiner_console import tables
from examiner_console.web.permissions import PAGES, Role, permitted
from tests.examiner_console.web.conftest import document, run
from tests.examiner_console.web.protecting import (
    asks_for_refuge,
    call,
    desk,
    held_departure,
    number_of,
    see,
    taken,
    write,
)

SECRET = "OFELIADRAGAN"


@pytest.fixture(scope="module")
def staffed(hall: Any) -> Any:
    return desk(hall)


def everything(browser: Any, role: Role, id: UUID, passport: str) -> dict[str, str]:
    """What every page a role may open answers about a case, forms included, and the first words of every stream."""
    found = {}
    for (method, path), permission in sorted(PAGES.items()):
        if not permitted(role, permission) or path in ("/logout", "/login") or "{address" in path:
            continue
        address = re.sub(r"\{(case_id|inspection)\}", str(id), path)
        address = re.sub(r"\{\w+\}", str(id), address.replace("{evidence_id}", "1"))
        if path.endswith("/stream"):
            found[path] = first_list(browser, address)
        elif method == "GET":
            found[path] = browser.get(address, follow_redirects=True).text
        else:
            fields = {"passport": passport, "number": passport, "note": "x", "kind": "other", "as": "suggested"}
            found[path] = browser.answer(address, **fields).text + browser.post(address, **fields).text
    return found


def first_list(browser: Any, address: str) -> str:
    with browser.client.stream("GET", address) as answer:
        for line in answer.iter_lines():
            if line.startswith("data:"):
                return str(line)
    return ""


@pytest.mark.parametrize(
    ("officer", "role", "way"),
    [
        ("hoshikawa", Role.INSPECTOR, "asked"),
        ("hoshikawa", Role.INSPECTOR, "called"),
        ("sakaki", Role.SHIFT_SUPERVISOR, "called"),
        ("kinoshita", Role.AUDITOR, "asked"),
    ],
)
def test_nobody_else_reads_name_or_reason_of_a_private_case_on_any_page(
    staffed: Any, officer: str, role: Role, way: str
) -> None:
    if way == "asked":
        id, passport = asks_for_refuge(staffed, SECRET)
    else:
        who = document(SECRET)
        id, passport = staffed.arrives(who), who.document_number
        assert call(staffed.logged_in("akazawa"), id).status_code == 303
    write(staffed.logged_in("wakaba"), id, "noted", text="said IN-CONFIDENCE")
    for path, said in everything(staffed.logged_in(officer), role, id, passport).items():
        for secret in (SECRET, "IN-CONFIDENCE", "refuge_asked", "Asks for refuge", "Possible victim"):
            assert secret not in said.replace(chosen(said), ""), (path, secret)
        # who typed the number of a passport reads it again in the form or the sentence; nothing else shows it
        if not path.endswith("/find"):
            assert passport not in said, path


def chosen(page: str) -> str:
    """The kinds a booth may choose from, which stand on every case's page."""
    found = re.search(r'<select id="kind".*?</select>', page, re.DOTALL)
    return found.group() if found else "\0"


def test_who_called_reads_that_a_number_was_taken_over_and_every_key_says_so(staffed: Any) -> None:
    browser, who = staffed.logged_in("hoshikawa"), document("VESNA")
    id = staffed.arrives(who)
    number, here = number_of(staffed, id), taken(browser, id)
    answer = call(browser, id)
    assert f"The protection desk has taken over {number}." in browser.get(answer.headers["location"]).text
    for act in ("take", "give-back", "grant", "confirm", "hand-over", "seen"):
        said = browser.answer(f"{here}/{act}", note="x", finding="x", status="TEMPORARY_VISITOR", period="P15D")
        assert (said.status_code, said.json()["code"]) == (409, "case_private"), act
    assert browser.answer("/cases/find", passport=who.document_number).json()["code"] == "case_private"
    assert browser.get(f"{here}/evidence/1").status_code == 404


def test_each_look_of_the_desk_is_in_the_record_before_it_is_shown(staffed: Any) -> None:
    id, _ = asks_for_refuge(staffed, "ROSALIND")
    browser = staffed.logged_in("wakaba")
    for _ in range(2):
        assert "ROSALIND" in browser.get(f"/protection/{id}").text
    query = select(tables.actions.c.officer).where(
        tables.actions.c.inspection == id, tables.actions.c.verb == "read_private"
    )
    looked = run(staffed.console.store.read(lambda c: c.execute(query).scalars().all()))
    assert list(looked) == ["wakaba", "wakaba"]


def test_the_desk_works_a_file_to_its_end_and_the_case_comes_back(staffed: Any) -> None:
    id = staffed.arrives(document("QUILLON"))
    inspector, officer = staffed.logged_in("hoshikawa"), staffed.logged_in("wakaba")
    call(inspector, id, "child")
    assert "nobody yet" in officer.get(f"/protection/{id}").text
    write(officer, id, "accompanied")
    write(officer, id, "arranged", arrangement="child_guidance")
    refused = write(officer, id, "planned", text="", due="2026-12-01T10:00")
    assert refused.status_code == 422
    assert "a next step what is to be done and when" in refused.text
    write(officer, id, "planned", text="Aunt calls back", due="2020-01-01T10:00")
    listed = officer.get("/protection").text
    assert "W. Wakaba" in listed
    assert "Child guidance centre" in listed
    assert "overdue" in listed
    assert write(officer, id, "closed", outcome="booth_rules").headers["location"] == "/protection"
    assert f"/cases/{id}" in inspector.get("/queue").text
    assert "QUILLON" in inspector.get(f"/cases/{id}").text


@pytest.mark.parametrize("act", ["accompanied", "arranged", "noted", "planned", "closed", "opened", "x"])
def test_a_form_of_the_desk_with_anything_in_it_gets_a_sentence(staffed: Any, act: str) -> None:
    id = uuid4()
    officer = staffed.logged_in("wakaba")
    officer.post("/protection/new", key=str(id), kind="other")
    for fields in ({}, {"due": "never", "text": "x"}, {"arrangement": "x"}, {"outcome": "x"}, {"key": "x"}):
        assert write(officer, id, act, **fields).status_code in (303, 422)
    assert write(officer, uuid4(), "noted", text="x").status_code == 404


def test_a_silent_alarm_reaches_the_supervisor_s_stream_and_tells_of_no_traveller(own_hall: Any) -> None:
    staffed = desk(own_hall)
    id = staffed.arrives(document("ZEPHYRINE"))
    assert staffed.logged_in("hoshikawa").answer(f"/cases/{id}/alarm").json() == {}
    supervisor = staffed.logged_in("sakaki")
    told = first_list(supervisor, "/alarms/stream")
    assert "H. Hoshikawa" in told
    assert "ZEPHYRINE" not in told
    [alarm] = re.findall(r"/alarms/([0-9a-f-]{36})/take", supervisor.get("/alarms").text)
    assert supervisor.post(f"/alarms/{alarm}/take").status_code == 303
    other = staffed.logged_in("kashima").answer(f"/alarms/{alarm}/take")
    assert (other.status_code, other.json()["code"]) == (409, "alarm_taken")
    assert supervisor.post(f"/alarms/{alarm}/end").status_code == 303
    assert "ended" in supervisor.get("/alarms").text


def test_a_departure_is_held_seen_in_the_queue_and_confirmed_when_the_time_is_over(own_hall: Any) -> None:
    id, browser = held_departure(own_hall), own_hall.logged_in("hoshikawa")
    here = taken(browser, id)
    assert "POLICE, notified" in browser.get(here).text
    assert 'data-key="F1"' not in browser.get(here).text
    refused = browser.answer(f"{here}/confirm")
    assert (refused.status_code, refused.json()["code"]) == (409, "departure_held")
    for _ in range(2):
        assert browser.post(f"{here}/hold").status_code == 303
    other = own_hall.logged_in("akazawa")
    assert "held until" in other.get("/queue").text
    began = own_hall.clock()
    own_hall.clock = lambda: began + timedelta(hours=24)
    other = own_hall.logged_in("akazawa")
    taken(other, id)
    assert "The hold ended by law" in other.get(here).text
    assert other.post(f"{here}/confirm").headers["location"] == f"/queue?done={id}"


def test_a_departure_that_the_organ_releases_is_confirmed_at_once(staffed: Any) -> None:
    id, browser = held_departure(staffed), staffed.logged_in("hoshikawa")
    here = taken(browser, id)
    assert browser.post(f"{here}/release", authority="", reference="R").status_code == 422
    assert browser.post(f"{here}/release", authority="POLICE, OKADA", reference="R-17").status_code == 303
    assert "Released by POLICE, OKADA, R-17" in browser.get(here).text
    see(browser, here)
    assert browser.post(f"{here}/confirm").status_code == 303
