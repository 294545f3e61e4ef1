"""The same suite three times: the chip in this process, over vpcd's protocol, and through pcscd and pyscard."""

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
from typing import Any

import pytest

from passport_reader import mrz
from passport_reader.card.messaging import MessagingFailed
from passport_reader.card.pcsc import PcscReader, ReaderUnavailable
from passport_reader.card.vpcd import VpcdReader
from passport_reader.document import Card, ChipLost, ChipRefused, Outcome, TravelDocument
from passport_reader.lds import Ef
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols.access import AccessDenied, CanKey, MrzKey
from passport_reader.reading import Listener, Progress, ReadingCancelled, read_document
from simulators.chip import SimulatedChip
from simulators.issuing import Passport
from simulators.link import present

Issue = Callable[..., Passport]
Lay = Callable[..., AbstractContextManager[Card]]

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
        with presented:
            yield service.reader.wait_for_card(10)

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


def key_of(passport: Passport) -> MrzKey:
    return MrzKey.of(mrz.parse("".join(passport.mrz_lines)))


def found(document: TravelDocument, check: str) -> tuple[Outcome, str]:
    (finding,) = (finding for finding in document.findings if finding.check == check)
    return finding.outcome, finding.code


@pytest.fixture
def read(laid: Lay, trust: TrustStore, at: datetime) -> Callable[..., TravelDocument]:
    def reading(passport: Passport, *, key: Any = None, faults: Collection[str] = ()) -> TravelDocument:
        with laid(passport, faults=faults) as card:
            return read_document(card, key or key_of(passport), trust, at=at)

    return reading


Read = Callable[..., TravelDocument]


@pytest.mark.parametrize("state", ["JPN", "UTO", "XAA", "QMA"])
def test_a_genuine_passport_passes_every_check_that_can_be_made(read: Read, issue: Issue, state: str) -> None:
    """Four States: AES and 3DES, NIST and brainpool, ECDSA, RSA and RSA-PSS."""
    passport = issue(state)
    document = read(passport)
    assert document.mrz is not None
    assert document.mrz.lines == passport.mrz_lines
    assert document.face is not None
    assert document.face.data == passport.portrait
    for check in ("mrz", "access_control", "sod_hash", "sod_signature", "certificate_chain", "certificate_validity",
                  "face_image"):  # fmt: skip
        assert document.outcome(check) is Outcome.SUCCESSFUL, check
    assert found(document, "access_control") == (Outcome.SUCCESSFUL, "pace")
    assert found(document, "revocation") == (Outcome.UNDETERMINED, "no_revocation_list")
    for check in ("active_authentication", "chip_authentication", "terminal_authentication"):
        assert found(document, check) == (Outcome.NOT_SUPPORTED, "not_offered")
    assert set(document.files) >= {Ef.COM, Ef.SOD, Ef.DG1, Ef.DG2, Ef.DG14, Ef.CARD_ACCESS}
    assert {file: passport.files[file] for file in document.files} == document.files


def test_the_card_access_number_opens_a_chip_too(read: Read, issue: Issue) -> None:
    passport = issue("UTO")
    assert found(read(passport, key=CanKey(passport.can)), "access_control") == (Outcome.SUCCESSFUL, "pace")


@pytest.mark.parametrize("form", ["TD1", "TD2"])
def test_cards_are_read_like_passports(read: Read, issue: Issue, form: str) -> None:
    document = read(issue("UTO", format=form))
    assert document.mrz is not None
    assert document.mrz.format == form


def test_an_old_chip_that_never_offered_pace_opens_by_basic_access_control(read: Read, issue: Issue) -> None:
    document = read(issue("UTO", faults=["bac_only"]))
    assert found(document, "access_control") == (Outcome.SUCCESSFUL, "bac")
    assert document.outcome("sod_hash") is Outcome.SUCCESSFUL


@pytest.mark.parametrize("fault", ["bac_only", "pace_fails_then_bac"])
def test_a_downgrade_to_basic_access_control_is_never_silent(read: Read, issue: Issue, fault: str) -> None:
    """`bac_only` hides EF.CardAccess, as a relay would; the signed DG14 still tells of PACE."""
    document = read(issue("UTO"), faults=[fault])
    assert found(document, "access_control") == (Outcome.FAILED, "pace_downgraded_to_bac")
    assert document.outcome("sod_hash") is Outcome.SUCCESSFUL


def test_a_card_access_number_never_falls_back(laid: Lay, issue: Issue, trust: TrustStore, at: datetime) -> None:
    passport = issue("UTO")
    with laid(passport, faults=["pace_fails_then_bac"]) as card, pytest.raises(ChipRefused):
        read_document(card, CanKey(passport.can), trust, at=at)


@pytest.mark.parametrize("faults", [[], ["bac_only"]])
def test_the_wrong_page_opens_nothing(
    laid: Lay, issue: Issue, trust: TrustStore, at: datetime, faults: list[str]
) -> None:
    wrong = MrzKey("AB1234567", "900504", "310302")
    with laid(issue("UTO"), faults=faults) as card, pytest.raises(AccessDenied):
        read_document(card, wrong, trust, at=at)


def test_a_chip_that_does_not_know_its_own_password_is_refused(
    laid: Lay, issue: Issue, trust: TrustStore, at: datetime
) -> None:
    passport = issue("UTO")
    with laid(passport, faults=["wrong_authentication_token"]) as card, pytest.raises(AccessDenied):
        read_document(card, key_of(passport), trust, at=at)


def test_an_answer_that_was_changed_on_the_way_ends_the_reading(
    laid: Lay, issue: Issue, trust: TrustStore, at: datetime
) -> None:
    passport = issue("UTO")
    with laid(passport, faults=["lies_in_mac"]) as card, pytest.raises(MessagingFailed):
        read_document(card, key_of(passport), trust, at=at)


@pytest.mark.parametrize("fault", [
    "extended_length_refused", "naked_6700_after_long_read", "le_over_160_refused", "le_256_answered_6b00",
])  # fmt: skip
def test_a_chip_that_refuses_long_reads_is_read_in_shorter_ones(read: Read, issue: Issue, fault: str) -> None:
    passport = issue("JPN")
    document = read(passport, faults=[fault])
    assert document.face is not None
    assert document.face.data == passport.portrait
    assert found(document, "access_control") == (Outcome.SUCCESSFUL, "pace")


@pytest.mark.parametrize(("fault", "check", "expected"), [
    ("dg2_tampered", "sod_hash", (Outcome.FAILED, "hash_mismatch")),
    ("sod_of_another", "sod_hash", (Outcome.FAILED, "hash_mismatch")),
    ("unknown_issuer", "certificate_chain", (Outcome.UNDETERMINED, "issuer_unknown")),
    ("expired_signer", "certificate_validity", (Outcome.FAILED, "signed_outside_validity")),
])  # fmt: skip
def test_a_bad_document_ends_in_the_finding_that_names_it(
    read: Read, issue: Issue, fault: str, check: str, expected: tuple[Outcome, str]
) -> None:
    document = read(issue("UTO", faults=[fault]))
    assert found(document, check) == expected
    assert found(document, "sod_signature") == (Outcome.SUCCESSFUL, "signature_valid")


@pytest.mark.parametrize("torn_after", [1, 3, 7, 12])
def test_a_chip_torn_away_is_lost_and_reads_well_when_laid_again(
    laid: Lay, issue: Issue, trust: TrustStore, at: datetime, torn_after: int
) -> None:
    passport = issue("UTO")
    with laid(passport, tear_after=torn_after) as card, pytest.raises(ChipLost):
        read_document(card, key_of(passport), trust, at=at)
    with laid(passport) as card:
        assert read_document(card, key_of(passport), trust, at=at).outcome("sod_hash") is Outcome.SUCCESSFUL


def test_progress_counts_every_file_to_its_end(laid: Lay, issue: Issue, trust: TrustStore, at: datetime) -> None:
    told: list[Progress] = []
    passport = issue("UTO")
    with laid(passport) as card:
        read_document(card, key_of(passport), trust, at=at, listener=Listener(progress=told.append))
    whole = [item.file for item in told if item.done == item.total]
    assert whole == ["EF_SOD", "EF_DG1", "EF_DG2", "EF_DG14", "EF_COM"]
    assert all(0 < item.done <= item.total for item in told)


def test_a_cancelled_reading_stops_within_one_command(laid: Lay, issue: Issue, trust: TrustStore, at: datetime) -> None:
    told: list[Progress] = []
    passport = issue("UTO")
    with laid(passport) as card, pytest.raises(ReadingCancelled):
        read_document(
            card,
            key_of(passport),
            trust,
            at=at,
            listener=Listener(progress=told.append, cancelled=lambda: len(told) == 2),
        )
    assert len(told) == 2
