"""An answer that tells who waits for it nothing: neither by when it comes nor by how long it is.

A silent hit shows the traveller the same screen, in the same time, as any other referral. The registry's part in that
is here: every answer has one size, and comes at a whole number of paces after the question, nearly always one.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import msgspec

from examiner_console.law.answers import Clear, Hit, WatchlistEntry
from examiner_console.watchlist.matching import Match

PACE_SECONDS: Final = 0.05
"""More than the slowest question of the benchmark took of processor, and a thirtieth of a registry's time limit."""
ANSWER_BYTES: Final = 512
"""A reference has at most 64 characters, which JSON may write in six bytes each."""
LONGEST_REFERENCE: Final = 64

Answer: TypeAlias = Clear | Hit[WatchlistEntry]


class ReferenceTooLong(ValueError):
    code = "reference_too_long"


def answer_of(matches: tuple[Match, ...]) -> Answer:
    """What the rules are told: the likeliest entry, or that there is none."""
    return Hit(WatchlistEntry(matches[0].reference)) if matches else Clear()


def written(answer: Answer) -> bytes:
    """JSON of exactly ANSWER_BYTES, filled up with spaces, which JSON allows. Errors: ReferenceTooLong."""
    if isinstance(answer, Hit) and len(answer.entry.reference) > LONGEST_REFERENCE:
        raise ReferenceTooLong(f"a reference has at most {LONGEST_REFERENCE} characters")
    return msgspec.json.encode(answer).ljust(ANSWER_BYTES)


async def paced(
    ask: Callable[[], tuple[Match, ...]],
    *,
    pace: float = PACE_SECONDS,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> bytes:
    """Ask in a thread, and give the written answer at the next whole pace (seconds) since the question."""
    began = clock()
    answer = written(answer_of(await asyncio.to_thread(ask)))
    spent = clock() - began
    await sleep(max(1, math.ceil(spent / pace)) * pace - spent)
    return answer
