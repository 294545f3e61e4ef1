"""The languages of the screen: one `.po` file each in `locales/`, compiled in memory when the kiosk starts.

English is the source, so its file holds a header alone. Two header fields are ours: `X-Own-Name`, what speakers call
the language, and `X-Direction`, ltr or rtl. Adding a language is adding a file.

    CatalogueUnusable        a .po file that cannot be read, or lacks its header
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.support import NullTranslations, Translations
from markupsafe import Markup

LOCALES: Final = Path(__file__).parent / "locales"
ENGLISH: Final = "en"
JAPANESE: Final = "ja"

LANGUAGE_OF_STATE: Final[Mapping[str, str]] = {"JPN": "ja"}
"""Issuing state (Doc 9303-3 §5) to a language its travellers read; every other state reads English for now."""


class CatalogueUnusable(Exception):
    code = "catalogue_unusable"


def mark(text: str) -> str:
    """Mark a sentence for translation where it stands; it is translated when it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Language:
    """A language a traveller may choose. `tag` is BCP 47 (plain Japanese is the private tag `ja-x-plain`)."""

    tag: str
    own_name: str
    direction: str
    catalogue: NullTranslations

    def say(self, text: str, values: Mapping[str, str | int] | None = None) -> str:
        return str(self.catalogue.gettext(text)).format_map(values or {})

    def span(self, text: str, values: Mapping[str, str | int] | None = None, *, element: str = "span") -> Markup:
        """The sentence in its language, marked as such; `values` are escaped."""
        words, tag, direction = self.say(text, values), self.tag, self.direction
        return Markup('<{0} lang="{1}" dir="{2}">{3}</{0}>').format(element, tag, direction, words)


class Languages:
    """All languages in the order offered: Japanese first, English second, then by tag."""

    def __init__(self, languages: Mapping[str, Language]) -> None:
        order = sorted(languages, key=lambda tag: (not tag.startswith(JAPANESE), tag != ENGLISH, tag))
        self._languages = {tag: languages[tag] for tag in order}

    def __iter__(self) -> Iterator[Language]:
        return iter(self._languages.values())

    def __contains__(self, tag: object) -> bool:
        return tag in self._languages

    def __getitem__(self, tag: str) -> Language:
        return self._languages[tag]

    def choose(self, *wishes: str | None) -> Language:
        """The first wish that is spoken here; English where none is."""
        return next((self[wish] for wish in wishes if wish is not None and wish in self), self[ENGLISH])

    def beside(self, first: Language) -> Language:
        """The second language of a screen: Japanese, or English where Japanese is read already."""
        return self[ENGLISH] if first.tag.startswith(JAPANESE) else self[JAPANESE]


def of_state(issuing_state: str | None) -> str | None:
    """Tag of the language to offer the holder of a passport; None before a passport was read."""
    return LANGUAGE_OF_STATE.get(issuing_state, ENGLISH) if issuing_state else None


def load(folder: Path = LOCALES) -> Languages:
    """Raise `CatalogueUnusable`, naming the file."""
    return Languages({path.stem: _read(path) for path in sorted(folder.glob("*.po"))})


def _read(path: Path) -> Language:
    try:
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.stem.partition("-")[0], abort_invalid=True)
    except (PoFileError, ValueError, OSError) as error:
        raise CatalogueUnusable(f"{path.name}: {error}") from error
    header = dict(catalog.mime_headers) | _own_headers(catalog.header_comment)
    if "X-Own-Name" not in header:
        raise CatalogueUnusable(f"{path.name}: no X-Own-Name in the header")
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Language(path.stem, header["X-Own-Name"], header.get("X-Direction", "ltr"), Translations(compiled))


def _own_headers(comment: str) -> dict[str, str]:
    """Babel keeps only the header fields it knows, so ours stand in the comment above: `# X-Own-Name: English`."""
    fields = (line.lstrip("# ").partition(": ") for line in comment.splitlines() if ": " in line)
    return {name: value.strip() for name, _, value in fields}
