"""What a station is equipped with, made from its settings: used by the gate and by the bio-cart.

Cameras, card reader and matching process, the trusted certificates, and the way to the console.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol, TypeVar

import structlog

from biometrics.camera import UrlCamera
from biometrics.capture import BiometricError, Camera
from biometrics.workers import Workers
from examiner_console.client import ConsoleClient, TlsFiles
from examiner_console.outbox import Outbox, OutboxError
from passport_reader.document import PassportError
from passport_reader.pki.trust import RevocationList, TrustStore

from .face_desk import FaceDesk
from .feed import CameraFeed
from .passport_desk import CardReader
from .settings import SettingsUnusable, StationSettings
from .station import Clock, Condition, Health, Supervisor
from .telemetry import Telemetry

M = TypeVar("M")
OnHealth = Callable[[Health], None]
log = structlog.get_logger("gate.equipment")

WARM_AGAIN_SECONDS: Final = 5.0
"""Between two attempts to bring up the matching process; the first reason is a package that is being replaced."""


class Device(Protocol):
    """Something with an owner thread."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


class Equipment:
    """The cameras and the reader of every station. `on_health` is called from their owner threads."""

    def __init__(self, given: StationSettings, on_health: OnHealth) -> None:
        self.page = CameraFeed("page_camera", _camera(given.page_camera), on_health=on_health)
        self._liveness_threshold = given.liveness_threshold
        self.face = CameraFeed("face_camera", _camera(given.face_camera), on_health=on_health)
        self.infrared = (
            CameraFeed("face_camera_infrared", _camera(given.face_camera_infrared), on_health=on_health)
            if given.face_camera_infrared
            else None
        )
        self.reader: Supervisor[CardReader] = Supervisor(
            "card_reader", _card_reader(given), lambda reader: reader.close(), on_health=on_health
        )

    @property
    def devices(self) -> tuple[Device, ...]:
        second = () if self.infrared is None else (self.infrared,)
        return (self.page, self.face, *second, self.reader)

    def face_desk(self, workers: Workers, nobody: Callable[[], bool] = lambda: False) -> FaceDesk:
        """`nobody` as in `FaceDesk`: a bio-cart, which stands among people, never knows."""
        limit = self._liveness_threshold
        return FaceDesk(self.face, workers, infrared=self.infrared, nobody=nobody, liveness_threshold=limit)


@contextmanager
def at_work(devices: Sequence[Device]) -> Iterator[None]:
    """All started; at the end stopped side by side, for each may take seconds to close."""
    for device in devices:
        device.start()
    try:
        yield
    finally:
        threads = [threading.Thread(target=device.stop) for device in devices]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


class Matching:
    """The matching process as one more device: loading models takes seconds, and `health` tells when it is done."""

    def __init__(self, workers: Workers, on_health: OnHealth, *, clock: Clock = time.monotonic) -> None:
        self._workers, self._on_health, self._clock = workers, on_health, clock
        self.health = Health("matching", Condition.OPENING, clock())

    async def run(self) -> None:
        """Return once it is warm; a process that dies later is replaced by the next call (`Workers`)."""
        while not self.health.ready:
            try:
                await self._workers.start()
            except BiometricError as error:
                log.error("matching_unusable", code=error.code)
                self._tell(Condition.LOST, type(error).__name__)
                await asyncio.sleep(WARM_AGAIN_SECONDS)
            else:
                self._tell(Condition.READY)

    def _tell(self, condition: Condition, reason: str = "") -> None:
        if condition is not self.health.condition:
            self.health = Health("matching", condition, self._clock(), reason=reason)
            self._on_health(self.health)


def _camera(source: str) -> Callable[[], Camera]:
    """A URL, a path, or the number of a device."""
    return lambda: UrlCamera(int(source) if source.isdigit() else source)


def _card_reader(given: StationSettings) -> Callable[[], CardReader]:
    if given.reader is not None:
        from passport_reader.card.pcsc import PcscReader

        name = given.reader
        return lambda: PcscReader(name)
    from passport_reader.card.vpcd import VpcdReader

    return lambda: VpcdReader(given.vpcd_host, given.vpcd_port)


def trust_store(given: StationSettings) -> TrustStore:
    """Raise `SettingsUnusable`."""
    try:
        roots = () if given.master_list_root is None else (given.master_list_root.read_bytes(),)
        store = TrustStore.from_master_list(given.master_list.read_bytes(), roots=roots)
    except (PassportError, OSError) as error:
        raise SettingsUnusable([f"master_list: {_said(error)}"]) from None
    return TrustStore(store.certificates, _revocation_lists(given.revocation_lists), source=store.source)


def _revocation_lists(folder: Path | None) -> list[RevocationList]:
    """Every *.crl of the folder. Raise `SettingsUnusable`: a list that cannot be read may withdraw anybody's key."""
    found, problems = [], []
    for file in sorted(folder.glob("*.crl")) if folder is not None else ():
        try:
            found.append(RevocationList.parse(file.read_bytes()))
        except (PassportError, OSError) as error:
            problems.append(f"revocation_lists: {file.name}: {_said(error)}")
    if problems:
        raise SettingsUnusable(problems)
    return found


def _said(error: PassportError | OSError) -> str:
    return error.strerror or "cannot be read" if isinstance(error, OSError) else str(error)


@asynccontextmanager
async def console(given: StationSettings) -> AsyncIterator[tuple[ConsoleClient, Outbox]]:
    """Raise `SettingsUnusable` where the outbox cannot be opened."""
    key = given.private_key()
    try:
        outbox = Outbox(given.outbox, station=given.station, private_key=key)
    except OutboxError as error:
        raise SettingsUnusable([f"outbox: {error}"]) from None
    client = ConsoleClient(str(given.console_url), station=given.station, private_key=key, tls=_tls_files(given))
    try:
        yield client, outbox
    finally:
        await client.close()
        outbox.close()


def _tls_files(given: StationSettings) -> TlsFiles | None:
    if given.tls_certificate is None or given.tls_key is None or given.tls_authority is None:
        return None
    return TlsFiles(given.tls_certificate, given.tls_key, given.tls_authority)


def utc_now() -> datetime:
    return datetime.now(UTC)


def health_to(telemetry: Telemetry) -> OnHealth:
    """For any thread: lost devices and those that came back become events."""

    def note(health: Health) -> None:
        if health.condition is Condition.LOST:
            telemetry.note("device_lost", device=health.device, reason=health.reason)
        elif health.condition is Condition.READY:
            telemetry.note("device_back", device=health.device)

    return from_thread(note)


def from_thread(call: Callable[[M], None]) -> Callable[[M], None]:
    """The same, called in this loop from any thread; nothing once the loop has closed."""
    loop = asyncio.get_running_loop()

    def schedule(message: M) -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(call, message)

    return schedule
