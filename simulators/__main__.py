"""Commands of the simulated hall: `python -m simulators hall`."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import msgspec
import structlog
import typer

from simulators.finger_conditions import Difficulty

if TYPE_CHECKING:
    from simulators.cast import Cast
    from simulators.hall import Plan

DEMO_HESITATION = 1.2
"""Seconds; enough to read a sentence while watching."""

app = typer.Typer(help="A simulated immigration hall: real programs, simulated hardware, invented people.")


@app.command(epilog="Example: python -m simulators hall --gates 2 --bio-carts 1 --travellers 20 --seed 7 --json")
def hall(
    gates: Annotated[int, typer.Option(min=1, max=20, help="Automated gates; departure and arrival in turn.")] = 2,
    bio_carts: Annotated[int, typer.Option(min=1, max=10, help="Bio-carts in the arrival queue.")] = 1,
    travellers: Annotated[int, typer.Option(min=1, max=100_000, help="How many come before the hall closes.")] = 20,
    seed: Annotated[int, typer.Option(help="The same seed sends the same travellers.")] = 7,
    scenario: Annotated[list[str] | None, typer.Option(help="Only these scenarios, in turn; may be repeated.")] = None,
    faces: Annotated[Path | None, typer.Option(help="Folder of photographs, PERSON/PICTURE.jpg.")] = None,
    fingers: Annotated[Path | None, typer.Option(help="Folder of prints, PERSON_FINGER_IMPRESSION.tif.")] = None,
    kills: Annotated[int, typer.Option(min=0, help="How many times to kill -9 a program at random meanwhile.")] = 0,
    folder: Annotated[
        Path | None, typer.Option(help="Where keys, databases and logs go; an earlier hall's is emptied.")
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Stay open, with a scenario panel; Ctrl-C ends it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")] = False,
) -> None:
    """Run a hall: a finite one with a summary, or with --demo one to walk about in."""
    from simulators.cast import UnusableFolder
    from simulators.hall import Plan
    from simulators.run import choose_cast
    from simulators.travellers import SCENARIOS

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    if unknown := set(scenario or ()) - set(SCENARIOS):
        _refuse(f"no such scenario: {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}")
    try:
        people = choose_cast(faces, fingers)
    except (UnusableFolder, OSError) as error:
        _refuse(f"unusable pictures: {error}")
    with tempfile.TemporaryDirectory(prefix="sekisho-hall-") as temporary:
        place = (folder or (Path("var/demo") if demo else Path(temporary) / "hall")).resolve()
        if demo:
            _open_for_visitors(Plan(place, gates, bio_carts, seed, officer=False, hesitation=DEMO_HESITATION), people)
        else:
            plan = Plan(place, gates, bio_carts, seed, rough=kills > 0)
            _run_and_report(plan, people, travellers, scenario or [], kills, as_json)


def _open_for_visitors(plan: Plan, people: Cast) -> None:
    from simulators.demo import run_demo

    with _failures_in_one_line():
        asyncio.run(run_demo(plan, people))


def _run_and_report(plan: Plan, people: Cast, travellers: int, scenarios: list[str], kills: int, as_json: bool) -> None:
    from simulators.run import Run, report

    with _failures_in_one_line():
        summary = asyncio.run(Run(plan, people, travellers, scenarios, kills).summary())
    typer.echo(msgspec.json.encode(summary).decode() if as_json else report(summary))


@contextlib.contextmanager
def _failures_in_one_line() -> Iterator[None]:
    from simulators.console_post import UpkeepFailed
    from simulators.processes import ProcessFailed
    from simulators.site import ForeignFolder

    try:
        yield
    except ForeignFolder as error:
        _refuse(error)
    except (ProcessFailed, UpkeepFailed) as error:
        typer.echo(f"the hall could not go on: {error}", err=True)
        raise typer.Exit(1) from None


def _refuse(why: object) -> NoReturn:
    typer.echo(str(why), err=True)
    raise typer.Exit(2)


@app.command(epilog="Example: python -m simulators screenshots --out docs/screens")
def screenshots(out: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("docs/screens")) -> None:
    """Take pictures of every screen in Chromium, with travellers at the stations."""
    from simulators.screenshots import take_all

    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sekisho-screens-") as work:
        for name in asyncio.run(take_all(out, Path(work) / "hall")):
            typer.echo(name)


@app.command(epilog="Example: python -m simulators fingers --fingers 100 --impressions 8 --out prints --seed 1")
def fingers(
    out: Annotated[Path, typer.Option(help="A new or empty folder: SENSOR/FINGER_IMPRESSION.png and pairs.csv.")],
    fingers: Annotated[int, typer.Option(min=2, max=100_000, help="How many, dealt out to the sensors.")] = 100,
    impressions: Annotated[int, typer.Option(min=2, max=100, help="Of each finger.")] = 8,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same prints.")] = 1,
    difficulty: Annotated[Difficulty, typer.Option(help="A guided press, or FVC2004's range.")] = Difficulty.REAL,
    processes: Annotated[int | None, typer.Option(min=1, help="One a core unless stated.")] = None,
) -> None:
    """Write a set of invented prints with every mated and non-mated pair within each sensor's prints."""
    from biometrics.commands.terminal import progress_bar
    from simulators.finger_sets import FullFolder, SetPlan, written

    try:
        with progress_bar("fingers") as advance:
            made = written(SetPlan(fingers, impressions, seed, difficulty), out, processes=processes, advance=advance)
    except (FullFolder, OSError) as error:
        _refuse(f"no prints written: {error}")
    typer.echo(
        f"{made.prints} prints of {fingers} fingers in {out}, {made.mated} mated and {made.others} other pairs; next: "
        f"python -m biometrics scores finger --pairs {out}/pairs.csv --root {out} --out scores.csv"
    )


@app.command(epilog="Example: python -m simulators people --person 7 --sheet seven.png")
def people(
    sheet: Annotated[Path | None, typer.Option(help="A picture to write (.png or .jpg): everybody, or one.")] = None,
    person: Annotated[int | None, typer.Option(min=0, help="Only this one, in many ways: masks, years, light.")] = None,
    out: Annotated[Path | None, typer.Option(help="With --person: a folder for each of these as a picture.")] = None,
) -> None:
    """Look at the rendered people; without options, say how many there are."""
    from simulators import face_sheets, faces

    cast = faces.people()
    if person is not None and person >= len(cast):
        _refuse(f"there is no person {person}; there are 0 to {len(cast) - 1}")
    try:
        if sheet:
            face_sheets.write(
                face_sheets.everybody() if person is None else face_sheets.in_many_ways(cast[person]), sheet
            )
        if out and person is not None:
            out.mkdir(parents=True, exist_ok=True)
            for title, picture in face_sheets.WAYS.items():
                face_sheets.write(picture(cast[person]), out / f"{title.replace(' ', '-')}.png")
    except (ValueError, OSError) as error:
        _refuse(f"no pictures written: {error}")
    typer.echo(f"{len(cast)} people, numbered 0 to {len(cast) - 1}")


@app.command(epilog="Example: python -m simulators morphs --pictures lfw --pairs 50 --out morphs")
def morphs(
    pictures: Annotated[Path, typer.Option(help="Folder of photographs, PERSON/PICTURE.jpg.")],
    out: Annotated[Path, typer.Option(help="A new folder: references/*.jpg and attempts.csv.")],
    pairs: Annotated[int, typer.Option(min=1, help="How many pairs of people that look alike.")] = 50,
) -> None:
    """Write morphs of people who look alike, as a chip and a printer leave them, and tell how many fool the verifier.

    They are pictures of real people where the photographs are: keep them where those are kept.
    """
    from biometrics.capture import BiometricError
    from biometrics.commands.terminal import progress_bar
    from simulators.morph_sets import UnusablePictures, report, written

    try:
        with progress_bar("pictures, then pairs") as advance:
            fooled = written(pictures, out, pairs, progress=advance)
    except (UnusablePictures, BiometricError, OSError) as error:
        _refuse(f"no morphs written: {error}")
    typer.echo(report(fooled))


@app.command(epilog="Example: python -m simulators subjects --out subjects.csv")
def subjects(out: Annotated[Path, typer.Option(help="CSV to write: subject, skin, age, glasses.")]) -> None:
    """Write the rendered people's groups, for: python -m biometrics evaluate PAIRS SCORES --subjects CSV."""
    from simulators import faces
    from simulators.face_subjects import write_subjects

    try:
        write_subjects(faces.people(), out)
    except OSError as error:
        _refuse(f"{out}: {error.strerror}")


@app.command(epilog="Example: python -m simulators registries --port 8600 --fault visa=slow")
def registries(
    port: Annotated[int, typer.Option(min=0, max=65535, help="On loopback; 0 takes a free one.")] = 8600,
    seed: Annotated[int, typer.Option(help="The people of a hall with this seed.")] = 7,
    travellers: Annotated[int, typer.Option(min=0, max=100_000, help="How many of them are known.")] = 20,
    port_name: Annotated[str, typer.Option(help="The port that carriers announce them to.")] = "HND",
    fault: Annotated[list[str] | None, typer.Option(help="REGISTRY=FAULT from the start; may be repeated.")] = None,
    answer_after: Annotated[float, typer.Option(min=0.0, max=60.0, help="Seconds each answer takes.")] = 0.0,
) -> None:
    """Serve all simulated registries on one port, until Ctrl-C."""
    from simulators.registry_command import serve

    try:
        asyncio.run(serve(port, seed, travellers, port_name, fault or [], answer_after, typer.echo))
    except (ValueError, OSError) as error:
        _refuse(f"no registries: {error}")
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


@app.command(epilog="Example: python -m simulators oidc --port 8700 --fault expired")
def oidc(
    port: Annotated[int, typer.Option(min=0, max=65535, help="On loopback; 0 takes a free one.")] = 8700,
    fault: Annotated[str | None, typer.Option(help="What is wrong with it, by name.")] = None,
) -> None:
    """Serve an agency's log-in (OpenID Connect) with invented people, until Ctrl-C."""
    from simulators.oidc import CLIENT, FAULTS, OidcService

    if fault is not None and fault not in FAULTS:
        _refuse(f"a fault is one of {', '.join(sorted(FAULTS))}")
    try:
        service = OidcService(port=port)
    except OSError as error:
        _refuse(f"no log-in: {error}")
    with service as agency:
        agency.fault = fault
        groups = sorted({group for person in agency.people for group in person.groups})
        typer.echo(f"Issuer {agency.url}, client {CLIENT}, groups {', '.join(groups)}.")
        try:
            service.wait()
        except KeyboardInterrupt:
            raise typer.Exit(0) from None


@app.command(epilog="Example: python -m simulators manifest --passengers 3000 --seed 7 --out aurora.csv")
def manifest(
    out: Annotated[Path, typer.Option(help="The file to write.")],
    passengers: Annotated[int, typer.Option(min=1, max=20_000, help="How many are on board.")] = 3000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same list.")] = 7,
    day: Annotated[str, typer.Option(help="The day of the call, 2026-12-01.")] = "2026-12-01",
    paxlst: Annotated[bool, typer.Option("--paxlst", help="As UN/EDIFACT instead of CSV.")] = False,
    fault: Annotated[list[str] | None, typer.Option(help="People to be seen, or one file fault; repeatable.")] = None,
) -> None:
    """Write the passenger list of an invented cruise ship, for: python -m examiner_console ship load FILE ..."""
    from datetime import date

    from simulators import ship_manifests

    known = (*ship_manifests.PEOPLE, *ship_manifests.FILES)
    if unknown := set(fault or ()) - set(known):
        _refuse(f"no such fault: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    people = [name for name in fault or ship_manifests.PEOPLE if name in ship_manifests.PEOPLE]
    spoilt = next((name for name in fault or () if name in ship_manifests.FILES), "")
    try:
        when = date.fromisoformat(day)
        made = ship_manifests.invented(passengers, seed, when, people)
        if paxlst:
            out.write_bytes(ship_manifests.as_paxlst(made.passengers, when))
        else:
            out.write_bytes(ship_manifests.as_csv(made.passengers, spoilt))
    except (ValueError, OSError) as error:
        _refuse(f"no list written: {error}")
    typer.echo(
        f"{out}: {passengers} passengers; to be seen: {', '.join(sorted(set(made.faults.values()))) or 'nobody'}"
    )


if __name__ == "__main__":
    app()
