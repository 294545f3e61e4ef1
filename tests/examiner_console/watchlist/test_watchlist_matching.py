"""Who is taken for one person: what an editor and an officer rely on, and what must hold for every name and date."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.watchlist_people import CHANGES, Corpus
from examiner_console.watchlist.dates import Agreement, BirthDate, UnusableDate, agreement, parse_birth_date
from examiner_console.watchlist.matching import THRESHOLD, Listed, Person, score, search_all
from examiner_console.watchlist.names import Name, UnusableName, parse_name
from examiner_console.watchlist.transliteration import UnwritableName, mrz_form, mrz_forms

BORN = BirthDate(1980, 3, 14)
PART = st.text("ABCDEHIJKLMNORSTUXYZ", min_size=1, max_size=9)
PARTS = st.lists(PART, min_size=1, max_size=3).map(tuple)
NAMES = st.builds(Name, PARTS, st.none() | st.just(()) | PARTS)
DATES = st.dates(date(1930, 1, 1), date(2020, 1, 1)).map(BirthDate.of)
PARTIAL = st.one_of(
    DATES, DATES.map(lambda born: BirthDate(born.year, born.month)), DATES.map(lambda born: BirthDate(born.year)),
    st.just(BirthDate()),
)  # fmt: skip
SEXES = st.sampled_from([None, "M", "F", "X"])
STATES = st.sampled_from([None, "UTO", "JPN"])
PEOPLE = st.builds(Person, NAMES.map(lambda name: (name,)), PARTIAL, SEXES, STATES, st.sampled_from([None, "A1", "B2"]))


def person(surname: str, given_names: str | None, birth: BirthDate = BORN) -> Person:
    return Person((parse_name(surname, given_names),), birth, "F", "UTO")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("SATO", "YUKO"), ("SATOU", "YUUKO")),
        (("OHNO", "JUNICHI"), ("ONO", "ZYUNITI")),
        (("ZHANG", "XIAOMING"), ("CHANG", "HSIAO MING")),
        (("GIM", "MINJUN"), ("KIM", "MIN-JUN")),
        (("MUHAMMAD", "ABDULRAHMAN"), ("MOHAMED", "ABDEL RAHMAN")),
        (("Юрьев", "Алексей"), ("YURYEV", "ALEXEY")),
        (("محمد", "حسن"), ("MOHAMED", "HASSAN")),
        (("Müller", "Jörg"), ("MULLER", "JORG")),
        (("TANAKA", "HARU"), ("HARU", "TANAKA")),
        (("OGAWA", "KENJI"), ("OGAWA", "K")),
        (("GARCIA-LOPEZ", "MARIA"), ("GARCIA", "MARIA")),
        (("ANDERSON", "ANNA MARIA"), ("ANDERSON", "ANNA")),
        (("SUHARTO", ""), ("SUHARTO", "")),
    ],
)
def test_spellings_of_one_name_with_one_birth_date_are_one_person(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert score(person(*one), person(*other))[0] >= THRESHOLD


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (person("WANG", "WEI"), person("WANG", "LEI")),
        (person("TANAKA", "HARU"), person("TANAKA", "HARU", BirthDate(1962, 11, 2))),
        (person("TANAKA", "HARU"), person("TANAKA", "HARU", BirthDate())),
        (person("TANAKA", "HARU"), person("TANAKA", None)),
        (person("WANG", ""), person("WANG", "WEI")),
    ],
)
def test_a_name_alone_or_half_a_name_is_no_match(one: Person, other: Person) -> None:
    assert score(one, other)[0] < THRESHOLD


def test_a_name_that_its_document_cut_still_matches_the_whole_name() -> None:
    whole = ("VASILIKOPOULOS", "ALEXANDROS KONSTANTINOS EMMANOUIL")
    cut = parse_name("VASILIKOPOULOS", "ALEXANDROS KONSTANTINO"[:23], "TD3")
    assert not cut.cut
    cut = parse_name("VASILIKOPOULOS", "ALEXANDROS KONSTANTINOS"[:23], "TD3")
    assert cut.cut
    assert score(Person((cut,), BORN), person(*whole))[0] >= THRESHOLD


def test_the_words_say_what_matched_and_what_did_not() -> None:
    [match] = search_all(person("SATO", "YUKO", BirthDate(1980, 3, 15)), [Listed("W1", person("SATOU", "YUKO"))])
    assert "SATO and SATOU: another way to write it" in match.words
    assert "birth date one digit differs (+16)" in match.words
    assert "document number unknown (+0)" in match.words


@given(PEOPLE, PEOPLE)
@settings(deadline=None)
def test_it_does_not_matter_which_of_two_is_asked_about(one: Person, other: Person) -> None:
    assert score(one, other)[0] == score(other, one)[0]


@given(PEOPLE, st.randoms(use_true_random=False), st.integers(0, len(CHANGES) - 1), NAMES)
@settings(deadline=None)
def test_nobody_is_more_like_an_entry_than_the_person_it_describes(
    listed: Person, chosen: random.Random, change: int, name: Name
) -> None:
    same = score(listed, listed)[0]
    assert same >= score(replace(listed, names=(name,)), listed)[0]
    assert same >= score(replace(listed, birth=BirthDate(1999, 9, 9)), listed)[0]
    known = Corpus(change).person()
    assert score(known, known)[0] >= score(CHANGES[change](chosen, known), known)[0]


@given(PEOPLE, PEOPLE)
@settings(deadline=None)
def test_what_becomes_unknown_never_adds_to_agreement(one: Person, other: Person) -> None:
    """To forget a fact that agrees may only lower the score; to forget one that contradicts gives no points."""
    evidence = {item.subject: item.points for item in score(one, other)[1]}
    forgotten = replace(one, birth=BirthDate(), sex=None, nationality=None, document_number=None)
    unknown = {item.subject: item.points for item in score(forgotten, other)[1]}
    for subject in ("birth date", "sex", "nationality", "document number"):
        assert unknown[subject] == 0
    assert (unknown["surname"], unknown["given names"]) == (evidence["surname"], evidence["given names"])
    nameless = replace(one, names=tuple(Name(name.surname, None) for name in one.names))
    assert {item.subject: item.points for item in score(nameless, other)[1]}["given names"] == 0


@given(st.lists(PEOPLE, max_size=6), PEOPLE, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_entries_does_not_matter(people: list[Person], asked: Person, chosen: random.Random) -> None:
    entries = [Listed(f"W{number}", one) for number, one in enumerate(people)]
    before = search_all(asked, entries, 20)
    chosen.shuffle(entries)
    assert search_all(asked, entries, 20) == before


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (BirthDate(1980, 3, 14), Agreement.EXACT),
        (BirthDate(1980, 3), Agreement.PARTIAL),
        (BirthDate(1980), Agreement.PARTIAL),
        (BirthDate(1980, 3, 15), Agreement.DIGIT),
        (BirthDate(1979, 3, 14), Agreement.YEAR),
        (BirthDate(None, 3, 14), Agreement.UNKNOWN),
        (BirthDate(), Agreement.UNKNOWN),
        (BirthDate(1981, 3), Agreement.NEAR),
        (BirthDate(1979), Agreement.NEAR),
        (BirthDate(1979, 4), Agreement.DIFFERENT),
        (BirthDate(1980, 4), Agreement.DIFFERENT),
        (BirthDate(None, 4), Agreement.DIFFERENT),
        (BirthDate(1979, 4, 14), Agreement.DIFFERENT),
    ],
)
def test_birth_dates_agree_as_far_as_they_are_known(other: BirthDate, expected: Agreement) -> None:
    assert agreement(BORN, other) is agreement(other, BORN) is expected


def test_day_and_month_may_be_exchanged() -> None:
    assert agreement(BirthDate(1980, 3, 11), BirthDate(1980, 11, 3)) is Agreement.SWAPPED


def test_a_birth_date_of_the_zone_may_lack_parts_and_lies_in_the_past() -> None:
    today = date(2026, 11, 27)
    assert parse_birth_date("80<<<<", today) == BirthDate(1980)
    assert parse_birth_date("261128", today) == BirthDate(1926, 11, 28)
    assert parse_birth_date("<<<<<<", today) == BirthDate()
    for wrong in ("80<<14", "801332", "8O0101", "80"):
        with pytest.raises(UnusableDate):
            parse_birth_date(wrong, today)


def test_national_letters_have_the_forms_of_doc_9303() -> None:
    assert mrz_forms("Ü") == ("UE", "UXX", "U")
    assert mrz_form("Щербаков") == "SHCHERBAKOV"
    assert mrz_form("D’Arc-Łoś") == "DARC<LOS"
    assert mrz_form("خالد") == "XKHALD"
    with pytest.raises(UnwritableName, match="Latin"):
        mrz_form("田中")


def test_a_name_without_a_letter_or_beyond_any_document_is_refused() -> None:
    for surname in ("", "<<", "A" * 101, "A " * 11):
        with pytest.raises(UnusableName):
            parse_name(surname, None)
