"""Which registries there are: where each is asked, what it may answer, and how old its answers may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from examiner_console.law.answers import (
    Authorisation,
    Certificate,
    Clear,
    DepartureOrder,
    DocumentReport,
    Hit,
    HoldNotice,
    Passenger,
    ReEntry,
    Registration,
    Removals,
    Visa,
    VisaExempt,
    WatchlistEntry,
)

LIMIT_SECONDS: Final = 1.5
"""For one registry, from the first byte sent to the last received (domain.md: registries)."""
LARGEST_BODY: Final = 64 * 1024
"""Bytes. An entry of any registry stays under 1 KiB; the rest is room."""
_MINUTE: Final = 60.0
_HOUR: Final = 60 * _MINUTE


@dataclass(frozen=True, slots=True)
class Kind:
    """`path` is POSTed to; `found` is the type of an answer; `stale_after` how old (s) its data may be by
    the registry's own `as_of`; `reuse` for how long (s) an answer may be given again.

    The ages are this project's choice; an agency sets its own.
    """

    path: str
    found: Any
    stale_after: float
    reuse: float


_ALL: Final = {
    "document_reports": Kind("/v1/document-reports", Clear | Hit[DocumentReport], _HOUR, 0.0),
    "watchlist": Kind("/v1/watchlist", Clear | Hit[WatchlistEntry], 5 * _MINUTE, 0.0),
    "visa": Kind("/v1/visas", Clear | Hit[Visa | VisaExempt], _HOUR, 30.0),
    "certificate": Kind("/v1/certificates", Clear | Hit[Certificate], _HOUR, 30.0),
    "re_entry": Kind("/v1/re-entries", Clear | Hit[ReEntry], _HOUR, 30.0),
    "registration": Kind("/v1/registrations", Clear | Hit[Registration], _HOUR, 30.0),
    "passengers": Kind("/v1/passengers", Clear | Hit[Passenger], _HOUR, 30.0),
    "authorisation": Kind("/v1/authorisations", Clear | Hit[Authorisation], _HOUR, 30.0),
    "removals": Kind("/v1/removals", Clear | Hit[Removals], _HOUR, 0.0),
    "holds": Kind("/v1/departure-holds", Clear | Hit[HoldNotice], 5 * _MINUTE, 0.0),
    "departure_orders": Kind("/v1/departure-orders", Clear | Hit[DepartureOrder], _HOUR, 0.0),
}
KINDS: Final[Mapping[str, Kind]] = MappingProxyType(_ALL)
"""By the name of the answer in `law.answers.Answers`."""
