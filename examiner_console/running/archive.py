"""What a backup consists of: a copy of the database, perhaps the keys, and a signed manifest that names each file.

The manifest is written last, so what was cut off has none. It is signed with the ledger's key (RFC 8032).

BackupError                  code
├── FolderNotEmpty           a backup is a folder of its own
├── NotABackup               no manifest, or one this software does not know
├── BackupChanged            a file is missing, added or not what was signed, or another key signed
├── KeysMissing              neither the backup nor the data folder has the console's keys, or they are others
├── TargetNotEmpty           something is stored already where the backup should go
├── OtherDatabase            a backup of the other kind of database, or there is none to back up
├── ProgramFailed            pg_dump or pg_restore is missing, or failed
└── LedgerDoesNotHold        the restored ledger is not the one that was backed up, or is not whole
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from examiner_console.record import manifest

PURPOSE: Final = b"sekisho backup 1\n"
WHAT: Final = "sekisho backup 1"
DATABASES: Final = {"sqlite": "console.sqlite", "postgresql": "console.pgdump"}
LEDGER_KEY: Final = "ledger.key"
MASTER_KEY: Final = "master.key"
KEY_BYTES: Final = 32


class BackupError(Exception):
    code = "backup_error"


class FolderNotEmpty(BackupError):
    code = "folder_not_empty"


class NotABackup(BackupError):
    code = "not_a_backup"


class BackupChanged(BackupError):
    code = "backup_changed"


class KeysMissing(BackupError):
    code = "keys_missing"


class TargetNotEmpty(BackupError):
    code = "target_not_empty"


class OtherDatabase(BackupError):
    code = "other_database"


class ProgramFailed(BackupError):
    code = "program_failed"


class LedgerDoesNotHold(BackupError):
    code = "ledger_does_not_hold"


class BackedUpFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    sha256: str
    bytes: int


class Backup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`revision` is the schema's; `leaves` and `root` (hex) the ledger's newest checkpoint, "" where there is none.

    `ledger_key` and `master_key` name the keys it needs and tell nothing about them.
    """

    what: str
    made_at: str
    database: str
    revision: str
    leaves: int
    root: str
    ledger_key: str
    master_key: str
    files: tuple[BackedUpFile, ...]


def private(path: Path) -> int:
    """A descriptor of a new file that its owner alone may read. Raises OSError where it is there."""
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)


def sync(path: Path) -> None:
    """A file, or the names in a folder, on disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def described(path: Path) -> BackedUpFile:
    return BackedUpFile(path.name, manifest.sha256_of(path), path.stat().st_size)


def secret_name(secret: bytes) -> str:
    """Of a random key of 32 bytes; nobody finds the key by it."""
    return hashlib.sha256(b"sekisho key name 1\n" + secret).hexdigest()[:16]


def write(folder: Path, backup: Backup, key: Ed25519PrivateKey) -> None:
    manifest.write(folder, backup, key, PURPOSE)


def read(folder: Path) -> Backup:
    """As it stands there, nothing checked. Raises NotABackup, OSError."""
    if not all((folder / name).is_file() for name in (manifest.MANIFEST, manifest.SIGNATURE)):
        raise NotABackup(f"{folder} has no signed manifest: it is no backup, or was never finished")
    try:
        backup = msgspec.json.decode((folder / manifest.MANIFEST).read_bytes(), type=Backup)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotABackup(f"the manifest in {folder} is none this software knows") from None
    if backup.what != WHAT or backup.database not in DATABASES:
        raise NotABackup(f"the manifest in {folder} is none this software knows")
    return backup


def check(folder: Path, backup: Backup, public_key: bytes) -> None:
    """Every file is what was signed, and there is no other. Raises BackupChanged, OSError."""
    data, signature = ((folder / name).read_bytes() for name in (manifest.MANIFEST, manifest.SIGNATURE))
    if not manifest.is_signed(data, signature, public_key, PURPOSE):
        raise BackupChanged("the manifest is not signed by this console's key, or it was edited")
    known = {DATABASES[backup.database], LEDGER_KEY, MASTER_KEY}
    named = {file.name for file in backup.files}
    there = {path.name for path in folder.iterdir()} - {manifest.MANIFEST, manifest.SIGNATURE}
    if odd := sorted((named ^ there) | (named - known)):
        raise BackupChanged(f"{odd[0]} is missing, or is not part of the backup")
    for file in backup.files:
        if manifest.sha256_of(folder / file.name) != file.sha256:
            raise BackupChanged(f"{file.name} was changed: it does not hash to what was signed")
