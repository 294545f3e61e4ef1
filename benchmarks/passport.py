"""The reader's own CPU time for one passport, in process: access, EF.COM, EF.SOD, DG1, DG2 and DG14, and the checks.

The chip's time is measured apart and left out. What it compares to: on air, 20 kB take 0.4 s at 424 kbit/s, plus about
8 ms a command; so the reader's own time should vanish beside the commands' count.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from passport_reader import mrz
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols.access import MrzKey
from passport_reader.reading import read_document
from simulators.chip import SimulatedChip
from simulators.issuing import Holder, Passport, World

ROUNDS = 15
AT = datetime(2026, 11, 23, tzinfo=UTC)


class TimedCard:
    """A chip in this process that keeps account of its own CPU time, and of what goes over the wire."""

    def __init__(self, chip: SimulatedChip) -> None:
        self._chip = chip
        self.seconds = 0.0
        self.commands = self.octets = 0

    @property
    def atr(self) -> bytes:
        return self._chip.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        started = time.process_time()
        response = self._chip.handle(apdu)
        self.seconds += time.process_time() - started
        self.commands += 1
        self.octets += len(apdu) + len(response)
        return response[:-2], int.from_bytes(response[-2:], "big")


@dataclass(frozen=True, slots=True)
class Run:
    """Milliseconds of the reader's CPU: in all, and in verifying; what went over the wire."""

    total: float
    verify: float
    commands: int
    octets: int

    def on_air(self, kbit_s: float, apdu_ms: float) -> float:
        """Seconds the link alone takes."""
        return self.octets * 8 / (kbit_s * 1000) + self.commands * apdu_ms / 1000


def measure(passport: Passport, trust: TrustStore, faults: Collection[str] = ()) -> Run:
    """The median of `ROUNDS` readings."""
    key = MrzKey.of(mrz.parse("".join(passport.mrz_lines)))
    totals, verifications = [], []
    card = TimedCard(SimulatedChip(passport, faults=faults))
    for _ in range(ROUNDS):
        card = TimedCard(SimulatedChip(passport, faults=faults))
        started = time.process_time()
        document = read_document(card, key, trust, at=AT, clock=time.process_time)
        totals.append(time.process_time() - started - card.seconds)
        verifications.append(document.seconds["verify"])
    return Run(1000 * statistics.median(totals), 1000 * statistics.median(verifications), card.commands, card.octets)


def portrait() -> bytes:
    """About 20 kB of JPEG, 413 x 531."""
    noise = np.random.default_rng(1).integers(60, 200, (30, 23, 3), dtype=np.uint8)
    picture = io.BytesIO()
    Image.fromarray(np.kron(noise, np.ones((18, 18, 1), dtype=np.uint8))).save(picture, "JPEG", quality=45)
    return picture.getvalue()


def main() -> None:
    world, jpeg = World(7), portrait()
    trust = TrustStore.from_master_list(world.master_list(), roots=[world.master_list_root])
    title = f"One passport, portrait of {len(jpeg) / 1000:.0f} kB: the reader's CPU, median of {ROUNDS}"
    table = Table(title=title, caption="on air: 424 kbit/s and 8 ms a command, computed")
    for heading in ("access", "reads", "CPU ms", "of it checks", "commands", "on air"):
        table.add_column(heading, justify="left" if heading in ("access", "reads") else "right")
    cases: list[tuple[str, str, str, list[str], list[str]]] = [
        ("BAC, 3DES", "extended", "XAA", ["bac_only"], []),
        ("BAC, 3DES", "231 bytes", "XAA", ["bac_only"], ["extended_length_refused"]),
        ("PACE, 3DES, BP-256", "extended", "XAA", [], []),
        ("PACE, AES-128, BP-256", "extended", "UTO", [], []),
        ("PACE, AES-256, P-256", "extended", "JPN", [], []),
        ("PACE, AES-256, P-256", "223 bytes", "JPN", [], ["le_256_answered_6b00"]),
    ]
    for access, reads, state, made, faults in cases:
        born, expires = date(1990, 5, 4), date(2031, 3, 2)
        holder = Holder("Eriksson", "Anna Maria", state, state, born, "F", expires, "XY1234567", jpeg)
        run = measure(world.issue(holder, faults=made), trust, faults)
        seconds = f"{run.on_air(424, 8):.2f} s"
        table.add_row(access, reads, f"{run.total:.1f}", f"{run.verify:.1f}", str(run.commands), seconds)
    Console().print(table)


if __name__ == "__main__":
    main()
