"""What is read leniently is told, and refused when read strictly."""

from __future__ import annotations

import pytest

from passport_reader import lds
from passport_reader.deviations import MAX_NOTED, Deviations
from passport_reader.document import Deviation, UnusableData
from passport_reader.lds import Ef
from passport_reader.tlv import encode

VERSION, UNICODE, GROUPS = encode(0x5F01, b"0107"), encode(0x5F36, b"040000"), encode(0x5C, b"\x61\x75")

COMMON_DATA = {
    "length_not_minimal": b"\x60\x81\x14" + VERSION + UNICODE + GROUPS,
    "trailing_bytes": encode(0x60, VERSION + UNICODE + GROUPS) + b"\x90",
    "padding": encode(0x60, VERSION + bytes(3) + UNICODE + GROUPS),
    "element_missing": encode(0x60, VERSION + GROUPS),
    "element_unknown": encode(0x60, VERSION + UNICODE + GROUPS + encode(0x5F37, b"")),
    "element_repeated": encode(0x60, VERSION + UNICODE + GROUPS + GROUPS),
    "element_misplaced": encode(0x60, VERSION + GROUPS + UNICODE),
    "value_malformed": encode(0x60, encode(0x5F01, b"1.7") + UNICODE + GROUPS),
    "value_unknown": encode(0x60, VERSION + UNICODE + encode(0x5C, b"\x61\x75\x13")),
}


@pytest.mark.parametrize("code", COMMON_DATA)
def test_a_liberty_taken_with_a_file_is_told_by_its_code(code: str) -> None:
    notes = Deviations("EF_COM")
    assert lds.common_data(COMMON_DATA[code], notes).data_groups == (1, 2)
    assert [deviation.code for deviation in notes.noted] == [code]


@pytest.mark.parametrize("code", COMMON_DATA)
def test_a_strict_reader_refuses_the_same_file(code: str) -> None:
    with pytest.raises(UnusableData) as refused:
        lds.common_data(COMMON_DATA[code], Deviations("EF_COM", strict=True))
    assert refused.value.data["deviation"] == code


def test_a_file_as_the_standard_says_has_no_deviation() -> None:
    notes = Deviations("EF_COM", strict=True)
    assert lds.common_data(encode(0x60, VERSION + UNICODE + GROUPS), notes).lds_version == "0107"
    assert notes.noted == ()


def test_octets_that_are_no_data_object_end_a_template() -> None:
    notes = Deviations("EF_COM")
    items = list(notes.objects(encode(0x5F01, b"0107") + b"\x5c\x05\x61"))
    assert [item.tag for item in items] == [0x5F01]
    assert notes.noted == (Deviation("EF_COM", "trailing_bytes", "3 octets at 7 are no data object"),)


def test_the_same_deviation_is_told_once_and_a_flood_of_them_is_capped() -> None:
    notes = Deviations("EF_DG2")
    for number in range(1000):
        notes.note("element_unknown", f"tag {number}")
        notes.note("element_unknown", "tag 0")
    assert len(notes.noted) == len(set(notes.noted)) == MAX_NOTED


def test_too_many_data_objects_are_no_deviation() -> None:
    with pytest.raises(UnusableData):
        list(Deviations("EF_DG13").objects(encode(0x5F01, b"") * 600))


@pytest.mark.parametrize("infos", [
    encode(0x31, encode(0x30, encode(0x06, b"\x2a") + encode(0x02, b"\2")) + b"\x30\x05"),
    encode(0x31, encode(0x30, encode(0x06, b"\x2a") + encode(0x02, b"\2")) + bytes(4)),
])  # fmt: skip
def test_nothing_is_forgiven_where_a_protocol_could_vanish(infos: bytes) -> None:
    with pytest.raises(UnusableData):
        lds.security_infos(infos, Deviations("EF_DG14"))


def test_card_security_goes_by_its_path_because_the_sod_has_its_identifier() -> None:
    assert Ef.CARD_SECURITY is not Ef.SOD
    assert Ef.CARD_SECURITY.identifier == Ef.SOD.identifier == b"\x01\x1d"
    assert [file.short_identifier for file in (Ef.CARD_SECURITY, Ef.DIR, Ef.ATR_INFO)] == [0x1D, 0x1E, 0x01]
