"""What a chip of the field may have wrong with it, by name."""

from __future__ import annotations

from collections.abc import Collection

FAULTS = {
    "bac_only": "offers no PACE, whatever its DG14 says",
    "pace_only": "knows no Basic Access Control",
    "pace_fails_then_bac": "offers PACE, then refuses to map the nonce",
    "wrong_authentication_token": "proves PACE with a wrong token",
    "clone": "has every file of another chip and none of its private keys",
    "lies_in_mac": "answers READ BINARY with a wrong checksum",
    "extended_length_refused": "refuses extended length, whatever EF.ATR/INFO says",
    "naked_6700_after_long_read": "answers a read of more than 231 bytes outside secure messaging and ends the session",
    "le_over_160_refused": "answers 6700 to a read of more than 160 bytes",
    "le_256_answered_6b00": "answers 6B00 to a read of 256 bytes or more",
    "aa_answer_cut": "cuts the answer of active authentication at 231 bytes, unless asked with extended length",
    "spurious_61xx": "announces more data behind every complete answer to a read, and has none",
    "trailing_garbage": "keeps the rest of an older file behind each of its files",
    "slow": "takes 150 ms longer over every command",
}


class UnknownFault(ValueError):
    pass


def known(faults: Collection[str]) -> frozenset[str]:
    """Raises UnknownFault."""
    if unknown := set(faults) - set(FAULTS):
        raise UnknownFault(f"no such fault: {', '.join(sorted(unknown))}; there are {', '.join(FAULTS)}")
    return frozenset(faults)
