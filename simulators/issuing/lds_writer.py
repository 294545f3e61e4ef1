"""Files of a travel document's chip, LDS 1.7 (Doc 9303-10 §4), as an issuing office writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from asn1crypto import core

from simulators.issuing.cms_writer import Signer, signed_message
from simulators.issuing.states import Pace

EF_CARD_ACCESS = 0x011C
EF_ATR_INFO = 0x2F01
EF_COM = 0x011E
EF_SOD = 0x011D
DG1 = 0x0101
DG2 = 0x0102
DG14 = 0x010E
TAGS = {DG1: 0x61, DG2: 0x75, DG14: 0x6E}
EXTENDED_RESPONSE = 4096
"""The most bytes this make of chip puts into one response, as its EF.ATR/INFO says."""
_LDS_SECURITY_OBJECT = "2.23.136.1.1.1"
_SHA256 = "2.16.840.1.101.3.4.2.1"
_PACE_ECDH_GM = "0.4.0.127.0.7.2.2.4.2"
_PACE = {Pace.TDES_BRAINPOOL: (1, 13), Pace.AES128_BRAINPOOL: (2, 13), Pace.AES256_P256: (4, 12)}
"""Last arc of the protocol's OID, and the standardised domain parameters (Doc 9303-11 §9.2.1 and table 6)."""


def tlv(tag: int, value: bytes) -> bytes:
    """BER-TLV with the shortest definite length (ISO/IEC 7816-4 §5.2.2)."""
    size = len(value)
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    length = bytes([size]) if size < 128 else bytes([0x80 | len(octets)]) + octets
    return tag.to_bytes((tag.bit_length() + 7) // 8, "big") + length + value


def machine_readable_zone(lines: tuple[str, ...]) -> bytes:
    """DG1 (Doc 9303-10 §4.7.1)."""
    return tlv(0x61, tlv(0x5F1F, "".join(lines).encode("ascii")))


def face(jpeg: bytes) -> bytes:
    """DG2 with one portrait (Doc 9303-10 §4.7.2): CBEFF header, then ISO/IEC 19794-5:2005 §5."""
    width, height = jpeg_size(jpeg)
    image = b"\x01\x00" + width.to_bytes(2, "big") + height.to_bytes(2, "big") + bytes([1, 2, 0, 0, 0, 0]) + jpeg
    # Length, no feature points, nothing said of gender, eyes, hair, properties, expression and pose (§5.5).
    information = (20 + len(image)).to_bytes(4, "big") + bytes(16)
    record = b"FAC\x00010\x00" + (14 + len(information) + len(image)).to_bytes(4, "big") + b"\x00\x01"
    header = tlv(0x80, b"\x01\x01") + tlv(0x81, b"\x02") + tlv(0x82, b"\x00")
    header += tlv(0x87, b"\x01\x01") + tlv(0x88, b"\x00\x08")
    template = tlv(0x7F60, tlv(0xA1, header) + tlv(0x5F2E, record + information + image))
    return tlv(0x75, tlv(0x7F61, tlv(0x02, b"\x01") + template))


def jpeg_size(jpeg: bytes) -> tuple[int, int]:
    """Width and height from the start-of-frame segment (ITU-T T.81 §B.2.2). Raises ValueError for anything else."""
    if jpeg[:2] != b"\xff\xd8":
        raise ValueError("the portrait must be a JPEG file")
    place = 2
    while place + 9 <= len(jpeg) and jpeg[place] == 0xFF:
        if 0xC0 <= jpeg[place + 1] <= 0xC2:
            return int.from_bytes(jpeg[place + 7 : place + 9], "big"), int.from_bytes(
                jpeg[place + 5 : place + 7], "big"
            )
        place += 2 + int.from_bytes(jpeg[place + 2 : place + 4], "big")
    raise ValueError("the portrait's JPEG file has no frame")


def with_remark(jpeg: bytes, remark: bytes) -> bytes:
    """The same picture in other bytes: a comment segment after the start (ITU-T T.81 §B.2.4.5)."""
    return jpeg[:2] + b"\xff\xfe" + (len(remark) + 2).to_bytes(2, "big") + remark + jpeg[2:]


def security_infos(pace: Pace) -> bytes:
    """SecurityInfos with one PACEInfo (Doc 9303-11 §9.2.1)."""
    cipher, parameters = _PACE[pace]
    oid = core.ObjectIdentifier(f"{_PACE_ECDH_GM}.{cipher}").dump()
    return tlv(0x31, tlv(0x30, oid + core.Integer(2).dump() + core.Integer(parameters).dump()))


def capabilities() -> bytes:
    """EF.ATR/INFO: card capabilities, and how long commands and responses may be (Doc 9303-10 §3.11.2)."""
    size = tlv(0x02, EXTENDED_RESPONSE.to_bytes(2, "big"))
    return tlv(0x47, b"\x00\x00\xe0") + tlv(0x7F66, size + size)


def presence(groups: Mapping[int, bytes]) -> bytes:
    """EF.COM: LDS 1.7, Unicode 4.0, and the tags of the data groups (Doc 9303-10 §4.6.1)."""
    tags = bytes(TAGS[identifier] for identifier in sorted(groups))
    return tlv(0x60, tlv(0x5F01, b"0107") + tlv(0x5F36, b"040000") + tlv(0x5C, tags))


def security_object(groups: Mapping[int, bytes], signer: Signer, *, version: int, at: datetime) -> bytes:
    """EF.SOD over the data groups (Doc 9303-10 §4.6.2), signed by the document signer, whose certificate it holds."""
    hashed = b"".join(
        tlv(0x30, core.Integer(identifier & 0xFF).dump() + tlv(0x04, hashlib.sha256(content).digest()))
        for identifier, content in sorted(groups.items())
    )
    algorithm = tlv(0x30, core.ObjectIdentifier(_SHA256).dump() + core.Null().dump())
    listed = core.Integer(version).dump() + algorithm + tlv(0x30, hashed)
    if version:
        listed += tlv(0x30, tlv(0x13, b"0107") + tlv(0x13, b"040000"))
    content = tlv(0x30, listed)
    return tlv(0x77, signed_message(_LDS_SECURITY_OBJECT, content, signer, at=at, certificates=(signer.der,)))
