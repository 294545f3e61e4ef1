"""Who registers at the console's pages: visitors of the bio-cart whose real prints are stored."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from examiner_console.web.officers import add_officer
from tests.examiner_console.registering import bundle
from tests.examiner_console.web.conftest import BIO_CART, PASSWORD, run
from tests.examiner_console.web.conftest import document as passport

STAY = "2028-03-31"
PROOFS = {"re_entry": "yes", "never_deported": "yes", "not_watched": "yes", "visits": "yes"}


def supervisor(hall: Any) -> Any:
    run(add_officer(hall.console.store, "sakaki", "supervising_inspector", "S. Sakaki", PASSWORD))
    return hall.logged_in("sakaki")


def arrives(hall: Any, data: Path, who: Any = None, person: str = "012", impression: int = 1) -> UUID:
    """Referred, with face and prints."""
    id = hall.arrives(who or passport(), pictures=False)
    hall._put(BIO_CART[0], "evidence", f"/v1/inspections/{id}/evidence", bundle(id, data, person, impression))
    return UUID(str(id))


def typed(**changes: str) -> dict[str, str]:
    form = {"registration": str(uuid4()), "kind": "foreign", "consent": "yes", "stay_until": STAY, **PROOFS}
    return {name: value for name, value in {**form, **changes}.items() if value}


def applied(browser: Any, inspection: UUID, **changes: str) -> str:
    """The registration's page."""
    answer = browser.post(f"/registrations/apply/{inspection}", **typed(**changes))
    assert answer.status_code == 303, words(answer)
    return str(answer.headers["location"])


def stepped(browser: Any, page: str, step: str, version: int, route: str = "step", **more: str) -> Any:
    return browser.post(f"{page}/{route}", step=step, version=str(version), **more)


def words(answer: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))
