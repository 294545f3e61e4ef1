"""Reading one passport: the reader's own CPU, secure messaging alone, whole reads over the air, and the trust store.

Targets: at most 40 ms of one core for access, DG1, DG2 of 15 kB, SOD and DG14 with passive and chip authentication;
2 ms for 15 kB of AES in reads of 223 bytes; at 424 kbit/s with extended length within 1.3 of the time on the wire; a
master list of 500 certificates within 1 s. The chip's CPU is measured apart and left out.
"""

from __future__ import annotations

import io
import os
import statistics
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from passport_reader import mrz, tlv
from passport_reader.card import messaging
from passport_reader.card.apdu import Command, Response
from passport_reader.card.messaging import Algorithm, SecureChannel, SessionKeys
from passport_reader.card.vpcd import VpcdReader
from passport_reader.pki import signed_data
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols.access import MrzKey
from passport_reader.reading import read_document
from simulators.chip import SimulatedChip
from simulators.issuing import ChipProfile, Holder, Passport, World
from simulators.issuing.profile import AES_128, AES_256, TDES, AgreementChoice, Mapping, PaceChoice
from simulators.link import present, seconds_on_wire

ROUNDS = 15
LINK_ROUNDS = 3
APDU_MS = 8.0
AT = datetime(2026, 11, 23, tzinfo=UTC)
PORTRAIT = 15_000
MASTER_LIST = Path(os.environ.get("SEKISHO_DATA", Path(__file__).parents[2] / "shared" / "data")) / "emrtd/masterlist"
CURVE_KEY = AgreementChoice(13, AES_128)


class TimedCard:
    """A chip in this process that keeps account of its own CPU time."""

    def __init__(self, chip: SimulatedChip) -> None:
        self._chip = chip
        self.seconds = 0.0
        self.exchanges: list[tuple[int, int]] = []

    @property
    def atr(self) -> bytes:
        return self._chip.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        started = time.process_time()
        response = self._chip.handle(apdu)
        self.seconds += time.process_time() - started
        self.exchanges.append((len(apdu), len(response)))
        return response[:-2], int.from_bytes(response[-2:], "big")


@dataclass(frozen=True, slots=True)
class Run:
    """Milliseconds of the reader's CPU: in all, and in verifying; what went over the wire."""

    total: float
    verify: float
    exchanges: list[tuple[int, int]]

    def on_air(self, kbit_s: float) -> float:
        return sum(seconds_on_wire(sent, got, kbit_s=kbit_s, apdu_ms=APDU_MS) for sent, got in self.exchanges)


def key_of(passport: Passport) -> MrzKey:
    return MrzKey.of(mrz.parse("".join(passport.mrz_lines)))


def measure(passport: Passport, trust: TrustStore, faults: Collection[str] = ()) -> Run:
    """The median of `ROUNDS` readings."""
    totals, verifications = [], []
    card = TimedCard(SimulatedChip(passport, faults=faults))
    for _ in range(ROUNDS):
        card = TimedCard(SimulatedChip(passport, faults=faults))
        started = time.process_time()
        document = read_document(card, key_of(passport), trust, at=AT, clock=time.process_time)
        totals.append(time.process_time() - started - card.seconds)
        verifications.append(document.seconds["verify"])
    return Run(1000 * statistics.median(totals), 1000 * statistics.median(verifications), card.exchanges)


def portrait() -> bytes:
    """A JPEG of 413 x 531 of about 15 kB."""
    noise = np.random.default_rng(1).integers(60, 200, (30, 23, 3), dtype=np.uint8)
    pixels = Image.fromarray(np.kron(noise, np.ones((18, 18, 1), dtype=np.uint8)))
    best = b""
    for quality in range(5, 95, 3):
        picture = io.BytesIO()
        pixels.save(picture, "JPEG", quality=quality)
        if len(picture.getvalue()) > PORTRAIT:
            break
        best = picture.getvalue()
    return best


def issued(world: World, jpeg: bytes, state: str = "UTO", profile: ChipProfile | None = None) -> Passport:
    born, expires = date(1990, 5, 4), date(2031, 3, 2)
    holder = Holder("Eriksson", "Anna Maria", state, state, born, "F", expires, "XY1234567", jpeg)
    return world.issue(holder, profile=profile)


def with_pace(mapping: Mapping, cipher: int, parameters: int, key: AgreementChoice | None = CURVE_KEY) -> ChipProfile:
    """With chip authentication over the same parameters; CAM stands in for it, and offers a second PACE as it must."""
    first = PaceChoice(mapping, cipher, parameters)
    second = (PaceChoice(Mapping.GENERIC, cipher, parameters),) if mapping is Mapping.CHIP_AUTHENTICATION else ()
    keys = () if key is None else (replace(key, parameters=parameters),)
    return ChipProfile(pace=(first, *second), chip_authentication=keys)


def cpu_table(world: World, jpeg: bytes, trust: TrustStore) -> Table:
    title = f"One passport, portrait of {len(jpeg) / 1000:.0f} kB: the reader's CPU, median of {ROUNDS} (target 40 ms)"
    table = Table(title=title, caption=f"on air: 424 kbit/s and {APDU_MS:.0f} ms a command, computed")
    for heading in ("access and chip authentication", "reads", "CPU ms", "of it checks", "commands", "on air"):
        table.add_column(heading, justify="left" if heading in ("access and chip authentication", "reads") else "right")
    gm, im, cam = Mapping
    cases: list[tuple[str, str, ChipProfile, list[str]]] = [
        ("BAC, no clone check", "extended", ChipProfile(pace=()), []),
        ("BAC; CA AES-128 BP-256", "extended", ChipProfile(pace=(), chip_authentication=(CURVE_KEY,)), []),
        ("PACE-GM AES-128 BP-256; CA", "extended", with_pace(gm, AES_128, 13), []),
        ("PACE-GM AES-128 BP-256; CA", "223 bytes", with_pace(gm, AES_128, 13), ["extended_length_refused"]),
        ("PACE-GM AES-256 P-256; CA", "extended", with_pace(gm, AES_256, 12), []),
        ("PACE-GM 3DES BP-256; CA", "231 bytes", with_pace(gm, TDES, 13), ["extended_length_refused"]),
        ("PACE-IM AES-128 BP-256; CA", "extended", with_pace(im, AES_128, 13), []),
        ("PACE-CAM AES-128 BP-256", "extended", with_pace(cam, AES_128, 13), []),
        ("PACE-GM AES-256 BP-512; CA", "extended", with_pace(gm, AES_256, 17), []),
        ("PACE-GM AES-128 DH 2048/256; CA", "extended", with_pace(gm, AES_128, 2), []),
    ]
    for name, reads, profile, faults in cases:
        run = measure(issued(world, jpeg, profile=profile), trust, faults)
        air = f"{run.on_air(424):.2f} s"
        table.add_row(name, reads, f"{run.total:.1f}", f"{run.verify:.1f}", str(len(run.exchanges)), air)
    return table


class Replayed:
    """The chip's side of reads of one file, sealed beforehand, so that the reader alone is measured."""

    def __init__(self, keys: SessionKeys, data: bytes, chunk: int) -> None:
        self._answers: list[bytes] = []
        block = keys.algorithm.block
        for number, at in enumerate(range(0, len(data), chunk), 1):
            counter = (2 * number).to_bytes(block, "big")
            iv = keys.algorithm.counter_iv(keys.encryption, counter)
            sealed = keys.algorithm.encrypt(keys.encryption, messaging.pad(data[at : at + chunk], block), iv)
            body = tlv.encode(0x87, b"\1" + sealed) + tlv.encode(0x99, b"\x90\0")
            code = keys.algorithm.mac(keys.authentication, messaging.pad(counter + body, block))
            self._answers.append(body + tlv.encode(0x8E, code))
        self._turn = iter(self._answers)

    def send(self, command: Command) -> Response:
        command.encode()
        return Response(next(self._turn), 0x9000)


def messaging_milliseconds(algorithm: Algorithm) -> float:
    keys = SessionKeys(algorithm, os.urandom(algorithm.key_octets), os.urandom(algorithm.key_octets))
    data, chunk = os.urandom(PORTRAIT), messaging.payload_limit(256, algorithm)
    spent = []
    for _ in range(ROUNDS):
        channel = SecureChannel(Replayed(keys, data, chunk), keys)
        started = time.process_time()
        for at in range(0, len(data), chunk):
            channel.send(Command(0x00, 0xB0, at >> 8, at & 0xFF, le=chunk))
        spent.append(time.process_time() - started)
    return 1000 * statistics.median(spent)


def link_table(world: World, jpeg: bytes, trust: TrustStore) -> Table:
    table = Table(title=f"Whole reads over the simulated link, {APDU_MS:.0f} ms a command, median of {LINK_ROUNDS}")
    for heading in ("kbit/s", "reads", "commands", "s on the wire", "s in all", "of the wire"):
        table.add_column(heading, justify="right")
    passport = issued(world, jpeg, profile=with_pace(Mapping.GENERIC, AES_128, 13))
    for kbit_s in (106, 212, 424, 848):
        for reads, faults in (("extended", []), ("223 bytes", ["extended_length_refused"])):
            run = measure(passport, trust, faults)
            spent = statistics.median(over_the_air(passport, trust, faults, kbit_s) for _ in range(LINK_ROUNDS))
            wire = run.on_air(kbit_s)
            table.add_row(
                *(str(kbit_s), reads, str(len(run.exchanges))),
                *(f"{wire:.2f}", f"{spent:.2f}", f"{spent / wire:.2f}"),
            )
    return table


def over_the_air(passport: Passport, trust: TrustStore, faults: Collection[str], kbit_s: float) -> float:
    """Seconds from the chip found to the findings, chip and reader sharing this machine's cores."""
    reader = VpcdReader()
    chip = SimulatedChip(passport, faults=faults)
    try:
        with present(chip, "127.0.0.1", reader.port, kbit_s=kbit_s, apdu_ms=APDU_MS):
            card = reader.wait_for_card(10)
            started = time.perf_counter()
            read_document(card, key_of(passport), trust, at=AT)
            return time.perf_counter() - started
    finally:
        reader.close()


def master_list() -> str:
    """The German list, where reference data are at hand, under the CSCA that it carries itself."""
    file = MASTER_LIST / "DE_ML_2024-08-07-07-38-24.ml"
    if not file.exists():
        return f"master list: no reference data at {MASTER_LIST}"
    data = file.read_bytes()
    root = next(item.der for item in signed_data.parse(data).certificates if item.certifies)
    started = time.process_time()
    trust = TrustStore.from_master_list(data, roots=[root])
    loaded = time.process_time() - started
    standings = Counter(standing.value for _, standing in trust.verify_all())
    whole = time.process_time() - started
    return (
        f"master list of {len(trust.certificates)} certificates: verified and parsed in {loaded:.2f} s, with the "
        f"signature of every certificate {whole:.2f} s (target 1 s); left out: {len(trust.refused)}; {dict(standings)}"
    )


def main() -> None:
    world, jpeg = World(7), portrait()
    trust = TrustStore.from_master_list(world.master_list(), roots=[world.master_list_root])
    console = Console(width=110)
    console.print(cpu_table(world, jpeg, trust))
    for algorithm in Algorithm:
        chunk = messaging.payload_limit(256, algorithm)
        spent = messaging_milliseconds(algorithm)
        print(f"secure messaging alone, 15 kB in reads of {chunk} bytes, {algorithm.name}: {spent:.2f} ms")
    print()
    console.print(link_table(world, jpeg, trust))
    print(master_list())


if __name__ == "__main__":
    main()
