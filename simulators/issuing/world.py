"""A small world of invented states that issue passports: the documents, the states' lists, and the terminals' chains.

IssuingError                       cannot be issued as asked
├── UnknownState                   no such issuing state in this world
└── UnknownFault                   no such fault
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from functools import cached_property
from random import Random

from simulators.issuing import certificates, lists
from simulators.issuing.authorities import Authority
from simulators.issuing.card_verifiable import FINGERPRINTS, Terminal, VerifyingAuthority
from simulators.issuing.documents import Holder, Passport
from simulators.issuing.mrz_composition import compose
from simulators.issuing.personalising import Order, personalise, somebody_else
from simulators.issuing.profile import ChipProfile, TerminalSuite, default
from simulators.issuing.states import STATES, State

FAULTS = {
    "dg2_tampered": "the portrait's file was changed after signing",
    "unknown_issuer": "signed under an authority no master list knows",
    "expired_signer": "signed after the signer's certificate had run out",
    "revoked_signer": "signed by a signer that the state has revoked",
    "sod_of_another": "the security object of another passport",
    "mrz_mismatch": "the page names another person than the chip",
    "bac_only": "an old passport: Basic Access Control alone, and no DG14 that offers PACE",
    "explicit_curve_parameters": "the signer's certificate writes its curve out instead of naming it",
    "pss_other_hash": "the security object is signed with RSA-PSS over another hash than its own",
    "two_element_pace_info": "EF.CardAccess names no parameters in its PACEInfo, but beside it",
    "corrupt_jpeg2000": "the portrait is a JPEG 2000 file that no decoder reads",
    "image_type_wrong": "the facial record calls a JPEG a JPEG 2000, or the other way round",
    "dg15_stripped": "DG15 is gone, though the security object lists it: a copy that avoids active authentication",
    "com_incomplete": "EF.COM lists DG1 and DG2 alone",
}
_LIST_STATE = "UTO"
_LIST_DAY = datetime(2026, 1, 5, tzinfo=UTC)


class IssuingError(ValueError):
    """One sentence says what is wrong; simulators only ever show it to who runs them."""


class UnknownState(IssuingError):
    pass


class UnknownFault(IssuingError):
    pass


class World:
    """States with their signing keys. Identities, numbers and curve keys follow from the seed; RSA keys do not.

    `profiles` tells what a state's chips are, where a passport is not asked to be another (`modern`: those of today).
    """

    def __init__(self, seed: int, *, profiles: Callable[[State], ChipProfile] = default) -> None:
        self._seed, self._profiles = seed, profiles
        self._authorities: dict[tuple[str, str], Authority] = {}
        self._verifying: dict[tuple[str, TerminalSuite], VerifyingAuthority] = {}

    def issue(
        self,
        holder: Holder,
        *,
        faults: Collection[str] = (),
        issuer: str = "listed",
        profile: ChipProfile | None = None,
    ) -> Passport:
        """A passport, with faults by name (see FAULTS). `issuer="unlisted"` says the same as the fault unknown_issuer.

        `profile` is what its chip can do; what the state's are, where none is given. Raises IssuingError;
        ValueError for names or portraits that cannot be written.
        """
        if unknown := set(faults) - set(FAULTS):
            raise UnknownFault(f"no such fault: {', '.join(sorted(unknown))}; there are {', '.join(FAULTS)}")
        state = _state(holder.issuing_state)
        made = self._profiles(state) if profile is None else profile
        register = "unlisted" if issuer == "unlisted" or "unknown_issuer" in faults else "listed"
        verifying = self._verifying_authority(state, made.terminal_authentication)
        random = Random(f"{self._seed}/{holder.document_number}/chip")
        authority = self._authority(state, register)
        files, keys = personalise(Order(holder, state, authority, verifying, made, frozenset(faults), random))
        lines = compose(holder)
        printed = compose(somebody_else(holder)) if "mrz_mismatch" in faults else lines
        number = Random(f"{self._seed}/{holder.document_number}/can").randrange(10**6)
        return Passport(holder, printed, lines, f"{number:06}", files, keys)

    def master_list(self) -> bytes:
        """A signed CscaMasterList of every state (Doc 9303-12 §9); its signer stands under Utopia's CSCA."""
        return self._master_list

    @property
    def master_list_root(self) -> bytes:
        """The DER certificate to trust a master list by."""
        return self._list_authority.csca.der

    def country_signing_certificates(self) -> tuple[bytes, ...]:
        """Every CSCA in DER, as a master list holds them."""
        return tuple(authority.csca.der for authority in self._listed)

    def first_country_signing_certificates(self) -> tuple[bytes, ...]:
        """Every state's CSCA before its change of keys."""
        return tuple(authority.predecessor.der for authority in self._listed)

    def link_certificates(self) -> tuple[bytes, ...]:
        """Each current CSCA certified by the one before it; some states changed their name with it."""
        return tuple(authority.link_certificate for authority in self._listed)

    def revocation_lists(self) -> tuple[bytes, ...]:
        """Every state's CRL in DER; valid until 2044, so that no simulated hall outlives it."""
        return tuple(authority.revocation_list() for authority in self._listed)

    def document_signer(self, state_code: str, which: str = "current") -> bytes:
        """The DER certificate of a state's signer, by its name in `authorities.SIGNERS`."""
        return self._authority(_state(state_code), "listed").signer(which).der

    def deviation_list(self, known: Iterable[lists.Known]) -> bytes:
        """Signed under Utopia's CSCA, like the master list."""
        signer = self._list_authority.list_signer(certificates.DEVIATION_LIST_SIGNER)
        return lists.deviation_list(known, signer, self._list_authority.csca, at=_LIST_DAY)

    def defect_list(self, known: Iterable[lists.Known]) -> bytes:
        """The same in the form of BSI TR-03129."""
        signer = self._list_authority.list_signer(certificates.DEVIATION_LIST_SIGNER)
        return lists.defect_list(known, signer, self._list_authority.csca, at=_LIST_DAY)

    def directory(self) -> bytes:
        """The PKD's LDIF: document signers, revocation lists and the master list."""
        countries = [state.country for state in STATES.values()]
        signers = zip(countries, map(self.document_signer, STATES), strict=True)
        revoked = zip(countries, self.revocation_lists(), strict=True)
        return lists.ldif(signers, revoked, [(STATES[_LIST_STATE].country, self.master_list())])

    def terminal(
        self, issuing_state: str, suite: TerminalSuite, *, rights: int = FINGERPRINTS, with_link: bool = False
    ) -> Terminal:
        """Japan's inspection system, certified for the fingerprints in passports of the state."""
        authority = self._verifying_authority(_state(issuing_state), suite)
        assert authority is not None
        return authority.terminal("JP", rights=rights, with_link=with_link)

    @property
    def _listed(self) -> list[Authority]:
        return [self._authority(state, "listed") for state in STATES.values()]

    @property
    def _list_authority(self) -> Authority:
        return self._authority(STATES[_LIST_STATE], "listed")

    @cached_property
    def _master_list(self) -> bytes:
        root = self._list_authority
        return lists.master_list(self.country_signing_certificates(), root.list_signer(), root.csca, at=_LIST_DAY)

    def _authority(self, state: State, register: str) -> Authority:
        key = (register, state.code)
        if key not in self._authorities:
            self._authorities[key] = Authority(state, f"{self._seed}/{register}")
        return self._authorities[key]

    def _verifying_authority(self, state: State, suite: TerminalSuite | None) -> VerifyingAuthority | None:
        if suite is None:
            return None
        if (state.code, suite) not in self._verifying:
            self._verifying[state.code, suite] = VerifyingAuthority(state.country, suite, f"{self._seed}/cvca")
        return self._verifying[state.code, suite]


def _state(code: str) -> State:
    if code not in STATES:
        raise UnknownState(f"no issuing state {code!r} in this world; there are {', '.join(sorted(STATES))}")
    return STATES[code]
