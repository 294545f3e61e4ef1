"""The hall's registries: a program of their own, and what they are told of each traveller before the journey."""

from __future__ import annotations

from pathlib import Path

import httpx2
import msgspec

from simulators.processes import Program
from simulators.registry_world import PATHS, known_of
from simulators.site import free_port
from simulators.travellers import Traveller


class RegistryPost:
    """`settings` is what a console has to know of them."""

    def __init__(self, folder: Path, port_name: str) -> None:
        port = free_port()
        self._port_name = port_name
        self._url = f"http://127.0.0.1:{port}"
        arguments = ("simulators", "registries", "--port", str(port), "--travellers", "0", "--port-name", port_name)
        self.program = Program("registries", arguments, f"{self._url}/world", folder)

    @property
    def settings(self) -> dict[str, dict[str, str]]:
        return {registry: {"url": self._url} for registry in PATHS}

    async def learn(self, client: httpx2.AsyncClient, traveller: Traveller) -> None:
        """Announced, with a visa where one is needed, and whatever the scenario holds against the traveller."""
        known = known_of(traveller, port=self._port_name, against=traveller.scenario.held)
        body = msgspec.json.encode(known, enc_hook=dict)
        headers = {"content-type": "application/json"}
        (await client.put(f"{self._url}/world", content=body, headers=headers)).raise_for_status()

    async def break_down(self, client: httpx2.AsyncClient, traveller: Traveller) -> None:
        for registry, fault in traveller.scenario.registry_faults.items():
            (await client.put(f"{self._url}/faults/{registry}/{fault}")).raise_for_status()

    async def mend(self, client: httpx2.AsyncClient, traveller: Traveller) -> None:
        for registry in traveller.scenario.registry_faults:
            (await client.delete(f"{self._url}/faults/{registry}")).raise_for_status()
