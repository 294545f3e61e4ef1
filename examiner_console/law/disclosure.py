"""What of a decision leaves the console for a station, whose screen, log and technician are not the officer's.

A silent alert must not be told from any other referral: by neither its code, nor the number of reasons, nor their
length. So every referral is told to a station in the same words. Openings are told as they are.
"""

from __future__ import annotations

from typing import Final

import msgspec

from examiner_console.contract import Decision, Reason

TOLD: Final = Reason("officer_examines", "Art. 61-3-2", "disclosure", "an officer examines")


def for_station(decision: Decision) -> Decision:
    """The same outcome, booth, version and instant; of a referral, one reason that is always the same."""
    if decision.opens_exit:
        return decision
    return msgspec.structs.replace(decision, reasons=(TOLD,), suggestion=None)
