"""The private key of an inspection system: in a file, or in a PKCS #11 token that it never leaves.

PassportError (document.py)
└── TerminalKeyUnavailable   it cannot sign now, whatever the chip does; `str()` says why
    ├── TokenMissing         no PKCS #11 library, or no token of this label in it
    ├── TokenPinWrong        the token does not take the PIN, or there is none to give
    └── TokenKeyMissing      the token is there, and holds no key of this label
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from passport_reader.document import PassportError
from passport_reader.pki.signature_scheme import Kind, Scheme, plain_signature


class TerminalKeyUnavailable(PassportError):
    code = "terminal_key_unavailable"


class TokenMissing(TerminalKeyUnavailable):
    code = "token_missing"


class TokenPinWrong(TerminalKeyUnavailable):
    code = "token_pin_wrong"


class TokenKeyMissing(TerminalKeyUnavailable):
    code = "token_key_missing"


class TerminalKey(Protocol):
    """Raises `TerminalKeyUnavailable`."""

    def sign(self, scheme: Scheme, data: bytes) -> bytes:
        """The signature as a chip expects it (Doc 9303-11 §7.1.4): ECDSA plain, RSA as long as the modulus."""
        ...


class FileKey:
    """A key that lies open in a file: for tests, and for terminals that read nobody's fingerprints."""

    def __init__(self, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
        self._key = key

    @classmethod
    def load(cls, path: Path) -> FileKey:
        """From PKCS #8 without password, PEM or DER."""
        try:
            data = path.read_bytes()
            pem = data.lstrip().startswith(b"-----")
            read = serialization.load_pem_private_key if pem else serialization.load_der_private_key
            key = read(data, None)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
            raise TerminalKeyUnavailable("no private key can be read from the file") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise TerminalKeyUnavailable("the file holds a key that signs nothing here")
        return cls(key)

    def sign(self, scheme: Scheme, data: bytes) -> bytes:
        try:
            if isinstance(self._key, rsa.RSAPrivateKey) and scheme.kind is not Kind.ECDSA:
                return self._key.sign(data, scheme.rsa_padding, scheme.hash)
            if isinstance(self._key, ec.EllipticCurvePrivateKey) and scheme.kind is Kind.ECDSA:
                r, s = decode_dss_signature(self._key.sign(data, ec.ECDSA(scheme.hash)))
                return plain_signature(r, s, self._key.private_numbers().public_numbers.curve.group_order)
        except (ValueError, UnsupportedAlgorithm):
            pass
        raise TerminalKeyUnavailable(f"the key does not sign by {scheme.kind} with {scheme.hash_name}")
