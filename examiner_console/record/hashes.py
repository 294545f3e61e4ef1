"""Leaf and node hashes of the ledger's writer (RFC 9162 §2.1.1, SHA-256). The verifier has its own."""

from __future__ import annotations

import hashlib
from typing import Final

HASH_BYTES: Final = 32


def leaf_hash(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
