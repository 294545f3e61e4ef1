"""Registrations on the screens: found by passport, taken step by step, revoked by two, and every look noted."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from examiner_console.casework.actions import Verb
from examiner_console.tables import actions, registered_prints
from examiner_console.web.permissions import Permission, Role, permitted
from tests.examiner_console.web.conftest import document as passport
from tests.examiner_console.web.conftest import run
from tests.examiner_console.web.registrants import applied, arrives, stepped, supervisor, typed, words


@pytest.fixture(scope="module")
def sakaki(hall: Any) -> Any:
    return supervisor(hall)


@pytest.fixture(scope="module")
def officer(hall: Any) -> Any:
    return hall.logged_in("hoshikawa")


def rows(hall: Any, query: Any) -> list[Any]:
    return list(run(hall.console.store.read(lambda c: list(c.execute(query)))))


def prints(hall: Any, page: str) -> int:
    query = select(registered_prints.c.position)
    return len(rows(hall, query.where(registered_prints.c.registration == UUID(page.rsplit("/", 1)[1]))))


def reads(hall: Any, page: str) -> int:
    id = UUID(page.rsplit("/", 1)[1])
    query = select(actions.c.id).where(actions.c.inspection == id, actions.c.verb == Verb.READ_REGISTRATION.value)
    return len(rows(hall, query))


def test_from_the_passport_to_the_registration(hall: Any, officer: Any, data: Path) -> None:
    who = passport("KAZAMA", "RIN")
    seen = arrives(hall, data, who)
    found = officer.post("/registrations/find", passport=who.document_number)
    assert f"/registrations/apply/{seen}" in found.text
    assert "KAZAMA, RIN" in words(found)
    page = applied(officer, seen)
    assert "KAZAMA, RIN" in words(officer.get("/registrations")).split("ends within")[0]
    assert stepped(officer, page, "register", 1).status_code == 303
    shown = words(officer.get(page))
    assert "registered" in shown
    assert "31 Mar 2028" in shown
    assert "/registrations/apply/" not in officer.post("/registrations/find", passport=who.document_number).text
    assert reads(hall, page) == 3, "in the list, on its page, and found again"


def test_the_form_says_what_is_missing_and_keeps_what_was_typed(hall: Any, officer: Any, data: Path) -> None:
    seen, form = arrives(hall, data, person="013"), typed(re_entry="", visits="")
    refused = officer.post(f"/registrations/apply/{seen}", **form)
    assert refused.status_code == 422
    assert "Not shown, or not so: re-entry permission in date." in words(refused)
    assert 'value="2028-03-31"' in refused.text
    assert officer.post(f"/registrations/apply/{seen}", **typed(consent="")).status_code == 422
    assert officer.post(f"/registrations/apply/{seen}", **typed(stay_until="soon")).status_code == 422
    assert prints(hall, f"/{form['registration']}") == 0


def test_two_persons_revoke_and_the_fingers_go(hall: Any, officer: Any, sakaki: Any, data: Path) -> None:
    page = applied(officer, arrives(hall, data, person="017"))
    stepped(officer, page, "register", 1)
    assert stepped(officer, page, "propose", 2).status_code == 409, "a ground is needed"
    assert stepped(officer, page, "propose", 2, ground="false_statement").status_code == 303
    assert stepped(officer, page, "revoke", 3).status_code == 403
    assert officer.post(f"{page}/settle", step="revoke", version="3").status_code == 403
    assert "a false statement" in words(sakaki.get(page))
    assert stepped(sakaki, page, "revoke", 2, "settle").status_code == 409, "not what the page shows now"
    assert stepped(sakaki, page, "suspend", 3, "settle", ground="doubt").status_code == 403
    assert stepped(sakaki, page, "revoke", 3, "settle").status_code == 303
    assert stepped(sakaki, page, "revoke", 3, "settle").status_code == 303, "the same key twice is one act"
    assert "its fingerprints were erased" in words(sakaki.get(page))
    assert prints(hall, page) == 0


def test_who_has_other_fingers_is_not_renewed(hall: Any, officer: Any, data: Path) -> None:
    who = passport("MINASE", "AOI")
    page = applied(officer, arrives(hall, data, who, person="022"))
    stepped(officer, page, "register", 1)
    assert "No usable fingerprints" in words(officer.post(f"{page}/compare"))
    arrives(hall, data, who, person="022", impression=2)
    assert "Same fingers" in words(officer.post(f"{page}/compare"))
    arrives(hall, data, who, person="012")
    assert "Not the same fingers" in words(officer.post(f"{page}/compare"))
    refused = stepped(officer, page, "renew", 2, stay_until="2029-03-31", never_deported="yes", re_entry="yes")
    assert refused.status_code == 409
    assert "are not those registered" in words(refused)


def test_a_new_passport_is_named_by_its_number(hall: Any, officer: Any, data: Path) -> None:
    old, new = passport("SEGAWA", "TOMO"), passport("SEGAWA", "TOMO")
    page = applied(officer, arrives(hall, data, old, person="013"))
    stepped(officer, page, "register", 1)
    arrives(hall, data, new, person="013", impression=2)
    proofs = {"never_deported": "yes", "not_watched": "yes", "re_entry": "yes"}
    assert stepped(officer, page, "move", 2, **proofs).status_code == 409, "under the old one nothing is newer"
    assert stepped(officer, page, "renew", 2, passport=new.mrz, **proofs).status_code == 303, "as by Enter in its field"
    assert f"UTO {new.document_number}" in words(officer.get(page))
    assert "0 registrations" in words(officer.post("/registrations/find", passport=old.document_number))


def test_nobody_both_registers_and_revokes() -> None:
    both = (Permission.REGISTER, Permission.REVOKE_REGISTRATION)
    assert [role for role in Role if all(permitted(role, one) for one in both)] == []


def test_fingers_under_another_name_wait_for_a_supervising_inspector(
    hall: Any, officer: Any, sakaki: Any, data: Path
) -> None:
    first = applied(officer, arrives(hall, data, passport("NAGAI", "SORA"), person="027"))
    stepped(officer, first, "register", 1)
    page = applied(officer, arrives(hall, data, passport("BETSUJIN", "RIN"), "027", 2))
    assert first in officer.get(page).text
    assert stepped(officer, page, "register", 1).status_code == 409
    assert stepped(officer, page, "refuse", 1, ground="registered_twice").status_code == 403
    assert stepped(sakaki, page, "refuse", 1, "settle", ground="registered_twice").status_code == 303
    assert "not registered" in words(sakaki.get(page))


def test_letters_say_who_ends_soon_and_no_more(hall: Any, officer: Any, sakaki: Any, data: Path) -> None:
    soon = hall.clock().date().replace(day=1)
    soon = soon.replace(year=soon.year + 1) if soon.month == 12 else soon.replace(month=soon.month + 1)
    page = applied(officer, arrives(hall, data, passport("OGATA", "REN"), person="057"), stay_until=soon.isoformat())
    stepped(officer, page, "register", 1)
    before = reads(hall, page)
    file = officer.post("/registrations/letters")
    id = page.rsplit("/", 1)[1]
    assert file.text.splitlines() == ["reference,surname,given_names,last_day", f"{id},OGATA,REN,{soon}"]
    assert reads(hall, page) == before + 1
    assert sakaki.post("/registrations/letters").status_code == 403


def test_a_wish_is_said_before_anything_is_erased(hall: Any, officer: Any, data: Path) -> None:
    page = applied(officer, arrives(hall, data, person="076"))
    assert stepped(officer, page, "withdraw", 1).status_code == 422
    assert prints(hall, page) == 2
    assert stepped(officer, page, "withdraw", 1, wish="yes").status_code == 303
    assert prints(hall, page) == 0
    assert stepped(officer, page, "expire", 2).status_code == 422
    assert officer.get("/registrations/none").status_code == 404
