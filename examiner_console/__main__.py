"""`python -m examiner_console`: the server, its upkeep, and the rules without a server.

Exit status 0 when the command ran; 2 for unusable arguments or input, with one line that says what and why;
`ledger verify` ends with 1 where the ledger does not hold.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable
from datetime import date, datetime
from json import dumps
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import typer
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from examiner_console import (
    export_commands,
    officer_commands,
    record_commands,
    running_commands,
    ship_commands,
    waiting_commands,
)
from examiner_console.casework import history
from examiner_console.casework import landings as landing_records
from examiner_console.casework.stations import Station, enrol
from examiner_console.contract import ContractError, Direction, StationKind
from examiner_console.law import case_files, catalogue_text, replay
from examiner_console.law.catalogue import CATALOGUE
from examiner_console.law.decide import RULES
from examiner_console.law.stays import japan_date
from examiner_console.terminal import Config, Json
from examiner_console.terminal import migrate as _migrate
from examiner_console.terminal import public_key as _public_key
from examiner_console.terminal import refuse as _refuse
from examiner_console.terminal import settings as _settings
from examiner_console.terminal import with_store as _with_store
from examiner_console.upkeep import utc_now

T = TypeVar("T")
app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)
station = typer.Typer(help="Gates and bio-carts.", no_args_is_help=True)
landings = typer.Typer(help="Landing records.", no_args_is_help=True)
app.add_typer(station, name="station")
app.add_typer(officer_commands.officer, name="officer")
app.add_typer(landings, name="landings")
app.add_typer(record_commands.ledger, name="ledger")
app.add_typer(record_commands.retention, name="retention")
app.add_typer(export_commands.export, name="export")
app.add_typer(waiting_commands.waiting, name="waiting")
app.add_typer(ship_commands.ship, name="ship")
for command in (running_commands.migrate, running_commands.backup, running_commands.restore):
    app.command()(command)

First = Annotated[str | None, typer.Option("--from", help="First day, in Japan: 2026-11-01; else from the start.")]
Last = Annotated[str | None, typer.Option("--to", help="Last day, in Japan; else up to now.")]


@app.command()
def serve(config: Config = None) -> None:
    """Serve stations and officers until SIGTERM. Example: python -m examiner_console serve --config console.toml"""
    import structlog  # all of these here: upkeep commands need no server, and start in half the time
    import uvloop

    from examiner_console import serving
    from examiner_console.console import open_console
    from examiner_console.law.decide import LANDINGS_ALONE
    from examiner_console.registries.table import KINDS
    from examiner_console.running import logs
    from examiner_console.web import pages

    logs.configure(sys.stderr)
    settings = _settings(config)
    _migrate(settings)
    try:
        console = open_console(settings)
    except (OSError, ValueError) as error:
        _refuse(error)
    own = {"watchlist": settings.own_watchlist, "registration": settings.own_registrations}
    missing = set(KINDS) - set(settings.registries) - {name for name, asked in own.items() if asked}
    if missing and settings.rules > LANDINGS_ALONE:
        structlog.get_logger(__name__).warning("registries_missing", registries=sorted(missing), rules=settings.rules)
    try:
        running = serving.servers(console, [pages.router(console)])
        for _, listener in running:
            print(f"listening on {listener.getsockname()[0]}:{listener.getsockname()[1]}", flush=True)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serving.serve(running, console.hang_up))
            runner.run(console.registries.aclose())
    except OSError as error:
        _refuse(error)
    finally:
        console.close()


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


@app.command()
def decide(
    case: Annotated[Path | None, typer.Argument(help="A case as a JSON file; --schema prints its form.")] = None,
    at: Annotated[str | None, typer.Option(help="2026-12-01, or an instant with offset; else the case's own.")] = None,
    version: Annotated[str | None, typer.Option(help="Of the rules; without it, the case's own, or today's.")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a case, and decide none.")] = False,
    json: Json = False,
) -> None:
    """Decide one case by the rules, without a server. Example: decide case.json --at 2026-12-01 --json"""
    if schema:
        print(dumps(case_files.schema(), indent=1))
        return
    if case is None:
        _refuse("decide: name the file of a case, or ask for --schema")
    when = _when(at)
    try:
        decision = case_files.decide_case(case.read_bytes(), when, version)
    except (OSError, ContractError) as error:
        _refuse(f"{case}: {error}")
    print(case_files.as_json(decision) if json else case_files.in_words(decision))


@app.command()
def rules(
    at: Annotated[str | None, typer.Option(help="A day in Japan; else today.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="As the table of docs/law.md.")] = False,
    json: Json = False,
) -> None:
    """List the legal rules, what each says and how sure that is. Example: rules --at 2028-04-01"""
    day = _day("--at", at) or japan_date(utc_now())
    if markdown:
        print(catalogue_text.table())
    else:
        print(msgspec.json.encode(catalogue_text.listed(day)).decode() if json else catalogue_text.in_words(day))


@app.command("replay")
def replay_past(config: Config = None, first: First = None, last: Last = None, json: Json = False) -> None:
    """Decide the past again, each case by the version that decided it. Example: replay --from 2026-11-01 --json"""
    found = _over_the_past(config, first, last, replay.replayed)
    print(msgspec.json.encode(found).decode() if json else replay.replay_in_words(found))


@app.command("what-if")
def what_if(
    config: Config = None,
    first: First = None,
    last: Last = None,
    version: Annotated[str | None, typer.Option(help="Rules to apply; without it, those that decided.")] = None,
    without: Annotated[list[str] | None, typer.Option(help="A rule to leave out, such as L04; repeatable.")] = None,
    json: Json = False,
) -> None:
    """See which decisions other rules would change; nothing is written. Example: what-if --without L04 --json"""
    left_out = frozenset(without or ())
    if version is None and not left_out:
        _refuse("what-if: name a --version, or a rule to leave out (--without L04)")
    if version is not None and version not in RULES:
        _refuse(f"no rules of version {version}; there are {', '.join(RULES)}")
    if unknown := left_out - set(CATALOGUE):
        _refuse(f"no rule {', '.join(sorted(unknown))} in the catalogue (L01 to L38)")
    found = _over_the_past(config, first, last, lambda pasts: replay.what_if(pasts, version, left_out))
    print(msgspec.json.encode(found).decode() if json else replay.what_if_in_words(found))


def _over_the_past(
    config: Path | None, first: str | None, last: str | None, work: Callable[[Iterable[replay.Past]], T]
) -> T:
    """Run `work` over the decisions of these days without writing."""
    since, until = _day("--from", first), _day("--to", last)
    settings = _settings(config)
    try:
        with history.reading(settings.database) as connection:
            return work(history.decided(connection, since, until, settings.booths))
    except (OSError, ContractError, SQLAlchemyError) as error:
        what = f"{type(error).__name__}, is it migrated?" if isinstance(error, SQLAlchemyError) else error
        _refuse(f"the past cannot be read: {what}")


def _day(option: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        _refuse(f"{option} {text}: not a day such as 2026-12-01")


def _when(text: str | None) -> date | datetime | None:
    """A day in Japan, or an instant."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text) if len(text) == len("2026-12-01") else datetime.fromisoformat(text)
    except ValueError:
        _refuse(f"--at {text}: neither a day such as 2026-12-01 nor an instant such as 2026-12-01T09:00:00+09:00")


if __name__ == "__main__":
    app()
