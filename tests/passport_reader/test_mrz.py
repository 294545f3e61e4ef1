"""Reading the machine readable zone (Doc 9303-3 to -6)."""

from __future__ import annotations

import contextlib
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_reader import mrz
from passport_reader.document import UnusableMrz
from passport_reader.mrz import CheckDigitWrong, FieldUnusable, NotAnMrz
from passport_reader.protocols.access import MrzKey

TODAY = date(2026, 11, 23)
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6"
TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
MRV_A = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L8988901C4XXX4009078F96121096ZE184226B<<<<<<"
MRV_B = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<L8988901C4XXX4009078F9612109<<<<<<<<"
UNSPECIFIED = 3 * "X"
"""Whose nationality is not told (Doc 9303-3 §5)."""
LONG_TD1 = "I<UTOD23145890<7349<<<<<<<<<<<3407127M9507122UTO<<<<<<<<<<<2STEVENSON<<PETER<JOHN<<<<<<<<<"
LONG_TD2 = "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<D23145890<UTO3407127M95071227349<<<8"


@pytest.mark.parametrize(("text", "form", "number"), [
    (TD1, "TD1", "D23145890"), (TD2, "TD2", "D23145890"), (TD3, "TD3", "L898902C3"),
])  # fmt: skip
def test_reads_every_format(text: str, form: str, number: str) -> None:
    zone = mrz.parse(text, today=TODAY)
    assert (zone.format, zone.document_number, zone.issuing_state, zone.nationality) == (form, number, "UTO", "UTO")
    assert (zone.surname, zone.given_names, zone.sex) == ("ERIKSSON", "ANNA MARIA", "F")
    assert (zone.birth_date, zone.expiry_date) == (date(1974, 8, 12), date(2012, 4, 15))
    assert zone.text == text


@pytest.mark.parametrize(("text", "form", "optional"), [(MRV_A, "MRV-A", ("6ZE184226B",)), (MRV_B, "MRV-B", ())])
def test_reads_visas_which_have_no_composite_digit(text: str, form: str, optional: tuple[str, ...]) -> None:
    """The examples of Doc 9303-7, appendix B."""
    zone = mrz.parse(text, today=TODAY)
    assert (zone.format, zone.document_code, zone.document_number) == (form, "V", "L8988901C")
    assert (zone.surname, zone.nationality, zone.optional_data) == ("ERIKSSON", UNSPECIFIED, optional)
    assert (zone.birth_date, zone.expiry_date) == (date(1940, 9, 7), date(1996, 12, 10))
    assert mrz.wrong_checks(text) == ()


@pytest.mark.parametrize("at", [9, 19, 27])
def test_a_visas_own_check_digits_are_verified(at: int) -> None:
    wrong = MRV_A[: 44 + at] + str((int(MRV_A[44 + at]) + 1) % 10) + MRV_A[45 + at :]
    with pytest.raises(CheckDigitWrong):
        mrz.parse(wrong, today=TODAY)


@pytest.mark.parametrize(
    ("names", "cut"), [("ERIKSSON<<ANNA<MARIA", False), ("NILAVADHANANANDA<<CHAYAPA<DEJTHAMRON<KR", True)]
)
def test_a_name_that_fills_its_field_may_be_cut(names: str, cut: bool) -> None:
    text = f"P<UTO{names:<39}".replace(" ", "<") + TD3[44:]
    assert mrz.names_may_be_cut(mrz.parse(text, today=TODAY)) == cut


@pytest.mark.parametrize(("text", "wrong"), [
    (TD3, ()), (TD3.replace("408122", "408123"), ("birth_date", "composite")), (TD3[:-1] + "1", ("composite",)),
])  # fmt: skip
def test_every_wrong_check_digit_is_named(text: str, wrong: tuple[str, ...]) -> None:
    assert mrz.wrong_checks(text) == wrong


def test_reads_lines_as_well_as_one_string() -> None:
    assert mrz.parse(f"{TD3[:44]}\n{TD3[44:]}\n", today=TODAY) == mrz.parse(TD3, today=TODAY)


@pytest.mark.parametrize("text", [LONG_TD1, LONG_TD2])
def test_a_long_document_number_goes_on_in_the_optional_data(text: str) -> None:
    zone = mrz.parse(text, today=TODAY)
    assert zone.document_number == "D23145890734"
    assert zone.optional_data == ()
    assert MrzKey.of(zone).information == "D23145890734934071279507122"


def test_optional_data_is_kept() -> None:
    assert mrz.parse(TD3, today=TODAY).optional_data == ("ZE184226B",)


def test_reference_strings_are_read_or_refused_as_their_check_digits_say(data: Path) -> None:
    outcomes = []
    for text in json.loads((data / "emrtd" / "mrz_strings.json").read_text()):
        try:
            outcomes.append(mrz.parse(text, today=TODAY).document_number)
        except CheckDigitWrong as error:
            outcomes.append(str(error.data["field"]))
    assert outcomes == [
        "composite", "document_number", "expiry_date", "composite", "birth_date", "D23145890734",
        "document_number", "D23145890", "composite", "document_number", "D23145890734",
        "D12345678", "AA89BXHZ5", "document_number", "expiry_date", "L898902C3", "optional_data", "expiry_date",
        "birth_date", "birth_date",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "hello", TD3[:-1], TD3 + "0", TD3.lower(), TD3.replace("E", "É"), "٣" * 88])
def test_what_is_no_zone_is_said_to_be_none(text: str) -> None:
    with pytest.raises(NotAnMrz):
        mrz.parse(text, today=TODAY)


@given(at=st.integers(0, 87), character=st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"))
def test_one_wrong_character_never_changes_a_number_or_date_unnoticed(at: int, character: str) -> None:
    """Up to the characters that check digits cannot tell apart: values ten apart, as 0 and A and K and U."""
    text = TD3[:at] + character + TD3[at + 1 :]
    try:
        zone = mrz.parse(text, today=TODAY)
    except UnusableMrz:
        return
    honest = mrz.parse(TD3, today=TODAY)
    assert (zone.birth_date, zone.expiry_date) == (honest.birth_date, honest.expiry_date)
    value = {c: i % 10 for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}
    changed = [(a, b) for a, b in zip(zone.document_number, honest.document_number, strict=False) if a != b]
    assert all(value[a] == value[b] for a, b in changed)


@given(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<", min_size=72, max_size=90))
def test_any_text_is_read_or_refused_with_a_typed_error(text: str) -> None:
    with contextlib.suppress(NotAnMrz, CheckDigitWrong, FieldUnusable):
        mrz.parse(text, today=TODAY)


@pytest.mark.parametrize(("text", "expected"), [
    ("740812", date(1974, 8, 12)), ("261123", date(2026, 11, 23)), ("261124", date(1926, 11, 24)),
    ("000229", date(2000, 2, 29)), ("<<<<<<", None), ("74<<<<", None), ("7408<<", None),
])  # fmt: skip
def test_a_birth_lies_in_the_past_and_may_be_unknown(text: str, expected: date | None) -> None:
    assert mrz.birth_date(text, TODAY) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("310302", date(2031, 3, 2)), ("120415", date(2012, 4, 15)), ("950712", date(1995, 7, 12)),
    ("560101", date(2056, 1, 1)), ("570101", date(1957, 1, 1)),
])  # fmt: skip
def test_an_expiry_lies_in_the_century_that_makes_sense(text: str, expected: date) -> None:
    assert mrz.expiry_date(text, TODAY) == expected


@pytest.mark.parametrize("text", ["741301", "740230", "74O812"])
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(FieldUnusable):
        mrz.birth_date(text, TODAY)


def test_a_partly_unknown_birth_date_still_makes_the_chips_key() -> None:
    second = "L898902C36UTO" + "74<<<<" + mrz.check_digit("74<<<<") + "F1204159" + "ZE184226B<<<<<1"
    composite = mrz.check_digit(second[:10] + second[13:20] + second[21:43])
    zone = mrz.parse(TD3[:44] + second + composite, today=TODAY)
    assert zone.birth_date is None
    assert MrzKey.of(zone).birth_date == "74<<<<"


def test_no_key_shows_its_digits() -> None:
    assert "L898902C3" not in repr(MrzKey.of(mrz.parse(TD3, today=TODAY)))
