"""What a check found that knows no certainty, in the words of BSI TR-03135."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    SUCCESSFUL = "successful"
    """Nothing speaks against the person."""
    FAILED = "failed"
    """A reason to look."""
    UNDETERMINED = "undetermined"
    """Not enough was seen to say."""
