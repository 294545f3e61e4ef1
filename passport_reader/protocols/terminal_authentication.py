"""Terminal authentication version 1 (BSI TR-03110-1 §3.5, TR-03110-3 B.3; Doc 9303-11 §7.1): may we read the fingers?

It proves the terminal to the chip, and nothing about the chip: one that accepts everything is none the more genuine.
The terminal signs the chip's challenge together with the key it used in chip authentication, so it must come after that
and in the same session. A session that is lost on the way is not opened again here: chip authentication belongs to it.

TerminalKeyUnavailable (pki/terminal_key.py)
└── TerminalKeyMismatch   the key is not that of the certificate
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from passport_reader import tlv
from passport_reader.card.apdu import Channel, Command, Status
from passport_reader.document import ChipFinding, ChipRefused, Outcome, UnusableData
from passport_reader.lds import SecurityInfo
from passport_reader.pki.card_verifiable import (
    SIGNATURE,
    TERMINAL_AUTHENTICATION,
    CardVerifiable,
    CertificateRefused,
)
from passport_reader.pki.terminal import Credential, Terminal, more_telling
from passport_reader.pki.terminal_key import TerminalKeyUnavailable

CHALLENGE_OCTETS: Final = 8  # r_IC, Doc 9303-11 §7.1.5.4

CVCA_FILE: Final = 0x011C
"""EF.CVCA in the passport application, where DG14 names no other (Doc 9303-11 K.2)."""

CVCA_OCTETS: Final = 36
"""It has this length whatever it holds; what is left over is zeros (Doc 9303-11 K.2)."""

_CHECK: Final = "terminal_authentication"
_REFERENCE: Final = 0x83  # of a public key, in MSE:Set DST and MSE:Set AT (§7.1.5.1, §7.1.5.3)


class TerminalKeyMismatch(TerminalKeyUnavailable):
    code = "terminal_key_mismatch"


@dataclass(frozen=True, slots=True)
class Binding:
    """What ties the terminal's signature to this chip and this session."""

    chip: bytes
    """ID_IC: `MrzKey.chip_identifier` after BAC, `compressed` of the chip's ephemeral key after PACE (§7.1.2)."""
    terminal: bytes
    """`compressed` of the terminal's ephemeral key of chip authentication; of PACE where its mapping was that."""


def offered(infos: Sequence[SecurityInfo]) -> SecurityInfo | None:
    """DG14's TerminalAuthenticationInfo."""
    return next((info for info in infos if info.oid == TERMINAL_AUTHENTICATION), None)


def cvca_file(info: SecurityInfo) -> int:
    """The identifier of EF.CVCA. Raise `UnusableData`."""
    if info.optional is None:
        return CVCA_FILE
    identifier = tlv.value(info.optional.value, 0x04)
    if len(identifier) != 2:
        raise UnusableData("DG14 names no file for EF_CVCA", octets=len(identifier))
    return int.from_bytes(identifier, "big")


def trust_points(ef_cvca: bytes) -> tuple[str, ...]:
    """The CVCA keys that the chip knows, the newest first: one or two references. Raise `UnusableData`."""
    found: list[str] = []
    while ef_cvca[:1] == b"\x42" and len(found) < 2:
        head = tlv.header(ef_cvca)
        if head.total > len(ef_cvca) or not 0 < head.length <= 16:
            raise UnusableData("a reference of EF_CVCA is cut off, or is none")
        found.append(ef_cvca[head.size : head.total].decode("latin-1"))
        ef_cvca = ef_cvca[head.total :]
    if not found:
        raise UnusableData("EF_CVCA names no key")
    return tuple(found)


def finding(
    channel: Channel,
    infos: tuple[SecurityInfo, ...] | None,
    terminal: Terminal | None,
    binding: Binding | None,
    *,
    known: bool,
    at: datetime,
) -> ChipFinding:
    """Perform it where DG14 offers it. `ChipLost` is raised as ever.

    `channel` runs on the keys of chip authentication; `binding` is None where that did not take place. `known` says
    that `infos` are all there are. What is authorised is in `detail`: such as DG3.

    authorised; chip_refused; no_terminal_certificate, certificate_refused (none that this chip could follow),
    certificate_out_of_date, chip_not_authenticated, terminal_key_unavailable, terminal_key_mismatch, token_missing,
    token_pin_wrong, token_key_missing, offer_unknown; not_offered
    """
    info = offered(infos or ())
    if info is None:
        certain = known and infos is not None
        outcome, code = (Outcome.NOT_SUPPORTED, "not_offered") if certain else (Outcome.UNDETERMINED, "offer_unknown")
        return ChipFinding(_CHECK, outcome, code)
    if terminal is None:
        return ChipFinding(_CHECK, Outcome.UNDETERMINED, "no_terminal_certificate")
    if binding is None:
        return ChipFinding(_CHECK, Outcome.UNDETERMINED, "chip_not_authenticated")
    try:
        credential = _authorised(channel, info, terminal, binding, at)
    except (CertificateRefused, TerminalKeyUnavailable) as error:
        return ChipFinding(_CHECK, Outcome.UNDETERMINED, error.code, str(error))
    except (ChipRefused, UnusableData) as error:
        return ChipFinding(_CHECK, Outcome.FAILED, "chip_refused", str(error))
    return ChipFinding(_CHECK, Outcome.SUCCESSFUL, "authorised", credential.vouched.rights.title)


def _authorised(channel: Channel, info: SecurityInfo, terminal: Terminal, binding: Binding, at: datetime) -> Credential:
    credential = _credential(terminal, trust_points(_read_trust_points(channel, cvca_file(info))), at)
    for certificate in credential.chain:
        _present(channel, certificate)
    _choose(channel, credential)
    challenge = _challenge(channel)
    signature = _sign(credential, binding.chip + challenge + binding.terminal)
    channel.send(Command(0x00, 0x82, 0x00, 0x00, signature)).require("prove the terminal's key")
    return credential


def _credential(terminal: Terminal, known: Sequence[str], at: datetime) -> Credential:
    refusal: CertificateRefused | None = None
    for trust_point in known:
        try:
            return terminal.credential(trust_point, at.date())
        except CertificateRefused as error:
            refusal = error if refusal is None else more_telling(refusal, error)
    assert refusal is not None
    raise refusal


def _read_trust_points(channel: Channel, file: int) -> bytes:
    select = Command(0x00, 0xA4, 0x02, 0x0C, file.to_bytes(2, "big"))
    channel.send(select).require("select EF_CVCA")
    answer = channel.send(Command(0x00, 0xB0, 0x00, 0x00, le=CVCA_OCTETS))
    return answer.data if answer.sw == Status.END_OF_FILE else answer.require("read EF_CVCA")


def _present(channel: Channel, certificate: CardVerifiable) -> None:
    """MSE:Set DST by the issuer, then PSO:Verify Certificate (§7.1.5.1, §7.1.5.2)."""
    issuer = tlv.encode(_REFERENCE, certificate.issuer.encode("latin-1"))
    channel.send(Command(0x00, 0x22, 0x81, 0xB6, issuer)).require(f"choose the key of {certificate.issuer}")
    content = certificate.body + tlv.encode(SIGNATURE, certificate.signature)
    channel.send(Command(0x00, 0x2A, 0x00, 0xBE, content)).require(f"present {certificate.holder}")


def _choose(channel: Channel, credential: Credential) -> None:
    """MSE:Set AT (§7.1.5.3): the terminal's key by the holder reference of its certificate."""
    reference = tlv.encode(_REFERENCE, credential.holder.encode("latin-1"))
    channel.send(Command(0x00, 0x22, 0x81, 0xA4, reference)).require("choose the terminal's key")


def _challenge(channel: Channel) -> bytes:
    challenge = channel.send(Command(0x00, 0x84, 0x00, 0x00, le=CHALLENGE_OCTETS)).require("get challenge")
    if len(challenge) != CHALLENGE_OCTETS:
        raise UnusableData("the challenge is not eight bytes", octets=len(challenge))
    return challenge


def _sign(credential: Credential, data: bytes) -> bytes:
    """A key that is not the certificate's is our mistake, and not for the chip to find."""
    signature = credential.key.sign(credential.vouched.scheme, data)
    if not credential.vouched.scheme.verify(credential.vouched.key, signature, data):
        raise TerminalKeyMismatch(f"the key is not that of {credential.holder}")
    return signature
