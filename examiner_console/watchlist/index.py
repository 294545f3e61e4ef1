"""Entries laid out so that one question is answered without comparing with each, and without losing a match.

Blocking keys are the distinct parts of all names. A question compares its own parts with those, in machine code; every
entry then has a bound on what its name can score, and only those whose bound reaches the threshold are compared. The
bound is never lower than the score (`_bounds`), so nothing is lost; a test holds that against comparing with each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from examiner_console.watchlist.dates import Agreement
from examiner_console.watchlist.likeness import Likeness, Sides, likeness, side_forms
from examiner_console.watchlist.matching import (
    BESIDE_NAME,
    BIRTH_POINTS,
    NAME_POINTS,
    THRESHOLD,
    Listed,
    Match,
    Person,
    beside,
    best_first,
    ready,
    summed,
)
from examiner_console.watchlist.parts import Form, alike, cut_slips, slips
from examiner_console.watchlist.readings import readings
from examiner_console.watchlist.spelling import Spellings

_ROUNDING: Final = 1e-6
Ids = NDArray[np.int64]
Values = NDArray[np.float64]


class Index:
    """Over entries whose references differ. Entries with cut names are refused: an editor knows the name."""

    def __init__(self, entries: Iterable[Listed]) -> None:
        self._entries = list(entries)
        self._rows = [(number, name) for number, entry in enumerate(self._entries) for name in ready(entry.person)]
        self._without_given = np.array([row.given == () for _, row in self._rows], bool)
        self._years = np.array([self._entries[number].person.birth.year or 0 for number, _ in self._rows], np.int64)
        self._documents: defaultdict[str, list[int]] = defaultdict(list)
        for row, (number, _) in enumerate(self._rows):
            if document := self._entries[number].person.document_number:
                self._documents[document].append(row)
        self._lay_out()

    def __len__(self) -> int:
        return len(self._entries)

    def _lay_out(self) -> None:
        postings: defaultdict[str, set[int]] = defaultdict(set)
        for row, (_, name) in enumerate(self._rows):
            for form in frozenset().union(*side_forms(name)):
                if form.cut:
                    raise ValueError("an entry cannot have a cut name")
                postings[form.text].add(row)
        self._texts = sorted(postings)
        self._ids = {text: number for number, text in enumerate(self._texts)}
        self._spellings = Spellings(self._texts)
        self._postings = [np.fromiter(postings[text], np.int64) for text in self._texts]
        self._parts_of = self._part_table(postings)
        self._by_key: defaultdict[str, list[int]] = defaultdict(list)
        self._by_initial: defaultdict[str, list[int]] = defaultdict(list)
        for number, text in enumerate(self._texts):
            self._by_initial[text[0]].append(number)
            for key in readings(text):
                self._by_key[key].append(number)

    def _part_table(self, postings: dict[str, set[int]]) -> Ids:
        """The numbers of each row's parts, (rows, most parts of a row), the first one repeated to the end."""
        parts: list[list[int]] = [[] for _ in self._rows]
        for number, text in enumerate(self._texts):
            for row in postings[text]:
                parts[row].append(number)
        most = max((len(own) for own in parts), default=1)
        return np.array([own + own[:1] * (most - len(own)) for own in parts], np.int64)

    def search(self, traveller: Person, threshold: float = THRESHOLD) -> tuple[Match, ...]:
        """As `matching.search_all` over the same entries."""
        if not self._rows:
            return ()
        best: dict[int, Likeness] = {}
        for name in ready(traveller):
            for row in self._candidates(name, traveller, threshold):
                number, listed = self._rows[row]
                found = likeness(name, listed)
                if number not in best or found.whole > best[number].whole:
                    best[number] = found
        matches = [self._match(number, names, traveller) for number, names in best.items()]
        return best_first([match for match in matches if match.score >= threshold])

    def _match(self, number: int, names: Likeness, traveller: Person) -> Match:
        entry = self._entries[number]
        return Match(entry.reference, *summed(names, beside(traveller, entry.person)))

    def _candidates(self, name: Sides, traveller: Person, threshold: float) -> Iterator[int]:
        bounds = self._bounds(name, threshold)
        bounds += BESIDE_NAME
        same = self._documents.get(traveller.document_number or "", [])
        rows = np.flatnonzero(bounds >= threshold - _ROUNDING)
        bounds[rows] -= self._years_apart(rows, traveller.birth.year)
        rows = rows[bounds[rows] >= threshold - _ROUNDING]
        return iter(np.union1d(rows, np.array(same, np.int64)).tolist())

    def _years_apart(self, rows: Ids, year: int | None) -> Values:
        """What the bound loses where the years cannot come from one slip: no date of theirs agrees."""
        if year is None:
            return np.zeros(rows.size)
        years = self._years[rows]
        wrong = sum((years // place % 10 != year // place % 10).astype(np.int64) for place in (1, 10, 100, 1000))
        apart = (years > 0) & (np.asarray(wrong) > 1) & (np.abs(years - year) != 1)
        return np.where(apart, BIRTH_POINTS[Agreement.EXACT] - BIRTH_POINTS[Agreement.DIFFERENT], 0.0)

    def _bounds(self, name: Sides, threshold: float) -> Values:
        """At least the points of each row's name.

        A side is a mean of likenesses between forms of the question's side and forms of the entry, lowered for parts
        missing and joined, so the greatest of them bounds it. Where one of the two has no given names the surname, or
        all names together, may stand for both sides. What `_wanted` leaves out is in rows below the threshold anyway.
        """
        surname_forms, given_forms = side_forms(name)
        surname = self._reached(surname_forms, None)
        given = self._reached(given_forms, self._wanted(name, surname, threshold))
        both = (surname + given) / 2
        alone = np.maximum(surname, given)
        whole = alone if name.given == () else np.where(self._without_given, alone, both)
        return np.asarray(NAME_POINTS * whole, np.float64)

    def _wanted(self, name: Sides, surname: Values, threshold: float) -> NDArray[np.bool_] | None:
        """The distinct parts of the rows that the surname reached, or that have no given names.

        Other rows get half the name's points at most; where that cannot suffice, their parts need no comparison.
        """
        if name.given == () or threshold - _ROUNDING <= BESIDE_NAME + NAME_POINTS / 2:
            return None
        wanted = np.zeros(len(self._texts), np.bool_)
        wanted[self._parts_of[(surname > 0) | self._without_given]] = True
        return wanted

    def _reached(self, forms: frozenset[Form], wanted: NDArray[np.bool_] | None) -> Values:
        """For each row the greatest likeness between one of the forms and one of the row's."""
        likenesses = np.zeros(len(self._texts))
        for form in forms:
            likenesses = np.maximum(likenesses, self._likenesses(form, wanted))
        reached = np.zeros(len(self._rows))
        found = np.flatnonzero(likenesses)
        for number in found[np.argsort(likenesses[found], kind="stable")].tolist():
            reached[self._postings[number]] = likenesses[number]
        return reached

    def _likenesses(self, form: Form, wanted: NDArray[np.bool_] | None) -> Values:
        """`alike` of the form and each distinct part: spelling in machine code, the others by their keys."""
        tenths = self._spellings.distances(form.text, False, wanted)
        found = slips(tenths, self._spellings.lengths, len(form.text))
        if form.cut and len(form.text) > 1:
            shortened = self._spellings.distances(form.text, True, wanted)
            found = np.maximum(found, cut_slips(shortened, len(form.text)))
        for number in self._by_rule(form.text):
            found[number] = alike(form, Form(self._texts[number])).likeness
        return found

    def _by_rule(self, text: str) -> set[int]:
        numbers = {self._ids[text]} if text in self._ids else set()
        for key in readings(text):
            numbers.update(self._by_key.get(key, ()))
        same_initial = self._by_initial.get(text[0], ())
        if len(text) == 1:
            numbers.update(same_initial)
        elif text[0] in self._ids:
            numbers.add(self._ids[text[0]])
        return numbers
