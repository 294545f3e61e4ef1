"""Which way a chip is opened, with which key, how often a wrong one is told it, and what is said about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passport_reader import lds, mrz, tlv
from passport_reader.document import Card, ChipRefused, Outcome, PassportError
from passport_reader.lds import Ef
from passport_reader.protocols import misreadings, pace_offer, session
from passport_reader.protocols.access import AccessDenied, CanKey, LastTrySpared, MrzKey
from passport_reader.protocols.pace_offer import PACE, PaceInfo
from passport_reader.protocols.session import MAX_WRONG_KEYS, ChipSession
from simulators.issuing import Passport

Issue = Callable[..., Passport]
Lay = Callable[..., Card]
Answer = tuple[bytes, int]

P256, BRAINPOOL_256, BRAINPOOL_384 = 12, 13, 16
CHOOSE, PROVE, BASIC = "0022c1a4", "00860000", "00820000"  # the headers of commands that tell the chip something


def pace_info(arcs: str, *numbers: int) -> bytes:
    fields = b"".join(tlv.encode(0x02, bytes([number])) for number in (2, *numbers))
    return tlv.encode(0x30, tlv.encode(0x06, lds.encode_oid(PACE + arcs)) + fields)


def domain_parameters(arc: str, name: str, parameters: bytes) -> bytes:
    algorithm = tlv.encode(0x30, tlv.encode(0x06, lds.encode_oid(name)) + parameters)
    return tlv.encode(0x30, tlv.encode(0x06, lds.encode_oid(PACE + arc)) + algorithm)


def offering(passport: Passport, *infos: bytes) -> Passport:
    """The passport with another EF.CardAccess; its DG14 stays as the State signed it."""
    return replace(passport, files={**passport.files, Ef.CARD_ACCESS: tlv.encode(0x31, b"".join(infos))})


def offers(*infos: bytes) -> tuple[PaceInfo, ...]:
    return pace_offer.offered(lds.security_infos(tlv.encode(0x31, b"".join(infos))))


def key_of(passport: Passport) -> MrzKey:
    return MrzKey.of(mrz.parse("".join(passport.mrz_lines)))


class Meddled:
    """A chip some of whose answers are replaced; it keeps account of the commands."""

    def __init__(self, card: Card, answer: Callable[[str], Answer | None] = lambda command: None) -> None:
        self.atr, self._card, self._answer = card.atr, card, answer
        self.commands: list[str] = []

    def transmit(self, apdu: bytes) -> Answer:
        self.commands.append(apdu.hex())
        return self._answer(apdu.hex()) or self._card.transmit(apdu)

    def sent(self, header: str) -> list[str]:
        return [command for command in self.commands if command.startswith(header)]


def refusing(*protocols: str) -> Callable[[str], Answer | None]:
    """The chip does not go along with these protocols."""
    oids = [lds.encode_oid(PACE + arcs).hex() for arcs in protocols]
    refused = (b"", 0x6A80)
    return lambda command: refused if command.startswith(CHOOSE) and any(oid in command for oid in oids) else None


WEAK, STRONG = pace_info("2.2", P256), pace_info("2.4", BRAINPOOL_384)


def test_the_strongest_of_several_offers_is_taken_and_named(issue: Issue, lay: Lay) -> None:
    passport = offering(issue("UTO"), WEAK, STRONG, pace_info("2.1", BRAINPOOL_256))
    card = Meddled(lay(passport))
    opened = ChipSession(card, key_of(passport))
    assert opened.finding.outcome is Outcome.SUCCESSFUL
    assert opened.finding.detail == "ECDH_GENERIC AES_256 brainpoolP384r1"
    (command,) = card.sent(CHOOSE)
    assert command.endswith("840110")


def test_a_single_offer_needs_no_name(issue: Issue, lay: Lay) -> None:
    passport = offering(issue("UTO"), WEAK)
    card = Meddled(lay(passport))
    assert ChipSession(card, key_of(passport)).finding.code == "pace"
    (command,) = card.sent(CHOOSE)
    assert command.endswith("830101")


def test_the_order_of_preference() -> None:
    """What breaks first; then the chip's proof, constant time, the rest of strength, the simpler mapping."""
    best_first = [
        pace_info("2.4", BRAINPOOL_384),
        pace_info("2.4", 14),  # brainpoolP320r1, 160 bits, in plain Python
        pace_info("6.2", BRAINPOOL_256),
        pace_info("2.2", BRAINPOOL_384),
        pace_info("2.4", P256),
        pace_info("2.2", P256),
        pace_info("4.2", P256),
        pace_info("2.2", 14),
        pace_info("1.4", 2),
        pace_info("3.4", 2),
        pace_info("2.1", P256),
        pace_info("1.1", 0),
    ]
    assert pace_offer.ranked(offers(*reversed(best_first))) == list(offers(*best_first))


def test_a_weaker_pace_in_place_of_a_failed_one_is_never_silent(issue: Issue, lay: Lay) -> None:
    passport = offering(issue("UTO"), WEAK, STRONG)
    card = Meddled(lay(passport), refusing("2.4"))
    opened = ChipSession(card, key_of(passport))
    assert (opened.finding.outcome, opened.finding.code) == (Outcome.FAILED, "pace_downgraded")
    assert "brainpoolP384r1 failed" in opened.finding.detail
    opened.reopen()
    assert opened.finding.code == "pace_downgraded"
    assert len(card.sent(CHOOSE)) == 3  # the one that failed is not asked again


def test_basic_access_in_place_of_two_failed_offers_is_never_silent(issue: Issue, lay: Lay) -> None:
    passport = offering(issue("UTO"), WEAK, STRONG)
    opened = ChipSession(Meddled(lay(passport), refusing("2.4", "2.2")), key_of(passport))
    assert (opened.finding.outcome, opened.finding.code) == (Outcome.FAILED, "pace_downgraded_to_bac")


def test_a_better_offer_in_the_signed_data_group_was_hidden_by_someone(issue: Issue, lay: Lay) -> None:
    passport = issue("UTO")
    opened = ChipSession(lay(offering(passport, pace_info("2.1", BRAINPOOL_256))), key_of(passport))
    assert opened.finding.code == "pace"
    signed = lds.security_infos(lds.content(Ef.DG14, passport.files[Ef.DG14]))
    revised = session.revised(opened, signed, known=True)
    assert (revised.outcome, revised.code) == (Outcome.FAILED, "pace_downgraded")


def test_an_offer_as_good_as_the_signed_one_stands(issue: Issue, lay: Lay) -> None:
    passport = issue("UTO")
    opened = ChipSession(lay(passport), key_of(passport))
    signed = lds.security_infos(lds.content(Ef.DG14, passport.files[Ef.DG14]))
    assert session.revised(opened, signed, known=True) == session.revised(opened, (), known=True) == opened.finding


@pytest.mark.parametrize("faults", [[], ["bac_only"]])
def test_what_nobody_signed_confirms_no_offer(issue: Issue, lay: Lay, faults: list[str]) -> None:
    passport = issue("UTO", faults=faults)
    revised = session.revised(ChipSession(lay(passport), key_of(passport)), (), known=False)
    assert (revised.outcome, revised.code) == (Outcome.UNDETERMINED, "pace_offer_unknown")


def test_the_two_element_form_takes_the_parameters_stated_aside() -> None:
    aside = domain_parameters("2", pace_offer.STANDARDISED, tlv.encode(0x02, bytes([BRAINPOOL_256])))
    (offer,) = offers(pace_info("2.2"), aside)
    assert offer.supported
    assert offer.title == "ECDH_GENERIC AES_128 brainpoolP256r1"
    assert not offers(pace_info("2.2"), aside, aside)[0].supported  # which of two it means, nobody knows
    assert not offers(pace_info("6.2"), aside)[0].supported  # nor which key the chip would prove


@pytest.mark.parametrize("aside", [
    b"",
    domain_parameters("2", "1.2.840.10045.2.1", tlv.encode(0x30, b"\x02\x01\x01")),  # explicit: not to be trusted
    domain_parameters("2", pace_offer.STANDARDISED, tlv.encode(0x02, b"\x63")),
    domain_parameters("2", pace_offer.STANDARDISED, b""),
])  # fmt: skip
def test_without_parameters_that_can_be_trusted_there_is_no_pace(issue: Issue, lay: Lay, aside: bytes) -> None:
    passport = offering(issue("UTO"), pace_info("2.2"), aside)
    opened = ChipSession(lay(passport), key_of(passport))
    assert (opened.finding.outcome, opened.finding.code) == (Outcome.UNDETERMINED, "pace_downgraded_to_bac")


def misread(key: MrzKey) -> MrzKey:
    return replace(key, document_number=key.document_number.replace("6", "G"))


@pytest.mark.parametrize("faults", [[], ["bac_only"]])
def test_a_look_alike_opens_where_the_caller_allows_it(issue: Issue, lay: Lay, faults: list[str]) -> None:
    passport = issue("UTO", faults=faults)
    wrong = misread(key_of(passport))
    with pytest.raises(AccessDenied):
        ChipSession(lay(passport), wrong)
    opened = ChipSession(lay(passport), wrong, alternatives=misreadings.candidates(wrong))
    assert opened.key == key_of(passport)
    assert opened.finding.outcome is Outcome.SUCCESSFUL
    assert opened.finding.detail.endswith("opened by key 2 of 2")


@pytest.mark.parametrize(("faults", "telling"), [([], PROVE), (["bac_only"], BASIC)])
def test_a_chip_is_told_only_so_many_wrong_keys(issue: Issue, lay: Lay, faults: list[str], telling: str) -> None:
    passport = issue("UTO", faults=faults)
    wrong = [MrzKey(f"AB123456{digit}", "900504", "310302") for digit in range(9)]
    card = Meddled(lay(passport))
    with pytest.raises(AccessDenied):
        ChipSession(card, wrong[0], alternatives=wrong[1:])
    assert len(card.sent(telling)) == MAX_WRONG_KEYS


def test_the_key_that_opened_once_is_the_only_one_tried_again(issue: Issue, lay: Lay) -> None:
    passport = issue("UTO")
    denying: list[Answer] = []
    card = Meddled(lay(passport), lambda command: denying[0] if denying and command.startswith(PROVE) else None)
    opened = ChipSession(card, key_of(passport), alternatives=[MrzKey("AB1234567", "900504", "310302")])
    denying.append((b"", 0x6300))
    told = len(card.sent(PROVE))
    with pytest.raises(AccessDenied):
        opened.reopen()
    assert len(card.sent(PROVE)) == told + 1


def test_a_card_access_number_may_take_a_weaker_pace_but_nothing_else(issue: Issue, lay: Lay) -> None:
    passport = offering(issue("UTO"), WEAK, STRONG)
    opened = ChipSession(Meddled(lay(passport), refusing("2.4")), CanKey(passport.can))
    assert opened.finding.code == "pace_downgraded"
    card = Meddled(lay(passport), refusing("2.4", "2.2"))
    with pytest.raises(ChipRefused, match="nothing without PACE"):
        ChipSession(card, CanKey(passport.can))
    assert not card.sent("00840000")


def test_the_last_try_of_a_card_access_number_is_left_to_its_holder(issue: Issue, lay: Lay) -> None:
    passport = issue("UTO")
    card = Meddled(lay(passport), lambda command: (b"", 0x63C1) if command.startswith(CHOOSE) else None)
    with pytest.raises(LastTrySpared):
        ChipSession(card, CanKey(passport.can))
    assert not card.sent("10860000")


def test_look_alikes_are_those_the_check_digit_allows() -> None:
    """G and 6 weigh the same in every place; O and 0 only together with another exchange."""
    key = MrzKey("L898902C6", "690806", "940623")
    numbers = [other.document_number for other in misreadings.candidates(key)]
    assert numbers[:2] == ["L898902C6", "L898902CG"]
    assert misreadings.candidates(MrzKey("AAAA", "690806", "940623")) == (MrzKey("AAAA", "690806", "940623"),)


@given(number=st.text("0OQD1I2Z5S6G8BX<", min_size=1, max_size=9))
def test_candidates_are_few_differ_and_weigh_the_same(number: str) -> None:
    key = MrzKey(number, "690806", "940623")
    found = misreadings.candidates(key)
    assert found[0] == key
    assert len(set(found)) == len(found) <= misreadings.MAX_CANDIDATES
    assert {mrz.check_digit(other.document_number) for other in found} == {mrz.check_digit(number)}


class Babbler:
    """A card that answers anything, over and over."""

    atr = b""

    def __init__(self, answers: list[Answer]) -> None:
        self._answers: Iterator[Answer] = iter(answers * 400)

    def transmit(self, apdu: bytes) -> Answer:
        return next(self._answers, (b"", 0x6F00))


@given(
    st.lists(
        st.tuples(st.binary(max_size=60), st.one_of(st.sampled_from([0x9000, 0x6282, 0x63C3]), st.integers(0, 0xFFFF))),
        min_size=1,
        max_size=6,
    )
)
@settings(deadline=None)
def test_a_card_that_answers_anything_never_gets_a_session(answers: list[Answer]) -> None:
    with pytest.raises(PassportError):
        ChipSession(Babbler(answers), MrzKey("L898902C", "690806", "940623"))
