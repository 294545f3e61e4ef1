"""A simulated peak hour at two booths, by keyboard alone: whoever comes is examined once, and the record is whole.

The hour is the hall's clock's: forty-eight travellers, one every 75 s, each scanned from the passport handed over. The
two officers work side by side; now and then both scan the same passport, or the console restarts between two keys.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from examiner_console import tables
from examiner_console.casework.actions import Verb
from examiner_console.casework.cases import CaseOutcome, CaseState
from examiner_console.contract import Declaration
from examiner_console.record import verify
from examiner_console.upkeep import ledger_key
from tests.examiner_console.web.conftest import document, run
from tests.examiner_console.web.test_web_browser import new_page, with_findings

pytestmark = pytest.mark.browser
TRAVELLERS = 48
EVERY = timedelta(hours=1) / TRAVELLERS
OFFICERS = ("hoshikawa", "akazawa")
OUTCOMES = {
    "clean": CaseOutcome.GRANTED,
    "finding": CaseOutcome.GRANTED,
    "work": CaseOutcome.GRANTED,
    "returning": CaseOutcome.CONFIRMED,
    "doubtful": CaseOutcome.HANDED_OVER,
}
"""Kinds of traveller, and how the officers of this hour end their cases."""


@dataclass
class Traveller:
    kind: str
    mrz: str
    case: UUID


def comes(hall: Any, kind: str) -> Traveller:
    who = document("YAMADA", "HANAKO", "JPN") if kind == "returning" else document()
    if kind == "returning":
        case = hall.leaves(who)
    elif kind == "finding":
        case = with_findings(hall, who=who)
    else:
        declared = Declaration("work", 365) if kind == "work" else Declaration("tourism", 10)
        case = hall.arrives(who, declaration=declared)
    return Traveller(kind, who.mrz, case)


class Booth:
    """An officer's hands: nothing here but keys."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def scan(self, traveller: Traveller) -> None:
        """A page scanner types both lines."""
        expect(self.page.locator("#passport")).to_be_focused()
        self.page.keyboard.insert_text(traveller.mrz)
        self.page.keyboard.press("Enter")

    def opens(self, traveller: Traveller) -> None:
        self.page.wait_for_url(f"**/cases/{traveller.case}")
        expect(self.page.locator("[data-held=yes][data-keys=ready]")).to_be_visible()

    def is_told(self, words: str) -> None:
        expect(self.page.locator("#notice")).to_contain_text(words)

    def clear_scan(self) -> None:
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")

    def decide(self, traveller: Traveller) -> None:
        getattr(self, f"_{traveller.kind}")()
        self.page.wait_for_url("**/queue*")
        expect(self.page.locator("#notice")).to_have_text(re.compile("landing granted|confirmed|handed over"))

    def _clean(self) -> None:
        self.page.keyboard.press("F1")
        self.page.keyboard.press("Enter")

    def _finding(self) -> None:
        self.look()
        self._clean()

    _returning = _finding

    def look(self) -> None:
        """Press the number of each finding once it was looked at."""
        for number in range(1, 1 + self.page.locator("[data-number]:not(.seen)").count()):
            self.page.keyboard.press(str(number))
            expect(self.page.locator(f"[data-number='{number}']")).to_have_class(re.compile("seen"))

    def _work(self) -> None:
        """F2: by its first letters as a list is chosen from by keyboard, then the period."""
        self.look()
        self.page.keyboard.press("F2")
        expect(self.page.locator("#status")).to_be_focused()
        self.page.keyboard.type("Engineer")
        self.page.keyboard.press("Tab")
        self.page.keyboard.type("1 year")
        self.page.keyboard.press("Tab")
        self.page.keyboard.press("Tab")
        self.page.keyboard.press("Enter")

    def _doubtful(self) -> None:
        self.page.keyboard.press("F3")
        self.page.keyboard.type("The address does not exist.")
        self.page.keyboard.press("Tab")
        self.page.keyboard.press("Enter")


def test_two_officers_work_a_peak_hour_by_keyboard_alone(browser: Browser, own_hall: Any) -> None:
    begins, drawn = datetime.now(UTC), Random(20261127)
    own_hall.clock = lambda: begins + EVERY * len(came)
    came: list[Traveller] = []
    booths = [Booth(new_page(browser, own_hall, name)) for name in OFFICERS]
    while len(came) < TRAVELLERS:
        pair = [comes(own_hall, drawn.choices(list(OUTCOMES), (5, 2, 1, 3, 1))[0]) for _ in booths]
        came += pair
        if len(came) % 16 == 0:
            _both_scan(booths, pair[0])
        else:
            booths[0].scan(pair[0])
        booths[1].scan(pair[1])
        for booth, traveller in zip(booths, pair, strict=True):
            booth.opens(traveller)
        if len(came) == TRAVELLERS // 2:
            _restart(own_hall)
        for booth, traveller in zip(booths, pair, strict=True):
            booth.decide(traveller)
    for booth in booths:
        booth.page.context.close()
    _check(own_hall, came)


def _both_scan(booths: list[Booth], traveller: Traveller) -> None:
    """The passport lay between them: one has the case, the other reads who."""
    booths[0].scan(traveller)
    booths[0].opens(traveller)
    booths[1].scan(traveller)
    booths[1].is_told("H. Hoshikawa")
    booths[1].clear_scan()


def _restart(hall: Any) -> None:
    hall.close()
    hall.open()


def _check(hall: Any, came: list[Traveller]) -> None:
    referrals, store = hall.console.referrals, hall.console.store
    assert run(referrals.waiting()) == []
    for traveller in came:
        case = run(referrals.case(traveller.case))
        assert (case.state, case.outcome) == (CaseState.CLOSED, OUTCOMES[traveller.kind]), traveller.kind
    granted = [traveller.case for traveller in came if OUTCOMES[traveller.kind] is CaseOutcome.GRANTED]
    landed = run(store.read(lambda c: c.execute(select(tables.landings.c.id)).scalars().all()))
    assert sorted(landed) == sorted(granted)
    query = select(tables.actions.c.verb, func.count()).group_by(tables.actions.c.verb)
    done = dict(run(store.read(lambda c: [tuple(row) for row in c.execute(query)])))
    decided = Counter(OUTCOMES[traveller.kind] for traveller in came)
    assert (done[Verb.GRANT], done[Verb.CONFIRM], done[Verb.HAND_OVER], done[Verb.TAKE]) == (
        decided[CaseOutcome.GRANTED],
        decided[CaseOutcome.CONFIRMED],
        decided[CaseOutcome.HANDED_OVER],
        TRAVELLERS,
    )
    settings = hall.console.settings
    report = verify.verify(settings.database, ledger_key(settings).public_key().public_bytes_raw())
    assert report.holds, report.faults
