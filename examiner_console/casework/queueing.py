"""How long somebody who reaches the hall now, or in a while, waits until permission: one line, many booths, first come.

The model is a G/G/c queue followed person by person (Kiefer and Wolfowitz 1955), once for each of `RUNS` resampled
worlds: service times are drawn from those just seen (bootstrap of the pool, then of the person), announced flights
come early or late, and by a later time a booth may have opened or closed. The band is from the tenth to the ninetieth
percentile. What is not known is not drawn but bounded: the lower end takes the best case, the upper the worst.

The same situation and seed give the same answer. The draws belong to flights, so that one more passenger or one booth
less lengthens, or leaves, every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

RUNS: Final = 128
FEWEST_SERVICES: Final = 5
"""Below this many recent services nothing is said about the next one. Our own number."""
MOST_BUSY: Final = 200
"""Booths, as many as the settings allow."""
BAND: Final = (0.1, 0.9)
SPREAD: Final = 0.4
"""Of how many stand there, how many booths are open and how fast officers are, taken together. Set by eye after 0.15
and 0.3 gave bands too narrow on simulated days (docs/waiting.md); no real hall was measured."""
STEADY: Final = timedelta(minutes=10)
"""Within this time booths are taken to stay as they are; later one may open or close. Our own number."""

Runs = NDArray[np.float64]


class Missing(StrEnum):
    """Why an answer is not known, or its band is wide."""

    FLIGHTS = "flights"
    ANNOUNCEMENTS = "announcements"
    SERVICES = "services"
    BOOTHS = "booths"
    VISITORS = "visitors"
    WALKING = "walking"
    TURNOUT = "turnout"


@dataclass(frozen=True, slots=True)
class Inbound:
    """A flight's visitors without a permission: between `fewest` and `most`, the same where it is known.

    `served` have gone through; `in_hall_at` None: the way from its spot is not known; not `at_spot`: only announced;
    not `told`: nobody said how many of those on board are visitors.
    """

    key: str
    in_hall_at: datetime | None
    fewest: int
    most: int
    served: int = 0
    at_spot: bool = True
    told: bool = True


@dataclass(frozen=True, slots=True)
class Situation:
    """`booths` None: not known, at least one of `booths_most`. `services` in seconds, from calling up to permission.

    `busy` booths have somebody before them, who is not among the inbound. `turnout_known`: earlier days tell how many
    of those announced come. `spacing` between two visitors of one flight and `delay_sd` of announced flights are in
    seconds; `spread` is the relative one of the work before the booths, beyond that of single services.
    """

    now: datetime
    inbound: tuple[Inbound, ...]
    booths: int | None
    booths_most: int
    services: tuple[float, ...]
    spacing: float = 3.0
    delay_sd: float = 300.0
    busy: int = 0
    turnout_known: bool = True
    spread: float = SPREAD


@dataclass(frozen=True, slots=True)
class Estimate:
    """Minutes until permission. `low` and `high` bound the band, both None where nothing can be said; `minutes` is None
    too where something is only bounded. `missing` says what."""

    minutes: float | None
    low: float | None
    high: float | None
    missing: tuple[Missing, ...] = ()


def estimate(situation: Situation, after: timedelta = timedelta(), seed: int = 0) -> Estimate:
    """For somebody who reaches the hall `after` from now. Never zero: being served takes time too."""
    nothing = _nothing(situation, after)
    if nothing:
        return Estimate(None, None, None, nothing)
    missing = _bounded(situation, after)
    best = _waits(situation, after, fullest=False, seed=seed)
    worst = _waits(situation, after, fullest=True, seed=seed) if missing else best
    middle = None if missing else float(np.quantile(best, 0.5))
    return Estimate(middle, float(np.quantile(best, BAND[0])), float(np.quantile(worst, BAND[1])), missing)


def _nothing(situation: Situation, after: timedelta) -> tuple[Missing, ...]:
    """Without any of these there is no answer: no flight on record does not mean that nobody comes."""
    missing = []
    if not situation.inbound:
        missing.append(Missing.FLIGHTS)
    elif after and not any(not flight.at_spot for flight in situation.inbound):
        missing.append(Missing.ANNOUNCEMENTS)
    if len(situation.services) < FEWEST_SERVICES:
        missing.append(Missing.SERVICES)
    if situation.booths is not None and situation.booths < 1:
        missing.append(Missing.BOOTHS)
    return tuple(missing)


def _bounded(situation: Situation, after: timedelta) -> tuple[Missing, ...]:
    until = situation.now + after + timedelta(seconds=3 * situation.delay_sd)
    soon = [f for f in situation.inbound if f.in_hall_at is None or f.in_hall_at <= until]
    missing = []
    if situation.booths is None:
        missing.append(Missing.BOOTHS)
    if any(not f.told or (situation.turnout_known and f.fewest != f.most) for f in soon):
        missing.append(Missing.VISITORS)
    if any(flight.in_hall_at is None and flight.most for flight in soon):
        missing.append(Missing.WALKING)
    if not situation.turnout_known:
        missing.append(Missing.TURNOUT)
    return tuple(missing)


def _waits(situation: Situation, after: timedelta, *, fullest: bool, seed: int) -> Runs:
    """Minutes until permission in each run, from zero waiting on, for one who arrives behind all others."""
    chance = np.random.default_rng([seed, 0])
    target = after.total_seconds()
    pool = _pools(situation, chance)
    own = _drawn(pool, chance.random((1, RUNS)))[0]
    step = chance.integers(-1, 2, RUNS) if after > STEADY else np.zeros(RUNS, np.int64)
    free = _booths(situation, step, fullest)
    busy = min(situation.busy, free.shape[1] - 1)
    free[:, :busy] += (
        _drawn(pool, chance.random((MOST_BUSY, RUNS))[:busy]).T * chance.random((MOST_BUSY, RUNS))[:busy].T
    )
    people = list(_people(situation, pool, target, fullest, seed))
    if people:
        _serve(free, np.concatenate([a for a, _ in people]), np.concatenate([s for _, s in people]), target)
    lost = _lost(situation, pool, seed) if fullest else np.zeros(RUNS)
    waits: Runs = (_level(np.maximum(free, target), lost) - target + own) / 60
    return waits


def _pools(situation: Situation, chance: np.random.Generator) -> Runs:
    """(RUNS, services): for each run the recent services resampled, so that few of them widen the band."""
    seen = np.asarray(situation.services, np.float64)
    pool: Runs = seen[chance.integers(0, len(seen), (RUNS, len(seen)))]
    return pool * np.exp(situation.spread * chance.standard_normal((RUNS, 1)))


def _drawn(pool: Runs, luck: Runs) -> Runs:
    """(n, RUNS) services for (n, RUNS) numbers in [0, 1)."""
    picked: Runs = pool[np.arange(RUNS), (luck * pool.shape[1]).astype(np.int64)]
    return picked


def _booths(situation: Situation, step: NDArray[Any], fullest: bool) -> Runs:
    """(RUNS, booths): when each is free, in seconds from now; infinity where it is closed."""
    known = situation.booths or (1 if fullest else max(1, situation.booths_most))
    opened = np.maximum(1, known + step)
    places = np.arange(known + 1)
    return np.where(places[None, :] < opened[:, None], 0.0, np.inf)


def _people(situation: Situation, pool: Runs, target: float, fullest: bool, seed: int) -> Iterator[tuple[Runs, Runs]]:
    """Each flight's arrivals in the hall, in seconds from now, and services: (people, RUNS) each."""
    for flight in situation.inbound:
        if flight.in_hall_at is None:
            continue
        count = flight.most if fullest else flight.fewest
        chance, services = _aboard(flight, count, pool, seed)
        delay = chance * (0.0 if flight.at_spot else situation.delay_sd)
        first = (flight.in_hall_at - situation.now).total_seconds() + flight.served * situation.spacing
        yield first + delay + np.arange(count)[:, None] * situation.spacing, services


def _aboard(flight: Inbound, count: int, pool: Runs, seed: int) -> tuple[Runs, Runs]:
    """A flight's delay in standard deviations (RUNS), and its visitors' services (count, RUNS): the same for one flight
    whatever else is known of it."""
    chance = np.random.default_rng([seed, 1, crc32(flight.key.encode())])
    return chance.standard_normal(RUNS), _drawn(pool, chance.random((count, RUNS)))


def _lost(situation: Situation, pool: Runs, seed: int) -> Runs:
    """Seconds of service, in each run, of those who may come at any moment: their way to the hall is not known."""
    work = np.zeros(RUNS)
    for flight in situation.inbound:
        if flight.in_hall_at is None:
            work += _aboard(flight, flight.most, pool, seed)[1].sum(axis=0)
    return work


def _level(free: Runs, work: Runs) -> Runs:
    """When the first booth can be free at the latest, whenever `work` came: where it fills all booths evenly.

    Whoever comes earlier leaves at most their service behind, and no booth free sooner than without them (Kiefer and
    Wolfowitz 1955): no order of arrivals makes the least of the booths higher than this.
    """
    filled = (np.cumsum(np.sort(free, axis=1), axis=1) + work[:, None]) / np.arange(1, free.shape[1] + 1)
    level: Runs = filled.min(axis=1)
    return level


def _serve(free: Runs, arrivals: Runs, services: Runs, target: float) -> None:
    """Put everybody who arrives by `target` through, in order of arrival, at the booth that is free first."""
    order = np.argsort(arrivals, axis=0, kind="stable")
    arrivals, services = np.take_along_axis(arrivals, order, 0), np.take_along_axis(services, order, 0)
    runs = np.arange(RUNS)
    for arrival, service in zip(arrivals, services, strict=True):
        here = arrival <= target
        if not here.any():
            return
        booth = free.argmin(axis=1)
        at = free[runs, booth]
        free[runs, booth] = np.where(here, np.maximum(at, arrival) + service, at)
