"""The hall's console: its settings, its upkeep by its own commands, its program, and a look into its record."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import msgspec

from simulators.history import History, database_url
from simulators.processes import Program
from simulators.site import Site, free_port, write_toml
from simulators.stations import Station
from simulators.travellers import Traveller

TEMPORARY_VISITOR_DAYS: Final = 90


class UpkeepFailed(Exception):
    """A command of the console ended with an error; the message is the command's own."""


@dataclass(frozen=True, slots=True)
class Account:
    """A demo officer. The password is made for one run."""

    name: str
    role: str
    display: str
    password: str


_AT_THE_BOOTH: Final = ("hoshikawa", "inspector", "K. Hoshikawa")
_AROUND_IT: Final[tuple[tuple[str, str, str], ...]] = (
    ("akazawa", "shift_supervisor", "M. Akazawa"),
    ("kitano", "monitoring_officer", "S. Kitano"),
    ("sakai", "special_inquiry_officer", "R. Sakai"),
    ("ogata", "supervising_inspector", "H. Ogata"),
    ("shirogane", "watchlist_editor", "Y. Shirogane"),
    ("minase", "watchlist_approver", "A. Minase"),
    ("miura", "auditor", "T. Miura"),
    ("inoue", "privacy_officer", "N. Inoue"),
)


def demo_officers(*, everybody: bool) -> list[Account]:
    """The inspector comes first; the others only where people sit at the screens."""
    people = (_AT_THE_BOOTH, *_AROUND_IT) if everybody else (_AT_THE_BOOTH,)
    return [Account(*person, secrets.token_urlsafe(9)) for person in people]


class ConsolePost:
    """`url` is for officers' browsers, `station_url` for stations (TLS, client certificates). `registries` as in the
    console's settings."""

    def __init__(
        self, site: Site, port_name: str, registries: Mapping[str, Mapping[str, str]], *, everybody: bool
    ) -> None:
        self.officers = demo_officers(everybody=everybody)
        self._site = site
        self._folder = site.folder
        self._data_dir = site.folder / "console"
        self._settings_file = self._folder / "console.toml"
        self._port, self._station_port = free_port(), free_port()
        certificate, key = site.authority.issue(site.folder, "console", server=True)
        write_toml(
            self._settings_file,
            {
                "data_dir": self._data_dir,
                "host": "127.0.0.1",
                "port": self._port,
                "station_port": self._station_port,
                "tls_certificate": certificate,
                "tls_key": key,
                "tls_client_ca": site.authority_file,
                "master_key_file": site.master_key_file,
                "port_name": port_name,
                "registries": registries,
                "own_watchlist": everybody,
                "own_registrations": everybody,
            },
        )
        arguments = ("examiner_console", "serve", "--config", str(self._settings_file))
        self.program = Program("console", arguments, f"{self.url}/readyz", site.folder)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def station_url(self) -> str:
        return f"https://localhost:{self._station_port}"

    @cached_property
    def history(self) -> History:
        return History(database_url(self._data_dir))

    def close(self) -> None:
        if "history" in self.__dict__:
            self.history.close()

    async def prepare(self, stations: Sequence[Station]) -> None:
        """Migrate, enrol the stations, add the officers: what an administrator types once."""
        self._data_dir.mkdir(parents=True, exist_ok=True)
        await self._command("migrate")
        async with asyncio.TaskGroup() as group:
            for station in stations:
                enrol = ("--name", station.name, "--kind", station.kind, "--direction", station.direction)
                group.create_task(self._command("station", "enrol", *enrol, "--public-key", str(station.keys.public)))
            for officer in self.officers:
                add = ("--name", officer.name, "--role", officer.role, "--display", officer.display)
                group.create_task(self._command("officer", "add", *add, "--password-stdin", answer=officer.password))

    async def load_landings(self, travellers: Sequence[Traveller], port: str) -> None:
        """The landing records that let visitors leave: as another port's console would have sent them."""
        file = self._folder / f"landings-{travellers[0].number}.jsonl"
        lines = b"\n".join(msgspec.json.encode(_landing(traveller, port)) for traveller in travellers)
        await asyncio.to_thread(file.write_bytes, lines + b"\n")
        await self._command("landings", "load", str(file))

    async def verify_ledger(self) -> str:
        return await self._command("ledger", "verify")

    async def _command(self, *arguments: str, answer: str = "") -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "examiner_console", *arguments, "--config", str(self._settings_file)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate(answer.encode())
        if process.returncode:
            raise UpkeepFailed(f"examiner_console {' '.join(arguments)}: {output.decode(errors='replace').strip()}")
        return output.decode()


def _landing(traveller: Traveller, port: str) -> dict[str, str | None]:
    assert traveller.landed_on is not None
    return {
        "nationality": traveller.nationality,
        "document_number": traveller.document_number,
        "landed_on": traveller.landed_on.isoformat(),
        "status": "TEMPORARY_VISITOR",
        "period": f"P{TEMPORARY_VISITOR_DAYS}D",
        "permitted_until": None,
        "port": port,
    }
