"""`python -m simulators.finger_steps FOLDER`: every step of extraction on an invented finger, for the docs."""

from __future__ import annotations

import sys
from pathlib import Path

from biometrics.finger.compare import evidence, prepare
from biometrics.finger.extract import extract
from biometrics.finger.match_plot import drawn
from biometrics.finger.pictures import PictureTrace, written
from simulators.fingers import finger, impression

SEED = 11


def main() -> None:
    folder = Path(sys.argv[1])
    whose = finger(SEED, "right_index")
    prints = impression(whose, seed=1), impression(whose, seed=2)
    templates = extract(prints[0], trace=PictureTrace(folder)), extract(prints[1])
    ready = prepare(templates[0]), prepare(templates[1])
    written(drawn(prints, ready, evidence(*ready)), folder / "match.png")


if __name__ == "__main__":
    main()
