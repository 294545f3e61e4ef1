"""Decodes one WSQ picture in a process of its own: `python wsq_worker.py < picture > pixels`.

The decoder is C of the NIST, and a few corrupt pictures in a thousand end it with a segmentation fault. A chip must not
be able to end its reader, so the picture comes to standard input and width and height (4 octets each) and the samples
leave by standard output. Exit status 0 only where the picture was decoded. It imports nothing of the reader, so that it
starts in some 20 ms.
"""

from __future__ import annotations

import os
import resource
import sys

import _wsq

MEMORY = 1 << 29
"""Octets of address space: the interpreter and four million samples need less than half."""
SECONDS = 5
"""Of processor time: a picture of four million pixels takes 0.3."""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the decoder prints
    samples, width, height, _ = _wsq.decompress(sys.stdin.buffer.read())
    answer.write(width.to_bytes(4, "big") + height.to_bytes(4, "big") + samples)
    answer.close()


if __name__ == "__main__":
    main()
