"""A backup made beside the running console, and restored where nothing is; proved before it is in place.

The keys stay out unless they are asked for: whoever has the database and the master key reads every picture and print.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from examiner_console import migrations
from examiner_console.casework.actions import Action, Verb, record
from examiner_console.record import verify
from examiner_console.record.ledger import key_name
from examiner_console.running import archive
from examiner_console.running.archive import (
    DATABASES,
    KEY_BYTES,
    LEDGER_KEY,
    MASTER_KEY,
    Backup,
    FolderNotEmpty,
    KeysMissing,
    LedgerDoesNotHold,
    OtherDatabase,
)
from examiner_console.running.copies import copies_of
from examiner_console.settings import Settings
from examiner_console.upkeep import open_store

OWNER_ALONE: Final = 0o700
NOBODY: Final = UUID(int=0)
"""A backup is about no inspection: it is about all."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Ledger's and master key, 32 bytes each."""

    ledger: bytes
    master: bytes

    @property
    def signing(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.ledger)

    @property
    def public(self) -> bytes:
        return self.signing.public_key().public_bytes_raw()


def back_up(settings: Settings, folder: Path, clock: Callable[[], datetime], *, with_keys: bool = False) -> Backup:
    """Copy the database to `folder`, which is empty or not there yet. Raises BackupError, SQLAlchemyError, OSError."""
    keys = _keys_at(settings.ledger_key, settings.master_key)
    copies = copies_of(settings.database)
    _make_empty(folder)
    state = copies.save(folder / DATABASES[copies.kind])
    if with_keys:
        _write_key(folder / LEDGER_KEY, keys.ledger)
        _write_key(folder / MASTER_KEY, keys.master)
    for path in folder.iterdir():
        archive.sync(path)
    backup = Backup(
        what=archive.WHAT,
        made_at=clock().isoformat(),
        database=copies.kind,
        revision=state.revision,
        leaves=state.leaves,
        root=state.root,
        ledger_key=key_name(keys.public),
        master_key=archive.secret_name(keys.master),
        files=tuple(archive.described(path) for path in sorted(folder.iterdir())),
    )
    archive.write(folder, backup, keys.signing)
    archive.sync(folder)
    return backup


def note(settings: Settings, clock: Callable[[], datetime], operator: str, made: Backup, *, with_keys: bool) -> None:
    """Put in the ledger that everything was copied, and by whom. Raises StoreUnavailable, ValueError."""
    details = {"leaves": str(made.leaves), "root": made.root, "with_keys": "yes" if with_keys else "no"}
    action = Action(NOBODY, operator, Verb.BACK_UP, clock(), details=details)
    store = open_store(settings, clock)
    try:
        asyncio.run(store.write(lambda connection: record(connection, action)))
    finally:
        store.close()


def restore(settings: Settings, folder: Path) -> verify.Report:
    """Put the backup where `settings` says, and prove its ledger first. Raises BackupError, SQLAlchemyError, OSError.

    What fails leaves the target as empty as it was. An older schema is brought up to date.
    """
    backup = archive.read(folder)
    copies = copies_of(settings.database)
    if copies.kind != backup.database:
        raise OtherDatabase(f"this is a backup of {backup.database}, and the settings name {copies.kind}")
    copies.check_empty()
    keys = _keys_for(settings, folder, backup)
    archive.check(folder, backup, keys.public)
    file = folder / DATABASES[backup.database]
    report = copies.restore(file, partial(_proved, backup=backup, public_key=keys.public))
    for path, secret in ((settings.ledger_key, keys.ledger), (settings.master_key, keys.master)):
        if not path.exists():
            _write_key(path, secret)
    return report


def _proved(url: str, backup: Backup, public_key: bytes) -> verify.Report:
    migrations.upgrade(url)
    report = verify.verify(url, public_key)
    if not report.holds:
        raise LedgerDoesNotHold(f"the ledger in the backup does not hold: {report.faults[0].sentence}")
    if (report.leaves, report.root if report.leaves else "") != (backup.leaves, backup.root):
        raise LedgerDoesNotHold("the ledger in the backup is whole, and not the one its manifest names")
    return report


def _keys_for(settings: Settings, folder: Path, backup: Backup) -> Keys:
    """Those of the target where they lie there already, else those in the backup; they must be the ones it names."""
    found = [
        own if own.exists() else folder / name
        for own, name in ((settings.ledger_key, LEDGER_KEY), (settings.master_key, MASTER_KEY))
    ]
    keys = _keys_at(*found)
    if (key_name(keys.public), archive.secret_name(keys.master)) != (backup.ledger_key, backup.master_key):
        raise KeysMissing(f"{found[0]} and {found[1]} are not the keys this backup was made with")
    return keys


def _keys_at(ledger: Path, master: Path) -> Keys:
    return Keys(_key_at(ledger), _key_at(master))


def _key_at(path: Path) -> bytes:
    if not path.is_file():
        raise KeysMissing(f"{path} is not there: put the console's {path.name} in place first")
    secret = path.read_bytes()
    if len(secret) != KEY_BYTES:
        raise KeysMissing(f"{path} holds {len(secret)} bytes, a key has {KEY_BYTES}")
    return secret


def _make_empty(folder: Path) -> None:
    folder.mkdir(mode=OWNER_ALONE, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FolderNotEmpty(f"{folder} is not empty: a backup is a folder of its own")


def _write_key(path: Path, secret: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(archive.private(path), "wb") as file:
        file.write(secret)
    archive.sync(path)
