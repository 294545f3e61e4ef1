"""`python -m examiner_console ledger …` and `… retention`: what was written can be proved, what is due is erased.

`prove`, `consistency` and `checkpoint` write what `verify --proof` checks without a database. `verify` ends with 1
where what it checked does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
import typer
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from examiner_console.casework import retention as periods
from examiner_console.record import prover, verify
from examiner_console.record.receipts import Category
from examiner_console.record.verification import offline
from examiner_console.terminal import Config, Json, Key, public_key, refuse, settings, with_store
from examiner_console.upkeep import ledger_key, utc_now

T = TypeVar("T")
ledger = typer.Typer(help="The record of decisions, actions and reads.", no_args_is_help=True)
retention = typer.Typer(help="How long things are kept.", no_args_is_help=True)
Size = Annotated[int | None, typer.Option(help="How many leaves; without it, the newest checkpoint's.")]


def _read(config: Path | None, work: Callable[[Connection], T]) -> T:
    found: T
    try:
        found = with_store(settings(config), lambda store: store.read(work))
    except (prover.ProofError, OSError, ValueError) as error:
        refuse(error)
    return found


@ledger.command("prove")
def prove(record: UUID, size: Size = None, config: Config = None, json: Json = False) -> None:
    """Prove that a record is in the ledger. Example: ledger prove 0199… --json > proof.json"""
    proof = _read(config, lambda connection: prover.prove(connection, record, size))
    places = ", ".join(str(leaf.index) for leaf in proof.leaves)
    words = f"The record is in the ledger of {proof.size} leaves, at {places}; root {proof.root}."
    typer.echo(msgspec.json.encode(proof).decode() if json else words)


@ledger.command("consistency")
def consistency(
    old: Annotated[int, typer.Option("--from", help="Leaves of the earlier tree.")],
    new: Annotated[int, typer.Option("--to", help="Leaves of the later one.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Prove that the ledger only grew. Example: ledger consistency --from 100 --to 250 --json > growth.json"""
    proof = _read(config, lambda connection: prover.prove_growth(connection, old, new))
    words = f"The ledger of {new} leaves continues the one of {old}: root {proof.new_root} after {proof.old_root}."
    typer.echo(msgspec.json.encode(proof).decode() if json else words)


@ledger.command("checkpoint")
def checkpoint(size: Size = None, config: Config = None) -> None:
    """Print a signed checkpoint, to be kept elsewhere. Example: ledger checkpoint > checkpoint.txt"""
    public = ledger_key(settings(config)).public_key().public_bytes_raw()
    typer.echo(_read(config, lambda connection: prover.note(connection, public, size)), nl=False)


@ledger.command("key")
def key_pem(config: Config = None) -> None:
    """Print the public key that checkpoints and exports are verified with. Example: ledger key > ledger.pem"""
    try:
        key = ledger_key(settings(config)).public_key()
    except (OSError, ValueError) as error:
        refuse(error)
    typer.echo(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(), nl=False)


@ledger.command("verify")
def ledger_verify(
    config: Config = None,
    key: Key = None,
    proof: Annotated[Path | None, typer.Option(help="Check this proof instead, without a database.")] = None,
    checkpoint: Annotated[list[Path] | None, typer.Option(help="A checkpoint that was kept; may be repeated.")] = None,
    json: Json = False,
) -> None:
    """Prove that nothing in the record was changed, cut or reordered. Example: ledger verify --config console.toml

    With --checkpoint the ledger must continue what was signed then. With --proof nothing but files is read:
    ledger verify --proof proof.json --checkpoint checkpoint.txt --key ledger.pem
    """
    try:
        public = public_key(key) if key else ledger_key(settings(config)).public_key().public_bytes_raw()
        notes = [_note(path, public) for path in checkpoint or ()]
        report: Any = _offline(proof, notes) if proof else _in_database(config, public, notes)
    except (OSError, ValueError, SQLAlchemyError, offline.UnusableProof) as error:
        refuse(f"the ledger cannot be read: {error}".splitlines()[0])
    typer.echo(report.to_json() if json else report.in_words())
    raise typer.Exit(0 if report.holds else 1)


def _note(path: Path, public: bytes) -> offline.Note:
    try:
        return offline.read_note(path.read_bytes(), public)
    except offline.UnusableProof as error:
        raise offline.UnusableProof(f"{path}: {error}") from None


def _offline(proof: Path, notes: list[offline.Note]) -> offline.Verdict:
    if not notes:
        raise offline.UnusableProof("a proof is checked against a checkpoint: give --checkpoint FILE")
    return offline.check(proof.read_bytes(), notes)


def _in_database(config: Path | None, public: bytes, notes: list[offline.Note]) -> verify.Report:
    return verify.verify(settings(config).database, public, notes)


@retention.callback()
def about() -> None:
    """How long things are kept."""


@retention.command("run")
def retention_run(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be erased, and erase nothing.")] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Erase what is over its period, with receipts. Example: retention run --dry-run --config console.toml"""
    chosen = settings(config)
    days = {Category(name): kept for name, kept in chosen.retention.model_dump().items()}
    if dry_run:
        due = with_store(chosen, lambda store: store.read(lambda c: periods.due(c, days, utc_now())))
        typer.echo(msgspec.json.encode({"due": due}).decode() if json else _due_in_words(due, days))
        return
    done = with_store(chosen, lambda store: periods.run(store, days, utc_now))
    lines = [f"{category.value}: {items} erased" for category, items in done.erased.items()]
    if not done.folded:
        lines.append("The database's log could not be folded back, somebody was reading: run again.")
    typer.echo(msgspec.json.encode(done).decode() if json else "\n".join(lines))


def _due_in_words(due: Mapping[Category, periods.Due], days: periods.Days) -> str:
    lines = []
    for category, found in due.items():
        since = f", the oldest from {found.oldest:%Y-%m-%d}" if found.oldest else ""
        lines.append(f"{category.value}: {found.items} would be erased (kept for {days[category]} days{since})")
    return "\n".join(lines)
