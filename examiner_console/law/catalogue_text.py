"""The catalogue to read: as a table for the documentation, as lines for a terminal, as records for programs."""

from __future__ import annotations

from datetime import date

import msgspec

from examiner_console.law.catalogue import CATALOGUE, LegalRule
from examiner_console.law.decide import CURRENT, RULES


class ListedRule(msgspec.Struct, frozen=True):
    """`machine` says whether decisions rest on it; else it is an officers' procedure alone."""

    id: str
    article: str
    sentence: str
    certain: bool
    uncertain: str
    effective_from: date | None
    effective_until: date | None
    in_force: bool
    machine: bool
    carried_by: tuple[str, ...]


def listed(day: date) -> tuple[ListedRule, ...]:
    return tuple(_listed(rule, day) for rule in CATALOGUE.values())


def _listed(rule: LegalRule, day: date) -> ListedRule:
    return ListedRule(
        id=rule.id,
        article=rule.article,
        sentence=rule.sentence,
        certain=rule.certain,
        uncertain=rule.uncertain,
        effective_from=rule.effective_from,
        effective_until=rule.effective_until,
        in_force=rule.in_force(day),
        machine=any(carrier in RULES[CURRENT] for carrier in rule.carried_by),
        carried_by=tuple(f"{one.__module__.rpartition('.')[2]}.{one.__name__}" for one in rule.carried_by),
    )


def in_words(day: date) -> str:
    return "\n".join(_words(rule) for rule in listed(day))


def _words(rule: ListedRule) -> str:
    force = "" if rule.in_force else f" [in force from {rule.effective_from}]"
    doubt = f"\n     uncertain: {rule.uncertain}" if rule.uncertain else ""
    return f"{rule.id}  {rule.article}{force}\n     {rule.sentence}{doubt}"


def table() -> str:
    """Markdown, one line a rule, between the header and the end."""
    rows = (_row(rule) for rule in CATALOGUE.values())
    return "\n".join(("| rule | article | says | carried by | uncertain |", "|---|---|---|---|---|", *rows))


def _row(rule: LegalRule) -> str:
    carried = ", ".join(f"`{one.__module__.rpartition('.')[2]}.{one.__name__}`" for one in rule.carried_by)
    since = f" (from {rule.effective_from})" if rule.effective_from else ""
    return f"| {rule.id} | {rule.article}{since} | {rule.sentence} | {carried} | {rule.uncertain} |"
