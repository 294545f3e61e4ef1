"""How a station speaks to the console.

ConsoleError
├── ConsoleSilent       no answer in time, or none that can be understood: refer, and deliver later
└── ConsoleRefused      the console answered that it will not take this message; `problem` says why
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2
import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from examiner_console.contract import (
    ContractError,
    Decision,
    Delivery,
    EventBatch,
    GateReport,
    Inspection,
    Problem,
    SignatureInvalid,
    StandingOrders,
    StationEvent,
    UnknownKey,
    decode,
    encode,
    seal,
)
from examiner_console.outbox import Entry, Outbox, OutboxError

log = structlog.get_logger(__name__)

PATIENCE_SECONDS: Final = 2.0
"""How long a gate waits for a decision before it refers (architecture: the decision path)."""
_BACK_OFF_SECONDS: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
_JSON: Final = {"content-type": "application/json"}


class ConsoleError(Exception):
    code = "console_error"


class ConsoleSilent(ConsoleError):
    code = "console_silent"


class ConsoleRefused(ConsoleError):
    code = "console_refused"

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.sentence)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files: the station's certificate and key, and the authority that signed the console's."""

    certificate: Path
    key: Path
    authority: Path

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.authority))
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(self.certificate, self.key)
        return context


class ConsoleClient:
    """One connection pool to one console. `key` is the name the station's public key is enrolled under."""

    def __init__(
        self,
        url: str,
        *,
        station: str,
        private_key: Ed25519PrivateKey,
        tls: TlsFiles | None = None,
        seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self.station = station
        self._private_key = private_key
        self._seconds = seconds
        self._http = httpx2.AsyncClient(
            base_url=url, timeout=seconds, verify=tls.context() if tls else False, trust_env=False
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def decide(self, inspection: Inspection) -> Decision:
        """Ask live. Raise `ConsoleSilent` after `seconds` in all, `ConsoleRefused` where asking again is no use."""
        return await self._put_inspection(str(inspection.id), encode(inspection), Delivery.LIVE)

    async def send(self, entries: Sequence[Entry]) -> None:
        """Deliver what an outbox holds: one inspection, one bundle of evidence, or a run of events."""
        first = entries[0]
        if first.purpose == "inspection":
            await self._put_inspection(str(first.id), first.payload, first.delivery)
        elif first.purpose == "evidence":
            await self._request("PUT", f"/v1/inspections/{first.id}/evidence", "evidence", first.payload, Delivery.LIVE)
        else:
            batch = EventBatch(tuple(decode(entry.payload, StationEvent) for entry in entries))
            await self._request("POST", "/v1/events", "events", encode(batch), Delivery.LIVE)

    async def orders(self, report: GateReport) -> StandingOrders:
        """Say how the gate is, and hear what it is told to do. Raise `ConsoleSilent` or `ConsoleRefused`."""
        patience = self._seconds + report.wait_seconds
        body = await self._request("POST", "/v1/orders", "orders", encode(report), Delivery.LIVE, patience)
        try:
            return decode(body, StandingOrders)
        except ContractError as error:
            raise ConsoleSilent("the console's answer cannot be understood") from error

    async def _put_inspection(self, name: str, payload: bytes, delivery: Delivery) -> Decision:
        body = await self._request("PUT", f"/v1/inspections/{name}", "inspection", payload, delivery)
        try:
            decision = decode(body, Decision)
        except ContractError as error:
            raise ConsoleSilent("the console's answer cannot be understood") from error
        if str(decision.inspection) != name:
            raise ConsoleSilent("the console answered for another inspection")
        return decision

    async def _request(
        self, method: str, path: str, purpose: str, payload: bytes, delivery: Delivery, seconds: float | None = None
    ) -> bytes:
        patience = self._seconds if seconds is None else seconds
        envelope = seal(payload, purpose=purpose, key=self.station, private_key=self._private_key, delivery=delivery)
        body = msgspec.json.encode(envelope)
        try:
            async with asyncio.timeout(patience):
                response = await self._http.request(method, path, content=body, headers=_JSON, timeout=patience)
        except (httpx2.HTTPError, TimeoutError, ssl.SSLError, OSError) as error:
            raise ConsoleSilent(f"no answer from the console ({type(error).__name__})") from error
        if response.status_code >= 500 or response.status_code == 429:
            raise ConsoleSilent(f"the console cannot answer now ({response.status_code})")
        if response.status_code >= 400:
            raise ConsoleRefused(_problem(response))
        return response.content


def _problem(response: httpx2.Response) -> Problem:
    with contextlib.suppress(ContractError):
        return decode(response.content, Problem)
    return Problem("unexpected_answer", f"The console answered {response.status_code}.")


async def deliver(outbox: Outbox, client: ConsoleClient, stop: asyncio.Event) -> None:
    """Deliver until `stop` is set: in order, each until the console acknowledged it; silence is met with back-off."""
    silences = 0
    while not stop.is_set():
        try:
            progressed = await deliver_once(outbox, client)
            silences = 0
        except (ConsoleError, OutboxError) as error:
            progressed, silences = False, silences + 1
            log.warning("delivery_waits", code=error.code, silences=silences)
        if not progressed:
            pause = _BACK_OFF_SECONDS[min(silences, len(_BACK_OFF_SECONDS) - 1)]
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)


async def deliver_once(outbox: Outbox, client: ConsoleClient) -> bool:
    """Deliver the oldest entry or run of events; False where nothing waits.

    Raise `ConsoleSilent`, and `ConsoleRefused` where the console does not know this station (yet): that is mended by
    enrolling it, and until then everything waits. Any other refusal is for ever, and its entry is set aside.
    """
    entries = await asyncio.to_thread(outbox.waiting)
    if not entries:
        return False
    try:
        await client.send(entries)
    except ConsoleRefused as error:
        if error.problem.code in (UnknownKey.code, SignatureInvalid.code):
            raise
        log.error("delivery_refused", code=error.problem.code, purpose=entries[0].purpose, entries=len(entries))
        await asyncio.to_thread(outbox.refused, entries, error.problem.code)
    else:
        await asyncio.to_thread(outbox.delivered, entries)
    return True
