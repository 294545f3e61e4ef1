"""Golden cases of the complete rules and of the officers' procedures: each is one sentence about one person."""

from __future__ import annotations

import pytest

from examiner_console.law.catalogue import CATALOGUE
from examiner_console.law.decide import CURRENT, RULES, decide
from tests.examiner_console.golden.decisions import Case, all_cases
from tests.examiner_console.golden.procedures import Procedure, all_procedures

CASES = all_cases()
PROCEDURES = all_procedures()


@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule} {case.sentence}".strip() for case in CASES])
def test_a_traveller(case: Case) -> None:
    made = decide(case.facts, CURRENT)
    codes = {reason.code for reason in made.reasons}
    assert made.outcome == case.outcome, codes
    assert case.fires <= codes
    assert not case.silent & codes


@pytest.mark.parametrize("case", PROCEDURES, ids=[f"{case.rule} {case.sentence}" for case in PROCEDURES])
def test_a_procedure(case: Procedure) -> None:
    assert case.found == case.expected


def test_there_are_four_hundred_and_no_sentence_stands_for_two() -> None:
    assert len(CASES) + len(PROCEDURES) >= 400
    sentences = {f"{case.rule} {case.sentence} {sorted(case.silent)}" for case in CASES}
    assert len(sentences) == len(CASES)


def test_the_catalogue_names_all_38_and_each_has_cases() -> None:
    assert list(CATALOGUE) == [f"L{number:02}" for number in range(1, 39)]
    assert {case.rule for case in (*CASES, *PROCEDURES)} - {""} == set(CATALOGUE)


def test_every_rule_that_a_decision_can_cite_is_cited_by_some_case_and_left_out_by_another() -> None:
    cited = [
        {law for reason in decide(case.facts, CURRENT).reasons if isinstance(reason.law, tuple) for law in reason.law}
        for case in CASES
    ]
    for law in CATALOGUE.values():
        if law.articles or law.by_name:
            assert {law.id in ids for ids in cited} == {True, False}, law.id


@pytest.mark.parametrize("rule", RULES[CURRENT], ids=lambda rule: rule.__name__)
def test_no_rule_could_be_left_out_unnoticed(rule: object, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tuple(other for other in RULES[CURRENT] if other is not rule)
    monkeypatch.setattr("examiner_console.law.decide.RULES", {CURRENT: kept})
    assert any(_differs(case) for case in CASES)


def _differs(case: Case) -> bool:
    made = decide(case.facts, CURRENT)
    codes = {reason.code for reason in made.reasons}
    return made.outcome != case.outcome or not case.fires <= codes or bool(case.silent & codes)


def test_what_is_uncertain_is_said_with_every_reason_that_rests_on_it() -> None:
    for case in CASES:
        for reason in decide(case.facts, CURRENT).reasons:
            if isinstance(reason.law, tuple):
                assert reason.certain is all(not CATALOGUE[law].uncertain for law in reason.law)
