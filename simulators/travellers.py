"""Who comes to the hall, with which passport, and how they behave: the scenarios by name.

Every person is invented. A scenario says at which kind of station it plays, what is wrong with the passport, how the
traveller moves, and what must come of it; `expected` is what the hall's summary is held against.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from simulators.issuing.states import STATES
from simulators.subject import USUAL, Manner

DEPARTURE: Final = "departure"
ARRIVAL: Final = "arrival"
GATE: Final = "gate"
BIO_CART: Final = "bio_cart"


@dataclass(frozen=True, slots=True)
class Scenario:
    """`behaviour` names a walk of `simulators.walk`; `alone`: nothing else may go on in the hall meanwhile."""

    name: str
    title: str
    station: str
    expected: tuple[str, ...]
    direction: str | None = None
    national: bool = True
    stayed_days: int = 10
    passport_faults: frozenset[str] = frozenset()
    chip_faults: frozenset[str] = frozenset()
    behaviour: str = "plain"
    swapped: bool = False
    morphed: bool = False
    holds_portrait: bool = False
    """Holds up a telephone with the passport's portrait before the face."""
    manner: Manner | None = None
    """Of standing before the camera; each traveller has their own unless it is said."""
    held: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    """Entries by registry (`registry_world`) that speak against the traveller."""
    registry_faults: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What ails registries while this traveller is examined."""
    alone: bool = False
    weight: int = 1


_ALL: Final = (
    Scenario("national", "A Japanese national leaves or returns", GATE, ("confirm",), weight=6),
    Scenario(
        "visitor_leaves",
        "A visitor leaves within the permitted stay",
        GATE,
        ("confirm",),
        direction=DEPARTURE,
        national=False,
        weight=4,
    ),
    Scenario(
        "visitor_overstayed",
        "A visitor leaves after the permitted stay ended",
        GATE,
        ("refer",),
        direction=DEPARTURE,
        national=False,
        stayed_days=120,
    ),
    Scenario(
        "visitor_arrives",
        "A visitor arrives: bio-cart in the queue, then the booth",
        BIO_CART,
        ("grant",),
        direction=ARRIVAL,
        national=False,
        weight=4,
    ),
    Scenario("swapped_passports", "Someone uses another person's passport", GATE, ("refer",), swapped=True, weight=2),
    Scenario(
        "morphed_passport",
        "The portrait is a mixture of the traveller and somebody else",
        GATE,
        ("refer", "confirm"),  # most are found, not all
        morphed=True,
        weight=0,
    ),
    Scenario(
        "dg2_tampered",
        "The portrait in the chip was replaced",
        GATE,
        ("refer",),
        passport_faults=frozenset({"dg2_tampered"}),
    ),
    Scenario(
        "cloned_chip",
        "The chip is a copy of a genuine one",
        GATE,
        ("refer",),
        chip_faults=frozenset({"clone"}),
    ),
    Scenario(
        "unknown_issuer",
        "Nobody knows who signed the passport",
        GATE,
        ("refer",),
        passport_faults=frozenset({"unknown_issuer"}),
    ),
    Scenario(
        "chip_torn_away", "The passport is lifted too soon, and laid again", GATE, ("confirm",), behaviour="tear_away"
    ),
    Scenario("camera_lost", "The camera goes dark, and comes back", GATE, ("confirm",), behaviour="camera_lost"),
    Scenario("masked", "A mask, until the screen asks", GATE, ("confirm",), manner=Manner(mask="white")),
    Scenario(
        "child",
        "Somebody so small that the camera looks over them",
        GATE,
        ("confirm",),
        manner=Manner(height=118),
        weight=0,
    ),
    Scenario(
        "photo_held_up",
        "A telephone with the portrait of the passport's holder before the face",
        GATE,
        ("refer",),
        swapped=True,
        holds_portrait=True,
    ),
    Scenario(
        "watchlisted",
        "Somebody on a watchlist; the screen is that of any other referral",
        GATE,
        ("refer",),
        held={"watchlist": {"reference": "W-2026-17"}},
        weight=0,
    ),
    Scenario(
        "stolen_passport",
        "A passport that was reported stolen",
        GATE,
        ("refer",),
        held={"document_reports": {"report": "stolen", "reported_on": "2026-10-01"}},
        weight=0,
    ),
    Scenario(
        "registry_silent",
        "The registry of lost and stolen documents does not answer",
        GATE,
        ("refer",),
        registry_faults={"document_reports": "slow"},
        alone=True,
        weight=0,
    ),
    Scenario("tailgater", "Two people walk in behind one passport", GATE, ("refer",), behaviour="tailgate"),
    Scenario("turned_back", "The traveller walks in and out again", GATE, ("left",), behaviour="walk_out"),
    Scenario(
        "left_alone",
        "The exit stands open and the traveller does not walk",
        GATE,
        ("refer",),
        behaviour="linger",
    ),
    Scenario(
        "console_down",
        "The console is gone for a while",
        GATE,
        ("refer",),
        behaviour="console_down",
        alone=True,
        weight=0,
    ),
    Scenario("fire", "Fire alarm with a traveller in the lane", GATE, ("evacuated",), behaviour="fire", weight=0),
    Scenario(
        "gate_killed",
        "The gate's program dies while a traveller is in the lane",
        GATE,
        ("refer", "confirm"),
        behaviour="gate_killed",
        weight=0,
    ),
)

SCENARIOS: Final[Mapping[str, Scenario]] = MappingProxyType({scenario.name: scenario for scenario in _ALL})

VISITOR_STATES: Final = tuple(sorted(set(STATES) - {"JPN"}))
_SYLLABLES: Final = (
    "ka",
    "mi",
    "ren",
    "to",
    "sa",
    "vel",
    "na",
    "ri",
    "mo",
    "lan",
    "te",
    "shi",
    "bo",
    "ora",
    "ke",
    "zu",
)


@dataclass(frozen=True, slots=True)
class Traveller:
    """One visit of one invented person: `person` is the face that comes, `portrait_of` the face in the chip, mixed with
    that of `person` where the portrait is `morphed`."""

    number: int
    scenario: Scenario
    person: int
    portrait_of: int
    surname: str
    given_names: str
    sex: str
    nationality: str
    document_number: str
    birth_date: date
    expiry_date: date
    landed_on: date | None
    """Where the traveller leaves as a visitor: the day of landing, permitted for 90 days."""
    manner: Manner
    morphed: bool = False


def cast(seed: int, people: int, *, today: date) -> CastingDirector:
    return CastingDirector(random.Random(f"sekisho travellers {seed}"), people, today)


@dataclass(slots=True)
class CastingDirector:
    """Invents travellers for scenarios; `people` is how many faces there are to choose from."""

    random: random.Random
    people: int
    today: date
    count: int = 0

    def draw(self, number: int, *, swapped_every: int | None = None) -> Iterator[Traveller]:
        """`number` travellers by the weights of their scenarios, each scenario at least once where there is room;
        with `swapped_every`, each so-manieth comes with another person's passport."""
        names = [scenario.name for scenario in _ALL if scenario.weight]
        weights = [SCENARIOS[name].weight for name in names]
        plan = names[:number] + self.random.choices(names, weights, k=max(0, number - len(names)))
        self.random.shuffle(plan)
        if swapped_every:
            plan[swapped_every - 1 :: swapped_every] = ["swapped_passports"] * (number // swapped_every)
        yield from map(self.invent, plan)

    def invent(self, scenario_name: str) -> Traveller:
        """Raise KeyError for an unknown scenario."""
        scenario = SCENARIOS[scenario_name]
        self.count += 1
        person = self.random.randrange(self.people)
        other = (person + self.random.randrange(1, self.people)) % self.people
        landed = None
        if scenario.direction == DEPARTURE and not scenario.national:
            landed = self.today - timedelta(days=scenario.stayed_days)
        return Traveller(
            number=self.count,
            scenario=scenario,
            person=person,
            portrait_of=other if scenario.swapped or scenario.morphed else person,
            surname=self._name(2, 3),
            given_names=self._name(2, 2),
            sex=self.random.choice("MF"),
            nationality="JPN" if scenario.national else self.random.choice(VISITOR_STATES),
            document_number=self._document_number(),
            birth_date=date(self.random.randrange(1950, 2004), self.random.randrange(1, 13), 1)
            + timedelta(days=self.random.randrange(28)),
            expiry_date=self.today + timedelta(days=self.random.randrange(400, 3300)),
            landed_on=landed,
            morphed=scenario.morphed,
            manner=scenario.manner or _manner(random.Random(f"manner {person} {self.count}")),
        )

    def _name(self, least: int, most: int) -> str:
        return "".join(self.random.choices(_SYLLABLES, k=self.random.randint(least, most))).upper()

    def _document_number(self) -> str:
        """Two letters and seven digits, never twice in a run (Doc 9303-4 §4.2.2: up to nine characters)."""
        letters = "".join(self.random.choices("BCDFGHJKLMNPRSTVWXYZ", k=2))
        return f"{letters}{self.count:03}{self.random.randrange(10_000):04}"


def _manner(chance: random.Random) -> Manner:
    """Most come and look; some look about first, some wear a mask or dark glasses until the screen says something."""
    return Manner(
        height=min(max(chance.gauss(USUAL - 3, 9), 140), 205),
        looks_away=chance.choice((0.0, 0.0, 0.0, 0.0, 1.0, 2.0)),
        mask=chance.choice(("white", "black")) if chance.random() < 0.08 else None,
        sunglasses=chance.random() < 0.05,
        talks=chance.random() < 0.1,
        turns=(chance.uniform(2, 6),) if chance.random() < 0.15 else (),
    )
