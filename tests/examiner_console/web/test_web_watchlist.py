"""The watchlist on the screens: two persons for every change, and nothing in force that one of them did alone."""

from __future__ import annotations

import asyncio
import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from examiner_console import tables
from examiner_console.law.answers import Clear, Hit, WatchlistEntry
from examiner_console.law.stays import japan_date
from examiner_console.registries.questions import PersonQuestion
from examiner_console.watchlist import register
from examiner_console.watchlist.own_list import OwnList
from examiner_console.watchlist.register import propose_change
from examiner_console.watchlist.upkeep import Change, Draft, DraftName, Duty, Officer
from examiner_console.web import watchlist
from examiner_console.web.officers import add_officer
from tests.examiner_console.web.conftest import PASSWORD
from tests.examiner_console.web.keeping import keepers, propose, surname, typed, words


@pytest.fixture(scope="module")
def editor(hall: Any) -> Any:
    keepers(hall)
    return hall.logged_in("shirogane")


@pytest.fixture(scope="module")
def approver(hall: Any, editor: Any) -> Any:
    return hall.logged_in("minase")


def listed(hall: Any, editor: Any, approver: Any, **changes: str) -> tuple[str, dict[str, str]]:
    """The page of an entry that two persons brought into force, and what was typed."""
    form = typed(hall, **changes)
    page = propose(editor, form)
    assert approver.post(f"{page}/approve", version="1").status_code == 303
    return page, form


def alert(answer: Any) -> str:
    found = re.search(r'role="alert".*?<span>(.*?)</span>', answer.text, re.DOTALL)
    return html.unescape(found[1]) if found else ""


def rows(hall: Any, query: Any) -> list[Any]:
    return asyncio.run(hall.console.store.read(lambda c: list(c.execute(query))))


def ask(hall: Any, form: dict[str, str]) -> Any:
    """What the own list says of this person at a decision."""
    who = PersonQuestion(form["surname1"], "HARU", date(1980, 3, 4), "F", "UTO")
    return asyncio.run(OwnList(hall.console.store, hall.clock, pace=0.001).ask(who)).answer


def test_what_one_proposes_and_another_approves_is_found_at_a_decision(hall: Any, editor: Any, approver: Any) -> None:
    form = typed(hall)
    page = propose(editor, form)
    assert ask(hall, form) == Clear()
    waits = words(approver.get("/watchlist")).split("entries in force")[0]
    for said in (form["surname1"], "S. Shirogane", "Art. 5(1)(xiv)", "Notice of an organ.", "Ministry of Examples"):
        assert said in waits
    answer = approver.post(f"{page}/approve", version="1")
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert ask(hall, form) == Hit(WatchlistEntry(page.removeprefix("/watchlist/")))
    assert "In force" in words(approver.get(page))


def test_who_proposed_is_not_offered_the_approval_and_is_refused_it(own_hall: Any) -> None:
    keepers(own_hall)
    form = typed(own_hall)
    page = propose(own_hall.logged_in("shirogane"), form)
    promoted = tables.officers.update().where(tables.officers.c.name == "shirogane").values(role="watchlist_approver")
    asyncio.run(own_hall.console.store.write(lambda c: c.execute(promoted).rowcount))
    proposer = own_hall.logged_in("shirogane")
    assert "/approve" not in proposer.get(page).text
    assert f"{page}/approve" in own_hall.logged_in("minase").get(page).text
    for verb in ("approve", "reject"):
        answer = proposer.post(f"{page}/{verb}", version="1")
        assert (answer.status_code, alert(answer)) == (
            403,
            "You proposed this change, so another person must settle it. You may withdraw it.",
        )
    assert ask(own_hall, form) == Clear()
    assert proposer.post(f"{page}/withdraw", version="1").status_code == 303


def test_an_editor_settles_nothing_and_an_approver_proposes_nothing(hall: Any, editor: Any, approver: Any) -> None:
    form = typed(hall)
    page = propose(editor, form)
    assert "/approve" not in editor.get(page).text
    assert hall.logged_in("tokiwa").post(f"{page}/approve", version="1").status_code == 403
    assert approver.post("/watchlist/new", **typed(hall)).status_code == 403
    assert "Propose a new entry" not in words(approver.get("/watchlist"))
    assert ask(hall, form) == Clear()


def test_only_the_proposer_withdraws(hall: Any, editor: Any, approver: Any) -> None:
    page = propose(editor, typed(hall))
    for other in (approver, hall.logged_in("tokiwa")):
        answer = other.post(f"{page}/withdraw", version="1")
        assert (answer.status_code, "Only who proposed a change" in alert(answer)) == (403, True)
    editor.post(f"{page}/withdraw", version="1")
    assert "Version 1: Add, withdrawn" in words(editor.get(page))


def test_of_two_approvers_at_once_one_wins_and_the_other_reads_a_sentence(hall: Any, editor: Any) -> None:
    asyncio.run(add_officer(hall.console.store, "kurogane", "watchlist_approver", "K. Kurogane", PASSWORD))
    page = propose(editor, typed(hall))
    both = [hall.logged_in(name) for name in ("minase", "kurogane")]
    with ThreadPoolExecutor(2) as at_once:
        asked = [
            at_once.submit(who.post, f"{page}/{verb}", version="1")
            for who, verb in zip(both, ("approve", "reject"), strict=True)
        ]
    answers = [one.result() for one in asked]
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    late = next(answer for answer in answers if answer.status_code == 409)
    assert alert(late).startswith("This proposal was settled meanwhile.")
    assert "Settled by" in words(late)


def test_an_amendment_shows_what_changes_and_counts_once_it_is_approved(hall: Any, editor: Any, approver: Any) -> None:
    page, form = listed(hall, editor, approver)
    opened = editor.get(f"{page}/amend").text
    assert f'value="{form["surname1"]}"' in opened
    married = surname()
    answer = editor.post(f"{page}/amend", **{**form, "version": "1", "surname2": married, "given2": "HARU"})
    assert answer.status_code == 303
    changed = {"surname1": married}
    assert f"{form['surname1']}, HARU → {form['surname1']}, HARU / {married}, HARU" in words(approver.get("/watchlist"))
    assert isinstance(ask(hall, form), Hit)
    assert ask(hall, changed) == Clear()
    approver.post(f"{page}/approve", version="2")
    assert isinstance(ask(hall, changed), Hit)


def test_a_removal_counts_once_it_is_approved_and_the_history_stays(hall: Any, editor: Any, approver: Any) -> None:
    page, form = listed(hall, editor, approver)
    why = {"basis": "Art. 5(1)(xiv)", "organ": "Ministry of Examples", "reason": "The notice was taken back."}
    assert editor.post(f"{page}/remove", version="1", **why).status_code == 303
    assert isinstance(ask(hall, form), Hit)
    approver.post(f"{page}/approve", version="2")
    assert ask(hall, form) == Clear()
    said = words(editor.get(page))
    assert said.index("Version 2: Remove, approved") < said.index("Version 1: Add, approved")
    assert "The notice was taken back." in said
    assert said.count("S. Shirogane shirogane") == 2
    assert said.count("M. Minase minase") == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"surname1": ""}, "An entry needs a surname"),
        ({"surname1": "----"}, "An entry needs a surname"),
        ({"surname1": "関所"}, "Passports have no form for 関."),
        ({"surname2": "A" * 101}, "100 characters at most"),
        ({"birth_month": "2", "birth_day": "30"}, "There is no such birth date."),
        ({"birth_month": ""}, "There is no such birth date."),
        ({"birth_year": "nineteen"}, "There is no such birth date."),
        ({"nationality": "U2"}, "A nationality is written as in a passport"),
        ({"basis": " "}, "Name the provision"),
        ({"reason": ""}, "Write the reason"),
        ({"organ": ""}, "Name the organ"),
        ({"last_day": ""}, "The last day is today or later"),
        ({"last_day": "2020-01-01"}, "The last day is today or later"),
        ({"last_day": "9999-12-31"}, "The last day is today or later"),
    ],
)
def test_what_cannot_be_proposed_is_said_and_nothing_typed_is_lost(
    hall: Any, editor: Any, wrong: dict[str, str], said: str
) -> None:
    kept = {"document_number": "L20471699", "surname3": "KEPT", "given3": "AS TYPED"}
    answer = editor.post("/watchlist/new", **typed(hall, **kept, **wrong))
    assert answer.status_code == 422
    assert said in alert(answer)
    for value in (*kept.values(), *(value for value in wrong.values() if value.strip())):
        assert f'value="{value}"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 1


def test_a_second_proposal_or_one_over_a_newer_version_is_said_and_kept(hall: Any, editor: Any, approver: Any) -> None:
    page, form = listed(hall, editor, approver)
    amended = {**form, "version": "1", "organ": "Another Ministry"}
    editor.post(f"{page}/amend", **amended)
    answer = hall.logged_in("tokiwa").post(f"{page}/amend", **{**amended, "organ": "A Third Ministry"})
    assert (answer.status_code, "is proposed already" in alert(answer)) == (409, True)
    assert 'value="A Third Ministry"' in answer.text
    approver.post(f"{page}/approve", version="2")
    answer = editor.post(f"{page}/amend", **amended)
    assert (answer.status_code, "came into force meanwhile" in alert(answer)) == (409, True)
    assert 'name="version" value="2"' in answer.text


def test_what_is_over_is_neither_amended_nor_removed(hall: Any, editor: Any, approver: Any) -> None:
    page = propose(editor, typed(hall))
    approver.post(f"{page}/reject", version="1")
    for verb in ("amend", "remove"):
        answer = editor.get(f"{page}/{verb}")
        assert (answer.status_code, "there is nothing to amend or remove" in alert(answer)) == (409, True)


def test_a_proposal_whose_last_day_has_passed_can_only_be_rejected(own_hall: Any) -> None:
    keepers(own_hall)
    now = own_hall.clock()
    page = propose(own_hall.logged_in("shirogane"), typed(own_hall, last_day=japan_date(now).isoformat()))
    own_hall.clock = lambda: now + timedelta(2)
    approver = own_hall.logged_in("minase")
    answer = approver.post(f"{page}/approve", version="1")
    assert (answer.status_code, "Reject it." in alert(answer)) == (409, True)
    assert approver.post(f"{page}/reject", version="1").status_code == 303


def test_a_name_is_found_however_it_is_written_and_why_is_said(hall: Any, editor: Any, approver: Any) -> None:
    page, _ = listed(hall, editor, approver, surname1="SHCHERBAKOV", given1="IURII")
    answer = approver.post("/watchlist/find", surname="Щербаков", given="Yuri")
    assert page in answer.text
    assert "Surname: SHCHERBAKOV the same (+30)" in words(answer)
    assert "another way to write it" in words(answer)
    japanese = approver.client.post(
        "/watchlist/find",
        data={"form_token": approver.token(), "surname": "SHCHERBAKOV"},
        headers={**approver.origin, "accept-language": "ja"},
    )
    assert "姓: SHCHERBAKOV一致" in words(japanese)
    assert "Nobody in force has a name like this" in words(approver.post("/watchlist/find", surname="QQQQQQQ"))


@pytest.mark.parametrize("name", ["", "関所"])
def test_what_cannot_be_searched_for_is_said(approver: Any, name: str) -> None:
    answer = approver.post("/watchlist/find", surname=name, given="KEPT")
    assert (answer.status_code, alert(answer) != "") == (422, True)
    assert 'value="KEPT"' in answer.text


def test_what_an_editor_writes_is_shown_as_text(hall: Any, editor: Any, approver: Any) -> None:
    markup = "<script>alert(1)</script>"
    page, _ = listed(hall, editor, approver, reason=markup, organ=f'"{markup}')
    editor.post(f"{page}/amend", **typed(hall, version="1", organ=markup))
    for path in ("/watchlist", page):
        assert markup not in approver.get(path).text
        assert markup in html.unescape(approver.get(path).text)
    answer = editor.post("/watchlist/new", **typed(hall, surname1=markup))
    assert answer.status_code == 422
    assert markup not in answer.text


def test_nothing_of_a_person_stands_in_an_address_or_the_log(
    hall: Any, editor: Any, approver: Any, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    page, form = listed(hall, editor, approver)
    answers = [
        approver.get("/watchlist"),
        approver.get(page),
        approver.post("/watchlist/find", surname=form["surname1"]),
    ]
    answers += [editor.get(f"{page}/amend"), editor.post("/watchlist/new", **{**form, "basis": ""})]
    for answer in answers:
        assert form["surname1"] in answer.text
        assert form["surname1"] not in str(answer.url)
        assert not re.search(rf'(?:href|action)="[^"]*{form["surname1"]}', answer.text)
    logged = capfd.readouterr()
    assert form["surname1"] not in logged.out + logged.err + caplog.text
    bodies = [bytes(row.body).decode() for row in rows(hall, select(tables.actions.c.body))]
    assert not any(form["surname1"] in body for body in bodies)


def test_every_look_at_entries_is_recorded_as_a_read(hall: Any, editor: Any, approver: Any) -> None:
    page, form = listed(hall, editor, approver)
    id = page.removeprefix("/watchlist/")
    query = select(tables.actions.c.officer, tables.actions.c.body).where(tables.actions.c.verb == "read_watchlist")
    before = len(rows(hall, query))
    approver.get("/watchlist")
    approver.post("/watchlist/find", surname=form["surname1"])
    approver.get(page)
    editor.get(f"{page}/amend")
    reads = [(row.officer, msgspec.json.decode(row.body)["details"]) for row in rows(hall, query)[before:]]
    assert [officer for officer, _ in reads] == ["minase", "minase", "minase", "shirogane"]
    assert [details["screen"] for _, details in reads] == ["list", "search", "entry", "entry"]
    assert all(id in details["entries"] for _, details in reads[1:])


@pytest.mark.parametrize("entry", ["019aa000-0000-7000-8000-000000000000", "no-entry"])
def test_an_entry_that_is_not_there_is_said(approver: Any, entry: str) -> None:
    for answer in (approver.get(f"/watchlist/{entry}"), approver.post(f"/watchlist/{entry}/approve", version="1")):
        assert answer.status_code == 404
        assert "There is no such entry." in answer.text


def test_an_entry_that_can_refer_nobody_says_so(hall: Any, editor: Any) -> None:
    page = propose(editor, typed(hall, birth_year="", birth_month="", birth_day=""))
    assert "Refers nobody" in words(editor.get(page))
    page = propose(editor, typed(hall, birth_month="", birth_day=""))
    assert "Refers nobody" not in words(editor.get(page))


def test_names_beyond_the_form_are_kept_when_an_entry_is_amended(hall: Any, editor: Any, approver: Any) -> None:
    page, form = listed(hall, editor, approver)
    names = [form["surname1"], *(surname() for _ in range(4))]
    tokiwa = Officer("tokiwa", frozenset({Duty.EDITOR}))
    ends = hall.clock() + timedelta(30)
    draft = Draft(tuple(DraftName(name, "HARU") for name in names), "Art. 5", "Notice.", "Ministry", ends, 1980)
    entry = watchlist.entry_id(page.removeprefix("/watchlist/"))
    propose_it = lambda c: propose_change(c, entry, Change.AMEND, draft, tokiwa, hall.clock())  # noqa: E731
    asyncio.run(hall.console.store.write(propose_it))
    approver.post(f"{page}/approve", version="2")
    opened = editor.get(f"{page}/amend")
    assert "2 further names stay as they are." in words(opened)
    amended = typed(hall, version="2", surname1=names[0], surname2=names[1], surname3=names[2], given2="HARU")
    assert editor.post(f"{page}/amend", **amended, given3="HARU").status_code == 303
    versions = asyncio.run(hall.console.store.read(lambda c: register.history(c, entry)))
    assert [name.surname for name in versions[-1].draft.names] == names


def test_more_entries_than_can_be_read_are_cut_and_said(
    hall: Any, editor: Any, approver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        listed(hall, editor, approver)
        propose(editor, typed(hall))
    monkeypatch.setattr(watchlist, "MOST_SHOWN", 1)
    said = words(approver.get("/watchlist"))
    assert "Shown are the 1 that end soonest. Search by name for the others." in said
    assert "The oldest 1 of more proposals wait for a second person" in said


def test_the_pages_speak_japanese(hall: Any, editor: Any, approver: Any) -> None:
    page = propose(editor, typed(hall))
    said = words(approver.get(page, headers={"accept-language": "ja"}))
    assert "第1版: 追加、二人目の決裁待ち" in said
    assert "1980年3月4日" in said
