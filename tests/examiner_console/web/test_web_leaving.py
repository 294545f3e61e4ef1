"""At the booth over HTTP: how a resident leaves, and departure orders by two persons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from examiner_console.law.answers import Clear, DepartureOrder, Hit
from examiner_console.law.stays import japan_date
from examiner_console.web.rendering import day_text
from tests.examiner_console.web.leaving_people import CONDITIONS, end_of_stay, overstayer, resident, supervising
from tests.examiner_console.web.protecting import taken

ALL_HOLD = dict.fromkeys(CONDITIONS, "yes")
DEEMED = {"way": "deemed_re_entry", "card": "residence", "declares": "yes"}


@pytest.fixture(scope="module")
def staffed(hall: Any) -> Any:
    return supervising(hall)


def said(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def test_the_page_says_until_when_a_resident_may_come_back_before_the_key_is_pressed(staffed: Any) -> None:
    browser = staffed.logged_in("hoshikawa")
    page = browser.get(taken(browser, resident(staffed, "ARKADINA"))).text
    assert f"Deemed re-entry: may come back through {day_text(end_of_stay(staffed), 'en')}" in page
    assert "With re-entry permission: No re-entry permission is known" in page
    assert 'data-key="F1" data-dialog="leave"' in page


def test_a_resident_leaves_with_deemed_re_entry_once_and_page_and_audit_say_so(staffed: Any) -> None:
    browser, id = staffed.logged_in("hoshikawa"), resident(staffed, "VOINITSKY")
    here = taken(browser, id)
    assert said(browser.answer(f"{here}/confirm")) == (409, "leaving_not_said")
    for _ in range(2):
        assert browser.post(f"{here}/leave", **DEEMED).headers["location"] == f"/queue?done={id}"
    words = f"Deemed re-entry: may come back through {day_text(end_of_stay(staffed), 'en')}"
    assert words in browser.get(here).text
    record = staffed.logged_in("kinoshita").get(f"/audit/{id}")
    assert record.text.count("Recorded how the resident leaves") == 1
    assert words in record.text
    japanese = staffed.logged_in("kinoshita").get(f"/audit/{id}", headers={"accept-language": "ja"}).text
    assert "在留者の出国の種別を記録" in japanese
    assert f"みなし再入国：{day_text(end_of_stay(staffed), 'ja')}まで再入国可" in japanese


def test_what_the_law_does_not_allow_is_refused_in_a_sentence_and_another_way_is_open(staffed: Any) -> None:
    browser = staffed.logged_in("hoshikawa")
    here = taken(browser, resident(staffed, "SEREBRYAKOV"))
    barred = browser.answer(f"{here}/leave", **DEEMED, bar_detention_order="yes")
    assert said(barred) == (409, "leave_not_allowed")
    assert "A detention order was issued" in barred.json()["sentence"]
    assert browser.post(f"{here}/leave", way="for_good", card="none").status_code == 303
    assert "For good: no leave to come back" in browser.get(here).text


@pytest.mark.parametrize(
    "fields", [{}, {"way": "x", "card": "none"}, {"way": "for_good", "card": "x"}, {**DEEMED, "permitted_until": "x"}]
)
def test_a_form_with_anything_in_it_gets_a_sentence(staffed: Any, fields: dict[str, str]) -> None:
    browser = staffed.logged_in("hoshikawa")
    here = taken(browser, resident(staffed, "TELEGIN"))
    assert said(browser.answer(f"{here}/leave", **fields)) == (422, "incomplete_form")


def test_the_day_in_the_passport_is_asked_for_only_where_no_registry_answered(staffed: Any) -> None:
    browser = staffed.logged_in("hoshikawa")
    silent, clear = resident(staffed, "ASTROV"), resident(staffed, "ASTROVA")
    staffed.answered(clear, re_entry=Clear())
    permitted = {"way": "re_entry_permission", "card": "residence", "permitted_until": str(end_of_stay(staffed, 90))}
    assert 'name="permitted_until"' in browser.get(taken(browser, silent)).text
    assert 'name="permitted_until"' not in browser.get(taken(browser, clear)).text
    assert said(browser.answer(f"/cases/{clear}/leave", **permitted)) == (409, "leave_not_allowed")
    assert browser.post(f"/cases/{silent}/leave", **permitted).status_code == 303
    assert day_text(end_of_stay(staffed, 90), "en") in browser.get(f"/cases/{silent}").text


def test_another_officer_does_not_record_how_a_resident_leaves(staffed: Any) -> None:
    browser, other = staffed.logged_in("hoshikawa"), staffed.logged_in("akazawa")
    here = taken(browser, resident(staffed, "MARINA"))
    assert said(other.answer(f"{here}/leave", **DEEMED)) == (409, "case_taken")
    assert said(staffed.logged_in("kinoshita").answer(f"{here}/leave", **DEEMED)) == (403, "not_permitted")


def test_an_order_is_proposed_at_the_booth_given_by_one_supervising_inspector_and_fulfilled(staffed: Any) -> None:
    browser, id = staffed.logged_in("hoshikawa"), overstayer(staffed, "RANEVSKAYA")
    here = taken(browser, id)
    assert 'data-key="F2" data-dialog="propose-order"' in browser.get(here).text
    for _ in range(2):
        assert browser.post(f"{here}/propose-order", **ALL_HOLD).headers["location"] == here
    assert 'data-dialog="propose-order"' not in browser.get(here).text
    assert said(browser.answer(f"{here}/confirm")) == (409, "order_waits")
    assert said(browser.answer(f"{here}/settle-order", answer="give")) == (403, "not_permitted")
    first, second = staffed.logged_in("kashima"), staffed.logged_in("shirase")
    assert 'data-key="F2" data-dialog="settle-order"' in first.get(here).text
    for _ in range(2):
        assert first.post(f"{here}/settle-order", answer="give").headers["location"] == here
    late = second.answer(f"{here}/settle-order", answer="refuse", why="x")
    assert said(late) == (409, "order_settled")
    assert "has decided on this order meanwhile" in late.json()["sentence"]
    by = day_text(end_of_stay(staffed, 15), "en")
    assert f"Ordered to leave by {by}: in time" in browser.get(here).text
    assert browser.post(f"{here}/confirm").status_code == 303
    record = staffed.logged_in("kinoshita").get(f"/audit/{id}").text
    for words in ("Proposed a departure order", "Gave the departure order", "Closed the departure order", by):
        assert words in record


def test_a_refusal_needs_a_sentence_and_the_inspector_reads_it(staffed: Any) -> None:
    browser, other = staffed.logged_in("hoshikawa"), staffed.logged_in("kashima")
    here = taken(browser, overstayer(staffed, "LOPAKHIN"))
    assert said(other.answer(f"{here}/settle-order", answer="give")) == (409, "nothing_proposed")
    browser.post(f"{here}/propose-order", **ALL_HOLD)
    assert said(other.answer(f"{here}/settle-order", answer="refuse", why=" ")) == (422, "order_why_missing")
    assert said(other.answer(f"{here}/settle-order", answer="x")) == (422, "incomplete_form")
    assert other.post(f"{here}/settle-order", answer="refuse", why="Ask the police first").status_code == 303
    assert "Kashima refused the departure order: Ask the police first" in browser.get(here).text


def test_who_fails_a_condition_is_handed_over_and_an_unanswered_one_is_no_answer(staffed: Any) -> None:
    browser, id = staffed.logged_in("hoshikawa"), overstayer(staffed, "TROFIMOV")
    here = taken(browser, id)
    unanswered = dict.fromkeys(CONDITIONS[1:], "yes")
    assert said(browser.answer(f"{here}/propose-order", **unanswered)) == (422, "incomplete_form")
    for _ in range(2):
        failed = browser.post(f"{here}/propose-order", **{**ALL_HOLD, "no_sentence": "no"})
        assert failed.headers["location"] == f"/queue?done={id}"
    assert "Art. 24-3: was sentenced" in staffed.logged_in("kinoshita").get(f"/audit/{id}").text


def test_a_departure_after_the_day_of_its_order_is_closed_as_late_and_marked_for_checking(staffed: Any) -> None:
    browser, id = staffed.logged_in("hoshikawa"), overstayer(staffed, "GAYEV")
    today = japan_date(staffed.clock())
    staffed.answered(id, departure_orders=Hit(DepartureOrder(today - timedelta(16), today - timedelta(1))))
    here = taken(browser, id)
    assert ": late, then barred through" in browser.get(here).text
    assert said(browser.answer(f"{here}/propose-order", **ALL_HOLD)) == (409, "action_not_allowed")
    assert browser.post(f"{here}/confirm").status_code == 303
    assert "to be checked against the Act" in browser.get(here).text
