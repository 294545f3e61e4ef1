"""The store as upkeep commands open it: sealing its ledger, without the server around it, and soon opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from examiner_console.database import Store
from examiner_console.record.evidence import load_or_create_secret
from examiner_console.record.ledger import Sealer
from examiner_console.settings import Settings

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def ledger_key(settings: Settings) -> Ed25519PrivateKey:
    """Made on first use. Raises ValueError for an unusable key file."""
    return Ed25519PrivateKey.from_private_bytes(load_or_create_secret(settings.ledger_key))


def open_store(
    settings: Settings,
    clock: Clock = utc_now,
    on_failure: Callable[[Exception, int], None] = lambda _error, _writes: None,
    on_commit: Callable[[int], None] = lambda _writes: None,
) -> Store:
    """The database must have been migrated. Raises ValueError for an unusable key file."""
    sealer = Sealer(ledger_key(settings), clock)
    return Store(settings.database, before_commit=sealer, on_failure=on_failure, on_commit=on_commit)
