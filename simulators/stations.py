"""A station of the hall: its simulated devices, its settings on disk, and the programs that drive them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2

from simulators.camera import CameraServer
from simulators.faces import hall
from simulators.lane_apart import LaneApart
from simulators.processes import Program
from simulators.scanner import ScannerServer
from simulators.site import Site, StationKeys, free_port, write_private, write_toml
from simulators.travellers import ARRIVAL, BIO_CART, DEPARTURE, GATE

ATTENDANT_SECONDS: Final = 30.0
ATTENDANT_TOKEN: Final = "attendant of the simulated hall"  # noqa: S105 - guards simulated doors on loopback alone


def face_camera() -> CameraServer:
    """It sees the hall that is behind everybody who stands before it."""
    return CameraServer(empty=hall((640, 480), 0))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every station of a hall shares."""

    site: Site
    console_url: str
    master_list: Path
    master_list_root: Path
    revocation_lists: Path
    port_name: str
    gate_numbers: str = ""
    """The gates from left to right, with spaces between; and the booths likewise, for the plan on the screens."""
    booths: str = ""
    liveness_threshold: float | None = None
    morphing_threshold: float | None = None


@dataclass(slots=True, eq=False)
class GateStation:
    """Two cameras, a lane on a pty, a port for the chip; the gate's program and its screen's."""

    number: int
    direction: str
    surroundings: Surroundings
    page: CameraServer = field(default_factory=CameraServer)
    camera: CameraServer = field(default_factory=face_camera)
    door: LaneApart = field(default_factory=LaneApart)
    card_port: int = field(default_factory=free_port)
    http_port: int = field(default_factory=free_port)
    screen_port: int = field(default_factory=free_port)
    kind: str = GATE
    keys: StationKeys = field(init=False)
    program: Program = field(init=False)
    screen: Program = field(init=False)

    def __post_init__(self) -> None:
        self.keys = self.surroundings.site.station_keys(self.name)
        self.program = Program(
            self.name, ("gate", "--config", str(self._settings())), f"{self.url}/v1/state", self._folder
        )
        self.screen = Program(
            f"{self.name}-screen",
            ("kiosk", "--config", str(self._screen_settings())),
            f"{self.screen_url}/",
            self._folder,
        )

    @property
    def name(self) -> str:
        return f"gate-{self.number}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def screen_url(self) -> str:
        return f"http://127.0.0.1:{self.screen_port}"

    @property
    def lane(self) -> LaneApart:
        return self.door

    @property
    def outbox_file(self) -> Path:
        return self._folder / f"{self.name}.outbox"

    @property
    def _folder(self) -> Path:
        return self.surroundings.site.folder

    @property
    def programs(self) -> Iterator[Program]:
        yield self.program
        yield self.screen

    async def attend(self, client: httpx2.AsyncClient, command: str) -> None:
        """What the gate assistant presses, again where the gate's program is just starting."""
        headers = {"x-attendant-token": ATTENDANT_TOKEN}
        async with asyncio.timeout(ATTENDANT_SECONDS):
            while True:
                with contextlib.suppress(httpx2.HTTPError):
                    answer = await client.post(f"{self.url}/v1/attendant", json={"command": command}, headers=headers)
                    answer.raise_for_status()
                    return
                await asyncio.sleep(0.2)

    def close(self) -> None:
        for device in (self.page, self.camera, self.door):
            device.close()

    def _settings(self) -> Path:
        around = self.surroundings
        token = write_private(self._folder / f"{self.name}-attendant.token", ATTENDANT_TOKEN.encode())
        door_key = write_private(self._folder / f"{self.name}-door.key", self.door.key.hex().encode())
        settings: dict[str, str | int | float | bool | Path | None] = {
            "station": self.name,
            "number": self.number,
            "direction": self.direction,
            "port_name": around.port_name,
            "console_url": around.console_url,
            "key_file": self.keys.private,
            "tls_certificate": self.keys.certificate,
            "tls_key": self.keys.tls_key,
            "tls_authority": around.site.authority_file,
            "outbox": self.outbox_file,
            "vpcd_port": self.card_port,
            "page_camera": self.page.url,
            "face_camera": self.camera.url,
            "liveness_threshold": around.liveness_threshold,
            "morphing_threshold": around.morphing_threshold,
            "door_device": self.door.device,
            "door_key_file": door_key,
            "master_list": around.master_list,
            "master_list_root": around.master_list_root,
            "revocation_lists": around.revocation_lists,
            "http_port": self.http_port,
            "attendant_token_file": token,
        }
        return write_toml(self._folder / f"{self.name}.toml", settings)

    def _screen_settings(self) -> Path:
        settings: dict[str, str | int | float | bool | Path | None] = {
            "mode": "gate",
            "gate_url": self.url,
            "http_port": self.screen_port,
            "floor_stations": self.surroundings.gate_numbers,
            "floor_booths": self.surroundings.booths,
        }
        return write_toml(self._folder / f"{self.name}-screen.toml", settings)


@dataclass(slots=True, eq=False)
class BioCartStation:
    """Two cameras, a scanner, a port for the chip; one program that is the visit and its screen."""

    number: int
    surroundings: Surroundings
    page: CameraServer = field(default_factory=CameraServer)
    camera: CameraServer = field(default_factory=face_camera)
    scanner: ScannerServer = field(default_factory=ScannerServer)
    card_port: int = field(default_factory=free_port)
    http_port: int = field(default_factory=free_port)
    kind: str = BIO_CART
    direction: str = ARRIVAL
    keys: StationKeys = field(init=False)
    program: Program = field(init=False)

    def __post_init__(self) -> None:
        self.keys = self.surroundings.site.station_keys(self.name)
        self.program = Program(
            self.name, ("kiosk", "--config", str(self._settings())), f"{self.url}/v1/state", self._folder
        )

    @property
    def name(self) -> str:
        return f"bio-cart-{self.number}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def outbox_file(self) -> Path:
        return self._folder / f"{self.name}.outbox"

    @property
    def _folder(self) -> Path:
        return self.surroundings.site.folder

    @property
    def programs(self) -> Iterator[Program]:
        yield self.program

    def close(self) -> None:
        for device in (self.page, self.camera, self.scanner):
            device.close()

    def _settings(self) -> Path:
        around = self.surroundings
        certificate = self._folder / f"{self.name}-scanner.cer"
        certificate.write_bytes(self.scanner.certificate)
        settings: dict[str, str | int | float | bool | Path | None] = {
            "mode": "bio_cart",
            "station": self.name,
            "number": self.number,
            "port_name": around.port_name,
            "console_url": around.console_url,
            "key_file": self.keys.private,
            "tls_certificate": self.keys.certificate,
            "tls_key": self.keys.tls_key,
            "tls_authority": around.site.authority_file,
            "outbox": self.outbox_file,
            "vpcd_port": self.card_port,
            "page_camera": self.page.url,
            "face_camera": self.camera.url,
            "liveness_threshold": around.liveness_threshold,
            "morphing_threshold": around.morphing_threshold,
            "scanner_url": self.scanner.url,
            "scanner_certificate": certificate,
            "floor_stations": str(self.number),
            "floor_booths": around.booths,
            "master_list": around.master_list,
            "master_list_root": around.master_list_root,
            "revocation_lists": around.revocation_lists,
            "http_port": self.http_port,
        }
        return write_toml(self._folder / f"{self.name}.toml", settings)


Station = GateStation | BioCartStation


def directions(gates: int) -> list[str]:
    """Departure and arrival in turn, beginning with departure, where visitors may use a gate too."""
    return [ARRIVAL if number % 2 else DEPARTURE for number in range(gates)]
