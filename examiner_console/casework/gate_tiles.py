"""How a gate stands, in one word, and what of it an officer should look at: pure functions of what gates say.

The word and the alert are stable codes; the pages have sentences for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from examiner_console.casework.fleet_modes import Mode
from examiner_console.casework.gates import EMERGENCY, SILENT, Gate, Report

WAITING_LONG: Final = timedelta(seconds=25)
"""In one step; a whole passage takes 15 s. Our own number."""
OUT_OF_SERVICE: Final = "out_of_service"
BUSY: Final = frozenset({"entering", "closing_in", "reading", "deciding"})
WORDS: Final[Mapping[str, str]] = {
    "self_test": "starting",
    "ready": "ready",
    "entering": "entering",
    "closing_in": "entering",
    "deciding": "deciding",
    "leaving": "leaving",
    "closing_out": "leaving",
    "withdrawing": "to_booth",
    "referring": "to_booth",
    "tailgated": "two_people",
    "abandoned": "abandoned",
    "attended": "help",
    EMERGENCY: EMERGENCY,
}
"""By the journey's state, but for reading and out of service."""
PASSPORT_PROMPTS: Final = frozenset({"place_passport", "keep_passport_still", "place_passport_again"})


class Urgency(IntEnum):
    """The lower, the more urgent."""

    STOP = 0
    WARN = 1
    INFO = 2


ALERTS: Final[Mapping[str, Urgency]] = {
    EMERGENCY: Urgency.STOP,
    "two_people": Urgency.STOP,
    "abandoned": Urgency.STOP,
    "silent": Urgency.WARN,
    "help": Urgency.WARN,
    "waiting_long": Urgency.WARN,
    "device_lost": Urgency.INFO,
}


@dataclass(frozen=True, slots=True)
class Alert:
    code: str
    since: datetime
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class Tile:
    """`word` is how the gate stands, `since` when; `seen_by` and `seen_at` of its alert, where an officer saw it."""

    gate: Gate
    word: str
    since: datetime | None
    alert: Alert | None
    seen_by: str | None = None
    seen_at: datetime | None = None


def tile(gate: Gate, now: datetime) -> Tile:
    word, since = _word(gate, now)
    alert = _alert(gate, word, since, now)
    sighting = gate.sighting
    seen = alert and sighting and (sighting.alert, sighting.since) == (alert.code, alert.since)
    return Tile(gate, word, since, alert, *((sighting.officer, sighting.at) if sighting and seen else (None, None)))


def ranked(tiles: Iterable[Tile]) -> Sequence[Tile]:
    """Those with an alert: unseen ones first, then the more urgent, then the older."""
    alerted = [(one.seen_by is not None, one.alert.urgency, one.alert.since, one) for one in tiles if one.alert]
    return [one for *_, one in sorted(alerted, key=lambda found: found[:3])]


def _word(gate: Gate, now: datetime) -> tuple[str, datetime | None]:
    report = gate.report
    if report is None:
        return "silent", None
    if now - report.heard_at > SILENT:
        return "silent", report.heard_at
    if report.state == OUT_OF_SERVICE:
        return _out_of_service(gate, report), gate.lock.at if gate.lock else report.entered_at
    if report.state == "reading":
        return ("passport" if report.prompt in PASSPORT_PROMPTS else "face"), report.entered_at
    return WORDS.get(report.state, report.state), report.entered_at


def _out_of_service(gate: Gate, report: Report) -> str:
    if gate.lock is not None:
        return "locked"
    if gate.mode is Mode.CLOSED:
        return "side_closed"
    if report.lost:
        return "device_lost"
    if report.in_service and (gate.watch is None or not gate.watch.holds(report.heard_at)):
        return "unwatched"
    return "closed"


def _alert(gate: Gate, word: str, since: datetime | None, now: datetime) -> Alert | None:
    report = gate.report
    if word in ALERTS and since is not None:
        return Alert(word, since, ALERTS[word])
    if report is not None and report.state in BUSY and now - report.entered_at > WAITING_LONG:
        return Alert("waiting_long", report.entered_at + WAITING_LONG, ALERTS["waiting_long"])
    return None
