"""Kernels that a profile showed numpy cannot carry: compiled once by numba, and kept in its cache on disk.

numba keeps a function until its own file changes; here functions of several files are compiled into one another. So
the cache stands in a folder named after the contents of all files that have any.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, SupportsInt, TypeVar, cast

import numba
import numpy as np

P = ParamSpec("P")
R = TypeVar("R")

single = cast("Callable[[Any], float]", np.float32)
"""In kernels: a number of single precision."""
whole = cast("Callable[[SupportsInt], int]", np.int64)
"""In kernels: a signed integer, whatever an array holds."""


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """`function` as machine code, without the interpreter's lock. Reassociates floating point, so sums may
    differ in the last bit from one processor to another."""
    return cast("Callable[P, R]", numba.njit(cache=True, fastmath=True, nogil=True)(function))


def _keep_cache() -> None:
    """Where the package's folder cannot be written to, numba's own choice stays."""
    here = Path(__file__).parent
    files = [file.read_bytes() for file in sorted(here.rglob("*.py"))]
    digest = hashlib.sha256(b"".join(data for data in files if b"biometrics.compiled" in data))
    if os.access(here, os.W_OK) and not getattr(numba.config, "CACHE_DIR", ""):
        vars(numba.config)["CACHE_DIR"] = str(here / "__pycache__" / f"kernels-{digest.hexdigest()[:16]}")


_keep_cache()
