"""Decodes one WSQ picture in a process of its own: `python image_wsq_worker.py < picture > samples`.

Exit status 0 only where it was decoded. It imports nothing of the package, so that it starts in some 20 ms.
"""

from __future__ import annotations

import os
import resource
import sys

import _wsq

MEMORY = 1 << 29
"""Octets of address space: the interpreter, and 12 for each of 16 million samples with margin."""
SECONDS = 10
"""Of processor time: 16 million pixels take under two."""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the decoder prints
    samples, *_ = _wsq.decompress(sys.stdin.buffer.read())
    answer.write(samples)
    answer.close()


if __name__ == "__main__":
    main()
