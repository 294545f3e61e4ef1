"""`python -m examiner_console waiting …`: flights at their spots, and what share was through within twenty minutes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any

import msgspec
import typer

from examiner_console.casework import attainment, spot_ins
from examiner_console.casework.attainment import Attainment, Counted, SpotIn
from examiner_console.law.stays import japan_date
from examiner_console.terminal import Config, Json, refuse, settings, with_store
from examiner_console.upkeep import utc_now

waiting = typer.Typer(help="Waiting times, as officially defined.", no_args_is_help=True)
COLUMNS = ("by", "name", "counted", "within", "share")


@waiting.command("spot-in")
def spot_in(
    flight: Annotated[str, typer.Argument(help="NH106")],
    at: Annotated[str, typer.Option(help="When it came to its spot, or is to come: 2026-11-27T09:05:00+09:00")],
    spot: Annotated[str, typer.Option(help="As in the settings' walking_minutes: 107")],
    passengers: Annotated[int, typer.Option(help="All on board who enter.")],
    visitors: Annotated[int | None, typer.Option(help="Temporary visitors among them; else not known.")] = None,
    terminal: Annotated[str | None, typer.Option(help="Else the settings' terminal.")] = None,
    day: Annotated[
        str | None, typer.Option(help="The flight's own day, 2026-11-27; else that of --at, in Japan.")
    ] = None,
    config: Config = None,
) -> None:
    """Record a flight. Example: waiting spot-in NH106 --at 2026-11-27T09:05:00+09:00 --spot 107 --passengers 210

    Recorded again it changes nothing, or replaces what was said before: once by flight and day.
    """
    chosen = settings(config)
    when = _instant(at)
    its_day = _day("--day", day) if day else japan_date(when)
    place = chosen.waiting.terminal if terminal is None else terminal
    told = SpotIn(flight.upper(), its_day, when, spot.upper(), place, passengers, visitors, utc_now())
    try:
        spot_ins.checked(told)
    except spot_ins.UnusableSpotIn as error:
        refuse(error)
    done = with_store(chosen, lambda store: store.write(partial(spot_ins.put, spot_in=told)))
    typer.echo(f"{told.flight} of {its_day}: {done}.")
    if told.spot not in chosen.walking:
        typer.echo(f"The settings give no walking time for spot {told.spot}: its waits will not be counted.")


@waiting.command("report")
def report(
    first: Annotated[str, typer.Option("--from", help="First day, in Japan: 2026-11-01")],
    last: Annotated[str, typer.Option("--to", help="Last day, in Japan.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="A table: by,name,counted,within,share.")] = False,
    json: Json = False,
    config: Config = None,
) -> None:
    """Attainment by day, month and terminal. Example: waiting report --from 2026-11-01 --to 2026-11-30 --json"""
    if as_csv and json:
        refuse("report: --csv or --json, not both")
    start, end = _day("--from", first), _day("--to", last)
    if end < start:
        refuse(f"report: --to {end} is before --from {start}")
    chosen = settings(config)
    work = partial(spot_ins.counted, first=start, last=end, walking=chosen.walking)
    found: Counted = with_store(chosen, lambda store: store.read(work))
    if json:
        typer.echo(msgspec.json.encode(_object(found)).decode())
    else:
        typer.echo(_table(found) if as_csv else _words(found), nl=not as_csv)


def _groups(found: Counted) -> dict[str, Mapping[str, Attainment]]:
    whole = {"": attainment.attainment(found.waits)}
    days, months = attainment.by_day(found.waits), attainment.by_month(found.waits)
    return {"all": whole, "day": days, "month": months, "terminal": attainment.by_terminal(found.waits)}


def _object(found: Counted) -> dict[str, Any]:
    groups = {
        by: [{"name": name, **asdict(reached), "share": reached.share} for name, reached in group.items()]
        for by, group in _groups(found).items()
    }
    return {
        "target_minutes": attainment.TARGET / timedelta(minutes=1),
        **groups,
        "flights": _flights(found),
        "not_counted": {"no_flight": len(found.no_flight), "no_walking_time": len(found.no_walking)},
        "attributed_by": "order of arrival",
        "official": [asdict(figure) for figure in attainment.OFFICIAL],
    }


def _flights(found: Counted) -> list[dict[str, Any]]:
    waits: dict[tuple[date, str], list[timedelta]] = {}
    for wait in found.waits:
        waits.setdefault((wait.spot_in.day, wait.spot_in.flight), []).append(wait.wait)
    return [
        {"flight": flight, "day": day, "counted": len(own), "longest_minutes": attainment.longest_of_flight(own)}
        for (day, flight), own in sorted(waits.items())
    ]


def _table(found: Counted) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for by, group in _groups(found).items():
        for name, reached in group.items():
            share = "" if reached.share is None else f"{reached.share:.4f}"
            rows.writerow((by, _inert(name), reached.counted, reached.within, share))
    return out.getvalue()


def _inert(name: str) -> str:
    """A terminal's name that a spreadsheet would take for a formula is led by an apostrophe."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@")) else name


def _words(found: Counted) -> str:
    lines = [
        f"{by} {name}".strip() + f": {_reached(reached)}"
        for by, group in _groups(found).items()
        for name, reached in group.items()
    ]
    no_flight, no_walking = len(found.no_flight), len(found.no_walking)
    lines.append(f"Not counted: {no_flight} without a flight, {no_walking} without a walking time.")
    shares = ", ".join(f"{figure.place} {figure.share} %" for figure in attainment.OFFICIAL)
    return "\n".join([*lines, f"Official figures of 2017, within 20 minutes: {shares}."])


def _reached(reached: Attainment) -> str:
    if reached.share is None:
        return "not known, nobody was counted"
    return f"{reached.share:.0%} within 20 minutes ({reached.within} of {reached.counted})"


def _instant(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        refuse(f"--at {text}: not an instant such as 2026-11-27T09:05:00+09:00")
    if when.tzinfo is None:
        refuse(f"--at {text}: without an offset, such as +09:00, it names no instant")
    return when


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        refuse(f"{option} {text}: not a day such as 2026-11-27")
