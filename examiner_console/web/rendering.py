"""Templates in both languages, with the few filters they need. Autoescaped; a name a template misspells is an error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from examiner_console.law.statuses import period_text
from examiner_console.law.stays import japan_date, japan_time
from examiner_console.web.catalogues import translations
from examiner_console.web.reasons import article_text

TEMPLATES: Final = Path(__file__).parent / "templates"
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def render(language: str, template: str, facts: Mapping[str, object]) -> str:
    return _environment(language).get_template(template).render(facts)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    environment.globals.update(language=language, other_language="en" if language == "ja" else "ja", both=_both)
    environment.filters.update(
        time=japan_time,
        day=lambda day: day_text(day, language),
        article=lambda article: article_text(article, language),
        period=lambda period: period_text(period, language),
        period_ja=lambda period: period_text(period, "ja"),
        period_en=lambda period: period_text(period, "en"),
    )
    return environment


def day_text(day: date, language: str) -> str:
    """14 Mar 1991, or 1991年3月14日; an instant stands for its day in Japan."""
    if isinstance(day, datetime):
        day = japan_date(day)
    if language == "ja":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _both(japanese: str, english: str) -> Markup:
    """A heading in both languages, as every officer page writes it."""
    return Markup('<span lang="ja">{}</span> <span lang="en">{}</span>').format(escape(japanese), escape(english))
