"""The console under load: a real server process over loopback, SQLite with synchronous=FULL.

Prints inspections accepted and decided a second with 64 connections that each wait for their answer, then the latency
at a steady 200 a second; both under the rules that ask no registries. To reach: 1,000/s on 4 cores, p99 of 300 ms at
200/s. Four in five are nationals leaving, one in five is a visitor without a landing record, for whom a case is
opened.

Then, under the rules in use and with eleven simulated registries that each take 200 ms, the time from an inspection's
arrival to its decision, and with it the case at the booth, at 50 a second: to reach 1 s for 95 in 100.

The server's processor time is the figure to compare between busy machines; requests are built and signed before the
clock starts.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import uuid4

import uvloop
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from examiner_console.contract import (
    CheckOutcome,
    Comparison,
    Direction,
    Document,
    Finding,
    Inspection,
    StationKind,
    encode,
    seal,
)
from examiner_console.law.decide import CURRENT, LANDINGS_ALONE
from simulators.registry_world import PATHS
from simulators.site import free_port

T = TypeVar("T")
CONNECTIONS = 64
MEASURED = 6_000
STEADY_RATE = 200
STEADY_SECONDS = 10
CROSSINGS = 50
"""A second, of sixty gates and their bio-carts."""
REGISTRY_SECONDS = 0.2
CHECKS = [
    "mrz",
    "access_control",
    "sod_hash",
    "sod_signature",
    "certificate_chain",
    "certificate_validity",
    "mrz_matches_chip",
    "passage_alone",
    "face_liveness",
]


def main() -> None:
    key = Ed25519PrivateKey.generate()
    with tempfile.TemporaryDirectory() as folder, server(Path(folder), key) as (port, pid):
        _run(_at_once(port, requests(key, 500)))
        measured = requests(key, MEASURED)
        server_before, load_before = _processor_seconds(pid), time.process_time()
        seconds = _run(_at_once(port, measured))
        server_spent, load_spent = _processor_seconds(pid) - server_before, time.process_time() - load_before
        print(f"{os.cpu_count()} cores here, shared by server and load; load average {os.getloadavg()[0]:.1f}")
        print(f"accepted and decided: {MEASURED / seconds:,.0f} inspections/s over {CONNECTIONS} connections")
        for name, spent in (("server", server_spent), ("load", load_spent)):
            print(
                f"{name}: {spent / MEASURED * 1e6:,.0f} µs of processor an inspection, {spent / seconds:.0%} of a core"
            )
        print(f"server memory, peak: {_peak_megabytes(pid):.0f} MB")
        _print_steady(port, key, STEADY_RATE, f"at {STEADY_RATE}/s")
    case = f"case at the booth, {CROSSINGS}/s, registries at {REGISTRY_SECONDS * 1000:.0f} ms"
    with tempfile.TemporaryDirectory() as other, registries() as places, server(Path(other), key, places) as (port, _):
        _print_steady(port, key, CROSSINGS, case)


def _print_steady(port: int, key: Ed25519PrivateKey, rate: int, name: str) -> None:
    latencies = sorted(_run(_steadily(port, requests(key, rate * STEADY_SECONDS), rate)))
    print(f"{name}: " + ", ".join(f"p{p} {_percentile(latencies, p) * 1000:.1f} ms" for p in (50, 95, 99)))


@contextmanager
def registries() -> Iterator[str]:
    """A process with all of them; yields what a console's settings say of it."""
    port = free_port()
    options = ["--port", str(port), "--travellers", "0", "--answer-after", str(REGISTRY_SECONDS)]
    command = [sys.executable, "-m", "simulators", "registries", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield "".join(f'[registries.{name}]\nurl = "http://127.0.0.1:{port}"\n' for name in PATHS)
    finally:
        process.terminate()
        process.wait()


def _processor_seconds(pid: int) -> float:
    """User and system time of a process so far (proc(5), fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def _percentile(values: Sequence[float], percent: int) -> float:
    return values[min(len(values) - 1, len(values) * percent // 100)]


@contextmanager
def server(folder: Path, key: Ed25519PrivateKey, places: str = "") -> Iterator[tuple[int, int]]:
    """A console process with one gate enrolled, and the registries that `places` names; yields its port and process."""
    (folder / "gate.pub").write_bytes(key.public_key().public_bytes_raw())
    config = folder / "console.toml"
    rules = CURRENT if places else LANDINGS_ALONE
    config.write_text(f'data_dir = "{folder}"\nport = 0\nrules = "{rules}"\n{places}')
    enrol = ["station", "enrol", "--name", "gate-1", "--kind", "gate", "--direction", "departure", "--public-key"]
    command = [sys.executable, "-m", "examiner_console"]
    subprocess.run([*command, *enrol, folder / "gate.pub", "--config", config], check=True, stdout=subprocess.DEVNULL)
    process = subprocess.Popen([*command, "serve", "--config", config], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline().rsplit(":", 1)[1]), process.pid
    finally:
        process.terminate()
        process.wait()


def requests(key: Ed25519PrivateKey, count: int) -> list[bytes]:
    """Whole HTTP requests, signed beforehand: the load's own work must not count."""
    return [_request(key, n) for n in range(count)]


def _request(key: Ed25519PrivateKey, number: int) -> bytes:
    now = datetime.now(UTC)
    state = "UTO" if number % 5 == 0 else "JPN"
    document = Document(
        "chip", "P", state, f"B{number:08}", state, "BENCH", "MARK", date(1990, 1, 1), "F", date(2032, 1, 1), "P<" * 44
    )
    passed = [Finding(check, CheckOutcome.SUCCESSFUL) for check in CHECKS]
    absent = [Finding(f"{name}_authentication", CheckOutcome.NOT_SUPPORTED) for name in ("active", "chip")]
    face = Comparison("face", "live_face", "chip_face", 0.8, 0.5, 0.001, "dlib", CheckOutcome.SUCCESSFUL)
    seen = Inspection(
        uuid4(), "gate-1", StationKind.GATE, Direction.DEPARTURE, "HND", now, now, document, (*passed, *absent), (face,)
    )
    body = encode(seal(encode(seen), purpose="inspection", key="gate-1", private_key=key))
    head = f"PUT /v1/inspections/{seen.id} HTTP/1.1\r\nhost: console\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


class _Connection(asyncio.Protocol):
    """One request at a time, no more parsing than it takes to know that the answer is whole and a new decision."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._answer: asyncio.Future[float] | None = None
        self._received = b""
        self._started = 0.0

    @classmethod
    async def open(cls, port: int) -> _Connection:
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class has all of it but the name

    def ask(self, request: bytes) -> asyncio.Future[float]:
        """Seconds to the whole answer."""
        self._answer = answer = asyncio.get_running_loop().create_future()
        self._received, self._started = b"", time.perf_counter()
        self._transport.write(request)
        return answer

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end or self._answer is None:
            return
        if not head.startswith(b"HTTP/1.1 201"):
            self._answer.set_exception(RuntimeError(head.decode()))
        elif len(body) >= int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]):
            self._answer.set_result(time.perf_counter() - self._started)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("the console hung up"))

    def close(self) -> None:
        self._transport.close()


def _run(work: Coroutine[Any, Any, T]) -> T:
    """On uvloop: the load must not take the processor from the server it measures."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


async def _at_once(port: int, waiting: list[bytes]) -> float:
    """Seconds until the last is answered."""
    remaining = iter(waiting)

    async def worker() -> None:
        connection = await _Connection.open(port)
        for request in remaining:
            await connection.ask(request)
        connection.close()

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(CONNECTIONS)))
    return time.perf_counter() - started


async def _steadily(port: int, waiting: list[bytes], rate: int) -> list[float]:
    """Each request leaves at its own instant, whether those before it are answered or not; latency counts from then."""
    free = [await _Connection.open(port) for _ in range(CONNECTIONS)]
    started = time.perf_counter()

    async def send(number: int, request: bytes) -> float:
        due = started + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        connection = free.pop() if free else await _Connection.open(port)
        await connection.ask(request)
        free.append(connection)
        return time.perf_counter() - due

    latencies = await asyncio.gather(*(send(number, request) for number, request in enumerate(waiting)))
    for connection in free:
        connection.close()
    return list(latencies)


if __name__ == "__main__":
    main()
