"""Small things that claim to be large, and large ones that never end: refused soon, with memory to spare."""

from __future__ import annotations

import io
import resource
from collections.abc import Callable
from itertools import count
from random import Random

import pytest
from asn1crypto import cms
from PIL import Image

from passport_reader import tlv
from passport_reader.card.file_reader import MAX_FILES
from passport_reader.card.messaging import NakedStatus
from passport_reader.document import ChipRefused, UnusableData
from passport_reader.lds import Ef
from simulators.issuing import Passport, biometric_groups, security_infos
from simulators.issuing.ber import oid, sequence, set_of
from simulators.issuing.profile import PaceChoice
from tests.fuzz.lying_chip import LyingChip, Meddling
from tests.fuzz.seeds import portrait
from tests.passport_reader.hostile.forgery import (
    MOST_COMMANDS,
    Case,
    Office,
    assert_ends_as_it_must,
    doubted,
    ends,
    face_file,
    fails,
    groups_of,
    read,
    rewritten,
    signed_anew,
    with_files,
)

OK = b"\x90\x00"
MEGABYTES = 64
"""That reading may take on top, whatever the chip says."""


def nested(depth: int, tag: int = 0x30) -> bytes:
    """Templates within templates, three or four bytes each; built from inside, in linear time."""
    heads, size = list[bytes](), 0
    for _ in range(depth):
        octets = b"" if size < 0x80 else size.to_bytes((size.bit_length() + 7) // 8, "big")
        head = bytes([tag, size]) if size < 0x80 else bytes([tag, 0x80 | len(octets)]) + octets
        heads.append(head)
        size += len(head)
    return b"".join(reversed(heads))


def holding(file: int, data: bytes) -> Callable[[Office], Passport]:
    """The genuine passport with this file, signed by the State: no hash may be what saves the reader."""
    return lambda office: signed_anew(office.genuine, office.signer, {**groups_of(office.genuine), file: data})


def at_reading(file: int, lie: Callable[[bytes], bytes]) -> Callable[[Office], LyingChip]:
    """The chip itself answers so, once this file is read; by its short identifier and then on."""
    current: list[int] = [0]

    def meddled(command: bytes, answer: bytes) -> bytes:
        if command[1] == 0xB0 and command[2] & 0x80:
            current[0] = command[2] & 0x1F
        return lie(answer) if command[1] in (0xB0, 0xB1) and current[0] == file & 0x1F else answer

    return lambda office: LyingChip(office.genuine, inside=meddled)


def a_byte_at_a_time(answer: bytes) -> bytes:
    return answer[:1] + OK if len(answer) <= 8 else answer[:-2][: 4 if answer[:1] == b"\x75" else 1] + OK


def without_end() -> Meddling:
    """61FF to everything, and two bytes each time."""
    return lambda command, answer: b"\0\0\x61\xff"


def without_end_nor_content() -> Meddling:
    return lambda command, answer: b"\x61\xff"


def asking_for_other_lengths() -> Meddling:
    numbers = count()
    return lambda command, answer: bytes([0x6C, next(numbers) % 256])


def dropping_every_session() -> Meddling:
    return lambda command, answer: b"\x67\x00" if command[0] & 0x0C and command[1] == 0xB0 else answer


def relayed(meddling: Callable[[], Meddling]) -> Callable[[Office], LyingChip]:
    return lambda office: LyingChip(office.genuine, outside=meddling())


def large_files(office: Office) -> Passport:
    """Each is as large as a file may be."""
    large = tlv.encode(0x65, bytes((1 << 20) - 8))
    groups = {0x0100 | number: large for number in (5, 7, 11)}
    return signed_anew(office.genuine, office.signer, {**groups_of(office.genuine), **groups})


def many_certificates(office: Office) -> Passport:
    def change(parsed: cms.SignedData) -> None:
        parsed["certificates"] = [parsed["certificates"][0].copy() for _ in range(1000)]

    return rewritten(office.genuine, change)


def many_offers(office: Office) -> Passport:
    offers = b"".join(security_infos.pace(PaceChoice(parameters=number % 19)) for number in range(500))
    return with_files(office.genuine, {Ef.CARD_ACCESS: tlv.encode(0x31, offers)})


def many_keys(office: Office) -> Passport:
    """Of chip authentication, modulo a prime of 2,048 bits: to validate each takes time."""
    algorithm = sequence(oid("0.4.0.127.0.7.1.2"), b"\x02\x01\x02")
    key = sequence(algorithm, tlv.encode(0x03, b"\0\x02\x82\x01\x00" + b"\x7f" * 256))
    infos = [sequence(oid("0.4.0.127.0.7.2.2.1.1"), key, bytes([2, 1, number % 128])) for number in range(400)]
    return holding(Ef.DG14, tlv.encode(0x6E, set_of(*infos)))(office)


def rsa_key(bits: int) -> bytes:
    modulus = (Random(1).getrandbits(bits) | 1 | 1 << bits - 1).to_bytes(bits // 8 + 1, "big")
    numbers = sequence(tlv.encode(0x02, modulus), b"\x02\x03\x01\x00\x01")
    algorithm = sequence(oid("1.2.840.113549.1.1.1"), b"\x05\x00")
    return tlv.encode(0x6F, sequence(algorithm, tlv.encode(0x03, b"\0" + numbers)))


# Pictures


def jpeg(width: int, height: int) -> bytes:
    """The small portrait with another size in its frame header."""
    picture = bytearray(portrait())
    at = picture.index(b"\xff\xc0")
    picture[at + 5 : at + 9] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return bytes(picture)


def jpeg_2000(change: Callable[[bytearray, int], None]) -> bytes:
    """With a field of its SIZ marker changed; `change` is told where that begins (ISO/IEC 15444-1 §A.5.1)."""
    picture = bytearray(biometric_groups.jpeg_2000(portrait()))
    change(picture, picture.index(b"\xff\x51"))
    return bytes(picture)


def endless(picture: bytearray, at: int) -> None:
    picture[at + 6 : at + 14] = b"\x7f\xff\xff\xff" * 2


def of_tiny_tiles(picture: bytearray, at: int) -> None:
    """A size that is allowed, in a million tiles."""
    picture[at + 6 : at + 14] = (4000).to_bytes(4, "big") * 2
    picture[at + 22 : at + 30] = (1).to_bytes(4, "big") * 2


def of_many_layers(picture: bytearray, at: int) -> None:
    coding = picture.index(b"\xff\x52")
    picture[coding + 6 : coding + 8] = b"\xff\xff"


def scans(number: int) -> bytes:
    """A progressive JPEG whose last scan is there again and again."""
    written = io.BytesIO()
    with Image.open(io.BytesIO(portrait())) as picture:
        picture.save(written, "JPEG", progressive=True)
    data = written.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * number + data[-2:]


def pictured(picture: bytes) -> Case:
    return fails("face_image", "unusable_data", holding(Ef.DG2, face_file(picture)))


def zone(text: str) -> bytes:
    return tlv.encode(0x61, tlv.encode(0x5F1F, text.encode("latin-1")))


def printed(change: Callable[[str], str]) -> Callable[[Office], Passport]:
    """DG1 with the genuine zone changed, and rightly signed."""
    return lambda office: holding(Ef.DG1, zone(change("".join(office.genuine.mrz_lines))))(office)


CASES: dict[str, Case] = {
    "a file of 16 megabytes": ends(
        UnusableData, at_reading(Ef.DG2, lambda answer: b"\x75\x83\xff\xff\xff" + answer[5:])
    ),
    "a file of four gigabytes": ends(
        UnusableData, at_reading(Ef.DG2, lambda answer: b"\x75\x84\xff\xff\xff\xff" + answer[6:])
    ),
    "a file of no length": ends(UnusableData, at_reading(Ef.DG1, lambda answer: b"\x61\x80" + answer[2:])),
    "a file that ends early": ends(
        UnusableData, at_reading(Ef.DG2, lambda answer: answer[:8] + OK if answer[:1] == b"\x75" else OK)
    ),
    "a file a byte at a time": ends(UnusableData, at_reading(Ef.DG2, a_byte_at_a_time)),
    "an empty file": ends(UnusableData, at_reading(Ef.DG1, lambda answer: OK)),
    "more than was asked for": ends(
        UnusableData, at_reading(Ef.DG1, lambda answer: b"\x61\x83\x0f\xff\xff" + bytes(100) + b"\x62\x82")
    ),
    "more behind every answer": ends(ChipRefused, relayed(without_end)),
    "nothing behind every answer": ends(ChipRefused, relayed(without_end_nor_content)),
    "another length for every command": ends(ChipRefused, relayed(asking_for_other_lengths)),
    "a hundred thousand templates": fails(
        "sod_hash",
        "sod_unusable",
        lambda office: with_files(office.genuine, {Ef.SOD: tlv.encode(0x77, nested(100_000))}),
    ),
    "a hundred thousand templates in DG14": doubted(
        "chip_authentication", "offer_unknown", holding(Ef.DG14, tlv.encode(0x6E, nested(100_000, 0x31)))
    ),
    "a hundred thousand templates in DG2": fails(
        "face_image", "unusable_data", holding(Ef.DG2, tlv.encode(0x75, nested(100_000, 0x7F)))
    ),
    "a hundred thousand siblings": doubted(
        "chip_authentication",
        "offer_unknown",
        holding(Ef.DG14, tlv.encode(0x6E, tlv.encode(0x31, b"\x30\x00" * 100_000))),
    ),
    "a thousand certificates": fails("sod_signature", "sod_unusable", many_certificates),
    "five hundred offers of PACE": fails("access_control", "pace_downgraded_to_bac", many_offers),
    "four hundred keys": doubted("chip_authentication", "algorithm_unsupported", many_keys),
    "a signing key of 32,768 bits": doubted(
        "active_authentication", "algorithm_unsupported", holding(Ef.DG15, rsa_key(32_768))
    ),
    "a signing key of 64 bits": doubted(
        "active_authentication", "algorithm_unsupported", holding(Ef.DG15, rsa_key(64))
    ),
    "a JPEG of 65,535 squared": pictured(jpeg(65_535, 65_535)),
    "a JPEG of nothing": pictured(jpeg(0, 0)),
    "half a JPEG": pictured(portrait()[: len(portrait()) // 2]),
    "a JPEG of five thousand scans": pictured(scans(5_000)),
    "a JPEG 2000 of two thousand million squared": pictured(jpeg_2000(endless)),
    "a JPEG 2000 of a million tiles": pictured(jpeg_2000(of_tiny_tiles)),
    "a JPEG 2000 of 65,535 layers": pictured(jpeg_2000(of_many_layers)),
    "a JPEG 2000 cut in its header": pictured(biometric_groups.jpeg_2000(portrait())[:100]),
    "a picture of no kind": pictured(b"GIF89a" + bytes(2000)),
    "no picture": pictured(b""),
    "a zone with a letter O for a zero": fails(
        "mrz", "check_digit_wrong", printed(lambda text: text.replace("XY1234567", "XY123456O"))
    ),
    "a zone with two dates exchanged": fails(
        "mrz", "check_digit_wrong", printed(lambda text: text.replace("310302", "310203"))
    ),
    "a zone in another alphabet": fails(
        "mrz", "unusable_data", printed(lambda text: text.replace("ERIKSSON", "\xc9RIKSSON"))
    ),
    "a zone of a thousand characters": fails("mrz", "not_an_mrz", printed(lambda text: text * 12)),
    "a zone of nothing": fails("mrz", "not_an_mrz", printed(lambda text: "")),
}


@pytest.mark.parametrize("name", CASES)
def test_a_bomb_is_refused_soon(office: Office, name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert_ends_as_it_must(CASES[name], office)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEGABYTES << 10


def test_sessions_dropped_without_end_are_opened_again_a_few_times(office: Office) -> None:
    chip = LyingChip(office.genuine, outside=dropping_every_session())
    with pytest.raises(NakedStatus):
        read(chip, office.trust)
    assert chip.commands < 100


def test_optional_files_beyond_all_measure_are_left_out_and_told(office: Office) -> None:
    chip = LyingChip(large_files(office))
    document = read(chip, office.trust)
    assert ("EF_DG11", "file_unreadable") in [(item.file, item.code) for item in document.deviations]
    assert sum(len(data) for data in document.files.values()) <= MAX_FILES
    assert chip.commands <= MOST_COMMANDS
