"""The rules: who may pass a gate, who is referred, and under which article."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examiner_console.contract import (
    CheckOutcome,
    Comparison,
    Decision,
    DecisionOutcome,
    Declaration,
    Delivery,
    Direction,
    Finding,
    FingerCapture,
    Inspection,
    StationKind,
    Suggestion,
    encode,
)
from examiner_console.law.decide import LANDINGS_ALONE, decide
from examiner_console.law.documents import CLONE_CHECKS, REQUIRED
from examiner_console.law.facts import Facts, LandingAnswer, LandingRecord, NoAnswer, NoLandingRecord
from tests.examiner_console.samples import FACE, NOW, arrival, face, findings, inspection, passport

VISIT = LandingRecord(date(2026, 9, 1), "TEMPORARY_VISITOR", "P90D", date(2026, 11, 30))


def decided(seen: Inspection, landing: LandingAnswer = VISIT, at: datetime = NOW, **more: Any) -> Decision:
    return decide(Facts(seen, at, landing=landing, **more), LANDINGS_ALONE)


def codes(made: Decision) -> list[str]:
    return [reason.code for reason in made.reasons]


@pytest.mark.parametrize(
    ("seen", "article"),
    [
        pytest.param(inspection("gate-1"), "Art. 60(1)", id="national leaving"),
        pytest.param(inspection("gate-2"), "Art. 61", id="national returning"),
        pytest.param(inspection("gate-1", "UTO"), "Art. 25(1)", id="visitor leaving"),
    ],
)
def test_who_may_pass_is_confirmed_under_their_article(seen: Inspection, article: str) -> None:
    made = decided(seen)
    assert made.outcome is DecisionOutcome.CONFIRM
    assert [reason.article for reason in made.reasons] == [article]
    assert made.booth is None


@pytest.mark.parametrize("outcome", ["failed", "undetermined", "not_supported", ""])
@pytest.mark.parametrize("check", [*REQUIRED, "passage_alone"])
@pytest.mark.parametrize("station", ["gate-1", "gate-2"])
def test_a_required_check_that_did_not_succeed_refers(station: str, check: str, outcome: str) -> None:
    made = decided(inspection(station, findings=findings(**{check: outcome})))
    assert made.outcome is DecisionOutcome.REFER
    assert codes(made) == [REQUIRED.get(check, "not_alone")]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("failed", "face_not_live"),
        ("undetermined", "liveness_unknown"),
        ("not_supported", "liveness_unknown"),
        ("", "liveness_unknown"),
    ],
)
def test_a_gate_opens_only_for_a_face_known_to_live(outcome: str, expected: str) -> None:
    made = decided(inspection(findings=findings(face_liveness=outcome)))
    assert made.outcome is DecisionOutcome.REFER
    assert codes(made) == [expected]


def test_at_a_bio_cart_only_a_suspected_attack_is_a_reason_of_its_own() -> None:
    suspected = decided(inspection("bio-cart-1", "UTO", findings=findings(face_liveness="failed")))
    assert codes(suspected)[0] == "face_not_live"
    assert suspected.suggestion is None
    unknown = decided(inspection("bio-cart-1", "UTO", findings=findings(face_liveness="undetermined")))
    assert not {"face_not_live", "liveness_unknown"} & set(codes(unknown))


@pytest.mark.parametrize("outcome", ["successful", "failed", "undetermined", "not_supported", ""])
def test_a_portrait_that_may_be_blended_refers_and_one_not_looked_at_does_not(outcome: str) -> None:
    made = decided(inspection(findings=findings(face_morphing=outcome)))
    assert codes(made) == (["portrait_may_be_morphed"] if outcome == "failed" else ["national_departure"])


@pytest.mark.parametrize("outcome", ["successful", "failed", "undetermined", "not_supported", ""])
def test_a_page_that_shows_somebody_else_refers_and_one_without_a_face_does_not(outcome: str) -> None:
    made = decided(inspection(findings=findings(page_portrait=outcome)))
    assert codes(made) == (["portraits_differ"] if outcome == "failed" else ["national_departure"])


def test_a_case_of_before_liveness_replays_as_it_was_decided() -> None:
    before = findings(face_liveness="", face_morphing="", page_portrait="")
    made = decide(Facts(inspection(findings=before), NOW), "2026-11-23")
    assert made.outcome is DecisionOutcome.CONFIRM


@pytest.mark.parametrize("check", CLONE_CHECKS)
@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("successful", []),
        ("not_supported", []),
        ("failed", ["chip_cloned"]),
        ("undetermined", ["clone_not_excluded"]),
        ("", ["clone_not_excluded"]),
    ],
)
def test_a_clone_check_that_is_offered_must_succeed(check: str, outcome: str, expected: list[str]) -> None:
    made = decided(inspection(findings=findings(**{check: outcome})))
    assert (made.outcome is DecisionOutcome.REFER) is bool(expected)
    assert [code for code in codes(made) if code != "national_departure"] == expected


def test_a_check_made_twice_counts_as_its_worse_outcome() -> None:
    again = Finding("sod_hash", CheckOutcome.FAILED, "hash_mismatch", "DG2")
    assert codes(decided(inspection(findings=(*findings(), again)))) == ["document_not_authentic"]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Finding("access_control", CheckOutcome.FAILED, "pace_downgraded_to_bac"), "chip_downgraded"),
        (Finding("certificate_chain", CheckOutcome.FAILED, "chain_broken"), "document_not_authentic"),
        (Finding("certificate_chain", CheckOutcome.UNDETERMINED, "issuer_unknown"), "issuer_unknown"),
        (Finding("revocation", CheckOutcome.FAILED, "revoked"), "certificate_revoked"),
        (Finding("face_image", CheckOutcome.FAILED, "unusable_data"), "chip_face_unusable"),
        (Finding("terminal_authentication", CheckOutcome.FAILED), "check_failed"),
    ],
)
def test_a_finding_says_more_than_its_check(found: Finding, expected: str) -> None:
    others = tuple(other for other in findings() if other.check != found.check)
    assert codes(decided(inspection(findings=(*others, found)))) == [expected]


@pytest.mark.parametrize(
    ("comparisons", "expected"),
    [
        pytest.param((), "face_not_compared", id="none"),
        pytest.param((face(reference="page_image"),), "face_not_compared", id="with the page, not the chip"),
        pytest.param((face(0.2),), "face_not_matched", id="another person"),
        pytest.param((face(0.9), face(0.2)), "face_not_matched", id="one of two"),
        pytest.param((face(0.2, outcome=CheckOutcome.SUCCESSFUL),), "face_not_matched", id="score below threshold"),
        pytest.param((face(0.9, outcome=CheckOutcome.UNDETERMINED),), "face_not_matched", id="undetermined"),
        pytest.param((face(fmr=0.01),), "face_threshold_too_low", id="one false match in a hundred"),
    ],
)
def test_the_live_face_must_match_the_chip(comparisons: tuple[Comparison, ...], expected: str) -> None:
    assert codes(decided(inspection(comparisons=comparisons))) == [expected]


@pytest.mark.parametrize(
    ("landing", "expected"),
    [
        pytest.param(NoLandingRecord(), "no_landing_record", id="never landed"),
        pytest.param(NoAnswer(), "registry_unavailable", id="registry down"),
        pytest.param(LandingRecord(date(2026, 1, 1), "STUDENT", "P4Y", None), "status_not_for_gate", id="resident"),
        pytest.param(
            LandingRecord(date(2026, 8, 1), "TEMPORARY_VISITOR", "P90D", date(2026, 10, 30)), "overstay", id="overstay"
        ),
        pytest.param(LandingRecord(date(2026, 8, 1), "TEMPORARY_VISITOR", "P90D", None), "overstay", id="by period"),
        pytest.param(
            LandingRecord(date(2026, 11, 25), "TEMPORARY_VISITOR", "P90D", None),
            "landing_record_implausible",
            id="after",
        ),
        pytest.param(
            LandingRecord(date(2026, 11, 1), "TEMPORARY_VISITOR", "P7Y", None),
            "landing_record_implausible",
            id="7 years",
        ),
    ],
)
def test_a_visitor_whose_stay_is_not_clear_is_referred(landing: LandingAnswer, expected: str) -> None:
    assert codes(decided(inspection(nationality="UTO"), landing)) == [expected]


def test_the_last_day_of_stay_ends_at_midnight_in_japan() -> None:
    last = datetime(2026, 11, 30, 14, 59, 59, tzinfo=UTC)
    for at, outcome in ((last, "confirm"), (last + timedelta(seconds=1), "refer")):
        assert decided(inspection(nationality="UTO", at=at), at=at).outcome == outcome


def test_a_passport_is_valid_through_its_last_day_in_japan() -> None:
    document = passport(expiry_date=date(2026, 11, 23))
    for at, outcome in ((NOW + timedelta(hours=11), "confirm"), (NOW + timedelta(hours=12), "refer")):
        assert decided(inspection(at=at, document=document), at=at).outcome == outcome


@pytest.mark.parametrize(
    ("days", "period"), [(1, "P15D"), (15, "P15D"), (16, "P30D"), (30, "P30D"), (31, "P90D"), (90, "P90D")]
)
def test_an_arrival_goes_to_the_booth_with_a_period_suggested(days: int, period: str) -> None:
    made = decided(arrival(declaration=Declaration("tourism", days)))
    assert codes(made) == ["arrival_examination"]
    assert made.suggestion == Suggestion("TEMPORARY_VISITOR", period, "Art. 9(1), 9(3)")
    assert made.booth


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"declaration": None}, "nothing_declared", id="nothing stated"),
        pytest.param({"declaration": Declaration("tourism", 91)}, "stay_beyond_visit", id="91 days"),
        pytest.param({"fingers": ()}, "fingers_incomplete", id="no fingers"),
        pytest.param({"fingers": (FingerCapture("right_index", "refused"),)}, "biometrics_refused", id="refused"),
        pytest.param({"findings": findings(sod_hash="failed")}, "document_not_authentic", id="changed chip"),
        pytest.param({"comparisons": (face(0.1),)}, "face_not_matched", id="another face"),
    ],
)
def test_nothing_is_suggested_where_something_is_amiss(changes: dict[str, Any], expected: str) -> None:
    made = decided(arrival(**changes))
    assert expected in codes(made)
    assert made.suggestion is None


def test_an_opening_that_was_taken_back_is_referred_for_that_and_nothing_else() -> None:
    seen = inspection("gate-1")
    opened = decided(seen)
    made = decided(seen, at=NOW + timedelta(minutes=20), delivery=Delivery.DEFERRED, decided=opened)
    [reason] = made.reasons
    assert (made.outcome, reason.code) == (DecisionOutcome.REFER, "station_withdrew")
    assert reason.detail == "confirm: national_departure (2026-11-23T03:00:00+00:00)"


def test_rules_of_the_first_version_still_decide_as_they_did() -> None:
    seen = inspection("gate-1")
    facts = Facts(seen, NOW, Delivery.DEFERRED, decided=decided(seen))
    assert codes(decide(facts, "2026-11-01")) == ["console_silent"]


def test_a_missing_finger_is_noted_and_hinders_nothing() -> None:
    fingers = (FingerCapture("right_index", "captured", 70), FingerCapture("left_index", "missing"))
    made = decided(arrival(fingers=fingers))
    assert codes(made) == ["arrival_examination", "finger_missing"]
    assert made.suggestion is not None


def test_a_child_under_16_gives_neither_fingers_nor_face() -> None:
    child = passport("UTO", birth_date=date(2010, 11, 24))
    made = decided(arrival(document=child, fingers=(), comparisons=(), findings=findings(face_capture="")))
    assert codes(made) == ["arrival_examination", "biometrics_exempt"]
    grown = passport("UTO", birth_date=date(2010, 11, 23))
    assert "fingers_incomplete" in codes(decided(arrival(document=grown, fingers=())))


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param(inspection(document=None), "no_document", id="no passport"),
        pytest.param(inspection(document=passport(source="page")), "chip_not_read", id="page alone"),
        pytest.param(inspection(document=passport(document_code="I")), "not_a_passport", id="an identity card"),
        pytest.param(inspection(document=passport(issuing_state="UTO")), "nationality_unclear", id="half Japanese"),
        pytest.param(inspection("gate-2", "UTO"), "landing_examination_required", id="foreign arrival at a gate"),
        pytest.param(inspection("bio-cart-1"), "national_at_bio_cart", id="national at a bio-cart"),
    ],
)
def test_everything_else_is_referred_with_its_code(seen: Inspection, expected: str) -> None:
    made = decided(seen)
    assert made.outcome is DecisionOutcome.REFER
    assert expected in codes(made)


outcomes = st.sampled_from(["successful", "failed", "undetermined", "not_supported", ""])
days = st.dates(date(2020, 1, 1), date(2032, 1, 1))
landings = st.one_of(
    st.just(NoAnswer()),
    st.just(NoLandingRecord()),
    st.builds(
        LandingRecord,
        days,
        st.sampled_from(["TEMPORARY_VISITOR", "STUDENT", "NONSENSE"]),
        st.sampled_from(["P90D", "P15D", "P1Y", "", "P9999D"]),
        st.none() | days,
    ),
)
checks = st.dictionaries(
    st.sampled_from([*REQUIRED, *CLONE_CHECKS, "passage_alone", *FACE, "revocation"]),
    outcomes,
    max_size=3,
)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    station = draw(st.sampled_from(["gate-1", "gate-2", "bio-cart-1"]))
    nationality, issuer = draw(st.sampled_from(["JPN", "UTO"])), draw(st.sampled_from(["JPN", "UTO"]))
    document = passport(nationality, issuing_state=issuer, expiry_date=draw(days), birth_date=draw(st.none() | days))
    seen = inspection(
        station,
        document=draw(st.sampled_from([document, document, document, None])),
        findings=findings(**draw(checks)),
        comparisons=draw(st.sampled_from([(face(),), (face(),), (face(0.1),), ()])),
        completed_at=NOW + timedelta(seconds=draw(st.sampled_from([-1, -1, -1, 7200, -7200]))),
    )
    seen = msgspec.structs.replace(seen, id=draw(st.uuids()))
    return Facts(seen, NOW, draw(st.sampled_from(list(Delivery))), draw(landings), draw(st.integers(1, 40)))


@given(facts())
def test_replaying_the_same_facts_gives_the_same_decision_bit_for_bit(known: Facts) -> None:
    again = msgspec.json.decode(msgspec.json.encode(known.inspection), type=Inspection)
    replayed = Facts(again, known.at, known.delivery, known.landing, known.booths)
    assert encode(decide(known)) == encode(decide(replayed))


@given(facts())
def test_only_what_the_law_allows_ever_opens(known: Facts) -> None:
    made, seen = decide(known), known.inspection
    assert made.reasons
    assert made.outcome in (DecisionOutcome.CONFIRM, DecisionOutcome.REFER)
    assert (made.booth is None) is made.opens_exit
    if made.opens_exit:
        passed = {found.check for found in seen.findings if found.outcome is CheckOutcome.SUCCESSFUL}
        assert seen.kind is StationKind.GATE
        assert known.delivery is Delivery.LIVE
        assert {*REQUIRED, "passage_alone", "face_liveness"} <= passed
        assert all(found.outcome is not CheckOutcome.FAILED for found in seen.findings)
        assert seen.document is not None
        assert seen.document.expiry_date >= known.today
        foreign = (seen.document.nationality, seen.document.issuing_state) != ("JPN", "JPN")
        if foreign:
            assert seen.direction is Direction.DEPARTURE
            assert isinstance(known.landing, LandingRecord)
            assert known.landing.status == "TEMPORARY_VISITOR"
            assert known.landing.permitted_until is None or known.landing.permitted_until >= known.today
