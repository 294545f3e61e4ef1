"""The console as a real process: its ports, its certificates, a full disk, and being killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from examiner_console.casework.ingest import Answer, Arrived
from examiner_console.client import ConsoleClient, ConsoleRefused, ConsoleSilent, TlsFiles
from examiner_console.console import Console, open_console
from examiner_console.contract import Decision, Delivery, Inspection, decode, encode
from examiner_console.record import verify
from examiner_console.settings import Settings
from examiner_console.web.officers import add_officer
from tests.examiner_console.conftest import enrol_samples
from tests.examiner_console.samples import KEYS, arrival, envelope, inspection
from tests.examiner_console.served import Running, Start, consoles, lines_until, log_in

pytestmark = [pytest.mark.anyio, pytest.mark.hall]
PASSWORD = "a long enough password"


@pytest.fixture
def database_url(sqlite_template: bytes, tmp_path: Path) -> str:
    (tmp_path / "console.sqlite").write_bytes(sqlite_template)
    return f"sqlite:///{tmp_path / 'console.sqlite'}"


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Start]:
    with consoles(tmp_path, rules=settings.rules) as run:
        yield run


@pytest.fixture
async def enrolled(settings: Settings) -> None:
    console = open_console(settings)
    await enrol_samples(console)
    console.close()


def now(**more: object) -> Inspection:
    return inspection(at=datetime.now(UTC), **more)


async def put(client: httpx2.AsyncClient, seen: Inspection, delivery: Delivery = Delivery.LIVE) -> httpx2.Response:
    body = envelope(seen, "inspection", seen.station, delivery)
    return await client.put(f"/v1/inspections/{seen.id}", content=body)


def connect(running: Running) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=running.url, timeout=30, trust_env=False)


@contextlib.contextmanager
def reopened(settings: Settings) -> Iterator[Console]:
    console = open_console(settings)
    yield console
    console.close()


def ledger(settings: Settings) -> verify.Report:
    key = (settings.data_dir / "ledger.key").read_bytes()
    public = Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()
    return verify.verify(settings.database, public)


@pytest.mark.usefixtures("enrolled")
async def test_sigterm_ends_it_cleanly(start: Start) -> None:
    running = start()
    async with connect(running) as client:
        assert (await put(client, now())).status_code == 201
    running.process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(running.process.wait, 30) == 0


async def test_sigterm_ends_the_queue_of_an_open_page(start: Start, settings: Settings) -> None:
    """The stream ends as a stream does: one cut off by the time limit would be an error to whoever reads it."""
    with reopened(settings) as console:
        await add_officer(console.store, "hoshikawa", "inspector", "K. Hoshikawa", PASSWORD)
    running = start()
    async with connect(running) as client:
        await log_in(client, "hoshikawa", PASSWORD)
        async with client.stream("GET", "/queue/stream") as stream:
            lines = stream.aiter_lines()
            assert [line async for line in lines_until(lines, "event: queue")]
            running.process.send_signal(signal.SIGTERM)
            rest = [line async for line in lines]
    assert "event: ended" not in rest, "the officer's session has not ended"
    assert await asyncio.to_thread(running.process.wait, 30) == 0
    assert (settings.data_dir / "console.log").read_text() == ""


@pytest.mark.usefixtures("enrolled")
async def test_what_was_acknowledged_survives_kill_9(start: Start, settings: Settings) -> None:
    running = start()
    acknowledged: list[tuple[Inspection, Decision]] = []
    enough = asyncio.Event()

    async def station(client: httpx2.AsyncClient) -> None:
        while True:
            seen = now()
            with contextlib.suppress(httpx2.HTTPError):
                response = await put(client, seen)
                acknowledged.append((seen, decode(response.content, Decision)))
            if len(acknowledged) > 150:
                enough.set()
            if running.process.poll() is not None:
                return

    async with connect(running) as client, asyncio.TaskGroup() as group:
        for _ in range(16):
            group.create_task(station(client))
        await enough.wait()
        running.process.kill()
        await asyncio.to_thread(running.process.wait)
    with reopened(settings) as console:
        for seen, decision in acknowledged:
            again = await console.store.write_together(
                console.ingest.accept, Arrived(seen, encode(seen), Delivery.LIVE)
            )
            assert again == Answer(decision, new=False)
    report = ledger(settings)
    assert report.holds, report.faults


@pytest.mark.usefixtures("enrolled")
async def test_a_full_disk_refuses_and_recovers(start: Start, settings: Settings) -> None:
    """A limit on file size, set from outside while it runs, stands for the disk that fills up."""
    running = start()
    async with connect(running) as client:
        first = now()
        assert (await put(client, first)).status_code == 201
        written = os.stat(f"{settings.data_dir}/console.sqlite-wal").st_size
        unlimited = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (written + 1000, unlimited[1]))
        second = now()
        refused = await put(client, second)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert refused.json()["code"] == "store_unavailable"
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, unlimited)
        assert (await put(client, second)).status_code == 201
        assert (await put(client, first)).status_code == 200
    report = ledger(settings)
    assert report.holds, report.faults
    assert report.leaves == 2


@pytest.mark.usefixtures("enrolled")
async def test_ten_megabytes_are_too_large(start: Start) -> None:
    async with connect(start()) as client:
        response = await client.put(f"/v1/inspections/{now().id}", content=b"x" * 10_000_000)
        assert (response.status_code, response.json()["code"]) == (413, "too_large")

        assert (await put(client, now())).status_code == 201


@pytest.mark.usefixtures("enrolled")
async def test_who_never_stops_sending_is_hung_up_on(start: Start) -> None:
    async def far_too_much() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b"x" * 1_000_000

    running = start()
    async with connect(running) as client:
        with contextlib.suppress(httpx2.HTTPError):
            response = await client.put(f"/v1/inspections/{now().id}", content=far_too_much())
            assert response.status_code == 413
        assert (await put(client, now())).status_code == 201


@dataclass(frozen=True, slots=True)
class Authority:
    """Issues certificates to files in `folder`."""

    folder: Path
    name: str
    key: ec.EllipticCurvePrivateKey

    def issue(self, name: str) -> TlsFiles:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(name, key.public_key(), is_authority=False)
        return TlsFiles(
            self._file(f"{self.name}-{name}.crt", certificate.public_bytes(serialization.Encoding.PEM)),
            self._file(f"{self.name}-{name}.key", _pem(key)),
            self.file,
        )

    @property
    def file(self) -> Path:
        own = self._sign(self.name, self.key.public_key(), is_authority=True)
        return self._file(f"{self.name}.crt", own.public_bytes(serialization.Encoding.PEM))

    def _file(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def _sign(self, name: str, public: ec.EllipticCurvePublicKey, *, is_authority: bool) -> x509.Certificate:
        issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, self.name)])
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        start = datetime.now(UTC) - timedelta(minutes=5)
        builder = (
            x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        if not is_authority:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        return builder.sign(self.key, hashes.SHA256())


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.fixture
def hall(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "hall", ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture
def secured(start: Start, hall: Authority) -> Running:
    own = hall.issue("localhost")
    return start(tls_certificate=own.certificate, tls_key=own.key, tls_client_ca=hall.file)


@contextlib.asynccontextmanager
async def station(running: Running, name: str, tls: TlsFiles) -> AsyncIterator[ConsoleClient]:
    url = f"https://localhost:{running.ports[1]}"
    client = ConsoleClient(url, station=name, private_key=KEYS[name], tls=tls, seconds=30)
    yield client
    await client.close()


@pytest.mark.usefixtures("enrolled")
async def test_a_station_with_its_certificate_gets_a_decision(secured: Running, hall: Authority) -> None:
    async with station(secured, "gate-1", hall.issue("gate-1")) as client:
        assert (await client.decide(now())).opens_exit


@pytest.mark.usefixtures("enrolled")
async def test_another_stations_certificate_is_not_enough(secured: Running, hall: Authority) -> None:
    async with station(secured, "gate-1", hall.issue("gate-2")) as client:
        with pytest.raises(ConsoleRefused) as refused:
            await client.decide(now())
    assert refused.value.problem.code == "certificate_mismatch"


@pytest.mark.usefixtures("enrolled")
async def test_an_unknown_certificate_fails_the_handshake(secured: Running, hall: Authority, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "stranger", ec.generate_private_key(ec.SECP256R1())).issue("gate-1")
    async with station(secured, "gate-1", TlsFiles(stranger.certificate, stranger.key, hall.file)) as client:
        with pytest.raises(ConsoleSilent):
            await client.decide(now())


@pytest.mark.usefixtures("enrolled")
async def test_without_certificate_or_with_tls_1_2_nobody_gets_in(secured: Running, hall: Authority) -> None:
    files = hall.issue("gate-1")
    bare, old = (ssl.create_default_context(cafile=str(hall.file)) for _ in range(2))
    old.load_cert_chain(files.certificate, files.key)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    for context in (bare, old):
        url = f"https://localhost:{secured.ports[1]}"
        async with httpx2.AsyncClient(base_url=url, verify=context, trust_env=False) as client:
            with pytest.raises(httpx2.HTTPError):
                await client.get("/healthz")


@pytest.mark.usefixtures("enrolled")
async def test_the_officers_port_takes_no_inspections_then(secured: Running) -> None:
    async with connect(secured) as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await put(client, now())).status_code == 404


@pytest.mark.usefixtures("enrolled")
async def test_it_leaves_nothing_personal_in_its_log(start: Start, settings: Settings) -> None:
    running = start()
    async with connect(running) as client:
        await put(client, arrival(at=datetime.now(UTC)))
        await client.put(f"/v1/inspections/{now().id}", content=b"TABIBITO")
    running.process.send_signal(signal.SIGTERM)
    await asyncio.to_thread(running.process.wait, 30)
    output = (settings.data_dir / "console.log").read_text()
    assert "TABIBITO" not in output
    assert "TR1234567" not in output
