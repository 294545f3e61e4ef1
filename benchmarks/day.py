"""How long one day's figures take (`/statistics`): the whole reading, on SQLite, one day among five.

Prints seconds for a day of 20,000 inspections. To reach: 1 s, the time a page may take.
"""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, create_engine, insert

from benchmarks import load
from examiner_console import migrations
from examiner_console.casework.statistics import of_day
from examiner_console.contract import Decision, DecisionOutcome, Reason, SignedEnvelope, decode, encode
from examiner_console.law.stays import japan_date
from examiner_console.tables import decisions, inspections

A_DAY = 20_000
DAYS = 5
DIFFERENT = 2_000
"""Payloads; they repeat after that."""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'console.sqlite'}"
        migrations.upgrade(url)
        now = datetime.now(UTC)
        engine = create_engine(url)
        with engine.begin() as connection:
            _fill(connection, now)
        with engine.connect() as connection:
            began = time.perf_counter()
            day = of_day(connection, japan_date(now))
            seconds = time.perf_counter() - began
        engine.dispose()
    print(f"a day of {day.total:,} inspections among {A_DAY * DAYS:,}: {seconds:.2f} s")


def _fill(connection: Connection, now: datetime) -> None:
    sent = load.requests(load.gates(60), DIFFERENT)
    payloads = [decode(one.body.partition(b"\r\n\r\n")[2], SignedEnvelope).payload for one in sent]
    reason = Reason("face_not_matched", "Art. 60(1)", "face_matches")
    for ago in range(DAYS):
        at = now - timedelta(days=ago)
        seen, decided = [], []
        for n in range(A_DAY):
            id, outcome = uuid4(), DecisionOutcome.REFER if n % 5 == 0 else DecisionOutcome.CONFIRM
            decision = Decision(id, outcome, (reason,), "2026-11-27", at)
            stored = {"station": f"gate-{n % 60}", "delivery": "live", "received_at": at, "payload_sha256": bytes(32)}
            seen.append({"id": id, **stored, "payload": payloads[n % DIFFERENT]})
            made = {"version": 1, "outcome": outcome.value, "rule_version": decision.rule_version, "decided_at": at}
            decided.append({"inspection": id, **made, "body": encode(decision)})
        connection.execute(insert(inspections), seen)
        connection.execute(insert(decisions), decided)


if __name__ == "__main__":
    main()
