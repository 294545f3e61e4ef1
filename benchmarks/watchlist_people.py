"""A seeded corpus of people who do not exist, and of the ways in which one of them comes to be written otherwise.

Names are syllables put together, with a few very common ones among them, drawn so that the common are far more common
(weight 1 by rank). How a name is rewritten stands in tables of its own, written apart from the tables the matcher has;
the same hand wrote both, so a rule that neither knows is not measured.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from examiner_console.watchlist.dates import BirthDate
from examiner_console.watchlist.matching import Listed, Person
from examiner_console.watchlist.names import NAME_FIELD, Name, parse_name

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
Rewrite = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class People:
    """How a people of the corpus is named; `rewrites` are pairs of what documents write for the same sound."""

    state: str
    common: tuple[str, ...]
    surname: tuple[str, ...]
    given: tuple[str, ...]
    syllables: tuple[int, int]
    rewrites: Rewrite
    two_given: float = 0.0


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


PEOPLES: Final = (
    People("JPN", _words("SATO SUZUKI TANAKA ITO KATO ONO"), _words("NAKA MURA YAMA KAWA SHIMA TSUKA FUJI MORI OKA"),
           _words("YU KO SHO TA KEN JI HARU MI AYA TO RO ICHI"), (2, 2),
           (("SHI", "SI"), ("TSU", "TU"), ("FU", "HU"), ("JI", "ZI"), ("TO", "TOU"), ("KO", "KOH"), ("SHO", "SYO"))),
    People("CHN", _words("WANG LI ZHANG LIU CHEN YANG ZHAO ZHOU XU QIAN"), _words("GUO HE CAI XIE DENG ZHU SONG DING"),
           _words("WEI FANG XIAO MING JUN QIANG JING DAN YUN ZHI GUANG HUA"), (1, 2),
           (("ZH", "CH"), ("XIAO", "HSIAO"), ("XI", "HSI"), ("QIA", "CHIA"), ("GU", "KU"), ("JI", "CHI"))),
    People("KOR", _words("KIM LEE PARK CHOI JUNG KANG CHO YOON"), _words("SHIN KWON AHN RYU MOON BAE HEO NOH"),
           _words("MIN JUN SEO YEON HYUN WOO JI HYE SOO YOUNG"), (2, 2),
           (("KIM", "GIM"), ("LEE", "YI"), ("PARK", "PAK"), ("CHOI", "CHOE"), ("JUNG", "CHUNG"), ("YOON", "YUN"),
            ("SOO", "SU"), ("WOO", "U"), ("YOUNG", "YEONG"), ("RYU", "YOO"), ("MOON", "MUN"))),
    People("EGY", _words("MOHAMMED AHMED HASSAN ALI MAHMOUD IBRAHIM"), _words("SA LIM KHA LED NA SER RUQ SHID HIR"),
           _words("YU SUF MU STA FA KA RIM HA BIB JA MAL"), (2, 3),
           (("MOHAMMED", "MUHAMMAD"), ("AHMED", "AHMAD"), ("OU", "U"), ("Q", "K"), ("KH", "XKH"), ("E", "I")), 0.5),
    People("UKR", _words("IVANOV PETROV SMIRNOV"), _words("KOVA LE VOL KHO MAR CHEN SHE REN ZHU DYA YUR BOI"),
           _words("ALE KSEI SER GEY YU RI DMI TRIY NA TA LIA"), (2, 3),
           (("Y", "I"), ("KS", "X"), ("KH", "H"), ("OV", "OFF"), ("YU", "IU"), ("YA", "IA"), ("TS", "C"))),
    People("DEU", _words("MUELLER SCHMIDT SCHNEIDER FISCHER WEBER"), _words("BAUM GAR TEN STEIN HOL ZER KOEN IG BRAND"),
           _words("JOER GEN AN NA LU KAS ELI SA MAR TIN"), (2, 3),
           (("UE", "U"), ("OE", "O"), ("SS", "SZ"), ("CK", "K"), ("PH", "F"), ("TH", "T")), 0.4),
    People("ESP", _words("GARCIA LOPEZ MARTINEZ SANCHEZ PEREZ"), _words("DEL GA DO MOR ALES VI LLA RU BIO CAS TRO"),
           _words("MA RIA JO SE LU IS CAR MEN PA BLO"), (2, 3),
           (("EZ", "ES"), ("V", "B"), ("LL", "Y"), ("C", "S")), 0.6),
)  # fmt: skip


class Corpus:
    """People drawn from one seed: the same seed gives the same people."""

    def __init__(self, seed: int) -> None:
        self.chosen = random.Random(seed)

    def person(self) -> Person:
        people = self.chosen.choice(PEOPLES)
        given = [self._built(people.given, people)]
        if self.chosen.random() < people.two_given:
            given.append(self._built(people.given, people))
        name = parse_name(self._surname(people), " ".join(given))
        number = f"{self.chosen.choice(LETTERS)}{self.chosen.choice(LETTERS)}{self.chosen.randrange(10**7):07}"
        return Person((name,), self._birth(), self.chosen.choice("MF"), people.state, number)

    def entries(self, number: int) -> list[Listed]:
        """As lists are: one in three without a document number, one in six with parts of the birth date unknown."""
        return [Listed(f"W{at:06}", self._listed(self.person())) for at in range(number)]

    def _listed(self, person: Person) -> Person:
        if self.chosen.random() < 1 / 3:
            person = replace(person, document_number=None)
        if self.chosen.random() < 1 / 6:
            month = person.birth.month if self.chosen.random() < 0.5 else None
            person = replace(person, birth=BirthDate(person.birth.year, month))
        return person

    def _surname(self, people: People) -> str:
        if self.chosen.random() < 0.4:
            weights = [1 / (rank + 1) for rank in range(len(people.common))]
            return self.chosen.choices(people.common, weights)[0]
        return self._built(people.surname, people)

    def _built(self, syllables: tuple[str, ...], people: People) -> str:
        return "".join(self.chosen.choices(syllables, k=self.chosen.randint(*people.syllables)))

    def _birth(self) -> BirthDate:
        return BirthDate.of(date(1950, 1, 1) + timedelta(days=self.chosen.randrange(20_000)))

    def renewed(self, person: Person) -> Person:
        """With another passport, as whoever avoids a list would travel."""
        return replace(person, document_number=f"ZZ{self.chosen.randrange(10**7):07}")


Change = Callable[[random.Random, Person], Person]


def _renamed(person: Person, surname: tuple[str, ...], given: tuple[str, ...]) -> Person:
    return replace(person, names=(Name(surname, given),))


def _parts(person: Person) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return person.names[0].surname, person.names[0].given or ()


def transliterated(chosen: random.Random, person: Person) -> Person:
    """Every rewriting of the people that applies, each with an even chance, and at least one if any does."""
    [rewrites] = [people.rewrites for people in PEOPLES if people.state == person.nationality]
    surname, given = (" ".join(part) for part in _parts(person))
    fitting = [pair for pair in rewrites if pair[0] in surname + " " + given]
    kept = [pair for pair in fitting if chosen.random() < 0.5] or fitting[:1]
    for old, new in kept:
        surname, given = surname.replace(old, new), given.replace(old, new)
    return _renamed(person, tuple(surname.split()), tuple(given.split()))


def mistyped(chosen: random.Random, person: Person) -> Person:
    """One letter of the surname left out, doubled, turned with the next, or taken for any other."""
    surname, given = _parts(person)
    word = surname[0]
    at = chosen.randrange(len(word))
    other = chosen.choice(LETTERS)
    turned = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    ways = (word[:at] + word[at + 1 :] or word, word[: at + 1] + word[at:], turned, word[:at] + other + word[at + 1 :])
    return _renamed(person, (chosen.choice(ways), *surname[1:]), given)


def exchanged(_: random.Random, person: Person) -> Person:
    surname, given = _parts(person)
    return _renamed(person, given, surname)


def divided(chosen: random.Random, person: Person) -> Person:
    """Given names joined where there are two, else divided in two."""
    surname, given = _parts(person)
    if len(given) > 1:
        return _renamed(person, surname, ("".join(given),))
    at = chosen.randrange(1, len(given[0])) if len(given[0]) > 1 else 1
    return _renamed(person, surname, tuple(part for part in (given[0][:at], given[0][at:]) if part))


def married(chosen: random.Random, person: Person) -> Person:
    surname, given = _parts(person)
    return _renamed(person, (*surname, chosen.choice(chosen.choice(PEOPLES).common)), given)


def added(chosen: random.Random, person: Person) -> Person:
    surname, given = _parts(person)
    return _renamed(person, surname, (*given, "".join(chosen.choices(chosen.choice(PEOPLES).given, k=2))))


def initial(_: random.Random, person: Person) -> Person:
    surname, given = _parts(person)
    return _renamed(person, surname, tuple(part[0] for part in given))


def shortened(chosen: random.Random, person: Person) -> Person:
    """Long names, cut at the 39 characters of a passport's name field; the entry keeps the whole."""
    name = person.names[0]
    field = "<".join(name.surname) + "<<" + "<".join(name.given or ())
    cut = field[: max(len("<".join(name.surname)) + 4, NAME_FIELD["TD3"] - 30 + chosen.randrange(8))]
    surname, _, given = cut.partition("<<")
    parts = tuple(part for part in given.split("<") if part)
    return replace(person, names=(Name(tuple(surname.split("<")), parts or None, True),))


def _dated(person: Person, birth: BirthDate | None) -> Person:
    return person if birth is None else replace(person, birth=birth)


def day_and_month(_: random.Random, person: Person) -> Person:
    year, month, day = person.birth.year, person.birth.month, person.birth.day
    return _dated(person, BirthDate(year, day, month) if day and day <= 12 else None)


def year_by_one(chosen: random.Random, person: Person) -> Person:
    year, month, day = person.birth.year, person.birth.month, person.birth.day
    keep = year is None or (month, day) == (2, 29)
    return _dated(person, None if keep or year is None else BirthDate(year + chosen.choice((-1, 1)), month, day))


def day_unknown(_: random.Random, person: Person) -> Person:
    return _dated(person, BirthDate(person.birth.year, person.birth.month))


def other_nationality(_: random.Random, person: Person) -> Person:
    return replace(person, nationality="UTO")


def unchanged(_: random.Random, person: Person) -> Person:
    return person


def several(chosen: random.Random, person: Person) -> Person:
    """Written in another way, a slip of the date, and another nationality."""
    return other_nationality(chosen, year_by_one(chosen, transliterated(chosen, person)))


CHANGES: Final[tuple[Change, ...]] = (
    *(unchanged, transliterated, mistyped, exchanged, divided, married, added, initial, shortened, day_and_month),
    *(year_by_one, day_unknown, other_nationality, several),
)
