"""The official wait of temporary visitors, and the share that was through within twenty minutes.

wait = landing permission - (spot-in + walking time from that spot to the hall). The console is told flights and sees
permissions, never who came on which flight: `attribute` pairs them in order, which is an assumption, not a fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Final

from examiner_console.law.stays import japan_date

TARGET: Final = timedelta(minutes=20)
"""The official target; attainment is the share of waits no longer than this."""
LONGEST: Final = timedelta(minutes=120)
"""Whoever was not seen so long after reaching the hall is taken to have gone elsewhere. Our own limit, just above the
longest official figure (114 minutes)."""
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class OfficialFigure:
    """Published attainment, in whole per cent, and the longest waits in minutes where they were published."""

    month: str
    place: str
    share: int
    longest: tuple[int, ...] = ()


OFFICIAL: Final = (
    OfficialFigure("2017-02", "Narita", 73, (86, 114, 70, 60)),
    OfficialFigure("2017-02", "Kansai", 73, (85, 73, 80)),
    OfficialFigure("2017-02", "Haneda", 83, (63,)),
    OfficialFigure("2017-02", "Chubu", 76, (65,)),
    OfficialFigure("2017-02", "New Chitose", 78, (66,)),
    OfficialFigure("2017-02", "Fukuoka", 56, (78,)),
    OfficialFigure("2017-02", "Naha", 82, (68,)),
    OfficialFigure("2017-02", "Takamatsu", 95, (28,)),
    OfficialFigure("2017-10", "all airports", 75),
    OfficialFigure("2017-10", "Akita", 45),
    OfficialFigure("2017-10", "Naha, low-cost terminal", 42),
)


@dataclass(frozen=True, slots=True)
class SpotIn:
    """A flight at its spot, or announced for it (`recorded_at` before `at`). `visitors` None: nobody said."""

    flight: str
    day: date
    at: datetime
    spot: str
    terminal: str
    passengers: int
    visitors: int | None
    recorded_at: datetime

    @property
    def most(self) -> int:
        return self.passengers if self.visitors is None else self.visitors


@dataclass(frozen=True, slots=True)
class Permission:
    """A visitor who left the queue. `seen_at`: first known to the console; not `counted` where another officer goes on
    (handed over), so that it takes a place in the queue and is no wait."""

    at: datetime
    seen_at: datetime
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Wait:
    spot_in: SpotIn
    permitted_at: datetime
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Counted:
    """`served` people of each flight, by (flight, day). `no_flight` and `no_walking` are when permissions were given
    that could not be counted: no flight on record had people left, or the way from its spot is not known."""

    waits: tuple[Wait, ...]
    served: Mapping[tuple[str, date], int]
    no_flight: tuple[datetime, ...]
    no_walking: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Attainment:
    """`share` is None, never zero, where nobody was counted."""

    counted: int
    within: int

    @property
    def share(self) -> float | None:
        return self.within / self.counted if self.counted else None


def official_wait(permitted_at: datetime, spot_in_at: datetime, walking: timedelta) -> timedelta:
    """Below zero where somebody walked faster than the walking time that was set."""
    return permitted_at - (spot_in_at + walking)


def attribute(
    spot_ins: Iterable[SpotIn], walking: Mapping[str, timedelta], permissions: Iterable[Permission]
) -> Counted:
    """First come, first seen: each permission goes to the first flight in the hall that came and has people left.

    A flight whose spot has no walking time takes its people out of the queue from its spot-in on, uncounted.
    """
    flights = sorted(spot_ins, key=lambda s: (s.at + walking.get(s.spot, timedelta()), s.flight, s.day))
    served = {(s.flight, s.day): 0 for s in flights}
    waits: list[Wait] = []
    no_flight: list[datetime] = []
    no_walking: list[datetime] = []
    for permission in sorted(permissions, key=lambda p: (p.seen_at, p.at)):
        flight = next((f for f in flights if _may_be_from(f, served, walking, permission.seen_at)), None)
        if flight is not None:
            served[flight.flight, flight.day] += 1
        if not permission.counted:
            continue
        if flight is None:
            no_flight.append(permission.at)
        elif flight.spot not in walking:
            no_walking.append(permission.at)
        else:
            wait = official_wait(permission.at, flight.at, walking[flight.spot])
            waits.append(Wait(flight, permission.at, wait))
    return Counted(tuple(waits), served, tuple(no_flight), tuple(no_walking))


def _may_be_from(
    flight: SpotIn, served: Mapping[tuple[str, date], int], walking: Mapping[str, timedelta], seen_at: datetime
) -> bool:
    """From its spot-in on, since some walk faster than the walking time."""
    gone_at = flight.at + walking.get(flight.spot, timedelta()) + LONGEST
    return flight.at <= seen_at <= gone_at and served[flight.flight, flight.day] < flight.most


def attainment(waits: Iterable[Wait]) -> Attainment:
    all_waits = [wait.wait for wait in waits]
    return Attainment(len(all_waits), sum(wait <= TARGET for wait in all_waits))


def by_day(waits: Iterable[Wait]) -> dict[str, Attainment]:
    """By the day of the permission, in Japan."""
    return _grouped((japan_date(wait.permitted_at).isoformat(), wait) for wait in waits)


def by_month(waits: Iterable[Wait]) -> dict[str, Attainment]:
    return _grouped((japan_date(wait.permitted_at).isoformat()[:7], wait) for wait in waits)


def by_terminal(waits: Iterable[Wait]) -> dict[str, Attainment]:
    return _grouped((wait.spot_in.terminal, wait) for wait in waits)


def _grouped(named: Iterable[tuple[str, Wait]]) -> dict[str, Attainment]:
    groups: dict[str, list[Wait]] = {}
    for name, wait in named:
        groups.setdefault(name, []).append(wait)
    return {name: attainment(groups[name]) for name in sorted(groups)}


def longest_of_flight(waits: Sequence[timedelta]) -> float | None:
    """The official estimate of a flight's longest wait, in minutes: the wait when four in five of the counted were
    done, times 10/8. None without waits."""
    if not waits:
        return None
    done = sorted(waits)[ceil(len(waits) * 8 / 10) - 1]
    return done / _MINUTE * 10 / 8
