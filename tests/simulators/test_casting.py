"""How rendered people are chosen: whom a company admits, and that the same seed finds the same newcomer."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from simulators.casting import attempted, read, write
from simulators.face_choice import APART, NEVER, PICTURES, Company, Vector, together, vectors_of
from simulators.faces import people

CAST = people()[:3]


@pytest.fixture(scope="module")
def vectors() -> list[Vector]:
    found = [vectors_of(who) for who in CAST]
    assert all(own is not None and own.shape == (PICTURES, 128) for own in found)
    return [own for own in found if own is not None]


def company(vectors: list[Vector]) -> Company:
    admitted = Company()
    assert all(admitted.admit(who, own) for who, own in zip(CAST, vectors, strict=True))
    return admitted


def test_a_company_admits_those_who_are_far_from_each_other_and_knows_how_far(vectors: list[Vector]) -> None:
    portraits, pictures = company(vectors).nearest_two()
    assert portraits >= APART
    assert NEVER <= pictures <= portraits


def test_nobody_is_admitted_twice_nor_whose_picture_looks_like_another_persons(vectors: list[Vector]) -> None:
    full = company(vectors)
    assert not full.admit(CAST[0], vectors[0])
    mixed = vectors[1].copy()
    mixed[3] = vectors[2][0]
    assert not Company().admit(CAST[1], mixed), "not like the own portrait"
    assert not together(mixed)


def test_who_shows_no_face_is_not_admitted() -> None:
    assert not Company().admit(CAST[0], None)


def test_the_same_seed_finds_the_same_newcomer_and_the_company_admits_them(vectors: list[Vector]) -> None:
    full = company(vectors)
    number, found = next((n, one) for n in range(20) if (one := attempted(full, 7, n)))
    assert attempted(full, 7, number) == found
    assert full.admit(found, vectors_of(found))
    assert min(np.linalg.norm(full.vectors[-1][0] - own[0]) for own in vectors) >= APART


def test_a_company_is_written_as_a_file_of_people(tmp_path: Path, vectors: list[Vector]) -> None:
    file = tmp_path / "people.json"
    write(file, company(vectors))
    assert read(file) == CAST
    assert set(json.loads(file.read_text())) == {"traits", "people"}
