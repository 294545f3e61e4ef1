"""One honest State for all the forgers."""

from __future__ import annotations

import pytest

from tests.passport_reader.hostile.forgery import Office


@pytest.fixture(scope="session")
def office() -> Office:
    return Office()
