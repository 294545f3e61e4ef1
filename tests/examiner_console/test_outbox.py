"""The outbox keeps what a station owes, over crashes, in order, unreadable to a thief."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from uuid6 import uuid7

from examiner_console.contract import (
    Delivery,
    Direction,
    Evidence,
    EvidenceBundle,
    EvidenceKind,
    Inspection,
    StationKind,
    decode,
)
from examiner_console.outbox import Outbox

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def open_outbox(path: Path) -> Outbox:
    return Outbox(path / "outbox.db", station="gate-1", private_key=KEY)


def inspection() -> Inspection:
    return Inspection(uuid7(), "gate-1", StationKind.GATE, Direction.DEPARTURE, "NRT", NOW, NOW, None, ())


def test_a_settled_inspection_is_owed_no_more(tmp_path: Path) -> None:
    outbox, case = open_outbox(tmp_path), inspection()
    outbox.hold(case)
    outbox.settle(case.id)
    assert outbox.counts() == {"held": 0, "waiting": 0, "refused": 0, "events": 0}


def test_a_held_inspection_is_not_delivered_while_the_station_waits_for_its_answer(tmp_path: Path) -> None:
    outbox = open_outbox(tmp_path)
    outbox.hold(inspection())
    assert outbox.waiting() == []


def test_a_deferred_inspection_is_delivered_as_deferred_with_the_same_bytes(tmp_path: Path) -> None:
    outbox, case = open_outbox(tmp_path), inspection()
    outbox.hold(case)
    outbox.defer(case.id)
    (entry,) = outbox.waiting()
    assert entry.delivery is Delivery.DEFERRED
    assert decode(entry.payload, Inspection) == case


def test_an_inspection_held_when_the_process_died_is_deferred_at_the_next_start(tmp_path: Path) -> None:
    outbox, case = open_outbox(tmp_path), inspection()
    outbox.hold(case)
    outbox.close()
    (entry,) = open_outbox(tmp_path).waiting()
    assert (entry.id, entry.delivery) == (case.id, Delivery.DEFERRED)


def test_events_are_numbered_without_gap_or_repeat_over_restarts(tmp_path: Path) -> None:
    numbers = []
    for _ in range(3):
        outbox = open_outbox(tmp_path)
        numbers += [outbox.add_event("started", NOW).sequence for _ in range(2)]
        outbox.close()
    assert numbers == [1, 2, 3, 4, 5, 6]


def test_a_run_of_events_goes_together_but_never_past_an_inspection(tmp_path: Path) -> None:
    outbox, case = open_outbox(tmp_path), inspection()
    outbox.add_event("started", NOW)
    outbox.add_event("traveller_entered", NOW)
    outbox.hold(case)
    outbox.defer(case.id)
    outbox.add_event("traveller_referred", NOW)
    purposes = []
    while entries := outbox.waiting():
        purposes.append([entry.purpose for entry in entries])
        outbox.delivered(entries)
    assert purposes == [["event", "event"], ["inspection"], ["event"]]


def test_what_the_console_refuses_is_kept_apart_and_the_rest_goes_on(tmp_path: Path) -> None:
    outbox = open_outbox(tmp_path)
    outbox.add_event("started", NOW)
    outbox.refused(outbox.waiting(), "envelope_conflict")
    assert outbox.waiting() == []
    assert outbox.counts()["refused"] == 1


def test_pictures_cannot_be_read_from_the_disk(tmp_path: Path) -> None:
    outbox = open_outbox(tmp_path)
    picture = b"a very recognisable face" * 100
    items = (Evidence(EvidenceKind.LIVE_FACE, "image/jpeg", picture),)
    outbox.put_evidence(EvidenceBundle(uuid7(), items))
    on_disk = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert picture[:24] not in on_disk
    assert b"bGUgZmFjZ" not in on_disk
    (entry,) = outbox.waiting()
    assert decode(entry.payload, EvidenceBundle).items == items


SECOND = """
import sys
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from examiner_console.outbox import Outbox, OutboxLocked
try:
    Outbox(Path(sys.argv[1]) / "outbox.db", station="gate-1", private_key=Ed25519PrivateKey.generate())
except OutboxLocked as error:
    print(error.code)
"""


def test_a_second_process_cannot_open_the_same_outbox(tmp_path: Path) -> None:
    outbox = open_outbox(tmp_path)
    second = subprocess.run([sys.executable, "-c", SECOND, str(tmp_path)], capture_output=True, text=True, timeout=60)
    outbox.close()
    assert second.stdout == "outbox_locked\n"


CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from examiner_console.outbox import Outbox
key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
outbox = Outbox(Path(sys.argv[1]) / "outbox.db", station="gate-1", private_key=key)
while True:
    print(outbox.add_event("tick", datetime.now(UTC)).sequence, flush=True)
"""


def test_every_event_acknowledged_before_kill_nine_is_there_afterwards(tmp_path: Path) -> None:
    last = 0
    for _ in range(3):
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for _ in range(25):
            last = int(child.stdout.readline())
        os.kill(child.pid, signal.SIGKILL)
        acknowledged = [last, *map(int, child.stdout.read().split())]
        child.wait()
        child.stdout.close()
        last = acknowledged[-1]
    outbox = open_outbox(tmp_path)
    numbers = []
    while entries := outbox.waiting():
        numbers += [entry.number for entry in entries]
        outbox.delivered(entries)
    assert outbox.counts()["events"] >= last
    assert len(numbers) == outbox.counts()["events"]
