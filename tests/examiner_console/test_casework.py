"""Officers at work: the queue, the locks, and what may be done with a case."""

from __future__ import annotations

import asyncio
from datetime import date

import httpx2
import pytest
from sqlalchemy import select

from examiner_console.casework import landings
from examiner_console.casework.cases import (
    ActionNotAllowed,
    CaseClosed,
    CaseOutcome,
    CaseState,
    CaseTaken,
    NoSuchCase,
    StatusNotAllowed,
    case_number,
)
from examiner_console.console import Console
from examiner_console.contract import Inspection
from examiner_console.record import verify
from examiner_console.record.evidence import (
    EvidenceDamaged,
    EvidenceErased,
    NoSuchEvidence,
    Vault,
    load_or_create_secret,
)
from examiner_console.tables import actions, evidence, evidence_keys
from examiner_console.upkeep import ledger_key
from tests.examiner_console.conftest import TestClock, stations_of
from tests.examiner_console.samples import arrival, envelope, findings, inspection, passport, pictures

pytestmark = pytest.mark.anyio


async def report(console: Console, *seen: Inspection, evidence: bool = False) -> None:
    async with stations_of(console) as client:
        for one in seen:
            await _put(client, f"/v1/inspections/{one.id}", envelope(one, "inspection", one.station))
            if evidence:
                body = envelope(pictures(one.id), "evidence", one.station)
                await _put(client, f"/v1/inspections/{one.id}/evidence", body)


async def _put(client: httpx2.AsyncClient, path: str, body: bytes) -> None:
    response = await client.put(path, content=body)
    assert response.is_success, response.text


def ledger_holds(console: Console) -> verify.Report:
    return verify.verify(console.store.url, ledger_key(console.settings).public_key().public_bytes_raw())


async def test_a_bio_cart_case_waits_at_the_booth_under_the_passports_number(console: Console) -> None:
    seen = arrival()
    await report(console, seen, evidence=True)
    case = await console.referrals.find("TR1234567", "UTO")
    assert case is not None
    assert (case.number, case.inspection, case.state) == ("A-0001", seen, CaseState.WAITING)
    assert case.booth == case.decision.booth
    assert len(case.evidence) == 2
    assert await console.referrals.find("TR1234567", "XXA") is None
    assert await console.referrals.find("TR7654321") is None


async def test_the_newest_open_case_of_a_passport_is_found(console: Console) -> None:
    first, second = arrival(), arrival()
    await report(console, first, second)
    case = await console.referrals.find("TR1234567")
    assert case is not None
    assert case.inspection == second
    await console.referrals.hand_over(second.id, "hoshikawa", "said to be another person")
    case = await console.referrals.find("TR1234567")
    assert case is not None
    assert case.inspection == first


async def test_the_queue_is_oldest_first_and_without_closed_cases(console: Console) -> None:
    seen = [arrival() for _ in range(3)]
    await report(console, *seen)
    await console.referrals.hand_over(seen[1].id, "hoshikawa", "")
    assert [case.inspection.id for case in await console.referrals.waiting()] == [seen[0].id, seen[2].id]


async def test_a_case_is_one_officers_at_a_time(console: Console) -> None:
    seen = arrival()
    await report(console, seen)
    taken = await console.referrals.take(seen.id, "hoshikawa")
    assert (taken.state, taken.taken_by) == (CaseState.TAKEN, "hoshikawa")
    assert await console.referrals.take(seen.id, "hoshikawa") == taken
    with pytest.raises(CaseTaken) as refused:
        await console.referrals.take(seen.id, "mori")
    assert refused.value.by == "hoshikawa"
    for act in (console.referrals.give_back, console.referrals.confirm):
        with pytest.raises(CaseTaken):
            await act(seen.id, "mori")
    with pytest.raises(CaseTaken):
        await console.referrals.grant(seen.id, "mori", "TEMPORARY_VISITOR", "P15D")
    given_back = await console.referrals.give_back(seen.id, "hoshikawa")
    assert (given_back.state, given_back.taken_by) == (CaseState.WAITING, None)
    assert (await console.referrals.take(seen.id, "mori")).taken_by == "mori"


async def test_of_many_who_reach_for_a_case_one_gets_it(console: Console) -> None:
    seen = arrival()
    await report(console, seen)
    tries = (console.referrals.take(seen.id, f"officer-{n}") for n in range(8))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(result, CaseTaken) for result in results) == 1


async def test_a_grant_writes_the_landing_record_and_the_last_day(console: Console) -> None:
    seen = arrival()
    await report(console, seen)
    granted = await console.referrals.grant(seen.id, "hoshikawa", "TEMPORARY_VISITOR", "P15D")
    assert (granted.outcome, granted.state) == (CaseOutcome.GRANTED, CaseState.CLOSED)
    assert granted.permitted_until == date(2026, 12, 8)
    [trip] = (await console.referrals.case(seen.id)).trips
    assert (trip.landed_on, trip.departed_on, trip.status, trip.period) == (
        date(2026, 11, 23),
        None,
        "TEMPORARY_VISITOR",
        "P15D",
    )


async def test_whoever_was_granted_landing_may_leave_by_gate(console: Console) -> None:
    seen, leaving = arrival(), inspection(nationality="UTO")
    await report(console, seen)
    await console.referrals.grant(seen.id, "hoshikawa", "TEMPORARY_VISITOR", "P15D")
    await report(console, leaving)
    assert await console.referrals.waiting() == []


async def test_granting_twice_is_one_grant_and_another_grant_is_refused(console: Console) -> None:
    seen = arrival()
    await report(console, seen)
    first = await console.referrals.grant(seen.id, "hoshikawa", "TEMPORARY_VISITOR", "P15D")
    assert await console.referrals.grant(seen.id, "hoshikawa", "TEMPORARY_VISITOR", "P15D") == first
    with pytest.raises(CaseClosed):
        await console.referrals.grant(seen.id, "hoshikawa", "TEMPORARY_VISITOR", "P90D")
    with pytest.raises(CaseClosed):
        await console.referrals.take(seen.id, "mori")


@pytest.mark.parametrize(("status", "period"), [("TEMPORARY_VISITOR", "P1Y"), ("KING", "P90D"), ("STUDENT", "")])
async def test_a_status_is_granted_only_for_a_period_of_the_table(console: Console, status: str, period: str) -> None:
    seen = arrival()
    await report(console, seen)
    with pytest.raises(StatusNotAllowed):
        await console.referrals.grant(seen.id, "hoshikawa", status, period)
    case = await console.referrals.case(seen.id)
    assert (case.state, case.trips) == (CaseState.WAITING, ())


async def test_nationals_are_confirmed_and_never_granted_landing(console: Console) -> None:
    seen = inspection("gate-2", findings=findings(sod_hash="failed"))
    await report(console, seen)
    with pytest.raises(ActionNotAllowed):
        await console.referrals.grant(seen.id, "hoshikawa", "TEMPORARY_VISITOR", "P15D")
    confirmed = await console.referrals.confirm(seen.id, "hoshikawa")
    assert confirmed.outcome is CaseOutcome.CONFIRMED
    assert await console.referrals.confirm(seen.id, "hoshikawa") == confirmed


async def test_a_foreign_arrival_is_not_just_confirmed(console: Console) -> None:
    unread = inspection("gate-2", document=None)
    seen = arrival()
    await report(console, seen, unread)
    for id in (seen.id, unread.id):
        with pytest.raises(ActionNotAllowed):
            await console.referrals.confirm(id, "hoshikawa")
    handed_over = await console.referrals.hand_over(unread.id, "hoshikawa", "no passport at all")
    assert handed_over.outcome is CaseOutcome.HANDED_OVER


async def test_a_departure_confirmed_at_the_booth_closes_the_landing(console: Console) -> None:
    landing = landings.Landing("UTO", "TR1234567", date(2026, 3, 1), "TEMPORARY_VISITOR", "P90D", None, "NRT")
    await console.store.write(lambda c: landings.load(c, [(inspection().id, landing)]))
    seen = inspection(nationality="UTO")
    await report(console, seen)
    await console.referrals.confirm(seen.id, "hoshikawa")
    assert [trip.departed_on for trip in (await console.referrals.case(seen.id)).trips] == [date(2026, 11, 23)]


async def test_no_case_no_action(console: Console) -> None:
    for act in (console.referrals.take, console.referrals.give_back, console.referrals.confirm):
        with pytest.raises(NoSuchCase):
            await act(inspection().id, "hoshikawa")


async def test_every_action_and_every_look_at_a_picture_is_in_the_ledger(console: Console) -> None:
    seen = arrival()
    await report(console, seen, evidence=True)
    await console.referrals.take(seen.id, "hoshikawa")
    assert await console.referrals.evidence(seen.id, "1", "hoshikawa") == (
        "image/jpeg",
        pictures(seen.id).items[0].data,
    )
    await console.referrals.grant(seen.id, "hoshikawa", "TEMPORARY_VISITOR", "P15D")
    rows = await console.store.read(lambda c: c.execute(select(actions.c.verb, actions.c.officer)).all())
    assert sorted(rows) == [(verb, "hoshikawa") for verb in ("grant", "read_evidence", "take")]
    result = ledger_holds(console)
    assert result.holds, result.faults
    assert result.leaves == 4


async def test_pictures_lie_encrypted(console: Console) -> None:
    seen = arrival()
    await report(console, seen, evidence=True)
    [first, second] = (await console.store.read(lambda c: c.execute(select(evidence.c.sealed)))).scalars() or []
    for sealed, item in zip((first, second), pictures(seen.id).items, strict=True):
        assert item.data not in sealed


async def test_a_picture_moved_to_another_case_does_not_open(console: Console) -> None:
    one, other = arrival(), arrival(document=passport("UTO", document_number="TR7654321"))
    await report(console, one, other, evidence=True)

    def swap(connection):  # type: ignore[no-untyped-def]  # a vandal
        rows = {row.inspection: row.sealed for row in connection.execute(select(evidence).where(evidence.c.id == "1"))}
        for victim, source in ((one.id, other.id), (other.id, one.id)):
            where = (evidence.c.inspection == victim) & (evidence.c.id == "1")
            connection.execute(evidence.update().where(where).values(sealed=rows[source]))

    await console.store.write(swap)
    with pytest.raises(EvidenceDamaged):
        await console.referrals.evidence(one.id, "1", "hoshikawa")


async def test_erasing_the_key_erases_the_pictures(console: Console) -> None:
    seen = arrival()
    await report(console, seen, evidence=True)
    stolen = await console.store.read(lambda c: c.execute(select(evidence)).all())
    await console.referrals.erase_evidence(seen.id, "hoshikawa")
    with pytest.raises(EvidenceErased):
        await console.referrals.evidence(seen.id, "1", "hoshikawa")
    keys = await console.store.read(lambda c: c.execute(select(evidence_keys)).all())
    assert [(key.wrapped, key.erased_at is not None) for key in keys] == [(None, True)]
    assert stolen
    assert await console.store.read(lambda c: c.execute(select(evidence)).all()) == []
    assert (await console.referrals.case(seen.id)).evidence == ()
    assert ledger_holds(console).holds


async def test_another_master_key_opens_nothing(console: Console) -> None:
    seen = arrival()
    await report(console, seen, evidence=True)
    with pytest.raises(EvidenceDamaged):
        await console.store.read(lambda c: Vault(bytes(32)).open(c, seen.id, "1"))


async def test_evidence_that_was_never_stored_is_not_found(console: Console) -> None:
    seen = arrival()
    await report(console, seen)
    with pytest.raises(NoSuchEvidence):
        await console.referrals.evidence(seen.id, "1", "hoshikawa")


async def test_a_page_hears_of_every_change(console: Console) -> None:
    async with asyncio.timeout(20), console.referrals.subscribe() as changes:
        seen = arrival()
        await report(console, seen)
        await anext(changes)
        await console.referrals.take(seen.id, "hoshikawa")
        await anext(changes)


def test_case_numbers_are_a_letter_and_four_digits() -> None:
    assert [case_number(n) for n in (412, 9_999, 10_000, 260_001)] == ["A-0412", "A-9999", "B-0000", "A-0001"]


def test_a_secret_is_made_once_and_for_its_owner_alone(console: Console, clock: TestClock) -> None:
    path = console.settings.master_key
    assert load_or_create_secret(path) == load_or_create_secret(path)
    assert path.stat().st_mode & 0o077 == 0
    path.with_name("short").write_bytes(b"12")
    with pytest.raises(ValueError, match="2 bytes"):
        load_or_create_secret(path.with_name("short"))
