"""Making one signed export, for the command line and the page alike: a folder with table, manifest and signature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from examiner_console.database import Store
from examiner_console.record import manifest, prover
from examiner_console.record.export import WRITERS, Format, columns, rows


@dataclass(frozen=True, slots=True)
class Order:
    """Decisions from `first` to `last`, days in Japan and both included; `officers` are the two who stand for it."""

    first: date
    last: date
    format: Format
    with_identities: bool
    officers: tuple[str, ...]


async def make(store: Store, order: Order, key: Ed25519PrivateKey, folder: Path, at: datetime) -> manifest.ExportedFile:
    """Write into `folder`, which is empty; the manifest last. Raises ExportError, ProofError, StoreError, OSError."""
    note = await store.read(partial(prover.note, public_key=key.public_key().public_bytes_raw()))
    path = folder / f"decisions.{order.format.value}"
    count = await store.read(partial(_write_file, order=order, path=path))
    file = manifest.described(path, count)
    manifest.write(folder, _manifest(order, note, file, at), key)
    return file


def _write_file(connection: Connection, order: Order, path: Path) -> int:
    found = rows(connection, order.first, order.last, order.with_identities)
    return WRITERS[order.format](path, columns(order.with_identities), found)


def _manifest(order: Order, note: str, file: manifest.ExportedFile, at: datetime) -> manifest.Manifest:
    return manifest.Manifest(
        what="decisions",
        first=str(order.first),
        last=str(order.last),
        format=order.format.value,
        with_identities=order.with_identities,
        officers=order.officers,
        made_at=at.isoformat(),
        checkpoint=note,
        files=(file,),
    )
