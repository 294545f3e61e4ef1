"""The private keys an issuing office puts into a chip, as its profile asks; curve keys follow from the seed."""

from __future__ import annotations

from random import Random

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from simulators.chip.domain_parameters import CURVES, PARAMETERS
from simulators.chip.personalisation import AgreementKey, CurveKey, RsaKey
from simulators.issuing import signing
from simulators.issuing.ber import tlv
from simulators.issuing.profile import AgreementChoice, ChipProfile, Mapping, SigningChoice


def agreement_keys(profile: ChipProfile, random: Random) -> tuple[AgreementKey, ...]:
    """Numbered where there are several (Doc 9303-11 §9.2.6)."""
    several = len(profile.chip_authentication) > 1
    return tuple(
        _agreement_key(choice, random, number if several else None)
        for number, choice in enumerate(profile.chip_authentication, start=1)
    )


def _agreement_key(choice: AgreementChoice, random: Random, key_id: int | None) -> AgreementKey:
    group = PARAMETERS[choice.parameters]
    return AgreementKey(group, group.scalar(random.randbytes), choice.cipher, key_id)


def mapping_key(profile: ChipProfile, random: Random) -> AgreementKey | None:
    """On the curve of PACE itself, and numbered by it, as Doc 9303-11 appendix I has it."""
    for choice in profile.pace:
        if choice.mapping is Mapping.CHIP_AUTHENTICATION:
            group = PARAMETERS[choice.parameters]
            return AgreementKey(group, group.scalar(random.randbytes), choice.cipher, choice.parameters)
    return None


def signing_key(choice: SigningChoice, random: Random) -> tuple[RsaKey | CurveKey, bytes]:
    """A key of active authentication, and DG15 for it (Doc 9303-11 §9.3). RSA keys are fresh."""
    if choice.curve is None:
        made = rsa.generate_private_key(public_exponent=65537, key_size=choice.bits)
        numbers = made.private_numbers()
        info = made.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return RsaKey(numbers.public_numbers.n, numbers.d, choice.hash_name), tlv(0x6F, info)
    curve = CURVES[choice.curve]
    private = curve.scalar(random.randbytes)
    public = signing.CurveKey(curve, private, choice.explicit).public_key_info
    return CurveKey(curve, private, choice.hash_name, choice.der), tlv(0x6F, public)
