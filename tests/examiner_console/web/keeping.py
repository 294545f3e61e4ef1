"""Who keeps the watchlist, and what they type."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from random import Random
from string import ascii_uppercase
from typing import Any
from uuid import uuid4

from examiner_console.law.stays import japan_date
from examiner_console.web.officers import add_officer
from tests.examiner_console.web.conftest import PASSWORD, run

KEEPERS = {"shirogane": "watchlist_editor", "tokiwa": "watchlist_editor", "minase": "watchlist_approver"}
SEEDED = Random(7)


def keepers(hall: Any) -> None:
    for name, role in KEEPERS.items():
        run(add_officer(hall.console.store, name, role, f"{name[0].upper()}. {name.title()}", PASSWORD))


def surname() -> str:
    """Every listed person has a name of their own, unlike the others'."""
    return "".join(SEEDED.choices(ascii_uppercase, k=10))


def typed(hall: Any, **changes: str) -> dict[str, str]:
    last = japan_date(hall.clock()) + timedelta(90)
    person = {"surname1": surname(), "given1": "HARU", "birth_year": "1980", "birth_month": "3", "birth_day": "4"}
    other = {"sex": "F", "nationality": "uto", "document_number": "", "last_day": last.isoformat()}
    grounds = {"basis": "Art. 5(1)(xiv)", "reason": "Notice of an organ.", "organ": "Ministry of Examples"}
    return {"entry": str(uuid4()), **person, **other, **grounds, **changes}


def propose(browser: Any, form: dict[str, str]) -> str:
    answer = browser.post("/watchlist/new", **form)
    assert answer.status_code == 303, words(answer)
    return str(answer.headers["location"])


def words(answer: Any) -> str:
    """What a person reads, without marks."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))
