"""`python -m examiner_console export …`: decisions for a report or an audit, signed, and checked by whoever gets them.

Identities leave the console only where two officers stand for it; that is in the ledger before the first byte leaves.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.casework.exporting import Order, make
from examiner_console.database import Store
from examiner_console.record import manifest, prover
from examiner_console.record.export import ExportError, Format, arrow_modules, empty_folder
from examiner_console.tables import officers
from examiner_console.terminal import Config, Key, public_key, refuse, settings, with_store
from examiner_console.upkeep import ledger_key, utc_now

export = typer.Typer(help="Signed exports.", no_args_is_help=True)
NO_CASE = UUID(int=0)
"""An action on no single inspection."""


class TwoPersons(ExportError):
    code = "two_persons"


@export.command("decisions")
def decisions(
    first: Annotated[str, typer.Option("--from", help="First day, in Japan: 2026-11-01.")],
    last: Annotated[str, typer.Option("--to", help="Last day, included.")],
    out: Annotated[Path, typer.Option(help="A folder that is empty or not there yet.")],
    format: Annotated[Format, typer.Option(help="csv or parquet.")] = Format.CSV,
    with_identities: Annotated[
        bool, typer.Option("--with-identities", help="Names and passport numbers; two officers are asked for.")
    ] = False,
    officer: Annotated[list[str] | None, typer.Option(help="One of the two; give it twice.")] = None,
    config: Config = None,
) -> None:
    """Export decisions: export decisions --from 2026-11-01 --to 2026-11-30 --format csv --out november"""
    days = _day(first), _day(last)
    if days[0] > days[1]:
        refuse(f"the first day, {first}, is after the last, {last}")
    names = _two_officers(officer or []) if with_identities else ()
    order = Order(*days, format, with_identities, names)
    chosen = settings(config)
    try:
        if format is Format.PARQUET:
            arrow_modules()
        empty_folder(out)
        key = ledger_key(chosen)
        count = with_store(chosen, lambda store: _export(store, order, key, out))
    except (ExportError, prover.ProofError, OSError, ValueError) as error:
        refuse(error)
    typer.echo(f"{count} decisions exported to {out}.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        refuse(f"{text} is no day: write it as 2026-11-01")


def _two_officers(given: list[str]) -> tuple[str, ...]:
    names = given or [typer.prompt("First officer"), typer.prompt("Second officer")]
    if len(names) != 2 or names[0] == names[1]:
        refuse("identities are exported by two officers: give --officer twice, two different names")
    return tuple(names)


async def _export(store: Store, order: Order, key: Ed25519PrivateKey, out: Path) -> int:
    if order.with_identities:
        await store.write(partial(_stand_for, order=order))
    return (await make(store, order, key, out, utc_now())).rows


def _stand_for(connection: Connection, order: Order) -> None:
    """Both must be officers who may log in; what they asked for is a leaf. Raises TwoPersons."""
    query = select(officers.c.name).where(officers.c.name.in_(order.officers), officers.c.disabled_at.is_(None))
    missing = set(order.officers) - set(connection.execute(query).scalars())
    if missing:
        raise TwoPersons(f"{min(missing)} is no officer of this console")
    details = {"second": order.officers[1], "from": str(order.first), "to": str(order.last)}
    action = Action(NO_CASE, order.officers[0], Verb.EXPORT_IDENTITIES, utc_now(), details=details)
    record(connection, action)


@export.command("verify")
def verify(folder: Path, key: Key = None, config: Config = None) -> None:
    """Check that an export is whole and ours, else end with 1. Example: export verify november --key ledger.pem"""
    try:
        public = public_key(key) if key else ledger_key(settings(config)).public_key().public_bytes_raw()
        found = manifest.faults(folder, public)
    except (OSError, ValueError) as error:
        refuse(f"the export cannot be read: {error}".splitlines()[0])
    typer.echo("\n".join(found) if found else "The export is whole and signed by this key.")
    raise typer.Exit(1 if found else 0)
