"""A whole console on a port of its own, with officers, a station that signs, and travellers to refer."""

from __future__ import annotations

import asyncio
import io
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2 as httpx
import msgspec
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, ImageDraw
from sqlalchemy import insert
from uuid6 import uuid7

from examiner_console import migrations
from examiner_console.app import create_app
from examiner_console.casework.stations import Station, enrol
from examiner_console.console import Console, open_console
from examiner_console.contract import (
    CheckOutcome,
    Comparison,
    Decision,
    Declaration,
    Delivery,
    Direction,
    Document,
    Evidence,
    EvidenceBundle,
    EvidenceKind,
    Finding,
    FingerCapture,
    Inspection,
    StationKind,
    decode,
    encode,
    seal,
)
from examiner_console.law.answers import Answers
from examiner_console.law.decide import LANDINGS_ALONE
from examiner_console.settings import Settings
from examiner_console.tables import registry_answers
from examiner_console.web import pages
from examiner_console.web.officers import add_officer

PASSWORD = "correct horse battery"
OFFICERS = {"hoshikawa": "inspector", "akazawa": "inspector", "mori": "supervisor", "kinoshita": "auditor"}
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DEPARTURE_GATE = ("gate-1", StationKind.GATE, Direction.DEPARTURE)
BIO_CART = ("bio-cart-1", StationKind.BIO_CART, Direction.ARRIVAL)
PASSED = (
    "mrz",
    "access_control",
    "sod_hash",
    "sod_signature",
    "certificate_chain",
    "certificate_validity",
    "revocation",
    "chip_authentication",
    "active_authentication",
    "mrz_matches_chip",
    "face_image",
    "face_capture",
)

_NUMBERS = count(20471600)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """In a thread of its own: the browser's driver keeps a loop running in the test's."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def check_digit(text: str) -> str:
    """Doc 9303-3 §4.9."""
    values = (0 if c == "<" else int(c, 36) for c in text)
    return str(sum(value * (7, 3, 1)[n % 3] for n, value in enumerate(values)) % 10)


def zone(state: str, names: str, number: str, birth: str, sex: str, expiry: str) -> str:
    """The two lines of a TD3 (Doc 9303-4 §4.2.2)."""
    first = f"P<{state}{names}".ljust(44, "<")[:44]
    number = number.ljust(9, "<")
    checked = f"{number}{check_digit(number)}", f"{birth}{check_digit(birth)}", f"{expiry}{check_digit(expiry)}"
    optional = "<" * 14 + "<"
    whole = check_digit(checked[0] + checked[1] + checked[2] + optional)
    return first + checked[0] + state + checked[1] + sex + checked[2] + optional + whole


def document(
    surname: str = "TESSARINE", given: str = "MIRELA ANOUK", state: str = "UTO", number: str | None = None
) -> Document:
    """Every traveller has a passport of their own unless `number` says otherwise."""
    number = number or f"L{next(_NUMBERS)}"
    names = f"{surname}<<{given}".replace(" ", "<")
    mrz = zone(state, names, number, "910314", "F", "310821")
    born, ends = date(1991, 3, 14), date(2031, 8, 21)
    return Document("chip", "P", state, number, state, surname, given, born, "F", ends, mrz)


def passed(*, besides: tuple[Finding, ...] = ()) -> tuple[Finding, ...]:
    other = {finding.check for finding in besides}
    return (*(Finding(check, CheckOutcome.SUCCESSFUL) for check in PASSED if check not in other), *besides)


def face(score: float = 0.97) -> Comparison:
    outcome = CheckOutcome.SUCCESSFUL if score >= 0.93 else CheckOutcome.FAILED
    return Comparison("face", "live_face", "chip_face", score, 0.93, 0.001, "dlib", outcome)


def portrait(seed: int = 0) -> bytes:
    picture = Image.new("RGB", (413, 531), (141, 148, 155))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((20, 420, 393, 700), fill=(91, 99, 108))
    draw.ellipse((106, 80, 307, 370), fill=(58, 65, 73))
    draw.ellipse((126, 130 + seed % 20, 287, 400), fill=(227, 230, 233))
    return _jpeg(picture)


def data_page() -> bytes:
    page = Image.new("RGB", (1000, 704), (232, 226, 210))
    page.paste(Image.open(io.BytesIO(portrait())).resize((280, 360)), (40, 130))
    draw = ImageDraw.Draw(page)
    for row in range(8):
        draw.rectangle((380, 140 + 48 * row, 700 + 20 * (row % 3), 160 + 48 * row), fill=(120, 120, 120))
    return _jpeg(page)


def _jpeg(picture: Image.Image) -> bytes:
    data = io.BytesIO()
    picture.save(data, "JPEG")
    return data.getvalue()


@dataclass
class Hall:
    """`base` is the address of the officers' pages."""

    folder: Path
    port: int = 0
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    through: dict[UUID, Inspection] = field(default_factory=dict)
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None
    _clients: list[httpx.Client] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def opened(self) -> Console:
        return open_console(Settings(data_dir=self.folder, booths=1, rules=LANDINGS_ALONE), lambda: self.clock())

    def open(self) -> None:
        """Start, or start again on the same port with the same store."""
        self.console = self.opened()
        listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        self.port = listener.getsockname()[1]
        app = create_app(self.console, [pages.router(self.console)])
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._server.should_exit = True
        self._thread.join(20)
        self.console.close()

    def people(self) -> None:
        async def add() -> None:
            for name, kind, direction in (DEPARTURE_GATE, BIO_CART):
                station = Station(name, kind, direction, KEY.public_key().public_bytes_raw())
                await self.console.store.write(lambda c, s=station: enrol(c, s, datetime.now(UTC)))
            for name, role in OFFICERS.items():
                await add_officer(self.console.store, name, role, f"{name[0].upper()}. {name.title()}", PASSWORD)

        run(add())

    def officer(self, name: str, role: str) -> None:
        """One more, with everybody's password."""
        run(add_officer(self.console.store, name, role, f"{name[0].upper()}. {name.title()}", PASSWORD))

    def arrives(self, who: Document | None = None, **facts: Any) -> UUID:
        """A visitor from the bio-cart, with pictures; clean unless `facts` say otherwise."""
        fingers = tuple(FingerCapture(f"{side}_index", "captured", 82) for side in ("right", "left"))
        known = {"declaration": Declaration("tourism", 10, "Kazamori Hotel, Nagoya"), "fingers": fingers}
        return self.refer(BIO_CART, who or document(), **{**known, **facts})

    def leaves(self, who: Document | None = None, **facts: Any) -> UUID:
        """A Japanese national at a gate whose face is under the line."""
        national = document("YAMADA", "HANAKO", "JPN")
        seen = tuple(Finding(check, CheckOutcome.SUCCESSFUL) for check in ("passage_alone", "face_liveness"))
        known = {"findings": passed(besides=seen), "comparisons": (face(0.91),)}
        return self.refer(DEPARTURE_GATE, who or national, **{**known, **facts})

    def refer(
        self,
        station: tuple[str, StationKind, Direction],
        who: Document | None,
        pictures: bool = True,
        findings: tuple[Finding, ...] | None = None,
        comparisons: tuple[Comparison, ...] | None = None,
        **facts: Any,
    ) -> UUID:
        name, kind, direction = station
        id, now = UUID(int=uuid7().int), self.clock()
        times = (now - timedelta(seconds=95), now - timedelta(seconds=72))
        comparisons = (face(),) if comparisons is None else comparisons
        findings = passed() if findings is None else findings
        inspection = Inspection(id, name, kind, direction, "NRT", *times, who, findings, comparisons, **facts)
        assert self._decided(inspection).outcome == "refer"
        if pictures:
            self.pictures(id, name)
        return id

    def answered(self, id: UUID, **answers: Any) -> None:
        """What registries said of a case that was referred before."""
        row = {"inspection": id, "version": 1, "body": msgspec.json.encode(Answers(**answers))}
        run(self.console.store.write(lambda connection: connection.execute(insert(registry_answers), [row])))

    def goes_through(self, who: Document) -> UUID:
        """A Japanese national whom a gate lets through, and no officer ever sees."""
        checks = ("passage_alone", "face_liveness", "face_morphing", "page_portrait")
        seen = tuple(Finding(check, CheckOutcome.SUCCESSFUL) for check in checks)
        id, now = UUID(int=uuid7().int), self.clock()
        times = (now - timedelta(seconds=95), now - timedelta(seconds=72))
        self.through[id] = Inspection(id, *DEPARTURE_GATE, "NRT", *times, who, passed(besides=seen), (face(),))
        assert self._decided(self.through[id]).outcome == "confirm"
        return id

    def takes_back(self, id: UUID) -> None:
        """The gate did not open after all: the console refers whom it had let through."""
        assert self._decided(self.through[id], Delivery.DEFERRED).outcome == "refer"

    def _decided(self, inspection: Inspection, delivery: Delivery = Delivery.LIVE) -> Decision:
        path = f"/v1/inspections/{inspection.id}"
        return decode(self._put(inspection.station, "inspection", path, inspection, delivery), Decision)

    def pictures(self, id: UUID, station: str) -> None:
        items = (
            Evidence(EvidenceKind.LIVE_FACE, "image/jpeg", portrait(7)),
            Evidence(EvidenceKind.CHIP_FACE, "image/jpeg", portrait()),
            Evidence(EvidenceKind.PAGE_IMAGE, "image/jpeg", data_page()),
        )
        self._put(station, "evidence", f"/v1/inspections/{id}/evidence", EvidenceBundle(id, items))

    def _put(self, station: str, purpose: str, path: str, message: Any, delivery: Delivery = Delivery.LIVE) -> bytes:
        envelope = seal(encode(message), purpose=purpose, key=station, private_key=KEY, delivery=delivery)
        answer = httpx.put(self.base + path, content=encode(envelope))
        assert answer.status_code in (200, 201, 204), answer.text
        return answer.content

    def browser(self) -> Browser:
        client = httpx.Client(base_url=self.base, headers={"accept-language": "en"})
        self._clients.append(client)
        return Browser(client)

    def logged_in(self, name: str) -> Browser:
        browser = self.browser()
        assert browser.log_in(name).status_code == 303
        return browser


@dataclass
class Browser:
    """What a browser does with forms: cookies, the page's form token, and Origin."""

    client: httpx.Client

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.client.get(path, **more)

    def post(self, path: str, **fields: str) -> httpx.Response:
        return self.client.post(path, data={"form_token": self.token(), **fields}, headers=self.origin)

    def answer(self, path: str, **fields: str) -> httpx.Response:
        """As the page's script asks: JSON back."""
        headers = {**self.origin, "accept": "application/json"}
        return self.client.post(path, data={"form_token": self.token(), **fields}, headers=headers)

    @property
    def origin(self) -> dict[str, str]:
        return {"origin": str(self.client.base_url).rstrip("/")}

    def token(self) -> str:
        page = self.client.get("/queue", follow_redirects=True).text
        return page.split('data-form-token="')[1].split('"')[0]

    def log_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        return self.post("/login", name=name, password=password)


def _open(folder: Path) -> Iterator[Hall]:
    hall = Hall(folder)
    migrations.upgrade(Settings(data_dir=folder).database)
    hall.open()
    hall.people()
    yield hall
    for client in hall._clients:
        client.close()
    hall.close()


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Shared by a module's tests: each brings its own travellers."""
    yield from _open(tmp_path_factory.mktemp("console"))


@pytest.fixture
def own_hall(tmp_path: Path) -> Iterator[Hall]:
    """For a test that stops the console, moves its clock, or counts."""
    yield from _open(tmp_path)


@pytest.fixture(scope="module")
def inspector(hall: Hall) -> Browser:
    return hall.logged_in("hoshikawa")
