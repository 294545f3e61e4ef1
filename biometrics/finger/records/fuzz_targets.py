"""What a fuzzer may feed: any octets in, nothing but `RecordError` passed over; whatever else is raised is a find."""

from __future__ import annotations

from contextlib import suppress

from biometrics.finger.records import card
from biometrics.finger.records.errors import RecordError
from biometrics.finger.records.formats import read
from biometrics.finger.records.landmarks import landmarks
from biometrics.finger.records.record import Format


def record(data: bytes) -> None:
    with suppress(RecordError):
        found = read(data)
        for view in found.views:
            _ = view.ridge_counts
            if found.format is not None:
                landmarks(view, found.format)


def normal_card(data: bytes) -> None:
    with suppress(RecordError):
        card.read(data, Format.CARD_NORMAL, width=500, height=500)


def compact_card(data: bytes) -> None:
    with suppress(RecordError):
        card.read(data, Format.CARD_COMPACT, width=500, height=500)


def card_of_2011(data: bytes) -> None:
    with suppress(RecordError):
        view = card.read(data, Format.CARD_2011, width=500, height=500)
        card.written(view.template, Format.CARD_2011)


TARGETS = (record, normal_card, compact_card, card_of_2011)
