"""What a known deviation changes (docs/decisions/0007): it explains a failure, and never makes one pass.

A failed check becomes undetermined only where the State's word is about this very document, and what is left proves
as much as before. A check that passed becomes undetermined where what it proves is compromised.

known_deviation       the code is the `Kind` of the deviation; one finding for each that is known of this document
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from passport_reader.document import ChipFinding, Outcome
from passport_reader.pki.known_deviations import Kind, KnownDeviation, Subject

CHECK: Final = "known_deviation"
CODE: Final = "known_deviation"

MAX_FINDINGS: Final = 16

_IRREPLACEABLE: Final = frozenset({1, 2, 14, 15})
"""Who the holder is, and the keys of the chip: excused, their hashes would let anybody in on another's document."""

_VALIDITY: Final = 5
"""CertificateBodyField (Doc 9303-12 §10.2)."""

_COMPROMISED: Final = {Kind.ACTIVE_KEY: "active_authentication", Kind.CHIP_KEY: "chip_authentication"}


def known_of(asked: Subject, known: Iterable[KnownDeviation]) -> tuple[KnownDeviation, ...]:
    return tuple(item for item in known if item.documents.include(asked))


def findings(known: Sequence[KnownDeviation]) -> tuple[ChipFinding, ...]:
    """For an officer. A chip that must not be used at all, by a defect nobody can interpret, has failed."""
    return tuple(
        ChipFinding(
            CHECK, Outcome.FAILED if item.kind is Kind.FORBIDDEN else Outcome.UNDETERMINED, item.kind, item.detail
        )
        for item in known[:MAX_FINDINGS]
    )


def excused_groups(known: Iterable[KnownDeviation]) -> frozenset[int]:
    """Data groups whose wrong hash the State has owned up to."""
    parts = (item.parts for item in known if item.kind is Kind.GROUP_HASH)
    return frozenset[int]().union(*parts) - _IRREPLACEABLE


def softened(finding: ChipFinding, known: Iterable[KnownDeviation], *, authentic: bool) -> ChipFinding:
    """A failed chain or validity that a deviation explains is undetermined.

    `authentic`: signature and chain hold, so that the signer is who the list names. A wrong signature of the signer's
    certificate is excused only where the list gives the digest of that certificate: then the list's own signature
    stands for it. Names and numbers anybody can copy.
    """
    if finding.outcome is not Outcome.FAILED:
        return finding
    explained = {
        "certificate_chain": finding.code == "chain_broken"
        and any(item.kind is Kind.SIGNER_SIGNATURE and item.documents.signer_digest is not None for item in known),
        "certificate_validity": authentic
        and any(item.kind is Kind.SIGNER_ENCODING and _VALIDITY in item.parts for item in known),
    }
    return replace(finding, outcome=Outcome.UNDETERMINED, code=CODE) if explained.get(finding.check) else finding


def hardened(found: Sequence[ChipFinding]) -> tuple[ChipFinding, ...]:
    """All findings of a document: a clone check whose key is known to be compromised no longer proves anything.

    TR-03129-2 §7: the protocol is still run, but its success guarantees nothing.
    """
    compromised = {check for kind, check in _COMPROMISED.items() if any(_tells(item, kind) for item in found)}
    return tuple(
        replace(item, outcome=Outcome.UNDETERMINED, code=CODE)
        if item.check in compromised and item.outcome is Outcome.SUCCESSFUL
        else item
        for item in found
    )


def _tells(item: ChipFinding, kind: Kind) -> bool:
    return item.check == CHECK and item.code == kind
