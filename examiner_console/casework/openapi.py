"""The station API in OpenAPI's words, made from the contract's types: the API itself takes raw bytes."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from examiner_console.contract import (
    Decision,
    EventBatch,
    EventReceipt,
    EvidenceBundle,
    GateReport,
    Inspection,
    Problem,
    StandingOrders,
)
from examiner_console.contract import SignedEnvelope as Envelope

PREFIX: Final = "/v1/"
SCHEMAS: Final = "#/components/schemas/"
_ASKED: Final = (Envelope, Inspection, EvidenceBundle, EventBatch, GateReport)
_MESSAGES: Final = (*_ASKED, Decision, EventReceipt, StandingOrders, Problem)
_, COMPONENTS = msgspec.json.schema_components(_MESSAGES, ref_template=SCHEMAS + "{name}")

BASE64: Final = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?$"
BASE64_SIGNATURE: Final = "^[A-Za-z0-9+/]{85}[AQgw]==$"
"""64 bytes."""
_PROBLEMS: Final = {
    400: "Not a message of the expected shape",
    401: "Unknown key, wrong signature, or another station's certificate",
    404: "No such inspection of this station",
    409: "Another message is stored under this identifier, or the traveller was not referred",
    413: "Longer than a message may be",
    422: "The message speaks for another inspection or station",
    503: "Nothing can be stored at the moment",
}


def _content(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": SCHEMAS + name}}}


def _envelope(purpose: str) -> dict[str, Any]:
    """The contract's SignedEnvelope, with what its type cannot say: which purpose, and what base64 looks like."""
    general: dict[str, Any] = COMPONENTS["SignedEnvelope"]
    special = {
        "purpose": {"const": purpose},
        "payload": {"type": "string", "contentEncoding": "base64", "pattern": BASE64},
        "signature": {"type": "string", "contentEncoding": "base64", "pattern": BASE64_SIGNATURE},
    }
    return {**general, "title": f"SignedEnvelope ({purpose})", "properties": {**general["properties"], **special}}


def _operation(
    name: str, summary: str, purpose: str, payload: str, answers: dict[int, tuple[str, str | None]], *problems: int
) -> dict[str, Any]:
    responses: dict[str, dict[str, Any]] = {
        str(status): {"description": text, **({"content": _content(schema)} if schema else {})}
        for status, (text, schema) in answers.items()
    }
    for status in problems:
        responses[str(status)] = {"description": _PROBLEMS[status], "content": _content("Problem")}
    body = {
        "required": True,
        "description": f"The envelope's payload is `{payload}` as JSON, signed with the station's key.",
        "content": {"application/json": {"schema": _envelope(purpose)}},
    }
    described = {"operationId": name, "summary": summary, "tags": ["stations"]}
    return {**described, "requestBody": body, "responses": responses}


_ID: Final = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
PATHS: Final[dict[str, dict[str, Any]]] = {
    PREFIX + "inspections/{id}": {
        "parameters": [_ID],
        "put": _operation(
            "put_inspection",
            "Report an inspection and get its decision",
            "inspection",
            "Inspection",
            {200: ("Decided before: the same answer again", "Decision"), 201: ("Decided now", "Decision")},
            *(400, 401, 409, 413, 422, 503),
        ),
    },
    PREFIX + "inspections/{id}/evidence": {
        "parameters": [_ID],
        "put": _operation(
            "put_evidence",
            "Hand in the pictures of a referred traveller",
            "evidence",
            "EvidenceBundle",
            {204: ("Sealed and stored", None)},
            *(400, 401, 404, 409, 413, 422, 503),
        ),
    },
    PREFIX + "events": {
        "post": _operation(
            "post_events",
            "Report what happened at a station",
            "events",
            "EventBatch",
            {200: ("How many were new", "EventReceipt")},
            *(400, 401, 413, 422, 503),
        ),
    },
    PREFIX + "orders": {
        "post": _operation(
            "post_orders",
            "Say how a gate is, and wait for what it is told to do",
            "orders",
            "GateReport",
            {200: ("What stands, and what to do", "StandingOrders")},
            *(400, 401, 413, 422, 503),
        ),
    },
}
