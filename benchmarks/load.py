"""A console process under load: the server, its database and registries, signed requests, and connections that send
them. Requests are built and signed before any clock starts."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final, TypeVar, cast
from uuid import uuid4

import uvloop
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, create_engine, make_url, text

from examiner_console.casework.stations import Station, enrol
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
from examiner_console.settings import load_settings
from examiner_console.terminal import with_store
from simulators.registry_world import PATHS
from simulators.site import free_port

T = TypeVar("T")
CONNECTIONS: Final = 64
REGISTRY_SECONDS: Final = 0.2
POSTGRESQL: Final = "postgresql://postgres@127.0.0.1:5432/postgres"
CHECKS: Final = (
    *("mrz", "access_control", "sod_hash", "sod_signature", "certificate_chain", "certificate_validity"),
    *("mrz_matches_chip", "passage_alone", "face_liveness"),
)
Keys = Mapping[str, Ed25519PrivateKey]


@dataclass(frozen=True, slots=True)
class Server:
    """A console process, and its configuration."""

    port: int
    pid: int
    config: Path


@dataclass(frozen=True, slots=True)
class Request:
    """A whole HTTP request, and the inspection it carries."""

    id: bytes
    body: bytes


def gates(count: int) -> Keys:
    return {f"gate-{n}": Ed25519PrivateKey.generate() for n in range(1, count + 1)}


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


@contextmanager
def server(keys: Keys, *, places: str = "", postgresql: bool = False) -> Iterator[Server]:
    """A console with these gates enrolled, asking the registries that `places` names, else none."""
    with tempfile.TemporaryDirectory() as name, _database(postgresql) as database:
        folder, config = Path(name), Path(name) / "console.toml"
        rules = CURRENT if places else LANDINGS_ALONE
        stored = f'database_url = "{database}"\n' if database else ""
        config.write_text(f'data_dir = "{folder}"\nport = 0\nrules = "{rules}"\n{stored}{places}')
        _enrol(keys, config)
        command = [sys.executable, "-m", "examiner_console", "serve", "--config", str(config)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            yield Server(int(process.stdout.readline().rsplit(":", 1)[1]), process.pid, config)
        finally:
            process.terminate()
            process.wait()


def _enrol(keys: Keys, config: Path) -> None:
    def work(connection: Connection) -> None:
        for gate, key in keys.items():
            public = key.public_key().public_bytes_raw()
            enrol(connection, Station(gate, StationKind.GATE, Direction.DEPARTURE, public), datetime.now(UTC))

    with_store(load_settings(config), lambda store: store.write(work))


@contextmanager
def _database(postgresql: bool) -> Iterator[str]:
    """One of its own on the local PostgreSQL, dropped afterwards; "" where none is wanted."""
    if not postgresql:
        yield ""
        return
    name, url = f"sekisho_bench_{secrets.token_hex(4)}", make_url(POSTGRESQL)
    engine = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


def requests(keys: Keys, count: int) -> list[Request]:
    """One gate after the other."""
    return [_request(*gate, n) for n, gate in enumerate(islice(cycle(keys.items()), count))]


def _request(gate: str, key: Ed25519PrivateKey, number: int) -> Request:
    now = datetime.now(UTC)
    state = "UTO" if number % 5 == 0 else "JPN"
    document = Document(
        "chip", "P", state, f"B{number:08}", state, "BENCH", "MARK", date(1990, 1, 1), "F", date(2032, 1, 1), "P<" * 44
    )
    passed = [Finding(check, CheckOutcome.SUCCESSFUL) for check in CHECKS]
    absent = [Finding(f"{name}_authentication", CheckOutcome.NOT_SUPPORTED) for name in ("active", "chip")]
    face = Comparison("face", "live_face", "chip_face", 0.8, 0.5, 0.001, "dlib", CheckOutcome.SUCCESSFUL)
    seen = Inspection(
        uuid4(), gate, StationKind.GATE, Direction.DEPARTURE, "HND", now, now, document, (*passed, *absent), (face,)
    )
    body = encode(seal(encode(seen), purpose="inspection", key=gate, private_key=key))
    head = f"PUT /v1/inspections/{seen.id} HTTP/1.1\r\nhost: console\r\ncontent-length: {len(body)}\r\n\r\n"
    return Request(str(seen.id).encode(), head.encode() + body)


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

    def ask(self, request: Request) -> asyncio.Future[float]:
        """Seconds to the whole answer."""
        self._answer = answer = asyncio.get_running_loop().create_future()
        self._received, self._started = b"", time.perf_counter()
        self._transport.write(request.body)
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


def run(work: Coroutine[Any, Any, T]) -> T:
    """On uvloop: the load must not take the processor from the server it measures."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


async def at_once(port: int, waiting: Sequence[Request]) -> float:
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


async def steadily(port: int, waiting: Sequence[Request], rate: int, sent: dict[bytes, float]) -> list[float]:
    """Each request leaves at its own instant, whether those before it are answered or not; latency counts from then.

    `sent` gets that instant for each inspection before it leaves.
    """
    free = [await _Connection.open(port) for _ in range(CONNECTIONS)]
    started = time.perf_counter()

    async def send(number: int, request: Request) -> float:
        sent[request.id] = due = started + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        connection = free.pop() if free else await _Connection.open(port)
        await connection.ask(request)
        free.append(connection)
        return time.perf_counter() - due

    latencies = await asyncio.gather(*(send(number, request) for number, request in enumerate(waiting)))
    for connection in free:
        connection.close()
    return list(latencies)


def percentiles(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    if not ordered:
        return "none"
    found = ((p, ordered[min(len(ordered) - 1, len(ordered) * p // 100)]) for p in (50, 95, 99))
    return ", ".join(f"p{p} {value * 1000:.1f} ms" for p, value in found)


def processor_seconds(pid: int) -> float:
    """User and system time of a process so far (proc(5), fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
