"""`python -m examiner_console`: the server, its upkeep, and the rules without a server.

Exit status 0 when the command ran; 2 for unusable arguments or input, with one line that says what and why;
`ledger verify` ends with 1 where the ledger does not hold.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from examiner_console import migrations
from examiner_console.casework import landings as landing_records
from examiner_console.casework.stations import Station, enrol
from examiner_console.contract import ContractError, Direction, StationKind
from examiner_console.database import Store, StoreError
from examiner_console.law import replay
from examiner_console.record import verify
from examiner_console.settings import Settings, UnusableSettings, load_settings
from examiner_console.upkeep import ledger_key, open_store, utc_now
from examiner_console.web import officers as web_officers

T = TypeVar("T")
app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)
station = typer.Typer(help="Gates and bio-carts.", no_args_is_help=True)
officer = typer.Typer(help="The people at the console.", no_args_is_help=True)
landings = typer.Typer(help="Landing records.", no_args_is_help=True)
ledger = typer.Typer(help="The record of decisions and actions.", no_args_is_help=True)
app.add_typer(station, name="station")
app.add_typer(officer, name="officer")
app.add_typer(landings, name="landings")
app.add_typer(ledger, name="ledger")

Config = Annotated[Path | None, typer.Option("--config", help="console.toml; without it, the environment.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")]


def _refuse(why: object) -> NoReturn:
    print(why, file=sys.stderr)
    raise typer.Exit(2)


def _settings(config: Path | None) -> Settings:
    try:
        return load_settings(config)
    except UnusableSettings as error:
        _refuse(error)


def _migrate(settings: Settings) -> None:
    try:
        migrations.upgrade(settings.database)
    except (SQLAlchemyError, OSError) as error:
        _refuse(f"the database cannot be brought up to date: {type(error).__name__}")


def _with_store(settings: Settings, work: Callable[[Store], Any]) -> Any:
    """Run `work(store)` to its end on a migrated database."""
    _migrate(settings)
    store = open_store(settings)
    try:
        return asyncio.run(work(store))
    except (StoreError, web_officers.UnusableOfficer) as error:
        _refuse(error)
    finally:
        store.close()


@app.command()
def serve(config: Config = None) -> None:
    """Serve stations and officers until SIGTERM. Example: python -m examiner_console serve --config console.toml"""
    import structlog  # all of these here: upkeep commands need no server, and start in half the time
    import uvloop

    from examiner_console import serving
    from examiner_console.console import open_console
    from examiner_console.web import pages

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    settings = _settings(config)
    _migrate(settings)
    try:
        console = open_console(settings)
    except (OSError, ValueError) as error:
        _refuse(error)
    try:
        running = serving.servers(console, [pages.router(console)])
        for _, listener in running:
            print(f"listening on {listener.getsockname()[0]}:{listener.getsockname()[1]}", flush=True)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serving.serve(running, console.referrals.hang_up))
    except OSError as error:
        _refuse(error)
    finally:
        console.close()


@app.command()
def migrate(config: Config = None) -> None:
    """Bring the database to the newest schema. Example: python -m examiner_console migrate --config console.toml"""
    settings = _settings(config)
    _migrate(settings)
    print("The database is up to date.")


@station.command("enrol")
def station_enrol(
    name: Annotated[str, typer.Option(help="As it signs and as its certificate says: gate-1.")],
    kind: Annotated[StationKind, typer.Option()],
    direction: Annotated[Direction, typer.Option()],
    public_key: Annotated[Path, typer.Option(help="Ed25519 public key, PEM or 32 raw bytes.")],
    config: Config = None,
) -> None:
    """Let a station in: station enrol --name gate-1 --kind gate --direction departure --public-key gate-1.pub"""
    try:
        enrolled = Station(name, kind, direction, _public_key(public_key))
    except (OSError, ValueError) as error:
        _refuse(f"{public_key}: {error}")
    _with_store(_settings(config), lambda store: store.write(lambda c: enrol(c, enrolled, utc_now())))
    print(f"{name} is enrolled.")


def _public_key(path: Path) -> bytes:
    data = path.read_bytes()
    if len(data) == verify.PUBLIC_KEY_BYTES:
        return data
    key = load_pem_public_key(data)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 public key")
    return key.public_bytes_raw()


@officer.command("add")
def officer_add(
    name: Annotated[str, typer.Option(help="The log-in name.")],
    role: Annotated[str, typer.Option(help="inspector, supervisor or auditor.")],
    display: Annotated[str, typer.Option(help="As colleagues know them: K. Hoshikawa.")],
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")],
    config: Config = None,
) -> None:
    """Let an officer log in. Example: officer add --name hoshikawa --role inspector --display "K. Hoshikawa" …"""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else typer.prompt("Password", hide_input=True)
    _with_store(
        _settings(config),
        lambda store: web_officers.add_officer(store, name=name, role=role, display=display, password=password),
    )
    print(f"{name} may log in.")


@landings.command("load")
def landings_load(file: Path, config: Config = None) -> None:
    """Load landing records, one JSON object a line; those known are left. Example: landings load landings.jsonl"""
    try:
        with file.open("rb") as lines:
            records = landing_records.parse_landings(lines)
    except (OSError, ContractError) as error:
        _refuse(f"{file}: {error}")

    def load(connection: Connection) -> int:
        return landing_records.load(connection, records)

    new = _with_store(_settings(config), lambda store: store.write(load))
    print(f"{new} landings loaded, {len(records) - new} known.")


@ledger.command("verify")
def ledger_verify(
    config: Config = None,
    key: Annotated[
        Path | None, typer.Option(help="The console's public key; without it, that of its data folder.")
    ] = None,
    json: Json = False,
) -> None:
    """Prove that nothing in the record was changed, cut or reordered. Example: ledger verify --config console.toml"""
    settings = _settings(config)
    try:
        public = _public_key(key) if key else ledger_key(settings).public_key().public_bytes_raw()
        report = verify.verify(settings.database, public)
    except (OSError, ValueError, SQLAlchemyError) as error:
        _refuse(f"the ledger cannot be read: {error}")
    print(report.to_json() if json else report.in_words())
    raise typer.Exit(0 if report.holds else 1)


@app.command()
def decide(case: Path, json: Json = False) -> None:
    """Decide one case by the rules, without a server. Example: python -m examiner_console decide case.json --json

    The file holds {"inspection": …, "at": instant, "landing": {…} or null or "unavailable", "delivery": "live"}.
    """
    try:
        decision = replay.decide_case(case.read_bytes())
    except (OSError, ContractError) as error:
        _refuse(f"{case}: {error}")
    print(replay.as_json(decision) if json else replay.in_words(decision))


if __name__ == "__main__":
    app()
