"""How residents leave, and departure orders: what the law allows is recorded once, and nothing else is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from examiner_console.casework import departure_orders as orders
from examiner_console.casework import landings, leaving
from examiner_console.casework.actions import Action, Verb
from examiner_console.casework.cases import ActionNotAllowed, CaseClosed, CaseOutcome, CaseTaken
from examiner_console.casework.leaving import LeaveNotAllowed, Leaving, LeavingNotSaid
from examiner_console.console import Console
from examiner_console.contract import Direction
from examiner_console.law import leaving as law
from examiner_console.law.answers import (
    NOTHING_ASKED,
    Answers,
    Clear,
    DepartureOrder,
    Hit,
    HoldGround,
    HoldNotice,
    NoAnswer,
    ReEntry,
    ReEntryKind,
    Removal,
    RemovalKind,
    Removals,
)
from examiner_console.law.departure_orders import Overstayer
from examiner_console.law.facts import Facts, LandingRecord
from examiner_console.law.leaving import Said, Way, fulfilled
from examiner_console.law.re_entry import Bar, Leave, NoLeave
from examiner_console.tables import actions, registry_answers
from tests.examiner_console.conftest import TestClock, stations_of
from tests.examiner_console.samples import NOW, envelope, inspection

pytestmark = pytest.mark.anyio
TODAY = date(2026, 11, 23)
ALL_HOLD = Overstayer(True, True, True, True, True)
CARD = Said(card=True, declares=True)
DAYS = st.dates(date(2024, 1, 1), date(2033, 12, 31))


async def departs(
    console: Console,
    status: str = "ENGINEER_HUMANITIES_INTERNATIONAL",
    landed: date = date(2025, 1, 10),
    until: date = date(2030, 1, 10),
    period: str = "P5Y",
    **answers: Any,
) -> UUID:
    """A foreign traveller at a departure gate, referred with this landing on record; taken by hoshikawa."""
    seen = inspection("gate-1", "UTO")
    record = landings.Landing("UTO", "TR1234567", landed, status, period, until, "NRT")
    await console.store.write(lambda connection: landings.add(connection, seen.id, record))
    async with stations_of(console) as client:
        body = envelope(seen, "inspection")
        assert (await client.put(f"/v1/inspections/{seen.id}", content=body)).status_code == 201
    if answers:
        row = {"inspection": seen.id, "version": 1, "body": msgspec.json.encode(Answers(**answers))}
        await console.store.write(lambda connection: connection.execute(insert(registry_answers), [row]))
    await console.referrals.take(seen.id, "hoshikawa")
    return seen.id


async def overstays(console: Console, **answers: Any) -> UUID:
    visit = {"landed": date(2026, 8, 1), "until": date(2026, 10, 30), "period": "P90D"}
    return await departs(console, "TEMPORARY_VISITOR", **visit, **answers)


async def deeds(console: Console, id: UUID, *verbs: Verb) -> list[Action]:
    query = select(actions.c.body).where(actions.c.inspection == id).order_by(actions.c.at, actions.c.id)
    rows = await console.store.read(lambda connection: connection.execute(query).scalars().all())
    found = [msgspec.json.decode(row, type=Action) for row in rows]
    return [action for action in found if action.verb in verbs]


async def seen(console: Console, id: UUID) -> leaving.Outlook:
    return await console.referrals.outlook(await console.referrals.case(id))


async def test_a_resident_is_not_confirmed_until_it_is_said_how(console: Console) -> None:
    id = await departs(console)
    with pytest.raises(LeavingNotSaid):
        await console.referrals.confirm(id, "hoshikawa")
    assert (await console.referrals.case(id)).outcome is None


async def test_deemed_re_entry_is_recorded_once_with_its_day_and_the_facts(console: Console) -> None:
    id = await departs(console)
    for _ in range(2):
        done = await console.referrals.confirm(id, "hoshikawa", Leaving(Way.DEEMED, CARD))
        assert done.outcome is CaseOutcome.CONFIRMED
    [deed] = await deeds(console, id, Verb.RECORD_LEAVING)
    assert (deed.article, deed.details["back_until"]) == ("Art. 26-2(2)", "2027-11-23")
    assert (deed.details["declared"], deed.details["landed_as"]) == ("yes", "ENGINEER_HUMANITIES_INTERNATIONAL")
    recorded = (await seen(console, id)).recorded
    assert recorded is not None
    assert (recorded.way, recorded.back_until) == ("deemed_re_entry", date(2027, 11, 23))


@pytest.mark.parametrize(
    ("way", "said", "why"),
    [
        (Way.DEEMED, Said(card=True), "the intention to come back was not declared"),
        (Way.DEEMED, Said(declares=True), "no residence card"),
        (Way.DEEMED, replace(CARD, bars=frozenset({Bar.DETENTION_ORDER})), "detention_order"),
        (Way.PERMISSION, CARD, "no re-entry permission is known"),
        (Way.PERMISSION, replace(CARD, permitted_until=TODAY - timedelta(1)), "the re-entry permission is over"),
    ],
)
async def test_what_the_law_does_not_allow_is_not_recorded(console: Console, way: Way, said: Said, why: str) -> None:
    id = await departs(console)
    with pytest.raises(LeaveNotAllowed) as refused:
        await console.referrals.confirm(id, "hoshikawa", Leaving(way, said))
    assert refused.value.why == (why,)
    assert await deeds(console, id, Verb.RECORD_LEAVING, Verb.CONFIRM) == []


async def test_a_hold_that_nobody_withdrew_bars_deemed_re_entry_when_its_hours_are_over(
    console: Console, clock: TestClock
) -> None:
    id = await departs(console, holds=Hit(HoldNotice("POLICE", HoldGround.SERIOUS_CRIME, NOW)))
    clock.advance(hours=25)
    with pytest.raises(LeaveNotAllowed) as refused:
        await console.referrals.confirm(id, "hoshikawa", Leaving(Way.DEEMED, CARD))
    assert refused.value.why == ("held",)
    assert (await console.referrals.confirm(id, "hoshikawa", Leaving(Way.FOR_GOOD))).outcome is CaseOutcome.CONFIRMED


async def test_permission_is_as_the_registry_says_whatever_the_officer_reads(console: Console) -> None:
    known = ReEntry(ReEntryKind.PERMISSION, "ENGINEER_HUMANITIES_INTERNATIONAL", date(2028, 2, 29))
    id = await departs(console, re_entry=Hit(known))
    read = Said(permitted_until=date(2029, 12, 1))
    await console.referrals.confirm(id, "hoshikawa", Leaving(Way.PERMISSION, read))
    recorded = (await seen(console, id)).recorded
    assert recorded is not None
    assert recorded.back_until == date(2028, 2, 29)


@pytest.mark.parametrize("way", [Way.DEEMED, Way.PERMISSION])
async def test_a_visitor_within_the_stay_leaves_without_leave_to_come_back(console: Console, way: Way) -> None:
    id = await overstays(console)
    with pytest.raises(ActionNotAllowed):
        await console.referrals.confirm(id, "hoshikawa", Leaving(way, CARD))


@pytest.mark.parametrize(
    ("leave_by", "way", "bar", "certain"),
    [
        (TODAY, "order_in_time", date(2027, 11, 23), "yes"),
        (TODAY - timedelta(1), "order_late", date(2031, 11, 23), "no"),
    ],
)
async def test_an_order_is_closed_in_time_or_late_by_the_day_in_japan(
    console: Console, clock: TestClock, leave_by: date, way: str, bar: date, certain: str
) -> None:
    clock.now = NOW.replace(hour=14, minute=59)  # a minute before midnight in Japan
    id = await overstays(console, departure_orders=Hit(DepartureOrder(date(2026, 11, 10), leave_by)))
    await console.referrals.confirm(id, "hoshikawa")
    [deed] = await deeds(console, id, Verb.FULFIL_ORDER)
    assert (deed.article, deed.details["leaving"], deed.details["certain"]) == ("Art. 55-2", way, certain)
    recorded = (await seen(console, id)).recorded
    assert recorded is not None
    assert (recorded.way, recorded.leave_by, recorded.bar_until) == (way, leave_by, bar)


async def test_an_order_is_proposed_given_by_another_and_fulfilled(console: Console) -> None:
    id = await overstays(console)
    for _ in range(2):
        await console.referrals.propose_order(id, "hoshikawa", ALL_HOLD)
    with pytest.raises(orders.OrderWaits):
        await console.referrals.confirm(id, "hoshikawa")
    with pytest.raises(orders.SamePerson):
        await console.referrals.settle_order(id, "hoshikawa", give=True)
    for _ in range(2):
        await console.referrals.settle_order(id, "kashima", give=True)
    with pytest.raises(orders.OrderSettled) as late:
        await console.referrals.settle_order(id, "shirase", give=False, why="x")
    assert late.value.by == "kashima"
    outlook = await seen(console, id)
    assert outlook.under == DepartureOrder(TODAY, date(2026, 12, 8))
    await console.referrals.confirm(id, "hoshikawa")
    verbs = Verb.PROPOSE_ORDER, Verb.GIVE_ORDER, Verb.REFUSE_ORDER, Verb.FULFIL_ORDER
    assert [(deed.verb, deed.officer) for deed in await deeds(console, id, *verbs)] == [
        (Verb.PROPOSE_ORDER, "hoshikawa"),
        (Verb.GIVE_ORDER, "kashima"),
        (Verb.FULFIL_ORDER, "hoshikawa"),
    ]
    assert (await seen(console, id)).under is None


async def test_of_two_supervising_inspectors_at_once_one_decides(console: Console) -> None:
    id = await overstays(console)
    await console.referrals.propose_order(id, "hoshikawa", ALL_HOLD)
    given = console.referrals.settle_order(id, "kashima", give=True)
    refused = console.referrals.settle_order(id, "shirase", give=False, why="x")
    results = await asyncio.gather(given, refused, return_exceptions=True)
    assert sum(isinstance(result, orders.OrderSettled) for result in results) == 1
    assert len(await deeds(console, id, Verb.GIVE_ORDER, Verb.REFUSE_ORDER)) == 1


async def test_an_order_holds_for_the_next_departure_under_the_same_passport_until_it_is_fulfilled(
    console: Console,
) -> None:
    first = await overstays(console)
    await console.referrals.propose_order(first, "hoshikawa", ALL_HOLD)
    await console.referrals.settle_order(first, "kashima", give=True)
    await console.referrals.hand_over(first, "hoshikawa", "flies another day")
    second = await overstays(console)
    await console.referrals.confirm(second, "hoshikawa")
    assert [deed.officer for deed in await deeds(console, second, Verb.FULFIL_ORDER)] == ["hoshikawa"]
    third = await overstays(console)
    assert (await seen(console, third)).under is None


async def test_a_refused_order_binds_nobody_and_may_be_proposed_again(console: Console) -> None:
    id = await overstays(console)
    await console.referrals.propose_order(id, "hoshikawa", ALL_HOLD)
    await console.referrals.settle_order(id, "kashima", give=False, why="passport first")
    assert (await seen(console, id)).under is None
    await console.referrals.propose_order(id, "hoshikawa", ALL_HOLD)
    proposal = (await seen(console, id)).proposal
    assert proposal is not None
    assert (proposal.number, proposal.waits) == (2, True)


@pytest.mark.parametrize(
    ("person", "answers", "why"),
    [
        (replace(ALL_HOLD, no_sentence=False), {}, "was sentenced"),
        (
            ALL_HOLD,
            {"removals": Hit(Removals((Removal(RemovalKind.DEPARTURE_ORDER, date(2019, 5, 1)),)))},
            "was removed, or left under an order, before",
        ),
    ],
)
async def test_who_fails_a_condition_is_handed_over_with_the_reason(
    console: Console, person: Overstayer, answers: dict[str, Any], why: str
) -> None:
    id = await overstays(console, **answers)
    for _ in range(2):
        done = await console.referrals.propose_order(id, "hoshikawa", person)
        assert done.outcome is CaseOutcome.HANDED_OVER
    [deed] = await deeds(console, id, Verb.HAND_OVER, Verb.PROPOSE_ORDER)
    assert deed.details == {"note": f"Art. 24-3: {why}"}
    with pytest.raises(orders.NothingProposed):
        await console.referrals.settle_order(id, "kashima", give=True)


async def test_a_proposal_is_of_who_holds_the_case_and_ends_with_it(console: Console) -> None:
    id = await overstays(console)
    with pytest.raises(CaseTaken):
        await console.referrals.propose_order(id, "akazawa", ALL_HOLD)
    await console.referrals.propose_order(id, "hoshikawa", ALL_HOLD)
    await console.referrals.hand_over(id, "hoshikawa", "said otherwise")
    with pytest.raises(CaseClosed):
        await console.referrals.settle_order(id, "kashima", give=True)


async def test_a_resident_within_the_stay_is_not_ordered_to_leave(console: Console) -> None:
    id = await departs(console)
    with pytest.raises(ActionNotAllowed):
        await console.referrals.propose_order(id, "hoshikawa", ALL_HOLD)


SAID = st.builds(
    Said,
    card=st.booleans(),
    special_permanent=st.booleans(),
    declares=st.booleans(),
    bars=st.frozensets(st.sampled_from(Bar), max_size=1),
    permitted_until=st.none() | DAYS,
)
RE_ENTRY = st.one_of(
    st.just(Clear()),
    st.just(NoAnswer()),
    st.builds(
        lambda kind, day, special: Hit(ReEntry(kind, "STUDENT", day, special)),
        st.sampled_from(ReEntryKind),
        DAYS,
        st.booleans(),
    ),
)


@given(st.sampled_from(Way), SAID, RE_ENTRY, DAYS, DAYS)
def test_the_day_to_come_back_never_lies_beyond_the_end_of_stay_nor_before_today(
    way: Way, said: Said, answer: Any, landed: date, until: date
) -> None:
    record = LandingRecord(landed, "STUDENT", "P4Y3M", until)
    answers = msgspec.structs.replace(NOTHING_ASKED, re_entry=answer)
    leaves = msgspec.structs.replace(inspection(nationality="UTO"), direction=Direction.DEPARTURE)
    found = law.leave(way, Facts(leaves, NOW, landing=record, answers=answers), said)
    if isinstance(found, Leave):
        assert TODAY <= found.until <= until
    elif way is not Way.FOR_GOOD:
        assert isinstance(found, NoLeave)
        assert found.why


@given(DAYS, DAYS)
def test_whoever_leaves_late_is_never_barred_for_less_than_who_leaves_in_time(leave_by: date, left: date) -> None:
    closed = fulfilled(DepartureOrder(leave_by, leave_by), left, ())
    in_time = fulfilled(DepartureOrder(left, left), left, ())
    assert closed.late is (left > leave_by)
    assert closed.bar_until is not None
    assert in_time.bar_until is not None
    assert closed.bar_until >= in_time.bar_until
