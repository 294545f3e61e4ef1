"""The tree as it grows, leaf by leaf, by the stack of RFC 9162 §2.1.2; whole subtrees of 256^level are noted."""

from __future__ import annotations

import hashlib
from typing import Final

TILE_HEIGHT: Final = 8


class GrowingTree:
    """`tiles` maps (level, number) to the root of each whole subtree of 256^level leaves passed so far."""

    def __init__(self) -> None:
        self.size = 0
        self.stack: list[bytes] = []
        self.tiles: dict[tuple[int, int], bytes] = {}

    def push(self, leaf: bytes) -> None:
        """`leaf` is the leaf's hash."""
        stack, at, height, node = self.stack, self.size, 0, leaf
        while at & 1:
            node = hashlib.sha256(b"\x01" + stack.pop() + node).digest()
            at >>= 1
            height += 1
            if height % TILE_HEIGHT == 0:
                self.tiles[height // TILE_HEIGHT, self.size >> height] = node
        stack.append(node)
        self.size += 1

    def root(self) -> bytes:
        if not self.stack:
            return hashlib.sha256(b"").digest()
        node = self.stack[-1]
        for left in self.stack[-2::-1]:
            node = hashlib.sha256(b"\x01" + left + node).digest()
        return node
