"""The decoder of fingerprints runs within bounds and says what it decoded, in a process and by itself."""

from __future__ import annotations

import io
import os
import resource
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from passport_reader.data_groups import wsq_worker
from simulators.issuing.biometric_groups import ridges


def test_it_bounds_itself_and_answers_with_size_and_samples(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bounds: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", bounds.__setitem__)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(ridges(3))))
    output, answer = os.dup(1), tmp_path / "answer"
    with answer.open("wb") as file:
        os.dup2(file.fileno(), 1)
        try:
            wsq_worker.main()
        finally:
            os.dup2(output, 1)
            os.close(output)
    told = answer.read_bytes()
    assert (int.from_bytes(told[:4], "big"), int.from_bytes(told[4:8], "big")) == (300, 400)
    assert len(told) == 8 + 300 * 400
    assert bounds[resource.RLIMIT_AS][0] == wsq_worker.MEMORY
    assert bounds[resource.RLIMIT_CPU][0] == wsq_worker.SECONDS
