"""A bio-cart as a process of its own, with simulated hardware and a console at the wire."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx2
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI, Request, Response

from examiner_console.contract import (
    Decision,
    DecisionOutcome,
    EventBatch,
    EventReceipt,
    EvidenceBundle,
    Inspection,
    Reason,
    SignedEnvelope,
    StationEvent,
    encode,
    open_envelope,
)
from simulators.camera import CameraServer
from simulators.cast import RenderedCast
from simulators.chip import SimulatedChip
from simulators.issuing import Holder, World
from simulators.link import PresentedChip, present
from simulators.page import render_page
from simulators.scanner import ScannerServer
from simulators.site import free_port

ROOT = Path(__file__).parents[2]


class WireConsole:
    """Takes what a station sends, verifies the envelope, refers everyone to booth 12."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self.keys = {"cart-1": key.public_key()}
        self.inspections: dict[str, tuple[SignedEnvelope, Inspection]] = {}
        self.evidence: dict[str, EvidenceBundle] = {}
        self.events: list[StationEvent] = []
        self.silent = False
        self.app = self._app()

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.put("/v1/inspections/{name}")
        async def inspect(name: str, request: Request) -> Response:
            if self.silent:
                return Response(status_code=503)
            envelope, inspection = open_envelope(await request.body(), Inspection, purpose="inspection", keys=self.keys)
            self.inspections[name] = (envelope, inspection)
            reason = Reason("landing_examination", "Art. 7(1)", "arrival")
            decision = Decision(inspection.id, DecisionOutcome.REFER, (reason,), "test", datetime.now(UTC), booth="12")
            return Response(encode(decision), media_type="application/json")

        @app.put("/v1/inspections/{name}/evidence")
        async def pictures(name: str, request: Request) -> Response:
            if self.silent:
                return Response(status_code=503)
            assert name in self.inspections
            _, bundle = open_envelope(await request.body(), EvidenceBundle, purpose="evidence", keys=self.keys)
            self.evidence[name] = bundle
            return Response(status_code=204)

        @app.post("/v1/events")
        async def telemetry(request: Request) -> Response:
            if self.silent:
                return Response(status_code=503)
            _, batch = open_envelope(await request.body(), EventBatch, purpose="events", keys=self.keys)
            self.events += batch.events
            return Response(encode(EventReceipt(len(batch.events), 0)), media_type="application/json")

        return app


def until(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    """What `condition` gives once it gives something; AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(httpx2.HTTPError):
            if found := condition():
                return found
        time.sleep(0.02)
    raise AssertionError("did not come about in time")


class Cart:
    """The process, its devices, and a traveller's hands."""

    def __init__(self, folder: Path, console_url: str, key: Ed25519PrivateKey) -> None:
        self.folder, self.world, self.cast = folder, World(seed=7), RenderedCast()
        self.page, self.camera, self.scanner = CameraServer(), CameraServer(), ScannerServer()
        self.card_port, self.port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._chip: PresentedChip | None = None
        self._client = httpx2.Client(base_url=self.url, trust_env=False, timeout=5.0)
        (folder / "cart.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (folder / "list.ml").write_bytes(self.world.master_list())
        (folder / "root.der").write_bytes(self.world.master_list_root)
        self._configure(console_url)
        self.process: subprocess.Popen[bytes] | None = None

    def _configure(self, console_url: str) -> None:
        lines = {
            **{"mode": "bio_cart", "station": "cart-1", "port_name": "Narita", "console_url": console_url},
            **{"key_file": "cart.key", "outbox": "cart.outbox", "master_list": "list.ml"},
            **{"master_list_root": "root.der", "page_camera": self.page.url, "face_camera": self.camera.url},
            "scanner_url": self.scanner.url,
        }
        text = "".join(f'{name} = "{value}"\n' for name, value in lines.items())
        (self.folder / "kiosk.toml").write_text(f"{text}http_port = {self.port}\nvpcd_port = {self.card_port}\n")

    def start(self) -> None:
        command = [sys.executable, "-m", "kiosk", "--config", str(self.folder / "kiosk.toml")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stderr=log, env=os.environ | {"PYTHONWARNINGS": ""})
        until(lambda: self.state() == "start", 60)

    def view(self) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode(self._client.get("/v1/state").content)
        return found

    def state(self) -> str:
        return str(self.view()["state"])

    def reaches(self, *states: str, seconds: float = 30.0) -> str:
        return str(until(lambda: (now := self.state()) in states and now, seconds))

    def touch(self, action: str, value: str = "") -> None:
        assert self._client.post(f"/touch/{action}", data={"value": value}).status_code == 204

    def page_text(self) -> str:
        return str(self._client.get("/").text)

    def lay(self, person: int, *, tear_after: int | None = None, **holder: Any) -> str:
        """Lay a passport, in place of what lies there; return its number."""
        if self._chip is not None:
            self._chip.remove()
        facts: dict[str, Any] = {
            **{"surname": "SPECIMEN", "given_names": "ANNA MARIA", "nationality": "UTO", "issuing_state": "UTO"},
            **{"birth_date": date(1985, 4, 12), "sex": "F", "expiry_date": date(2031, 4, 15)},
            **{"document_number": "L898902C3", "portrait_jpeg": self.cast.portrait(person)},
        } | holder
        passport = self.world.issue(Holder(**facts))
        self.page.show(render_page(passport, seed=person))
        self._chip = present(SimulatedChip(passport), "127.0.0.1", self.card_port, tear_after=tear_after)
        return str(facts["document_number"])

    def lift(self) -> None:
        self.page.show(None)
        if self._chip is not None:
            self._chip.remove()
            self._chip = None

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(20)

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.lift()
        for device in (self.page, self.camera, self.scanner):
            device.close()
        self._client.close()
