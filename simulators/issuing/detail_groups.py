"""DG7, DG11, DG12, DG13 and DG16: what a passport tells beside zone and biometrics (Doc 9303-10 §4.7)."""

from __future__ import annotations

import io
from datetime import date
from typing import Protocol

from PIL import Image, ImageDraw

from simulators.issuing.ber import tlv


class Bearer(Protocol):
    @property
    def surname(self) -> str: ...
    @property
    def given_names(self) -> str: ...
    @property
    def birth_date(self) -> date: ...
    @property
    def document_number(self) -> str: ...


def signature(bearer: Bearer) -> bytes:
    """DG7: one displayed signature or usual mark, a JPEG (§4.7.7)."""
    page = Image.new("L", (300, 80), 255)
    ImageDraw.Draw(page).text((20, 30), f"{bearer.given_names} {bearer.surname}", fill=0)
    written = io.BytesIO()
    page.save(written, "JPEG", quality=60)
    return tlv(0x67, tlv(0x02, b"\x01") + tlv(0x5F43, written.getvalue()))


def person(bearer: Bearer) -> bytes:
    """DG11: full name, another name, date and place of birth, address (§4.7.11)."""
    other = tlv(0xA0, tlv(0x02, b"\x01") + tlv(0x5F0F, _name(f"{bearer.surname} alias", bearer.given_names)))
    return _listed(
        0x6B,
        (0x5F0E, tlv(0x5F0E, _name(bearer.surname, bearer.given_names))),
        (0x5F0F, other),
        (0x5F2B, tlv(0x5F2B, f"{bearer.birth_date:%Y%m%d}".encode())),
        (0x5F11, tlv(0x5F11, b"Harbour Town<Utopia")),
        (0x5F42, tlv(0x5F42, b"1 Example Street<Harbour Town")),
    )


def document(authority: str, issued: date) -> bytes:
    """DG12: issuing authority, date of issue, and endorsements (§4.7.12)."""
    return _listed(
        0x6C,
        (0x5F19, tlv(0x5F19, f"{authority} passport office".encode())),
        (0x5F26, tlv(0x5F26, f"{issued:%Y%m%d}".encode())),
        (0x5F1B, tlv(0x5F1B, b"None")),
    )


def optional_details(state: str) -> bytes:
    """DG13: what the State likes (§4.7.13)."""
    return tlv(0x6D, tlv(0x04, f"{state} national use".encode()))


def persons_to_notify(bearer: Bearer, recorded: date) -> bytes:
    """DG16 with one person (§4.7.16)."""
    one = tlv(0x5F50, f"{recorded:%Y%m%d}".encode())
    one += tlv(0x5F51, _name(bearer.surname, "kin")) + tlv(0x5F52, b"+0100200300")
    one += tlv(0x5F53, b"2 Example Street<Harbour Town")
    return tlv(0x70, tlv(0x02, b"\x01") + tlv(0xA1, one))


def _listed(tag: int, *elements: tuple[int, bytes]) -> bytes:
    """A template that begins with the list of its tags."""
    tags = b"".join(number.to_bytes(2, "big") for number, _ in elements)
    return tlv(tag, tlv(0x5C, tags) + b"".join(element for _, element in elements))


def _name(surname: str, given_names: str) -> bytes:
    """With fillers as in the zone, but whole."""
    return f"{surname}<<{given_names}".upper().replace(" ", "<").encode()
