"""The watchlist: errors on a synthetic corpus, the time of a question against 100,000 entries, and what it tells.

Compared with: 20 ms a question on one core. Nobody in the corpus exists, and the rewritings are by the hand that wrote
the matcher, so the rates say how the rules work together and not what a real list would give (docs/watchlist.md).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.watchlist_people import CHANGES, Corpus
from examiner_console.watchlist.index import Index
from examiner_console.watchlist.matching import THRESHOLD, Listed, Match, Person
from examiner_console.watchlist.silence import paced

SEED = 7
LIST = 100_000
SHORT_LIST = 5_000
A_CHANGE = 100
STRANGERS = 300
ASKED = 200
PACED = 60
THRESHOLDS = (60.0, 65.0, 70.0, 75.0, 80.0)


def main() -> None:
    corpus = Corpus(SEED)
    entries = corpus.entries(LIST)
    print(f"threshold {THRESHOLD:.0f}; the columns are thresholds\n{'':34}" + "".join(f"{t:8.0f}" for t in THRESHOLDS))
    _misses(corpus, entries[:SHORT_LIST])
    began = time.process_time()
    index = Index(entries)
    print(f"\nlaid out {LIST:,} entries in {time.process_time() - began:.1f} s of processor")
    _times(corpus, entries, index)


def _misses(corpus: Corpus, entries: list[Listed]) -> None:
    index = Index(entries)
    chosen = random.Random(SEED)
    for change in CHANGES:
        scores = []
        for listed in chosen.sample(entries, A_CHANGE):
            asked = corpus.renewed(change(chosen, listed.person))
            found = {match.reference: match.score for match in index.search(asked, THRESHOLDS[0])}
            scores.append(found.get(listed.reference, 0.0))
        _line(f"missed: {change.__name__}", [[score < t for score in scores] for t in THRESHOLDS])
    for size in (1_000, SHORT_LIST):
        _alarms(corpus, Index(entries[:size]), size)


def _alarms(corpus: Corpus, index: Index, size: int) -> None:
    best = [_best(index, corpus.person()) for _ in range(STRANGERS)]
    _line(f"strangers with an alarm, {size:,}", [[score >= t for score in best] for t in THRESHOLDS])


def _best(index: Index, asked: Person) -> float:
    matches = index.search(asked, THRESHOLDS[0])
    return matches[0].score if matches else 0.0


def _line(name: str, outcomes: Sequence[Sequence[bool]]) -> None:
    print(f"{name:34}" + "".join(f"{100 * sum(column) / len(column):7.1f}%" for column in outcomes))


def _times(corpus: Corpus, entries: list[Listed], index: Index) -> None:
    chosen = random.Random(SEED)
    best = [_best(index, corpus.person()) for _ in range(STRANGERS)]
    _line(f"strangers with an alarm, {LIST:,}", [[score >= t for score in best] for t in THRESHOLDS])
    listed = [corpus.renewed(one.person) for one in chosen.sample(entries, ASKED)]
    strangers = [corpus.person() for _ in range(2 * ASKED)]
    known = [(one, bool(index.search(one))) for one in (*listed, *strangers)]
    chosen.shuffle(known)
    spent = [(hit, _spent(index, one)) for one, hit in known]
    hits, others = (sorted(t for hit, t in spent if hit is wanted) for wanted in (True, False))
    print(f"\n{'one question, ms of processor':34}{'asked':>8}{'p50':>8}{'p99':>8}{'most':>8}")
    _spread("with a hit", hits)
    _spread("without", others)
    print(f"a hit takes longer than none in {100 * _longer(hits, others):.0f} of 100 pairs (50: cannot be told apart)")
    _silence(index, known)


def _spent(index: Index, asked: Person) -> float:
    began = time.thread_time_ns()
    index.search(asked)
    return (time.thread_time_ns() - began) / 1e6


def _longer(hits: Sequence[float], others: Sequence[float]) -> float:
    """The chance that a hit takes longer than none, an equal time counting half: the area under the ROC curve."""
    wins = sum((a > b) + 0.5 * (a == b) for a in hits for b in others)
    return wins / (len(hits) * len(others))


def _silence(index: Index, known: list[tuple[Person, bool]]) -> None:
    taken: dict[bool, list[float]] = {True: [], False: []}
    sizes: set[int] = set()
    for wanted in (True, False):
        for asked in [one for one, hit in known if hit is wanted][:PACED]:
            seconds, size = asyncio.run(_asked(partial(index.search, asked)))
            taken[wanted].append(seconds * 1000)
            sizes.add(size)
    hits, others = sorted(taken[True]), sorted(taken[False])
    _spread("paced, with a hit, ms", hits)
    _spread("paced, without, ms", others)
    share = 100 * _longer(hits, others)
    print(f"paced: a hit takes longer in {share:.0f} of 100 pairs; sizes of answers in bytes: {sorted(sizes)}")


def _spread(name: str, times: Sequence[float]) -> None:
    print(f"{name:34}{len(times):8}" + "".join(f"{times[int(len(times) * p)]:8.1f}" for p in (0.5, 0.99)), end="")
    print(f"{times[-1]:8.1f}")


async def _asked(ask: Callable[[], tuple[Match, ...]]) -> tuple[float, int]:
    began = time.perf_counter()
    answer = await paced(ask)
    return time.perf_counter() - began, len(answer)


if __name__ == "__main__":
    main()
