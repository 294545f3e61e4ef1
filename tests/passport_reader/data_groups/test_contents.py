"""A folder of files is read file by file: one that is wrong costs only itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passport_reader.atr_info import CardCapabilities
from passport_reader.data_groups import contents
from passport_reader.data_groups.card_files import Application
from passport_reader.data_groups.contents import Contents
from passport_reader.data_groups.security_infos import (
    ActiveAuthenticationOffer,
    DirectoryCopy,
    OtherInfo,
    PaceOffer,
    PaceParameters,
    TerminalAuthenticationOffer,
)
from passport_reader.document import Deviation, UnusableData
from passport_reader.lds import Ef, encode_oid
from passport_reader.tlv import encode

Compose = Callable[..., bytes]

PASSPORT = b"\xa0\0\0\2\x47\x10\1"
DIRECTORY = encode(0x61, encode(0x4F, PASSPORT)) + encode(
    0x61, encode(0x4F, PASSPORT[:-2] + b"\x20\1") + encode(0x50, b"Visa")
)
MRZ = b"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10"
CERTAIN = {
    int(Ef.DG1): encode(0x61, encode(0x5F1F, MRZ)),
    int(Ef.COM): encode(0x60, encode(0x5F01, b"0107") + encode(0x5F36, b"040000") + encode(0x5C, b"\x61")),
}


def oid(name: str) -> bytes:
    return encode(0x06, encode_oid(name))


def number(value: int) -> bytes:
    return encode(0x02, bytes([value]))


def infos(*entries: bytes) -> bytes:
    return encode(0x31, b"".join(encode(0x30, entry) for entry in entries))


def security_object(groups: Mapping[int, bytes], *, versions: bytes = b"") -> bytes:
    """EF.SOD whose signers are left out: its shell can be read, its signature cannot be verified."""
    listed = b"".join(encode(0x30, number(group) + encode(0x04, value)) for group, value in groups.items())
    algorithm = encode(0x30, oid("2.16.840.1.101.3.4.2.1"))
    content = encode(0x30, number(1 if versions else 0) + algorithm + encode(0x30, listed) + versions)
    return encode(0x77, signed("2.23.136.1.1.1", content))


def signed(content_type: str, content: bytes) -> bytes:
    encapsulated = encode(0x30, oid(content_type) + encode(0xA0, encode(0x04, content)))
    data = encode(0x30, number(3) + encode(0x31, b"") + encapsulated + encode(0x31, b""))
    return encode(0x30, oid("1.2.840.113549.1.7.2") + encode(0xA0, data))


def test_a_file_that_cannot_be_read_costs_only_itself() -> None:
    found = contents.decode(CERTAIN | {Ef.DG2: b"\x75\x03abc", Ef.DG11: b"", Ef.DG13: encode(0x6D, b"private")})
    assert set(found.failures) == {Ef.DG2, Ef.DG11}
    assert all(isinstance(failure, UnusableData) for failure in found.failures.values())
    assert found.mrz == MRZ.decode()
    assert found.common_data is not None
    assert found.opaque == {Ef.DG13: b"private"}
    assert found.faces is None


def test_nothing_read_is_nothing_said() -> None:
    assert contents.decode({}) == Contents()


@pytest.mark.parametrize(("groups", "said"), [
    ({1: b"hash"}, None),
    ({1: b"hash", 14: b"hash"}, "DG14 only in EF_SOD"),
    ({2: b"hash"}, "DG1 only in EF_COM, DG2 only in EF_SOD"),
])  # fmt: skip
def test_ef_com_that_lists_other_groups_than_the_sod_is_told(groups: Mapping[int, bytes], said: str | None) -> None:
    found = contents.decode(CERTAIN | {Ef.SOD: security_object(groups)})
    expected = () if said is None else (Deviation("EF_COM", "groups_disagree", said),)
    assert found.deviations == expected
    strict = contents.decode(CERTAIN | {Ef.SOD: security_object(groups)}, strict=True)
    assert (Ef.COM in strict.failures) is (strict.common_data is None) is (said is not None)


def test_the_version_signed_in_the_sod_is_compared_with_ef_com() -> None:
    versions = encode(0x30, encode(0x13, b"0108") + encode(0x13, b"040000"))
    found = contents.decode(CERTAIN | {Ef.SOD: security_object({1: b"hash"}, versions=versions)})
    assert found.listed_hashes is not None
    assert (found.listed_hashes.version, found.listed_hashes.lds_version) == (1, "0108")
    assert found.deviations == (Deviation("EF_COM", "versions_disagree", "0107, in EF_SOD 0108"),)


@pytest.mark.parametrize("groups", [
    {17: b""}, {0: b""},
])  # fmt: skip
def test_a_sod_with_a_data_group_that_does_not_exist_is_refused(groups: Mapping[int, bytes]) -> None:
    assert Ef.SOD in contents.decode({Ef.SOD: security_object(groups)}).failures


def test_security_infos_are_told_by_kind() -> None:
    pace, parameters = "0.4.0.127.0.7.2.2.4.2.4", "0.4.0.127.0.7.2.2.4.2"
    trust_points = encode(0x30, encode(0x04, b"\x01\x1b"))
    data = infos(
        oid(pace) + number(2) + number(13),
        oid(pace) + number(2),
        oid(parameters) + encode(0x30, oid("1.2.840.10045.2.1")) + number(13),
        oid("2.23.136.1.1.5") + number(1) + oid("0.4.0.127.0.7.1.1.4.1.3"),
        oid("0.4.0.127.0.7.2.2.2") + number(1) + trust_points,
        oid("2.23.136.1.1.13") + encode(0x04, DIRECTORY),
        oid("1.2.3.4") + number(1),
    )
    found = contents.decode({Ef.CARD_ACCESS: data}, strict=True)
    assert found.card_access == (
        PaceOffer(pace, 2, 13),
        PaceOffer(pace, 2, None),
        PaceParameters(parameters, 13, encode(0x30, oid("1.2.840.10045.2.1"))),
        ActiveAuthenticationOffer(1, "0.4.0.127.0.7.1.1.4.1.3"),
        TerminalAuthenticationOffer(1, 0x011B),
        DirectoryCopy(DIRECTORY),
        OtherInfo("1.2.3.4"),
    )


def test_card_security_is_opened_and_its_type_is_checked() -> None:
    inside = infos(oid("0.4.0.127.0.7.2.2.4.2.4") + number(2) + number(13))
    whole = signed("0.4.0.127.0.7.3.2.1", inside)
    assert contents.decode({Ef.CARD_SECURITY: whole}, strict=True).card_security == (
        PaceOffer("0.4.0.127.0.7.2.2.4.2.4", 2, 13),
    )
    assert contents.decode({Ef.CARD_SECURITY: whole + b"\0"}).deviations[0].code == "trailing_bytes"
    assert contents.decode({Ef.CARD_SECURITY: signed("2.23.136.1.1.1", inside)}).failures


def test_what_the_card_can_do_and_which_applications_it_has() -> None:
    lengths = encode(0x7F66, encode(0x02, b"\x08\0") + encode(0x02, b"\x01\0\0"))
    found = contents.decode({Ef.ATR_INFO: encode(0x47, b"\0\0\xe0") + lengths, Ef.DIR: DIRECTORY}, strict=True)
    assert found.capabilities == CardCapabilities(True, True, 2048, 65_536)
    assert found.applications == (Application(PASSPORT), Application(PASSPORT[:-2] + b"\x20\1", "Visa"))


def test_extended_lengths_that_are_not_two_are_told() -> None:
    found = contents.decode({Ef.ATR_INFO: encode(0x7F66, encode(0x02, b"\x08\0"))})
    assert found.capabilities == CardCapabilities()
    assert [deviation.code for deviation in found.deviations] == ["value_malformed"]


FILES = (Ef.COM, Ef.SOD, *(Ef(0x0100 + group) for group in (1, 2, 3, 4, 5, 7, 11, 12, 14, 15)))


@pytest.mark.parametrize("file", FILES)
@settings(deadline=None)
@given(draw=st.data())
def test_a_genuine_file_with_octets_changed_or_cut_off_is_read_or_refused(
    bsi: dict[int, bytes], file: Ef, draw: st.DataObject
) -> None:
    changed = bytearray(bsi[file])
    for _ in range(draw.draw(st.integers(1, 4))):
        changed[draw.draw(st.integers(0, min(len(changed), 400) - 1))] = draw.draw(st.integers(0, 255))
    cut = draw.draw(st.integers(0, len(changed)) | st.just(len(changed)))
    found = contents.decode({file: bytes(changed[:cut])})
    assert set(found.failures) <= {file}
    assert {deviation.file for deviation in found.deviations} <= {file.title}


@pytest.mark.parametrize("file", Ef)
@pytest.mark.parametrize("strict", [False, True])
@given(data=st.binary(max_size=200))
def test_any_octets_are_read_or_refused_whatever_file_they_stand_in(file: Ef, strict: bool, data: bytes) -> None:
    found = contents.decode({file: data}, strict=strict)
    assert set(found.failures) <= {file}
    assert not (strict and found.deviations)
