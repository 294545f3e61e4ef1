"""What an inspection system has to show to a chip: its certificates, their issuers', and the keys to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from passport_reader.pki import card_verifiable
from passport_reader.pki.card_verifiable import CardVerifiable, CertificateOutOfDate, CertificateRefused, Role, Vouched
from passport_reader.pki.terminal_key import TerminalKey

LONGEST_CHAIN: Final = 24
"""Passports serve ten years, and a CVCA that changed its key every half year of them would need 20 links."""

MOST_CHAINS: Final = 64
"""Chains looked at for one chip. A terminal has a handful; links that go in circles would have no end."""


def more_telling(one: CertificateRefused, other: CertificateRefused) -> CertificateRefused:
    """What tells an operator more: a chain that has run out was right once."""
    return one if isinstance(one, CertificateOutOfDate) else other


@dataclass(frozen=True, slots=True)
class Credential:
    """A chain that a chip can follow from its own trust point to a terminal, whose key this is."""

    chain: tuple[CardVerifiable, ...]
    vouched: Vouched
    key: TerminalKey = field(repr=False)

    @property
    def holder(self) -> str:
        return self.chain[-1].holder


@dataclass(frozen=True, slots=True)
class Terminal:
    """`certificates` in any order: self-signed CVCA certificates, which are believed, links, DV's and IS's.

    `keys` by the holder reference of the IS certificate: there may be one for each State that lets us read.
    """

    certificates: tuple[CardVerifiable, ...] = field(repr=False)
    keys: Mapping[str, TerminalKey] = field(repr=False)

    @classmethod
    def of(cls, certificates: Iterable[bytes], keys: Mapping[str, TerminalKey]) -> Terminal:
        """Raise `UnusableData` where one of them is no card-verifiable certificate."""
        return cls(tuple(card_verifiable.parse(data) for data in certificates), dict(keys))

    def credential(self, trust_point: str, on: date) -> Credential:
        """The shortest chain from the CVCA key that the chip knows under `trust_point`, its signatures checked.

        Raise `CertificateRefused` where there is none, `CertificateOutOfDate` where there was one.
        """
        refusal = CertificateRefused(f"no chain leads from {trust_point} to this terminal")
        for chain in self._chains(trust_point):
            try:
                return Credential(chain, self._vouched(trust_point, chain, on), self.keys[chain[-1].holder])
            except CertificateRefused as error:
                refusal = more_telling(refusal, error)
        raise refusal

    def _vouched(self, trust_point: str, chain: tuple[CardVerifiable, ...], on: date) -> Vouched:
        """By the first key of the chain that is believed here: of the links before that, the chip is the judge.

        A terminal need not have the country's certificates of the time when the chip was made.
        """
        for place, name in enumerate((trust_point, *(item.holder for item in chain))):
            for root in self.certificates:
                if root.holder == name and root.self_signed and root.role is Role.COUNTRY:
                    return card_verifiable.verify_chain(root, chain[place:], on)
        raise CertificateRefused(f"no country certificate between {trust_point} and this terminal is believed")

    def _chains(self, trust_point: str) -> Iterator[tuple[CardVerifiable, ...]]:
        """Chains by name alone, from the terminal's own certificates upwards, the shortest first."""
        terminals = (item for item in self.certificates if item.role is Role.INSPECTION_SYSTEM)
        chains: list[tuple[CardVerifiable, ...]] = [(item,) for item in terminals if item.holder in self.keys]
        for _ in range(LONGEST_CHAIN):
            yield from (chain for chain in chains if chain[0].issuer == trust_point)
            chains = [(above, *chain) for chain in chains for above in self._issuers(chain[0])][:MOST_CHAINS]

    def _issuers(self, subject: CardVerifiable) -> Iterator[CardVerifiable]:
        for item in self.certificates:
            if item.holder == subject.issuer and not item.self_signed:
                yield item
