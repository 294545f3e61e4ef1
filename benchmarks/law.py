"""The rules: processor time of one decision from its facts, and how fast the past is decided again.

The travellers are a mix of nationals, visitors with and without a landing, and arrivals at a bio-cart, each with twenty
findings or so and all registries answered; one in five has something amiss. Replay reads decisions from SQLite, tells
their facts, decides each again and compares the bytes. To reach: p99 of 1 ms, 5,000 decisions a second replayed.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
from sqlalchemy import create_engine

from examiner_console import migrations
from examiner_console.casework import history, landings
from examiner_console.casework.ingest import Arrived, Ingest
from examiner_console.contract import (
    CheckOutcome,
    Comparison,
    Declaration,
    Delivery,
    Direction,
    Document,
    Finding,
    FingerCapture,
    Inspection,
    StationKind,
    encode,
)
from examiner_console.law.answers import Answers, Clear, Hit, Passenger, VisaExempt
from examiner_console.law.decide import CURRENT, RULES, decide
from examiner_console.law.facts import Facts, LandingRecord
from examiner_console.law.replay import Replay, replayed

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TRAVELLERS = 2_000
ROUNDS = 5
PAST = 10_000
BATCH = 100
PASSED = (
    *("mrz", "access_control", "sod_hash", "sod_signature", "certificate_chain", "certificate_validity", "revocation"),
    *("face_image", "mrz_matches_chip", "passage_alone", "face_capture", "face_liveness", "face_morphing"),
    *("page_portrait", "chip_authentication", "active_authentication", "finger_capture"),
)
STAY = LandingRecord(date(2026, 10, 20), "TEMPORARY_VISITOR", "P90D", None)
ANSWERS = Answers(
    **{name: Clear() for name in Answers.__struct_fields__ if name not in ("visa", "passengers")},
    visa=Hit(VisaExempt(90)),
    passengers=Hit(Passenger()),
)


def main() -> None:
    chosen = random.Random(7)
    people = [traveller(chosen, number) for number in range(TRAVELLERS)]
    print(f"{'decision from facts, processor time':42}{'p50 µs':>10}{'p99 µs':>10}{'most µs':>10}")
    for version in RULES:
        spent = timed([Facts(seen, NOW, landing=STAY, answers=ANSWERS) for seen in people], version)
        p50, p99 = (spent[len(spent) * percent // 100] for percent in (50, 99))
        name = f"rules of {version}" + (" (in use)" if version == CURRENT else "")
        print(f"{name:42}{p50:10.0f}{p99:10.0f}{spent[-1]:10.0f}")
    found, wall, cpu = past(chosen)
    print(f"replay from SQLite: {found.decisions} decisions, {found.same} the same bit for bit")
    print(f"{found.decisions / wall:,.0f} decisions/s, {cpu / found.decisions * 1e6:,.0f} µs of processor each")


def timed(facts: Sequence[Facts], version: str) -> list[float]:
    """Microseconds of processor of each decision, smallest first, after one round to warm up."""
    spent = []
    for turn in range(ROUNDS + 1):
        for known in facts:
            began = time.thread_time_ns()
            decide(known, version)
            if turn:
                spent.append((time.thread_time_ns() - began) / 1000)
    return sorted(spent)


def past(chosen: random.Random) -> tuple[Replay, float, float]:
    """Take PAST inspections into an empty console, then decide them again; seconds of wall and of processor."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'console.sqlite'}"
        migrations.upgrade(url)
        engine = create_engine(url)
        clock = iter(NOW + timedelta(seconds=second) for second in range(PAST))
        ingest = Ingest(lambda: next(clock), 12)
        seen = [traveller(chosen, number) for number in range(PAST)]
        with engine.begin() as connection:
            landings.load(connection, landed(seen))
            for start in range(0, PAST, BATCH):
                batch = [Arrived(item, encode(item), Delivery.LIVE, ANSWERS) for item in seen[start : start + BATCH]]
                ingest.accept(connection, batch)
        engine.dispose()
        began, processor = time.perf_counter(), time.process_time()
        with history.reading(url) as connection:
            found = replayed(history.decided(connection, None, None, 12))
        return found, time.perf_counter() - began, time.process_time() - processor


def landed(seen: Sequence[Inspection]) -> list[tuple[UUID, landings.Landing]]:
    """A landing for two visitors in three."""
    visitors = [item.document for item in seen if item.document and item.direction is Direction.DEPARTURE]
    records = (
        landings.Landing(one.nationality, one.document_number, STAY.landed_on, STAY.status, STAY.period, None, "NRT")
        for one in visitors
        if one.nationality != "JPN" and int(one.document_number[2:]) % 3
    )
    return landings.parse_landings([encode(record) for record in records])


def traveller(chosen: random.Random, number: int) -> Inspection:
    kind = chosen.choice(["national", "national", "visitor", "arrival"])
    amiss = chosen.choice(PASSED) if chosen.random() < 0.2 else ""
    arriving = kind == "arrival" or (kind == "national" and chosen.random() < 0.5)
    score = chosen.uniform(0.6, 0.95)
    fingers = tuple(FingerCapture(f"{hand}_index", "captured", 70) for hand in ("right", "left"))
    return Inspection(
        id=UUID(int=chosen.getrandbits(128)),
        station="bio-cart-1" if kind == "arrival" else "gate-1",
        kind=StationKind.BIO_CART if kind == "arrival" else StationKind.GATE,
        direction=Direction.ARRIVAL if arriving else Direction.DEPARTURE,
        port="HND",
        started_at=NOW - timedelta(seconds=9),
        completed_at=NOW - timedelta(seconds=1),
        document=_passport("JPN" if kind == "national" else "UTO", number),
        findings=tuple(
            Finding(check, CheckOutcome.FAILED if check == amiss else CheckOutcome.SUCCESSFUL) for check in PASSED
        ),
        comparisons=(Comparison("face", "live_face", "chip_face", score, 0.5, 0.001, "dlib", CheckOutcome.SUCCESSFUL),),
        fingers=fingers if kind == "arrival" else (),
        declaration=Declaration("tourism", chosen.randint(1, 100)) if kind == "arrival" else None,
    )


def _passport(nationality: str, number: int) -> Document:
    known = Document(
        source="chip",
        document_code="P",
        issuing_state=nationality,
        document_number=f"TR{number:07}",
        nationality=nationality,
        surname="TABIBITO",
        given_names="HARU",
        birth_date=date(1990, 4, 1),
        sex="F",
        expiry_date=date(2030, 1, 1),
        mrz="P<" + nationality + "TABIBITO<<HARU".ljust(83, "<"),
    )
    return msgspec.structs.replace(known, surname=f"TABIBITO {number % 97}")


if __name__ == "__main__":
    main()
