"""What the booth page makes of a case: bands without scores, findings ranked, nothing unknown shown as passed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examiner_console.contract import (
    CheckOutcome,
    Comparison,
    Decision,
    DecisionOutcome,
    Direction,
    Document,
    Finding,
    FingerCapture,
    Inspection,
    Reason,
    StationKind,
)
from examiner_console.law.statuses import STATUSES
from examiner_console.web.bands import band_of, comparison_bands
from examiner_console.web.findings import ranked, unseen
from examiner_console.web.periods import limits, period_of, why_not
from examiner_console.web.reasons import article_text
from examiner_console.web.sheet import Action, action_for, budget, mrz_lines

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ID = UUID("019aa000-0000-7000-8000-000000000000")
DOCUMENT = Document("chip", "P", "UTO", "L8", "UTO", "T", "M", date(1991, 3, 14), "F", date(2031, 8, 21), "")
NATIONAL = Document("chip", "P", "JPN", "L8", "JPN", "T", "M", date(1991, 3, 14), "F", date(2031, 8, 21), "")
OUTCOMES = list(CheckOutcome)


def english(message: str) -> str:
    return message


def inspection(
    *findings: Finding,
    document: Document | None = DOCUMENT,
    kind: StationKind = StationKind.BIO_CART,
    direction: Direction = Direction.ARRIVAL,
    comparisons: tuple[Comparison, ...] = (),
    fingers: tuple[FingerCapture, ...] = (),
) -> Inspection:
    return Inspection(ID, "s", kind, direction, "NRT", NOW, NOW, document, findings, comparisons, fingers)


def decision(*reasons: Reason) -> Decision:
    return Decision(ID, DecisionOutcome.REFER, reasons, "1", NOW)


def compared(score: float, threshold: float, outcome: CheckOutcome) -> Comparison:
    return Comparison("face", "live_face", "chip_face", score, threshold, 0.001, "dlib", outcome)


@given(st.floats(-5, 100), st.floats(-5, 100), st.sampled_from(OUTCOMES))
def test_a_band_is_above_the_line_exactly_when_the_comparison_succeeded(
    score: float, threshold: float, outcome: CheckOutcome
) -> None:
    band = band_of(compared(score, threshold, outcome))
    assert (band is not None and band > 2) == (outcome is CheckOutcome.SUCCESSFUL)
    assert (band is not None and band <= 2) == (outcome is CheckOutcome.FAILED)


def test_a_comparison_never_made_has_its_row() -> None:
    first = comparison_bands(inspection(), english)[0]
    assert (first.label, first.word, first.filled) == ("Live – Chip", "Not compared", None)


def test_no_band_carries_a_raw_score() -> None:
    bands = comparison_bands(inspection(comparisons=(compared(0.9731, 0.93, CheckOutcome.SUCCESSFUL),)), english)
    assert "0.97" not in str(bands)


def test_fingers_say_why_they_are_not_there() -> None:
    fingers = (FingerCapture("left_index", "injured"), FingerCapture("left_middle", "captured", 60))
    rows = [(band.label, band.word) for band in comparison_bands(inspection(fingers=fingers), english)]
    assert rows[1:] == [("Left index", "Injured"), ("Left middle, instead", "Captured")]
    national = comparison_bands(inspection(document=NATIONAL), english)[-1]
    assert national.word == "Never asked (national)"
    assert comparison_bands(inspection(), english)[-1].state == "none"


FINDINGS = st.lists(st.builds(Finding, st.text("abc", min_size=1, max_size=3), st.sampled_from(OUTCOMES)), max_size=12)


@given(FINDINGS)
def test_whatever_did_not_succeed_must_be_looked_at_before_deciding(findings: list[Finding]) -> None:
    rows = ranked(inspection(*findings), decision(), (), english)
    doubtful = {f"{f.check}:{f.outcome.value}:" for f in findings if f.outcome in OUTCOMES[1:3]}
    assert {row.key for row in unseen(rows)} == doubtful
    assert not unseen(ranked(inspection(*findings), decision(), doubtful, english))


@given(FINDINGS)
def test_findings_are_ranked_and_numbered_from_one(findings: list[Finding]) -> None:
    rows = ranked(inspection(*findings), decision(), (), english)
    order = [("warn", "none", "info", "ok").index(row.state) for row in rows]
    assert order == sorted(order)
    numbers = [row.number for row in rows if row.number]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_reason_that_repeats_a_failed_check_is_not_listed_twice() -> None:
    failed = Finding("sod_hash", CheckOutcome.FAILED, "hash_mismatch")
    why = Reason("document_not_authentic", "Art. 7(1)(i)", "document_genuine", "sod_hash: failed (hash_mismatch)")
    assert [row.key for row in ranked(inspection(failed), decision(why), (), english)] == [
        "sod_hash:failed:hash_mismatch"
    ]


def test_checks_the_station_never_made_are_one_row_to_look_at() -> None:
    reasons = [
        Reason("x", "Art. 25(1)", "document_genuine", f"{check}: not reported") for check in ("sod_hash", "revocation")
    ]
    (row,) = ranked(inspection(), decision(*reasons), (), english)
    assert (row.state, row.title, row.number) == ("none", "2 checks were not made", 1)


def test_an_opening_the_gate_took_back_is_said_with_what_had_been_decided() -> None:
    detail = "confirm: visitor_departure (2026-11-23T03:00:05+00:00)"
    withdrawn = Reason("station_withdrew", "Art. 61-3-2", "withdrawal", detail)
    [row] = ranked(inspection(), decision(withdrawn), (), english)
    assert (row.state, row.number) == ("warn", 1)
    assert row.title == "The gate had been told to open, but sent the traveller to a booth"
    assert row.text == "Decided at 12:00:05: a visitor within the period of stay may leave"


def test_the_ordinary_examination_asks_for_no_key() -> None:
    why = Reason(
        "arrival_examination", "Art. 9(1), 9(3)", "foreign_arrival", "foreign arrival with data from a bio-cart"
    )
    assert not unseen(ranked(inspection(), decision(why), (), english))


def test_departures_and_nationals_are_confirmed_and_foreign_arrivals_granted() -> None:
    assert action_for(inspection()) is Action.GRANT
    assert action_for(inspection(document=NATIONAL)) is Action.CONFIRM
    assert action_for(inspection(direction=Direction.DEPARTURE)) is Action.CONFIRM
    assert action_for(inspection(document=None)) is Action.NONE


def test_the_budget_is_shorter_where_more_is_prepared() -> None:
    assert budget(inspection(document=NATIONAL, kind=StationKind.GATE)) == 15
    assert budget(inspection()) == 50
    assert budget(inspection(kind=StationKind.GATE)) == 75


@pytest.mark.parametrize(("length", "lines"), [(72, [36, 36]), (88, [44, 44]), (90, [30, 30, 30]), (0, [])])
def test_a_zone_is_shown_in_its_lines(length: int, lines: list[int]) -> None:
    assert [len(line) for line in mrz_lines("<" * length)] == lines


def test_an_article_is_read_in_the_officer_s_language() -> None:
    assert article_text("Art. 9(1), 9(3)", "ja") == "第9条第1項、第9条第3項"
    assert article_text("Art. 24(iv)(b)", "ja") == "第24条第4号ロ"
    assert article_text("Art. 61-3-2", "ja") == "第61条の3の2"
    assert article_text("Art. 7(1)(ii)", "en") == "Art. 7(1)(ii)"


def test_a_wrong_period_is_explained_with_what_the_table_allows() -> None:
    assert why_not(STATUSES, "TEMPORARY_VISITOR", "P3Y", "en") == (
        "Temporary Visitor is not granted for 3 years; "
        "choose 90 days, 30 days, 15 days or any number of days under 15 days."
    )
    assert "table" in why_not(STATUSES, "NO_SUCH", "P3Y", "en")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_status_says_what_it_allows(language: str) -> None:
    assert all(limits(status, language) for status in STATUSES.values())


@given(st.text(max_size=10))
def test_days_typed_are_days_or_nothing_that_is_allowed(days: str) -> None:
    period = period_of("days", days)
    typed = days.strip()
    assert bool(re.fullmatch("P[0-9]+D", period)) == (typed.isascii() and typed.isdigit() and len(typed) <= 4)


def test_a_check_that_failed_without_words_of_its_own_is_still_listed_once() -> None:
    failed = Finding("new_check", CheckOutcome.FAILED, "x")
    why = Reason("check_failed", "Art. 25(1)", "document_genuine", "new_check: failed (x)")
    (row,) = ranked(inspection(failed), decision(why), (), english)
    assert (row.title, row.text) == ("Check: new check", "This check failed. Look at it before you decide.")
