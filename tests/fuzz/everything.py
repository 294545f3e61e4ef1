"""All surfaces, by subject; each subject shares out a million inputs."""

from __future__ import annotations

from tests.fuzz.fingers import FINGERS
from tests.fuzz.surfaces import SURFACES

SUBJECTS = {"passports": SURFACES, "fingers": FINGERS}
EVERYTHING = SURFACES | FINGERS
