"""`python -m tests.fuzz`: a million damaged inputs a subject (passports, fingers), and a table of what came of them."""

from __future__ import annotations

import importlib.util
import sys
from argparse import ArgumentParser, Namespace
from contextlib import nullcontext
from typing import Any

FINGER_CODECS = ("biometrics.finger.an2k", "biometrics.finger.image_records", "biometrics.finger.records")


def _instrumented() -> Any:
    """Whoever is imported in here tells atheris where it goes."""
    if "--alone" not in sys.argv or importlib.util.find_spec("atheris") is None:
        return nullcontext()
    import atheris

    with atheris.instrument_imports(include=["biometrics.finger.image_wsq"]):
        import biometrics.finger.image_wsq

    import biometrics.finger.compare  # noqa: F401 - before the rest: what numba compiles cannot tell where it goes

    return atheris.instrument_imports(include=["passport_reader", "asn1crypto", *FINGER_CODECS])


with _instrumented():
    from tests.fuzz import campaign
    from tests.fuzz.everything import EVERYTHING, SUBJECTS


def _asked() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="a subject; of the one surface with --alone")
    parser.add_argument("--surface", choices=list(EVERYTHING), action="append", help="this one alone; may be repeated")
    parser.add_argument("--of", choices=list(SUBJECTS), action="append", help="this subject; both without")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--alone", action="store_true", help="in this process, without a table")
    parser.add_argument(
        "--again", metavar="FILE", help="one kept input, to see what comes of it; names its surface too"
    )
    return parser.parse_args()


def main() -> int:
    asked = _asked()
    names = asked.surface or [name for subject in asked.of or SUBJECTS for name in SUBJECTS[subject]]
    if asked.again:
        with open(asked.again, "rb") as kept:
            EVERYTHING[names[0]].feed(kept.read())
        return 0
    if asked.alone:
        campaign.alone(names[0], asked.inputs, asked.seed)
        return 0
    return _tabled(names, asked)


def _tabled(names: list[str], asked: Namespace) -> int:
    """1 where anything was found."""
    rows = []
    print(campaign.HEAD, flush=True)
    for row in campaign.run(names, asked.inputs, asked.seed):
        rows.append(row)
        print(row, flush=True)
    found = [line for row in rows for line in row.findings]
    seconds = sum(row.seconds for row in rows)
    print(f"{sum(row.inputs for row in rows):,} inputs in {seconds:,.0f} s, {len(found)} findings", *found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
