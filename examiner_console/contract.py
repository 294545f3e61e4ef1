"""The language between stations (gates, bio-carts) and the console.

Everything here is both the fact and its wire form: frozen msgspec structs, JSON on the wire, `bytes` as base64,
times as RFC 3339 with offset. A station reports what it saw (`Inspection`), never a conclusion about landing;
the console answers with a `Decision`. Unknown fields are refused: a station newer than its console must be noticed.

    ContractError
    ├── MalformedMessage     not JSON of the expected shape
    ├── SignatureInvalid     the envelope's signature does not verify under the key it names
    └── UnknownKey           nobody enrolled that key
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final, TypeVar
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MAX_ENVELOPE_BYTES: Final = 4 * 1024 * 1024
"""Largest accepted request body. Evidence of one traveller (three pictures, two prints) stays under 1 MiB."""

_Fact = msgspec.Struct
Text = Annotated[str, msgspec.Meta(max_length=512)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class ContractError(Exception):
    """A message that cannot be taken; `code` is stable and may be shown to a technician."""

    code = "contract_error"


class MalformedMessage(ContractError):
    code = "malformed_message"


class SignatureInvalid(ContractError):
    code = "signature_invalid"


class UnknownKey(ContractError):
    code = "unknown_key"


class Direction(StrEnum):
    ARRIVAL = "arrival"
    DEPARTURE = "departure"


class StationKind(StrEnum):
    GATE = "gate"
    BIO_CART = "bio_cart"


class CheckOutcome(StrEnum):
    """What a check found, in the words of BSI TR-03135."""

    SUCCESSFUL = "successful"
    FAILED = "failed"
    UNDETERMINED = "undetermined"
    NOT_SUPPORTED = "not_supported"


class Finding(_Fact, frozen=True, forbid_unknown_fields=True):
    """One check and what it found.

    `check` is one of the names of `docs` (mrz, access_control, sod_hash, sod_signature, certificate_chain,
    certificate_validity, revocation, active_authentication, chip_authentication, terminal_authentication,
    face_image, mrz_matches_chip, passage_alone, face_capture, face_liveness, face_morphing, page_portrait,
    finger_capture …);
    `code` says why, stably.
    """

    check: Name
    outcome: CheckOutcome
    code: Text = ""
    detail: Text = ""


class Document(_Fact, frozen=True, forbid_unknown_fields=True):
    """Identity as the chip's DG1 states it, or as the page does where no chip was read (`source`)."""

    source: Annotated[str, msgspec.Meta(pattern="^(chip|page)$")]
    document_code: Text
    issuing_state: Text
    document_number: Text
    nationality: Text
    surname: Text
    given_names: Text
    birth_date: date | None
    """None where the MRZ leaves day or month unknown (Doc 9303-3 §4.8)."""
    sex: Text
    expiry_date: date
    mrz: Annotated[str, msgspec.Meta(max_length=90)]
    """The lines, concatenated: 72, 88 or 90 characters."""


class Comparison(_Fact, frozen=True, forbid_unknown_fields=True):
    """A biometric comparison (ISO/IEC 2382-37); higher scores are more alike, the threshold stands for `fmr`."""

    modality: Name
    probe: Name
    reference: Name
    score: float
    threshold: float
    fmr: float
    backend: Name
    outcome: CheckOutcome


class FingerCapture(_Fact, frozen=True, forbid_unknown_fields=True):
    """One finger asked for: captured, or why not. `position` is a name such as right_index."""

    position: Name
    outcome: Annotated[str, msgspec.Meta(pattern="^(captured|missing|injured|refused|failed)$")]
    quality: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None


class Declaration(_Fact, frozen=True, forbid_unknown_fields=True):
    """What a foreign traveller states on arrival (Immigration Act Art. 6(2), 7(1)(ii))."""

    purpose: Name
    stay_days: Annotated[int, msgspec.Meta(ge=1, le=3650)]
    address: Text = ""


class Inspection(_Fact, frozen=True, forbid_unknown_fields=True):
    """All that one station learned of one traveller. `id` is a UUIDv7 the station makes."""

    id: UUID
    station: Name
    kind: StationKind
    direction: Direction
    port: Name
    started_at: datetime
    completed_at: datetime
    document: Document | None
    findings: Annotated[tuple[Finding, ...], msgspec.Meta(max_length=64)]
    comparisons: Annotated[tuple[Comparison, ...], msgspec.Meta(max_length=16)] = ()
    fingers: Annotated[tuple[FingerCapture, ...], msgspec.Meta(max_length=10)] = ()
    declaration: Declaration | None = None
    language: Annotated[str, msgspec.Meta(max_length=16)] = ""


class EvidenceKind(StrEnum):
    LIVE_FACE = "live_face"
    CHIP_FACE = "chip_face"
    PAGE_IMAGE = "page_image"
    FINGER_IMAGE = "finger_image"
    FINGER_TEMPLATE = "finger_template"


class Evidence(_Fact, frozen=True, forbid_unknown_fields=True):
    """One picture or template. `label` tells several of a kind apart (a finger position)."""

    kind: EvidenceKind
    media_type: Annotated[str, msgspec.Meta(pattern="^(image/jpeg|image/png|image/jp2|application/vnd.iso19794-2)$")]
    data: Annotated[bytes, msgspec.Meta(max_length=1024 * 1024)]
    label: Text = ""


class EvidenceBundle(_Fact, frozen=True, forbid_unknown_fields=True):
    """Pictures for the officer. They leave the station only after the console referred the traveller."""

    inspection: UUID
    items: Annotated[tuple[Evidence, ...], msgspec.Meta(max_length=24)]


class DecisionOutcome(StrEnum):
    """What a machine may do. It never refuses: only officers do."""

    GRANT = "grant"
    RECORD = "record"
    CONFIRM = "confirm"
    REFER = "refer"


class Reason(_Fact, frozen=True, forbid_unknown_fields=True):
    """Why: a stable code, the article it rests on, the rule that fired, and the facts it used, for officers.

    Since rule version 2026-11-27 also the identifiers of the legal rules (L01 …), and whether all of these are certain;
    earlier decisions leave both out, and their bytes are as they were.
    """

    code: Name
    article: Text
    rule: Text
    detail: Text = ""
    law: tuple[Name, ...] | msgspec.UnsetType = msgspec.UNSET
    certain: bool | msgspec.UnsetType = msgspec.UNSET


class Suggestion(_Fact, frozen=True, forbid_unknown_fields=True):
    """Status and period an officer is offered: codes of `statuses_of_residence.json`, an ISO 8601 duration."""

    status: Name
    period: Name
    article: Text


class Decision(_Fact, frozen=True, forbid_unknown_fields=True):
    inspection: UUID
    outcome: DecisionOutcome
    reasons: tuple[Reason, ...]
    rule_version: Name
    decided_at: datetime
    booth: str | None = None
    """Where a referred traveller walks to."""
    suggestion: Suggestion | None = None

    @property
    def opens_exit(self) -> bool:
        """Whether a gate may let the traveller through."""
        return self.outcome in (DecisionOutcome.GRANT, DecisionOutcome.RECORD, DecisionOutcome.CONFIRM)


EventData = dict[str, str | int | float | bool | None]


class StationEvent(_Fact, frozen=True, forbid_unknown_fields=True):
    """Telemetry without personal data. `sequence` counts up by one per station from 1, over restarts."""

    id: UUID
    station: Name
    sequence: Annotated[int, msgspec.Meta(ge=1)]
    kind: Name
    at: datetime
    inspection: UUID | None = None
    data: EventData = msgspec.field(default_factory=dict)


class EventBatch(_Fact, frozen=True, forbid_unknown_fields=True):
    events: Annotated[tuple[StationEvent, ...], msgspec.Meta(min_length=1, max_length=500)]


class EventReceipt(_Fact, frozen=True, forbid_unknown_fields=True):
    """`stored` were new, `known` had been stored before (a retry)."""

    stored: int
    known: int


class GateCommand(StrEnum):
    """What a monitoring officer may tell a gate to do once. No command opens the exit but in an emergency."""

    REFER = "refer"
    """Whoever is inside goes back through the entry, to a booth."""
    RETRY = "retry"
    """The reading that is under way begins again from nothing."""
    EVACUATE = "evacuate"
    """Both doors open: an emergency."""
    RESET = "reset"
    """The emergency is over."""


class GateOrder(_Fact, frozen=True, forbid_unknown_fields=True):
    """To be obeyed once, within `seconds` of hearing it."""

    id: UUID
    command: GateCommand
    seconds: Annotated[float, msgspec.Meta(ge=0.0, le=60.0)]


class ObeyedOrder(_Fact, frozen=True, forbid_unknown_fields=True):
    """What became of an order; `why` is a stable code where the gate refused it, and empty where it was done."""

    id: UUID
    why: Annotated[str, msgspec.Meta(max_length=64)] = ""


class GateReport(_Fact, frozen=True, forbid_unknown_fields=True):
    """What a gate does at this moment, for who watches it. No personal data but `live` and `chip`: small JPEGs of
    whoever is inside, sent while `StandingOrders.wants_pictures`, and kept by nobody.

    The console answers at once, or where the gate has `heard` all there is and `wait_seconds` is not 0, once there is
    something else or that time is over.
    """

    station: Name
    at: datetime
    state: Name
    seconds: Annotated[float, msgspec.Meta(ge=0.0, le=1e8)]
    """Since the state began."""
    prompt: Name
    in_service: bool
    booth: Annotated[str, msgspec.Meta(max_length=16)] = ""
    lost: Annotated[tuple[Name, ...], msgspec.Meta(max_length=16)] = ()
    """Devices that do not answer."""
    obeyed: Annotated[tuple[ObeyedOrder, ...], msgspec.Meta(max_length=16)] = ()
    live: Annotated[bytes, msgspec.Meta(max_length=24 * 1024)] = b""
    chip: Annotated[bytes, msgspec.Meta(max_length=24 * 1024)] = b""
    heard: Text = ""
    wait_seconds: Annotated[float, msgspec.Meta(ge=0.0, le=20.0)] = 0.0


class StandingOrders(_Fact, frozen=True, forbid_unknown_fields=True):
    """`version` names this answer. `in_service`: whether the gate may take travellers at all. `watched_seconds`: how
    long from now on an officer's word that they watch this gate holds; 0 where nobody does. `refers_all`: everybody is
    read as always, and then sent to a booth. `wants_pictures`: the officer who watches looks at this gate now."""

    version: str
    in_service: bool
    watched_seconds: Annotated[float, msgspec.Meta(ge=0.0, le=600.0)]
    orders: Annotated[tuple[GateOrder, ...], msgspec.Meta(max_length=16)] = ()
    refers_all: bool = False
    wants_pictures: bool = False


class Problem(_Fact, frozen=True, forbid_unknown_fields=True):
    """Every error body of the station API: a stable code and one sentence for the person reading it."""

    code: Name
    sentence: str


class Delivery(StrEnum):
    LIVE = "live"
    """The station waits, and acts on the answer."""
    DEFERRED = "deferred"
    """The station gave up waiting and referred the traveller; the console may no longer grant."""


class SignedEnvelope(_Fact, frozen=True, forbid_unknown_fields=True):
    """Payload bytes as the station wrote them, and its Ed25519 signature (RFC 8032) over `signed_bytes`."""

    key: Name
    purpose: Annotated[str, msgspec.Meta(pattern="^(inspection|evidence|events|orders)$")]
    delivery: Delivery
    payload: bytes
    signature: bytes


M = TypeVar("M", bound=msgspec.Struct)


def encode(message: msgspec.Struct) -> bytes:
    return msgspec.json.encode(message)


def decode(data: bytes, kind: type[M]) -> M:
    """Raise `MalformedMessage`, naming the field at fault and never quoting its value."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedMessage(_without_values(error)) from None


def _without_values(error: Exception) -> str:
    return str(error) if isinstance(error, msgspec.ValidationError) else "not valid JSON"


def signed_bytes(key: str, purpose: str, delivery: Delivery, payload: bytes) -> bytes:
    head = "\0".join(("sekisho envelope 1", key, purpose, delivery.value)).encode()
    return head + b"\0" + payload


def seal(
    payload: bytes,
    *,
    purpose: str,
    key: str,
    private_key: Ed25519PrivateKey,
    delivery: Delivery = Delivery.LIVE,
) -> SignedEnvelope:
    """Sign the bytes of an encoded message; a retry of the same bytes is the same message."""
    signature = private_key.sign(signed_bytes(key, purpose, delivery, payload))
    return SignedEnvelope(key=key, purpose=purpose, delivery=delivery, payload=payload, signature=signature)


def open_envelope(
    data: bytes, kind: type[M], *, purpose: str, keys: Mapping[str, Ed25519PublicKey]
) -> tuple[SignedEnvelope, M]:
    """Verify first, then parse. Raise `MalformedMessage`, `UnknownKey` or `SignatureInvalid`."""
    envelope = decode(data, SignedEnvelope)
    if envelope.purpose != purpose:
        raise MalformedMessage(f"envelope is for {envelope.purpose}, expected {purpose}")
    public_key = keys.get(envelope.key)
    if public_key is None:
        raise UnknownKey("no station is enrolled under this key")
    try:
        public_key.verify(
            envelope.signature, signed_bytes(envelope.key, envelope.purpose, envelope.delivery, envelope.payload)
        )
    except InvalidSignature:
        raise SignatureInvalid("the signature does not verify") from None
    return envelope, decode(envelope.payload, kind)
