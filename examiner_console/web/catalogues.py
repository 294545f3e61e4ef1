"""The officers' two languages: gettext catalogues read from `locales/*/*.po` when the console starts.

No compiled file is kept: the catalogues a translator edits are those that run; `messages.po` has what several screens
say, others what one screen says alone. Message identifiers are the English sentences. A broken catalogue, or a message
that stands in two, stops the start (`ValueError`): half a page is never shown.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES: Final = Path(__file__).parent / "locales"
LANGUAGES: Final = ("en", "ja")


@cache
def translations(language: str) -> gettext.NullTranslations:
    """English is the source, so it needs no catalogue."""
    if language == "en":
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def catalogue(language: str) -> Catalog:
    """What stands in all files of one language. Raises ValueError."""
    whole = Catalog(locale=language)
    for path in sorted((LOCALES / language).glob("*.po")):
        with path.open("rb") as po:
            for message in read_po(po, locale=language, abort_invalid=True):
                if message.id and message.id in whole:
                    raise ValueError(f"{path.name} says again: {message.id}")
                if message.id:
                    whole[message.id] = message
    return whole


def preferred(cookie: str | None, accept_language: str) -> str:
    """The language chosen, else the first of ours the browser asks for (RFC 9110 §12.5.4), else Japanese."""
    if cookie in LANGUAGES:
        return cookie
    return min(_ranked(accept_language).items(), key=lambda item: item[1], default=("ja", 0.0))[0]


def _ranked(accept_language: str) -> Mapping[str, float]:
    ranked: dict[str, float] = {}
    for position, entry in enumerate(accept_language.split(",")[:16]):
        tag, _, quality = entry.partition(";q=")
        language = tag.strip()[:2].lower()
        if language in LANGUAGES:
            ranked.setdefault(language, position - 100 * _quality(quality))
    return ranked


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
