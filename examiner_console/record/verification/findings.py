"""What a verification found: faults, each with a stable code, where it is, and a sentence that tells it from others."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

SENTENCES: Final = {
    "leaf_missing": "an entry was cut out of the ledger",
    "leaf_changed": "an entry of the ledger was edited: it does not hash to what stands beside it",
    "leaf_unreadable": "an entry of the ledger is not one this software writes",
    "leaves_reordered": "the entries are whole, and in another order than the one that was signed",
    "tree_changed": "the entries are not those that were signed: put in another order, or rewritten with their records",
    "record_missing": "a record that the ledger names is gone, and no receipt says that it was erased",
    "record_changed": "a record was edited: it does not hash to what the ledger says",
    "record_without_leaf": "a record was slipped in: no entry of the ledger names it",
    "record_not_erased": "a record is there that a receipt says was erased",
    "copy_changed": "a column kept for searching says something else than the record",
    "tile_changed": "a hash kept for proofs is not that of the entries below it",
    "tile_missing": "a hash kept for proofs is gone",
    "checkpoint_changed": "a checkpoint was edited: its signature does not cover what it says",
    "checkpoint_signature": "a checkpoint counts and hashes right, but its instant or its signature was edited",
    "checkpoint_resigned": "a checkpoint was signed anew: it is not the one that was signed then",
    "checkpoint_missing": "a checkpoint was taken out, or entries were never signed",
    "checkpoint_order": "a checkpoint that names none before it follows one that does",
    "checkpoint_other": "the checkpoint that was brought along is not of this ledger",
}
KEPT: Final = 100
"""Faults of one code that are listed; of the others only the number is told."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`code` is stable; `where` names the row."""

    code: str
    where: str

    @property
    def sentence(self) -> str:
        return f"{self.where}: {SENTENCES[self.code]}"


@dataclass(slots=True)
class Report:
    """`holds` only where there is no fault at all. `erased` counts records that are gone under a receipt."""

    leaves: int = 0
    checkpoints: int = 0
    erased: int = 0
    root: str = ""
    faults: list[Fault] = field(default_factory=list)
    found: dict[str, int] = field(default_factory=dict)

    def add(self, code: str, where: str) -> None:
        self.found[code] = self.found.get(code, 0) + 1
        if self.found[code] <= KEPT:
            self.faults.append(Fault(code, where))

    @property
    def holds(self) -> bool:
        return not self.found

    def to_json(self) -> str:
        facts = {"leaves": self.leaves, "checkpoints": self.checkpoints, "erased": self.erased, "root": self.root}
        faults = [{"code": fault.code, "where": fault.where, "sentence": fault.sentence} for fault in self.faults]
        return json.dumps({"holds": self.holds, **facts, "faults": faults, "found": self.found})

    def in_words(self) -> str:
        head = f"{self.leaves} leaves under {self.checkpoints} signed checkpoints, root {self.root}"
        verdict = "The ledger holds." if self.holds else "THE LEDGER DOES NOT HOLD."
        unlisted = sum(self.found.values()) - len(self.faults)
        more = [f"  and {unlisted} more"] if unlisted else []
        return "\n".join((head, verdict, *(f"  {fault.sentence}" for fault in self.faults), *more))
