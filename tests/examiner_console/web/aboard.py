"""A hall with registries and a ship in port: what inspectors load, permit and count in the tests of ships."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec

from examiner_console import migrations
from examiner_console.console import Console
from examiner_console.law.stays import JAPAN, japan_date
from examiner_console.registries.desk import Desk
from examiner_console.registries.port import Told
from examiner_console.registries.table import KINDS
from examiner_console.settings import Settings
from examiner_console.ships import book
from examiner_console.ships.calls import Standing
from examiner_console.web.officers import add_officer
from simulators.registry_world import World
from simulators.ship_manifests import Manifest, against, as_csv, invented
from tests.examiner_console.web.conftest import PASSWORD, Browser, Hall, run

ASKED = ("watchlist", "document_reports", "removals")
OFFICERS = {"kazama": "supervising_inspector", "sakaki": "special_inquiry_officer"}


@dataclass(frozen=True)
class InWorld:
    """A registry that answers from the simulated world, without the wire between."""

    world: World
    name: str

    async def ask(self, question: Any) -> Told:
        asked = {field: day.isoformat() if isinstance(day, date) else day for field, day in asdict(question).items()}
        entry = self.world.find(self.name, asked)
        found = {"answer": "clear"} if entry is None else {"answer": "hit", "entry": entry}
        return Told(msgspec.convert(found, KINDS[self.name].found))


@dataclass
class Port(Hall):
    """A hall whose console asks the registries of `asked`; nobody is known to them at first."""

    world: World = field(default_factory=World)
    asked: tuple[str, ...] = ASKED

    def opened(self) -> Console:
        return replace(super().opened(), registries=Desk({name: InWorld(self.world, name) for name in self.asked}))

    def restart(self, asked: tuple[str, ...] = ASKED) -> None:
        self.close()
        self.asked = asked
        self.open()

    def knows(self, manifest: Manifest) -> None:
        for known in against(manifest, "HND"):
            self.world.enter(known.registry, known.entry, **known.question)

    def call(self, browser: Browser, **changes: str) -> str:
        """Enter one; its address."""
        answer = browser.post("/ships/new", **form(self.clock(), **changes))
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def load(self, browser: Browser, call: str, data: bytes) -> Any:
        """Send a file, and wait until the registries have been asked."""
        answer = upload(browser, call, data)
        if answer.status_code == 303:
            self.until_screened(browser, call)
        return answer

    def until_screened(self, browser: Browser, call: str) -> None:
        """The page's own stream says so; it begins anew for each screening."""
        with browser.client.stream("GET", f"{call}/stream", headers={"accept": "text/event-stream"}) as stream:
            told = ""
            for text in stream.iter_text():
                told += text
                *whole, told = told.split("\n\n")
                if any(one.startswith("event: tally") and "data-screening" not in one for one in whole):
                    return

    def standings(self, call: str) -> dict[str, int]:
        id = call.rsplit("/", 1)[1]
        found = run(self.console.store.read(lambda c: book.standings(c, [UUID(id)])))
        return {standing.value: count for standing, count in found[UUID(id)].items() if count}

    def lines(self, call: str, *standing: Standing) -> list[book.Listed]:
        id = UUID(call.rsplit("/", 1)[1])
        found: list[book.Listed] = run(self.console.store.read(lambda c: book.listed(c, id, *standing)))
        return found


def form(now: datetime, **changes: str) -> dict[str, str]:
    def local(**by: float) -> str:
        return f"{now.astimezone(JAPAN) + timedelta(**by):%Y-%m-%dT%H:%M}"

    ship = {"ship": "AURORA MARIS", "imo": "9074729", "port": "Yokohama", "operator": "Aurora Lines"}
    times = {"arrives_at": local(hours=-1), "departs_at": local(hours=9), "kind": "cruise_single", "designated": "yes"}
    return {"call": str(uuid4()), **ship, **times, **changes}


def upload(browser: Browser, call: str, data: bytes, **headers: str) -> Any:
    files = {"manifest": ("list.csv", data, "text/csv")}
    fields = {"form_token": browser.token()}
    return browser.client.post(f"{call}/manifest", data=fields, files=files, headers={**browser.origin, **headers})


def permit(browser: Browser, call: str) -> Any:
    """Both keys: the page, then what its button sends."""
    page = browser.get(f"{call}/permit").text
    return browser.post(f"{call}/permit", sha256=page.split('name="sha256" value="')[1].split('"')[0])


def manifest(port: Port, count: int = 40, seed: int = 7, **more: Any) -> Manifest:
    return invented(count, seed, japan_date(port.clock()), **more)


def permitted_call(port: Port, browser: Browser, count: int = 12, seed: int = 7) -> tuple[str, Manifest]:
    """A call with everybody permitted."""
    call, people = port.call(browser), manifest(port, count, seed, faults=())
    port.load(browser, call, as_csv(people.passengers))
    assert permit(browser, call).status_code == 303
    return call, people


@contextmanager
def port(folder: Path) -> Iterator[Port]:
    opened = Port(folder)
    migrations.upgrade(Settings(data_dir=folder).database)
    opened.open()
    opened.people()
    for name, role in OFFICERS.items():
        run(add_officer(opened.console.store, name, role, f"{name[0].upper()}. {name.title()}", PASSWORD))
    yield opened
    for client in opened._clients:
        client.close()
    opened.close()
