"""The ICAO Public Key Directory as it is downloaded: LDIF (RFC 2849) with certificates, CRLs and master lists.

LdifEntry          the attributes of one name, in order
entries            every entry of a file, one after the other

The file itself is signed by nobody: what it holds is worth the signatures inside.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from passport_reader.document import UnusableData

MAX_OCTETS: Final = 512 * 1024 * 1024
"""Of one file. The PKD's largest collection (document signers and CRLs) has about 100 MB."""

MAX_VALUE_OCTETS: Final = 16 * 1024 * 1024
"""Of one value. The largest master list has about 1 MB."""

CRL: Final = "certificaterevocationlist"
SIGNER: Final = "usercertificate"
AUTHORITY: Final = "cacertificate"
MASTER_LIST: Final = "pkdmasterlistcontent"


@dataclass(frozen=True, slots=True)
class LdifEntry:
    """`values` by attribute: lower case, without options such as ;binary (RFC 4522)."""

    name: str
    values: tuple[tuple[str, bytes], ...]


def entries(data: bytes) -> Iterator[LdifEntry]:
    """In order. Raise `UnusableData` where it is no LDIF, also half-way."""
    if len(data) > MAX_OCTETS:
        raise UnusableData("the directory is too large", octets=len(data))
    gathered: list[tuple[str, bytes]] = []
    for line in _unfolded(data):
        if line:
            gathered.append(_attribute(line))
        elif gathered:
            yield from _entry(gathered)
            gathered = []
    if gathered:
        yield from _entry(gathered)


def _entry(gathered: list[tuple[str, bytes]]) -> Iterator[LdifEntry]:
    """`version: 1` may stand before the first name, in the same block or in one of its own."""
    if gathered[0][0] == "version":
        gathered = gathered[1:]
    if not gathered:
        return
    if gathered[0][0] != "dn":
        raise UnusableData("an entry of the directory has no name")
    yield LdifEntry(gathered[0][1].decode("utf-8", "replace"), tuple(gathered[1:]))


def _unfolded(data: bytes) -> Iterator[bytes]:
    """Logical lines: a line that begins with a space goes on where the last one ended; # is a comment."""
    parts: list[bytes] = []
    size = at = 0
    while at < len(data):
        end = data.find(b"\n", at)
        line = data[at : len(data) if end < 0 else end].removesuffix(b"\r")
        at = len(data) if end < 0 else end + 1
        if line.startswith(b" ") and parts:
            size += len(line)
            if size > 2 * MAX_VALUE_OCTETS:
                raise UnusableData("a value of the directory is too large")
            parts.append(line[1:])
            continue
        if parts and not parts[0].startswith(b"#"):
            yield b"".join(parts)
        parts, size = [line], len(line)
    if parts and not parts[0].startswith(b"#"):
        yield b"".join(parts)


def _attribute(line: bytes) -> tuple[str, bytes]:
    described, colon, value = line.partition(b":")
    if not colon:
        raise UnusableData("a line of the directory is neither name nor value")
    attribute = described.partition(b";")[0].strip().lower().decode("ascii", "replace")
    if value.startswith(b"<"):
        raise UnusableData("the directory points elsewhere, and nothing is fetched", attribute=attribute)
    if not value.startswith(b":"):
        return attribute, value.strip()
    try:
        return attribute, base64.b64decode(value[1:].strip(), validate=True)
    except (binascii.Error, ValueError):
        raise UnusableData("a value of the directory is not base64", attribute=attribute) from None
