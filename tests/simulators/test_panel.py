"""The scenario panel: only its own page sends travellers."""

from __future__ import annotations

import asyncio

import httpx2

from simulators.panel import create_panel
from simulators.visits import Visits


def test_scenarios_from_another_site_are_refused() -> None:
    sent: list[str] = []

    async def send(scenario: str) -> None:
        sent.append(scenario)

    async def attempt() -> int:
        transport = httpx2.ASGITransport(app=create_panel(Visits(), send, []))
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8400") as client:
            headers = {"origin": "http://elsewhere.example"}
            return (await client.post("/travellers", data={"scenario": "fire"}, headers=headers)).status_code

    assert asyncio.run(attempt()) == 403
    assert sent == []
