"""The vpcd listener towards cards that do not behave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from passport_reader.card.vpcd import VpcdReader
from passport_reader.document import ChipLost
from simulators.chip import SimulatedChip
from simulators.issuing import Passport
from simulators.link import present

Issue = Callable[..., Passport]


@pytest.fixture
def reader() -> Iterator[VpcdReader]:
    opened = VpcdReader(answer_seconds=0.2)
    yield opened
    opened.close()


def test_no_card_is_a_timeout(reader: VpcdReader) -> None:
    assert not reader.card_present
    with pytest.raises(TimeoutError):
        reader.wait_for_card(0)


def test_the_card_that_lies_there_is_found_again_with_its_session_over(reader: VpcdReader, issue: Issue) -> None:
    with present(SimulatedChip(issue("UTO")), "127.0.0.1", reader.port, kbit_s=1e9, apdu_ms=0):
        card = reader.wait_for_card(5)
        assert card.transmit(bytes.fromhex("00A4040C07A0000002471001"))[1] == 0x9000
        assert reader.wait_for_card(5) is card
        assert reader.card_present
        assert card.transmit(bytes.fromhex("00B0810004"))[1] != 0x6982  # back in the master file


def test_the_next_card_takes_the_place_of_the_removed(reader: VpcdReader, issue: Issue) -> None:
    for state in ("UTO", "JPN"):
        with present(SimulatedChip(issue(state)), "127.0.0.1", reader.port, kbit_s=1e9, apdu_ms=0):
            card = reader.wait_for_card(5)
            assert card.atr.hex() == "3b85800180730000e017"
        with pytest.raises(ChipLost):
            card.transmit(b"\0\xa4\0\x0c")
        assert not reader.card_present


class Peer:
    """Whatever connects to the reader: answers each message with the next of `answers`, then hangs up or is silent."""

    def __init__(self, port: int, *answers: bytes, hang_up: bool) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._serve, args=(answers, hang_up))
        self._thread.start()

    def _serve(self, answers: tuple[bytes, ...], hang_up: bool) -> None:
        for answer in answers:
            self._socket.recv(4096)
            self._socket.sendall(answer)
        if hang_up:
            self._socket.close()

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._socket.close()


@pytest.mark.parametrize("answer", [b"", b"\0", b"\0\x05ab", b"\xff\xff" + b"a" * 100])
@pytest.mark.parametrize("hang_up", [True, False])
def test_a_card_that_garbles_or_withholds_its_atr_is_lost(reader: VpcdReader, answer: bytes, hang_up: bool) -> None:
    with Peer(reader.port, answer, hang_up=hang_up), pytest.raises(ChipLost):
        reader.wait_for_card(5)


def test_an_answer_without_status_word_is_a_lost_card(reader: VpcdReader) -> None:
    atr = b"\0\x02\x3b\0"
    with Peer(reader.port, atr, b"\0\x01a", hang_up=False):
        card = reader.wait_for_card(5)
        with pytest.raises(ChipLost):
            card.transmit(b"\0\xa4\0\x0c")
