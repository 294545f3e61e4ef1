"""Three ways to lay a chip down: in this process, over vpcd's protocol, and through pcscd and pyscard."""

from __future__ import annotations

import ctypes
import importlib.util
import shutil
import subprocess
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

import pytest

from passport_reader import mrz
from passport_reader.card.pcsc import PcscReader, ReaderUnavailable
from passport_reader.card.vpcd import VpcdReader
from passport_reader.document import Card, ChipLost, Outcome, TravelDocument
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols.access import Key, MrzKey
from passport_reader.reading import Wishes, read_document
from simulators.chip import SimulatedChip
from simulators.issuing import Passport
from simulators.link import present

Lay = Callable[..., AbstractContextManager[Card]]
Read = Callable[..., TravelDocument]

AS_FAST_AS_IT_GOES = {"kbit_s": 1e9, "apdu_ms": 0.0}
VPCD_PORT = 35963  # the port of vpcd's first slot
NETWORK_NAMESPACE = 0x40000000  # CLONE_NEWNET of <sched.h>


@pytest.fixture(params=["in_process", "vpcd", pytest.param("pcsc", marks=pytest.mark.pcsc)])
def laid(request: pytest.FixtureRequest) -> Lay:
    """`with laid(passport, faults=[…], tear_after=12) as card`, by one of the three ways."""
    ways = {"in_process": in_process, "vpcd": over_vpcd, "pcsc": over_pcsc}
    return ways[request.param](request)


def in_process(request: pytest.FixtureRequest) -> Lay:
    lay = request.getfixturevalue("lay")
    return lambda passport, **how: nullcontext(lay(passport, **how))


def over_vpcd(request: pytest.FixtureRequest) -> Lay:
    reader = VpcdReader()
    request.addfinalizer(reader.close)

    @contextmanager
    def lay(passport: Passport, *, faults: Collection[str] = (), tear_after: int | None = None) -> Iterator[Card]:
        chip = SimulatedChip(passport, faults=faults)
        with present(chip, "127.0.0.1", reader.port, tear_after=tear_after, **AS_FAST_AS_IT_GOES):
            yield reader.wait_for_card(10)

    return lay


def over_pcsc(request: pytest.FixtureRequest) -> Lay:
    service: PcscService = request.getfixturevalue("pcsc_service")

    @contextmanager
    def lay(passport: Passport, *, faults: Collection[str] = (), tear_after: int | None = None) -> Iterator[Card]:
        chip = SimulatedChip(passport, faults=faults)
        with service.inside():
            presented = present(chip, "127.0.0.1", VPCD_PORT, tear_after=tear_after, **AS_FAST_AS_IT_GOES)
        try:
            with presented:
                yield service.reader.wait_for_card(10)
        finally:
            service.see_it_leave()

    return lay


class PcscService:
    """pcscd with vpcd, in network and mount namespaces of its own because vpcd listens on every address."""

    SCRIPT = "ip link set lo up && mkdir -p /run/pcscd && mount -t tmpfs none /run/pcscd && exec pcscd --foreground"

    def __init__(self) -> None:
        command = ["unshare", "--net", "--mount", "bash", "-c", self.SCRIPT]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.reader: PcscReader

    @property
    def socket(self) -> Path:
        """The service's socket, seen from outside its mount namespace."""
        return Path(f"/proc/{self.process.pid}/root/run/pcscd/pcscd.comm")

    def ready(self, seconds: float = 10.0) -> bool:
        """Whether it shows a reader in time. There is no event to wait for: the service has to be asked."""
        pause = threading.Event()
        for _ in range(int(seconds / 0.05)):
            if self.process.poll() is not None:
                return False
            if self.socket.exists():
                try:
                    self.reader = PcscReader("Virtual PCD 00 00")
                    return True
                except ReaderUnavailable:
                    pass
            pause.wait(0.05)
        return False

    def see_it_leave(self, seconds: float = 10.0) -> None:
        """Returns when it has noticed that the card is gone: one laid down earlier would answer to this one's ATR."""
        pause = threading.Event()
        for _ in range(int(seconds / 0.02)):
            if not self.reader.card_present:
                return
            pause.wait(0.02)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """This thread's new connections start in the service's network namespace."""
        with open("/proc/thread-self/ns/net") as own, open(f"/proc/{self.process.pid}/ns/net") as theirs:
            enter(theirs.fileno())
            try:
                yield
            finally:
                enter(own.fileno())


def enter(namespace: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(namespace, NETWORK_NAMESPACE):
        raise OSError(ctypes.get_errno(), "setns")


@pytest.fixture(scope="module")
def pcsc_service(require: Callable[[object, str], None], pcsc_socket: Path) -> Iterator[PcscService]:
    require(importlib.util.find_spec("smartcard"), "pyscard (sekisho[pcsc])")
    require(shutil.which("pcscd"), "pcscd (apt-get install pcscd)")
    require(Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so").exists(), "vpcd (apt-get install vsmartcard-vpcd)")
    allowed = subprocess.run(["unshare", "--net", "--mount", "true"], check=False, capture_output=True).returncode == 0
    require(allowed, "the right to make a network namespace (root)")
    service = PcscService()
    pcsc_socket.symlink_to(service.socket)
    try:
        require(service.ready(), "a pcscd that shows vpcd's reader")
        yield service
        service.reader.close()
    finally:
        pcsc_socket.unlink()
        service.process.terminate()
        service.process.wait()


class InProcessCard:
    """A simulated chip as a `Card`. Counts commands, and leaves the field after `tear_after` of them."""

    def __init__(self, chip: SimulatedChip, tear_after: int | None = None) -> None:
        self.chip, self.tear_after = chip, tear_after
        self.commands: list[bytes] = []

    @property
    def atr(self) -> bytes:
        return self.chip.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        if self.tear_after is not None and len(self.commands) >= self.tear_after:
            raise ChipLost("the chip left the field")
        self.commands.append(apdu)
        response = self.chip.handle(apdu)
        return response[:-2], int.from_bytes(response[-2:], "big")


class Dropping:
    """A card that leaves its session `before` commands of these numbers, as in a moment without power."""

    def __init__(self, card: Card, before: Collection[int] = ()) -> None:
        self._card = card
        self.before = set(before)
        self.commands = self.times = 0

    @property
    def atr(self) -> bytes:
        return self._card.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        if self.commands in self.before:
            self.times += 1
            self._card.transmit(bytes.fromhex("0084000008"))  # a command outside the session ends it
        self.commands += 1
        return self._card.transmit(apdu)


def key_of(passport: Passport) -> MrzKey:
    return MrzKey.of(mrz.parse("".join(passport.mrz_lines)))


def found(document: TravelDocument, check: str) -> tuple[Outcome, str]:
    (finding,) = (finding for finding in document.findings if finding.check == check)
    return finding.outcome, finding.code


def reading(laid: Lay, trust: TrustStore, at: datetime) -> Read:
    """`read(passport, key=…, faults=[…], wishes=…, by=…)`: the document, once the chip has gone."""

    def read(
        passport: Passport,
        *,
        key: Key | None = None,
        faults: Collection[str] = (),
        wishes: Wishes | None = None,
        by: TrustStore = trust,
    ) -> TravelDocument:
        with laid(passport, faults=faults) as card:
            return read_document(card, key or key_of(passport), by, at=at, wishes=wishes or Wishes())

    return read


@pytest.fixture
def read(laid: Lay, trust: TrustStore, at: datetime) -> Read:
    """Reads a passport in each of the three ways."""
    return reading(laid, trust, at)


@pytest.fixture
def read_here(request: pytest.FixtureRequest, trust: TrustStore, at: datetime) -> Read:
    """Reads a passport in this process: for what would take long in three ways."""
    return reading(in_process(request), trust, at)
