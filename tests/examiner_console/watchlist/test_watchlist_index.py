"""The index answers as comparing with each entry would, and its machine code as its Python."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.watchlist_people import CHANGES, Corpus
from examiner_console.watchlist.dates import BirthDate
from examiner_console.watchlist.index import Index
from examiner_console.watchlist.matching import THRESHOLD, Listed, Person, search_all
from examiner_console.watchlist.names import Name
from examiner_console.watchlist.parts import FLOOR, slip
from examiner_console.watchlist.spelling import FAR, Spellings, distance

WORD = st.text("AEHIJKLMNOSTXZ", min_size=1, max_size=9)
PARTS = st.lists(WORD, min_size=1, max_size=3).map(tuple)
NAMES = st.builds(Name, PARTS, st.none() | st.just(()) | PARTS)
CUT = st.builds(Name, PARTS, st.none() | PARTS, st.just(True))
BIRTHS = st.sampled_from(
    [BirthDate(1980, 3, 4), BirthDate(1981, 3, 4), BirthDate(1962, 4, 3), BirthDate(1980), BirthDate()]
)


def people(names: st.SearchStrategy[Name]) -> st.SearchStrategy[Person]:
    documents = st.sampled_from([None, "A1", "B2"])
    held = st.lists(names, min_size=1, max_size=2).map(tuple)
    return st.builds(Person, held, BIRTHS, st.sampled_from([None, "F"]), st.just("UTO"), documents)


def test_no_match_over_the_threshold_is_lost_among_2000_entries() -> None:
    corpus = Corpus(11)
    entries = corpus.entries(2_000)
    index, chosen, found = Index(entries), random.Random(3), 0
    for number in range(7):
        asked = corpus.renewed(CHANGES[2 * number % len(CHANGES)](chosen, chosen.choice(entries).person))
        expected = search_all(asked, entries)
        assert index.search(asked) == expected
        found += len(expected)
    assert found >= 5


@given(st.lists(people(NAMES), min_size=1, max_size=8), people(NAMES | CUT), st.sampled_from([30.0, 45.0, THRESHOLD]))
@settings(deadline=None, max_examples=60)
def test_the_index_answers_as_comparing_with_each(listed: list[Person], asked: Person, threshold: float) -> None:
    entries = [Listed(f"W{number}", one) for number, one in enumerate(listed)]
    near = replace(asked, names=(listed[0].names[0], *asked.names))
    for question in (asked, near, listed[0]):
        assert Index(entries).search(question, threshold) == search_all(question, entries, threshold)


@given(st.lists(WORD, min_size=1, max_size=6), WORD, st.booleans())
@settings(deadline=None)
def test_what_the_quick_bound_leaves_out_is_another_name(words: list[str], asked: str, cut: bool) -> None:
    for word, tenths in zip(words, Spellings(words).distances(asked, cut).tolist(), strict=True):
        exact = distance(asked, word, cut)
        longest = len(asked) if cut else max(len(asked), len(word))
        assert tenths == exact or (tenths == FAR and slip(exact, longest) < FLOOR)


def test_a_document_number_finds_its_entry_under_another_name() -> None:
    listed = Person((Name(("TANAKA",), ("HARU",)),), BirthDate(1980, 3, 4), "F", "UTO", "A1")
    asked = replace(listed, names=(Name(("OKAFOR",), ("NGOZI",)),))
    assert [match.reference for match in Index([Listed("W1", listed)]).search(asked)] == ["W1"]


def test_an_empty_list_has_no_match_and_a_cut_name_is_no_entry() -> None:
    assert Index([]).search(Person((Name(("TANAKA",), ("HARU",)),))) == ()
    with pytest.raises(ValueError, match="cut name"):
        Index([Listed("W1", Person((Name(("TANAKA",), ("HA",), True),)))])
