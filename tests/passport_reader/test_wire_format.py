"""Commands, secure messaging and reading lengths, where the worked examples leave cases open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_reader import tlv
from passport_reader.card import capabilities, messaging
from passport_reader.card.apdu import Command, PlainChannel, Response, Status, status_name
from passport_reader.card.capabilities import Capabilities
from passport_reader.card.file_reader import FileReader
from passport_reader.card.messaging import Algorithm, MessagingFailed, NakedStatus, SecureChannel, SessionKeys
from passport_reader.document import ChipRefused, UnusableData
from passport_reader.lds import Ef


@pytest.mark.parametrize(("command", "wire"), [
    (Command(0, 0xA4, 0, 0x0C), "00A4000C"),
    (Command(0, 0x84, 0, 0, le=8), "0084000008"),
    (Command(0, 0xB0, 0, 0, le=256), "00B0000000"),
    (Command(0, 0xA4, 2, 0x0C, b"\1\x1e"), "00A4020C02011E"),
    (Command(0, 0x86, 0, 0, b"\x7c\0", 256), "00860000027C0000"),
    (Command(0, 0xB0, 0, 0, le=257), "00B00000000101"),
    (Command(0, 0xB0, 0, 0, le=65536), "00B00000000000"),
    (Command(0, 0x86, 0, 0, b"\x7c\0", 4096), "008600000000027C001000"),
    (Command(0, 0xD6, 0, 0, bytes(256)), "00D60000000100" + "00" * 256),
])  # fmt: skip
def test_commands_short_and_extended(command: Command, wire: str) -> None:
    assert command.encode().hex().upper() == wire


def test_a_status_word_is_named() -> None:
    assert status_name(0x6A82) == "6A82 file not found"
    assert status_name(0x63C2) == "63C2"


class Answers:
    """A card that gives these answers and keeps the commands."""

    def __init__(self, *answers: str) -> None:
        self.atr = b""
        self.answers, self.commands = list(answers), list[str]()

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        self.commands.append(apdu.hex().upper())
        data = bytes.fromhex(self.answers.pop(0))
        return data[:-2], int.from_bytes(data[-2:], "big")


def test_a_long_answer_is_collected_piece_by_piece() -> None:
    card = Answers("AABB6102", "CCDD6101", "EE9000")
    assert PlainChannel(card).send(Command(0, 0xB0, 0, 0, le=256)) == Response(bytes.fromhex("AABBCCDDEE"), 0x9000)
    assert card.commands == ["00B0000000", "00C0000002", "00C0000001"]


def test_a_spurious_announcement_of_more_does_not_hang_the_reader() -> None:
    assert PlainChannel(Answers("AA6100", "6100")).send(Command(0, 0xB0, 0, 0, le=1)).data == b"\xaa"


def test_the_length_the_card_wants_is_used() -> None:
    card = Answers("6C05", "01020304059000")
    assert PlainChannel(card).send(Command(0, 0xB0, 0, 0, le=256)).ok
    assert card.commands == ["00B0000000", "00B0000005"]


@pytest.mark.parametrize(("limit", "algorithm", "expected"), [
    (256, Algorithm.TDES, 231), (256, Algorithm.AES_128, 223), (256, Algorithm.AES_256, 223),
])  # fmt: skip
def test_the_most_a_protected_short_answer_holds(limit: int, algorithm: Algorithm, expected: int) -> None:
    assert messaging.payload_limit(limit, algorithm) == expected


@given(limit=st.integers(100, 65536), algorithm=st.sampled_from(Algorithm))
def test_what_is_asked_for_always_fits_the_answer_and_one_block_more_would_not(
    limit: int, algorithm: Algorithm
) -> None:
    keys = SessionKeys(algorithm, bytes(algorithm.key_octets), bytes(algorithm.key_octets))
    asked = messaging.payload_limit(limit, algorithm)
    assert len(protected(keys, 2, bytes(asked))) <= limit
    assert len(protected(keys, 2, bytes(asked + 2 * algorithm.block))) > limit


def protected(keys: SessionKeys, counter: int, data: bytes, sw: int = 0x9000) -> bytes:
    """What a chip would answer."""
    block = keys.algorithm.block
    sequence = counter.to_bytes(block, "big")
    body = b""
    if data:
        iv = keys.algorithm.counter_iv(keys.encryption, sequence)
        cryptogram = keys.algorithm.encrypt(keys.encryption, messaging.pad(data, block), iv)
        body = tlv.encode(0x87, b"\1" + cryptogram)
    body += tlv.encode(0x99, sw.to_bytes(2, "big"))
    return body + tlv.encode(0x8E, keys.algorithm.mac(keys.authentication, messaging.pad(sequence + body, block)))


class Once:
    """A channel that gives one answer after the other."""

    def __init__(self, *answers: Response) -> None:
        self.answers = list(answers)

    def send(self, command: Command) -> Response:
        return self.answers.pop(0)


KEYS = SessionKeys(Algorithm.AES_128, bytes(16), bytes(range(16)), counter=5)
READ = Command(0, 0xB0, 0, 0, le=4)


@given(data=st.binary(max_size=300), sw=st.sampled_from([0x9000, 0x6282, 0x6A82]), algorithm=st.sampled_from(Algorithm))
def test_what_the_chip_protects_is_what_the_reader_gets(data: bytes, sw: int, algorithm: Algorithm) -> None:
    keys = SessionKeys(algorithm, bytes(algorithm.key_octets), bytes(range(algorithm.key_octets)), counter=5)
    channel = SecureChannel(Once(Response(protected(keys, 7, data, sw), sw)), keys)
    assert channel.send(READ) == Response(data, sw)


@given(at=st.integers(0, 41), bit=st.integers(0, 7))
def test_no_changed_bit_of_an_answer_goes_unnoticed(at: int, bit: int) -> None:
    answer = bytearray(protected(KEYS, 7, b"data"))
    answer[at % len(answer)] ^= 1 << bit
    with pytest.raises(UnusableData):
        SecureChannel(Once(Response(bytes(answer), 0x9000)), KEYS).send(READ)


def test_an_answer_cannot_be_replayed() -> None:
    answer = Response(protected(KEYS, 7, b"data"), 0x9000)
    channel = SecureChannel(Once(answer, answer), KEYS)
    assert channel.send(READ).data == b"data"
    with pytest.raises(MessagingFailed):
        channel.send(READ)


def test_a_naked_status_word_is_noticed_before_the_counter_advances() -> None:
    """The chip that ignored one command, and only that one, is still in step."""
    answers = Response(b"", 0x6700), Response(protected(KEYS, 7, b"data"), 0x9000)
    channel = SecureChannel(Once(*answers), KEYS)
    with pytest.raises(NakedStatus) as naked:
        channel.send(READ)
    assert naked.value.data["sw"] == 0x6700
    assert channel.send(READ).data == b"data"


class Files:
    """A session whose chip holds one file and may refuse lengths or drop the session."""

    def __init__(self, content: bytes, *, refuses: int = 1 << 30, drops: int = 0) -> None:
        self.content, self.refuses, self.drops = content, refuses, drops
        self.short_limit, self.extended_limit = 223, 1000
        self.channel = self
        self.reopened = 0
        self.selected = False

    def reopen(self) -> None:
        self.reopened += 1
        self.selected = False

    def send(self, command: Command) -> Response:
        if self.drops and self.selected:
            self.drops -= 1
            raise NakedStatus("dropped", sw=0x6F00)
        if command.ins == 0xA4:
            self.selected = True
            return Response(b"", 0x9000)
        if command.p1 & 0x80 and command.ins == 0xB0:
            self.selected, offset = True, 0
        elif command.ins == 0xB0:
            offset = command.p1 << 8 | command.p2
        else:
            offset = int.from_bytes(tlv.value(command.data, 0x54), "big")
        assert self.selected
        if (command.le or 0) > self.refuses:
            return Response(b"", 0x6700)
        data = self.content[offset : offset + (command.le or 0)]
        return Response(tlv.encode(0x53, data) if command.ins == 0xB1 else data, 0x9000)


LONG = tlv.encode(0x75, bytes(range(256)) * 200)


@pytest.mark.parametrize("refuses", [1 << 30, 999, 222, 160])
def test_a_file_of_fifty_kilobytes_comes_whole_whatever_length_is_refused(refuses: int) -> None:
    assert FileReader(Files(LONG, refuses=refuses)).read(Ef.DG2) == LONG


def test_what_lies_behind_the_end_of_a_file_is_left_out() -> None:
    assert FileReader(Files(LONG + b"garbage")).read(Ef.DG2) == LONG


def test_a_dropped_session_goes_on_where_it_stopped() -> None:
    files = Files(LONG, drops=2)
    assert FileReader(files).read(Ef.DG2) == LONG
    assert files.reopened == 2


def test_a_chip_that_drops_every_session_is_given_up() -> None:
    with pytest.raises(NakedStatus):
        FileReader(Files(LONG, drops=1000)).read(Ef.DG2)


def test_a_file_shorter_than_its_header_says_is_refused() -> None:
    with pytest.raises(UnusableData):
        FileReader(Files(LONG[:3000])).read(Ef.DG2)


def test_a_file_that_claims_more_than_any_chip_holds_is_refused() -> None:
    with pytest.raises(UnusableData):
        FileReader(Files(b"\x75\x83\xff\xff\xff" + bytes(500))).read(Ef.DG2)


@pytest.mark.parametrize(
    ("sw", "expected"), [(Status.FILE_NOT_FOUND, None), (Status.SECURITY_STATUS_NOT_SATISFIED, ChipRefused)]
)
def test_a_missing_file_is_none_and_a_refused_one_an_error(sw: int, expected: type[ChipRefused] | None) -> None:
    session = Files(LONG)
    session.channel = Once(Response(b"", sw))  # type: ignore[assignment]  # any channel will do
    if expected is None:
        assert FileReader(session).read(Ef.DG14) is None
    else:
        with pytest.raises(expected):
            FileReader(session).read(Ef.DG14)


@pytest.mark.parametrize(("atr", "expected"), [
    ("3B85800180730000E017", True), ("3B8580018073000080", False), ("3B8180018080", False), ("3B", False), ("", False),
    ("3B88800100000000007300C040900000", False),
])  # fmt: skip
def test_extended_length_by_the_historical_bytes(atr: str, expected: bool) -> None:
    assert capabilities.of(bytes.fromhex(atr)).extended is expected


@pytest.mark.parametrize(("content", "expected"), [
    ("7F660802020400020204004701C0", Capabilities(response=0x400, command=0x400)),
    ("7F6608020200FE020200FE", Capabilities()), ("4701C0", Capabilities()), ("7F6605", Capabilities()),
    ("4703000080", Capabilities(chaining=True)),
    ("47030000C0", Capabilities(chaining=True, response=2048, command=65535)),
])  # fmt: skip
def test_lengths_by_the_cards_own_word(content: str, expected: Capabilities) -> None:
    assert capabilities.of(b"", bytes.fromhex(content)) == expected


@given(data=st.binary(min_size=1, max_size=600), longest=st.integers(1, 255))
def test_a_chained_command_is_whole_again_when_its_pieces_are_joined(data: bytes, longest: int) -> None:
    command = Command(0x00, 0x2A, 0x00, 0xBE, data, le=65536)
    *first, last = command.pieces(longest)
    assert b"".join(piece.data for piece in (*first, last)) == data
    assert all(piece.cla == 0x10 and piece.le is None for piece in first)
    assert last.cla == 0x00
    assert not any(piece.extended for piece in (*first, last) if first)


def test_a_piece_that_is_refused_ends_the_chain() -> None:
    sent: list[bytes] = []

    class Card:
        atr = b""

        def transmit(self, apdu: bytes) -> tuple[bytes, int]:
            sent.append(apdu)
            return b"", 0x6884

    channel = PlainChannel(Card())
    channel.longest = 4
    assert channel.send(Command(0x00, 0x2A, 0x00, 0xBE, bytes(10))).sw == 0x6884
    assert len(sent) == 1


def test_session_keys_are_never_shown() -> None:
    assert "00" * 4 not in repr(replace(KEYS, counter=9)).replace("\\x", "")


@pytest.mark.parametrize("cryptogram", [b"\x02" + bytes(16), b"\x01" + bytes(15), b"\x01" + bytes(16), b""])
def test_an_authentic_answer_that_cannot_be_opened_is_refused(cryptogram: bytes) -> None:
    """Another padding indicator, no whole block, no padding inside, nothing at all."""
    keys = messaging.SessionKeys(Algorithm.AES_128, bytes(16), bytes(16))
    covered = tlv.encode(0x87, cryptogram) + tlv.encode(0x99, b"\x90\x00")
    code = keys.algorithm.mac(bytes(16), messaging.pad((1).to_bytes(16, "big") + covered, 16))
    with pytest.raises(MessagingFailed):
        messaging.unprotect(keys, 1, Response(covered + tlv.encode(0x8E, code), 0x9000))
