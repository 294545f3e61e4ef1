"""What was decided is decided again, bit for bit, under the version that decided it."""

from __future__ import annotations

import hashlib

import pytest

from examiner_console.contract import encode
from examiner_console.law.decide import decide
from tests.examiner_console.golden.before import travellers

DIGESTS = {
    "2026-11-01": "570a505ad0cd018b02cd1f8874db2afd102374c3d74c9242076b365ae88939d0",
    "2026-11-23": "fb02b45f3ca1cecf21b2a8f0f00f693cb34b3d1443494a72dff96aea652fbeca",
    "2026-11-26": "afcfe854daa6f915b9e4999fc015e513cbbedd4e56875dc24595d4a0ba94d6c3",
}
"""Of every decision's bytes, taken before the rules of 2026-11-27 were written."""


@pytest.mark.parametrize("version", DIGESTS)
def test_a_version_in_use_decides_every_traveller_as_it_did(version: str) -> None:
    digest = hashlib.sha256()
    for known in travellers():
        digest.update(encode(decide(known, version)))
    assert digest.hexdigest() == DIGESTS[version]
