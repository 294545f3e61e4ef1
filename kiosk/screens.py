"""Screens as HTML: a template, two languages, and what the template may know.

Templates hold no sentence of their own. They say `first(text)` in the language chosen and `second(text)` in the one
below it, both marked with `lang`; `label(text)` is the plain string for an attribute. A test extracts every `text`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kiosk.languages import Language, Languages
from kiosk.prompts import MACHINE_AWAY

HERE: Final = Path(__file__).parent
TEMPLATES: Final = HERE / "templates"
STATIC: Final = HERE / "static"

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Screen:
    """What is shown now. `template` is a file of `templates/`, `facts` what it may know besides the languages."""

    template: str
    first: Language
    second: Language
    facts: Values = field(default_factory=dict)


class Painter:
    """Renders screens; one for the life of the kiosk. `boot` tells a page that the server behind it is a new one."""

    def __init__(self, languages: Languages, *, boot: str, shape: str) -> None:
        self._languages = languages
        self._boot = boot
        self._shape = shape
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def fragment(self, screen: Screen) -> str:
        return self._render(screen.template, screen)

    def page(self, screen: Screen) -> str:
        """The whole document; the fragment inside it is what the stream replaces."""
        return self._render(
            "page.html",
            screen,
            boot=self._boot,
            shape=self._shape,
            fragment=Markup(self.fragment(screen)),  # noqa: S704 - rendered by the same escaping templates
            away=MACHINE_AWAY,
        )

    def _render(self, template: str, screen: Screen, **more: Any) -> str:
        words = {"first": _speaker(screen.first), "second": _speaker(screen.second), "label": screen.first.say}
        known: dict[str, Any] = {
            "language": screen.first,
            "beside": screen.second,
            "languages": list(self._languages),
            **words,
            **screen.facts,
            **more,
        }
        return self._templates.get_template(template).render(known)


def _speaker(language: Language) -> Callable[..., Markup]:
    return language.span
