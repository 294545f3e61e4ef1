"""`python -m examiner_console migrate`, `backup` and `restore`: the database's schema, its copies, and back again."""

from __future__ import annotations

import getpass
import sqlite3
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from sqlalchemy.exc import SQLAlchemyError

from examiner_console import migrations
from examiner_console.database import StoreError
from examiner_console.running import backup as backups
from examiner_console.running.archive import Backup, BackupError
from examiner_console.settings import Settings
from examiner_console.terminal import Config, Json, refuse, settings
from examiner_console.terminal import migrate as to_newest
from examiner_console.upkeep import utc_now


def migrate(
    to: Annotated[str | None, typer.Option("--to", help="A revision such as 0003; without it, the newest.")] = None,
    discard: Annotated[
        bool,
        typer.Option("--discard", help="Go back even where rows are dropped for which the older schema has no place."),
    ] = False,
    config: Config = None,
) -> None:
    """Bring the schema to the newest, or to an older one while no console serves. Example: migrate --to 0003"""
    chosen = settings(config)
    if to is None:
        to_newest(chosen)
        typer.echo("The database is up to date.")
        return
    try:
        migrations.move(chosen.database, to, discard=discard)
    except migrations.WouldLose as error:
        refuse(f"{error}; --discard goes back all the same")
    except migrations.MigrationError as error:
        refuse(error)
    except (SQLAlchemyError, OSError) as error:
        refuse(f"the database cannot be brought to {to}: {type(error).__name__}")
    typer.echo(f"The database is at {to}.")


def backup(
    to: Annotated[Path, typer.Option("--to", help="A folder that is empty or not there yet.")],
    with_keys: Annotated[
        bool,
        typer.Option(
            "--with-keys",
            help="Put ledger.key and master.key in as well. They stay out otherwise: whoever has the database and the "
            "master key reads every picture and fingerprint, and whoever has the ledger key can sign another past. "
            "Keep them elsewhere.",
        ),
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Copy the database as it is at one moment, while the console serves; the ledger then notes that it was copied.
    Example: backup --to /backup/2026-11-27"""
    chosen = settings(config)
    try:
        made = backups.back_up(chosen, to, utc_now, with_keys=with_keys)
    except (BackupError, OSError, SQLAlchemyError, sqlite3.Error) as error:
        refuse(_line("nothing was backed up", error))
    keys = "with the keys" if with_keys else "without the keys: keep ledger.key and master.key elsewhere"
    words = f"Backed up to {to}, a ledger of {made.leaves} leaves, {keys}."
    typer.echo(msgspec.json.encode(made).decode() if json else words)
    _note(chosen, made, with_keys)


def _note(chosen: Settings, made: Backup, with_keys: bool) -> None:
    """A copy is wanted most when all else fails, so that it stands also where the ledger takes no note of it."""
    try:
        backups.note(chosen, utc_now, getpass.getuser(), made, with_keys=with_keys)
    except (StoreError, SQLAlchemyError, OSError, ValueError) as error:
        typer.echo(_line("the ledger could not note this backup", error), err=True)


def restore(
    source: Annotated[Path, typer.Option("--from", help="A folder that backup made.")], config: Config = None
) -> None:
    """Put a backup where nothing is yet, and prove its ledger. Example: restore --from /backup/2026-11-27"""
    try:
        report = backups.restore(settings(config), source)
    except (BackupError, migrations.MigrationError, OSError, ValueError, SQLAlchemyError, sqlite3.Error) as error:
        refuse(_line("nothing was restored", error))
    typer.echo(f"{report.in_words()}\nRestored from {source}.")


def _line(what: str, error: Exception) -> str:
    """A database's own words may quote a row, so of those only the kind is told."""
    said = type(error).__name__ if isinstance(error, SQLAlchemyError | sqlite3.Error) else str(error)
    return f"{what}: {said}".splitlines()[0]
