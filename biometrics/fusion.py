"""Several comparisons of one person, taken together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

LEAST: Final = -6.0
"""How much one sample may speak against a person: a bandaged or swapped finger does not undo nine that match."""


def fused(scores: Sequence[float], *, lowest: float) -> float:
    """The sum of log-likelihood ratios, as if samples were independent, each at least `LEAST`; `lowest` for none."""
    if not scores:
        return lowest
    return scores[0] if len(scores) == 1 else sum(max(score, LEAST) for score in scores)
