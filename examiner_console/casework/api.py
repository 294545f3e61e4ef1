"""The station API: inspections, their evidence, and events, each a signed envelope.

An answer of 2xx is given only after the message is durable. The body is read no further than it may be long.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from examiner_console.casework.ingest import Arrived, Conflict
from examiner_console.casework.openapi import PREFIX
from examiner_console.casework.problems import CAUGHT, JSON, Refused, respond
from examiner_console.casework.stations import IMPATIENT_SECONDS, NotThisStation, Station
from examiner_console.console import Console
from examiner_console.contract import (
    MAX_ENVELOPE_BYTES,
    DecisionOutcome,
    EventBatch,
    EvidenceBundle,
    GateReport,
    Inspection,
    MalformedMessage,
    SignedEnvelope,
    StationKind,
    UnknownKey,
    encode,
    open_envelope,
)
from examiner_console.law.answers import NOTHING_ASKED, Answers
from examiner_console.law.disclosure import for_station
from examiner_console.registries.questions import about

MAX_INSPECTION_BYTES: Final = 64 * 1024
"""The payload: sixty-four findings and a document stay under 32 kB."""
MAX_INSPECTION_ENVELOPE_BYTES: Final = MAX_INSPECTION_BYTES * 4 // 3 + 1024
"""The same as base64, with key, purpose and signature around it."""
MAX_REPORT_BYTES: Final = 128 * 1024
DRAINED_BYTES: Final = 32 * 1024 * 1024
"""How much of a body that is too long is read away, so that its sender gets to read the answer."""
LARGEST_SEQUENCE: Final = 2**63 - 1
"""A BIGINT in both databases."""
NUL: Final = b"\\u0000"
"""PostgreSQL stores no NUL in a text, so no name may hold one."""
M = TypeVar("M", bound=msgspec.Struct)


class StationApi:
    """An ASGI application for all that lies under `PREFIX`. Its description is `openapi.PATHS`.

    It stands beside the framework of the officers' pages, not on it: parsing and validation are the contract's, and an
    inspection costs a third less processor time.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._router = Router(
            [
                Route(PREFIX + "inspections/{id}", self._put_inspection, methods=["PUT"]),
                Route(PREFIX + "inspections/{id}/evidence", self._put_evidence, methods=["PUT"]),
                Route(PREFIX + "events", self._post_events, methods=["POST"]),
                Route(PREFIX + "orders", self._post_orders, methods=["POST"]),
            ],
            default=_nothing_here,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._router(scope, receive, send)
        except CAUGHT as error:
            self._console.measures.refused(error.code)
            await respond(error)(scope, receive, send)

    async def _put_inspection(self, request: Request) -> Response:
        id, body = _identifier(request), await read_body(request, MAX_INSPECTION_ENVELOPE_BYTES)
        envelope, inspection, station = await self._open(request, body, Inspection, "inspection")
        _check_inspection(id, envelope, inspection, station)
        arrived = Arrived(inspection, envelope.payload, envelope.delivery, await self._heard(inspection))
        answer = await self._console.store.write_together(self._console.ingest.accept, arrived)
        if isinstance(answer, Conflict):
            raise Refused(409, "envelope_conflict", "Another inspection is stored under this identifier.")
        self._console.measures.inspected(inspection, answer)
        if answer.new and answer.decision.outcome is DecisionOutcome.REFER:
            self._console.referrals.changed()
        return Response(encode(for_station(answer.decision)), 201 if answer.new else 200, media_type=JSON)

    async def _heard(self, inspection: Inspection) -> Answers:
        """What registries say about the holder; before the store's writer is asked, for it waits for nobody."""
        if inspection.document is None:
            return NOTHING_ASKED
        questions = about(inspection.document, direction=inspection.direction, port=inspection.port)
        return await self._console.registries.ask_all(questions)

    async def _put_evidence(self, request: Request) -> Response:
        id, body = _identifier(request), await read_body(request, MAX_ENVELOPE_BYTES)
        envelope, bundle, station = await self._open(request, body, EvidenceBundle, "evidence")
        if bundle.inspection != id:
            raise _mismatch()
        accept = partial(self._console.pictures.accept, station=station.name, bundle=bundle, payload=envelope.payload)
        if await self._console.store.write(accept):
            self._console.referrals.changed()
        return Response(status_code=204)

    async def _post_events(self, request: Request) -> Response:
        body = await read_body(request, MAX_ENVELOPE_BYTES)
        _, batch, station = await self._open(request, body, EventBatch, "events")
        _check_events(batch, station)
        receipt = await self._console.store.write_together(self._console.telemetry.accept, batch)
        self._console.measures.received(receipt)
        return Response(encode(receipt), media_type=JSON)

    async def _post_orders(self, request: Request) -> Response:
        """Long polling: see `GateReport`."""
        body = await read_body(request, MAX_REPORT_BYTES)
        _, report, station = await self._open(request, body, GateReport, "orders")
        _check_report(report, station)
        return Response(encode(await self._console.gates.answer(report)), media_type=JSON)

    async def _open(
        self, request: Request, body: bytes, kind: type[M], purpose: str
    ) -> tuple[SignedEnvelope, M, Station]:
        """Verify the signature, and that the connection's certificate belongs to the station that signed."""
        enrolment = self._console.enrolment
        await enrolment.refresh()
        try:
            envelope, message = open_envelope(body, kind, purpose=purpose, keys=enrolment.keys)
        except UnknownKey:
            await enrolment.refresh(older_than=IMPATIENT_SECONDS)
            envelope, message = open_envelope(body, kind, purpose=purpose, keys=enrolment.keys)
        if NUL in envelope.payload:
            raise MalformedMessage("no text may hold a NUL")
        _check_certificate(request.scope.get("extensions") or {}, envelope.key)
        return envelope, message, enrolment.station(envelope.key)


async def _nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    raise Refused(404, "no_such_address", "There is nothing under this address.")


def _identifier(request: Request) -> UUID:
    try:
        return UUID(request.path_params["id"])
    except ValueError:
        raise Refused(422, "unusable_request", "The address names no inspection: it needs a UUID.") from None


async def read_body(request: Request, limit: int) -> bytes:
    """The body, or 413 once it is longer than `limit`; what follows is read away, up to a limit of its own."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        else:
            chunks.clear()
        if size > DRAINED_BYTES:
            break
    if size > limit:
        raise Refused(413, "too_large", f"A message here may have {limit} bytes at most.")
    return b"".join(chunks)


def _check_certificate(extensions: Mapping[str, object], key: str) -> None:
    peer = extensions.get("sekisho.peer")
    if isinstance(peer, Mapping) and key not in peer.get("names", ()):
        raise Refused(401, "certificate_mismatch", "The connection's certificate belongs to another station.")


def _check_inspection(id: UUID, envelope: SignedEnvelope, inspection: Inspection, station: Station) -> None:
    if len(envelope.payload) > MAX_INSPECTION_BYTES:
        raise Refused(413, "too_large", f"An inspection may have {MAX_INSPECTION_BYTES} bytes at most.")
    if inspection.id != id:
        raise _mismatch()
    if (inspection.station, inspection.kind, inspection.direction) != (station.name, station.kind, station.direction):
        raise NotThisStation("the inspection names another station, kind or direction than the key was enrolled for")
    if None in (inspection.started_at.tzinfo, inspection.completed_at.tzinfo):
        raise MalformedMessage("times need an offset")


def _check_events(batch: EventBatch, station: Station) -> None:
    if any(event.station != station.name for event in batch.events):
        raise NotThisStation("the events name another station than the key was enrolled for")
    if any(event.at.tzinfo is None for event in batch.events):
        raise MalformedMessage("times need an offset")
    if any(event.sequence > LARGEST_SEQUENCE for event in batch.events):
        raise MalformedMessage("a sequence number has 63 bits at most")


def _check_report(report: GateReport, station: Station) -> None:
    if report.station != station.name or station.kind is not StationKind.GATE:
        raise NotThisStation("the report names another station than the key was enrolled for, or none that has doors")
    if report.at.tzinfo is None:
        raise MalformedMessage("times need an offset")


def _mismatch() -> Refused:
    return Refused(422, "inspection_mismatch", "The path and the message name different inspections.")
