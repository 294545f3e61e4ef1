"""Mode `bio_cart`: devices, visit, console and screen put together in one process, until SIGTERM."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse

from biometrics import sbi
from biometrics.capture import UnusableImage
from biometrics.finger import sample
from biometrics.finger.sample import PrintSample
from biometrics.workers import WorkerLost, Workers
from examiner_console.client import deliver
from gate.equipment import Equipment, Matching, OnHealth, at_work, console, health_to, trust_store, utc_now
from gate.passport_desk import PassportDesk
from gate.serving import listen
from gate.settings import SettingsUnusable
from gate.station import Supervisor
from gate.telemetry import Telemetry
from kiosk import languages
from kiosk.cart import BioCart
from kiosk.cart_screen import CartScreen
from kiosk.examination import Desks, Examination, Place
from kiosk.fingers import FingerDesk, OpenScanner
from kiosk.screens import Painter
from kiosk.sending import Sending
from kiosk.serving import serve
from kiosk.settings import BioCartSettings
from kiosk.site import site
from kiosk.stream import events

ASSESS_SECONDS: Final = 20.0
"""A print takes a tenth of a second; a worker that died in between is replaced within a few."""


async def run_bio_cart(given: BioCartSettings, workers: Workers) -> None:
    """Until SIGTERM. Raise `SettingsUnusable` or `CatalogueUnusable` before anything is shown."""
    spoken, trust, certificate = languages.load(), trust_store(given), scanner_certificate(given)
    listener = listen(given.http_host, given.http_port)
    async with console(given) as (client, outbox):
        telemetry = Telemetry(outbox, utc_now)
        on_health = health_to(telemetry)
        warming, equipment = Matching(workers, on_health), Equipment(given, on_health)
        scanner = _scanner(str(given.scanner_url), certificate, workers, on_health)
        desk = PassportDesk(equipment.page, equipment.reader, trust, workers, now=utc_now)
        desks = Desks(desk, equipment.face_desk(workers), FingerDesk(scanner), workers)
        place = Place(given.station, given.port_name, given.booth)
        examination = Examination(
            *(desks, Sending(client, telemetry), telemetry, place),
            morphing_threshold=given.morphing_threshold,
            now=utc_now,
        )
        visit = BioCart(examination, telemetry, (warming, equipment.page, equipment.reader))
        stop = asyncio.Event()
        try:
            with at_work((*equipment.devices, scanner)):
                async with asyncio.TaskGroup() as tasks:
                    running = [tasks.create_task(work) for work in (telemetry.run(), warming.run())]
                    delivering = tasks.create_task(deliver(outbox, client, stop))
                    await serve(_application(given, visit, spoken), listener, visit.change, visit.run())
                    stop.set()
                    await delivering
                    for task in running:
                        task.cancel()
        finally:
            visit.close()
            await telemetry.flush()


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


def scanner_certificate(given: BioCartSettings) -> bytes | None:
    """DER. Raise `SettingsUnusable`."""
    if given.scanner_certificate is None:
        return None
    try:
        data = given.scanner_certificate.read_bytes()
        if data.startswith(b"-----"):
            data = x509.load_pem_x509_certificate(data).public_bytes(Encoding.DER)
        sbi.device_key(data)
    except (OSError, ValueError, sbi.UntrustedDevice):
        raise SettingsUnusable(["scanner_certificate: not a certificate of an RSA key of at least 2048 bits"]) from None
    return data


def _scanner(url: str, certificate: bytes | None, workers: Workers, on_health: OnHealth) -> Supervisor[OpenScanner]:
    assess = _assessing(workers)

    def opened() -> OpenScanner:
        """Raise `DeviceLost` where no scanner answers, so that its supervisor keeps trying."""
        scanner = sbi.SbiScanner(url.rstrip("/"), certificate=certificate, assess=assess)
        try:
            scanner.ready()
        except Exception:
            scanner.close()
            raise
        return scanner

    return Supervisor("finger_scanner", opened, lambda scanner: scanner.close(), on_health=on_health)


def _assessing(workers: Workers) -> Callable[[bytes], PrintSample]:
    """For the scanner's owner thread: prints are decoded and rated in the worker, so that the screen never stalls."""
    loop = asyncio.get_running_loop()

    def assess(data: bytes) -> PrintSample:
        try:
            return asyncio.run_coroutine_threadsafe(workers.run(sample.assessed, data), loop).result(ASSESS_SECONDS)
        except (WorkerLost, TimeoutError):
            raise UnusableImage("the matching process ended over this print") from None

    return assess


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
