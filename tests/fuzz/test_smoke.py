"""A short run of every surface that `make fuzz` works on for long."""

from __future__ import annotations

from pathlib import Path

import pytest

from passport_reader.document import UnusableData
from tests.fuzz.engine import Findings, plain
from tests.fuzz.everything import EVERYTHING, SUBJECTS
from tests.fuzz.surfaces import Surface
from tests.fuzz.verdicts import require

INPUTS = {"wsq": 4, "finger wsq": 4, "lying chip": 90, "stranger": 60}
"""Where each costs much; else 200."""


@pytest.mark.parametrize("name", EVERYTHING)
def test_nothing_but_typed_errors_comes_of_damaged_input(name: str, tmp_path: Path) -> None:
    findings = Findings(tmp_path, name)
    plain(EVERYTHING[name], INPUTS.get(name, 200), 1, findings)
    assert not findings.seen, "\n".join(path.read_text() for path in tmp_path.glob("*.txt"))


@pytest.mark.parametrize("name", sorted(EVERYTHING.keys() - {"protected answers", "stranger"}))
def test_an_honest_input_is_read(name: str) -> None:
    """Or the run would only ever see the outermost check. Two surfaces have nobody honest behind them."""
    surface = EVERYTHING[name]
    surface.feed(surface.seeds()[0])


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_million_inputs_are_shared_out(subject: str) -> None:
    assert sum(surface.share for surface in SUBJECTS[subject].values()) == 1_000_000


def lying_for(data: bytes) -> None:
    require(data != b"a lie", "a lie")
    raise {b"typed": UnusableData}.get(data, KeyError)("what the input was")


def test_what_is_found_is_kept_once_with_its_input_and_what_has_a_type_is_no_finding(tmp_path: Path) -> None:
    told: list[str] = []
    findings = Findings(tmp_path, "planted", told.append)
    for data in (b"typed", b"a lie", b"untyped", b"also untyped"):
        findings.observe(Surface(lambda: [], lying_for, 1), data)
    assert [line.partition(": ")[2].partition(" ")[0] for line in told] == ["Lied", "KeyError"]
    assert {path.read_bytes() for path in tmp_path.glob("*.bin")} == {b"a lie", b"untyped"}
