"""`python -m examiner_console officer`: who may log in, as what, and what to do about a lost key. All in the ledger."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
import typer
from sqlalchemy import Connection, delete, func, select, update

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.tables import key_ceremonies, officers, security_keys, sessions
from examiner_console.terminal import Config, Json, settings, with_store
from examiner_console.upkeep import utc_now
from examiner_console.web import officers as web_officers
from examiner_console.web.permissions import Role

officer = typer.Typer(help="The people at the console.", no_args_is_help=True)
NOBODY: Final = UUID(int=0)
"""No traveller is concerned."""
Name = Annotated[str, typer.Argument(help="The log-in name.")]


@officer.command("add")
def add(
    name: Annotated[str, typer.Option(help="The log-in name.")],
    role: Annotated[str, typer.Option(help="One of docs/people.md: inspector, shift_supervisor, auditor …")],
    display: Annotated[str, typer.Option(help="As colleagues know them: K. Hoshikawa.")],
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")],
    config: Config = None,
) -> None:
    """Let an officer log in. Example: officer add --name hoshikawa --role inspector --display "K. Hoshikawa" …"""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else typer.prompt("Password", hide_input=True)
    with_store(
        settings(config),
        lambda store: web_officers.add_officer(store, name=name, role=role, display=display, password=password),
    )
    typer.echo(f"{name} may log in.")


@officer.command("list")
def listed(config: Config = None, json: Json = False) -> None:
    """Who there is, with role and number of keys. Example: officer list --json"""
    found = with_store(settings(config), lambda store: store.read(_everybody))
    if json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    for one in found:
        typer.echo(
            f"{one['name']}  {one['role']}  {one['keys']} keys  {'disabled' if one['disabled'] else 'may log in'}"
        )


@officer.command("disable")
def disable(name: Name, config: Config = None) -> None:
    """End somebody's sessions and let them in no more. Example: officer disable hoshikawa"""
    _change(config, name, Verb.DISABLE_OFFICER, lambda c, at: _set(c, name, disabled_at=at))
    typer.echo(f"{name} may not log in any more.")


@officer.command("enable")
def enable(name: Name, config: Config = None) -> None:
    """Let somebody in again who was disabled. Example: officer enable hoshikawa"""
    _change(config, name, Verb.ENABLE_OFFICER, lambda c, _: _set(c, name, disabled_at=None))
    typer.echo(f"{name} may log in again.")


@officer.command("role")
def role(name: Name, role: Annotated[str, typer.Argument(help="As for add.")], config: Config = None) -> None:
    """Give somebody another role; their sessions end. Example: officer role hoshikawa shift_supervisor"""
    try:
        new = Role(role)
    except ValueError:
        raise typer.BadParameter(f"a role is one of {', '.join(Role)}") from None
    _change(config, name, Verb.CHANGE_ROLE, lambda c, _: _set(c, name, role=new.value), {"role": new.value})
    typer.echo(f"{name} is {new.value} from the next log-in on.")


@officer.command("reset-keys")
def reset_keys(name: Name, config: Config = None) -> None:
    """Forget all security keys of somebody who lost theirs; sessions end. Example: officer reset-keys hoshikawa"""

    def forget(connection: Connection, _: datetime) -> None:
        connection.execute(delete(security_keys).where(security_keys.c.officer == name))

    _change(config, name, Verb.RESET_KEYS, forget)
    typer.echo(f"{name} has no key any more.")


def _change(
    config: Any,
    name: str,
    verb: Verb,
    work: Callable[[Connection, datetime], None],
    details: dict[str, str] | None = None,
) -> None:
    """`work`, the end of the officer's sessions and log-ins under way, and the ledger's note of it, as one."""
    at = utc_now()

    def write(connection: Connection) -> None:
        if connection.execute(select(officers.c.name).where(officers.c.name == name)).one_or_none() is None:
            raise web_officers.UnusableOfficer(f"there is no officer called {name}")
        work(connection, at)
        for table in (sessions, key_ceremonies):
            connection.execute(delete(table).where(table.c.officer == name))
        said = {"officer": name, **(details or {})}
        record(connection, Action(NOBODY, getpass.getuser(), verb, at, details=said))

    with_store(settings(config), lambda store: store.write(write))


def _set(connection: Connection, name: str, **values: Any) -> None:
    connection.execute(update(officers).where(officers.c.name == name).values(**values))


def _everybody(connection: Connection) -> list[dict[str, Any]]:
    counted = select(security_keys.c.officer, func.count()).group_by(security_keys.c.officer)
    keys = {name: number for name, number in connection.execute(counted)}  # noqa: C416 - a row is no tuple to mypy
    rows = connection.execute(
        select(officers.c.name, officers.c.role, officers.c.disabled_at).order_by(officers.c.name)
    )
    return [
        {"name": one.name, "role": one.role, "keys": keys.get(one.name, 0), "disabled": one.disabled_at is not None}
        for one in rows
    ]
