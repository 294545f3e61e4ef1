"""The simulated chip gives nothing away before access, survives any bytes, and plays each fault as named.

The terminal here is the real reader's: two programs that share no line of protocol code have to agree.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passport_reader import lds, mrz
from passport_reader.card.apdu import Command, PlainChannel
from passport_reader.card.messaging import MessagingFailed, NakedStatus, SecureChannel
from passport_reader.protocols import access, pace, pace_offer
from passport_reader.protocols.access import AccessDenied, CanKey, MrzKey
from simulators.chip import EMRTD_APPLICATION, SimulatedChip, UnknownFault
from simulators.chip.domain_parameters import CURVES
from simulators.issuing import Holder, Passport, World

FILES = [0x011E, 0x011D, 0x0101, 0x0102, 0x010E]
PASSPORTS: dict[str, Passport] = {}


def passport(state: str = "UTO") -> Passport:
    """One of a state whose PACE is: UTO AES-128, JPN AES-256 on P-256, NPL 3DES."""
    if state not in PASSPORTS:
        picture = np.random.default_rng(1).integers(0, 255, (531, 413, 3)).astype(np.uint8)
        jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
        holder = Holder("Ito", "Hanako", "JPN", state, date(1990, 1, 2), "F", date(2030, 5, 6), "TK1234567", jpeg)
        PASSPORTS[state] = World(7).issue(holder)
    return PASSPORTS[state]


class Field:
    """The reader's card port, straight to a chip in the same process."""

    def __init__(self, chip: SimulatedChip) -> None:
        self.chip = chip
        self.atr = chip.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        response = self.chip.handle(apdu)
        return response[:-2], int.from_bytes(response[-2:], "big")


def mrz_key(passport: Passport) -> MrzKey:
    return MrzKey.of(mrz.parse("\n".join(passport.mrz_lines)))


def basic(chip: SimulatedChip, key: MrzKey | None = None) -> SecureChannel:
    plain = PlainChannel(Field(chip))
    access.select_application(plain)
    return SecureChannel(plain, access.basic_access(plain, key or mrz_key(passport())))


def password_authenticated(chip: SimulatedChip, key: MrzKey | CanKey, state: str) -> SecureChannel:
    plain = PlainChannel(Field(chip))
    (info,) = pace_offer.offered(lds.security_infos(passport(state).files[0x011C]))
    channel = SecureChannel(plain, pace.authenticate(plain, key, info, several=False).keys)
    channel.send(Command(0x00, 0xA4, 0x04, 0x0C, EMRTD_APPLICATION)).require("select")
    return channel


def sent(chip: SimulatedChip, apdu: str) -> str:
    return chip.handle(bytes.fromhex(apdu)).hex().upper()


@pytest.mark.parametrize("identifier", FILES)
@pytest.mark.parametrize("by_short_identifier", [False, True])
def test_no_file_of_the_application_is_read_before_access(identifier: int, by_short_identifier: bool) -> None:
    chip = SimulatedChip(passport())
    assert sent(chip, "00A4040C07A0000002471001") == "9000"
    if by_short_identifier:
        assert sent(chip, f"00B0{0x80 | identifier & 0x1F:02X}0004") == "6982"
    else:
        assert sent(chip, f"00A4020C02{identifier:04X}") == "6982"
        assert sent(chip, "00B0000004") == "6982"


@pytest.mark.parametrize("identifier", FILES)
def test_no_file_of_the_application_is_read_without_selecting_it(identifier: int) -> None:
    assert sent(SimulatedChip(passport()), f"00A4020C02{identifier:04X}") == "6A82"


def test_the_files_that_tell_how_to_get_in_are_free() -> None:
    chip = SimulatedChip(passport())
    assert sent(chip, "00B09C0000") == passport().files[0x011C].hex().upper() + "9000"
    assert sent(chip, "00B0810000") == passport().files[0x2F01].hex().upper() + "9000"


def test_basic_access_opens_every_file() -> None:
    channel = basic(SimulatedChip(passport()))
    for identifier in FILES:
        content = passport().files[identifier]
        channel.send(Command(0x00, 0xA4, 0x02, 0x0C, identifier.to_bytes(2, "big"))).require("select")
        assert channel.send(Command(0x00, 0xB0, 0x00, 0x00, le=200)).data == content[:200]


@pytest.mark.parametrize("state", ["UTO", "JPN", "NPL"])
@pytest.mark.parametrize("with_can", [False, True])
def test_pace_opens_the_chip_with_either_password(state: str, with_can: bool) -> None:
    key = CanKey(passport(state).can) if with_can else mrz_key(passport(state))
    channel = password_authenticated(SimulatedChip(passport(state)), key, state)
    answer = channel.send(Command(0x00, 0xB0, 0x81, 0x00, le=200))
    assert answer.data == passport(state).files[0x0101]


def test_a_wrong_key_opens_nothing() -> None:
    stranger = MrzKey("XX0000000", "900102", "300506")
    with pytest.raises(AccessDenied):
        basic(SimulatedChip(passport()), stranger)
    with pytest.raises(AccessDenied):
        password_authenticated(SimulatedChip(passport()), stranger, "UTO")


def test_a_command_outside_secure_messaging_ends_the_session() -> None:
    chip = SimulatedChip(passport())
    channel = basic(chip)
    assert sent(chip, "00B0810004") == "6982"
    with pytest.raises(NakedStatus):
        channel.send(Command(0x00, 0xB0, 0x81, 0x00, le=4))


def test_a_forged_command_ends_the_session() -> None:
    chip = SimulatedChip(passport())
    channel = basic(chip)
    assert sent(chip, "0CB0810000000D9701048E08000000000000000000")[-4:] in {"6988", "6700"}
    with pytest.raises(NakedStatus):
        channel.send(Command(0x00, 0xB0, 0x81, 0x00, le=4))


def test_leaving_the_field_ends_the_session() -> None:
    chip = SimulatedChip(passport())
    channel = basic(chip)
    chip.reset()
    with pytest.raises(NakedStatus):
        channel.send(Command(0x00, 0xB0, 0x81, 0x00, le=4))


def test_a_portrait_is_read_whole_with_extended_length_and_odd_offsets() -> None:
    channel, content = basic(SimulatedChip(passport())), passport().files[0x0102]
    assert len(content) > 40_000
    channel.send(Command(0x00, 0xA4, 0x02, 0x0C, b"\x01\x02")).require("select")
    read = b""
    while len(read) < len(content) and len(read) < 0x8000:
        read += channel.send(Command(0x00, 0xB0, len(read) >> 8, len(read) & 0xFF, le=2000)).data
    offset = b"\x54\x02" + len(read).to_bytes(2, "big")
    far = channel.send(Command(0x00, 0xB1, 0x00, 0x00, offset, le=102)).data
    assert (read + far[2:]) == content[: len(read) + 100]


@pytest.mark.parametrize(
    ("offset", "wanted", "status"), [(0, 200, 0x6282), (93, 4, 0x6B00), (0, 93, 0x9000), (90, 8, 0x6282)]
)
def test_reading_past_the_end_is_said(offset: int, wanted: int, status: int) -> None:
    answer = basic(SimulatedChip(passport())).send(Command(0x00, 0xB0, 0x81, offset, le=wanted))
    assert answer.sw == status
    assert answer.data == passport().files[0x0101][offset : offset + wanted]


@pytest.mark.parametrize(
    ("apdu", "answer"),
    [
        ("", "6700"),
        ("00", "6700"),
        ("00A4020C05011E", "6700"),
        ("00A4020C0000000001", "6700"),
        ("80CA0000", "6E00"),
        ("00CA0000", "6D00"),
        ("0CB0000000", "6882"),
        ("00B0000004", "6986"),
        ("0084000008", "6985"),
        ("0086000002" + "7C00", "6985"),
        ("0022C1A40F800A04007F00070202040209830101", "6A80"),
        ("0022C1A40F800A04007F00070202040202830103", "6A88"),
        ("002241A40F800A04007F00070202040202830101", "6A86"),
        ("00A4040C07A0000002471002", "6A82"),
    ],
)
def test_a_command_out_of_place_gets_its_status_word(apdu: str, answer: str) -> None:
    assert sent(SimulatedChip(passport()), apdu) == answer


@pytest.mark.parametrize("public", ["04" + "00" * 64, "04" + "FF" * 64, "02" + "11" * 32, "04" + "11" * 64, ""])
def test_a_key_that_is_no_point_of_the_curve_stops_pace(public: str) -> None:
    chip = SimulatedChip(passport())
    assert sent(chip, "0022C1A40F800A04007F00070202040202830101") == "9000"
    assert sent(chip, "10860000027C0000").endswith("9000")
    inner = f"81{len(public) // 2:02X}{public}"
    data = f"7C{len(inner) // 2:02X}{inner}"
    assert sent(chip, f"10860000{len(data) // 2:02X}{data}00") == "6A80"
    assert sent(chip, f"10860000{len(data) // 2:02X}{data}00") == "6985"


@settings(max_examples=150, deadline=None)
@given(commands=st.lists(st.binary(max_size=60), min_size=1, max_size=4))
def test_any_bytes_get_a_status_word_and_nothing_else_of_the_chip(commands: list[bytes]) -> None:
    chip = SimulatedChip(passport())
    chip.handle(bytes.fromhex("00A4040C07A0000002471001"))
    for command in commands:
        response = chip.handle(command)
        assert len(response) >= 2
        assert not any(passport().files[file][:12] in response for file in FILES)


structured = st.builds(
    lambda header, body: header + bytes([len(body)]) + body,
    st.sampled_from(
        [bytes.fromhex(h) for h in ("0022C1A4", "10860000", "00820000", "0CB08100", "00B10000", "0CA4020C")]
    ),
    st.builds(
        lambda tag, value: bytes([tag, len(value)]) + value,
        st.sampled_from(b"\x7c\x80\x83\x84\x54\x87\x97\x8e"),
        st.binary(max_size=80),
    ),
)


@settings(max_examples=150, deadline=None)
@given(commands=st.lists(structured, min_size=1, max_size=5))
def test_hostile_data_objects_get_a_status_word(commands: list[bytes]) -> None:
    chip = SimulatedChip(passport())
    basic(chip)
    assert all(len(chip.handle(command)) >= 2 for command in commands)


def reading(faults: Collection[str], *, wanted: int) -> int:
    """The status word of one read of so many bytes."""
    channel = basic(SimulatedChip(passport(), faults=faults))
    channel.send(Command(0x00, 0xA4, 0x02, 0x0C, b"\x01\x02")).require("select")
    return channel.send(Command(0x00, 0xB0, 0x00, 0x00, le=wanted)).sw


def test_faults_of_long_reads() -> None:
    assert reading({"le_over_160_refused"}, wanted=160) == 0x9000
    assert reading({"le_over_160_refused"}, wanted=161) == 0x6700
    assert reading({"le_256_answered_6b00"}, wanted=257) == 0x6B00
    assert reading({"naked_6700_after_long_read"}, wanted=231) == 0x9000
    for fault in ("naked_6700_after_long_read", "extended_length_refused"):
        with pytest.raises(NakedStatus):
            reading({fault}, wanted=300)


def test_faults_of_access() -> None:
    with pytest.raises(access.ChipRefused):
        basic(SimulatedChip(passport(), faults={"pace_only"}))
    with pytest.raises(access.ChipRefused):
        password_authenticated(SimulatedChip(passport(), faults={"pace_fails_then_bac"}), mrz_key(passport()), "UTO")
    lying = SimulatedChip(passport(), faults={"wrong_authentication_token"})
    with pytest.raises(AccessDenied):
        password_authenticated(lying, mrz_key(passport()), "UTO")
    assert sent(SimulatedChip(passport(), faults={"bac_only"}), "00B09C0000") == "6A82"


def test_a_chip_that_lies_in_its_checksum_is_caught() -> None:
    with pytest.raises(MessagingFailed):
        reading({"lies_in_mac"}, wanted=16)


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(UnknownFault, match="slwo"):
        SimulatedChip(passport(), faults={"slwo"})


@pytest.mark.parametrize("identifier", CURVES)
def test_the_chips_own_arithmetic_agrees_with_openssl(identifier: int) -> None:
    curve = CURVES[identifier]
    one = (curve.x, curve.y)
    assert curve.times(0xC0FFEE, one) == curve.times_generator(0xC0FFEE)
    assert curve.times(curve.order - 1, one) == curve.times_generator(curve.order - 1)
    assert curve.times(curve.order, one) is None
