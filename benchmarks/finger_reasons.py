"""How often each reason for a low score is given, on the reference pairs.

    python -m benchmarks.finger_reasons

In per cent of mated pairs under the threshold of a false match rate of 0.1 %, of those that reach it, and of pairs of
two fingers. A reason helps where the first is high and the second low. It can not show whether a reason is the true
one: nobody wrote down what befell these prints.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import cv2

from benchmarks.fingers import DATA, Key, extracted, pairs_of_reference
from biometrics.evaluation import Pair
from biometrics.finger.compare import evidence, prepare
from biometrics.finger.explanation import Explanation, explained
from biometrics.finger.extract import FingerTemplate
from biometrics.finger.reasons import Reason

GROUPS = "mated, low", "mated, high", "two fingers"


def main() -> None:
    if not DATA.is_dir():
        print(f"finger reasons: left out, no reference data at {DATA} (set SEKISHO_DATA)")
        return
    cv2.setNumThreads(1)
    pairs = pairs_of_reference()
    print("\n".join(counted(pairs, extracted(pairs))))


def counted(pairs: Sequence[Pair], templates: Mapping[Key, FingerTemplate]) -> list[str]:
    """Lines of a table."""
    given: dict[str, Counter[Reason | None]] = {name: Counter() for name in GROUPS}
    totals: Counter[str] = Counter()
    ready = {key: prepare(one) for key, one in templates.items()}
    for pair in pairs:
        a, b = (pair.set, pair.a), (pair.set, pair.b)
        said = explained((templates[a], templates[b]), (ready[a], ready[b]), evidence(ready[a], ready[b]))
        name = _group(pair, said)
        totals[name] += 1
        given[name].update(said.reasons or [None])
    lines = [f"{'per cent':24}" + "".join(f"{name:>14}" for name in GROUPS)]
    for reason in (*Reason, None):
        shares = "".join(f"{100 * given[name][reason] / max(totals[name], 1):14.1f}" for name in GROUPS)
        lines.append(f"{'(none)' if reason is None else reason.value:24}{shares}")
    return [*lines, f"{'pairs':24}" + "".join(f"{totals[name]:14}" for name in GROUPS)]


def _group(pair: Pair, said: Explanation) -> str:
    if not pair.mated:
        return GROUPS[2]
    return GROUPS[1] if said.comparison.matched else GROUPS[0]


if __name__ == "__main__":
    main()
