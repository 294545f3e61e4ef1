"""The queue: found by number or scan, live, and right again after a restart."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest


def events(browser: Any, count: int, started: threading.Event | None = None) -> list[str]:
    """The first `count` lists a page that listens gets."""
    lists: list[str] = []
    with browser.client.stream("GET", "/queue/stream", timeout=10) as stream:
        name = ""
        for line in stream.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
                if name == "queue":
                    lists.append("")
            elif line.startswith("data: ") and name == "queue":
                lists[-1] += line.removeprefix("data: ") + "\n"
            elif not line and lists and lists[-1]:
                if started:
                    started.set()
                if len(lists) == count:
                    return lists
    return lists


def test_the_reason_comes_first_in_words_with_its_article(hall: Any, inspector: Any) -> None:
    hall.leaves()
    page = inspector.get("/queue").text
    assert "<b>Live face and chip do not match</b><small>Art. 60(1)" in page


def test_japanese_is_what_a_japanese_browser_gets(hall: Any, inspector: Any) -> None:
    hall.leaves()
    page = inspector.get("/queue", headers={"accept-language": "ja-JP,ja;q=0.9,en;q=0.8"}).text
    assert "<b>本人の顔とチップが一致しない</b><small>第60条第1項" in page
    assert '<html lang="ja"' in page


def test_language_and_theme_are_kept_in_the_browser(hall: Any) -> None:
    browser = hall.logged_in("akazawa")
    browser.post("/preferences", language="ja", next="/queue")
    browser.post("/preferences", theme="dark", next="/queue")
    assert '<html lang="ja" data-theme="dark">' in browser.get("/queue").text


def test_typing_the_number_finds_and_takes_the_case(hall: Any, inspector: Any) -> None:
    id = hall.arrives()
    number = _passport(hall, id).document_number
    answer = inspector.post("/cases/find", passport=f" {number.lower()} ")
    assert answer.headers["location"] == f"/cases/{id}"
    assert "of 50 s" in inspector.get(f"/cases/{id}").text


@pytest.mark.parametrize("between", ["", "\n", "\r\n", " "])
def test_scanning_the_page_finds_the_case(hall: Any, inspector: Any, between: str) -> None:
    id = hall.arrives()
    mrz = _passport(hall, id).mrz
    answer = inspector.post("/cases/find", passport=mrz[:44] + between + mrz[44:])
    assert answer.headers["location"] == f"/cases/{id}"


def test_a_scan_that_does_not_add_up_is_said(hall: Any, inspector: Any) -> None:
    mrz = _passport(hall, hall.arrives()).mrz
    answer = inspector.answer("/cases/find", passport=mrz[:44] + mrz[44:].replace("0", "1", 1))
    assert answer.json()["code"] == "unreadable_mrz"
    assert inspector.answer("/cases/find", passport="<" * 88).json()["code"] == "unreadable_mrz"


@pytest.mark.parametrize("passport", ["X0000000", "???", "<b>", "P" * 200])
def test_a_number_under_which_nobody_waits_is_said(inspector: Any, passport: str) -> None:
    answer = inspector.answer("/cases/find", passport=passport)
    assert answer.json()["code"] in ("nothing_waits", "unreadable_mrz")


def test_an_auditor_reads_the_queue_and_takes_nothing(hall: Any) -> None:
    hall.arrives()
    page = hall.logged_in("kinoshita").get("/queue").text
    assert "Read only" in page
    assert "formaction" not in page
    assert 'id="passport"' not in page


def test_a_case_that_comes_is_on_every_open_page(own_hall: Any) -> None:
    browser, listening, got = own_hall.logged_in("hoshikawa"), threading.Event(), []
    listener = threading.Thread(target=lambda: got.extend(events(browser, 2, listening)))
    listener.start()
    assert listening.wait(10)
    own_hall.arrives(pictures=False)
    listener.join(10)
    assert "No case waits." in got[0]
    assert "A-0001" in got[1]


def test_a_page_that_connects_again_after_a_restart_gets_the_whole_list(own_hall: Any) -> None:
    browser = own_hall.logged_in("hoshikawa")
    own_hall.arrives()
    own_hall.close()
    own_hall.open()
    (whole,) = events(browser, 1)
    assert "A-0001" in whole
    assert "1 open case" in whole


def _passport(hall: Any, id: Any) -> Any:
    return asyncio.run(hall.console.referrals.case(id)).inspection.document
