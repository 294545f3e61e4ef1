"""Who protects, who rings, and travellers whose departure is held."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from examiner_console.contract import Declaration
from examiner_console.law.answers import Hit, HoldGround, HoldNotice
from examiner_console.web.officers import add_officer
from tests.examiner_console.web.conftest import PASSWORD, document, run

DESK = {"wakaba": "special_inquiry_officer", "kashima": "supervising_inspector", "sakaki": "shift_supervisor"}


def desk(hall: Any) -> Any:
    for name, role in DESK.items():
        run(add_officer(hall.console.store, name, role, f"{name[0].upper()}. {name.title()}", PASSWORD))
    return hall


def number_of(hall: Any, id: UUID) -> str:
    """What is called out in the hall."""
    return str(run(hall.console.referrals.case(id)).number)


def asks_for_refuge(hall: Any, surname: str) -> tuple[UUID, str]:
    """Identifier, and the passport's number."""
    who = document(surname)
    return hall.arrives(who, declaration=Declaration("refuge", 1, "")), who.document_number


def held_departure(hall: Any, surname: str = "MORRELL") -> UUID:
    """A foreign traveller at a departure gate, about whom the police gave notice."""
    id: UUID = hall.leaves(document(surname))
    notice = HoldNotice("POLICE", HoldGround.SERIOUS_CRIME, hall.clock() - timedelta(minutes=10))
    hall.answered(id, holds=Hit(notice))
    return id


def taken(browser: Any, id: UUID) -> str:
    """The case's address, taken, with every finding seen."""
    here = f"/cases/{id}"
    assert browser.post(f"{here}/take").status_code == 303
    see(browser, here)
    return here


def see(browser: Any, here: str) -> None:
    page = browser.get(here).text
    for part in page.split('data-finding="')[1:]:
        browser.post(f"{here}/seen", finding=html.unescape(part.split('"')[0]))


def call(browser: Any, id: UUID, kind: str = "trafficking") -> Any:
    return browser.post(f"/cases/{id}/protect", kind=kind)


def write(browser: Any, id: UUID, act: str, **fields: str) -> Any:
    return browser.post(f"/protection/{id}/write", **{"key": str(uuid4()), "act": act, **fields})
