"""What chips answer, and what must hold whatever they answer."""

from __future__ import annotations

from collections.abc import Iterator

from passport_reader.card import capabilities
from passport_reader.card.apdu import SHORT_LE, Command, Response
from passport_reader.card.file_reader import FileReader
from passport_reader.card.messaging import Algorithm, SessionKeys, unprotect
from passport_reader.document import ChipFinding, ChipLost, Outcome
from passport_reader.lds import Ef
from passport_reader.pki import authentication
from passport_reader.protocols.access import MrzKey
from passport_reader.reading import Wishes, read_document
from tests.fuzz import seeds
from tests.fuzz.lying_chip import LIES, scripted
from tests.fuzz.verdicts import Lied, require

_KEYS = SessionKeys(Algorithm.AES_128, bytes(16), bytes(range(16)), 0)


def protected_answer(data: bytes) -> None:
    """Nobody who lacks the session's keys gets an answer accepted."""
    unprotect(_KEYS, 2, Response(data, 0x9000))
    raise Lied("an answer that the chip did not make")


class _Scripted:
    """A channel whose answers are the input, cut where its bytes say."""

    short_limit, extended_limit = SHORT_LE, 0

    def __init__(self, data: bytes) -> None:
        self._answers = _answers(data)
        self.channel = self

    def send(self, command: Command) -> Response:
        answer = next(self._answers, None)
        if answer is None:
            raise ChipLost("nothing more is said")
        return answer

    def reopen(self) -> None:
        raise ChipLost("there is no other session")


def _answers(data: bytes) -> Iterator[Response]:
    """Status word, length, data; over and over."""
    at = 0
    while at + 3 <= len(data):
        size = data[at + 2]
        yield Response(data[at + 3 : at + 3 + size], int.from_bytes(data[at : at + 2], "big"))
        at += 3 + size


def file_answers(data: bytes) -> None:
    read = FileReader(_Scripted(data)).read(Ef.DG1)
    require(read is None or read in b"".join(item.data for item in _answers(data)), "a file that the chip never sent")


def card_capabilities(data: bytes) -> None:
    for told in (capabilities.of(data), capabilities.of(b"", data), capabilities.of(data[:20], data[20:])):
        require(SHORT_LE <= told.response <= 65536, "a length that no card can take")


class _Stranger:
    """A card that is nothing but the input."""

    atr = b"\x3b\x80\x80\x01\x01"

    def __init__(self, data: bytes) -> None:
        self._answers = _answers(data)

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        answer = next(self._answers, None)
        if answer is None:
            raise ChipLost("nothing more is said")
        return answer.data, answer.sw


def _key() -> MrzKey:
    return MrzKey("XY1234567", "900504", "310302")


def stranger(data: bytes) -> None:
    """Who does not know the key of the page gets nowhere."""
    read_document(_Stranger(data), _key(), seeds.land().trust, at=seeds.AT)
    raise Lied("a chip that knew nothing was read")


CLONE = 0x80
"""Of a script's first byte: the chip has every file and no private key. The rest says which passport it is."""


def lying_chip(data: bytes) -> None:
    """Whatever it says: what passes is what the State issued, and a copy never proves to be the chip."""
    first, script = (data[0], data[1:]) if data else (0, b"")
    passports = seeds.land().passports
    passport = passports[first % CLONE % len(passports)]
    clone = bool(first & CLONE)
    card = scripted(passport, script, faults=["clone"] if clone else [])
    document = read_document(card, _key(), seeds.land().trust, at=seeds.AT, wishes=Wishes(details=True))
    passed = {check for check in _checks(document.findings) if document.outcome(check) is Outcome.SUCCESSFUL}
    if passed.issuperset(authentication.PASSIVE):
        kept = (Ef.DG1, Ef.DG2, Ef.SOD)
        require(all(document.files[file] == passport.files[file] for file in kept), "files that nobody issued")
    for check in ("chip_authentication", "active_authentication"):
        require(not clone or check not in passed, f"a copy passed {check}")
    offers_pace = Ef.CARD_ACCESS in passport.files
    access = next(item for item in document.findings if item.check == "access_control")
    hidden = access.code == "bac" and access.outcome is Outcome.SUCCESSFUL and offers_pace
    require(not hidden, "PACE was hidden, and nobody noticed")


def _checks(findings: tuple[ChipFinding, ...]) -> frozenset[str]:
    return frozenset(item.check for item in findings)


def scripts() -> list[bytes]:
    """Every lie once, early and late, inside and outside, to every kind of chip; and no lie."""
    told = [bytes([command, how, lie, 0, 7]) for command in (3, 12, 20) for how in (0, 1) for lie in range(len(LIES))]
    return [bytes([chip]) + lie for lie in [b"", *told] for chip in (0, 1, 2, 3, CLONE, CLONE | 2)]


def openings() -> list[bytes]:
    """The open part of an honest conversation: master file, capabilities, EF.CardAccess."""
    access = seeds.files(Ef.CARD_ACCESS)
    said = [b"", b"", b"\x47\x03\x00\x00\xe0"]
    return [
        b"".join(b"\x90\x00" + bytes([len(answer)]) + answer for answer in [*said, offer, b"", b"", b"\x7c\x00"])
        for offer in access
    ]


def file_conversations() -> list[bytes]:
    return [b"\x90\x00" + bytes([len(data)]) + data for data in seeds.files(Ef.DG1)] + [
        b"\x67\x00\x00\x90\x00\x10" + data[:16] + b"\x62\x82" + bytes([len(data) - 16]) + data[16:]
        for data in seeds.files(Ef.DG1)
    ]
