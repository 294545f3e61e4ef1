"""Visa stickers as a consulate issues them: MRV-A, two lines of 44, and MRV-B, two of 36 (Doc 9303-7 §4.2)."""

from __future__ import annotations

from dataclasses import dataclass

from .issuing import Holder
from .issuing.mrz_composition import check_digit

FORMATS = {"MRV-A": 44, "MRV-B": 36}
"""Characters a line."""


@dataclass(frozen=True, slots=True)
class Visa:
    """A sticker: whom it was issued to, with the visa's own number and last day, and its printed lines."""

    holder: Holder
    mrz_lines: tuple[str, ...]

    @property
    def portrait(self) -> bytes:
        return self.holder.portrait_jpeg


def issue_visa(holder: Holder) -> Visa:
    """`holder.format` is MRV-A or MRV-B. Raises ValueError for another, or what cannot be printed."""
    if holder.format not in FORMATS:
        raise ValueError(f"no such visa format: {holder.format}; one of {', '.join(FORMATS)}")
    columns = FORMATS[holder.format]
    first = f"V<{holder.issuing_state:<3}{holder.surname}  {holder.given_names}"
    number, born, until = holder.document_number, f"{holder.birth_date:%y%m%d}", f"{holder.expiry_date:%y%m%d}"
    checked = [f"{number:<9}", f"{holder.nationality:<3}", born, holder.sex if holder.sex in "MF" else " ", until]
    second = "".join(part + check_digit(part.replace(" ", "<")) * (len(part) > 3) for part in checked)
    lines = tuple(line.upper().replace(" ", "<")[:columns].ljust(columns, "<") for line in (first, second))
    if not all(one == "<" or (one.isascii() and one.isalnum()) for line in lines for one in line):
        raise ValueError("an MRZ holds A to Z, 0 to 9 and the filler alone: transliterate first (Doc 9303-3 §6)")
    return Visa(holder, lines)
