"""What an export consists of, signed with the console's key: whoever holds the public key finds every change.

`manifest.json` names each file with its SHA-256; `manifest.sig` is an Ed25519 signature (RFC 8032), in base64, over a
line that says what is signed and the manifest's bytes. The manifest is written last: what was cut off has none.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
PURPOSE: Final = b"sekisho export 1\n"


class ExportedFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    sha256: str
    bytes: int
    rows: int


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`first` and `last` are days in Japan; `officers` who asked for identities; `checkpoint` the ledger then."""

    what: str
    first: str
    last: str
    format: str
    with_identities: bool
    officers: tuple[str, ...]
    made_at: str
    checkpoint: str
    files: tuple[ExportedFile, ...]


def described(path: Path, rows: int) -> ExportedFile:
    return ExportedFile(path.name, sha256_of(path), path.stat().st_size, rows)


def sha256_of(path: Path) -> str:
    """In hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(folder: Path, manifest: msgspec.Struct, key: Ed25519PrivateKey, purpose: bytes = PURPOSE) -> None:
    """Durable when it returns; `purpose` keeps a signature from standing for something else. Raises OSError."""
    data = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    _durably(folder / SIGNATURE, base64.b64encode(key.sign(purpose + data)) + b"\n")
    _durably(folder / MANIFEST, data)


def _durably(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def faults(folder: Path, public_key: bytes) -> list[str]:
    """A sentence for each thing that is not as it was signed; none where the export is whole. Raises OSError."""
    if not (folder / MANIFEST).is_file() or not (folder / SIGNATURE).is_file():
        return ["There is no signed manifest: this is no export, or it was never finished."]
    data = (folder / MANIFEST).read_bytes()
    if not is_signed(data, (folder / SIGNATURE).read_bytes(), public_key):
        return ["The manifest is not signed by this key, or it was edited."]
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError:
        return ["The manifest is signed and in a form this version does not know."]
    return list(_file_faults(folder, manifest))


def is_signed(data: bytes, signature: bytes, public_key: bytes, purpose: bytes = PURPOSE) -> bool:
    """Whether `signature`, in base64, is this key's over a manifest of that purpose."""
    try:
        decoded = base64.b64decode(signature.strip(), validate=True)
        Ed25519PublicKey.from_public_bytes(public_key).verify(decoded, purpose + data)
    except (binascii.Error, InvalidSignature):
        return False
    return True


def _file_faults(folder: Path, manifest: Manifest) -> Iterator[str]:
    named = {file.name for file in manifest.files}
    for file in manifest.files:
        path = folder / file.name
        if not path.is_file():
            yield f"{file.name} is missing."
        elif sha256_of(path) != file.sha256:
            yield f"{file.name} was changed: it does not hash to what was signed."
    for path in sorted(folder.iterdir()):
        if path.name not in named | {MANIFEST, SIGNATURE}:
            yield f"{path.name} is not part of the export."
