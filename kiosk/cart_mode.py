"""Mode `bio_cart`: devices, visit, console and screen put together in one process, until SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

import msgspec
import structlog
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse

from biometrics.camera import UrlCamera
from biometrics.capture import BiometricError, Camera, Gray, Quality
from biometrics.face import compare
from biometrics.sbi import SbiScanner
from biometrics.workers import Workers
from examiner_console.client import ConsoleClient, TlsFiles, deliver
from examiner_console.outbox import Outbox, OutboxError
from gate.face_desk import FaceDesk
from gate.feed import CameraFeed
from gate.passport_desk import CardReader, PassportDesk
from gate.station import Condition, Health, Supervisor
from gate.telemetry import Telemetry
from kiosk import languages
from kiosk.cart import BioCart, Devices, Place
from kiosk.cart_screen import CartScreen
from kiosk.fingers import FingerDesk, OpenScanner, print_quality
from kiosk.screens import Painter
from kiosk.sending import Sending
from kiosk.serving import listen, serve
from kiosk.settings import BioCartSettings, SettingsUnusable
from kiosk.site import site
from kiosk.stream import events
from passport_reader.document import PassportError
from passport_reader.trust import TrustStore

log = structlog.get_logger(__name__)

WARM_AGAIN_SECONDS: Final = 5.0
ASSESS_SECONDS: Final = 20.0
"""A print takes a tenth of a second; a worker that died in between is replaced within a few."""


class Hardware:
    """The cameras, the reader and the scanner, each with its owner thread. `on_health` is called from those."""

    def __init__(
        self,
        given: BioCartSettings,
        on_health: Callable[[Health], None],
        assess: Callable[[Gray, int], Quality],
    ) -> None:
        scanner_url = str(given.scanner_url).rstrip("/")
        self.warm = False
        self.page = CameraFeed("page_camera", camera_at(given.page_camera), on_health=on_health)
        self.face = CameraFeed("face_camera", camera_at(given.face_camera), on_health=on_health)
        self.reader: Supervisor[CardReader] = Supervisor(
            "card_reader", card_reader(given), lambda reader: reader.close(), on_health=on_health
        )
        self.scanner: Supervisor[OpenScanner] = Supervisor(
            "finger_scanner",
            lambda: _opened(SbiScanner(scanner_url, assess=assess)),
            lambda scanner: scanner.close(),
            on_health=on_health,
        )

    def watched(self) -> tuple[Callable[[], bool], ...]:
        """Without these no passport can be read."""
        return (lambda: self.warm, lambda: self.page.health.ready, lambda: self.reader.health.ready)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        devices = (self.page, self.face, self.reader, self.scanner)
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


def _opened(scanner: SbiScanner) -> SbiScanner:
    """Raise `DeviceLost` where no scanner answers, so that its supervisor keeps trying."""
    try:
        scanner.ready()
    except Exception:
        scanner.close()
        raise
    return scanner


def camera_at(source: str) -> Callable[[], Camera]:
    """A URL, a path, or the number of a device."""
    return lambda: UrlCamera(int(source) if source.isdigit() else source)


def card_reader(given: BioCartSettings) -> Callable[[], CardReader]:
    if given.reader is not None:
        from passport_reader.pcsc import PcscReader

        name = given.reader
        return lambda: PcscReader(name)
    from passport_reader.vpcd import VpcdReader

    return lambda: VpcdReader(given.vpcd_host, given.vpcd_port)


def trust_store(given: BioCartSettings) -> TrustStore:
    """Raise `SettingsUnusable`."""
    roots = (given.master_list_root.read_bytes(),) if given.master_list_root is not None else ()
    try:
        return TrustStore.from_master_list(given.master_list.read_bytes(), roots=roots)
    except PassportError as error:
        raise SettingsUnusable([f"master_list: {error}"]) from None


def _tls(given: BioCartSettings) -> TlsFiles | None:
    if given.tls_certificate is None or given.tls_key is None or given.tls_authority is None:
        return None
    return TlsFiles(given.tls_certificate, given.tls_key, given.tls_authority)


def utc_now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def _console(given: BioCartSettings) -> AsyncIterator[tuple[ConsoleClient, Outbox]]:
    """Raise `SettingsUnusable` where the outbox cannot be opened."""
    key = given.private_key()
    try:
        outbox = Outbox(given.outbox, station=given.station, private_key=key)
    except OutboxError as error:
        raise SettingsUnusable([f"outbox: {error}"]) from None
    client = ConsoleClient(str(given.console_url), station=given.station, private_key=key, tls=_tls(given))
    try:
        yield client, outbox
    finally:
        await client.close()
        outbox.close()


async def run_bio_cart(given: BioCartSettings) -> None:
    """Until SIGTERM. Raise `SettingsUnusable` or `CatalogueUnusable` before anything is shown."""
    spoken, trust = languages.load(), trust_store(given)
    listener = listen(given.http_host, given.http_port)
    async with _console(given) as (client, outbox):
        telemetry = Telemetry(outbox, utc_now)
        workers = Workers(1, warm=(compare.warm_up, print_quality))
        hardware = Hardware(given, _health_to(telemetry), _assessing(workers))
        desk = PassportDesk(hardware.page, hardware.reader, trust, workers, now=utc_now)
        place = Place(given.station, given.port_name, given.booth)
        devices = _devices(hardware, desk, workers)
        visit = BioCart(devices, Sending(client, telemetry), telemetry, place, now=utc_now)
        stop = asyncio.Event()
        try:
            with hardware.running():
                async with asyncio.TaskGroup() as tasks:
                    beside = (telemetry.run(), _warm(workers, hardware))
                    running = [tasks.create_task(work) for work in beside]
                    delivering = tasks.create_task(deliver(outbox, client, stop))
                    await serve(_application(given, visit, spoken), listener, visit.change, visit.run())
                    stop.set()
                    await delivering
                    for task in running:
                        task.cancel()
        finally:
            visit.close()
            await asyncio.to_thread(workers.close)
            await telemetry.flush()


def _devices(hardware: Hardware, desk: PassportDesk, workers: Workers) -> Devices:
    return Devices(
        desk=desk,
        faces=FaceDesk(hardware.face, workers),
        fingers=FingerDesk(hardware.scanner),
        workers=workers,
        watched=hardware.watched(),
        mirror=hardware.face,
    )


def _application(given: BioCartSettings, cart: BioCart, spoken: languages.Languages) -> FastAPI:
    screen = CartScreen(
        cart,
        spoken,
        given.floor,
        station=given.station,
        number=given.number,
        default_language=given.default_language,
        clock=time.monotonic,
    )
    boot = secrets.token_hex(8)
    app = site(screen, Painter(spoken, boot=boot, shape="landscape"), boot=boot)
    add_state(app, screen)
    return app


async def _warm(workers: Workers, hardware: Hardware) -> None:
    """Until the first worker is warm the bio-cart is closed; loading the network takes seconds."""
    while not hardware.warm:
        try:
            await workers.start()
            hardware.warm = True
        except BiometricError as error:
            log.error("worker_unusable", code=error.code)
            await asyncio.sleep(WARM_AGAIN_SECONDS)


def _assessing(workers: Workers) -> Callable[[Gray, int], Quality]:
    """For the scanner's owner thread: prints are rated in the worker, so that the screen never stalls."""
    loop = asyncio.get_running_loop()

    def assess(pixels: Gray, dpi: int) -> Quality:
        return asyncio.run_coroutine_threadsafe(workers.run(print_quality, pixels, dpi), loop).result(ASSESS_SECONDS)

    return assess


def _health_to(telemetry: Telemetry) -> Callable[[Health], None]:
    """For owner threads: told in the loop, and to nobody once it has closed."""
    loop = asyncio.get_running_loop()

    def tell(health: Health) -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_note_health, telemetry, health)

    return tell


def add_state(app: FastAPI, screen: CartScreen) -> None:
    """Public state, without personal data, and the last print for the screen itself."""

    @app.get("/v1/state")
    async def state() -> Response:
        return Response(msgspec.json.encode(screen.view()), media_type="application/json")

    @app.get("/v1/events")
    async def stream() -> StreamingResponse:
        feed = events(screen.change, "view", lambda: msgspec.json.encode(screen.view()).decode(), audible=False)
        return StreamingResponse(feed, media_type="text/event-stream")

    @app.get("/finger")
    async def finger() -> Response:
        picture = screen.print_picture()
        return Response(status_code=404) if picture is None else Response(picture, media_type="image/png")


def _note_health(telemetry: Telemetry, health: Health) -> None:
    if health.condition is Condition.LOST:
        telemetry.note("device_lost", device=health.device, reason=health.reason)
    elif health.condition is Condition.READY:
        telemetry.note("device_back", device=health.device)
