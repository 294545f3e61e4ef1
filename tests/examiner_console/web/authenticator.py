"""A security key in software: ES256, one credential, a counter that may be set back, as a copy's does."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftKey:
    origin: str
    rp: str = "localhost"
    id: bytes = b"a key of sixteen"
    counter: int = 0
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, asked: dict[str, Any], **other: Any) -> str:
        public = ES256.from_cryptography_key(self.private.public_key())
        credential = AttestedCredentialData.create(bytes(16), self.id, public)
        data = self._data(ATTESTED, credential)
        attestation = AttestationObject.create("none", data, {})
        client = self._client("webauthn.create", asked, **other)
        return self._answer({"clientDataJSON": _text(client), "attestationObject": _text(attestation)})

    def get(self, asked: dict[str, Any], **other: Any) -> str:
        self.counter += 1
        client, data = self._client("webauthn.get", asked, **other), self._data(0, b"")
        signature = self.private.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        fields = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._answer({name: _text(value) for name, value in fields.items()})

    def _data(self, flags: int, credential: bytes) -> AuthenticatorData:
        flagged = AuthenticatorData.FLAG(PRESENT | VERIFIED | flags)
        return AuthenticatorData.create(sha256(self.rp.encode()).digest(), flagged, self.counter, credential)

    def _client(self, kind: str, asked: dict[str, Any], **other: Any) -> bytes:
        said = {"challenge": asked["publicKey"]["challenge"], "origin": self.origin, **other}
        return CollectedClientData.create(kind, websafe_decode(said["challenge"]), said["origin"])

    def _answer(self, response: dict[str, str]) -> str:
        whole = {"id": _text(self.id), "rawId": _text(self.id), "type": "public-key", "response": response}
        return json.dumps({**whole, "clientExtensionResults": {}})


def _text(data: bytes) -> str:
    return websafe_encode(bytes(data))
