"""The record from the screens: why a traveller was referred, who saw the case, and whether the record is whole."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select, text
from typer.testing import CliRunner

from examiner_console import tables
from examiner_console.__main__ import app
from examiner_console.casework.audit import MOST_FOUND
from examiner_console.law.stays import japan_date
from examiner_console.record.verification.findings import SENTENCES
from examiner_console.upkeep import ledger_key
from examiner_console.web.audit_words import FAULTS
from tests.examiner_console.web.conftest import document


@pytest.fixture(scope="module")
def auditor(hall: Any) -> Any:
    return hall.logged_in("kinoshita")


def found(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return re.findall(r'href="/audit/([0-9a-f-]{36})"', answer.text)


def words(answer: Any) -> str:
    """What a person reads, without marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text))


def rows(hall: Any, query: Any) -> list[Any]:
    return asyncio.run(hall.console.store.read(lambda c: list(c.execute(query))))


def tamper(hall: Any, statement: str, **values: Any) -> None:
    asyncio.run(hall.console.store.write(lambda c: c.execute(text(statement), values).rowcount))


def test_a_decision_is_found_by_inspection_passport_station_and_day(hall: Any, auditor: Any) -> None:
    who = document()
    id, other = hall.arrives(who), hall.leaves()
    today = _today(hall)
    assert found(auditor.post("/audit/find", inspection=str(id))) == [str(id)]
    assert found(auditor.post("/audit/find", number=who.document_number.lower())) == [str(id)]
    assert found(auditor.post("/audit/find", number=who.mrz)) == [str(id)]
    assert str(other) in found(auditor.post("/audit/find", station="gate-1"))
    assert str(id) not in found(auditor.post("/audit/find", station="gate-1"))
    assert str(id) in found(auditor.post("/audit/find", first=today, last=today))
    assert str(id) not in found(auditor.post("/audit/find", last="2026-01-01"))
    assert found(auditor.post("/audit/find", number=who.document_number, first="2099-01-01")) == []


def test_who_went_through_without_an_officer_is_found_too(hall: Any, auditor: Any) -> None:
    """Their passports stand in no column of the database."""
    who = document("YAMADA", "HANAKO", "JPN")
    id = hall.goes_through(who)
    assert rows(hall, select(tables.cases).where(tables.cases.c.inspection == id)) == []
    assert found(auditor.post("/audit/find", number=who.document_number)) == [str(id)]
    assert "Confirmed by the machine" in words(auditor.get(f"/audit/{id}"))


def test_a_list_names_nobody_and_a_passport_s_number_stands_in_no_address(hall: Any, auditor: Any) -> None:
    who = document("KAZAMORI", "RUI")
    hall.arrives(who)
    answer = auditor.post("/audit/find", number=who.document_number)
    listed = answer.text.split("<table")[1]
    assert who.document_number not in listed
    assert "KAZAMORI" not in answer.text
    assert who.document_number not in str(answer.url)
    assert not re.search(rf'(?:href|action)="[^"]*{who.document_number}', answer.text)


@pytest.mark.parametrize(
    "typed", [{"inspection": "nonsense"}, {"first": "yesterday"}, {"last": "9999-12-31"}, {"number": "<" * 88}]
)
def test_what_cannot_be_searched_for_is_said_and_nothing_typed_is_lost(auditor: Any, typed: dict[str, str]) -> None:
    answer = auditor.post("/audit/find", station="gate-1", **typed)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'value="gate-1"' in answer.text


def test_more_than_can_be_read_is_cut_and_said(own_hall: Any) -> None:
    for _ in range(MOST_FOUND + 1):
        own_hall.goes_through(document("YAMADA", "HANAKO", "JPN"))
    answer = own_hall.logged_in("kinoshita").post("/audit/find")
    assert len(found(answer)) == MOST_FOUND
    assert f"The newest {MOST_FOUND} of more" in answer.text


def test_it_says_why_by_which_rules_and_who_did_what_and_who_looked(hall: Any, auditor: Any) -> None:
    id = hall.leaves()
    inspector = hall.logged_in("hoshikawa")
    inspector.post(f"/cases/{id}/take")
    inspector.get(f"/cases/{id}/evidence/1")
    inspector.post(f"/cases/{id}/hand-over", note="The face does not fit.")
    page = words(auditor.get(f"/audit/{id}"))
    assert "Version 1: Referred to an officer" in page
    assert "Live face and chip do not match" in page
    assert "Art. 60(1)" in page
    assert re.search(r"rules of version \d{4}-\d\d-\d\d · ledger entry \d+", page)
    assert re.search(r"L\d\d.*by the catalogue of today.*(certain|to be checked)", page)
    did, looked = page.split("What officers did")[1].split("Who looked")
    assert "Took the case" in did
    assert "The face does not fit." in did
    assert "H. Hoshikawa hoshikawa Opened a picture or print number 1" in looked
    assert "K. Kinoshita kinoshita Looked at the decision here, in the audit" in looked
    assert "no entry" not in page


def test_every_version_is_shown_with_the_rules_that_decided_it(hall: Any, auditor: Any) -> None:
    id = hall.goes_through(document("YAMADA", "HANAKO", "JPN"))
    hall.takes_back(id)
    page = words(auditor.get(f"/audit/{id}"))
    assert page.index("Version 2: Referred to an officer") < page.index("Version 1: Confirmed by the machine")


def test_looking_is_recorded_each_time_and_before_anything_is_shown(hall: Any, auditor: Any) -> None:
    id = hall.arrives()
    query = select(tables.actions.c.verb, tables.actions.c.officer).where(tables.actions.c.inspection == id)
    for times in (1, 2):
        auditor.get(f"/audit/{id}")
        assert [tuple(row) for row in rows(hall, query)] == [("read_case", "kinoshita")] * times


def test_nothing_of_the_record_is_changed_by_the_audit(hall: Any, auditor: Any) -> None:
    id = hall.arrives()
    case = select(tables.cases).where(tables.cases.c.inspection == id)
    before = rows(hall, case)
    for path in ("", "/prove", "/proof"):
        assert auditor.get(f"/audit/{id}{path}").status_code == 200
    assert rows(hall, case) == before


def test_a_proof_holds_outside_the_console_with_checkpoint_and_public_key(
    hall: Any, auditor: Any, tmp_path: Path
) -> None:
    id = hall.arrives()
    auditor.get(f"/audit/{id}")
    page = auditor.get(f"/audit/{id}/prove")
    assert "All 2 records about this inspection are in the ledger" in words(page)
    auditor.get(f"/audit/{id}")  # the ledger has grown before anything is downloaded
    addresses = re.findall(r'href="([^"]+)" download', page.text)
    key = ledger_key(hall.console.settings).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    proof, checkpoint = (auditor.get(address).content for address in addresses)
    files = {"proof": proof, "checkpoint": checkpoint, "key": key}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    options = [part for name in files for part in (f"--{name}", str(tmp_path / name))]
    verified = CliRunner().invoke(app, ["ledger", "verify", *options])
    assert (verified.exit_code, "All 2 records" in verified.output) == (0, True), verified.output
    (tmp_path / "proof").write_bytes(files["proof"].replace(b'"index": ', b'"index": 1', 1))
    assert CliRunner().invoke(app, ["ledger", "verify", *options]).exit_code == 1


def test_a_decision_edited_in_the_database_is_not_proved(own_hall: Any) -> None:
    auditor, id = own_hall.logged_in("kinoshita"), own_hall.arrives()
    body = select(tables.decisions.c.body).where(tables.decisions.c.inspection == id)
    (before,) = rows(own_hall, body)[0]
    changed = bytes(before).replace(b"refer", b"grant", 1)
    assert changed != before
    tamper(own_hall, "UPDATE decisions SET body = :body", body=changed)
    page = words(auditor.get(f"/audit/{id}/prove"))
    assert "NOT PROVED" in page
    assert "CHANGED" in page


def test_the_newest_checkpoint_is_told_and_an_edited_one_is_found(own_hall: Any) -> None:
    auditor = own_hall.logged_in("kinoshita")
    assert "Nothing has been recorded yet." in words(auditor.get("/audit"))
    own_hall.arrives()
    own_hall.arrives()
    page = words(auditor.get("/audit"))
    ((size, root),) = rows(own_hall, select(tables.checkpoints.c.size, tables.checkpoints.c.root))[-1:]
    assert "Signed and continued" in page
    assert f"its {size} entries begin with the {size - 1}" in page
    assert root.hex() in page
    tamper(own_hall, "UPDATE checkpoints SET root = :root WHERE size = :size", root=bytes(32), size=size)
    assert "NOT SIGNED" in words(auditor.get("/audit"))


def test_the_whole_record_is_verified_from_the_screen_and_what_was_done_to_it_is_said(own_hall: Any) -> None:
    auditor = own_hall.logged_in("kinoshita")
    id = own_hall.arrives()
    assert "The record is whole" in verified(auditor)
    tamper(own_hall, "DELETE FROM actions")
    auditor.get(f"/audit/{id}")
    assert "The record is whole" in verified(auditor)
    tamper(own_hall, "DELETE FROM actions")
    page = verified(auditor)
    assert "THE RECORD IS NOT WHOLE" in page
    assert "1 × a record is gone, and no receipt says that it was erased record_missing" in page


def verified(auditor: Any) -> str:
    """Asks for it, and again until it is done."""
    answer = auditor.post("/audit/verify")
    assert answer.status_code == 303
    while "Being verified" in (page := words(auditor.get("/audit"))):
        pass
    return page


def test_every_fault_a_verification_finds_has_words() -> None:
    assert set(FAULTS) == set(SENTENCES)


@pytest.mark.parametrize("path", ["", "/prove", "/proof"])
def test_a_decision_that_is_not_there_is_said_and_no_read_is_written(hall: Any, auditor: Any, path: str) -> None:
    id = uuid4()
    answer = auditor.get(f"/audit/{id}{path}")
    assert answer.status_code == 404
    assert "There is no such decision" in answer.text
    assert rows(hall, select(tables.actions).where(tables.actions.c.inspection == id)) == []


def test_a_checkpoint_that_was_never_signed_is_not_made_up(auditor: Any) -> None:
    assert auditor.get("/audit/checkpoint?size=1000000").status_code == 409


def test_it_speaks_japanese(hall: Any, auditor: Any) -> None:
    id = hall.leaves()
    page = words(auditor.get(f"/audit/{id}", headers={"accept-language": "ja"}))
    assert "本人の顔とチップが一致しない" in page
    assert "第60条第1項" in page
    assert "この監査画面で決定を見た" in page


def _today(hall: Any) -> str:
    return japan_date(hall.clock()).isoformat()


def test_identifiers_of_travellers_are_no_part_of_a_proof(hall: Any, auditor: Any) -> None:
    who = document("KAZAMORI", "RUI")
    id: UUID = hall.arrives(who)
    said = auditor.get(f"/audit/{id}/proof").text
    assert who.document_number not in said
    assert "KAZAMORI" not in said
