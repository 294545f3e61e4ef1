"""`python -m examiner_console ship …`: calls and passenger lists from a file, as an operator's system delivers them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID, uuid4

import msgspec
import typer
from sqlalchemy import Connection, select

from examiner_console.database import StoreError
from examiner_console.law.special_landings import Kind
from examiner_console.law.stays import JAPAN, japan_date
from examiner_console.ships import book
from examiner_console.ships.calls import Call, Draft, ShipsError, Standing
from examiner_console.ships.manifest import Line, ManifestError
from examiner_console.tables import officers
from examiner_console.terminal import Config, Json, migrate, refuse, settings
from examiner_console.upkeep import utc_now
from examiner_console.web.permissions import Permission, Role, permitted

if TYPE_CHECKING:
    from examiner_console.console import Console

ship = typer.Typer(help="Passenger ships and their lists.", no_args_is_help=True)
Told = Callable[[int, int], None]


@ship.callback()
def _group() -> None:
    """So that `load` stays a command of its own name."""


@ship.command("load")
def load(
    file: Annotated[Path, typer.Argument(help="CSV as in docs/ships.md, or PAXLST.")],
    officer: Annotated[str, typer.Option(help="The inspector's log-in name; the ledger names who loaded a list.")],
    call: Annotated[str | None, typer.Option(help="A call's identifier, for a corrected list.")] = None,
    name: Annotated[str, typer.Option("--ship", help="The ship's name.")] = "",
    imo: Annotated[str, typer.Option(help="Its IMO number, seven digits.")] = "",
    port: Annotated[str, typer.Option(help="The port it calls at.")] = "",
    operator: Annotated[str, typer.Option(help="Who applies for the passengers.")] = "",
    arrives: Annotated[str, typer.Option(help="In Japan time: 2026-12-01T07:00.")] = "",
    departs: Annotated[str, typer.Option(help="In Japan time: 2026-12-01T18:00.")] = "",
    designated: Annotated[bool, typer.Option(help="The Minister has designated this ship (Art. 14-2).")] = False,
    several: Annotated[bool, typer.Option("--several", help="One of several calls on the voyage.")] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Load a passenger list and ask the registries about everybody. Example: ship load aurora.csv --officer hoshikawa
    --ship "AURORA MARIS" --imo 9074729 --port Yokohama --operator "Aurora Lines" --arrives 2026-12-01T07:00 --departs
    2026-12-01T18:00 --designated"""
    from examiner_console.console import open_console  # these two here: other commands start without the registries
    from examiner_console.ships.paxlst_manifest import parse_either

    chosen = settings(config)
    try:
        data = file.read_bytes()
        source, lines = parse_either(data, japan_date(utc_now()))
        id = UUID(call) if call else uuid4()
        draft = None if call else _draft(name, imo, port, operator, arrives, departs, designated, several)
    except (OSError, ManifestError, ValueError) as error:
        refuse(f"{file}: {error}")
    migrate(chosen)
    try:
        console = open_console(chosen)
    except (OSError, ValueError) as error:
        refuse(error)
    try:
        found, standings = asyncio.run(_load(console, id, draft, (source, lines, data), officer, _progress(json)))
    except (ShipsError, StoreError, PermissionError) as error:
        refuse(f"{file}: {error}")
    finally:
        console.close()
    counts = {standing.value: count for standing, count in standings.items()}
    told = {"call": str(id), "manifest": found.manifest, "lines": len(lines), **counts}
    typer.echo(msgspec.json.encode(told).decode() if json else _words(told))


def _draft(
    ship: str, imo: str, port: str, operator: str, arrives: str, departs: str, designated: bool, several: bool
) -> Draft:
    """Raises ValueError."""
    kind = Kind.CRUISE if several else Kind.CRUISE_SINGLE
    return Draft(ship, imo, port, operator, _instant(arrives), _instant(departs), kind, designated)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN)


def _progress(json: bool) -> Told:
    """Every five hundredth, to standard error."""

    def told(done: int, of: int) -> None:
        if not json and (done % 500 == 0 or done == of):
            typer.echo(f"registries asked: {done} of {of}", err=True)

    return told


async def _load(
    console: Console,
    id: UUID,
    draft: Draft | None,
    manifest: tuple[str, tuple[Line, ...], bytes],
    officer: str,
    told: Told,
) -> tuple[Call, dict[Standing, int]]:
    """Raises ShipsError, StoreError, or PermissionError where the officer may not."""
    from examiner_console.ships import loading

    work = partial(_stored, id=id, draft=draft, manifest=manifest, officer=officer, at=console.clock())
    await console.store.write(work)
    more = console.settings.ship_nationalities_seen
    try:
        found = await loading.screen(console.store, console.registries, console.clock, id, officer, told, more)
    finally:
        await console.registries.aclose()
    return found, dict(await console.store.read(lambda connection: book.standings(connection, [id])[id]))


def _stored(
    connection: Connection, *, id: UUID, draft: Draft | None, manifest: tuple[str, tuple[Line, ...], bytes],
    officer: str, at: datetime,
) -> None:  # fmt: skip
    from examiner_console.ships import loading

    _may(connection, officer)
    if draft is not None:
        loading.enter(connection, id, draft, officer, at)
    source, lines, data = manifest
    loading.load(connection, id, source, lines, data, officer, at)


def _may(connection: Connection, officer: str) -> None:
    query = select(officers.c.role).where(officers.c.name == officer, officers.c.disabled_at.is_(None))
    role = connection.execute(query).scalar()
    if role is None or not permitted(Role(role), Permission.PERMIT_LANDING):
        raise PermissionError(f"{officer} is no officer who may load passenger lists")


def _words(told: dict[str, object]) -> str:
    return (
        f"call {told['call']}: list {told['manifest']} with {told['lines']} passengers, {told['clear']} ready for "
        f"permission, {told['to_be_seen']} to be seen by an inspector"
    )
