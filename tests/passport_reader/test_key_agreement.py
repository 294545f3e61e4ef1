"""Groups to agree on a key in: what is computed is right, and what is no element is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passport_reader.arithmetic import agreement, curves, groups, point_encoding, projective
from passport_reader.arithmetic.agreement import EllipticAgreement, FieldAgreement, KeyAgreement
from passport_reader.arithmetic.domain_parameters import CURVES, Curve, Point
from passport_reader.arithmetic.groups import GROUPS, Group
from passport_reader.card.messaging import Algorithm
from passport_reader.document import UnusableData
from passport_reader.protocols import nonce_mapping

IDENTIFIERS = [0, 1, 2, *range(8, 19)]
SMALL = GROUPS[0]


def domain(identifier: int) -> KeyAgreement:
    found = agreement.standardised(identifier)
    assert found is not None
    return found


def generates(domain: KeyAgreement, element: bytes) -> bool:
    """Whether an element other than the neutral one has the prime order of the group: its inverse is a power."""
    domain.validated(element)
    inverse = domain.power(domain.order - 1, element)
    try:
        domain.combined(element, inverse)
    except UnusableData:  # they cancel out, which no element does
        return True
    return False


@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_both_sides_come_to_the_same_secret(identifier: int) -> None:
    group = domain(identifier)
    ours, theirs = group.secret(), group.secret()
    assert group.shared(ours, group.public(theirs)) == group.shared(theirs, group.public(ours))
    assert group.combined(group.public(1), group.public(2)) == group.public(3)


@pytest.mark.parametrize("identifier", [3, 7, 19, 255, -1])
def test_other_identifiers_stand_for_nothing(identifier: int) -> None:
    assert agreement.standardised(identifier) is None


@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_the_generic_mapping_gives_a_generator(identifier: int) -> None:
    group = domain(identifier)
    mapped = nonce_mapping.generic(group, b"\x5a" * 16, lambda sent: group.public(group.secret()), group.secret())
    assert generates(group, mapped.generator)


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("identifier", [identifier for identifier in IDENTIFIERS if identifier != 10])
def test_the_integrated_mapping_gives_a_generator(identifier: int, algorithm: Algorithm) -> None:
    group, nonce = domain(identifier), bytes(range(16 if algorithm.key_octets == 16 else 32))
    mapped = nonce_mapping.integrated(group, algorithm, nonce, lambda sent: b"", lambda size: b"\x17" * size)
    assert generates(group, mapped.generator)


def test_p_224_has_no_integrated_mapping() -> None:
    assert not domain(10).encodes
    with pytest.raises(UnusableData):
        domain(10).encoded(5)


@given(st.integers(0, 2**256))
@settings(deadline=None)
def test_every_number_is_encoded_as_a_point_or_refused(number: int) -> None:
    for curve in (item for item in CURVES if point_encoding.suits(item)):
        reduced = number % curve.p
        if reduced in (0, 1, curve.p - 1):
            with pytest.raises(UnusableData):
                point_encoding.encode(curve, reduced)
        else:
            assert curve.contains(point_encoding.encode(curve, reduced))


@pytest.mark.parametrize("number", [0, 1])
def test_a_number_that_maps_to_the_neutral_element_is_refused(number: int) -> None:
    with pytest.raises(UnusableData):
        domain(0).encoded(number)


@given(scalar=st.integers(1, 2**160))
@settings(max_examples=20, deadline=None)
def test_plain_python_and_openssl_multiply_alike(scalar: int) -> None:
    for curve in (item for item in CURVES if item.library is not None):
        expected = curves.multiply_generator(curve, scalar)
        assert projective.multiply(curve, scalar, curve.generator) == expected
        assert curves.multiply(curve, scalar, curve.generator) == expected


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_the_multiples_beside_the_order(curve: Curve) -> None:
    inverse = Point(curve.x, curve.p - curve.y)
    assert curves.multiply(curve, 1, curve.generator) == curve.generator
    assert curves.multiply(curve, curve.n - 1, curve.generator) == inverse
    assert curves.multiply(curve, curve.n - 2, curve.generator) == curves.add(curve, inverse, inverse)
    assert projective.multiply(curve, 0, curve.generator) is None
    assert projective.multiply_two(curve, 1, curve.generator, 1, inverse) is None


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_what_is_no_point_of_the_curve_is_refused(curve: Curve) -> None:
    encoded = curve.encode(curve.generator)
    elements = [
        b"",
        b"\0",  # the point at infinity
        b"\2" + encoded[1 : 1 + curve.octets],  # compressed
        encoded[:-1],
        encoded + b"\0",
        encoded[:-1] + bytes([encoded[-1] ^ 1]),  # beside the curve
        b"\4" + bytes(2 * curve.octets),
        b"\4" + b"\xff" * (2 * curve.octets),
    ]
    for element in elements:
        with pytest.raises(UnusableData):
            EllipticAgreement(curve).validated(element)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_what_is_no_element_of_the_group_is_refused(group: Group) -> None:
    assert group.q is not None
    cofactor = (group.p - 1) // group.q
    small = pow(group.g + 1, group.q * (cofactor // 2), group.p)  # of order 1 or 2
    for number in (0, 1, 2, group.p - 1, group.p, group.p + 1, small, group.p - group.g, group.g << 8):
        with pytest.raises(UnusableData):
            FieldAgreement(group).validated(number.to_bytes(group.octets + 1, "big"))


def test_points_that_cancel_out_are_no_point() -> None:
    for group in (domain(0), domain(12), domain(14)):
        element = group.public(7)
        with pytest.raises(UnusableData):
            group.combined(element, group.power(group.order - 1, element))


def test_explicit_groups_are_those_we_know_or_sound_ones() -> None:
    assert groups.matching(SMALL.p, SMALL.g, None) is SMALL
    assert groups.matching(SMALL.p, SMALL.g, SMALL.q) is SMALL
    own = groups.matching(SMALL.p, pow(SMALL.g, 2, SMALL.p), SMALL.q)
    assert own.contains(SMALL.g)
    for prime, base, order in [
        (23, 5, 11),
        (1 << 5000 | 1, 2, None),
        (SMALL.p - 1, SMALL.g, None),
        (SMALL.p, 1, None),
        (SMALL.p, SMALL.p - 1, SMALL.q),
        (SMALL.p, 2, SMALL.q),
        (SMALL.p, SMALL.g, 2),
        (SMALL.p, SMALL.g, -(SMALL.q or 0)),
        (-SMALL.p, SMALL.g, None),
    ]:
        with pytest.raises(UnusableData):
            groups.matching(prime, base, order)
