"""Words for the watchlist: what an entry says, what a proposal changes, and what a match by name rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from examiner_console.law.stays import japan_date
from examiner_console.watchlist.likeness import Absent, Pair, Told, Way
from examiner_console.watchlist.matching import THRESHOLD, Match, score
from examiner_console.watchlist.parts import How
from examiner_console.watchlist.upkeep import Change, Draft, DraftName, Standing, person_of
from examiner_console.web.catalogues import translations
from examiner_console.web.rendering import MONTHS, day_text
from examiner_console.web.wording import Translate, mark, worded

CHANGES: Final[Mapping[str, str]] = {
    Change.ADD: mark("Add"),
    Change.AMEND: mark("Amend"),
    Change.REMOVE: mark("Remove"),
}
STANDINGS: Final[Mapping[str, str]] = {
    Standing.PROPOSED: mark("waits for a second person"),
    Standing.APPROVED: mark("approved"),
    Standing.REJECTED: mark("rejected"),
    Standing.WITHDRAWN: mark("withdrawn"),
}
SEXES: Final[Mapping[str, str]] = {"F": mark("female"), "M": mark("male"), "X": mark("unspecified")}
_SUBJECTS: Final[Mapping[str, str]] = {"surname": mark("Surname"), "given names": mark("Given names")}
_HOW: Final[Mapping[str, str]] = {
    How.READING: mark("another way to write it"),
    How.CUT: mark("cut by the document"),
    How.INITIAL: mark("initial only"),
    How.SLIP: mark("spelled otherwise"),
    How.OTHER: mark("another name"),
}
_ABSENT: Final[Mapping[str, str]] = {
    Absent.UNKNOWN: mark("unknown to one of the two"),
    Absent.NEITHER: mark("neither has any; the surname is the whole name"),
    Absent.ONE: mark("one of the two has none"),
}
_WAYS: Final[Mapping[str, str]] = {
    Way.EXCHANGED: mark(", in the other's place"),
    Way.JOINED: mark(", parts written as one"),
    Way.UNDIVIDED: mark(", all names in one field"),
}
_MOMENT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of an entry, with its heading in both languages."""

    japanese: str
    english: str
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    fact: Fact
    before: str


def facts(draft: Draft, language: str) -> tuple[Fact, ...]:
    """All that an entry says, in the order of the form."""
    translate = translations(language).gettext
    unknown = translate(mark("unknown"))
    return (
        Fact("氏名", "Names", names_text(draft, translate)),
        Fact("生年月日", "Birth", birth_text(draft, language)),
        Fact("性別", "Sex", worded(SEXES, draft.sex, translate) if draft.sex else unknown),
        Fact("国籍", "Nationality", draft.nationality or unknown),
        Fact("旅券番号", "Document number", draft.document_number or unknown),
        Fact("根拠", "Legal basis", draft.basis),
        Fact("理由", "Reason", draft.reason),
        Fact("機関", "Organ", draft.organ),
        Fact("最終日", "Last day", day_text(last_day(draft.expires_at), language)),
    )


def differences(before: Draft, after: Draft, language: str) -> tuple[Difference, ...]:
    """What a change makes of what is in force: only the lines that differ."""
    pairs = zip(facts(before, language), facts(after, language), strict=True)
    return tuple(Difference(new, old.text) for old, new in pairs if old.text != new.text)


def names_text(draft: Draft, translate: Translate) -> str:
    return " / ".join(_name_text(name, translate) for name in draft.names)


def _name_text(name: DraftName, translate: Translate) -> str:
    if name.given:
        return f"{name.surname}, {name.given}"
    note = mark("given names unknown") if name.given is None else mark("no given names")
    return f"{name.surname} ({translate(note)})"


def birth_text(draft: Draft, language: str) -> str:
    """With a question mark for each part that is unknown."""
    year, month, day = draft.birth_year, draft.birth_month, draft.birth_day
    if year is None and month is None:
        return translations(language).gettext(mark("unknown"))
    if year is not None and month is not None and day is not None:
        return day_text(date(year, month, day), language)
    if language == "ja":
        return f"{year or '?'}年{month or '?'}月{day or '?'}日"
    return f"{day or '?'} {MONTHS[month - 1] if month else '?'} {year or '?'}"


def last_day(expires_at: datetime) -> date:
    """The last day in Japan on which an entry is in force."""
    return japan_date(expires_at - _MOMENT)


def refers(draft: Draft) -> bool:
    """Whether its own person would be referred. The document's number counts nothing: a hall's question has none."""
    person = replace(person_of(draft), document_number=None)
    return score(person, person)[0] >= THRESHOLD


def match_text(match: Match, translate: Translate) -> str:
    """What the likeness of the names rests on; nothing else was asked for."""
    return " · ".join(
        f"{translate(_SUBJECTS[one.subject])}: {_told_text(one.found, translate)} ({one.points:+.0f})"
        for one in match.evidence
        if isinstance(one.found, Told)
    )


def _told_text(told: Told, translate: Translate) -> str:
    if told.absent:
        return translate(_ABSENT[told.absent])
    parts = [_pair_text(pair, translate) for pair in told.pairs]
    if told.extra:
        parts.append(translate(mark("only one of the two has %(names)s")) % {"names": " ".join(told.extra)})
    return "; ".join(parts) + "".join(translate(_WAYS[way]) for way in told.ways)


def _pair_text(pair: Pair, translate: Translate) -> str:
    if pair.how is How.SAME:
        return translate(mark("%(name)s the same")) % {"name": pair.one}
    gaps = {"one": pair.one, "other": pair.other, "how": worded(_HOW, pair.how, translate)}
    return translate(mark("%(one)s and %(other)s, %(how)s")) % gaps
