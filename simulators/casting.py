"""Chooses the rendered people, so that no two are taken for each other and everybody is known again.

    python -m simulators.casting --people 160                adds to simulators/people.json; goes on where it stopped
    python -m simulators.casting --verify                    measures them, and changes nothing

Whoever is in the file and no longer fits, after a change of the renderer or of the recognition, is left out and
replaced. Newcomers are sought by several processes at once, against the same company: the result depends on the seed
alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Final

import cv2
import numpy as np
import typer

from biometrics.commands.terminal import progress_bar
from biometrics.face.attempt import CaptureAttempt
from biometrics.face.compare import THRESHOLD, template_of, verifier
from biometrics.face.sight import Wanted
from simulators.face_choice import APART, NEVER, Company, Vector, newcomer, together, vectors_of
from simulators.face_traits import Person
from simulators.faces import PEOPLE_FILE, from_record, portrait, to_record
from simulators.subject import LIVENESS_THRESHOLD, Subject

AT_ONCE: Final = 4
"""Climbs begun against the same company, on however many processes."""
ROUNDS: Final = 200
"""Without one more person; beyond, there is no room for any."""
RATE, PATIENCE = 10, 6.0
"""Frames a second, and the seconds in which a capture must come to its end: half of a gate's."""
MARGIN: Final = 1.0
"""Log-odds over the hall's threshold of liveness: who wears a mask or talks may lose so much."""


def main(
    people: Annotated[int, typer.Option(help="How many there shall be.", min=2)] = 160,
    seed: Annotated[int, typer.Option(help="Of the choice.", min=0)] = 7,
    out: Annotated[Path, typer.Option(help="Whom to keep, and where to write.")] = PEOPLE_FILE,
    also: Annotated[list[Path] | None, typer.Option(help="A file of others to take in where they fit.")] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="One a core unless stated.")] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Measure who is there, and change nothing.")] = False,
) -> None:
    """Choose rendered people until there are PEOPLE, and write their parameters.

    Example: python -m simulators.casting --people 160
    """
    with ProcessPoolExecutor(processes or os.cpu_count(), get_context("spawn"), _alone) as pool:
        if verify:
            raise typer.Exit(report(read(out), pool))
        company = Company()
        for file in (out, *(also or ())):
            take_in(company, read(file) if file.exists() else (), people, pool)
        write(out, company)
        while len(company.people) < people:
            if not some_more(company, seed, pool):
                typer.echo(f"there is no room for more than {len(company.people)}", err=True)
                raise typer.Exit(1)
            write(out, company)
            typer.echo(f"{len(company.people):3} people", err=True)


def take_in(company: Company, candidates: Sequence[Person], most: int, pool: Executor) -> None:
    """Who fits, in their order."""
    for person, own in zip(candidates, embedded(candidates, pool), strict=True):
        if len(company.people) < most and person not in company.people:
            company.admit(person, own)


def some_more(company: Company, seed: int, pool: Executor) -> bool:
    """At least one person more; what is drawn depends on the seed, how many there are, and the attempt."""
    count = len(company.people)
    for round_ in range(ROUNDS):
        numbers = range(round_ * AT_ONCE, (round_ + 1) * AT_ONCE)
        for found in pool.map(partial(attempted, company, seed), numbers):
            if found:
                company.admit(found, vectors_of(found))
        if len(company.people) > count:
            return True
    return False


def attempted(company: Company, seed: int, number: int) -> Person | None:
    found = newcomer(np.random.default_rng((seed, len(company.people), number)), company)
    return found if found and captured(found) else None


def captured(person: Person) -> bool:
    """Whether they walk up to a camera twice as travellers do, are taken for alive and known by their portrait."""
    return all(_captured(person, seed) for seed in (person.seed, person.seed + 1000))


def _captured(person: Person, seed: int) -> bool:
    attempt, subject = CaptureAttempt(Wanted(60, 30, LIVENESS_THRESHOLD + MARGIN)), Subject(person, seed=seed)
    for number in range(int(PATIENCE * RATE)):
        sight = attempt.look(subject(number / RATE), number / RATE)
        if sight.advice is not None:
            subject.obey(sight.advice)
        if sight.ripe:
            score = float(attempt.template(verifier()).vector @ template_of(portrait(person)).vector)
            return attempt.liveness().live is True and score >= THRESHOLD
    return False


def known(person: Person) -> Vector | None:
    """The pictures' vectors of somebody who gets through a capture; None of anybody else."""
    return vectors_of(person) if captured(person) else None


def report(people: Sequence[Person], pool: Executor) -> int:
    """Print how near the nearest are, and who does not fit; 0 where all do."""
    company, misfits = Company(), []
    for number, (person, own) in enumerate(zip(people, embedded(people, pool), strict=True)):
        if not company.admit(person, own):
            misfits.append(number)
            if own is not None and together(own):
                company.add(person, own)
    own_most = max(float(np.linalg.norm(own - own[0], axis=1).max()) for own in company.vectors)
    portraits, pictures = company.nearest_two()
    typer.echo(f"{len(people)} people, {len(people) * len(company.vectors[0])} pictures")
    typer.echo(f"nearest two portraits of different people {portraits:.3f} (at least {APART})")
    typer.echo(f"nearest two pictures of different people  {pictures:.3f} (at least {NEVER})")
    typer.echo(f"a person's picture farthest from the portrait {own_most:.3f}")
    typer.echo(f"who does not fit: {', '.join(map(str, misfits)) or 'nobody'}")
    return 1 if misfits else 0


def embedded(people: Sequence[Person], pool: Executor) -> list[Vector | None]:
    with progress_bar("checking") as advance:
        found = []
        for own in pool.map(known, people):
            found.append(own)
            advance(len(found), len(people))
    return found


def read(file: Path) -> tuple[Person, ...]:
    return from_record(json.loads(file.read_text()))


def write(file: Path, company: Company) -> None:
    file.write_text(json.dumps(to_record(tuple(company.people)), separators=(",", ":")) + "\n")


def _alone() -> None:
    """In each process: one thread, for there is a process for each core."""
    cv2.setNumThreads(1)


if __name__ == "__main__":
    typer.run(main)
