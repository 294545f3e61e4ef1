"""A chip laid on a vpcd reader: answered at the wire, taken away at any moment, never left behind."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_reader import mrz
from passport_reader.card.vpcd import VpcdReader
from passport_reader.document import ChipLost, Outcome
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols.access import MrzKey
from passport_reader.reading import read_document
from simulators.chip import SimulatedChip
from simulators.issuing import Holder, World
from simulators.link import present, seconds_on_wire

NOW = datetime(2026, 11, 23, tzinfo=UTC)
WORLD = World(7)
JPEG = cv2.imencode(".jpg", np.full((531, 413, 3), 90, np.uint8))[1].tobytes()
PASSPORT = WORLD.issue(
    Holder("Ito", "Hanako", "JPN", "JPN", date(1990, 1, 2), "F", date(2030, 5, 6), "TK1234567", portrait_jpeg=JPEG)
)
KEY = MrzKey.of(mrz.parse("\n".join(PASSPORT.mrz_lines)))
QUICKLY = {"kbit_s": 84_800.0, "apdu_ms": 0.0}


class EchoChip:
    """Answers with the command, after as many seconds as asked for."""

    atr = b"\x3b\x80\x01"

    def __init__(self, thinking_seconds: float = 0.0) -> None:
        self.thinking_seconds = thinking_seconds
        self.resets = 0

    def handle(self, command: bytes) -> bytes:
        return command + b"\x90\x00"

    def reset(self) -> None:
        self.resets += 1


def test_an_exchange_takes_its_bits_its_blocks_and_the_chips_own_time() -> None:
    one_block = seconds_on_wire(5, 2, kbit_s=106)
    assert one_block == pytest.approx(9 * (7 + 6) / 106_000 + 4 / 106_000 + 2 * 1172 / 13.56e6)
    assert seconds_on_wire(5, 2, kbit_s=106, apdu_ms=8) == pytest.approx(one_block + 0.008)


@given(octets=st.integers(1, 5000))
def test_a_faster_link_and_longer_reads_save_time(octets: int) -> None:
    rates = [seconds_on_wire(5, octets, kbit_s=rate) for rate in (106, 212, 424, 848)]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] > octets * 8 / 106_000
    halves = 2 * seconds_on_wire(5, octets, kbit_s=424, apdu_ms=8)
    assert seconds_on_wire(5, 2 * octets, kbit_s=424, apdu_ms=8) < halves


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def asked(connection: socket.socket, payload: bytes) -> bytes:
    connection.sendall(len(payload).to_bytes(2, "big") + payload)
    return answered(connection)


def answered(connection: socket.socket) -> bytes:
    received = connection.recv(2, socket.MSG_WAITALL)
    return connection.recv(int.from_bytes(received, "big"), socket.MSG_WAITALL) if received else b""


def test_control_bytes_power_the_chip_and_ask_for_its_answer_to_reset(listener: socket.socket) -> None:
    chip = EchoChip()
    with present(chip, *listener.getsockname(), **QUICKLY), listener.accept()[0] as reader:
        reader.sendall(b"\x00\x01\x01" + b"\x00\x01\x02")
        assert asked(reader, b"\x04") == chip.atr
        assert asked(reader, b"\x00\xa4\x00\x0c") == b"\x00\xa4\x00\x0c\x90\x00"
        assert chip.resets == 3


def test_a_chip_torn_away_answers_so_many_commands_and_no_more(listener: socket.socket) -> None:
    with (
        present(EchoChip(), *listener.getsockname(), tear_after=2, **QUICKLY) as presented,
        listener.accept()[0] as reader,
    ):
        assert [len(asked(reader, bytes(5))) for _ in range(3)] == [7, 7, 0]
        assert presented.lost.is_set()
        assert presented.commands == 2


def test_taking_a_chip_away_does_not_wait_for_its_answer(listener: socket.socket) -> None:
    presented = present(EchoChip(thinking_seconds=3600.0), *listener.getsockname(), **QUICKLY)
    with listener.accept()[0] as reader:
        reader.sendall(b"\x00\x05" + bytes(5))
        presented.remove()
        assert answered(reader) == b""
    assert not [thread for thread in threading.enumerate() if thread.name == "presented chip"]


def test_a_reader_that_hangs_up_ends_the_presence(listener: socket.socket) -> None:
    presented = present(EchoChip(), *listener.getsockname(), **QUICKLY)
    listener.accept()[0].close()
    assert presented.lost.wait(10)
    presented.remove()


def test_no_reader_is_an_error_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = closed.getsockname()
    with pytest.raises(OSError, match="refused"):
        present(EchoChip(), *address)


def test_the_reader_reads_the_whole_chip_over_the_wire() -> None:
    trust = TrustStore.from_master_list(WORLD.master_list(), roots=[WORLD.master_list_root])
    reader = VpcdReader("127.0.0.1", 0)
    try:
        with present(SimulatedChip(PASSPORT), "127.0.0.1", reader.port, **QUICKLY):
            document = read_document(reader.wait_for_card(10), KEY, trust, at=NOW)
    finally:
        reader.close()
    assert document.face is not None
    assert document.face.data == JPEG
    assert document.mrz is not None
    assert document.mrz.lines == PASSPORT.mrz_lines
    assert {document.outcome(check) for check in ("sod_hash", "sod_signature", "certificate_chain")} == {
        Outcome.SUCCESSFUL
    }


@pytest.mark.parametrize("commands", [0, 1, 5, 12, 16])
def test_a_chip_torn_away_at_any_command_is_lost_and_reads_when_laid_again(commands: int) -> None:
    trust = TrustStore.from_certificates(WORLD.country_signing_certificates())
    reader = VpcdReader("127.0.0.1", 0)
    try:
        with present(SimulatedChip(PASSPORT), "127.0.0.1", reader.port, tear_after=commands, **QUICKLY):
            card = reader.wait_for_card(10)
            with pytest.raises(ChipLost):
                read_document(card, KEY, trust, at=NOW)
        with present(SimulatedChip(PASSPORT), "127.0.0.1", reader.port, **QUICKLY):
            assert read_document(reader.wait_for_card(10), KEY, trust, at=NOW).mrz is not None
    finally:
        reader.close()
