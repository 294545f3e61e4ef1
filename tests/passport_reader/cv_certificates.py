"""Card-verifiable certificates as an authority writes them (BSI TR-03110-3 appendices C and D)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from passport_reader import lds, tlv
from passport_reader.arithmetic import domain_parameters

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

COUNTRY, DOMESTIC, FOREIGN, SYSTEM = 0xC0, 0x80, 0x40, 0x00
FINGERS, IRIS = 1, 2

INSPECTION_SYSTEM = "0.4.0.127.0.7.3.1.2.1"
ECDSA, RSA = "0.4.0.127.0.7.2.2.2.2", "0.4.0.127.0.7.2.2.2.1"
ECDSA_HASHES = (hashes.SHA1(), hashes.SHA224(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512())
RSA_SCHEMES = (
    (False, hashes.SHA1()), (False, hashes.SHA256()), (True, hashes.SHA1()),
    (True, hashes.SHA256()), (False, hashes.SHA512()), (True, hashes.SHA512()),
)  # fmt: skip
"""(PSS, hash) of id-TA-RSA 1 to 6."""


@dataclass(frozen=True)
class Issuer:
    """Who holds `key` under the name `name`; `variant` is the last arc of the scheme it signs by."""

    name: str
    key: PrivateKey
    variant: int = 3

    @property
    def scheme(self) -> str:
        return f"{ECDSA if isinstance(self.key, ec.EllipticCurvePrivateKey) else RSA}.{self.variant}"

    def sign(self, data: bytes) -> bytes:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            octets = (self.key.curve.key_size + 7) // 8
            pair = decode_dss_signature(self.key.sign(data, ec.ECDSA(ECDSA_HASHES[self.variant - 1])))
            return b"".join(number.to_bytes(octets, "big") for number in pair)
        pss, hash_ = RSA_SCHEMES[self.variant - 1]
        scheme = padding.PSS(padding.MGF1(hash_), hash_.digest_size) if pss else padding.PKCS1v15()
        return self.key.sign(data, scheme, hash_)

    def certify(
        self,
        holder: Issuer,
        authorisation: int,
        *,
        effective: date = date(2026, 10, 1),
        expires: date = date(2026, 12, 31),
        parameters: bool = False,
    ) -> bytes:
        """`parameters` writes the curve into the certificate, as a CVCA's has it."""
        template = tlv.encode(0x06, lds.encode_oid(INSPECTION_SYSTEM)) + tlv.encode(0x53, bytes([authorisation]))
        body = tlv.encode(
            0x7F4E,
            tlv.encode(0x5F29, b"\0")
            + tlv.encode(0x42, self.name.encode())
            + tlv.encode(0x7F49, holder.public_key(parameters))
            + tlv.encode(0x5F20, holder.name.encode())
            + tlv.encode(0x7F4C, template)
            + tlv.encode(0x5F25, digits(effective))
            + tlv.encode(0x5F24, digits(expires)),
        )
        return tlv.encode(0x7F21, body + tlv.encode(0x5F37, self.sign(body)))

    def public_key(self, parameters: bool) -> bytes:
        public = tlv.encode(0x06, lds.encode_oid(self.scheme))
        if isinstance(self.key, rsa.RSAPrivateKey):
            numbers = self.key.public_key().public_numbers()
            return public + tlv.encode(0x81, octets(numbers.n)) + tlv.encode(0x82, octets(numbers.e))
        point = self.key.public_key().public_numbers()
        curve = curve_of(self.key)
        encoded = curve.encode(domain_parameters.Point(point.x, point.y))
        if not parameters:
            return public + tlv.encode(0x86, encoded)
        head = b"".join(tlv.encode(0x81 + at, octets(value)) for at, value in enumerate((curve.p, curve.a, curve.b)))
        generator = tlv.encode(0x84, curve.encode(curve.generator)) + tlv.encode(0x85, octets(curve.n))
        return public + head + generator + tlv.encode(0x86, encoded) + tlv.encode(0x87, b"\1")


def curve_of(key: ec.EllipticCurvePrivateKey) -> domain_parameters.Curve:
    return next(c for c in domain_parameters.CURVES if c.library is not None and c.library.name == key.curve.name)


def digits(day: date) -> bytes:
    return bytes(int(digit) for digit in f"{day:%y%m%d}")


def octets(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
