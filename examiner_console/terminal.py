"""What the commands share: their usual options, settings and database, and how unusable input is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy.exc import SQLAlchemyError

from examiner_console import migrations
from examiner_console.database import Store, StoreError
from examiner_console.record.verify import PUBLIC_KEY_BYTES
from examiner_console.settings import Settings, UnusableSettings, load_settings
from examiner_console.upkeep import open_store
from examiner_console.web import officers as web_officers

Config = Annotated[Path | None, typer.Option("--config", help="console.toml; without it, the environment.")]
Key = Annotated[Path | None, typer.Option(help="The console's public key; without it, that of its data folder.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")]


def refuse(why: object) -> NoReturn:
    """One line to standard error, exit status 2."""
    typer.echo(why, err=True)
    raise typer.Exit(2)


def settings(config: Path | None) -> Settings:
    try:
        return load_settings(config)
    except UnusableSettings as error:
        refuse(error)


def migrate(settings: Settings) -> None:
    try:
        migrations.upgrade(settings.database)
    except migrations.MigrationError as error:
        refuse(f"the database cannot be brought up to date: {error}")
    except (SQLAlchemyError, OSError) as error:
        refuse(f"the database cannot be brought up to date: {type(error).__name__}")


def with_store(settings: Settings, work: Callable[[Store], Any]) -> Any:
    """Run `work(store)` to its end on a migrated database."""
    migrate(settings)
    store = open_store(settings)
    try:
        return asyncio.run(work(store))
    except (StoreError, web_officers.UnusableOfficer) as error:
        refuse(error)
    finally:
        store.close()


def public_key(path: Path) -> bytes:
    """Ed25519, PEM or 32 raw bytes. Raises OSError or ValueError."""
    data = path.read_bytes()
    if len(data) == PUBLIC_KEY_BYTES:
        return data
    key = load_pem_public_key(data)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 public key")
    return key.public_bytes_raw()
