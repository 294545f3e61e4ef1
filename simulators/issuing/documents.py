"""Who a document is for, and what it is: the printed page, and the chip with its files and keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from simulators.chip.personalisation import Personalisation


@dataclass(frozen=True, slots=True)
class Holder:
    """Who the document is for: names in Latin letters, sex M, F or X, state codes as in the MRZ, format TD1 to TD3.

    `fingers` are WSQ images by position (ISO/IEC 19794-4: 2 right index, 7 left index), for chips with DG3.
    """

    surname: str
    given_names: str
    nationality: str
    issuing_state: str
    birth_date: date
    sex: str
    expiry_date: date
    document_number: str
    portrait_jpeg: bytes = field(repr=False)
    format: str = "TD3"
    fingers: tuple[tuple[int, bytes], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Passport:
    """A document: the printed lines, the chip's lines (DG1), and the chip's files by file identifier.

    `can` is the card access number printed on the page (Doc 9303-4 §4.1.1.3: six digits).
    """

    holder: Holder
    mrz_lines: tuple[str, ...]
    chip_mrz_lines: tuple[str, ...]
    can: str
    files: Mapping[int, bytes] = field(repr=False)
    personalisation: Personalisation = field(default_factory=Personalisation, repr=False)

    @property
    def portrait(self) -> bytes:
        return self.holder.portrait_jpeg
