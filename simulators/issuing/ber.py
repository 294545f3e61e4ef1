"""BER-TLV and the few DER types that files and keys are made of (ISO/IEC 7816-4 §5.2.2, ITU-T X.690)."""

from __future__ import annotations

from asn1crypto import core


def tlv(tag: int, value: bytes) -> bytes:
    """With the shortest definite length."""
    size = len(value)
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    length = bytes([size]) if size < 128 else bytes([0x80 | len(octets)]) + octets
    return tag.to_bytes((tag.bit_length() + 7) // 8, "big") + length + value


def oid(dotted: str) -> bytes:
    return bytes(core.ObjectIdentifier(dotted).dump())


def integer(value: int) -> bytes:
    return bytes(core.Integer(value).dump())


def sequence(*parts: bytes) -> bytes:
    return tlv(0x30, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    """In ascending order, as DER has it."""
    return tlv(0x31, b"".join(sorted(parts)))
