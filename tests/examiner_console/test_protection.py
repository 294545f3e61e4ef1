"""Private cases, silent alarms and held departures on both databases: one act, one entry of the ledger."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

from examiner_console import tables
from examiner_console.casework import alarms, casebook, protection
from examiner_console.casework.actions import Verb
from examiner_console.casework.cases import CaseOutcome, CasePrivate, CaseState, DepartureHeld
from examiner_console.casework.landings import Landing, add
from examiner_console.console import Console
from examiner_console.contract import Declaration, encode
from examiner_console.law.answers import Answers, Hit, HoldGround, HoldNotice
from examiner_console.law.protection import Act, Entry, FileClosed, Kind, Outcome, UnusableEntry, WithAnother
from tests.examiner_console.conftest import TestClock
from tests.examiner_console.samples import NOW, arrival, face, inspection
from tests.examiner_console.test_casework import report

pytestmark = pytest.mark.anyio


async def referred(console: Console, **facts: Any) -> UUID:
    """An open case."""
    seen = arrival(**facts)
    await report(console, seen)
    return seen.id


async def deeds(console: Console, id: UUID) -> list[str]:
    query = select(tables.actions.c.verb).where(tables.actions.c.inspection == id).order_by(tables.actions.c.at)
    return list(await console.store.read(lambda c: c.execute(query).scalars().all()))


async def do(console: Console, work: Any, **facts: Any) -> Any:
    return await console.store.write(partial(work, at=console.clock(), **facts))


async def test_who_asks_for_refuge_never_stands_in_the_queue(console: Console) -> None:
    id = await referred(console, declaration=Declaration("refuge", 1, ""))
    assert await console.referrals.waiting() == []
    with pytest.raises(CasePrivate):
        await console.referrals.take(id, "hoshikawa")
    [file] = await do(console, protection.read_all, officer="wakaba")
    assert (file.id, file.kind, file.accompanied_by) == (id, Kind.REFUGE, "")


async def test_calling_the_desk_twice_is_one_call_and_takes_the_case_from_who_holds_it(console: Console) -> None:
    id = await referred(console)
    await console.referrals.take(id, "akazawa")
    call = partial(protection.call_desk, id=id, kind=Kind.TRAFFICKING)
    numbers = {await do(console, call, officer=name) for name in ("hoshikawa", "hoshikawa", "akazawa")}
    assert len(numbers) == 1
    assert (await deeds(console, id)).count(Verb.OPEN_PRIVATE) == 1
    for act in (console.referrals.confirm, console.referrals.take, console.referrals.give_back):
        with pytest.raises(CasePrivate):
            await act(id, "akazawa")
    with pytest.raises(CasePrivate):
        await console.referrals.grant(id, "akazawa", "TEMPORARY_VISITOR", "P15D")


@pytest.mark.parametrize("outcome", Outcome)
async def test_a_file_that_is_ended_either_returns_to_the_queue_or_closes_the_case(
    console: Console, outcome: Outcome
) -> None:
    id = await referred(console)
    await do(console, protection.call_desk, id=id, officer="hoshikawa", kind=Kind.CHILD)
    close = partial(protection.write, id=id, officer="wakaba", entry=Entry(Act.CLOSED, "JIDO SODANJO", outcome=outcome))
    await do(console, close, key=uuid4())
    with pytest.raises(FileClosed):
        await do(console, close, key=uuid4())
    back = [case.inspection.id for case in await console.referrals.waiting()]
    if outcome in (Outcome.BOOTH_RULES, Outcome.NOTHING_NEEDED):
        assert back == [id]
        assert (await console.referrals.take(id, "akazawa")).taken_by == "akazawa"
    else:
        assert back == []
        case = await console.store.read(lambda c: casebook.load(c, id, private=True))
        assert (case.state, case.outcome) == (CaseState.CLOSED, CaseOutcome.PROTECTED)
    assert (await deeds(console, id)).count(Verb.CLOSE_PRIVATE) == 1


async def test_what_the_desk_writes_is_added_once_and_stands_in_no_ledger(console: Console) -> None:
    id, key = uuid4(), uuid4()
    await do(console, protection.begin, id=id, officer="wakaba", kind=Kind.OTHER)
    await do(console, protection.begin, id=id, officer="wakaba", kind=Kind.OTHER)
    note = partial(protection.write, id=id, officer="wakaba", entry=Entry(Act.NOTED, "fears HIS-UNCLE"))
    for again in (key, key, uuid4()):
        file = await do(console, note, key=again)
    assert [one.entry.act for one in file.written] == [Act.OPENED, Act.NOTED, Act.NOTED]
    assert file.number == "P-0001"
    bodies = await console.store.read(lambda c: c.execute(select(tables.actions.c.body)).scalars().all())
    leaves = await console.store.read(lambda c: c.execute(select(tables.ledger.c.body)).scalars().all())
    assert b"HIS-UNCLE" not in b"".join(map(bytes, (*bodies, *leaves)))
    for bad in (Entry(Act.NOTED), Entry(Act.PLANNED, "call"), Entry(Act.CLOSED, outcome=Outcome.HANDED_ON)):
        with pytest.raises(UnusableEntry):
            await do(console, protection.write, id=id, key=uuid4(), officer="wakaba", entry=bad)


async def test_of_two_officers_who_come_to_a_person_the_second_reads_of_the_first(console: Console) -> None:
    id = uuid4()
    await do(console, protection.begin, id=id, officer="wakaba", kind=Kind.CHILD)
    come = partial(protection.write, id=id, entry=Entry(Act.ACCOMPANIED), instead_of="")
    await do(console, come, key=uuid4(), officer="wakaba")
    with pytest.raises(WithAnother):
        await do(console, come, key=uuid4(), officer="kashima")
    file = await do(console, partial(come, instead_of="wakaba"), key=uuid4(), officer="kashima")
    assert file.accompanied_by == "kashima"


async def test_one_alarm_is_answered_by_one_officer_and_ended_by_the_same(console: Console) -> None:
    id = await referred(console)
    for _ in range(2):
        await do(console, alarms.raise_alarm, inspection=id, officer="hoshikawa")
    [alarm] = await console.store.read(alarms.alarms)
    await do(console, alarms.take_alarm, id=alarm.id, officer="sakaki")
    for act in (alarms.take_alarm, alarms.end_alarm):
        with pytest.raises(alarms.AlarmTaken):
            await do(console, act, id=alarm.id, officer="kashima")
    await do(console, alarms.end_alarm, id=alarm.id, officer="sakaki")
    await do(console, alarms.raise_alarm, inspection=id, officer="hoshikawa")
    assert len(await console.store.read(alarms.alarms)) == 2
    assert await deeds(console, id) == ["raise_alarm", "take_alarm", "end_alarm", "raise_alarm"]


async def held(console: Console) -> UUID:
    seen = inspection(nationality="UTO", comparisons=(face(0.1),))
    assert seen.document is not None
    landing = Landing("UTO", seen.document.document_number, NOW.date(), "TEMPORARY_VISITOR", "P15D", None, "HND")
    await console.store.write(lambda c: add(c, uuid4(), landing))
    await report(console, seen)
    answers = Answers(holds=Hit(HoldNotice("POLICE", HoldGround.SERIOUS_CRIME, NOW)))
    row = {"inspection": seen.id, "version": 1, "body": encode(answers)}
    await console.store.write(lambda c: c.execute(insert(tables.registry_answers), [row]).rowcount)
    return seen.id


async def test_a_held_departure_is_confirmed_after_24_hours_and_not_a_microsecond_before(
    console: Console, clock: TestClock
) -> None:
    id = await held(console)
    await console.referrals.take(id, "hoshikawa")
    with pytest.raises(DepartureHeld) as refused:
        await console.referrals.confirm(id, "hoshikawa")
    case = await console.referrals.hold_departure(id, "hoshikawa")
    assert (case.state, case.taken_by) == (CaseState.WAITING, None)
    assert [one.kept is not None for one in await console.referrals.waiting()] == [True]
    await console.referrals.take(id, "akazawa")
    clock.now = refused.value.until
    clock.advance(microseconds=-1)
    with pytest.raises(DepartureHeld):
        await console.referrals.confirm(id, "akazawa")
    clock.advance(microseconds=1)
    assert (await console.referrals.confirm(id, "akazawa")).outcome is CaseOutcome.CONFIRMED


async def test_a_release_ends_the_hold_once_and_is_recorded(console: Console) -> None:
    id = await held(console)
    await console.referrals.take(id, "hoshikawa")
    for _ in range(2):
        await console.referrals.release_departure(id, "hoshikawa", "POLICE, OKADA", "R-17")
    assert (await console.referrals.confirm(id, "hoshikawa")).outcome is CaseOutcome.CONFIRMED
    assert await deeds(console, id) == ["take", "release_departure", "confirm"]
