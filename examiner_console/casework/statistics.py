"""What happened on one day in Japan, counted from the store: passages, referrals, times, comparisons. No person.

Each inspection counts once, on the day it was received, with the newest version of its decision. What a station
reported of a comparison (its own score against its own threshold) is counted as reported; whether it was right is not
known here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, func, select

from examiner_console.contract import CheckOutcome
from examiner_console.law.counting import end_of_day
from examiner_console.law.stays import JAPAN
from examiner_console.tables import cases, decisions, inspections

HOURS: Final = range(24)


class _Compared(msgspec.Struct):
    modality: str
    backend: str
    threshold: float
    outcome: CheckOutcome


class _Seen(msgspec.Struct):
    """Of an inspection, what is counted; everything else is skipped unread."""

    kind: str
    started_at: datetime
    completed_at: datetime
    comparisons: list[_Compared] = []
    language: str = ""


class _Reason(msgspec.Struct):
    code: str


class _Decided(msgspec.Struct):
    reasons: list[_Reason]


_SEEN: Final = msgspec.json.Decoder(_Seen)
_DECIDED: Final = msgspec.json.Decoder(_Decided)


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds: the median, and what 95 in 100 stayed under; None where nothing was counted."""

    count: int
    median: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Tried:
    """Comparisons of one backend at one threshold, and how many did not reach it."""

    modality: str
    backend: str
    threshold: float
    count: int
    failed: int

    @property
    def share(self) -> float:
        return self.failed / self.count


@dataclass(slots=True)
class _Counts:
    passages: Counter[tuple[str, str]] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    hours: Counter[tuple[int, str]] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    tried: Counter[tuple[str, str, float]] = field(default_factory=Counter)
    failed: Counter[tuple[str, str, float]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Day:
    """`passages` by station and outcome, `hours` by the hour in Japan and outcome, `reasons` of referrals by code: a
    referral with several reasons counts under each. `stations` are seconds from begin to end by kind of station."""

    day: date
    passages: Mapping[tuple[str, str], int]
    hours: Mapping[tuple[int, str], int]
    reasons: Mapping[str, int]
    languages: Mapping[str, int]
    stations: Mapping[str, Spread]
    tried: Sequence[Tried]
    to_booth: Spread
    at_booth: Spread

    @property
    def total(self) -> int:
        return sum(self.passages.values())


def of_day(connection: Connection, day: date) -> Day:
    """Reads every inspection of the day: about 40 µs of processor for each."""
    begins, ends = datetime.combine(day, time(), JAPAN), end_of_day(day)
    counts = _Counts()
    for row in connection.execute(_rows(begins, ends)):
        _count(counts, row)
    taken, worked = _booths(connection, begins, ends)
    return Day(
        day,
        dict(counts.passages),
        dict(counts.hours),
        dict(counts.reasons),
        dict(counts.languages),
        {kind: spread(values) for kind, values in sorted(counts.seconds.items())},
        tuple(Tried(*key, count, counts.failed[key]) for key, count in sorted(counts.tried.items())),
        spread(taken),
        spread(worked),
    )


def _rows(begins: datetime, ends: datetime) -> Any:
    newest = (
        select(decisions.c.inspection, func.max(decisions.c.version).label("version"))
        .join(inspections, inspections.c.id == decisions.c.inspection)
        .where(inspections.c.received_at >= begins, inspections.c.received_at < ends)
        .group_by(decisions.c.inspection)
        .subquery()
    )
    return (
        select(inspections.c.station, inspections.c.received_at, inspections.c.payload, decisions.c.outcome)
        .add_columns(decisions.c.body)
        .join(newest, newest.c.inspection == inspections.c.id)
        .join(decisions, (decisions.c.inspection == newest.c.inspection) & (decisions.c.version == newest.c.version))
    )


def _count(counts: _Counts, row: Row[Any]) -> None:
    seen = _SEEN.decode(row.payload)
    counts.passages[row.station, row.outcome] += 1
    counts.hours[row.received_at.astimezone(JAPAN).hour, row.outcome] += 1
    if row.outcome == "refer":
        counts.reasons.update({reason.code for reason in _DECIDED.decode(row.body).reasons})
    if seen.language:
        counts.languages[seen.language] += 1
    counts.seconds[seen.kind].append((seen.completed_at - seen.started_at).total_seconds())
    for one in seen.comparisons:
        key = one.modality, one.backend, one.threshold
        counts.tried[key] += 1
        counts.failed[key] += one.outcome is not CheckOutcome.SUCCESSFUL


def _booths(connection: Connection, begins: datetime, ends: datetime) -> tuple[list[float], list[float]]:
    """Seconds until a case was taken, and from then until it was closed, of those opened that day."""
    query = select(cases.c.opened_at, cases.c.taken_at, cases.c.closed_at).where(
        cases.c.opened_at >= begins, cases.c.opened_at < ends
    )
    rows = connection.execute(query).all()
    return _between(row[:2] for row in rows), _between(row[1:] for row in rows)


def _between(pairs: Iterable[Any]) -> list[float]:
    return [(end - begin).total_seconds() for begin, end in pairs if begin is not None and end is not None]


def spread(seconds: Sequence[float]) -> Spread:
    ordered = sorted(seconds)
    if not ordered:
        return Spread(0, None, None)
    return Spread(len(ordered), ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)])
