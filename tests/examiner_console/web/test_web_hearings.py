"""Hearings on their pages: by keyboard, live, in both languages, and nothing the law or the role does not allow."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from examiner_console.web.officers import add_officer
from tests.examiner_console.web.conftest import PASSWORD, run
from tests.examiner_console.web.test_web_browser import BOOTH, readable

PEOPLE = {"sakai": "special_inquiry_officer", "mizuno": "special_inquiry_officer", "ogata": "supervising_inspector"}


@pytest.fixture(scope="module")
def people(hall: Any) -> Any:
    for name, role in PEOPLE.items():
        run(add_officer(hall.console.store, name, role, f"{name[0].upper()}. {name.title()}", PASSWORD))
    return hall


def handed_over(hall: Any) -> Any:
    id, inspector = hall.arrives(), hall.logged_in("hoshikawa")
    inspector.post(f"/cases/{id}/take")
    inspector.post(f"/cases/{id}/hand-over", note="The purpose is not clear.")
    return id


def act(browser: Any, id: Any, name: str, to: str = "hear", **said: str) -> Any:
    return browser.post(f"/hearings/{id}/{to}", act=name, **said)


def test_the_whole_way_to_the_minister_and_a_special_permission(people: Any) -> None:
    id, hears, judges = handed_over(people), people.logged_in("sakai"), people.logged_in("ogata")
    for name, said in (
        ("take", {}),
        ("summon", {"when": "2099-12-01T10:00", "place": "Room 3"}),
        ("attend", {"interpreter": "none needed", "companion": "none"}),
        ("state", {"who": "The applicant", "statement": "I visit <b>my sister</b>."}),
        ("find_against", {"finding": "The purpose is not shown."}),
        ("tell", {}),
    ):
        assert act(hears, id, name, **said).status_code == 303, name
    page = judges.get(f"/hearings/{id}").text
    assert "The purpose is not clear." in page, "why the booth handed over is read first"
    assert "An objection is in time before" in page
    assert "I visit &lt;b&gt;my sister&lt;/b&gt;." in page
    assert act(judges, id, "object", "decide", grounds="My sister confirms.").status_code == 303
    chosen = {"decided": "special", "status": "TEMPORARY_VISITOR", "period": "P15D"}
    assert act(judges, id, "decide", "decide", **chosen).status_code == 303
    page = judges.get(f"/hearings/{id}").text
    assert "Landing specially permitted" in page
    assert "Temporary Visitor, 15 days" in page
    assert "This hearing has ended." in page
    dossier = people.logged_in("kinoshita").get(f"/audit/{id}").text
    assert "Record the Minister&#39;s decision" in dossier or "Record the Minister's decision" in dossier


def test_a_form_sent_twice_is_one_entry_and_a_notice_of_the_past_is_none(people: Any) -> None:
    id, hears = handed_over(people), people.logged_in("sakai")
    act(hears, id, "take")
    seen = hears.get(f"/hearings/{id}").text.split('name="seen" value="')[1].split('"')[0]
    for _ in range(2):
        sent = {"who": "The applicant", "statement": "I visit my sister.", "seen": seen}
        assert act(hears, id, "state", **sent).status_code == 303
    assert hears.get(f"/hearings/{id}").text.count("I visit my sister.") == 1
    answer = act(hears, id, "summon", when="2020-01-01T10:00", place="Room 3")
    assert answer.status_code == 422
    assert "“When, in Japan time” is missing or cannot be used" in answer.text


def test_a_departing_national_is_sent_back_to_the_booth(people: Any) -> None:
    id, inspector, hears = people.leaves(), people.logged_in("hoshikawa"), people.logged_in("sakai")
    inspector.post(f"/cases/{id}/take")
    inspector.post(f"/cases/{id}/hand-over", note="The face is not clear.")
    act(hears, id, "take")
    assert "Back to the booth, which confirms" in hears.get(f"/hearings/{id}").text
    assert act(hears, id, "return", finding="It is the holder.").status_code == 303
    assert "Back at the booth" in hears.get(f"/hearings/{id}").text


def test_what_the_law_does_not_allow_yet_is_said_and_nothing_typed_is_lost(people: Any) -> None:
    id, hears = handed_over(people), people.logged_in("sakai")
    assert "hearing went on meanwhile" in act(hears, id, "tell").text
    act(hears, id, "take")
    answer = act(hears, id, "state", who="The applicant", statement="")
    assert answer.status_code == 422
    assert "“Statement or evidence” is missing" in answer.text
    assert 'value="The applicant"' in answer.text
    act(hears, id, "state", who="The applicant", statement="I visit my sister.")
    answer = act(hears, id, "permit", status="TEMPORARY_VISITOR", period="P5Y")
    assert "is not granted for 5 years" in answer.text


def test_each_side_has_its_own_address(people: Any) -> None:
    id, hears, judges = handed_over(people), people.logged_in("sakai"), people.logged_in("ogata")
    assert act(judges, id, "take", "decide").status_code == 422
    assert act(judges, id, "take", "hear").status_code == 403
    assert act(hears, id, "release", "decide", deposit="1").status_code == 403
    assert act(hears, id, "no such act").status_code == 422


def test_another_s_hearing_is_read_and_not_touched(people: Any) -> None:
    id, hears, other = handed_over(people), people.logged_in("sakai"), people.logged_in("mizuno")
    act(hears, id, "take")
    page = other.get(f"/hearings/{id}").text
    assert "Nothing for you" in page
    assert "S. Sakai holds this hearing" not in page
    answer = act(other, id, "state", who="x", statement="y")
    assert (answer.status_code, "holds this hearing" in answer.text) == (409, True)


def new_page(browser: Browser, hall: Any, name: str, language: str) -> Page:
    page = browser.new_context(viewport=BOOTH, locale=language).new_page()
    page.goto(hall.base)
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/hearings")
    return page


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_hearing_is_held_by_keyboard_alone(browser: Browser, people: Any, language: str) -> None:
    page = new_page(browser, people, "sakai", language)
    id = handed_over(people)
    link = page.locator(f"a[href='/hearings/{id}']")
    expect(link).to_be_visible()
    readable(page)
    link.focus()
    page.keyboard.press("Enter")
    ready = page.locator("body[data-keys=ready]")
    expect(ready).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator(".entries li")).to_have_count(1)
    expect(ready).to_be_visible()
    numbered = page.locator("form.act input[name=act]").evaluate_all("fields => fields.map(f => f.value)")
    page.keyboard.press(str(numbered.index("state") + 1))
    page.keyboard.type("The applicant")
    page.keyboard.press("Tab")
    page.keyboard.type("I visit my sister.")
    page.keyboard.press("Escape")
    page.keyboard.press(str(numbered.index("state") + 1))
    expect(page.locator("#state-statement")).to_have_value("I visit my sister.")
    readable(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".entries li")).to_have_count(2)
    expect(ready).to_be_visible()
    numbered = page.locator("form.act input[name=act]").evaluate_all("fields => fields.map(f => f.value)")
    page.keyboard.press(str(numbered.index("permit") + 1))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".entries li")).to_have_count(3)
    expect(page.locator("form.act")).to_have_count(0)
    readable(page)
    page.context.close()
