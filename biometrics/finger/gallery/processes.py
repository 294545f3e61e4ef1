"""The same shard in a process of its own, which maps the same file. It answers what it is asked, in order."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from biometrics.finger.gallery.shard import opened
from biometrics.gallery import UnusableGallery


class ShardProcess:
    """`ask` and `answer` are apart, so that all processes work at a time."""

    def __init__(self, path: Path, number: int, of: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, path, number, of), daemon=True)
        self._process.start()
        there.close()

    def ask(self, method: str, *arguments: Any) -> None:
        self._here.send((method, arguments))

    def answer(self) -> Any:
        """Raises `UnusableGallery` where the process is gone, and what the method raised."""
        try:
            answer = self._here.recv()
        except (EOFError, ConnectionError):
            raise UnusableGallery("a process of the gallery ended") from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self._here.close()
        self._process.join(timeout=10)
        if self._process.is_alive():
            self._process.kill()


def _serve(asked: Connection, path: Path, number: int, of: int) -> None:
    shard = opened(path, number, of)
    while True:
        try:
            method, arguments = asked.recv()
        except (EOFError, ConnectionError):
            return
        try:
            answer = getattr(shard, method)(*arguments)
        except Exception as error:
            answer = error
        asked.send(answer)
