"""A fingerprint scanner on the Secure Biometric Interface (MOSIP SBI 0.9.5, level L0), over HTTP on loopback.

    MOSIPDISC  /device     which devices are there, unsigned
    MOSIPDINFO /info       the same, signed
    RCAPTURE   /capture    waits for the finger asked for, answers with a signed image

    with ScannerServer() as scanner:
        scanner.place({"right_index": image})
        scanner.fault("unplugged")   # also hung, forged, replaying
        scanner.repair()

Departs from SBI in one thing: `bioValue` is a bare PNG or WSQ file, not one wrapped in an ISO/IEC 19794-4 record.
"""

from __future__ import annotations

import base64
import io
import json
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Literal, Self

import numpy as np
import numpy.typing as npt
import wsq  # noqa: F401 - registers the WSQ codec with Pillow
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from PIL import Image

Gray = npt.NDArray[np.uint8]
Json = dict[str, Any]

FAULTS: Final = ("unplugged", "hung", "forged", "replaying")
SPEC_VERSION: Final = "0.9.5"
SUBTYPES: Final = {
    "Right Thumb": "right_thumb",
    "Right IndexFinger": "right_index",
    "Right MiddleFinger": "right_middle",
    "Right RingFinger": "right_ring",
    "Right LittleFinger": "right_little",
    "Left Thumb": "left_thumb",
    "Left IndexFinger": "left_index",
    "Left MiddleFinger": "left_middle",
    "Left RingFinger": "left_ring",
    "Left LittleFinger": "left_little",
}
"""SBI, "Biometric subtype"."""
ERRORS: Final = {
    "0": "Success",
    "101": "Unable to detect a biometric object",
    "109": "Requested number of biometric (Finger/IRIS) not supported",
    "202": "No device connected",
    "500": "Invalid request",
    "501": "The transaction is known already",
}
"""SBI, "Error codes"; 5xx are the provider's own."""
LONGEST_BODY: Final = 64 * 1024


class ScannerServer:
    """Listens from the start on `port` (0 takes a free one). `certificate` (DER) is the device's, for pinning."""

    def __init__(self, port: int = 0, *, image_format: Literal["png", "wsq"] = "png") -> None:
        self._glass = _Glass()
        self._device = _Device(image_format)
        self._server = _Server(port, self._glass, self._device)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="scanner", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def certificate(self) -> bytes:
        return self._device.certificate

    def place(self, fingers: Mapping[str, Gray]) -> None:
        """Lay fingers on the glass, by position (`right_index`); a capture takes the one it asks for."""
        self._glass.place(dict(fingers))

    def lift(self) -> None:
        self._glass.place({})

    def fault(self, name: str) -> None:
        """unplugged: the service answers that no device is connected. hung: nothing is answered until repaired.
        forged: signatures are another key's. replaying: the last capture is answered again."""
        if name not in FAULTS:
            raise ValueError(f"a scanner knows the faults {', '.join(FAULTS)}")
        self._glass.break_down(name)

    def repair(self) -> None:
        self._glass.break_down(None)

    def close(self) -> None:
        self._glass.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Glass:
    """What lies on the scanner and what ails it; whoever captures waits here."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._fingers: dict[str, Gray] = {}
        self._fault: str | None = None
        self._closed = False

    @property
    def fault(self) -> str | None:
        return self._fault

    def place(self, fingers: dict[str, Gray]) -> None:
        with self._changed:
            self._fingers = fingers
            self._changed.notify_all()

    def break_down(self, name: str | None) -> None:
        with self._changed:
            self._fault = name
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def wait_while_hung(self) -> bool:
        """False where it was hung: then nothing is answered any more."""
        with self._changed:
            hung = self._fault == "hung"
            self._changed.wait_for(lambda: self._fault != "hung" or self._closed)
            return not hung

    def wait_for(self, wanted: list[str], seconds: float) -> tuple[str, Gray] | None:
        """The first finger of `wanted` on the glass; None when there was none in time, or the device broke down."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or self._fault in ("unplugged", "hung") or self._found(wanted) is not None, seconds
            )
            return None if self._fault in ("unplugged", "hung") else self._found(wanted)

    def _found(self, wanted: list[str]) -> tuple[str, Gray] | None:
        return next(((name, self._fingers[name]) for name in wanted if name in self._fingers), None)


class _Device:
    """Its keys and identity, and the blocks it signs."""

    def __init__(self, image_format: Literal["png", "wsq"]) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.certificate = _self_signed(self._key)
        self._image_format = image_format
        self._known: set[str] = set()
        self._last: Json | None = None

    def description(self, base_url: str, *, connected: bool) -> Json:
        return {
            "deviceId": "1",
            "deviceStatus": "Ready" if connected else "Not Ready",
            "certification": "L0",
            "serviceVersion": SPEC_VERSION,
            "deviceSubId": ["0"],
            "callbackId": base_url,
            "deviceCode": "SIM-1",
            "env": "Developer",
            "purpose": "Registration",
            "firmware": "1",
            "specVersion": [SPEC_VERSION],
        }

    def digital_id(self) -> Json:
        return {
            "serialNo": "000000000001",
            "make": "Sekisho",
            "model": "Simulated single finger",
            "type": "Finger",
            "deviceSubType": "Single",
            "deviceProvider": "Sekisho simulators",
            "deviceProviderId": "SIM",
            "dateTime": _now(),
        }

    def first_use(self, transaction: str) -> bool:
        fresh = transaction not in self._known
        self._known.add(transaction)
        return fresh

    def captured(self, request: Json, subtype: str, image: Gray, fault: str | None) -> Json:
        """One entry of `biometrics`: SBI, "Registration capture response"."""
        if fault == "replaying" and self._last is not None:
            return self._last
        value = encoded(image, self._image_format)
        bio = request["bio"][0]
        data = {
            "digitalId": self.signed(self.digital_id()),
            "deviceCode": "SIM-1",
            "deviceServiceVersion": SPEC_VERSION,
            "bioType": "Finger",
            "bioSubType": subtype,
            "purpose": "Registration",
            "env": request.get("env", "Developer"),
            "bioValue": _base64url(value),
            "transactionId": request["transactionId"],
            "timestamp": _now(),
            "requestedScore": bio.get("requestedScore", "0"),
            "qualityScore": str(contrast_score(image)),
        }
        chained = bio["previousHash"] + sha256(value).hexdigest()
        entry = {
            "specVersion": SPEC_VERSION,
            "data": self.signed(data, forged=fault == "forged"),
            "hash": sha256(chained.encode()).hexdigest(),
            "error": error("0"),
        }
        if fault is None:
            self._last = entry
        return entry

    def signed(self, payload: Json, *, forged: bool = False) -> str:
        """Compact JWS, RS256 (RFC 7515), with the certificate in x5c."""
        head = {"alg": "RS256", "typ": "JWT", "x5c": [base64.b64encode(self.certificate).decode()]}
        text = ".".join(_base64url(json.dumps(part).encode()) for part in (head, payload))
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048) if forged else self._key
        return f"{text}.{_base64url(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, glass: _Glass, device: _Device) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.glass, self.device = glass, device

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no event."""


class _Handler(BaseHTTPRequestHandler):
    """SBI's verbs are HTTP methods of their own."""

    server: _Server
    protocol_version = "HTTP/1.1"

    def do_MOSIPDISC(self) -> None:
        described = self._described()
        described["digitalId"] = _base64url(json.dumps(self.server.device.digital_id()).encode())
        self._answer([described | {"error": error("0")}] if self._connected else [{"error": error("202")}])

    def do_MOSIPDINFO(self) -> None:
        described = self._described() | {"digitalId": self.server.device.signed(self.server.device.digital_id())}
        self._answer([{"deviceInfo": self.server.device.signed(described), "error": error("0")}])

    def do_RCAPTURE(self) -> None:
        self._answer({"biometrics": [self._captured()]})

    def _captured(self) -> Json:
        try:
            request = json.loads(self.rfile.read(min(int(self.headers["Content-Length"]), LONGEST_BODY)))
            bio = request["bio"][0]
            wanted = [SUBTYPES[name] for name in bio["bioSubType"]]
            seconds, transaction = int(request["timeout"]) / 1000, str(request["transactionId"])
            str(bio["previousHash"])
        except (ValueError, KeyError, IndexError, TypeError):
            return {"error": error("500")}
        if str(bio.get("count")) != "1" or len(wanted) != 1:
            return {"error": error("109")}
        if not self.server.device.first_use(transaction):
            return {"error": error("501")}
        found = self.server.glass.wait_for(wanted, seconds)
        if not self._connected:
            return {"error": error("202")}
        if found is None:
            return {"error": error("101")}
        return self.server.device.captured(request, bio["bioSubType"][0], found[1], self.server.glass.fault)

    @property
    def _connected(self) -> bool:
        return self.server.glass.fault != "unplugged"

    def _described(self) -> Json:
        base_url = f"http://127.0.0.1:{self.server.server_address[1]}"
        return self.server.device.description(base_url, connected=self._connected)

    def _answer(self, body: object) -> None:
        if not self.server.glass.wait_while_hung():
            self.close_connection = True
            return
        octets = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged: requests carry transactions."""


def encoded(image: Gray, image_format: Literal["png", "wsq"]) -> bytes:
    """A PNG that states 500 dpi, or WSQ at about 15:1."""
    buffer = io.BytesIO()
    picture = Image.fromarray(image)
    if image_format == "png":
        picture.save(buffer, "PNG", dpi=(500, 500))
    else:
        picture.save(buffer, "WSQ")
    return buffer.getvalue()


def contrast_score(image: Gray) -> int:
    """0 to 100: the device's own idea of quality, by its grey levels' spread."""
    low, high = np.percentile(image, (5, 95))
    return int(np.clip((float(high) - float(low)) / 1.5, 0, 100))


def error(code: str) -> Json:
    return {"errorCode": code, "errorInfo": ERRORS[code]}


def _self_signed(key: rsa.RSAPrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Simulated fingerprint scanner")])
    at = datetime.now(UTC)
    first, last = at - timedelta(days=1), at + timedelta(days=365)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), first, last)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
