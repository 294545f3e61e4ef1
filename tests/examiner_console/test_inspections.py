"""Inspections come in by the station API, and decisions go out."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx2
import msgspec
import pytest
from sqlalchemy import select

from examiner_console.casework import landings
from examiner_console.casework.api import MAX_INSPECTION_BYTES
from examiner_console.casework.ingest import Arrived, Ingest
from examiner_console.console import Console
from examiner_console.contract import (
    MAX_ENVELOPE_BYTES,
    Decision,
    DecisionOutcome,
    Delivery,
    Inspection,
    Problem,
    SignedEnvelope,
    decode,
    encode,
)
from examiner_console.law.decide import LANDINGS_ALONE
from examiner_console.record import verify
from examiner_console.tables import decisions
from examiner_console.upkeep import ledger_key
from tests.examiner_console.conftest import TestClock, stations_of
from tests.examiner_console.samples import NOW, arrival, envelope, inspection, passport, pictures

pytestmark = pytest.mark.anyio
VISITOR = landings.Landing("UTO", "TR1234567", date(2026, 9, 1), "TEMPORARY_VISITOR", "P90D", None, "NRT")


async def put(
    client: httpx2.AsyncClient, seen: Inspection, delivery: Delivery = Delivery.LIVE, path: str | None = None
) -> httpx2.Response:
    body = envelope(seen, "inspection", seen.station, delivery)
    return await client.put(path or f"/v1/inspections/{seen.id}", content=body)


def decision(response: httpx2.Response) -> Decision:
    return decode(response.content, Decision)


def code(response: httpx2.Response) -> str:
    return decode(response.content, Problem).code


async def landed(console: Console, landing: landings.Landing = VISITOR) -> None:
    [(id, record)] = landings.parse_landings([encode(landing)])
    await console.store.write(lambda connection: landings.add(connection, id, record))


async def recorded(console: Console, seen: Inspection) -> Decision:
    """As officers read it: a station is told of no reason why it is to refer."""
    newest = select(decisions.c.body).where(decisions.c.inspection == seen.id).order_by(decisions.c.version.desc())
    body = await console.store.read(lambda connection: connection.execute(newest.limit(1)).scalar_one())
    return decode(body, Decision)


async def codes(console: Console, seen: Inspection) -> list[str]:
    return [reason.code for reason in (await recorded(console, seen)).reasons]


async def test_a_national_who_passed_every_check_leaves(console: Console) -> None:
    async with stations_of(console) as client:
        response = await put(client, inspection())
    assert response.status_code == 201
    assert decision(response).outcome is DecisionOutcome.CONFIRM
    assert [(r.code, r.article) for r in decision(response).reasons] == [("national_departure", "Art. 60(1)")]


async def test_a_visitor_leaves_once_and_the_landing_is_closed(console: Console) -> None:
    await landed(console)
    once_more = inspection(nationality="UTO")
    async with stations_of(console) as client:
        first = decision(await put(client, inspection(nationality="UTO")))
        second = decision(await put(client, once_more))
    assert first.outcome is DecisionOutcome.CONFIRM
    assert second.outcome is DecisionOutcome.REFER
    assert await codes(console, once_more) == ["no_landing_record"]


async def test_of_two_with_one_passport_at_the_same_time_only_one_leaves(console: Console) -> None:
    await landed(console)
    async with stations_of(console) as client:
        responses = await asyncio.gather(*(put(client, inspection(nationality="UTO")) for _ in range(8)))
    assert sum(decision(response).opens_exit for response in responses) == 1


async def test_a_retry_gets_the_same_decision(console: Console) -> None:
    seen = inspection()
    async with stations_of(console) as client:
        first, second = await put(client, seen), await put(client, seen)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.content == second.content


async def test_many_retries_at_once_make_one_decision(console: Console) -> None:
    seen = arrival()
    async with stations_of(console) as client:
        responses = await asyncio.gather(*(put(client, seen) for _ in range(20)))
    assert sorted(response.status_code for response in responses) == [200] * 19 + [201]
    assert len({response.content for response in responses}) == 1
    assert len(await console.referrals.waiting()) == 1


async def test_another_body_under_the_same_id_is_a_conflict(console: Console) -> None:
    seen = inspection()
    other = msgspec.structs.replace(seen, document=passport("JPN", surname="SOMEONE"))
    async with stations_of(console) as client:
        await put(client, seen)
        response = await put(client, other)
        again = await put(client, seen)
    assert (response.status_code, code(response)) == (409, "envelope_conflict")
    assert decision(again).opens_exit


async def test_what_the_station_gave_up_waiting_for_is_referred(console: Console) -> None:
    seen = inspection(at=NOW - timedelta(hours=3))
    async with stations_of(console) as client:
        await put(client, seen, Delivery.DEFERRED)
    assert await codes(console, seen) == ["console_silent"]


async def test_an_opening_the_station_took_back_is_amended_to_a_referral(console: Console) -> None:
    await landed(console)
    seen = inspection(nationality="UTO")
    async with stations_of(console) as client:
        live = await put(client, seen)
        deferred = await put(client, seen, Delivery.DEFERRED)
        retried = await put(client, seen)
        again = await put(client, inspection(nationality="UTO"))
    assert decision(live).opens_exit
    made = await recorded(console, seen)
    [reason] = made.reasons
    assert reason.code == "station_withdrew", "the officer reads what happened, not that an answer was missing"
    assert reason.detail == "confirm: visitor_departure (2026-11-23T03:00:00+00:00)"
    assert decision(retried) == decision(deferred)
    assert decision(again).opens_exit, "the departure that did not happen left the landing open"
    [case] = await console.referrals.waiting()
    assert case.decision == made


async def test_a_stay_that_ran_out_before_the_opening_was_taken_back_is_said_too(
    console: Console, clock: TestClock
) -> None:
    await landed(console)
    seen = inspection(nationality="UTO")
    async with stations_of(console) as client:
        assert decision(await put(client, seen)).opens_exit
        clock.advance(days=30)
        await put(client, seen, Delivery.DEFERRED)
    assert await codes(console, seen) == ["station_withdrew", "overstay"]


async def test_opened_and_taken_back_in_one_breath_leaves_the_landing_open(console: Console) -> None:
    await landed(console)
    seen = inspection(nationality="UTO")
    payload = encode(seen)
    both = [Arrived(decode(payload, Inspection), payload, delivery) for delivery in (Delivery.LIVE, Delivery.DEFERRED)]
    answers = await console.store.write(lambda connection: console.ingest.accept(connection, both))
    assert [answer.decision.opens_exit for answer in answers] == [True, False]
    async with stations_of(console) as client:
        assert decision(await put(client, inspection(nationality="UTO"))).opens_exit


@pytest.mark.parametrize(
    ("started", "completed"),
    [
        pytest.param(-8, 3600, id="ends an hour ahead"),
        pytest.param(-4000, -3600, id="ended an hour ago"),
        pytest.param(0, -5, id="ended before it began"),
        pytest.param(-90_000, -1, id="took a day"),
    ],
)
async def test_a_clock_that_jumped_never_opens(console: Console, started: int, completed: int) -> None:
    times = {"started_at": NOW + timedelta(seconds=started), "completed_at": NOW + timedelta(seconds=completed)}
    seen = inspection(**times)
    async with stations_of(console) as client:
        made = decision(await put(client, seen))
    assert made.outcome is DecisionOutcome.REFER
    assert await codes(console, seen) == ["clock_implausible"]


async def test_a_registry_that_does_not_answer_is_never_clear(console: Console) -> None:
    def silent(*_: Any) -> Any:
        raise landings.RegistryUnavailable

    await landed(console)
    seen = inspection(nationality="UTO")
    async with stations_of(replace(console, ingest=Ingest(console.clock, 12, silent, rules=LANDINGS_ALONE))) as client:
        await put(client, seen)
    assert await codes(console, seen) == ["registry_unavailable"]


@pytest.mark.parametrize(
    ("change", "status", "expected"),
    [
        pytest.param({"key": "gate-9"}, 401, "unknown_key", id="a key nobody enrolled"),
        pytest.param({"key": "gate-2"}, 401, "signature_invalid", id="another station's key"),
        pytest.param({"signature": bytes(64)}, 401, "signature_invalid", id="no signature"),
        pytest.param({"signature": b"short"}, 401, "signature_invalid", id="half a signature"),
        pytest.param({"delivery": Delivery.DEFERRED}, 401, "signature_invalid", id="delivery changed on the way"),
        pytest.param({"payload": b"{}"}, 401, "signature_invalid", id="payload changed on the way"),
        pytest.param({"purpose": "events"}, 400, "malformed_message", id="another purpose"),
    ],
)
async def test_a_forged_envelope_is_refused(
    console: Console, change: dict[str, Any], status: int, expected: str
) -> None:
    seen = inspection()
    forged = msgspec.structs.replace(decode(envelope(seen, "inspection"), SignedEnvelope), **change)
    async with stations_of(console) as client:
        response = await client.put(f"/v1/inspections/{seen.id}", content=encode(forged))
    assert (response.status_code, code(response)) == (status, expected)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 60_000, b'{"key": 1}', b"\x00" * 100], ids=repr
)
async def test_what_is_not_an_envelope_is_malformed(console: Console, body: bytes) -> None:
    async with stations_of(console) as client:
        response = await client.put(f"/v1/inspections/{inspection().id}", content=body)
    assert (response.status_code, code(response)) == (400, "malformed_message")


async def test_a_station_speaks_for_itself_alone(console: Console) -> None:
    seen = inspection("gate-2")
    body = envelope(seen, "inspection", "gate-1")
    async with stations_of(console) as client:
        response = await client.put(f"/v1/inspections/{seen.id}", content=body)
    assert (response.status_code, code(response)) == (422, "station_mismatch")


async def test_path_and_message_name_the_same_inspection(console: Console) -> None:
    async with stations_of(console) as client:
        response = await put(client, inspection(), path=f"/v1/inspections/{inspection().id}")
        unusable = await put(client, inspection(), path="/v1/inspections/first")
    assert (response.status_code, code(response)) == (422, "inspection_mismatch")
    assert (unusable.status_code, code(unusable)) == (422, "unusable_request")


async def test_a_time_without_offset_is_malformed(console: Console) -> None:
    seen = inspection(completed_at=NOW.replace(tzinfo=None))
    async with stations_of(console) as client:
        response = await put(client, seen)
    assert (response.status_code, code(response)) == (400, "malformed_message")


async def test_a_nul_in_a_name_is_malformed(console: Console) -> None:
    seen = inspection(document=passport(document_number="TR\x00"))
    async with stations_of(console) as client:
        response = await put(client, seen)
    assert (response.status_code, code(response)) == (400, "malformed_message")


@pytest.mark.parametrize("size", [MAX_INSPECTION_BYTES + 1, 10 * 1024 * 1024])
async def test_an_inspection_may_not_be_longer_than_64_kib(console: Console, size: int) -> None:
    seen = inspection()
    padded = SignedEnvelope("gate-1", "inspection", Delivery.LIVE, encode(seen).ljust(size), bytes(64))
    async with stations_of(console) as client:
        response = await client.put(f"/v1/inspections/{seen.id}", content=encode(padded))
        assert (response.status_code, code(response)) == (413, "too_large") or size < MAX_ENVELOPE_BYTES
        assert (await put(client, seen)).status_code == 201


async def test_every_decision_is_in_the_ledger(console: Console) -> None:
    async with stations_of(console) as client:
        for seen in (inspection(), arrival()):
            await put(client, seen)
        await put(client, inspection(), Delivery.DEFERRED)
    report = verify.verify(console.store.url, ledger_key(console.settings).public_key().public_bytes_raw())
    assert report.holds, report.faults
    assert report.leaves == 3


async def test_pictures_come_after_the_referral_and_once(console: Console) -> None:
    seen = arrival()
    bundle = pictures(seen.id)
    path = f"/v1/inspections/{seen.id}/evidence"
    body = envelope(bundle, "evidence", "bio-cart-1")
    other = envelope(msgspec.structs.replace(bundle, items=bundle.items[:1]), "evidence", "bio-cart-1")
    async with stations_of(console) as client:
        early = await client.put(path, content=body)
        await put(client, seen)
        statuses = [(await client.put(path, content=sent)).status_code for sent in (body, body, other)]
    assert (early.status_code, code(early)) == (404, "unknown_inspection")
    assert statuses == [204, 204, 409]
    case = await console.referrals.case(seen.id)
    assert [(item.id, item.kind.value, item.label) for item in case.evidence] == [
        ("1", "live_face", ""),
        ("2", "finger_image", "right_index"),
    ]


async def test_no_pictures_are_kept_of_whom_no_officer_sees(console: Console) -> None:
    seen = inspection()
    async with stations_of(console) as client:
        await put(client, seen)
        body = envelope(pictures(seen.id), "evidence")
        response = await client.put(f"/v1/inspections/{seen.id}/evidence", content=body)
    assert (response.status_code, code(response)) == (409, "not_referred")


async def test_another_stations_pictures_are_not_taken(console: Console) -> None:
    seen = arrival()
    async with stations_of(console) as client:
        await put(client, seen)
        body = envelope(pictures(seen.id), "evidence", "gate-2")
        response = await client.put(f"/v1/inspections/{seen.id}/evidence", content=body)
    assert (response.status_code, code(response)) == (404, "unknown_inspection")


async def test_the_console_says_that_it_is_well(console: Console) -> None:
    async with stations_of(console) as client:
        response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
