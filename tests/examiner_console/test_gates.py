"""Gates and their monitoring officers, in the store and at the station API, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

from examiner_console.casework import gates
from examiner_console.casework.fleet_modes import AnotherMustAgree, Mode, set_mode
from examiner_console.casework.gate_tiles import ranked, tile
from examiner_console.console import Console
from examiner_console.contract import (
    Direction,
    GateCommand,
    GateReport,
    ObeyedOrder,
    Problem,
    StandingOrders,
    decode,
)
from examiner_console.tables import actions, gate_reports
from tests.examiner_console.conftest import TestClock, enrol_samples, stations_of
from tests.examiner_console.samples import NOW, envelope

pytestmark = pytest.mark.anyio
GATE = "gate-1"


@pytest.fixture(autouse=True)
async def enrolled(console: Console) -> None:
    await enrol_samples(console)


def report(**changes: Any) -> GateReport:
    made = GateReport(GATE, NOW, "ready", 3.0, "welcome", True)
    return msgspec.structs.replace(made, **changes)


async def say(console: Console, **changes: Any) -> StandingOrders:
    async with stations_of(console) as client:
        answer = await client.post("/v1/orders", content=envelope(report(**changes), "orders"))
    assert answer.status_code == 200, answer.text
    return decode(answer.content, StandingOrders)


async def do(console: Console, work: Any, **given: Any) -> Any:
    found = await console.store.write(partial(work, **{"officer": "kita", "at": console.clock(), **given}))
    console.gates.changed()
    return found


async def gate(console: Console, name: str = GATE) -> gates.Gate:
    return next(one for one in await console.store.read(gates.gates) if one.name == name)


async def deeds(console: Console) -> list[str]:
    query = select(actions.c.verb).order_by(actions.c.at, actions.c.id)
    return list(await console.store.read(lambda connection: connection.execute(query).scalars().all()))


async def test_a_gate_that_waits_hears_an_order_when_it_is_given(console: Console) -> None:
    first = await say(console)
    assert (first.in_service, first.watched_seconds, first.orders) == (True, 0.0, ())
    waiting = asyncio.create_task(say(console, at=NOW + timedelta(seconds=1), heard=first.version, wait_seconds=20.0))
    await do(console, gates.order, name=GATE, command=GateCommand.EVACUATE)
    async with asyncio.timeout(10):
        (order,) = (await waiting).orders
    assert order.command is GateCommand.EVACUATE
    assert 0 < order.seconds <= 10
    answered = await say(console, at=NOW + timedelta(seconds=2), obeyed=(ObeyedOrder(order.id),))
    assert answered.orders == ()
    last = (await gate(console)).last
    assert last is not None
    assert (last.id, last.refused) == (order.id, "")


async def test_an_order_that_nobody_heard_in_time_is_never_heard(console: Console, clock: TestClock) -> None:
    await do(console, gates.order, name=GATE, command=GateCommand.REFER)
    clock.advance(seconds=10)
    assert (await say(console)).orders == ()


async def test_pressing_twice_orders_once(console: Console) -> None:
    for _ in range(2):
        await do(console, gates.order, name=GATE, command=GateCommand.REFER)
    assert len((await say(console)).orders) == 1
    assert await deeds(console) == ["order_gate"]


async def test_an_emergency_ends_by_two_persons(console: Console) -> None:
    with pytest.raises(gates.NoEmergency):
        await do(console, gates.order, name=GATE, command=GateCommand.RESET)
    await say(console, state="emergency")
    await do(console, gates.order, name=GATE, command=GateCommand.RESET)
    assert (await say(console, at=NOW + timedelta(seconds=1), state="emergency")).orders == ()
    with pytest.raises(gates.AnotherMustConfirm):
        await do(console, gates.order, name=GATE, command=GateCommand.RESET)
    for _ in range(2):
        await do(console, gates.order, name=GATE, command=GateCommand.RESET, officer="mori")
    (order,) = (await say(console, at=NOW + timedelta(seconds=2), state="emergency")).orders
    assert order.command is GateCommand.RESET
    assert await deeds(console) == ["order_gate", "order_gate"]


async def test_a_lock_stands_until_it_is_taken_away_over_a_restart_of_the_gate(console: Console) -> None:
    for _ in range(2):
        await do(console, gates.lock, name=GATE, reason="Cleaning")
    assert not (await say(console)).in_service
    assert not (await say(console, at=NOW + timedelta(hours=1))).in_service
    for _ in range(2):
        await do(console, gates.unlock, name=GATE)
    assert (await say(console, at=NOW + timedelta(hours=2))).in_service
    assert await deeds(console) == ["lock_gate", "unlock_gate"]


async def test_a_watch_holds_for_two_minutes_after_the_officers_last_word(console: Console, clock: TestClock) -> None:
    await do(console, gates.watch, names=[GATE])
    assert (await say(console)).watched_seconds == 120.0
    clock.advance(seconds=100)
    assert (await say(console)).watched_seconds == 20.0
    await do(console, gates.confirm)
    assert (await say(console)).watched_seconds == 120.0
    clock.advance(seconds=120)
    assert (await say(console)).watched_seconds == 0.0
    await do(console, gates.leave)
    await do(console, gates.leave)
    assert (await gate(console)).watch is None
    assert await deeds(console) == ["watch_gates", "leave_gates"]


async def test_whoever_watches_is_the_only_one_and_relieves_who_did(console: Console) -> None:
    await do(console, gates.watch, names=[GATE])
    await do(console, gates.watch, names=[GATE], officer="mori")
    found = (await gate(console)).watch
    assert found is not None
    assert found.officer == "mori"
    assert await do(console, gates.confirm) == 0, "who was relieved confirms nothing"


async def test_one_officer_watches_ten_gates_at_most_and_only_gates_there_are(console: Console) -> None:
    with pytest.raises(gates.NoSuchGate):
        await do(console, gates.watch, names=["bio-cart-1"])
    with pytest.raises(gates.NoSuchGate):
        await do(console, gates.order, name="gate-99", command=GateCommand.REFER)


async def test_an_old_word_sent_again_changes_nothing(console: Console) -> None:
    await say(console, at=NOW + timedelta(seconds=5), state="emergency")
    await say(console, at=NOW, state="ready")
    found = (await gate(console)).report
    assert found is not None
    assert found.state == "emergency"


async def test_a_gate_whose_clock_was_set_back_is_heard_again_soon(console: Console, clock: TestClock) -> None:
    await say(console, at=NOW, state="emergency")
    clock.advance(seconds=30)
    await say(console, at=NOW - timedelta(days=365), state="ready")
    found = (await gate(console)).report
    assert found is not None
    assert found.state == "ready"


async def test_a_bio_cart_and_a_stranger_are_refused(console: Console) -> None:
    async with stations_of(console) as client:
        strange = await client.post("/v1/orders", content=envelope(report(station="gate-2"), "orders"))
        other = await client.post("/v1/orders", content=envelope(report(), "events"))
    assert (strange.status_code, decode(strange.content, Problem).code) == (422, "station_mismatch")
    assert other.status_code == 400


@pytest.mark.parametrize(
    ("said", "word", "alert"),
    [
        ({"state": "ready"}, "ready", None),
        ({"state": "reading", "prompt": "place_passport"}, "passport", None),
        ({"state": "reading", "prompt": "look_at_camera"}, "face", None),
        ({"state": "reading", "prompt": "look_at_camera", "seconds": 41.0}, "face", "waiting_long"),
        ({"state": "tailgated"}, "two_people", "two_people"),
        ({"state": "abandoned"}, "abandoned", "abandoned"),
        ({"state": "attended"}, "help", "help"),
        ({"state": "emergency"}, "emergency", "emergency"),
        ({"state": "out_of_service", "lost": ("door",)}, "device_lost", "device_lost"),
        ({"state": "out_of_service", "in_service": False}, "closed", None),
        ({"state": "out_of_service"}, "unwatched", None),
        ({"state": "something_newer"}, "something_newer", None),
    ],
)
async def test_how_a_gate_stands(console: Console, said: dict[str, Any], word: str, alert: str | None) -> None:
    await say(console, **said)
    found = tile(await gate(console), console.clock())
    assert (found.word, found.alert and found.alert.code) == (word, alert)


async def test_silence_is_no_good_news(console: Console, clock: TestClock) -> None:
    assert tile(await gate(console), clock()).word == "silent", "never heard of"
    await say(console)
    clock.advance(seconds=26)
    found = tile(await gate(console), clock())
    assert found.word == "silent"
    assert found.alert is not None


async def test_an_alert_that_was_seen_stands_below_and_a_new_one_above(console: Console, clock: TestClock) -> None:
    await say(console, state="attended")
    before = tile(await gate(console), clock())
    assert before.alert is not None
    await do(console, gates.see, name=GATE, alert=before.alert.code, since=before.alert.since)
    seen = tile(await gate(console), clock())
    assert seen.seen_by == "kita"
    assert ranked([seen]) == [seen]
    clock.advance(seconds=5)
    await say(console, at=NOW + timedelta(seconds=5), state="tailgated", seconds=0.0)
    assert tile(await gate(console), clock()).seen_by is None


async def test_orders_name_gates_and_no_traveller_in_the_record(console: Console) -> None:
    await do(console, gates.lock, name=GATE, reason="Drill")
    query = select(actions.c.inspection, actions.c.body)
    ((subject, body),) = await console.store.read(lambda connection: connection.execute(query).all())
    assert isinstance(subject, UUID)
    assert b"Drill" in body


async def mode(console: Console, chosen: Mode, officer: str = "mori", reason: str = "a drill") -> None:
    await do(console, set_mode, direction=Direction.DEPARTURE, mode=chosen, reason=reason, officer=officer)


async def test_one_person_is_stricter_at_once_and_two_less_strict(console: Console) -> None:
    await mode(console, Mode.REFER_ALL)
    assert (await say(console)).refers_all
    await mode(console, Mode.CLOSED)
    assert not (await say(console, at=NOW + timedelta(seconds=1))).in_service
    await mode(console, Mode.NORMAL)
    with pytest.raises(AnotherMustAgree):
        await mode(console, Mode.NORMAL)
    assert not (await say(console, at=NOW + timedelta(seconds=2))).in_service, "a wish changes nothing"
    await mode(console, Mode.NORMAL, officer="kita")
    answer = await say(console, at=NOW + timedelta(seconds=3))
    assert (answer.in_service, answer.refers_all) == (True, False)
    assert await deeds(console) == ["set_fleet_mode", "set_fleet_mode", "ask_fleet_mode", "set_fleet_mode"]


async def test_a_wish_lapses_and_is_taken_back(console: Console, clock: TestClock) -> None:
    await mode(console, Mode.CLOSED)
    await mode(console, Mode.NORMAL)
    clock.advance(minutes=10)
    await mode(console, Mode.NORMAL, officer="kita")
    assert not (await say(console)).in_service, "the first wish had lapsed: this is a new one"
    await mode(console, Mode.CLOSED, officer="kita")
    await mode(console, Mode.NORMAL)
    assert not (await say(console, at=NOW + timedelta(seconds=1))).in_service, "the wish was taken back"


async def test_a_mode_is_of_one_side(console: Console) -> None:
    await do(console, set_mode, direction=Direction.ARRIVAL, mode=Mode.CLOSED, reason="fire", officer="mori")
    assert (await say(console)).in_service
    assert (await gate(console, "gate-2")).mode is Mode.CLOSED


async def test_a_gate_is_asked_for_pictures_while_somebody_looks_and_they_are_kept_nowhere(console: Console) -> None:
    assert not (await say(console, state="reading")).wants_pictures
    assert console.gates.look(GATE) is None
    assert (await say(console, at=NOW + timedelta(seconds=1), state="reading")).wants_pictures
    await say(console, at=NOW + timedelta(seconds=2), state="reading", live=b"a live face", chip=b"a chip's face")
    sight = console.gates.look(GATE)
    assert sight is not None
    assert (sight.live, sight.chip) == (b"a live face", b"a chip's face")
    assert "face" not in repr(sight)
    await say(console, at=NOW + timedelta(seconds=3), state="reading")
    assert console.gates.look(GATE) is not None, "a word without a picture does not take it away"
    await say(console, at=NOW + timedelta(seconds=4), state="ready")
    assert console.gates.look(GATE) is None, "nobody is inside any more"
    tables = await console.store.read(lambda connection: connection.execute(select(gate_reports)).all())
    assert b"a live face" not in repr(tables).encode()
