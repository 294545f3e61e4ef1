"""Chip authentication mapping (Doc 9303-11 §4.4.3.5): the chip proves its key while PACE opens it.

In the mapping the chip sent an ephemeral key; with the tokens it sends the factor between that and its static key,
which only the holder of the static private key can compute. EF.CardSecurity, signed by the State, holds the static
public key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from passport_reader import lds
from passport_reader.arithmetic.agreement import KeyAgreement
from passport_reader.card.messaging import MessagingFailed, SessionKeys, unpad
from passport_reader.document import ChipFinding, Outcome, UnusableData
from passport_reader.pki import authentication, signed_data
from passport_reader.pki.signed_data import SignedData
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols import chip_key
from passport_reader.protocols.chip_key import StaticKey

_SECURITY_OBJECT: Final = "0.4.0.127.0.7.3.2.1"
"""id-SecurityObject, the content of EF.CardSecurity (BSI TR-03110-3 A.1.2.5)."""

_CHECK: Final = "chip_authentication"


@dataclass(frozen=True, slots=True)
class ChipData:
    """Of one run of PACE. `factor` is CA_IC, None where the chip sent none that makes sense."""

    agreement: KeyAgreement
    key_id: int
    """Identifier of the static key: the PACEInfo's parameter identifier (§9.2.1)."""
    mapping_public: bytes = field(repr=False)
    factor: int | None = field(repr=False)

    def proves(self, key: StaticKey) -> bool:
        """PK_Map,IC = CA_IC · PK_IC (§4.4.3.5.2), compared as whole points."""
        if self.factor is None or not 0 < self.factor < self.agreement.order or key.agreement != self.agreement:
            return False
        return self.agreement.power(self.factor, key.public) == self.mapping_public


def opened(keys: SessionKeys, sealed: bytes) -> int | None:
    """CA_IC out of the encrypted chip authentication data (§4.4.3.5.3, §4.4.3.5.4)."""
    block = keys.algorithm.block
    if not sealed or len(sealed) % block:
        return None
    iv = keys.algorithm.counter_iv(keys.encryption, b"\xff" * block)  # minus one, encrypted
    try:
        return int.from_bytes(unpad(keys.algorithm.decrypt(keys.encryption, sealed, iv)), "big")
    except MessagingFailed:
        return None


def finding(runs: Sequence[ChipData], card_security: bytes | None, trust: TrustStore, at: datetime) -> ChipFinding:
    """Whether the chip proved the key of EF.CardSecurity in every run, and whether a State vouches for that key.

    Codes: chip_key_proven; chip_key_mismatch (failed); card_security_missing, card_security_unusable, chip_key_missing
    (undetermined); and those of a security object's signer (`pki.authentication.card_security`).
    """
    if card_security is None:
        return ChipFinding(_CHECK, Outcome.UNDETERMINED, "card_security_missing")
    try:
        signed = signed_data.parse(card_security)
        keys = _keys(signed, runs)
    except UnusableData as error:
        return ChipFinding(_CHECK, Outcome.UNDETERMINED, "card_security_unusable", str(error))
    if not keys:
        return ChipFinding(_CHECK, Outcome.UNDETERMINED, "chip_key_missing")
    if not any(all(run.proves(key) for run in runs) for key in keys):
        return ChipFinding(_CHECK, Outcome.FAILED, "chip_key_mismatch", "chip authentication mapping")
    return _vouched(signed, trust, at) or ChipFinding(
        _CHECK, Outcome.SUCCESSFUL, "chip_key_proven", "chip authentication mapping"
    )


def _keys(signed: SignedData, runs: Sequence[ChipData]) -> list[StaticKey]:
    """The keys of EF.CardSecurity that the runs name. One is usual; whichever is proven, the State signed it."""
    if signed.content_type != _SECURITY_OBJECT:
        raise UnusableData("EF_CardSecurity signs something else than security information")
    named = {(run.key_id, run.agreement) for run in runs}
    infos = chip_key.key_infos(lds.security_infos(signed.content))
    return [info.key for info in infos if info.key is not None and (info.key_id, info.key.agreement) in named]


def _vouched(signed: SignedData, trust: TrustStore, at: datetime) -> ChipFinding | None:
    """None where a State vouches for EF.CardSecurity as it does for EF.SOD; else why not."""
    judged = authentication.card_security(signed, trust, at)
    if judged.outcome is Outcome.SUCCESSFUL:
        return None
    return ChipFinding(_CHECK, judged.outcome, judged.code, f"EF_CardSecurity {judged.detail}".rstrip())
