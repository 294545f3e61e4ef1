"""Proofs checked with nothing but a signed checkpoint and a public key: RFC 9162 §2.1.3.2 and §2.1.4.2.

A checkpoint is a signed note (C2SP signed-note): the text that is signed, an empty line, then a line with the key's
name and, in base64, four bytes that tell the key and the Ed25519 signature.

    UnusableProof     a file is not what it should be; the sentence says which and why
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from examiner_console.record.verification.checkpoints import is_signed, key_name

SIGNATURE_MARK: Final = "\N{EM DASH} "
KEY_ID_BYTES: Final = 4


class UnusableProof(Exception):
    code = "unusable_proof"


@dataclass(frozen=True, slots=True)
class Note:
    """What a checkpoint says, once its signature was verified."""

    size: int
    root: bytes
    at: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """`sentence` says what was proved or what failed."""

    holds: bool
    sentence: str

    def in_words(self) -> str:
        return self.sentence

    def to_json(self) -> str:
        return json.dumps({"holds": self.holds, "sentence": self.sentence})


def read_note(data: bytes, public_key: bytes) -> Note:
    """Raises UnusableProof where it is no checkpoint, or this key did not sign it."""
    try:
        text, _, marks = data.decode().rpartition("\n\n")
        lines = (text + "\n").splitlines()
        size, root, at = int(lines[1]), bytes.fromhex(lines[2]), int(lines[3])
        if not lines[0].startswith("sekisho ledger ") or size < 0:
            raise ValueError
    except (ValueError, IndexError):
        raise UnusableProof("it is not a checkpoint of a ledger") from None
    signatures = [line.removeprefix(SIGNATURE_MARK) for line in marks.splitlines() if line.startswith(SIGNATURE_MARK)]
    if not any(_signs(mark, f"{text}\n".encode(), public_key) for mark in signatures):
        raise UnusableProof("this key did not sign the checkpoint")
    return Note(size, root, at)


def _signs(mark: str, text: bytes, public_key: bytes) -> bool:
    name, _, encoded = mark.partition(" ")
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return False
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + public_key).digest()[:KEY_ID_BYTES]
    if name != key_name(public_key) or decoded[:KEY_ID_BYTES] != key_id:
        return False
    return is_signed(Ed25519PublicKey.from_public_bytes(public_key), decoded[KEY_ID_BYTES:], text)


def check(proof: bytes, notes: Sequence[Note]) -> Verdict:
    """A proof of inclusion of one record or several under one checkpoint, or of growth under the later one or both.

    Raises UnusableProof.
    """
    try:
        facts: dict[str, Any] = json.loads(proof)
        kind = facts["proof"]
        if kind == "inclusion":
            return _check_record(facts, notes)
        if kind == "inclusions":
            return _check_records(facts, notes)
        if kind == "consistency":
            return _check_growth(facts, notes)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UnusableProof("it is not a proof of this ledger") from None
    raise UnusableProof(f"a proof of {kind!r} is not known")


def _check_record(facts: dict[str, Any], notes: Sequence[Note]) -> Verdict:
    size, leaves, record = facts["size"], facts["leaves"], facts["record"]
    note = next((note for note in notes if note.size == size), None)
    if note is None:
        return Verdict(False, f"The proof is for {size} leaves, and no checkpoint given is.")
    if not leaves:
        raise UnusableProof("it proves no leaf")
    for leaf in leaves:
        if json.loads(leaf["leaf"])["record"] != record:
            return Verdict(False, f"The leaf at {leaf['index']} speaks of another record.")
        hash = hashlib.sha256(b"\x00" + leaf["leaf"].encode()).digest()
        if not includes(hash, leaf["index"], size, _path(leaf["path"]), note.root):
            return Verdict(False, f"The leaf at {leaf['index']} is not in the tree that was signed.")
    return Verdict(True, f"The record {record} is in the ledger of {size} leaves that was signed.")


def _check_records(facts: dict[str, Any], notes: Sequence[Note]) -> Verdict:
    """All for the same checkpoint; the first that fails is told."""
    verdicts = [_check_record(proof, notes) for proof in facts["proofs"]]
    if not verdicts:
        raise UnusableProof("it proves no record")
    if any(proof["size"] != facts["size"] for proof in facts["proofs"]):
        return Verdict(False, f"Not every proof is for {facts['size']} leaves.")
    failed = next((verdict for verdict in verdicts if not verdict.holds), None)
    whole = f"All {len(verdicts)} records are in the ledger of {facts['size']} leaves that was signed."
    return failed or Verdict(True, whole)


def _check_growth(facts: dict[str, Any], notes: Sequence[Note]) -> Verdict:
    old, new = facts["from"], facts["to"]
    roots = {"from": bytes.fromhex(facts["old_root"]), "to": bytes.fromhex(facts["new_root"])}
    signed = {note.size: note.root for note in notes}
    if new not in signed:
        return Verdict(False, f"The proof is for {new} leaves, and no checkpoint given is.")
    for size, root in ((old, roots["from"]), (new, roots["to"])):
        if signed.get(size, root) != root:
            return Verdict(False, f"The tree of {size} leaves in the proof is not the one that was signed.")
    if not continues(old, new, _path(facts["path"]), roots["from"], roots["to"]):
        return Verdict(False, f"The ledger of {new} leaves does not continue the one of {old}.")
    which = "the one that was signed" if old in signed else "the one the proof names, which no checkpoint here signs"
    return Verdict(True, f"The ledger of {new} leaves continues the one of {old}, {which}; nothing was changed or cut.")


def _path(nodes: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(node) for node in nodes]


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def includes(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 §2.1.3.2; `fn`, `sn` and `r` as there."""
    if not 0 <= index < size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = _node(p, r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = _node(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def continues(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """RFC 9162 §2.1.4.2; `fn`, `sn`, `fr` and `sr` as there. A tree continues itself by an empty path."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    nodes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not path:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = nodes[0]
    for c in nodes[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = _node(c, fr), _node(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = _node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == new_root
