"""Bytes that are not what they claim end in a typed error, and never in more memory or time than they are worth."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passport_reader import examination, lds, tlv
from passport_reader.card import capabilities
from passport_reader.data_groups import face_image
from passport_reader.document import Outcome, UnusableData
from passport_reader.lds import Ef
from passport_reader.pki import certificate, signed_data
from passport_reader.pki.trust import RevocationList, TrustStore
from passport_reader.protocols import chip_authentication, pace_offer

READERS: dict[str, Callable[[bytes], object]] = {
    "templates": lambda data: list(tlv.objects(data)),
    "EF.COM": lds.common_data,
    "DG1": lds.machine_readable_zone,
    "DG2": face_image.portrait,
    "PACE offers": lambda data: pace_offer.ranked(pace_offer.offered(lds.security_infos(data))),
    "chip keys": lambda data: chip_authentication.offers(lds.security_infos(data)),
    "EF.SOD": signed_data.security_object,
    "certificate": certificate.parse,
    "revocation list": RevocationList.parse,
    "master list": TrustStore.from_master_list,
}


@pytest.mark.parametrize("name", READERS)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_typed_error(name: str, data: bytes) -> None:
    with contextlib.suppress(UnusableData):
        READERS[name](data)


@pytest.mark.parametrize("file", [Ef.COM, Ef.SOD, Ef.DG1, Ef.DG2, Ef.DG14])
@settings(max_examples=25, deadline=None)
@given(draw=st.data())
def test_a_genuine_file_with_one_changed_byte_never_ends_in_a_stack_trace(
    bsi: dict[int, bytes], at: datetime, file: Ef, draw: st.DataObject
) -> None:
    content = bytearray(bsi[file])
    where = draw.draw(st.integers(0, min(len(content), 1200) - 1))
    content[where] ^= draw.draw(st.integers(1, 255))
    document = examination.of_folder(bsi | {int(file): bytes(content)}, TrustStore(), at)
    if file in (Ef.DG1, Ef.DG2, Ef.DG14):
        assert document.outcome("sod_hash") is Outcome.FAILED


@pytest.mark.parametrize("file", [Ef.COM, Ef.SOD, Ef.DG1, Ef.DG2, Ef.DG14])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_file_is_noticed(bsi: dict[int, bytes], at: datetime, file: Ef, share: float) -> None:
    content = bsi[file][: int(len(bsi[file]) * share)]
    document = examination.of_folder(bsi | {int(file): content}, TrustStore(), at)
    assert file is Ef.COM or document.outcome("sod_hash") is Outcome.FAILED


@pytest.mark.parametrize("data", [
    b"\x61\x80\x00\x00",  # indefinite length
    b"\x61\x84\xff\xff\xff\xff",  # four gigabytes
    b"\x61\x85\x01\x00\x00\x00\x00",
    b"\x61\x82\x01",  # the length itself is cut off
    b"\x7f\xff\xff\xff\x01\x00",  # a tag of four bytes
    b"\x1f",
    b"\x61\x05abc",
    b"\x04\x00" * 100_000,  # too many siblings
])  # fmt: skip
def test_hostile_lengths_and_tags_are_refused(data: bytes) -> None:
    with pytest.raises(UnusableData):
        list(tlv.objects(data))


def test_deep_nesting_costs_nothing_because_nobody_descends_unasked() -> None:
    nested = b""
    for _ in range(5000):
        nested = tlv.encode(0x30, nested)
    assert len(list(tlv.objects(nested))) == 1
    with pytest.raises(UnusableData):
        certificate.parse(nested)


@given(st.binary(max_size=40))
def test_any_atr_and_any_card_capabilities_are_survived(data: bytes) -> None:
    for told in (capabilities.of(data), capabilities.of(b"", data), capabilities.of(data, data)):
        assert 256 <= told.response <= 65536


@given(tag=st.sampled_from([0x04, 0x61, 0x5F1F, 0x7F61]), value=st.binary(max_size=70_000))
def test_what_is_encoded_is_read_back(tag: int, value: bytes) -> None:
    assert list(tlv.objects(tlv.encode(tag, value))) == [tlv.DataObject(tag, value)]


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=4), st.integers(0, 39))
def test_object_identifiers_are_read_as_they_were_written(rest: list[int], second: int) -> None:
    oid = ".".join(str(arc) for arc in (0, second, *rest))
    assert lds.decode_oid(lds.encode_oid(oid)) == oid
