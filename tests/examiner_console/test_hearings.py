"""Hearings: whatever is tried in whatever order, the law's path is kept, and every end is written once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from examiner_console.casework import hearing_diagram, hearings
from examiner_console.casework.actions import Verb
from examiner_console.casework.cases import CaseOutcome, CasePrivate, CaseState, StatusNotAllowed
from examiner_console.casework.hearing_file import (
    Act,
    Decided,
    HearingError,
    HearingFile,
    HearingTaken,
    Incomplete,
    NoSuchHearing,
    NotNow,
    Outcome,
    SamePerson,
    acts,
    added,
)
from examiner_console.casework.privacy import open_file
from examiner_console.console import Console
from examiner_console.contract import FingerCapture
from examiner_console.law.protection import Kind
from examiner_console.record import verify
from examiner_console.tables import actions, landings
from examiner_console.upkeep import ledger_key
from tests.examiner_console.conftest import TestClock
from tests.examiner_console.samples import arrival, findings, inspection
from tests.examiner_console.test_casework import report

pytestmark = pytest.mark.anyio
OPENED = datetime(2028, 2, 26, 14, 59, tzinfo=UTC)
BOOTH, HEARS, OTHER, JUDGES = "booth", "hears", "other", "judges"
SAID: Mapping[str, str] = {
    "doctor": "Dr. Sakai",
    "opinion": "Fit.",
    "when": "2028-02-27T10:00",
    "place": "Room 3",
    "interpreter": "none needed",
    "companion": "none",
    "who": "The applicant",
    "statement": "I visit my sister.",
    "finding": "The purpose is not shown.",
    "grounds": "My sister will confirm.",
    "carrier": "SIMAIR",
    "deposit": "100000",
    "residence": "Hotel",
    "area": "Narita",
    "appearance": "daily at nine",
    "until": "2028-03-31",
    "status": "TEMPORARY_VISITOR",
    "period": "P15D",
}


def opened(*, biometrics_missing: bool = False, health: bool = False) -> HearingFile:
    return HearingFile(uuid4(), OPENED, BOOTH, biometrics_missing, health)


def walked(file: HearingFile, *steps: tuple[Act, str] | tuple[Act, str, str], at: datetime = OPENED) -> HearingFile:
    for act, officer, *decided in steps:
        said = {**SAID, "decided": decided[0] if decided else ""}
        file = added(file, act, officer, at, said)
    return file


HEARD = ((Act.TAKE, HEARS), (Act.STATE, HEARS))
TOLD = (*HEARD, (Act.FIND_AGAINST, HEARS), (Act.TELL, HEARS))
TRIED = st.lists(
    st.tuples(
        st.sampled_from(Act),
        st.sampled_from((BOOTH, HEARS, OTHER, JUDGES)),
        st.sampled_from(Decided),
        st.sampled_from((0, 1, 24, 60, 100)),
    ),
    max_size=40,
)


@given(TRIED, st.booleans(), st.booleans())
def test_whatever_is_tried_the_law_s_path_is_kept(
    tried: list[tuple[Act, str, Decided, int]], missing: bool, health: bool
) -> None:
    file, now = opened(biometrics_missing=missing, health=health), OPENED
    for act, officer, decided, hours in tried:
        now += timedelta(hours=hours)
        before = file
        try:
            file = added(file, act, officer, now, {**SAID, "decided": decided})
        except HearingError:
            assert file is before
            continue
        assert before.outcome is None, "nothing follows an end"
        assert act in acts(before, now)
        assert officer != BOOTH, "who handed over takes no part"
    done = [entry.act for entry in file.entries]
    if missing:
        assert not {Act.OBJECT, Act.TELL, Act.PERMIT, Act.FIND_AGAINST} & set(done), "no objection on this path"
    if health and {Act.PERMIT, Act.FIND_AGAINST} & set(done):
        assert Act.DIAGNOSE in done, "a doctor first"
    if Act.DECIDE in done:
        assert file.last(Act.DECIDE).officer not in file.heard_by  # type: ignore[union-attr]
        assert file.last(Act.OBJECT).at < file.objection_before  # type: ignore[union-attr, operator]
    if Act.ORDER in done and not missing:
        in_time = file.objection_before is not None and any(
            entry.act is Act.OBJECT and entry.at < file.objection_before for entry in file.entries
        )
        assert file.hearing.accepted or Act.DECIDE in done or not in_time
    assert [entry.number for entry in file.entries] == list(range(1, len(done) + 1))


@pytest.mark.parametrize(
    ("told_at", "before"),
    [
        (datetime(2028, 2, 26, 14, 59, tzinfo=UTC), datetime(2028, 2, 29, 15, 0, tzinfo=UTC)),
        (datetime(2028, 2, 26, 15, 0, tzinfo=UTC), datetime(2028, 3, 1, 15, 0, tzinfo=UTC)),
        (datetime(2027, 12, 30, 3, 0, tzinfo=UTC), datetime(2028, 1, 2, 15, 0, tzinfo=UTC)),
    ],
)
def test_three_days_end_at_midnight_in_japan(told_at: datetime, before: datetime) -> None:
    file = walked(opened(), *TOLD, at=told_at)
    assert file.objection_before == before
    last = before - timedelta(microseconds=1)
    assert walked(file, (Act.OBJECT, JUDGES), at=last).step is not None
    assert Act.DECIDE in acts(walked(file, (Act.OBJECT, JUDGES), at=last), last)
    late = walked(file, (Act.OBJECT, JUDGES), at=before)
    assert Act.DECIDE not in acts(late, before), "an objection that is too late is noted and changes nothing"
    assert Act.ORDER in acts(late, before)


def test_who_handed_over_or_heard_does_not_judge() -> None:
    with pytest.raises(SamePerson):
        walked(opened(), (Act.TAKE, BOOTH))
    for officer in (HEARS, BOOTH):
        with pytest.raises(SamePerson):
            walked(opened(), *TOLD, (Act.OBJECT, officer))


def test_two_officers_one_hearing() -> None:
    file = walked(opened(), (Act.TAKE, HEARS))
    with pytest.raises(NotNow):
        walked(file, (Act.TAKE, OTHER))
    with pytest.raises(HearingTaken):
        walked(file, (Act.STATE, OTHER))
    assert walked(file, (Act.GIVE_BACK, HEARS), (Act.TAKE, OTHER)).holder == OTHER


@pytest.mark.parametrize("missing", ["who", "statement"])
def test_an_entry_that_says_nothing_is_none(missing: str) -> None:
    file = walked(opened(), (Act.TAKE, HEARS))
    with pytest.raises(Incomplete) as raised:
        added(file, Act.STATE, HEARS, OPENED, {**SAID, missing: "  "})
    assert raised.value.field == missing


@pytest.mark.parametrize("deposit", ["", "-1", "2000001", "１０００", "9" * 40])
def test_a_deposit_that_the_law_does_not_know_is_refused(deposit: str) -> None:
    with pytest.raises(Incomplete):
        added(opened(), Act.RELEASE, JUDGES, OPENED, {**SAID, "deposit": deposit})


# At the store


async def handed_over(console: Console, **facts: object) -> UUID:
    seen = arrival(**facts)
    await report(console, seen)
    await console.referrals.take(seen.id, BOOTH)
    await console.referrals.hand_over(seen.id, BOOTH, "The purpose is not clear.")
    return seen.id


async def go(console: Console, id: UUID, *steps: tuple[Act, str] | tuple[Act, str, str]) -> HearingFile:
    file = await console.hearings.find(id)
    for act, officer, *decided in steps:
        file = await console.hearings.add(id, act, officer, {**SAID, "decided": decided[0] if decided else ""})
    return file


async def landed(console: Console, id: UUID) -> int:
    query = select(func.count()).select_from(landings).where(landings.c.id == id)
    return int(await console.store.read(lambda c: c.execute(query).scalar_one()))


async def test_a_hand_over_opens_a_hearing_and_a_permission_writes_one_landing(console: Console) -> None:
    id = await handed_over(console)
    assert [file.inspection for file in await console.hearings.under_way()] == [id]
    file = await go(console, id, *HEARD, (Act.PERMIT, HEARS))
    assert file.outcome is Outcome.PERMITTED
    assert await go(console, id, (Act.PERMIT, HEARS)) == file, "the same key again is the same act"
    assert (await landed(console, id), await console.hearings.under_way()) == (1, [])
    case = await console.referrals.case(id)
    assert (case.outcome, case.status, case.period) == (CaseOutcome.HANDED_OVER, "TEMPORARY_VISITOR", "P15D")
    with pytest.raises(NotNow):
        await go(console, id, (Act.STATE, HEARS))
    assert_whole(console)


async def test_a_status_the_table_does_not_know_leaves_the_hearing_as_it_was(console: Console) -> None:
    id = await handed_over(console)
    before = await go(console, id, *HEARD)
    with pytest.raises(StatusNotAllowed):
        await console.hearings.add(id, Act.PERMIT, HEARS, {"status": "TEMPORARY_VISITOR", "period": "P5Y"})
    assert await console.hearings.find(id) == before
    assert await landed(console, id) == 0


async def test_an_objection_with_reason_lands_and_one_without_does_not(console: Console) -> None:
    first, second, third = [await handed_over(console) for _ in range(3)]
    objected = (*TOLD, (Act.OBJECT, JUDGES))
    with_reason = await go(console, first, *objected, (Act.DECIDE, JUDGES, Decided.WITH_REASON))
    special = await go(console, second, *objected, (Act.DECIDE, JUDGES, Decided.SPECIAL))
    without = await go(console, third, *objected, (Act.DECIDE, JUDGES, Decided.WITHOUT_REASON))
    assert (with_reason.outcome, special.outcome, without.outcome) == (
        Outcome.PERMITTED,
        Outcome.SPECIALLY_PERMITTED,
        None,
    )
    assert [await landed(console, id) for id in (first, second, third)] == [1, 1, 0]
    assert (await go(console, third, (Act.ORDER, JUDGES))).outcome is Outcome.ORDERED_TO_LEAVE
    assert await landed(console, third) == 0


async def test_biometrics_given_after_all_send_the_person_back_to_the_booth(console: Console) -> None:
    refused = (FingerCapture("right_index", "refused"), FingerCapture("left_index", "refused"))
    id = await handed_over(console, fingers=refused)
    file = await console.hearings.find(id)
    assert file.biometrics_missing
    await go(console, id, (Act.TAKE, HEARS), (Act.TAKE_BIOMETRICS, HEARS))
    case = await console.referrals.case(id)
    assert (case.state, case.outcome, case.taken_by) == (CaseState.WAITING, None, None)
    await console.referrals.take(id, OTHER)
    await console.referrals.hand_over(id, OTHER, "Now the purpose.")
    again = await console.hearings.find(id)
    assert (again.outcome, again.holder, again.biometrics_missing, again.handed_over_by) == (None, None, False, OTHER)
    assert len(again.entries) == 2, "what was recorded before stays"
    assert (await go(console, id, *HEARD, (Act.PERMIT, HEARS))).outcome is Outcome.PERMITTED
    assert await landed(console, id) == 1


async def test_what_is_said_stays_out_of_the_ledger_and_every_act_is_in_it(console: Console) -> None:
    id = await handed_over(console)
    await go(console, id, *TOLD)
    await console.hearings.read(id, HEARS)
    query = select(actions.c.verb, actions.c.body).where(actions.c.inspection == id)
    rows = await console.store.read(lambda c: c.execute(query).all())
    verbs = [row.verb for row in rows]
    assert {Verb.HEARING_TAKE, Verb.HEARING_STATE, Verb.HEARING_FIND_AGAINST, Verb.HEARING_TELL} <= set(verbs)
    assert Verb.READ_HEARING in verbs
    said = b"".join(bytes(row.body) for row in rows if row.verb.startswith("hearing_"))
    assert not any(text.encode() in said for text in (SAID["statement"], SAID["finding"], SAID["who"]))
    assert_whole(console)


async def test_time_runs_out_by_the_console_s_clock(console: Console, clock: TestClock) -> None:
    id = await handed_over(console)
    file = await go(console, id, *TOLD)
    assert file.objection_before is not None
    clock.now = file.objection_before
    with pytest.raises(NotNow):
        await go(console, id, (Act.ACCEPT, HEARS))
    assert (await go(console, id, (Act.ORDER, HEARS))).outcome is Outcome.ORDERED_TO_LEAVE


ANYBODY = (Act.TAKE, Act.GIVE_BACK, Act.SUMMON, Act.ATTEND, Act.STATE, Act.RETURN)
LANDING_ACTS = tuple(act for act in Act if act not in ANYBODY)


async def departing(console: Console) -> UUID:
    """A national whom the booth handed over."""
    seen = inspection(findings=findings(sod_hash="failed"))
    await report(console, seen)
    await console.referrals.take(seen.id, BOOTH)
    await console.referrals.hand_over(seen.id, BOOTH, "The chip was changed.")
    return seen.id


@pytest.mark.parametrize("act", LANDING_ACTS)
async def test_a_departing_national_is_neither_permitted_nor_ordered_to_leave(console: Console, act: Act) -> None:
    id = await departing(console)
    await go(console, id, *HEARD)
    officer = HEARS if act not in (Act.OBJECT, Act.DECIDE, Act.RELEASE) else JUDGES
    with pytest.raises(NotNow):
        await go(console, id, (act, officer, Decided.SPECIAL))
    assert await landed(console, id) == 0


async def test_a_departing_national_goes_back_to_the_booth_which_confirms(console: Console) -> None:
    id = await departing(console)
    file = await go(console, id, *HEARD, (Act.RETURN, HEARS))
    assert file.outcome is Outcome.BACK_TO_THE_BOOTH
    await console.referrals.take(id, OTHER)
    assert (await console.referrals.confirm(id, OTHER)).outcome is CaseOutcome.CONFIRMED
    assert_whole(console)


async def test_an_arrival_is_not_sent_back_without_a_finding(console: Console) -> None:
    id = await handed_over(console)
    with pytest.raises(NotNow):
        await go(console, id, *HEARD, (Act.RETURN, HEARS))


async def test_a_form_sent_twice_is_there_once_and_the_same_words_said_again_are_there_twice(console: Console) -> None:
    id = await handed_over(console)
    await go(console, id, (Act.TAKE, HEARS))
    for act in (Act.SUMMON, Act.ATTEND, Act.STATE):
        seen = len((await console.hearings.find(id)).entries)
        for _ in range(2):
            file = await console.hearings.add(id, act, HEARS, SAID, seen)
        assert [entry.act for entry in file.entries].count(act) == 1
    file = await console.hearings.add(id, Act.STATE, HEARS, SAID, len(file.entries))
    assert [entry.act for entry in file.entries].count(Act.STATE) == 2


async def test_of_two_who_take_a_hearing_at_once_one_holds_it(console: Console) -> None:
    id = await handed_over(console)
    tried = (console.hearings.add(id, Act.TAKE, officer, {}, 0) for officer in (HEARS, OTHER, JUDGES))
    found = await asyncio.gather(*tried, return_exceptions=True)
    assert sum(isinstance(one, NotNow) for one in found) == 2
    assert len((await console.hearings.find(id)).entries) == 1
    assert_whole(console)


async def test_who_handed_over_first_hears_nothing_of_it_later_either(console: Console) -> None:
    refused = (FingerCapture("right_index", "refused"), FingerCapture("left_index", "refused"))
    id = await handed_over(console, fingers=refused)
    await go(console, id, (Act.TAKE, HEARS), (Act.TAKE_BIOMETRICS, HEARS))
    await console.referrals.take(id, OTHER)
    await console.referrals.hand_over(id, OTHER, "Now the purpose.")
    for officer in (BOOTH, OTHER):
        with pytest.raises(SamePerson):
            await go(console, id, (Act.TAKE, officer))
    await go(console, id, (Act.TAKE, JUDGES), (Act.STATE, JUDGES), (Act.FIND_AGAINST, JUDGES), (Act.TELL, JUDGES))
    with pytest.raises(SamePerson):
        await go(console, id, (Act.OBJECT, HEARS))


@pytest.mark.parametrize("when", ["2028-02-26T23:58", "2028-02-20", "soon", "2028-02-26T14:58:00+00:00"])
def test_a_notice_is_of_a_time_to_come(when: str) -> None:
    file = walked(opened(), (Act.TAKE, HEARS))
    with pytest.raises(Incomplete):
        added(file, Act.SUMMON, HEARS, OPENED, {**SAID, "when": when})
    assert added(file, Act.SUMMON, HEARS, OPENED, {**SAID, "when": "2028-02-26T23:59"})


@pytest.mark.parametrize("until", ["2028-02-25", "", "never"])
def test_a_provisional_landing_is_until_a_day_to_come(until: str) -> None:
    with pytest.raises(Incomplete):
        added(opened(), Act.RELEASE, JUDGES, OPENED, {**SAID, "until": until})
    assert added(opened(), Act.RELEASE, JUDGES, OPENED, {**SAID, "until": "2028-02-26"})


async def test_whom_the_protection_desk_has_is_heard_no_further(console: Console) -> None:
    id = await handed_over(console)
    before = await go(console, id, *TOLD)
    number, at = "P-0001", console.clock()
    await console.store.write(lambda c: open_file(c, id, number, Kind.TRAFFICKING, OTHER, at))
    for act in Act:
        with pytest.raises(CasePrivate):
            await go(console, id, (act, HEARS if act is not Act.OBJECT else JUDGES, Decided.WITHOUT_REASON))
    assert await console.hearings.find(id) == before


async def test_no_hearing_without_a_hand_over(console: Console) -> None:
    with pytest.raises(NoSuchHearing):
        await console.hearings.find(uuid4())
    assert set(hearings.VERBS) == set(Act)


def assert_whole(console: Console) -> None:
    key = ledger_key(console.settings).public_key().public_bytes_raw()
    report = verify.verify(console.settings.database, key)
    assert report.holds, report.faults


def test_the_steps_are_drawn_as_they_are() -> None:
    drawn = hearing_diagram.text()
    assert (Path(__file__).parents[2] / "docs" / "hearing-steps.md").read_text() == drawn
    for act in set(Act) - hearing_diagram.BESIDE:
        assert act.value.replace("_", " ") in drawn
