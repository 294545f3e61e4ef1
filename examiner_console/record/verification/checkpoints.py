"""Signed checkpoints against the tree and against each other.

Each names the one before by a digest over its text and its signature. Where all these links hold, the signature of the
last one vouches for every earlier one, bit by bit, and verifying it is enough; where a link is broken, the signatures
on both sides of it tell what happened. Checkpoints from before that rule are verified one by one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from examiner_console.record.verification.findings import Report
from examiner_console.record.verification.rows import raw, words
from examiner_console.record.verification.tree import GrowingTree

QUERY: Final = "SELECT size, root, peaks, at, key, signature, previous_size, previous FROM checkpoints ORDER BY size"
GENESIS: Final = (0, bytes(32))
Link = tuple[object, bytes]


def key_name(public_key: bytes) -> str:
    return hashlib.sha256(public_key).digest()[:8].hex()


def is_signed(key: Ed25519PublicKey, signature: bytes, data: bytes) -> bool:
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


@dataclass(slots=True)
class Signed:
    """One checkpoint as stored; `is_true` where it says what the tree and its predecessor say too."""

    size: int
    root: bytes
    peaks: bytes
    text: bytes
    signer: str
    signature: bytes
    link: Link | None
    is_true: bool = False
    is_reported: bool = False

    @property
    def own_link(self) -> Link:
        return self.size, hashlib.sha256(self.text + self.signature).digest()

    @property
    def where(self) -> str:
        return f"checkpoint of {self.size} leaves"


def read(row: Any) -> Signed | None:
    """None where a number is not one."""
    size, root, peaks, at, signer, signature, previous_size, previous = row
    if not isinstance(size, int) or size < 0:
        return None
    head = f"{words(signer)}\n{size}\n{raw(root).hex()}\n{words(at)}\n"
    if previous is None and previous_size is None:
        link, text = None, f"sekisho ledger 1 {head}"
    else:
        link = (previous_size, raw(previous))
        text = f"sekisho ledger 2 {head}{words(previous_size)} {raw(previous).hex()}\n"
    return Signed(size, raw(root), raw(peaks), text.encode(), words(signer), raw(signature), link)


class Chain:
    """Takes the checkpoints in order, each once the tree has as many leaves as it counts."""

    def __init__(self, key: Ed25519PublicKey, name: str, report: Report) -> None:
        self._key, self._name, self._report = key, name, report
        self._last: Signed | None = None
        self.broken_at: tuple[int, int, bytes] | None = None
        """(good up to, bad from, root that was signed), of the first true checkpoint the tree contradicts."""
        self.good = 0

    def take(self, found: Signed, tree: GrowingTree, is_tree_whole: bool) -> None:
        self._report.checkpoints += 1
        compares = is_tree_whole and self.broken_at is None and found.size <= tree.size
        fits = not compares or (found.size == tree.size and found.root == tree.root())
        linked = self._is_linked(found)
        found.is_true = fits and linked
        if not found.is_true or found.link is None or found.signer != self._name:
            self._diagnose(found, fits=fits, linked=linked)
        elif compares and found.peaks != b"".join(tree.stack):
            self._report.add("copy_changed", f"{found.where}, peaks")
        if compares and fits:
            self.good = found.size
        self._last = found

    def _is_linked(self, found: Signed) -> bool:
        last = self._last
        if found.link is None:
            return last is None or last.link is None
        return found.link == (GENESIS if last is None else last.own_link)

    def _diagnose(self, found: Signed, *, fits: bool, linked: bool) -> None:
        if not self._is_ours(found):
            self._blame(found)
        elif not linked:
            self._broken_link(found)
        elif not fits:
            self.broken_at = (self.good, found.size, found.root)

    def _is_ours(self, found: Signed) -> bool:
        return found.signer == self._name and is_signed(self._key, found.signature, found.text)

    def _blame(self, found: Signed) -> None:
        """What is wrong with a checkpoint this key did not sign as it stands."""
        if found.is_reported:
            return
        found.is_reported = True
        if found.signer != self._name:
            self._report.add("checkpoint_resigned", f"{found.where}, by key {found.signer}")
        else:
            self._report.add("checkpoint_signature" if found.is_true else "checkpoint_changed", found.where)

    def _broken_link(self, found: Signed) -> None:
        """`found` is ours; so what it names is not there, or not as it was."""
        last = self._last
        if found.link is None:
            self._report.add("checkpoint_order", found.where)
            return
        size = last.size if last else 0
        if found.link[0] != size:
            self._report.add("checkpoint_missing", f"checkpoint of {found.link[0]} leaves")
        elif last is not None and not self._is_ours(last):
            self._blame(last)
        elif last is not None and not last.is_reported:
            last.is_reported = True
            self._report.add("checkpoint_resigned", last.where)

    def end(self, leaves: int, is_tree_whole: bool) -> None:
        """The last signature vouches for all before it; nothing comes after it unsigned, nothing it counts is gone."""
        last = self._last
        if last is not None and not self._is_ours(last):
            self._blame(last)
        signed = last.size if last else 0
        if signed < leaves:
            self._report.add("checkpoint_missing", f"signed up to {signed} leaves, found {leaves}")
        elif signed > leaves and is_tree_whole:
            self._report.add("leaf_missing", f"positions {leaves} to {signed - 1}")
