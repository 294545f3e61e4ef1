"""Files of a travel document's chip beside the data groups, LDS 1.7 and 1.8 (Doc 9303-10 §3.11, §4.6)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from simulators.chip import files
from simulators.issuing.ber import integer, oid, sequence, tlv
from simulators.issuing.cms_writer import signed_message
from simulators.issuing.signing import Signer

EF_CARD_ACCESS, EF_CARD_SECURITY = files.CARD_ACCESS, files.CARD_SECURITY
EF_ATR_INFO, EF_DIR = files.ATR_INFO, files.DIRECTORY
EF_COM = 0x011E
EF_SOD = 0x011D
_TAGS = dict(zip(range(1, 17), bytes.fromhex("6175637665666768696A6B6C6D6E6F70"), strict=True))
"""Of the data groups' templates, DG1 to DG16 (Doc 9303-10 table 39)."""
EXTENDED_RESPONSE = 4096
"""The most bytes this make of chip puts into one response, as its EF.ATR/INFO says."""
_LDS_SECURITY_OBJECT = "2.23.136.1.1.1"
_SECURITY_OBJECT = "0.4.0.127.0.7.3.2.1"  # id-SecurityObject, of EF.CardSecurity (Doc 9303-11 §9.2.11)
_HASHES = {
    "sha1": "1.3.14.3.2.26",
    "sha224": "2.16.840.1.101.3.4.2.4",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}


def data_group(number: int) -> int:
    """Its file identifier."""
    return 0x0100 | number


def machine_readable_zone(lines: tuple[str, ...]) -> bytes:
    """DG1 (Doc 9303-10 §4.7.1)."""
    return tlv(0x61, tlv(0x5F1F, "".join(lines).encode("ascii")))


def capabilities() -> bytes:
    """EF.ATR/INFO: card capabilities, and how long commands and responses may be (Doc 9303-10 §3.11.2)."""
    size = tlv(0x02, EXTENDED_RESPONSE.to_bytes(2, "big"))
    return tlv(0x47, b"\x00\x00\xe0") + tlv(0x7F66, size + size)


def directory() -> bytes:
    """EF.DIR: the applications on the chip (Doc 9303-10 §3.11.1)."""
    return tlv(0x61, tlv(0x4F, files.EMRTD_APPLICATION))


def presence(groups: Mapping[int, bytes], lds_version: str) -> bytes:
    """EF.COM: LDS version, Unicode 4.0, and the tags of the data groups (Doc 9303-10 §4.6.1)."""
    tags = bytes(_TAGS[identifier & 0xFF] for identifier in sorted(groups))
    return tlv(0x60, tlv(0x5F01, lds_version.encode()) + tlv(0x5F36, b"040000") + tlv(0x5C, tags))


def security_object(
    groups: Mapping[int, bytes], signer: Signer, *, version: int, at: datetime, lds_version: str = "0107"
) -> bytes:
    """EF.SOD over the data groups (Doc 9303-10 §4.6.2), signed by the document signer, whose certificate it holds."""
    hash_name = signer.algorithm.hash_name
    hashed = b"".join(
        sequence(integer(identifier & 0xFF), tlv(0x04, _digest(hash_name, content)))
        for identifier, content in sorted(groups.items())
    )
    listed = integer(version) + sequence(oid(_HASHES[hash_name]), b"\x05\x00") + tlv(0x30, hashed)
    if version:
        listed += sequence(tlv(0x13, lds_version.encode()), tlv(0x13, b"040000"))
    content = tlv(0x30, listed)
    return tlv(0x77, signed_message(_LDS_SECURITY_OBJECT, content, signer, at=at, certificates=(signer.der,)))


def card_security(security_infos: bytes, signer: Signer, *, at: datetime) -> bytes:
    """EF.CardSecurity: the SecurityInfos, signed like a SOD (Doc 9303-11 §9.2.11)."""
    return signed_message(_SECURITY_OBJECT, security_infos, signer, at=at, certificates=(signer.der,))


def _digest(hash_name: str, content: bytes) -> bytes:
    return hashlib.new(hash_name, content, usedforsecurity=False).digest()
