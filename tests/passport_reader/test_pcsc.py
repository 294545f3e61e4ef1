"""A PC/SC service that is not there, sees no card, or loses it: what no simulated card can bring about."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from passport_reader.card.pcsc import PcscReader, ReaderUnavailable
from passport_reader.document import ChipLost

PRESENT, TIMED_OUT, FAILED = 0x20, 10, 1


def service(**answers: Any) -> SimpleNamespace:
    """The binding of a service with one reader, on which a card lies; `answers` are those that differ."""
    zeros = "SCOPE_USER S_SUCCESS SHARE_SHARED STATE_UNAWARE LEAVE_CARD PCI_T0 PCI_T1"
    numbers = {"PROTOCOL_T0": 1, "PROTOCOL_T1": 2, "STATE_CHANGED": 2, "STATE_PRESENT": PRESENT, "E_TIMEOUT": TIMED_OUT}
    constants = {f"SCARD_{name}": value for name, value in (dict.fromkeys(zeros.split(), 0) | numbers).items()}
    told = {
        "SCardEstablishContext": (0, 7),
        "SCardListReaders": (0, ["Some Reader 00"]),
        "SCardGetStatusChange": (0, [("Some Reader 00", PRESENT)]),
        "SCardConnect": (0, 8, 2),
        "SCardStatus": (0, "", 0, 0, [0x3B]),
        "SCardTransmit": (0, [0x90, 0x00]),
        "SCardDisconnect": 0,
        "SCardReleaseContext": 0,
    } | answers
    calls = {name: (lambda *arguments, answer=answer: answer) for name, answer in told.items()}
    return SimpleNamespace(**constants, **calls)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Any:
    def served(**answers: Any) -> PcscReader:
        monkeypatch.setitem(sys.modules, "smartcard", SimpleNamespace(scard=service(**answers)))
        return PcscReader("Some Reader")

    return served


def test_without_pyscard_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smartcard", None)
    with pytest.raises(ReaderUnavailable, match=r"sekisho\[pcsc\]"):
        PcscReader("any")


@pytest.mark.parametrize("answers", [
    {"SCardEstablishContext": (FAILED, 0)}, {"SCardListReaders": (FAILED, [])}, {"SCardListReaders": (0, ["Other"])},
])  # fmt: skip
def test_a_reader_that_cannot_be_had_is_unavailable(serve: Any, answers: dict[str, Any]) -> None:
    with pytest.raises(ReaderUnavailable):
        serve(**answers)


@pytest.mark.parametrize("answers", [
    {"SCardGetStatusChange": (TIMED_OUT, [])}, {"SCardGetStatusChange": (0, [("Some Reader 00", 0)])},
    {"SCardConnect": (FAILED, 0, 0)}, {"SCardStatus": (FAILED, "", 0, 0, [])},
])  # fmt: skip
def test_no_card_that_answers_is_a_timeout(serve: Any, answers: dict[str, Any]) -> None:
    with pytest.raises(TimeoutError):
        serve(**answers).wait_for_card(0)


def test_a_service_that_goes_away_is_unavailable(serve: Any) -> None:
    with pytest.raises(ReaderUnavailable):
        serve(SCardGetStatusChange=(FAILED, [])).wait_for_card(0)


@pytest.mark.parametrize("answer", [(FAILED, []), (0, []), (0, [0x90])])
def test_an_answer_that_never_comes_whole_is_a_lost_card(serve: Any, answer: tuple[int, list[int]]) -> None:
    reader = serve(SCardTransmit=answer)
    card = reader.wait_for_card(0)
    with pytest.raises(ChipLost):
        card.transmit(b"\0\xb0\0\0\0")
    with pytest.raises(TimeoutError):
        reader.wait_for_card(0)
    reader.close()
