"""What a passport says, and what was found when checking it.

PassportError                      code, data
├── ChipLost                       the chip left the field; lay it again
├── ChipRefused                    access denied, or a status word that ends the reading
├── UnusableMrz                    not a machine readable zone, or check digits wrong
└── UnusableData                   bytes of the chip that are not what the standard says
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt


class PassportError(Exception):
    """`code` is stable; `data` is for a technician (status word, file identifier), never content of the chip."""

    code = "passport_error"

    def __init__(self, message: str, **data: str | int) -> None:
        super().__init__(message)
        self.data: Mapping[str, str | int] = data


class ChipLost(PassportError):
    code = "chip_lost"


class ChipRefused(PassportError):
    code = "chip_refused"


class UnusableMrz(PassportError):
    code = "unusable_mrz"


class UnusableData(PassportError):
    code = "unusable_data"


class Outcome(StrEnum):
    """Outcomes of BSI TR-03135."""

    SUCCESSFUL = "successful"
    FAILED = "failed"
    UNDETERMINED = "undetermined"
    NOT_SUPPORTED = "not_supported"


@dataclass(frozen=True, slots=True)
class ChipFinding:
    """One check: `check` is a name of the list in the README, `code` says why, stably."""

    check: str
    outcome: Outcome
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Deviation:
    """Where a file is not written as the standard says, and was read all the same.

    `file` is its title (EF_DG2), `code` stable, `detail` for a technician: tags, sizes and places, never content.
    """

    file: str
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Mrz:
    """A machine readable zone (Doc 9303-3 to -7), fillers removed, check digits verified.

    `lines` are as printed. Dates follow Doc 9303-3 §4.8: a birth date may be partly unknown, then it is None.
    """

    format: str
    """TD1, TD2, TD3, or of a visa MRV-A, MRV-B."""
    lines: tuple[str, ...]
    document_code: str
    issuing_state: str
    surname: str
    given_names: str
    document_number: str
    nationality: str
    birth_date: date | None
    sex: str
    """M, F or X (unspecified)."""
    expiry_date: date
    optional_data: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(self.lines)


@dataclass(frozen=True, slots=True)
class FaceImage:
    """The portrait of DG2: `data` is the encoded picture, `media_type` image/jpeg or image/jp2."""

    data: bytes
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PageReading:
    """The data page as the page reader saw it. `image` is RGB, uint8, (height, width, 3); `confidence` 0 to 1.

    `characters`: how certain each character is, line by line, 0 to 1; the least of them is the page's confidence.
    """

    mrz: Mrz
    image: npt.NDArray[np.uint8]
    confidence: float
    characters: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class TravelDocument:
    """A chip as read: DG1's MRZ, the portrait, every finding, and the files as they came (by file identifier)."""

    mrz: Mrz | None
    face: FaceImage | None
    findings: tuple[ChipFinding, ...]
    files: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    seconds: Mapping[str, float] = field(default_factory=dict)
    deviations: tuple[Deviation, ...] = ()

    def outcome(self, check: str) -> Outcome:
        """The worst outcome of a check; undetermined where it was never made."""
        order = (Outcome.FAILED, Outcome.UNDETERMINED, Outcome.NOT_SUPPORTED, Outcome.SUCCESSFUL)
        found = [finding.outcome for finding in self.findings if finding.check == check]
        return min(found, key=order.index) if found else Outcome.UNDETERMINED


class Card(Protocol):
    """A chip in the field. One method; `sw` is SW1 SW2 as one number. Raises `ChipLost`."""

    @property
    def atr(self) -> bytes: ...

    def transmit(self, apdu: bytes) -> tuple[bytes, int]: ...
