"""A fingerprint scanner behind the Secure Biometric Interface (MOSIP SBI 0.9.5, certification level L0).

Errors, all under `BiometricError`:

CaptureFailed
├── CaptureTimeout      no finger in time
└── PoorPrint           a print not worth keeping; `advice` for the traveller
DeviceLost
└── UntrustedDevice     signature, key, transaction or hash are not what they must be
UnusableImage           signed, but not an image of a print

Every capture has a transaction identifier of 122 random bits, which the device signs along with the image: an answer
recorded earlier never fits. Hashes chain one capture to the next (SBI, `previousHash`).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from types import TracebackType
from typing import Any, Final, Self

import httpx2
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from biometrics.capture import CaptureFailed, DeviceLost, FingerImage, FingerPosition, Quality, UnusableImage
from biometrics.finger.sample import PrintSample, assessed

SPEC_VERSION: Final = "0.9.5"
MOST_BYTES: Final = 8 * 1024 * 1024
"""Of an answer: a print of 2500 x 2500 pixels as PNG, in base64, twice (image in JSON in JWS), with margin."""
SLACK: Final = 2.0
"""Seconds beyond the capture's own timeout before a device counts as silent."""
LEAST_QUALITY: Final = 10
"""A print under it has next to no ridges (`biometrics.finger.quality`)."""
EMPTY_HASH: Final = sha256(b"").hexdigest()
"""`previousHash` of a first capture."""
_SUBTYPES: Final = {
    FingerPosition.RIGHT_THUMB: "Right Thumb",
    FingerPosition.RIGHT_INDEX: "Right IndexFinger",
    FingerPosition.RIGHT_MIDDLE: "Right MiddleFinger",
    FingerPosition.RIGHT_RING: "Right RingFinger",
    FingerPosition.RIGHT_LITTLE: "Right LittleFinger",
    FingerPosition.LEFT_THUMB: "Left Thumb",
    FingerPosition.LEFT_INDEX: "Left IndexFinger",
    FingerPosition.LEFT_MIDDLE: "Left MiddleFinger",
    FingerPosition.LEFT_RING: "Left RingFinger",
    FingerPosition.LEFT_LITTLE: "Left LittleFinger",
}
_NO_FINGER: Final = "101"
Json = dict[str, Any]


class CaptureTimeout(CaptureFailed):
    code = "capture_timeout"


class PoorPrint(CaptureFailed):
    code = "poor_print"

    def __init__(self, quality: Quality) -> None:
        super().__init__(f"the print's quality is {quality.value} of 100")
        self.quality = quality
        self.advice = quality.advice


class UntrustedDevice(DeviceLost):
    code = "untrusted_device"


class SbiScanner:
    """A `FingerScanner`. `certificate` (DER) is the device's; without it the first one met is held to from then on.

    Not for several threads at once. `assess` decodes and rates a print, by default here and with our own measure,
    whatever the device says; it raises `UnusableImage`. Raise `UntrustedDevice` for an unusable certificate.
    """

    def __init__(
        self,
        url: str,
        *,
        certificate: bytes | None = None,
        least_quality: int = LEAST_QUALITY,
        assess: Callable[[bytes], PrintSample] = assessed,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = httpx2.Client(base_url=url, trust_env=False)
        self._key = None if certificate is None else device_key(certificate)
        self._least_quality = least_quality
        self._assess = assess
        self._now = now
        self._previous_hash = EMPTY_HASH

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def ready(self) -> bool:
        """Whether the service answers, with a signed description of a device that is ready. Raises `DeviceLost`."""
        answer = self._ask("MOSIPDINFO", "/info", None, seconds=SLACK)
        entry = answer[0] if isinstance(answer, list) and answer else None
        if not isinstance(entry, dict):
            raise DeviceLost("the scanner service describes no device")
        return self._verified(entry.get("deviceInfo")).get("deviceStatus") == "Ready"

    def capture(self, position: FingerPosition, *, seconds: float = 10.0) -> FingerImage:
        """Waits for one finger on the glass. Raises the errors drawn above."""
        transaction = str(uuid.uuid4())
        request = self._capture_request(position, transaction, seconds)
        entry = _first(self._ask("RCAPTURE", "/capture", request, seconds=seconds + SLACK))
        data = self._verified(entry.get("data"))
        if data.get("transactionId") != transaction:
            raise UntrustedDevice("the scanner answered another capture than the one asked for")
        if data.get("bioSubType") != _SUBTYPES[position]:
            raise UntrustedDevice("the scanner answered for another finger than the one asked for")
        value = _octets(data.get("bioValue"), UnusableImage("the scanner sent no image"))
        self._chain(value, entry.get("hash"))
        seen = self._assess(value)
        if seen.quality.value < self._least_quality:
            raise PoorPrint(seen.quality)
        return FingerImage(seen.pixels, seen.dpi, position, seen.quality)

    def _capture_request(self, position: FingerPosition, transaction: str, seconds: float) -> Json:
        """SBI, "Registration capture request"."""
        bio = {
            "type": "Finger",
            "count": "1",
            "bioSubType": [_SUBTYPES[position]],
            "requestedScore": str(self._least_quality),
            "deviceId": "1",
            "deviceSubId": "0",
            "previousHash": self._previous_hash,
        }
        return {
            "env": "Developer",
            "purpose": "Registration",
            "specVersion": SPEC_VERSION,
            "timeout": str(round(seconds * 1000)),
            "captureTime": self._now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "transactionId": transaction,
            "bio": [bio],
        }

    def _ask(self, verb: str, path: str, body: Json | None, *, seconds: float) -> Any:
        """The answer as JSON; every silence, refusal or nonsense is `DeviceLost`."""
        limits = httpx2.Timeout(seconds, connect=SLACK)
        try:
            with self._client.stream(verb, path, json=body, timeout=limits) as response:
                response.raise_for_status()
                octets = bytearray()
                for part in response.iter_bytes():
                    octets += part
                    if len(octets) > MOST_BYTES:
                        raise DeviceLost("the scanner's answer is too long")
            return json.loads(octets)
        except httpx2.TimeoutException:
            raise DeviceLost("the scanner does not answer") from None
        except httpx2.HTTPError:
            raise DeviceLost("the scanner service cannot be reached") from None
        except (ValueError, RecursionError):
            raise DeviceLost("the scanner's answer is not JSON") from None

    def _verified(self, token: object) -> Json:
        """The payload of a compact JWS, RS256 (RFC 7515 §5.2), under the key held to."""
        parts = token.split(".") if isinstance(token, str) else []
        if len(parts) != 3:
            raise UntrustedDevice("the scanner's answer is not signed")
        foreign = UntrustedDevice("the scanner's signature is not readable")
        head, payload, signature = (_octets(part, foreign) for part in parts)
        key = self._key or _stated_key(head)
        if _parsed(head, foreign).get("alg") != "RS256":
            raise foreign
        try:
            key.verify(signature, f"{parts[0]}.{parts[1]}".encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise UntrustedDevice("the scanner's signature does not verify") from None
        self._key = key
        return _parsed(payload, foreign)

    def _chain(self, value: bytes, stated: object) -> None:
        """SBI: `hash` is the SHA-256 of previous hash and image hash, both in hexadecimal."""
        expected = sha256((self._previous_hash + sha256(value).hexdigest()).encode()).hexdigest()
        if not isinstance(stated, str) or not hmac.compare_digest(stated.lower().encode(), expected.encode()):
            raise UntrustedDevice("the scanner's answer does not follow the one before")
        self._previous_hash = expected


def _first(answer: Any) -> Json:
    """The only entry of `biometrics`; its error, where it has one, as ours."""
    entries = answer.get("biometrics") if isinstance(answer, dict) else None
    entry = entries[0] if isinstance(entries, list) and entries else None
    error = entry.get("error") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(error, dict):
        raise DeviceLost("the scanner's answer has no capture")
    code = str(error.get("errorCode"))
    if code == _NO_FINGER:
        raise CaptureTimeout("no finger was laid on the scanner in time")
    if code != "0":
        number = code if code.isascii() and code.isdigit() and len(code) <= 4 else "unknown"
        raise DeviceLost(f"the scanner reports error {number}")
    return entry


def _octets(text: object, otherwise: Exception) -> bytes:
    """Base64url without padding (RFC 7515 §2)."""
    try:
        if not isinstance(text, str):
            raise otherwise
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise otherwise from None


def _parsed(octets: bytes, otherwise: Exception) -> Json:
    try:
        value = json.loads(octets)
    except (ValueError, RecursionError):
        raise otherwise from None
    if not isinstance(value, dict):
        raise otherwise
    return value


def _stated_key(head: bytes) -> rsa.RSAPublicKey:
    """Of the first certificate in x5c (SBI: the device's own)."""
    foreign = UntrustedDevice("the scanner shows no certificate")
    chain = _parsed(head, foreign).get("x5c")
    first = chain[0] if isinstance(chain, list) and chain else chain
    try:
        return device_key(base64.b64decode(first if isinstance(first, str) else ""))
    except (binascii.Error, ValueError):
        raise foreign from None


def device_key(certificate: bytes) -> rsa.RSAPublicKey:
    """Of a scanner's certificate (DER). Raise `UntrustedDevice` where it is none, or its key too weak."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise UntrustedDevice("the scanner's certificate is not readable") from None
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < 2048:
        raise UntrustedDevice("the scanner's key is not RSA of at least 2048 bits")
    return key
