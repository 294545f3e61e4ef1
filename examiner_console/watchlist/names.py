"""A person's name as the zone has it: the parts of the primary and of the secondary identifier (Doc 9303-3 §4.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from examiner_console.watchlist.transliteration import mrz_form

NAME_FIELD: Final = {"TD1": 30, "TD2": 31, "TD3": 39, "MRV-A": 39, "MRV-B": 31}
"""Characters of the name field by format (Doc 9303-4 §4.2, -5 §4.2, -6 §4.2, -7 §4.2)."""
LONGEST_IDENTIFIER: Final = 100
MOST_PARTS: Final = 10


class UnusableName(ValueError):
    """No letter in the surname, or more than any document holds."""

    code = "unusable_name"


@dataclass(frozen=True, slots=True)
class Name:
    """`given` is empty for a person known to have no other name, None where it is not known whether there is one.

    `cut` says that the name filled its field, so that the last part may lack its end and further parts are unknown.
    """

    surname: tuple[str, ...]
    given: tuple[str, ...] | None
    cut: bool = False

    @property
    def last(self) -> str:
        """The part that may lack its end."""
        return (self.given or self.surname)[-1]


def parse_name(surname: str, given: str | None, form: str | None = None) -> Name:
    """From the two identifiers, in any script of Doc 9303-3 §6, parts divided by fillers, spaces or hyphens.

    With a document's `form` ("TD3"), a name that fills the field is taken as cut; a field without a secondary
    identifier that is cut leaves the given names unknown. Errors: UnusableName, UnwritableName.
    """
    first = _parts(surname)
    if not first:
        raise UnusableName("a name needs at least one letter in its surname")
    second = None if given is None else _parts(given)
    cut = form is not None and _length(first, second) >= NAME_FIELD.get(form, LONGEST_IDENTIFIER)
    return Name(first, None if cut and not second else second, cut)


def _parts(identifier: str) -> tuple[str, ...]:
    if len(identifier) > LONGEST_IDENTIFIER:
        raise UnusableName(f"an identifier has at most {LONGEST_IDENTIFIER} characters")
    parts = tuple(part for part in mrz_form(identifier).split("<") if part)
    if len(parts) > MOST_PARTS:
        raise UnusableName(f"an identifier has at most {MOST_PARTS} parts")
    return parts


def _length(surname: tuple[str, ...], given: tuple[str, ...] | None) -> int:
    first = len("<".join(surname))
    return first + 2 + len("<".join(given)) if given else first
