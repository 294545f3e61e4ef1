"""When the line was last empty, told from officers who had nobody to call up.

The count of those in line strays: some of a flight never come, and nobody says so. An empty line sets it right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

IDLE: Final = timedelta(seconds=45)
"""Longer than it takes the next one to walk up. Our own number."""
BREAK: Final = timedelta(minutes=10)
"""An officer away for longer had a break. Our own number."""
TOGETHER: Final = 2
"""So many idle at once: one alone may have left the booth for a moment."""


@dataclass(frozen=True, slots=True)
class Service:
    """`closed_at` None: still before the officer."""

    officer: str
    taken_at: datetime
    closed_at: datetime | None


def last_empty(services: Iterable[Service], now: datetime) -> datetime | None:
    """The latest moment, up to `now`, at which two officers at work were idle; None where none was seen."""
    steps: list[tuple[datetime, int]] = []
    by_officer: dict[str, list[Service]] = {}
    for service in sorted(services, key=lambda s: s.taken_at):
        by_officer.setdefault(service.officer, []).append(service)
    for own in by_officer.values():
        nexts = [*(service.taken_at for service in own[1:]), now]
        for service, until in zip(own, nexts, strict=True):
            if service.closed_at is not None and IDLE < until - service.closed_at <= BREAK:
                steps += [(service.closed_at + IDLE, 1), (until, -1)]
    idle, found = 0, None
    for at, step in sorted(steps):
        if step < 0 and idle >= TOGETHER:
            found = at
        idle += step
    return found
