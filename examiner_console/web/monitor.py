"""The monitor wall `/monitor`: up to ten gates, how each stands, what is to be looked at, and orders to them.

Kept live twice a second. Every order of the officer, and the one key that says so, confirms that they are there.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

from fastapi import Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection

from examiner_console.casework import gates
from examiner_console.casework.gate_board import Sight
from examiner_console.casework.gate_tiles import Tile, ranked, tile
from examiner_console.contract import GateCommand
from examiner_console.database import StoreError
from examiner_console.web import monitor_words as words
from examiner_console.web.catalogues import translations
from examiner_console.web.live import HEARTBEAT_SECONDS, event, still_logged_in
from examiner_console.web.monitor_refusals import NothingToSee, OrderUnknown, ReasonUnknown, of_gates
from examiner_console.web.rendering import render
from examiner_console.web.visits import Visit, VisitDep
from examiner_console.web.wording import worded

LOOK_SECONDS: Final = 0.5
KEYS: Final = "1234567890"
"""One for each gate of a wall, in order."""


async def page(visit: VisitDep, wall: int = 0) -> Response:
    return visit.page("monitor.html", theme="dark", **await _seen(visit, wall))


async def stream(visit: VisitDep, wall: int = 0) -> Response:
    return StreamingResponse(_told(visit, wall), media_type="text/event-stream")


async def _told(visit: Visit, wall: int) -> AsyncIterator[bytes]:
    """The wall on connecting and whenever it differs."""
    yield b"retry: 1000\n\n"
    shown, asked = "", time.monotonic()
    while not visit.desk.console.gates.ended:
        if time.monotonic() - asked >= HEARTBEAT_SECONDS:
            asked = time.monotonic()
            if not await still_logged_in(visit):
                yield event("ended", "")
                return
            yield event("here", "")
        try:
            facts = {"visit": visit, "now": visit.desk.console.clock(), "form_token": "", **await _seen(visit, wall)}
        except StoreError:
            facts = {}
        if facts and (now := render(visit.language, "monitor_now.html", facts)) != shown:
            shown = now
            yield event("monitor", now)
        await visit.desk.console.gates.change(LOOK_SECONDS)


async def live_picture(visit: VisitDep, gate: str) -> Response:
    return _picture((await _sight(visit, gate)).live)


async def chip_picture(visit: VisitDep, gate: str) -> Response:
    return _picture((await _sight(visit, gate)).chip)


async def _sight(visit: Visit, gate: str) -> Sight:
    """For who watches this gate and said so within two minutes: the record says who watched which gates, and when."""
    now, console = _now(visit), visit.desk.console
    watch = await console.store.read(partial(gates.watch_of, name=gate))
    if watch is None or watch.officer != visit.name or not watch.holds(now):
        raise NothingToSee
    if (sight := console.gates.look(gate)) is None:
        raise NothingToSee
    return sight


def _picture(jpeg: bytes) -> Response:
    if not jpeg:
        raise NothingToSee
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


async def here(visit: VisitDep) -> Response:
    return await _done(visit, partial(gates.confirm, officer=visit.name, at=_now(visit)))


async def watch(visit: VisitDep) -> Response:
    return await _done(
        visit, partial(gates.watch, names=visit.field("gates").split(), officer=visit.name, at=_now(visit))
    )


async def leave(visit: VisitDep) -> Response:
    return await _done(visit, partial(gates.leave, officer=visit.name, at=_now(visit)))


async def order(visit: VisitDep) -> Response:
    try:
        command = GateCommand(visit.field("command"))
    except ValueError:
        raise OrderUnknown from None
    given = partial(gates.order, name=visit.field("gate"), command=command, officer=visit.name, at=_now(visit))
    return await _done(visit, given)


async def lock(visit: VisitDep) -> Response:
    reason = visit.field("reason")
    if reason not in words.REASONS:
        raise ReasonUnknown
    locked = partial(gates.lock, name=visit.field("gate"), reason=reason, officer=visit.name, at=_now(visit))
    return await _done(visit, locked)


async def unlock(visit: VisitDep) -> Response:
    return await _done(visit, partial(gates.unlock, name=visit.field("gate"), officer=visit.name, at=_now(visit)))


async def seen(visit: VisitDep) -> Response:
    """What stands as an alert of this gate at this moment, not what the page showed."""
    name, now = visit.field("gate"), _now(visit)

    def see(connection: Connection) -> None:
        found = {gate.name: gate for gate in gates.gates(connection)}
        if name not in found:
            raise gates.NoSuchGate
        if (alert := tile(found[name], now).alert) is not None:
            gates.see(connection, name, alert.code, alert.since, officer=visit.name, at=now)

    return await _done(visit, see)


def _now(visit: Visit) -> datetime:
    return visit.desk.console.clock()


async def _done(visit: Visit, work: Callable[[Connection], object]) -> Response:
    console = visit.desk.console
    try:
        await console.store.write(work)
    except gates.GatesError as error:
        raise of_gates(error) from None
    console.gates.changed()
    return visit.go("/monitor")


async def _seen(visit: Visit, wall: int) -> dict[str, Any]:
    console, translate = visit.desk.console, translations(visit.language).gettext
    now = console.clock()
    tiles = [tile(gate, now) for gate in await console.store.read(gates.gates)]
    mine = [one for one in tiles if one.gate.watch is not None and one.gate.watch.officer == visit.name]
    walls = [tiles[start : start + gates.MOST_GATES] for start in range(0, len(tiles), gates.MOST_GATES)]
    shown = mine or (walls[min(max(wall, 0), len(walls) - 1)] if walls else [])
    return {
        "tiles": shown,
        "mine": mine,
        "walls": [_span(one) for one in walls],
        "wall": wall,
        "alerts": ranked(shown),
        "counts": Counter(_group(one) for one in shown),
        "watch": mine[0].gate.watch if mine else None,
        "is_lapsed": bool(mine) and not all(one.gate.watch is not None and one.gate.watch.holds(now) for one in mine),
        "displays": await visit.desk.sessions.displays(),
        "words": words,
        "keys": KEYS,
        "number": gates.by_number,
        "confirm_seconds": int(gates.CONFIRM_EVERY.total_seconds()),
        "lapse_seconds": int(gates.WATCHED.total_seconds()),
        "rotation_minutes": int(gates.ROTATION.total_seconds() / 60),
        "said": partial(worded, translate=translate),
    }


def _span(tiles: list[Tile]) -> str:
    first, last = (gates.by_number(one.gate.name)[0] for one in (tiles[0], tiles[-1]))
    return f"{first}–{last}"


def _group(one: Tile) -> str:
    """What is counted at the top of the wall."""
    colour = words.ICONS.get(one.word, ("none", "warn"))[1]
    return {"act": "busy", "ok": "busy", "plain": "ready", "off": "closed"}.get(colour, "look")
