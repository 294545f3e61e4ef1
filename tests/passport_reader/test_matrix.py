"""The matrix of clauses names what is there, leaves no module out, and is written as its table says."""

from __future__ import annotations

import ast

from tests.passport_matrix import READER, ROOT, STANDARDS, TESTS, written

ROWS = [row for rows in STANDARDS.values() for row in rows]


def test_every_module_named_exists_and_none_is_left_out() -> None:
    named = {file for row in ROWS for file in row.files}
    there = {file for file in READER.rglob("*.py") if file.name != "__init__.py"}
    assert named == there


def test_every_test_named_exists() -> None:
    functions = {
        (file, node.name)
        for file in TESTS.rglob("test_*.py")
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef)
    }
    assert {shown for row in ROWS for shown in row.shown_by} - functions == set()


def test_the_matrix_is_written_as_its_table_says() -> None:
    """`make docs` writes it anew."""
    assert (ROOT / "docs" / "passport-matrix.md").read_text() == written()
