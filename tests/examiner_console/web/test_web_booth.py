"""What an officer does with a case, over HTTP and against the real store."""

from __future__ import annotations

import asyncio
import io
import re
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from examiner_console import tables
from examiner_console.contract import CheckOutcome, Declaration, Evidence, EvidenceBundle, EvidenceKind, Finding

FAILED = Finding("sod_hash", CheckOutcome.FAILED, "hash_mismatch")


def case_of(hall: Any, id: UUID) -> Any:
    return asyncio.run(hall.console.referrals.case(id))


def taken(hall: Any, inspector: Any, id: UUID) -> str:
    assert inspector.post(f"/cases/{id}/take").status_code == 303
    return f"/cases/{id}"


def see_all(inspector: Any, here: str) -> None:
    for finding in re.findall(r'data-finding="([^"]+)"', inspector.get(here).text):
        inspector.post(f"{here}/seen", finding=finding.replace("&#39;", "'"))


def test_a_clean_case_is_granted_as_suggested(hall: Any, inspector: Any) -> None:
    id = hall.arrives()
    here = taken(hall, inspector, id)
    assert inspector.post(f"{here}/grant", **{"as": "suggested"}).headers["location"] == f"/queue?done={id}"
    case = case_of(hall, id)
    assert (case.outcome, case.status, case.period, case.taken_by) == (
        "granted",
        "TEMPORARY_VISITOR",
        "P15D",
        "hoshikawa",
    )
    assert "Temporary Visitor, 15 days" in inspector.get(f"/queue?done={id}").text


def test_nothing_is_granted_before_every_finding_was_seen(hall: Any, inspector: Any) -> None:
    here = taken(hall, inspector, id := hall.arrives(findings=hall_findings(FAILED)))
    choice = {"as": "chosen", "status": "TEMPORARY_VISITOR", "period": "P15D"}
    answer = inspector.answer(f"{here}/grant", **choice)
    assert (answer.status_code, answer.json()["code"]) == (409, "findings_unseen")
    see_all(inspector, here)
    assert inspector.answer(f"{here}/grant", **choice).status_code == 200
    assert case_of(hall, id).outcome == "granted"


def test_what_another_officer_saw_does_not_count(hall: Any, inspector: Any) -> None:
    here = taken(hall, inspector, hall.arrives(findings=hall_findings(FAILED)))
    see_all(inspector, here)
    inspector.post(f"{here}/give-back")
    other = hall.logged_in("akazawa")
    taken(hall, other, UUID(here.split("/")[-1]))
    assert other.answer(f"{here}/grant", status="TEMPORARY_VISITOR", period="P15D").status_code == 409


def test_a_status_with_a_period_of_another_is_explained_and_nothing_is_granted(hall: Any, inspector: Any) -> None:
    here = taken(hall, inspector, id := hall.arrives())
    answer = inspector.answer(f"{here}/grant", status="TEMPORARY_VISITOR", period="P3Y")
    assert answer.status_code == 422
    assert answer.json()["sentence"].startswith("Temporary Visitor is not granted for 3 years; choose 90 days")
    assert case_of(hall, id).state == "taken"


@pytest.mark.parametrize(
    ("period", "days", "granted"),
    [
        ("days", "10", "P10D"),
        ("P90D", "", "P90D"),
        ("days", "40", None),
        ("days", "", None),
        ("days", "-3", None),
        ("'", "", None),
    ],
)
def test_days_under_fifteen_may_be_typed(
    hall: Any, inspector: Any, period: str, days: str, granted: str | None
) -> None:
    here = taken(hall, inspector, id := hall.arrives())
    answer = inspector.answer(f"{here}/grant", status="TEMPORARY_VISITOR", period=period, days=days)
    assert answer.status_code == (200 if granted else 422)
    assert case_of(hall, id).period == granted


def test_a_purpose_beyond_a_visit_has_nothing_suggested(hall: Any, inspector: Any) -> None:
    here = taken(hall, inspector, hall.arrives(declaration=Declaration("work", 1095)))
    assert "Nothing is suggested" in inspector.get(here).text
    assert inspector.answer(f"{here}/grant", **{"as": "suggested"}).json()["code"] == "no_suggestion"


def test_handing_over_needs_a_sentence(hall: Any, inspector: Any) -> None:
    here = taken(hall, inspector, id := hall.arrives())
    assert inspector.answer(f"{here}/hand-over", note="  ").json()["code"] == "note_missing"
    assert inspector.answer(f"{here}/hand-over", note="Purpose does not fit the luggage.").status_code == 200
    assert case_of(hall, id).outcome == "handed_over"


def test_a_national_is_confirmed_without_status_or_period(hall: Any, inspector: Any) -> None:
    here = taken(hall, inspector, id := hall.leaves())
    page = inspector.get(here).text
    assert 'name="status"' not in page
    assert "of 15 s" in page
    see_all(inspector, here)
    assert inspector.post(f"{here}/confirm").status_code == 303
    case = case_of(hall, id)
    assert (case.outcome, case.status) == ("confirmed", None)


def test_a_foreign_arrival_cannot_be_merely_confirmed(hall: Any, inspector: Any) -> None:
    here = taken(hall, inspector, hall.arrives())
    assert inspector.answer(f"{here}/confirm").json()["code"] == "action_not_allowed"


def test_a_case_is_held_by_one_officer_and_the_other_is_told_whom(hall: Any, inspector: Any) -> None:
    here = taken(hall, inspector, hall.arrives())
    other = hall.logged_in("akazawa")
    answer = other.answer(f"{here}/take")
    assert answer.status_code == 409
    assert answer.json()["sentence"].startswith("H. Hoshikawa holds this case.")
    assert other.answer(f"{here}/grant", **{"as": "suggested"}).json()["code"] == "case_taken"
    page = other.get(here).text
    assert "H. Hoshikawa holds this case since" in page
    assert "<kbd>F1</kbd>" not in page


def test_a_case_closed_meanwhile_says_so_and_shows_what_was_decided(hall: Any, inspector: Any) -> None:
    here = taken(hall, inspector, hall.arrives())
    inspector.post(f"{here}/grant", **{"as": "suggested"})
    other = hall.logged_in("akazawa")
    assert other.answer(f"{here}/hand-over", note="late").json()["code"] == "case_closed"
    assert "This case is closed" in other.get(here).text


def test_a_case_nobody_holds_is_decided_by_nobody(hall: Any, inspector: Any) -> None:
    answer = inspector.answer(f"/cases/{hall.arrives()}/grant", **{"as": "suggested"})
    assert answer.json()["code"] == "case_not_held"


def test_the_same_key_twice_is_one_grant(hall: Any, inspector: Any) -> None:
    here = taken(hall, inspector, hall.arrives())
    assert [inspector.answer(f"{here}/grant", **{"as": "suggested"}).status_code for _ in range(2)] == [200, 200]


def test_pictures_are_kept_nowhere_and_every_look_is_on_record(hall: Any, inspector: Any) -> None:
    id = hall.arrives()
    picture = inspector.get(f"/cases/{id}/evidence/1")
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.headers["cache-control"] == "no-store"
    query = select(tables.actions.c.verb, tables.actions.c.officer).where(tables.actions.c.inspection == id)
    assert [tuple(row) for row in asyncio.run(hall.console.store.read(lambda c: list(c.execute(query))))] == [
        ("read_evidence", "hoshikawa")
    ]


def test_whoever_opens_a_case_is_on_record_each_time(hall: Any, inspector: Any) -> None:
    id = hall.arrives()
    for who in (inspector, inspector, hall.logged_in("kinoshita")):
        assert who.get(f"/cases/{id}").status_code == 200
    query = select(tables.actions.c.verb, tables.actions.c.officer).where(tables.actions.c.inspection == id)
    found = asyncio.run(hall.console.store.read(lambda c: [tuple(row) for row in c.execute(query)]))
    assert sorted(found) == [("read_case", "hoshikawa"), ("read_case", "hoshikawa"), ("read_case", "kinoshita")]


def test_an_auditor_reads_the_case_and_no_picture(hall: Any) -> None:
    id = hall.arrives()
    auditor = hall.logged_in("kinoshita")
    page = auditor.get(f"/cases/{id}").text
    assert "Your role does not see pictures." in page
    assert "<img" not in page
    assert auditor.get(f"/cases/{id}/evidence/1").status_code == 403


def test_a_picture_in_jpeg_2000_is_shown_as_png(hall: Any, inspector: Any) -> None:
    data = io.BytesIO()
    Image.new("RGB", (60, 80), (120, 60, 30)).save(data, "JPEG2000")
    id = hall.arrives(pictures=False)
    items = (
        Evidence(EvidenceKind.CHIP_FACE, "image/jp2", data.getvalue()),
        Evidence(EvidenceKind.LIVE_FACE, "image/jp2", b"no picture"),
    )
    hall._put("bio-cart-1", "evidence", f"/v1/inspections/{id}/evidence", EvidenceBundle(id, items))
    answer = inspector.get(f"/cases/{id}/evidence/1")
    assert Image.open(io.BytesIO(answer.content)).format == "PNG"
    assert inspector.get(f"/cases/{id}/evidence/2").status_code == 404


def test_a_missing_picture_has_its_place_and_says_so(hall: Any, inspector: Any) -> None:
    page = inspector.get(f"/cases/{hall.arrives(pictures=False)}").text
    assert page.count("not in the store") == 3
    assert "Look at the person." in page


@pytest.mark.parametrize("path", ["/cases/019aa000-0000-7000-8000-000000000000", "/cases/nonsense", "/no/such/page"])
def test_an_address_that_leads_nowhere_gets_one_sentence(inspector: Any, path: str) -> None:
    answer = inspector.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "The queue shows every case that waits." in answer.text
    assert "Traceback" not in answer.text


def test_what_the_traveller_brings_is_shown_as_text(hall: Any, inspector: Any) -> None:
    declared = Declaration("tourism", 3, "<script>alert(1)</script>")
    page = inspector.get(f"/cases/{hall.arrives(declaration=declared)}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_no_page_runs_or_loads_anything_from_elsewhere(hall: Any, inspector: Any) -> None:
    for path in ("/queue", f"/cases/{hall.arrives()}"):
        answer = inspector.get(path)
        assert "default-src 'none'; script-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert not re.search(r'style="|<style| on[a-z]+="|(?:src|href|action)="(?:https?:)?//', answer.text)


def hall_findings(*besides: Finding) -> tuple[Finding, ...]:
    others = (
        "mrz", "access_control", "sod_signature", "certificate_chain", "certificate_validity", "revocation",
        "chip_authentication", "active_authentication", "mrz_matches_chip", "face_capture",
    )  # fmt: skip
    return (*(Finding(check, CheckOutcome.SUCCESSFUL) for check in others), *besides)
