"""The hall's estimate held against simulated days: how often the later truth lies within the band of 80 %.

The days are simulated by code that shares nothing with the estimator: flights off their announced time, people
who walk at their own pace, officers with shifts and speeds of their own, one case in thirty handed over. Every fifteen
minutes the console is asked through its own store, as it knew the hall at that time, and a person who reaches the hall
then, or thirty minutes later, is the truth. What a real hall does to the coverage nobody has measured.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from time import process_time
from uuid import UUID

from sqlalchemy import Connection, create_engine, delete, insert

from examiner_console.casework.attainment import SpotIn
from examiner_console.casework.hall_now import situation
from examiner_console.casework.queueing import Estimate, estimate
from examiner_console.casework.spot_ins import put
from examiner_console.law.stays import japan_date
from examiner_console.settings import Settings, Waiting
from examiner_console.tables import cases, inspections, metadata, stations

MORNING = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
"""Six o'clock in Japan; all times below are seconds since then."""
DAYS = 6
MOST = 10_000
"""Visitors of one day, at most."""
HOUR = 3600.0
OPEN = 16 * HOUR
ASK_EVERY = 900.0
LATER = 1800.0
WALKING = {"10": 3.0, "20": 6.0, "30": 10.0}
SETTINGS = Settings.model_validate({"booths": 12, "waiting": Waiting(walking_minutes=WALKING)})


@dataclass(frozen=True)
class Flight:
    name: str
    announced: float
    at: float
    spot: str
    told: int
    people: int


@dataclass
class Officer:
    name: str
    start: float
    end: float
    pace: float
    free: float = 0.0

    def next(self, arrival: float) -> float:
        """When this officer could call somebody up; never, once the shift is over."""
        when = max(self.free, arrival, self.start)
        return when if when < self.end else float("inf")


@dataclass(frozen=True)
class Served:
    arrival: float
    called: float
    done: float
    officer: str
    handed_over: bool


@dataclass
class Day:
    flights: list[Flight]
    served: list[Served]
    truth: dict[float, float] = field(default_factory=dict)


def simulated(seed: int) -> Day:
    chance = random.Random(seed)
    flights = list(_flights(chance))
    officers = list(_officers(chance))
    arrivals = sorted(time for flight in flights for time in _walked(flight, chance))
    probes = [n * ASK_EVERY for n in range(4, int(OPEN / ASK_EVERY) + 3)]
    day = Day(flights, [])
    line = sorted([(time, False) for time in arrivals] + [(time, True) for time in probes])
    for arrival, is_probe in line:
        officer = min(officers, key=lambda o: o.next(arrival))
        called = officer.next(arrival)
        if called == float("inf"):
            continue
        done = called + officer.pace * chance.lognormvariate(-0.1, 0.45)
        if is_probe:
            day.truth[arrival] = (done - arrival) / 60
            continue
        handed_over = chance.random() < 1 / 30
        officer.free = done + chance.uniform(6, 18)
        day.served.append(Served(arrival, called, done, officer.name, handed_over))
    return day


def _flights(chance: random.Random) -> Iterator[Flight]:
    time = 0.3 * HOUR
    for n in count(1):
        busy = 1.0 if 1 < time / HOUR < 5 or 9 < time / HOUR < 14 else 0.45
        time += chance.expovariate(busy / (13 * 60))
        if time > OPEN:
            return
        told = chance.randint(15, 150)
        strays = chance.gauss(60, 240) + (chance.expovariate(1 / 900) if chance.random() < 0.15 else 0)
        people = sum(chance.random() < 0.96 for _ in range(told))
        yield Flight(f"F{n}", time, max(0.0, time + strays), chance.choice(list(WALKING)), told, people)


def _walked(flight: Flight, chance: random.Random) -> list[float]:
    spacing = chance.uniform(2, 5)
    first = flight.at + WALKING[flight.spot] * 60
    return [first + n * spacing + chance.gauss(0, 45) for n in range(flight.people)]


def _officers(chance: random.Random) -> Iterator[Officer]:
    day_pace = chance.uniform(55, 75)
    shifts = [(0, 9)] * 5 + [(8.5, 20)] * 5 + [(1.5, 5.5)] * 3 + [(9.5, 14)] * 3
    for n, (start, end) in enumerate(shifts):
        moved = chance.gauss(0, 0.2)
        yield Officer(f"o{n}", (start + moved) * HOUR, (end + moved) * HOUR, day_pace * chance.uniform(0.8, 1.25))


def at(seconds: float) -> datetime:
    return MORNING + timedelta(seconds=seconds)


def tell(connection: Connection, day: Day, now: float, untold: float) -> None:
    """Flights and cases as the console would have them at `now`. Of a share `untold` nobody said how many visit."""
    connection.execute(delete(cases).where(cases.c.ordinal >= 0))
    for flight in day.flights:
        here = flight.at <= now
        when = at(flight.at if here else max(flight.announced, now + 60))
        visitors = None if random.Random(flight.name).random() < untold else flight.told
        told = SpotIn(flight.name, japan_date(MORNING), when, flight.spot, "", flight.told, visitors, at(0))
        put(connection, replace(told, recorded_at=when if here else at(0)))
    rows = [_row(n, one, now) for n, one in enumerate(day.served) if one.called <= now]
    if rows:
        connection.execute(insert(cases), rows)


def _row(n: int, one: Served, now: float) -> dict[str, object]:
    """The case opens at the bio-cart, halfway through the wait."""
    about = {"inspection": UUID(int=n), "ordinal": n, "document_number": "", "nationality": "", "booth": ""}
    closed = one.done <= now
    outcome = "handed_over" if one.handed_over else "granted"
    return about | {
        "state": "closed" if closed else "taken",
        "opened_at": at((one.arrival + one.called) / 2),
        "taken_by": one.officer,
        "taken_at": at(one.called),
        "closed_at": at(one.done) if closed else None,
        "outcome": outcome if closed else None,
        "status": "TEMPORARY_VISITOR" if closed and not one.handed_over else None,
    }


@dataclass
class Score:
    truths: list[float] = field(default_factory=list)
    answers: list[Estimate] = field(default_factory=list)

    def add(self, truth: float, answer: Estimate) -> None:
        self.truths.append(truth)
        self.answers.append(answer)

    def line(self) -> str:
        known = [(t, a.low, a.high) for t, a in zip(self.truths, self.answers, strict=True) if a.low is not None]
        spans = [(t, low, high) for t, low, high in known if low is not None and high is not None]
        if not spans:
            return "never known"
        below = sum(t < low for t, low, _ in spans) / len(spans)
        above = sum(t > high for t, _, high in spans) / len(spans)
        width = sorted(high - low for _, low, high in spans)[len(spans) // 2]
        median = sorted(t for t, _, _ in spans)[len(spans) // 2]
        share = len(spans) / len(self.truths)
        return (
            f"{len(spans):6} {1 - below - above:9.1%} {below:8.1%} {above:8.1%} {width:9.1f} {median:8.1f} {share:8.1%}"
        )


def backtest(days: Sequence[Day], untold: float) -> tuple[Score, Score]:
    now_score, later_score = Score(), Score()
    for seed, day in enumerate(days):
        engine = create_engine("sqlite://")
        metadata.create_all(engine)
        with engine.begin() as connection:
            _prepare(connection)
            remember(connection, simulated(1000 + seed))
            for time in sorted(day.truth):
                tell(connection, day, time, untold)
                seen = situation(connection, SETTINGS, at(time))
                now_score.add(day.truth[time], estimate(seen, seed=seed))
                if time + LATER in day.truth:
                    later = estimate(seen, timedelta(seconds=LATER), seed)
                    later_score.add(day.truth[time + LATER], later)
        engine.dispose()
    return now_score, later_score


def remember(connection: Connection, day: Day) -> None:
    """The day before, so that the console knows how many of those announced come."""
    yesterday = timedelta(days=1)
    for flight in day.flights:
        when = at(flight.at) - yesterday
        put(connection, SpotIn(flight.name, japan_date(when), when, flight.spot, "", flight.told, flight.told, when))
    rows = [_row(n, one, 2 * OPEN) for n, one in enumerate(day.served)]
    earlier = [
        row
        | {
            "inspection": UUID(int=MOST + n),
            "ordinal": -1 - n,
            **{name: row[name] - yesterday for name in ("opened_at", "taken_at", "closed_at")},  # type: ignore[operator]
        }
        for n, row in enumerate(rows)
    ]
    connection.execute(insert(cases), earlier)


def _prepare(connection: Connection) -> None:
    kept = {"kind": "bio_cart", "direction": "arrival", "public_key": b"", "enrolled_at": MORNING}
    connection.execute(insert(stations).values(name="cart", **kept))
    sent = {"station": "cart", "delivery": "live", "received_at": MORNING, "payload_sha256": b"", "payload": b""}
    connection.execute(insert(inspections), [{"id": UUID(int=n), **sent} for n in range(2 * MOST)])


def main() -> None:
    days = [simulated(seed) for seed in range(DAYS)]
    people = sum(len(day.served) for day in days)
    print(f"{DAYS} days, {people} visitors; asked every {ASK_EVERY / 60:.0f} minutes from 7 o'clock on\n")
    print(f"{'':34} {'asked':>6} {'coverage':>9} {'shorter':>8} {'longer':>8} {'width':>9} {'median':>8} {'known':>8}")
    started = process_time()
    for what, untold in (("all visitors told", 0.0), ("one flight in four not told", 0.25)):
        now, later = backtest(days, untold)
        print(f"{what + ', now':34} {now.line()}")
        print(f"{what + ', in 30 minutes':34} {later.line()}")
    print(f"\nwidth of the band and truth in minutes, medians; {process_time() - started:.0f} s of processor time")


if __name__ == "__main__":
    main()
