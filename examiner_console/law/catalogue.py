"""The 38 legal rules by their identifiers: what each says, how sure that is, since when, and which code carries it.

`carried_by` names functions: rules of `decide.RULES`, or procedures of officers that are pure functions over facts of
their own. A reason of a decision rests on the rules whose `articles` it cites or whose `carried_by` it names.
Effective dates stand where the sources give them; None means in force before the sources begin, or no known end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from examiner_console.contract import Reason
from examiner_console.law import (
    alerts,
    authorisations,
    biometrics,
    citizens_return,
    departure_orders,
    departures,
    documents,
    gate_use,
    hearings,
    landing,
    nationals,
    re_entry,
    registered,
    removals,
    residence_cards,
    special_landings,
    visas,
)

_TEXT: Final = "from memory; to be checked against the text of the Act"


@dataclass(frozen=True, slots=True)
class LegalRule:
    """`uncertain` says what is not settled; empty where the source was found. `articles` as reasons cite them."""

    id: str
    article: str
    sentence: str
    carried_by: tuple[Callable[..., Any], ...]
    articles: tuple[str, ...] = ()
    by_name: tuple[str, ...] = ()
    """Names of rules whose reasons rest on this one whatever article they cite."""
    uncertain: str = ""
    effective_from: date | None = None
    effective_until: date | None = None

    @property
    def certain(self) -> bool:
        return not self.uncertain

    def in_force(self, day: date) -> bool:
        return (self.effective_from or day) <= day <= (self.effective_until or day)


_LANDING: Final = (
    LegalRule(
        "L01",
        "Art. 6(1)",
        "To land, a foreign national needs a valid passport and a visa, unless exempt for a short stay, coming back "
        "with re-entry permission, or holding a refugee travel document.",
        (visas.visa_held,),
        ("Art. 6(1)",),
    ),
    LegalRule(
        "L02",
        "Art. 6(3)",
        "Fingerprints and photograph are given electronically, except by special permanent residents, persons under "
        "16, Diplomats and Officials, and guests of the state.",
        (biometrics.biometrics_on_landing, biometrics.exemption, registered.registered_biometrics),
        ("Art. 6(3)",),
    ),
    LegalRule(
        "L03",
        "Art. 7(4), 10(7)",
        "Who is not exempt and gives none is handed over to the special inquiry officer; who still refuses there is "
        "ordered to leave, without objection; giving them there cures it.",
        (biometrics.biometrics_on_landing, hearings.booth_steps, hearings.steps),
        ("Art. 7(4)",),
    ),
    LegalRule(
        "L04",
        "Art. 7(1)(i)-(iv)",
        "All four conditions hold: passport and visa valid; activity true and fitting a status; period as the "
        "ordinance has it; no ground of Art. 5(1).",
        (documents.document_unexpired, visas.activity_shown, visas.period_conforms, visas.declared_visit),
        ("Art. 7(1)", "Art. 7(1)(i)", "Art. 7(1)(ii)", "Art. 7(1)(iii)", "Art. 7(1)(iv)"),
        uncertain=f"which statuses are excluded on landing (ii), and (iii): {_TEXT}",
    ),
    LegalRule(
        "L05",
        "Art. 7(2), 7-2",
        "The applicant proves it; a certificate of eligibility, on paper, copied or shown on a device, proves the "
        "activity, within three months of issue.",
        (visas.certificate_holds, visas.usable_until, visas.accepts_form, visas.activity_shown),
        ("Art. 7(2), 7-2",),
        uncertain="three months from issue are own knowledge of the source's writer; devices count since 2023-03-17",
    ),
    LegalRule(
        "L06",
        "Art. 9(1), 9(3)",
        "Who conforms is given the seal with status and period; who comes back under an old status keeps it.",
        (landing.landing_examination, landing.suggestion, landing.old_status_kept),
        ("Art. 9(1), 9(3)",),
    ),
    LegalRule(
        "L07",
        "Art. 9(2)",
        "Infectious disease and mental capacity are decided after a designated doctor's diagnosis, never by a machine.",
        (landing.health_in_question, hearings.booth_steps),
        ("Art. 9(2)",),
    ),
    LegalRule(
        "L08",
        "Art. 9(4), 9(8), Ordinance Art. 7(3), 7-2",
        "A registered user of the automated gate who gives fingerprints and photograph and conforms is recorded "
        "instead of sealed.",
        (registered.recorded_landing, registered.registered_biometrics, registered.entry_of_landing),
        ("Art. 9(4), 9(8)",),
        uncertain=f"numbering (registration moved from 9(7) to 9(8) in 2014): {_TEXT}",
    ),
    LegalRule(
        "L09",
        "Art. 9(5)",
        "A holder of the registered user card lands by the automated gate as Temporary Visitor; excluded are who was "
        "ever deported and who misses all fingers of one hand.",
        (registered.recorded_landing, registered.registration_excluded, registered.second_screening_by),
        ("Art. 9(5)",),
    ),
    LegalRule(
        "L10",
        "Art. 9(6)",
        "Without seal or record the inspector hands over to the special inquiry officer; nobody refuses at a booth.",
        (hearings.booth_steps,),
    ),
)
_HEARING: Final = (
    LegalRule(
        "L11",
        "Art. 10(1)-(6)",
        "The hearing is prompt and on record; evidence, witnesses, an agent, and one relative or acquaintance by "
        "permission.",
        (hearings.steps, hearings.may_attend),
    ),
    LegalRule("L12", "Art. 10(8)", "Found to conform, the person is given the seal at once.", (hearings.steps,)),
    LegalRule(
        "L13",
        "Art. 10(10), 10(11)",
        "Found not to conform, the person is told so and of the right to object; who accepts is ordered to leave.",
        (hearings.steps,),
    ),
    LegalRule(
        "L14",
        "Art. 11(1)",
        "An objection is made in writing within three days of the notice.",
        (hearings.objection_before, hearings.steps),
    ),
    LegalRule(
        "L15",
        "Art. 11(4), 11(6)",
        "The Minister decides: with reason, the seal at once; without, an order to leave, unless specially permitted.",
        (hearings.steps,),
    ),
    LegalRule(
        "L16",
        "Art. 12",
        "The Minister may specially permit: re-entry permission, trafficking under others' control, other special "
        "circumstances.",
        (hearings.steps,),
        uncertain=f"items (ii) and (iii): {_TEXT}",
    ),
    LegalRule(
        "L17",
        "Art. 13",
        "While a procedure is pending, a supervising inspector may permit provisional landing on conditions, with a "
        "deposit.",
        (hearings.provisional_landing_faults,),
        uncertain=_TEXT,
    ),
)
_BARS: Final = (
    LegalRule(
        "L18",
        "Art. 5(1)(ix)",
        "An earlier removal bars: 1 year after refusal for drugs or arms, 5 after deportation, 10 after a repeated "
        "one, 1 after a departure order, from the actual exit; sentences and drug convictions for good.",
        (removals.earlier_removal, removals.bars),
        ("Art. 5(1)(ix)",),
        uncertain=f"item (ix-2), and the reduction of Art. 52(5) since 2024: {_TEXT}",
    ),
    LegalRule(
        "L19",
        "Art. 5-2",
        "For a special reason, such as re-entry permission, the Minister may decide that a ground alone does not bar.",
        (removals.earlier_removal,),
        ("Art. 5-2",),
    ),
)
_SPECIAL: Final = (
    LegalRule(
        "L20",
        "Art. 14",
        "Port of call: 72 hours in the municipality of the port, on the carrier's application.",
        (special_landings.admissible,),
    ),
    LegalRule(
        "L21",
        "Art. 14-2",
        "Cruise: back before each sailing, 30 days in all, 7 for a single landing.",
        (special_landings.admissible,),
        uncertain=f"seven days for a single landing: {_TEXT}",
    ),
    LegalRule(
        "L22",
        "Art. 15(1), 15(2)",
        "Transit: 15 days to rejoin the same ship, 3 to another port, on a set route.",
        (special_landings.admissible,),
    ),
    LegalRule(
        "L23",
        "Art. 16",
        "Crew: 7 days at one port, 15 over several; for several landings within a year, 7 days each.",
        (landing.crew_landing, special_landings.admissible),
        ("Art. 16",),
        uncertain=_TEXT,
    ),
    LegalRule(
        "L24",
        "Art. 17",
        "Emergency: until the illness or accident is over; no ground of Art. 5 bars.",
        (special_landings.admissible,),
        uncertain=_TEXT,
    ),
    LegalRule(
        "L25",
        "Art. 18",
        "Distress: 30 days; police and coast guard who hand a person over must be followed; no ground of Art. 5 bars.",
        (special_landings.admissible,),
    ),
    LegalRule(
        "L26",
        "Art. 18-2",
        "Temporary refuge, for who applies in person: up to six months, on conditions, never decided by a machine.",
        (landing.refuge_asked, special_landings.admissible),
        ("Art. 18-2",),
        uncertain=f"six months: {_TEXT}",
    ),
)
_LEAVING: Final = (
    LegalRule(
        "L27",
        "Art. 25",
        "A foreign national, not crew, has the departure confirmed; a Temporary Visitor may use the face gate, who "
        "means to come back may not.",
        (departures.departure_confirmation,),
        ("Art. 25(1)", "Art. 24(iv)(b)"),
    ),
    LegalRule(
        "L28",
        "Art. 25-2",
        "On an organ's notice the inspector may hold the confirmation for 24 hours from when the procedure began.",
        (alerts.departure_hold, alerts.hold_until),
        ("Art. 25-2(1)",),
    ),
    LegalRule(
        "L29",
        "Art. 26",
        "Re-entry permission: before the stay ends, for 5 years at most, 6 for special permanent residents.",
        (re_entry.permission, departures.departure_confirmation, landing.old_status_kept),
        ("Art. 26(1)",),
    ),
    LegalRule(
        "L30",
        "Art. 26-2",
        "Deemed re-entry, for who declares it on departure: 1 year or the end of stay, 2 for special permanent "
        "residents; not with a procedure pending.",
        (re_entry.deemed, landing.old_status_kept),
        ("Art. 26-2(1)",),
    ),
    LegalRule(
        "L31",
        "Art. 26-3",
        "A Temporary Visitor on a designated passenger ship may come back on it within 15 days.",
        (re_entry.same_ship, landing.old_status_kept),
        ("Art. 26-3",),
        uncertain=_TEXT,
    ),
    LegalRule(
        "L32",
        "Art. 60",
        "A Japanese national leaves on a valid passport, confirmed as a fact.",
        (nationals.national_leaving,),
        ("Art. 60(1)",),
    ),
    LegalRule(
        "L33",
        "Art. 61",
        "A Japanese national returns by right: confirmed, never refused, no fingerprints.",
        (nationals.national_returning, nationals.national_at_bio_cart, citizens_return.at_booth),
        ("Art. 61",),
    ),
    LegalRule(
        "L34",
        "Art. 19-3, 19-6",
        "Who becomes a mid- or long-term resident is given a residence card, at designated ports on landing.",
        (landing.residence_card_due, residence_cards.issue),
        ("Art. 19-3, 19-6",),
        uncertain=f"which ports issue cards: {_TEXT}",
    ),
    LegalRule(
        "L35",
        "Art. 55-2",
        "An overstayer who comes forward may be ordered to leave within 15 days; officers see to it and close it.",
        (departures.departure_order, departure_orders.order),
        ("Art. 55-2",),
        uncertain=f"fifteen days: {_TEXT}",
    ),
)
_GATES: Final = (
    LegalRule(
        "L36",
        "Face gate (Immigration Services Agency)",
        "An IC passport, alone, at least 135 cm tall: Japanese both ways, foreign Temporary Visitors leaving.",
        (documents.alone, gate_use.tall_enough),
        by_name=("alone", "tall_enough"),
    ),
    LegalRule(
        "L37",
        "Joint kiosk (Immigration Services Agency and Customs, 2025)",
        "Passport, photo, fingerprints of foreigners and declaration in one, one person at a time.",
        (gate_use.kiosk_route,),
        effective_from=date(2025, 4, 1),
        uncertain="the sources say 2025 and no day; the first day of the fiscal year stands in",
    ),
    LegalRule(
        "L38",
        "Travel authorisation (bill of 10 March 2026)",
        "From its start in fiscal 2028 a visa-exempt short stay needs an authorisation before travel.",
        (authorisations.travel_authorisation, authorisations.needed),
        (authorisations.ARTICLE,),
        effective_from=authorisations.STARTS,
        uncertain="a bill, planned for fiscal 2028; the first day is not fixed",
    ),
)
CATALOGUE: Final[Mapping[str, LegalRule]] = MappingProxyType(
    {rule.id: rule for rule in (*_LANDING, *_HEARING, *_BARS, *_SPECIAL, *_LEAVING, *_GATES)}
)


def rests_on(reason: Reason) -> tuple[str, ...]:
    """Identifiers of the rules a reason rests on, in the catalogue's order.

    Empty for the stations' own faults, and where the reason is that no rule opens.
    """
    return () if reason.rule == "decide" else _rests_on(reason.article, reason.rule)


@cache
def _rests_on(article: str, rule: str) -> tuple[str, ...]:
    return tuple(law.id for law in CATALOGUE.values() if article in law.articles or rule in law.by_name)


def are_certain(ids: tuple[str, ...]) -> bool:
    return all(CATALOGUE[id].certain for id in ids)
