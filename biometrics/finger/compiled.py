"""Kernels that a profile showed numpy cannot carry: compiled once by numba, and kept in its cache on disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """`function` as machine code, without the interpreter's lock. Reassociates floating point, so sums may
    differ in the last bit from one processor to another."""
    return cast("Callable[P, R]", numba.njit(cache=True, fastmath=True, nogil=True)(function))
