"""The 38 legal rules by name: what each says, how sure that is, since when, and that code carries it."""

from __future__ import annotations

import json
from datetime import date
from inspect import signature
from pathlib import Path

import pytest
from typer.testing import CliRunner

from examiner_console.__main__ import app
from examiner_console.law import catalogue_text
from examiner_console.law.catalogue import CATALOGUE, LegalRule, rests_on
from examiner_console.law.decide import CURRENT, LANDINGS_ALONE, RULES, decide
from tests.examiner_console.golden.decisions import all_cases

UNCERTAIN = {"L04", "L05", "L08", "L16", "L17", "L18", "L21", "L23", "L24", "L26", "L31", "L34", "L35", "L37", "L38"}
PROCEDURES = {"L10", "L11", "L12", "L13", "L14", "L15", "L16", "L17", "L20", "L21", "L22", "L24", "L25", "L37"}
"""Carried by functions that officers' screens use; no decision of a machine rests on them."""


def test_what_comes_from_memory_is_marked_uncertain() -> None:
    assert {rule.id for rule in CATALOGUE.values() if not rule.certain} == UNCERTAIN


@pytest.mark.parametrize("rule", CATALOGUE.values(), ids=CATALOGUE)
def test_a_rule_has_an_article_a_sentence_and_code_that_takes_facts(rule: LegalRule) -> None:
    assert rule.article
    assert rule.sentence.endswith(".")
    assert rule.carried_by
    for carrier in rule.carried_by:
        assert carrier.__module__.startswith("examiner_console.law.")
        assert signature(carrier).parameters


def test_a_rule_is_part_of_a_decision_or_an_officers_procedure() -> None:
    part = {rule.id for rule in catalogue_text.listed(date(2026, 11, 27)) if rule.machine}
    assert set(CATALOGUE) - part == PROCEDURES


def test_every_reason_rests_on_a_rule_but_for_the_stations_own_faults() -> None:
    alone = {
        reason.code
        for case in all_cases()
        for reason in decide(case.facts, CURRENT).reasons
        if not rests_on(reason) and reason.rule != "decide"
    }
    assert alone == {"clock_implausible", "console_silent"}


def test_travel_authorisation_is_not_in_force_before_its_day() -> None:
    jesta = CATALOGUE["L38"]
    assert [jesta.in_force(day) for day in (date(2028, 3, 31), date(2028, 4, 1))] == [False, True]
    assert all(CATALOGUE["L01"].in_force(day) for day in (date.min, date.max))


def test_the_page_lists_the_rules_as_the_catalogue_does() -> None:
    page = (Path(__file__).parents[2] / "docs" / "law.md").read_text("utf-8")
    assert catalogue_text.table() in page, "put the output of: python -m examiner_console rules --markdown"
    assert CURRENT == "2026-11-27", "docs/law.md says which version is in use"


def test_rules_are_listed_for_a_person_and_for_a_program() -> None:
    run = CliRunner()
    told = run.invoke(app, ["rules", "--at", "2026-11-27"]).stdout
    assert "L38  Travel authorisation (bill of 10 March 2026) [in force from 2028-04-01]" in told
    listed = json.loads(run.invoke(app, ["rules", "--at", "2028-04-01", "--json"]).stdout)
    assert len(listed) == 38
    assert listed[37] | {"id": "L38", "certain": False, "in_force": True, "machine": True} == listed[37]
    assert run.invoke(app, ["rules", "--at", "soon"]).exit_code == 2


def test_the_version_in_use_is_known() -> None:
    assert {CURRENT, LANDINGS_ALONE} <= set(RULES)
