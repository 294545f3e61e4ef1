"""Every walk that the world allows through the journey's table, and whether it is safe: `python -m benchmarks journey`.

The table, its effects and the order in which the gatekeeper offers facts are the gate's own; the world around them is
small and at its worst: doors move when they like, people come and go through whatever is open, devices fail and return,
answers come late or never, and each step lasts as long as it may. A broken rule is told as the story that leads there.

The rules (numbers of the architecture's invariants):

1  the exit is driven open for a grant of this visit, or in an emergency
2  the two doors are never open together around somebody, but in an emergency
3  an emergency drives both doors open, and nothing is granted until a reset
5  nothing but the console's own answer makes a grant
7  nothing of a traveller is left when the gate is ready for the next
S  nobody is behind two closed doors for over thirty seconds without a call to staff

What the last bolt of `effects` refuses (a door while the other is not known to be closed) is refused here too; the
rules hold with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from .journey import SECONDS, Effect, Event, State, advance

SHUT_IN_SECONDS: Final = 30.0
DOOR_SECONDS: Final = 2.0
"""A door that is driven has opened by then; the simulated ones take less than one."""
NEWS_SECONDS: Final = 5.0
"""Until a gate knows of a change of its lane, of a line that was cut, or of one that is back (`door`)."""
MOST_MOVES: Final = 2 * len(State)
MOST_PEOPLE: Final = 2
FOREVER: Final = 1e9
"""How long a state without a time-out may last."""


class Work(Enum):
    NONE = "none"
    READING = "reading"
    READ = "read"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Report:
    """The lane as the gate last heard of it; it may have changed since. `settled`: made after the last command took
    effect, so that it says something of the doors."""

    entry_closed: bool = False
    exit_closed: bool = False
    people: int = 0
    at_desk: bool = False
    button: bool = False
    settled: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """The gate, its doors as they are, as the controller drives them and as they are wanted, who is inside, and what is
    broken. `known` is what the gate knows of the lane: None once it has noticed that the line is cut.

    `shut` counts the seconds, at worst, that somebody has been behind two closed doors; `called`: staff were, since
    somebody is inside or the gate last knew.
    """

    state: State = State.SELF_TEST
    entry_wanted: bool = False
    exit_wanted: bool = False
    entry_driven: bool = False
    exit_driven: bool = False
    known: Report | None = None
    entry_open: bool = False
    exit_open: bool = False
    people: int = 0
    at_desk: bool = False
    line: bool = True
    devices: bool = True
    service: bool = True
    button: bool = False
    work: Work = Work.NONE
    grant: bool = False
    entry_freed: bool = False
    exit_freed: bool = False
    """An emergency, or the button alone, opened this door, and it has not closed since."""
    shut: float = 0.0
    called: bool = False

    @property
    def is_shut(self) -> bool:
        return self.people > 0 and not (self.entry_open or self.exit_open)


Step = tuple[str, World]


class Broken(Exception):
    """A rule does not hold; `story` has every step from the beginning."""

    def __init__(self, rule: str, story: list[str]) -> None:
        super().__init__("\n".join([rule, *story]))
        self.rule, self.story = rule, story


class _Unsafe(Exception):
    """Within one step."""


@dataclass(frozen=True, slots=True)
class Found:
    """How many worlds were reached, how many steps between them were tried, and how deep the last lay."""

    worlds: int
    steps: int
    depth: int
    finished: bool


def explore(begin: World | None = None, *, most_worlds: int | None = None, depth: int | None = None) -> Found:
    """All worlds within reach, nearest first. Raise `Broken` with the shortest story that breaks a rule."""
    first = begin or World()
    came_from: dict[World, tuple[World | None, str]] = {first: (None, "the gate starts")}
    waiting = deque([(first, 0)])
    steps = deepest = 0
    while waiting:
        world, far = waiting.popleft()
        deepest = max(deepest, far)
        if depth is not None and far >= depth:
            continue
        for name, following in _steps(world, came_from):
            steps += 1
            if following not in came_from:
                came_from[following] = (world, name)
                waiting.append((following, far + 1))
        if most_worlds is not None and len(came_from) >= most_worlds:
            return Found(len(came_from), steps, deepest, finished=False)
    return Found(len(came_from), steps, deepest, finished=True)


def _steps(world: World, came_from: dict[World, tuple[World | None, str]]) -> Iterator[Step]:
    for name, changed, event in _happenings(world):
        try:
            yield name, _settled(_passed(world, changed, event))
        except _Unsafe as unsafe:
            raise Broken(str(unsafe), [*_story(world, came_from), f"{name}, and then: {unsafe}"]) from None


def _story(world: World, came_from: dict[World, tuple[World | None, str]]) -> list[str]:
    told: list[str] = []
    at: World | None = world
    while at is not None:
        before, name = came_from[at]
        told.append(f"{name} -> {at.state.value}, {at.people} inside")
        at = before
    return told[::-1]


# What may happen


Happening = tuple[str, World, Event | None]


def _happenings(world: World) -> Iterator[Happening]:
    yield from _doors_move(world)
    yield from _people_move(world)
    yield from _answers(world)
    yield from _faults(world)
    yield from _orders(world)
    if world.state in SECONDS:
        yield "the step's time is over", world, Event.TIMEOUT


def _doors_move(w: World) -> Iterator[Happening]:
    """By command, by the button's own wire, and by the controller that closes the exit once the line is silent."""
    if (w.entry_driven or w.button) and not w.entry_open:
        yield "the entry opens", replace(w, entry_open=True), None
    if (w.exit_driven or w.button) and not w.exit_open:
        yield "the exit opens", replace(w, exit_open=True), None
    if w.entry_open and not (w.entry_driven or w.button):
        yield "the entry closes", replace(w, entry_open=False), None
    if w.exit_open and not (w.exit_driven or w.button):
        yield "the exit closes", replace(w, exit_open=False), None
    if not w.line and w.exit_driven and not (w.entry_driven and w.exit_driven):
        yield "the controller hears nothing and closes the exit", replace(w, exit_driven=False), None


def _people_move(w: World) -> Iterator[Happening]:
    if w.entry_open and w.people < MOST_PEOPLE:
        yield "somebody comes in", replace(w, people=w.people + 1, at_desk=False), None
    if w.entry_open and w.people:
        yield "somebody goes out by the entry", replace(w, people=w.people - 1, at_desk=False), None
    if w.exit_open and w.people:
        yield "somebody goes out by the exit", replace(w, people=w.people - 1, at_desk=False), None
    if w.people == 1 and not w.at_desk:
        yield "they walk to the desk", replace(w, at_desk=True), None
    if w.people:
        yield "they ask for help", w, Event.HELP


def _answers(w: World) -> Iterator[Happening]:
    if w.work is Work.READING:
        yield "passport and face are read", replace(w, work=Work.READ), Event.INSPECTED
        yield "no passport is laid down", replace(w, work=Work.NONE), Event.NOTHING_LAID
    if w.work is Work.ASKED:
        answered = replace(w, work=Work.NONE)
        yield "the console grants", replace(answered, grant=True), Event.GRANTED
        yield "the console refers", answered, Event.REFERRED
        yield "the console does not answer", answered, Event.CONSOLE_SILENT


def _faults(w: World) -> Iterator[Happening]:
    yield from _line(w)
    yield ("a device is lost" if w.devices else "the device is back"), replace(w, devices=not w.devices), None
    yield ("the button is let go" if w.button else "the button is pressed"), replace(w, button=not w.button), None


def _line(w: World) -> Iterator[Happening]:
    """Commands are asserted again once the line is back; what the gate hears then is new."""
    if w.line:
        yield "the line to the doors is cut", replace(w, line=False), None
        heard = _report(w)
        if heard != w.known:
            yield "the gate hears of the lane", replace(w, known=heard), None
        return
    if w.known is not None:
        yield "the gate notices that the line is cut", replace(w, known=None), None
    again = replace(w, line=True, entry_driven=w.entry_wanted, exit_driven=w.exit_wanted)
    yield "the line is back", replace(again, known=replace(_report(again), settled=False)), None


def _report(w: World) -> Report:
    """What the controller says now; a door that is driven open and has not left its contact settles nothing."""
    settled = (w.entry_open or not w.entry_driven) and (w.exit_open or not w.exit_driven)
    return Report(not w.entry_open, not w.exit_open, w.people, w.at_desk, w.button, settled)


def _orders(w: World) -> Iterator[Happening]:
    yield ("the gate is closed" if w.service else "the gate is opened"), replace(w, service=not w.service), None
    yield "an officer sends whoever is inside back", w, Event.ATTENDANT
    yield "an officer has the reading begin again", w, Event.RETRY
    yield "an officer evacuates", w, Event.EMERGENCY
    if w.state is State.EMERGENCY and not (w.known and w.known.button):
        yield "officers end the emergency", w, Event.RESET


# What the gate makes of it


def _passed(before: World, changed: World, event: Event | None) -> World:
    """The step lasted as long as it may; whoever was shut in all that time still is, or staff were called."""
    world = changed
    if before.is_shut and (event is not None or not world.is_shut):
        world = _waited(before, world)
    return world if event is None else _applied(world, event)


def _waited(before: World, world: World) -> World:
    shut = before.shut + _lasted(before)
    if shut <= SHUT_IN_SECONDS or world.called:
        return replace(world, shut=min(shut, SHUT_IN_SECONDS + 1))
    world = _applied(world, Event.SHUT_IN)
    if not world.called:
        raise _Unsafe("S: somebody is shut in for over thirty seconds, and nobody was called")
    return replace(world, shut=SHUT_IN_SECONDS + 1)


def _lasted(w: World) -> float:
    """How long the gate may stand so: until its step's time is over, a door that is driven has opened, or the gate has
    heard what it does not know yet."""
    limits = [SECONDS.get(w.state, FOREVER)]
    if w.button or w.entry_driven or w.exit_driven:
        limits.append(DOOR_SECONDS)
    if w.known != (_report(w) if w.line else None):
        limits.append(NEWS_SECONDS)
    return min(limits)


def _settled(world: World) -> World:
    """As `Gatekeeper._settle`: facts are offered until none moves the state."""
    for _ in range(MOST_MOVES):
        for fact in _facts(world):
            following = _applied(world, fact)
            moved = following.state is not world.state
            world = following
            if moved:
                break
        else:
            return _checked(world)
    raise _Unsafe("the facts do not settle")


def _facts(w: World) -> Iterator[Event]:
    """In the gatekeeper's order (`Gatekeeper._facts`, `passage.facts`)."""
    if w.known is None:
        yield Event.DOOR_LOST
    if not w.devices:
        yield Event.DEVICE_LOST
    if not w.service:
        yield Event.SERVICE_CLOSED
    if w.known is not None:
        yield from _of_the_lane(w.known)
    if w.devices and w.service and w.known is not None:
        yield Event.AVAILABLE


def _of_the_lane(known: Report) -> Iterator[Event]:
    exit_closed = known.settled and known.exit_closed
    if known.button:
        yield Event.EMERGENCY
    if known.people > 1:
        yield Event.SECOND_PERSON
    if known.people:
        yield Event.PERSON_INSIDE
    if known.people == 1 and known.at_desk:
        yield Event.PERSON_AT_DESK
    if not known.people:
        yield Event.LANE_EMPTY
        if exit_closed:
            yield Event.LANE_CLEAR
    if known.settled and known.entry_closed:
        yield Event.ENTRY_CLOSED
    if exit_closed:
        yield Event.EXIT_CLOSED


def _applied(world: World, event: Event) -> World:
    following, effects = advance(world.state, event)
    world = replace(world, state=following)
    for effect in effects:
        world = _run(world, effect)
    return world


def _run(w: World, effect: Effect) -> World:
    match effect:
        case Effect.OPEN_ENTRY:
            refused = w.known is None or not w.known.exit_closed
            return w if refused else _commanded(w, entry=True, exit=False)
        case Effect.CLOSE_ENTRY:
            return _commanded(w, entry=False, exit=w.exit_wanted)
        case Effect.OPEN_EXIT:
            if not w.grant:
                raise _Unsafe("1: the exit is asked to open without a grant")
            refused = w.known is None or not w.known.entry_closed
            return w if refused else _commanded(w, entry=False, exit=True)
        case Effect.CLOSE_EXIT:
            return _commanded(w, entry=w.entry_wanted, exit=False)
        case Effect.OPEN_BOTH:
            return _commanded(w, entry=True, exit=True)
        case Effect.BEGIN_INSPECTION | Effect.BEGIN_AGAIN:
            return replace(w, work=Work.READING, grant=False)
        case Effect.STOP_INSPECTION:
            return replace(w, work=Work.NONE)
        case Effect.ASK_CONSOLE:
            return replace(w, work=Work.ASKED)
        case Effect.WITHDRAW_GRANT:
            return replace(w, grant=False)
        case Effect.FORGET:
            return replace(w, work=Work.NONE, grant=False)
        case Effect.CALL_STAFF | Effect.TELL_STAFF:
            return replace(w, called=True)
        case _:
            return w


def _commanded(w: World, *, entry: bool, exit: bool) -> World:
    """At once where the line holds; a report from before a new command says nothing about the doors."""
    if (entry, exit) == (w.entry_wanted, w.exit_wanted):
        return w
    known = None if w.known is None else replace(w.known, settled=False)
    w = replace(w, entry_wanted=entry, exit_wanted=exit, known=known)
    return replace(w, entry_driven=entry, exit_driven=exit) if w.line else w


def _checked(w: World) -> World:
    if w.exit_wanted and not (w.grant or w.state is State.EMERGENCY):
        raise _Unsafe("1: the exit is wanted open without a grant")
    emergency = w.button or w.state is State.EMERGENCY or (w.entry_driven and w.exit_driven)
    entry_freed = w.entry_open and (w.entry_freed or emergency)
    exit_freed = w.exit_open and (w.exit_freed or emergency)
    if w.entry_open and w.exit_open and w.people and not (entry_freed or exit_freed):
        raise _Unsafe("2: both doors are open around somebody")
    if w.state is State.EMERGENCY and (w.grant or not (w.entry_wanted and w.exit_wanted)):
        raise _Unsafe("3: an emergency that does not open both doors, or with a grant")
    if w.state is State.READY and (w.grant or w.work is not Work.NONE):
        raise _Unsafe("7: ready for the next traveller with something of the last")
    return replace(
        w,
        entry_freed=entry_freed,
        exit_freed=exit_freed,
        shut=w.shut if w.is_shut else 0.0,
        called=w.called and (w.people > 0 or w.known is None),
    )
