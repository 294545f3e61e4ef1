"""DG5, DG7, DG11, DG12 and DG16: words, dates, lists and pictures for people to read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_reader.data_groups import displayed, document_details, notified_persons, personal_details
from passport_reader.data_groups.dates import Moment, written_moment
from passport_reader.data_groups.picture import Picture
from passport_reader.deviations import Deviations
from passport_reader.document import UnusableData
from passport_reader.lds import Ef
from passport_reader.tlv import encode

Compose = Callable[..., bytes]


def details(tag: int, *fields: tuple[int, bytes]) -> bytes:
    """DG11 or DG12 with its list of tags."""
    tags = b"".join(number.to_bytes((number.bit_length() + 7) // 8, "big") for number, _ in fields)
    return encode(tag, encode(0x5C, tags) + b"".join(encode(*field) for field in fields))


def names(tag: int, *values: str) -> bytes:
    return encode(0x02, bytes([len(values)])) + b"".join(encode(tag, value.encode()) for value in values)


def test_the_holder_is_described_in_national_characters(encoded_picture: Compose) -> None:
    proof = encoded_picture("JPEG")
    dg11 = details(
        0x6B,
        (0x5F0E, "佐藤<<花子".encode()), (0xA0, names(0x5F0F, "Müller<<Hanna", "さとう")), (0x5F10, b"123456"),
        (0x5F2B, b"19900504"), (0x5F11, "東京<JAPAN".encode()), (0x5F42, "1-2-3<霞が関<東京".encode()),
        (0x5F12, b"+81 3 0000"), (0x5F13, b"engineer"), (0x5F14, b"Dr"), (0x5F15, b"none"), (0x5F16, proof),
        (0x5F17, b"AB123<CD456"), (0x5F18, b"mother"),
    )  # fmt: skip
    person = personal_details.decode(dg11, Deviations("EF_DG11", strict=True))
    assert (person.full_name, person.other_names) == ("佐藤<<花子", ("Müller<<Hanna", "さとう"))
    assert (person.birth_date, person.birth_place) == (Moment(1990, 5, 4), ("東京", "JAPAN"))
    assert (person.address, person.other_documents) == (("1-2-3", "霞が関", "東京"), ("AB123", "CD456"))
    assert (person.personal_number, person.telephone, person.profession) == ("123456", "+81 3 0000", "engineer")
    assert (person.title, person.summary, person.custody) == ("Dr", "none", "mother")
    assert person.proof_of_citizenship == Picture(proof, "image/jpeg")


def test_the_issue_of_the_document_is_described(encoded_picture: Compose) -> None:
    front = encoded_picture("JPEG2000")
    dg12 = details(
        0x6C,
        (0x5F19, b"Ministry"), (0x5F26, b"\x20\x26\x03\x02"), (0xA0, names(0x5F1A, "Child")), (0x5F1B, b"seen"),
        (0x5F1C, b"paid"), (0x5F1D, front), (0x5F55, b"20260302091500"), (0x5F56, b"7"),
    )  # fmt: skip
    document = document_details.decode(dg12, Deviations("EF_DG12", strict=True))
    assert (document.issuing_authority, document.issue_date) == ("Ministry", Moment(2026, 3, 2))
    assert (document.other_people, document.endorsements, document.tax_and_exit) == (("Child",), "seen", "paid")
    assert (document.front, document.rear) == (Picture(front, "image/jp2"), None)
    assert (document.personalised, document.personalisation_system) == (Moment(2026, 3, 2, 9, 15, 0), "7")


def test_the_list_of_tags_may_name_the_elements_of_its_inner_list() -> None:
    fields = encode(0x5C, b"\x5f\x0e\x5f\x0f") + encode(0x5F0E, b"A<<B") + encode(0xA0, names(0x5F0F, "C"))
    assert personal_details.decode(encode(0x6B, fields), Deviations("EF_DG11", strict=True)).other_names == ("C",)


@pytest.mark.parametrize(("fields", "code"), [
    (encode(0x5F0E, b"A"), "element_missing"),
    (encode(0x5C, b"\x5f\x0e\x5f\x10") + encode(0x5F0E, b"A"), "tag_list_wrong"),
    (encode(0x5C, b"\x5f\x0e\x5f") + encode(0x5F0E, b"A"), "value_malformed"),
    (encode(0x5C, b"\x5f\x0e") + encode(0x5F0E, b"\xe9t\xe9"), "text_malformed"),
    (encode(0x5C, b"\x5f\x2b") + encode(0x5F2B, b"19901350"), "date_malformed"),
    (encode(0x5C, b"\xa0") + encode(0xA0, encode(0x02, b"\3") + encode(0x5F0F, b"C")), "count_wrong"),
    (encode(0x5C, b"\x5f\x16") + encode(0x5F16, b"BM"), "value_malformed"),
])  # fmt: skip
def test_deviations_of_dg11_are_told(fields: bytes, code: str) -> None:
    notes = Deviations("EF_DG11")
    personal_details.decode(encode(0x6B, fields), notes)
    assert [deviation.code for deviation in notes.noted] == [code]


def test_a_name_in_another_coding_is_still_read() -> None:
    fields = encode(0x5C, b"\x5f\x0e") + encode(0x5F0E, b"Ren\xe9e")
    assert personal_details.decode(encode(0x6B, fields), Deviations("EF_DG11")).full_name == "Renée"


@given(st.dates(), st.sampled_from(["characters", "packed"]))
def test_a_date_is_read_from_characters_and_from_packed_digits(date: object, form: str) -> None:
    digits = date.strftime("%Y%m%d").zfill(8)  # type: ignore[attr-defined]
    value = digits.encode() if form == "characters" else bytes.fromhex(digits)
    assert str(written_moment(value, Deviations("EF_DG12", strict=True))) == str(date)


@pytest.mark.parametrize(("value", "read"), [
    (b"19900500", "1990-05-xx"), (b"1990<<<<", "1990-xx-xx"), (b"1990XXXX", "1990-xx-xx"),
    (b"\x19\x90\x00\x00", "1990-xx-xx"), (b"", "None"), (b"00000000", "0000-xx-xx"),
])  # fmt: skip
def test_unknown_parts_of_a_date_stay_unknown(value: bytes, read: str) -> None:
    assert str(written_moment(value, Deviations("EF_DG11", strict=True))) == read


@given(st.binary(min_size=1, max_size=20))
def test_any_octets_are_a_date_or_told_to_be_none(value: bytes) -> None:
    notes = Deviations("EF_DG11")
    assert (written_moment(value, notes) is None) is bool(notes.noted)


def test_persons_to_notify() -> None:
    fields = {0x5F50: b"20260101", 0x5F51: b"DOE<<JANE", 0x5F52: b"+1 555", 0x5F53: b"1 Road<Town"}
    person = b"".join(encode(tag, value) for tag, value in fields.items())
    dg16 = encode(0x70, encode(0x02, b"\2") + encode(0xA1, person) + encode(0xA2, person))
    first, second = notified_persons.decode(dg16, Deviations("EF_DG16", strict=True))
    assert first == second
    assert (first.recorded, first.name) == (Moment(2026, 1, 1), "DOE<<JANE")
    assert (first.telephone, first.address) == ("+1 555", ("1 Road", "Town"))


@pytest.mark.parametrize(("file", "tag", "inner"), [(Ef.DG5, 0x65, 0x5F40), (Ef.DG7, 0x67, 0x5F43)])
def test_pictures_for_display(encoded_picture: Compose, file: Ef, tag: int, inner: int) -> None:
    pictures = [encoded_picture("JPEG"), encoded_picture("JPEG2000")]
    data = encode(tag, encode(0x02, b"\2") + b"".join(encode(inner, picture) for picture in pictures))
    found = displayed.decode(file, data, Deviations(file.title, strict=True))
    assert [(picture.data, picture.media_type) for picture in found] == [
        (pictures[0], "image/jpeg"),
        (pictures[1], "image/jp2"),
    ]
    with pytest.raises(UnusableData):
        displayed.decode(file, encode(tag, encode(0x02, b"\0")), Deviations(file.title))
