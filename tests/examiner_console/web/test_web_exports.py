"""The page of exports: asked for, agreed to by another, fetched whole, and refused to everybody else."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from examiner_console.law.stays import japan_date
from examiner_console.record import manifest
from examiner_console.upkeep import ledger_key
from tests.examiner_console.web.conftest import PASSWORD
from tests.examiner_console.web.test_web_browser import BOOTH, readable

ASKED = {"first": "2026-01-01", "last": "", "format": "csv", "basis": "audit", "days": "1", "purpose": "the audit"}


@pytest.fixture
def people(own_hall: Any) -> tuple[Any, Any]:
    """Who asks, and who answers."""
    own_hall.officer("yamane", "privacy_officer")
    return own_hall.logged_in("kinoshita"), own_hall.logged_in("yamane")


def request(hall: Any, people: tuple[Any, Any], **changes: str) -> str:
    asker, answerer = people
    day = japan_date(hall.console.clock()).isoformat()
    given = {**ASKED, "first": day, "last": day, **changes}
    assert asker.answer("/exports/ask", **given).status_code == 200
    forms = answerer.get("/exports").text.split('action="/exports/')
    return next(form.split("/")[0] for form in forms if form.split('"')[0].endswith("/agree"))


def test_what_was_agreed_is_fetched_whole_and_checked_by_who_gets_it(
    own_hall: Any, people: tuple[Any, Any], tmp_path: Path
) -> None:
    own_hall.arrives()
    asker, answerer = people
    id = request(own_hall, people)
    assert asker.get(f"/exports/{id}/file").status_code == 403, "nobody has agreed"
    assert answerer.post(f"/exports/{id}/agree").status_code == 303
    assert answerer.get(f"/exports/{id}/file").status_code == 403, "it is the asker's"
    answer = asker.get(f"/exports/{id}/file")
    assert answer.headers["content-type"] == "application/zip"
    out = tmp_path / "fetched"
    zipfile.ZipFile(io.BytesIO(answer.content)).extractall(out)  # our own file
    key = ledger_key(own_hall.console.settings).public_key().public_bytes_raw()
    assert manifest.faults(out, key) == []
    [row] = csv.DictReader((out / "decisions.csv").read_text("utf-8").splitlines())
    assert row["outcome"] == "refer"
    assert "TESSARINE" not in answer.text
    left = [path for path in own_hall.folder.iterdir() if path.name.startswith("tmp")]
    assert left == [], "nothing stays on the disk"
    assert "<small>fetched" in asker.get("/exports").text


def test_identities_leave_only_where_they_were_asked_for(own_hall: Any, people: tuple[Any, Any]) -> None:
    own_hall.arrives()
    asker, answerer = people
    id = request(own_hall, people, identities="yes")
    assert "with identities" in answerer.get("/exports").text
    answerer.post(f"/exports/{id}/agree")
    packed = zipfile.ZipFile(io.BytesIO(asker.get(f"/exports/{id}/file").content))
    assert b"TESSARINE" in packed.read("decisions.csv")


def test_a_refusal_is_read_by_who_asked(own_hall: Any, people: tuple[Any, Any]) -> None:
    asker, answerer = people
    id = request(own_hall, people)
    assert answerer.answer(f"/exports/{id}/refuse", why=" ").json()["code"] == "unusable_request"
    assert answerer.post(f"/exports/{id}/refuse", why="<i>one day only</i>").status_code == 303
    assert "&lt;i&gt;one day only&lt;/i&gt;" in asker.get("/exports").text
    assert answerer.answer(f"/exports/{id}/agree").json()["code"] == "request_answered"


def test_who_may_do_both_answers_nothing_of_their_own(own_hall: Any, people: tuple[Any, Any]) -> None:
    _, privacy = people
    day = japan_date(own_hall.console.clock()).isoformat()
    assert privacy.answer("/exports/ask", **{**ASKED, "first": day, "last": day}).status_code == 200
    own_hall.officer("hayashi", "supervising_inspector")
    forms = own_hall.logged_in("hayashi").get("/exports").text
    id = forms.split('action="/exports/')[1].split("/")[0]
    assert "/agree" not in privacy.get("/exports").text, "no such button"
    assert privacy.answer(f"/exports/{id}/agree").json()["code"] == "own_request"


def test_what_cannot_be_asked_for_is_said_in_one_sentence(own_hall: Any, people: tuple[Any, Any]) -> None:
    asker, _ = people
    for changes, code in (
        ({"first": "yesterday"}, "unusable_request"),
        ({"last": "2999-01-01"}, "unusable_request"),
        ({"days": "many"}, "unusable_request"),
        ({"format": "xml"}, "unusable_request"),
        ({"basis": "curiosity"}, "no_such_basis"),
    ):
        answer = asker.answer("/exports/ask", **{**ASKED, "last": "2026-01-02", **changes}).json()
        assert answer["code"] == code
        assert answer["sentence"].endswith(".")
    assert asker.answer("/exports/nothing/agree").json()["code"] == "not_permitted"
    assert asker.get("/exports/nothing/file").status_code == 404


def test_an_export_that_cannot_be_made_leaves_nothing_and_is_not_in_the_record(
    own_hall: Any, people: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asker, answerer = people
    id = request(own_hall, people)
    answerer.post(f"/exports/{id}/agree")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(manifest, "write", full)
    answer = asker.get(f"/exports/{id}/file", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (503, "export_failed")
    assert "<small>fetched" not in asker.get("/exports").text


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ja"])
def test_it_is_asked_for_and_answered_by_keyboard(browser: Browser, own_hall: Any, language: str) -> None:
    own_hall.officer("yamane", "privacy_officer")
    asker = browser.new_context(viewport=BOOTH, locale=language).new_page()
    answerer = browser.new_context(viewport=BOOTH, locale=language).new_page()
    for page, name in ((asker, "kinoshita"), (answerer, "yamane")):
        page.goto(own_hall.base)
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/audit")
    asker.goto(f"{own_hall.base}/exports")
    readable(asker)
    asker.fill("#first", japan_date(own_hall.console.clock()).isoformat())
    asker.fill("#purpose", "the audit")
    asker.keyboard.press("Enter")
    expect(asker.locator("tbody tr")).to_have_count(1)
    answerer.goto(f"{own_hall.base}/exports")
    readable(answerer)
    answerer.locator("form[action$='/agree'] button").focus()
    answerer.keyboard.press("Enter")
    expect(answerer.locator("form[action$='/agree']")).to_have_count(0)
    asker.reload()
    readable(asker)
    with asker.expect_download() as fetched:
        asker.locator("a[download]").press("Enter")
    assert fetched.value.suggested_filename.endswith(".zip")
    for page in (asker, answerer):
        page.context.close()
