"""Korean surnames in the spellings people use; the official one first (Revised Romanization of 2000), then others."""

from __future__ import annotations

from typing import Final

_GROUPS: Final = (
    "GIM KIM GHIM", "I LEE YI RHEE RI LI", "BAK PARK PAK BARK", "CHOE CHOI CHOY", "JEONG JUNG CHUNG CHONG CHEONG",
    "GANG KANG", "JO CHO JOH CHOH", "YUN YOON YOUN", "JANG CHANG", "IM LIM RIM YIM", "O OH", "SEO SUH SO SUR",
    "SIN SHIN", "GWON KWON KWUN", "AN AHN", "RYU YU YOO LYU RYOO", "JEON CHUN CHON JUN", "GO KO KOH GOH",
    "MUN MOON", "SON SOHN", "BAE PAE BAI", "BAEK PAEK BAIK PAIK", "HEO HUH HUR HO", "SIM SHIM", "NO NOH ROH RO",
    "GWAK KWAK", "SEONG SUNG SONG", "JU JOO CHU CHOO", "U WOO WU", "GU KOO KU GOO", "MIN", "JIN CHIN", "NA RA LA NAH",
    "EOM UM OM UHM", "CHAE CHAI", "WON WEON", "CHEON CHUN CHON", "BANG PANG", "GONG KONG KOUNG", "HYEON HYUN HYON",
    "HAM HAHM", "BYEON BYUN PYUN", "YEOM YUM YOM", "YEO YUH YO", "CHU CHOO", "DO DOH TO", "SEOK SUK SOK",
    "SEON SUN", "SEOL SUL SOL", "MA MAH", "GIL KIL", "WI WEE", "PYO", "MYEONG MYUNG", "GI KI", "GEUM KEUM KUM",
)  # fmt: skip


def _by_spelling() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for group in _GROUPS:
        spellings = group.split(" ")
        for spelling in spellings:
            found[spelling] = (*found.get(spelling, ()), spellings[0])
    return found


KOREAN_SURNAMES: Final = _by_spelling()
"""From a spelling to the official ones it may stand for: CHUN is Jeon or Cheon."""
