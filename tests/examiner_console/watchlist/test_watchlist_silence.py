"""An answer of the watchlist comes at a whole pace after its question and has one size, hit or not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import chain, repeat

import msgspec
import pytest

from examiner_console.law.answers import Clear, Hit, WatchlistEntry
from examiner_console.watchlist.matching import Match
from examiner_console.watchlist.silence import ANSWER_BYTES, ReferenceTooLong, answer_of, paced, written

MATCHES = (Match("W1", 90.0, ()), Match("W2", 80.0, ()))


def test_the_rules_are_told_the_likeliest_entry_or_that_there_is_none() -> None:
    assert answer_of(MATCHES) == Hit(WatchlistEntry("W1"))
    assert answer_of(()) == Clear()


@pytest.mark.parametrize("answer", [Clear(), Hit(WatchlistEntry("W1")), Hit(WatchlistEntry("\x01" * 64))])
def test_every_answer_has_one_size_and_reads_back(answer: Clear | Hit[WatchlistEntry]) -> None:
    body = written(answer)
    assert len(body) == ANSWER_BYTES
    assert msgspec.json.decode(body, type=Clear | Hit[WatchlistEntry]) == answer


def test_a_reference_too_long_for_the_size_is_refused() -> None:
    with pytest.raises(ReferenceTooLong):
        written(Hit(WatchlistEntry("W" * 65)))


@pytest.mark.parametrize(("spent", "expected"), [(0.0, 0.05), (0.004, 0.05), (0.049, 0.05), (0.051, 0.1)])
@pytest.mark.parametrize("matches", [MATCHES, ()])
def test_it_waits_until_the_next_whole_pace(spent: float, expected: float, matches: tuple[Match, ...]) -> None:
    ticks: Iterator[float] = chain([0.0], repeat(spent))
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    body = asyncio.run(paced(lambda: matches, pace=0.05, clock=lambda: next(ticks), sleep=sleep))
    assert spent + sum(slept) == pytest.approx(expected)
    assert len(body) == ANSWER_BYTES
