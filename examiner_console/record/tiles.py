"""Whole subtrees of the ledger kept by their roots, 256 wide: what a proof reads instead of every leaf.

A tile row (level, number) is the root of leaves [number x 256^level, (number + 1) x 256^level). It is derived: whoever
proves falls back on the leaves where a row is missing, and the verifier computes every one of them anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, func, insert, select

from examiner_console.record.hashes import node_hash
from examiner_console.tables import ledger, ledger_tiles

BITS: Final = 8
WIDTH: Final = 1 << BITS
"""As transparency logs are tiled (C2SP tlog-tiles): 1/255 more rows, and 256 hashes a level for a proof."""


def extend(connection: Connection, size: int) -> None:
    """Write what is whole in a tree of `size` leaves and not yet kept, every level."""
    level = 1
    while size >> (BITS * level):
        have, whole = _kept(connection, level), size >> (BITS * level)
        rows = []
        for number in range(have, whole):
            children = hashes(connection, level - 1, number * WIDTH, WIDTH)
            rows.append({"level": level, "number": number, "hash": perfect_root(children)})
        if rows:
            connection.execute(insert(ledger_tiles), rows)
        level += 1


def _kept(connection: Connection, level: int) -> int:
    last = select(func.coalesce(func.max(ledger_tiles.c.number) + 1, 0)).where(ledger_tiles.c.level == level)
    return int(connection.execute(last).scalar_one())


def hashes(connection: Connection, level: int, first: int, count: int) -> list[bytes]:
    """Of `count` nodes from `first` on, in order, as far as they are kept; leaves at level 0."""
    if level == 0:
        number, hash = ledger.c.position, ledger.c.leaf_hash
        query = select(hash)
    else:
        number, hash = ledger_tiles.c.number, ledger_tiles.c.hash
        query = select(hash).where(ledger_tiles.c.level == level)
    query = query.where(number >= first, number < first + count).order_by(number)
    return list(connection.execute(query).scalars())


def perfect_root(children: Sequence[bytes]) -> bytes:
    """The root over a power of two of equally high subtrees."""
    row = list(children)
    while len(row) > 1:
        row = [node_hash(row[n], row[n + 1]) for n in range(0, len(row), 2)]
    return row[0]
