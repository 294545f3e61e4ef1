"""Page, DG1 and DG11 are compared field by field, and every difference is told with its gravity."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_reader import mrz
from passport_reader.comparison import Details, Gravity, agreement_finding, detail_differences, differences
from passport_reader.document import Mrz, Outcome, UnusableMrz

TODAY = date(2026, 11, 23)
VISA = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<L8988901C4XXX4009078F9612109<<<<<<<<"


def zone(names: str = "ERIKSSON<<ANNA<MARIA", number: str = "L898902C3", optional: str = "ZE184226B<<<<<") -> Mrz:
    fields = number + mrz.check_digit(number), "7408122", "1204159", optional + mrz.check_digit(optional)
    second = f"{fields[0]}UTO{fields[1]}F{fields[2]}{fields[3]}{mrz.check_digit(''.join(fields))}"
    return mrz.parse(f"P<UTO{names:<39}".replace(" ", "<") + second, today=TODAY)


def test_the_same_zone_agrees() -> None:
    assert differences(zone(), zone()) == ()
    assert agreement_finding(zone(), zone()).outcome is Outcome.SUCCESSFUL


@pytest.mark.parametrize(("page", "gravity", "code"), [
    (zone(names="STRANGER<<ALEX"), Gravity.REAL, "page_differs_from_chip"),
    (zone(names="ER1KSSON<<ANNA<MARIA"), Gravity.LOOK_ALIKE, "page_looks_like_chip"),
    (zone(names="ERIKSSON<<ANNA<M"), Gravity.TRUNCATION, "page_truncated_otherwise"),
    (zone(names="ERIKSSON<<ANNA"), Gravity.TRUNCATION, "page_truncated_otherwise"),
    (zone(names="ERIKSSON<<MARIA<ANNA"), Gravity.REAL, "page_differs_from_chip"),
])  # fmt: skip
def test_another_name_is_told_with_its_gravity_and_never_agrees(page: Mrz, gravity: Gravity, code: str) -> None:
    (found,) = differences(page, zone())
    assert (found.field, found.source, found.gravity) == ("names", "dg1", gravity)
    finding = agreement_finding(page, zone())
    assert (finding.check, finding.outcome, finding.code) == ("mrz_matches_chip", Outcome.FAILED, code)
    assert finding.detail == f"names of dg1: {gravity.value}"


def test_a_number_that_looks_alike_is_told_with_its_columns_and_digits() -> None:
    found = differences(zone(number="L89890GC3"), zone(number="L898906C3"))  # ten apart: one check digit fits both
    assert [(one.field, one.gravity, one.columns) for one in found] == [("document_number", Gravity.LOOK_ALIKE, (6,))]
    several = differences(zone(number="L898902C4"), zone())
    assert [one.field for one in several] == ["document_number", "check_digit", "check_digit"]


def test_the_gravest_difference_names_the_finding() -> None:
    finding = agreement_finding(zone(names="ERIKSSON<<ANNA", number="X12345678"), zone())
    assert finding.code == "page_differs_from_chip"
    assert "names of dg1: truncation, document_number of dg1: real" in finding.detail


def test_no_value_stands_in_a_finding() -> None:
    finding = agreement_finding(zone(names="STRANGER<<ALEX"), zone(), Details("Wasa<<Gustav", "7", date(1980, 1, 1)))
    assert not any(value in finding.detail for value in ("STRANGER", "ERIKSSON", "Wasa", "ZE184226B", "74"))


@pytest.mark.parametrize(("page", "chip", "code"), [
    (None, zone(), "one_side_missing"), (zone(), None, "one_side_missing"),
    (mrz.parse(VISA, today=TODAY), zone(), "page_is_a_visa"),
])  # fmt: skip
def test_what_cannot_be_compared_is_undetermined(page: Mrz | None, chip: Mrz | None, code: str) -> None:
    finding = agreement_finding(page, chip)
    assert (finding.outcome, finding.code) == (Outcome.UNDETERMINED, code)


def test_documents_of_two_formats_differ() -> None:
    card = mrz.parse("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6", today=TODAY)
    assert [(one.field, one.gravity) for one in differences(zone(), card)] == [("format", Gravity.REAL)]


@pytest.mark.parametrize(("printed", "full_name"), [
    ("MUELLER<<JOERG", "Müller<<Jörg"), ("MULLER<<JORG", "MÜLLER<<JÖRG"), ("MUXXLLER<<JOERG", "Müller, Jörg"),
    ("DARTAGNAN<<JEAN<LUC", "d'Artagnan<<Jean-Luc"), ("GROSS<<RENE", "Groß<<René"),
    ("ERIKSSON<<ANNA", "Эрикссон<<Анна"),
])  # fmt: skip
def test_a_name_of_dg11_agrees_however_it_is_transcribed(printed: str, full_name: str) -> None:
    assert detail_differences(zone(names=printed), Details(full_name)) == ()


@pytest.mark.parametrize(("printed", "full_name", "gravity"), [
    ("ERIKSSON<<ANNA", "Eriksson<<Anna<Maria", Gravity.TRUNCATION),
    ("ERIKSSON<<A<MARIA", "Eriksson<<Anna<Maria", Gravity.TRUNCATION),
    ("STRANGER<<ALEX", "Eriksson<<Anna", Gravity.REAL),
    ("ERIKSSON<<ANNA<EVA", "Eriksson<<Anna", Gravity.REAL),
])  # fmt: skip
def test_a_name_of_dg11_that_differs_is_told(printed: str, full_name: str, gravity: Gravity) -> None:
    (found,) = detail_differences(zone(names=printed), Details(full_name))
    assert (found.field, found.source, found.gravity) == ("names", "dg11", gravity)


def test_a_personal_number_and_a_birth_date_of_dg11_are_compared() -> None:
    assert detail_differences(zone(), Details(personal_number="ZE-184226B", birth_date=date(1974, 8, 12))) == ()
    found = detail_differences(zone(), Details(personal_number="ZE184226C", birth_date=date(1974, 8, 13)))
    assert [(one.field, one.gravity) for one in found] == [
        ("optional_data", Gravity.REAL), ("birth_date", Gravity.REAL),
    ]  # fmt: skip


@given(st.text(max_size=200))
def test_any_text_in_dg11_is_compared_without_an_error(text: str) -> None:
    finding = agreement_finding(zone(), zone(), Details(text, text))
    assert finding.outcome in {Outcome.SUCCESSFUL, Outcome.FAILED}


@given(at=st.integers(2, 87), character=st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"))
def test_one_other_character_is_one_difference_at_least(at: int, character: str) -> None:
    text = zone().text[:at] + character + zone().text[at + 1 :]
    try:
        other = mrz.parse(text, today=TODAY)
    except UnusableMrz:
        return
    assert (differences(other, zone()) == ()) == (text == zone().text)
    assert (agreement_finding(other, zone()).outcome is Outcome.SUCCESSFUL) == (text == zone().text)
