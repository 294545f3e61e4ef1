"""Silent alarms: the key at a booth that raises one, and the supervisors' list, live on every page of theirs.

The booth's page shows nothing but that its key was heard; nobody before it can tell an alarm from any other key.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Final
from uuid import UUID

from fastapi import Response
from fastapi.responses import JSONResponse, StreamingResponse
from markupsafe import Markup

from examiner_console.casework import alarms
from examiner_console.database import StoreError
from examiner_console.web.live import HEARTBEAT_SECONDS, still_logged_in
from examiner_console.web.protection_refusals import AlarmUnknown, of_alarm
from examiner_console.web.rendering import render
from examiner_console.web.visits import Visit, VisitDep

PAUSE_SECONDS: Final = 0.2
"""Between two readings, however fast the queue changes."""


async def raise_silently(visit: VisitDep, case_id: UUID) -> Response:
    console = visit.desk.console
    ring = partial(alarms.raise_alarm, inspection=case_id, officer=visit.name, at=console.clock())
    await console.store.write(ring)
    console.referrals.changed()
    return JSONResponse({}) if visit.wants_json else visit.go(f"/cases/{case_id}")


async def alarms_page(visit: VisitDep) -> Response:
    _, listed = await _now(visit)
    return visit.page("alarms.html", listed=Markup(listed))  # noqa: S704  # escaped where it was rendered


async def take(visit: VisitDep, alarm: str) -> Response:
    return await _act(visit, alarms.take_alarm, alarm)


async def end(visit: VisitDep, alarm: str) -> Response:
    return await _act(visit, alarms.end_alarm, alarm)


async def _act(visit: Visit, act: alarms.Act, alarm: str) -> Response:
    console = visit.desk.console
    try:
        await console.store.write(partial(act, id=UUID(alarm), officer=visit.name, at=console.clock()))
    except ValueError:
        raise AlarmUnknown from None
    except alarms.AlarmError as error:
        raise of_alarm(error) from None
    console.referrals.changed()
    return visit.go("/alarms")


async def stream(visit: VisitDep) -> Response:
    return StreamingResponse(_told(visit), media_type="text/event-stream")


async def _told(visit: Visit) -> AsyncIterator[bytes]:
    """The number of alarms nobody answers, and the list, on connecting and whenever it differs."""
    yield b"retry: 1000\n\n"
    said, asked = "", time.monotonic()
    async for _ in visit.desk.queue.changes():
        if time.monotonic() - asked >= HEARTBEAT_SECONDS:
            asked = time.monotonic()
            if not await still_logged_in(visit):
                return
            yield b"event: here\ndata:\n\n"
        try:
            unanswered, listed = await _now(visit)
        except StoreError:
            continue
        now = json.dumps({"unanswered": unanswered, "listed": listed})
        if now != said:
            said = now
            yield f"event: alarms\ndata: {now}\n\n".encode()
        await asyncio.sleep(PAUSE_SECONDS)


async def _now(visit: Visit) -> tuple[int, str]:
    found = await visit.desk.console.store.read(alarms.alarms)
    facts = {"alarms": found, "displays": await visit.desk.sessions.displays(), "mine": visit.name}
    unanswered = sum(alarm.taken_by is None for alarm in found)
    return unanswered, render(visit.language, "alarm_rows.html", facts)
