"""What always holds of a registration: nothing before its start, after its end, without templates, by one person."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from examiner_console.contract import FingerCapture
from examiner_console.law.answers import (
    REGISTRIES,
    Answers,
    Clear,
    Hit,
    NoAnswer,
    NotAsked,
    Removal,
    RemovalKind,
    Removals,
    WatchlistEntry,
)
from examiner_console.law.registered import second_screening_by
from examiner_console.law.registering import (
    BY_PROOF,
    ENDED,
    Applicant,
    Condition,
    Kind,
    State,
    Step,
    Term,
    answered,
    following,
    hand_missing,
    moved,
    open_until,
    renewed,
    term,
    unmet,
)
from tests.examiner_console.samples import passport

days = st.dates(date(2020, 1, 1), date(2045, 12, 31))
kinds, states, steps = st.sampled_from(Kind), st.sampled_from(State), st.sampled_from(Step)
TODAY = date(2026, 11, 23)
CLEAR = Answers(**{name: Clear() for name in REGISTRIES})
GIVEN = (FingerCapture("right_index", "captured", 80), FingerCapture("left_index", "captured", 75))


@given(kinds, states, st.none() | st.builds(Term, days, days), days, st.booleans(), st.booleans())
def test_only_a_registration_in_force_with_templates_answers(
    kind: Kind, state: State, held: Term | None, today: date, prints: bool, hand: bool
) -> None:
    told = answered(kind, state, held, today, prints=prints, hand_missing=hand)
    if told is not None:
        assert held is not None
        assert held.begins <= today <= held.ends == told.valid_until
        assert (state, prints, told.kind.value, told.hand_missing) == (State.REGISTERED, True, kind.value, hand)


@given(kinds, days, st.none() | days, days)
def test_no_term_outlasts_passport_or_stay(kind: Kind, expiry: date, stay: date | None, begins: date) -> None:
    found = term(kind, expiry, stay, begins)
    if found is not None:
        assert begins == found.begins <= found.ends <= expiry
        assert kind is not Kind.FOREIGN or stay is None or found.ends <= stay
        assert kind is not Kind.TRUSTED or found.ends <= begins + timedelta(days=3 * 366)


@given(st.builds(Term, days, days), st.none() | st.builds(Term, days, days), days)
def test_a_renewal_never_shortens_and_leaves_no_gap(held: Term, longer: Term | None, today: date) -> None:
    found = renewed(held, longer, today)
    if found is not None:
        assert found.ends > held.ends
        assert held.begins <= found.begins == today <= held.ends, "the day of renewal lies within the old term"


@given(st.builds(Term, days, days), days, days)
def test_a_new_passport_never_lengthens(held: Term, expiry: date, today: date) -> None:
    found = moved(held, expiry, today)
    if found is not None:
        assert today == found.begins <= found.ends <= min(held.ends, expiry)


@given(kinds, st.lists(steps, max_size=12))
def test_nothing_is_revoked_that_was_not_proposed_and_what_ended_stays_so(kind: Kind, taken: list[Step]) -> None:
    state = State.APPLIED
    for step in taken:
        after = following(kind, state, step)
        if after is None:
            continue
        assert state not in ENDED
        assert after is not State.REVOKED or state is State.REVOKING
        assert (
            after is not State.REGISTERED
            or step is not Step.REGISTER
            or ((kind is Kind.TRUSTED) == (state is State.SCREENED))
        )
        state = after


@given(days)
def test_a_second_screening_counts_for_three_months(first: date) -> None:
    assert open_until(Kind.TRUSTED, State.SCREENED, first - timedelta(days=30), first) == second_screening_by(first)


def applicant(kind: Kind = Kind.TRUSTED, answers: Answers = CLEAR, **changes: object) -> Applicant:
    document = passport("JPN" if kind is Kind.NATIONAL else "UTO")
    known = {"fingers": GIVEN, "face": True, "prints": 2, "visits": 2, "answers": answers, **changes}
    return Applicant(kind, document, **known)  # type: ignore[arg-type]  # a test's changes


@given(st.sampled_from((NotAsked(), NoAnswer())), st.frozensets(st.sampled_from(sorted(BY_PROOF))))
def test_a_registry_that_is_silent_needs_a_proof(silence: NotAsked | NoAnswer, seen: frozenset[Condition]) -> None:
    silent = Answers(watchlist=silence, removals=silence, re_entry=silence)
    lacking = set(unmet(applicant(answers=silent, seen=seen), TODAY))
    assert lacking == {Condition.NOT_WATCHED, Condition.NEVER_DEPORTED} - seen


@given(st.frozensets(st.sampled_from(sorted(BY_PROOF))))
def test_no_proof_outweighs_an_entry(seen: frozenset[Condition]) -> None:
    deported = Hit(Removals((Removal(RemovalKind.DEPORTED, date(1999, 1, 1)),)))
    against = Answers(watchlist=Hit(WatchlistEntry("W-17")), removals=deported)
    lacking = unmet(applicant(answers=against, seen=seen), TODAY)
    assert lacking == (Condition.NEVER_DEPORTED, Condition.NOT_WATCHED)


@given(st.sampled_from(("left", "right")), st.integers(0, 5))
def test_a_trusted_traveller_has_a_finger_on_each_hand(side: str, missing: int) -> None:
    names = ("thumb", "index", "middle", "ring", "little")
    fingers = tuple(FingerCapture(f"{side}_{name}", "missing") for name in names[:missing])
    lacking = unmet(applicant(fingers=fingers, prints=1 if missing == 5 else 2), TODAY)
    assert hand_missing(fingers) == (missing == 5) == (Condition.BOTH_HANDS in lacking)
    assert Condition.FINGERS_GIVEN not in lacking


@given(kinds, kinds)
def test_a_kind_is_for_its_own_people(kind: Kind, other: Kind) -> None:
    assume((kind is Kind.NATIONAL) != (other is Kind.NATIONAL))
    document = passport("JPN" if other is Kind.NATIONAL else "UTO")
    asked = Applicant(kind, document, GIVEN, True, 2, visits=2, answers=CLEAR, seen=BY_PROOF, stay_endless=True)
    assert unmet(asked, TODAY) == (Condition.NATIONALITY,)
