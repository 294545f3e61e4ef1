"""What holds for everybody under the complete rules: what a machine may do, and what it never does."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from examiner_console.contract import (
    Decision,
    DecisionOutcome,
    Delivery,
    Direction,
    Inspection,
    MalformedMessage,
    StationKind,
    encode,
)
from examiner_console.law import alerts, disclosure, registered
from examiner_console.law.answers import Answers, Hit, NoAnswer, NotAsked, Role, entry_of, is_silent
from examiner_console.law.case_files import CaseFile, decide_case
from examiner_console.law.decide import CURRENT, LANDINGS_ALONE, decide
from examiner_console.law.facts import Facts, LandingRecord
from examiner_console.law.hearings import Officer
from examiner_console.law.removals import bars
from examiner_console.law.verdicts import PRECEDENCE, Weight
from tests.examiner_console.golden.anybody import everybody, silences
from tests.examiner_console.golden.people import PEOPLE, USUALLY

MACHINE_MAY_OPEN_BY = {"L08", "L09", "L27", "L32", "L33"}
always = settings(deadline=None, max_examples=60)


def decided(known: Facts) -> Decision:
    return decide(known, CURRENT)


def laws(made: Decision) -> set[str]:
    return {law for reason in made.reasons if isinstance(reason.law, tuple) for law in reason.law}


@always
@given(everybody)
def test_a_machine_records_confirms_or_refers_and_does_nothing_else(known: Facts) -> None:
    made = decided(known)
    assert made.outcome in (DecisionOutcome.RECORD, DecisionOutcome.CONFIRM, DecisionOutcome.REFER)
    assert made.reasons
    assert (made.booth is None) is made.opens_exit
    assert "machine" not in {officer.value for officer in Officer}


@always
@given(everybody)
def test_a_machine_never_decides_a_ground_of_article_5_a_doctors_case_or_refuge(known: Facts) -> None:
    made = decided(known)
    for law in ("L07", "L26"):
        assert not (made.opens_exit and law in laws(made))
    held = entry_of(known.answers.removals)
    arriving = known.inspection.direction is Direction.ARRIVAL
    document = known.inspection.document
    foreign = document is not None and (document.nationality, document.issuing_state) != ("JPN", "JPN")
    if held and arriving and foreign and any(bar.stands(known.today) for bar in bars(held.removals)):
        assert made.outcome is DecisionOutcome.REFER
    declared = known.inspection.declaration
    if declared and declared.purpose == "refuge" and arriving and foreign:
        assert made.outcome is DecisionOutcome.REFER


@always
@given(everybody)
def test_what_opens_rests_on_rules_under_which_a_machine_may_open(known: Facts) -> None:
    made = decided(known)
    if not made.opens_exit:
        return
    assert isinstance(made.reasons[0].law, tuple)
    assert set(made.reasons[0].law) <= MACHINE_MAY_OPEN_BY
    assert known.inspection.kind is StationKind.GATE
    assert known.delivery is Delivery.LIVE
    if made.outcome is DecisionOutcome.RECORD:
        assert known.inspection.direction is Direction.ARRIVAL
        assert registered.registration(known) is not None
    elif made.reasons[0].code in ("visitor_departure", "registered_departure"):
        assert isinstance(known.landing, LandingRecord)
        assert known.landing.permitted_until is None or known.landing.permitted_until >= known.today


@always
@given(everybody)
def test_nothing_opens_while_a_registry_that_must_be_asked_says_nothing(known: Facts) -> None:
    made = decided(known)
    silent = [name for name in alerts.required(known) if is_silent(getattr(known.answers, name))]
    assert sum(reason.code == "registry_silent" for reason in made.reasons) == len(silent)
    assert not (silent and made.opens_exit)


@always
@given(everybody)
def test_a_hold_or_an_alert_is_read_first_and_never_opens(known: Facts) -> None:
    made = decided(known)
    first = {"watchlist_hit", "departure_hold", "refuge_asked"}
    if first & {reason.code for reason in made.reasons}:
        assert made.reasons[0].code in first
        assert made.outcome is DecisionOutcome.REFER
    if known.inspection.document is not None and isinstance(known.answers.watchlist, Hit):
        assert "watchlist_hit" in {reason.code for reason in made.reasons}


@always
@given(everybody)
def test_biometrics_not_given_come_before_conditions(known: Facts) -> None:
    codes = [reason.code for reason in decided(known).reasons]
    if "biometrics_refused" in codes:
        for later in ("visa_missing", "landing_barred", "document_expired", "arrival_examination"):
            assert later not in codes[: codes.index("biometrics_refused")]


@always
@given(everybody)
def test_the_same_facts_through_the_wire_give_the_same_bytes(known: Facts) -> None:
    seen = msgspec.json.decode(msgspec.json.encode(known.inspection), type=Inspection)
    answered = msgspec.json.decode(msgspec.json.encode(known.answers), type=Answers)
    made = decided(known)
    assert encode(decided(replace(known, inspection=seen, answers=answered))) == encode(made)
    assert msgspec.json.decode(encode(made), type=Decision) == made


@always
@given(everybody)
def test_rules_in_use_look_at_no_answer_and_name_no_law(known: Facts) -> None:
    made = decide(known, LANDINGS_ALONE)
    assert made == decide(replace(known, answers=Answers()), LANDINGS_ALONE)
    assert b'"law"' not in encode(made)
    assert b'"certain"' not in encode(made)


@always
@given(everybody)
def test_a_station_cannot_tell_a_silent_alert_from_any_other_referral(known: Facts) -> None:
    told = disclosure.for_station(decided(known))
    assert told.outcome is decided(known).outcome
    if not told.opens_exit:
        assert told.reasons == (disclosure.TOLD,)
        assert told.suggestion is None
        assert told.booth


@pytest.mark.parametrize("person", [person for person, outcome in USUALLY.items() if outcome != "refer"])
@given(data=st.data())
@settings(deadline=None, max_examples=40)
def test_whoever_may_pass_may_not_when_any_registry_goes_silent(person: str, data: st.DataObject) -> None:
    known = PEOPLE[person]()
    name = data.draw(st.sampled_from(alerts.required(known)))
    silence: NotAsked | NoAnswer = data.draw(silences)
    changes: dict[str, Any] = {name: silence}
    assert decided(PEOPLE[person](**changes)).outcome is DecisionOutcome.REFER


@always
@given(everybody)
def test_a_case_in_a_file_is_decided_as_its_facts_are(known: Facts) -> None:
    made = decide_case(encode(written(known)), version=CURRENT)
    assert made == decided(known)


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.text(max_size=8),
    st.sampled_from(["9999-12-31", "0001-01-01", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+09:00", "P99Y", "hit"]),
    st.just([]),
    st.just({}),
)


@settings(deadline=None, max_examples=100)
@given(everybody, st.data())
def test_no_case_however_damaged_ends_otherwise_than_in_a_decision_or_a_sentence(
    known: Facts, data: st.DataObject
) -> None:
    case = msgspec.to_builtins(written(known))
    for _ in range(data.draw(st.integers(1, 3))):
        spot: Any = case
        while True:
            key = data.draw(st.sampled_from(sorted(spot) if isinstance(spot, dict) else range(len(spot))))
            if not isinstance(spot[key], dict | list) or not spot[key] or data.draw(st.booleans()):
                break
            spot = spot[key]
        spot[key] = data.draw(JUNK)
    try:
        told = decide_case(msgspec.json.encode(case), version=CURRENT).reasons[0].code
    except MalformedMessage as error:
        told = str(error)
    assert told
    assert "\n" not in told


def written(known: Facts) -> CaseFile:
    landing: Any = None
    if isinstance(known.landing, NoAnswer):
        landing = "unavailable"
    elif isinstance(known.landing, LandingRecord):
        landing = dataclasses.asdict(known.landing)
    case = {"inspection": known.inspection, "at": known.at, "landing": landing, "booths": known.booths}
    more = {"delivery": known.delivery, "answers": known.answers}
    return msgspec.json.decode(msgspec.json.encode(case | more), type=CaseFile)


def test_every_weight_has_its_place_in_the_order() -> None:
    assert sorted(PRECEDENCE) == sorted(Weight)


@always
@given(everybody)
def test_crew_are_never_recorded_nor_confirmed(known: Facts) -> None:
    passenger = entry_of(known.answers.passengers)
    document = known.inspection.document
    if passenger and passenger.role is Role.CREW and document and document.nationality != "JPN":
        assert decided(known).outcome is DecisionOutcome.REFER


@pytest.mark.parametrize("outcome", [DecisionOutcome.RECORD, DecisionOutcome.CONFIRM, DecisionOutcome.REFER])
def test_everybody_holds_some_for_each_outcome(outcome: DecisionOutcome) -> None:
    found = find(everybody, lambda known: decided(known).outcome is outcome, settings=settings(max_examples=1000))
    assert decided(found).outcome is outcome
