"""Every sentence an officer can meet is there in both languages, with the same gaps to fill."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from examiner_console.law.decide import CURRENT, decide
from examiner_console.web import catalogues, reasons
from tests.examiner_console.golden.decisions import all_cases

WEB = Path(catalogues.__file__).parent
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None}


@pytest.fixture(scope="module")
def messages() -> set[str]:
    found = extract_from_dir(str(WEB), METHODS, {"**.html": {"encoding": "utf-8"}}, keywords=KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


@pytest.fixture(scope="module")
def japanese() -> dict[str, str]:
    said = catalogues.catalogue("ja")
    first = {m.id if isinstance(m.id, str) else m.id[0]: m.string for m in said if m.id and not m.fuzzy}
    return {id: text if isinstance(text, str) else text[0] for id, text in first.items()}


def test_every_message_has_its_japanese_and_none_is_left_over(messages: set[str], japanese: dict[str, str]) -> None:
    assert messages == set(japanese)
    assert all(japanese.values())


def test_a_translation_has_the_gaps_of_its_message(japanese: dict[str, str]) -> None:
    for message, text in japanese.items():
        gaps = [set(re.findall(r"%\(\w+\)s|%%s", sentence)) for sentence in (message, text)]
        assert gaps[0] == gaps[1], message


def test_a_message_is_spoken_in_the_language_asked_for() -> None:
    assert catalogues.translations("ja").gettext("Passed") == "合格"
    assert catalogues.translations("en").gettext("Passed") == "Passed"


@pytest.mark.parametrize(
    ("cookie", "asked", "language"),
    [
        ("en", "ja", "en"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "fr,ja;q=0.8,en;q=0.9", "en"),
        (None, "ja,en;q=0.9", "ja"),
        (None, "", "ja"),
        ("klingon", "de", "ja"),
        (None, "en;q=nonsense,,;;", "en"),
    ],
)
def test_the_language_is_the_chosen_one_else_the_browser_s_else_japanese(
    cookie: str | None, asked: str, language: str
) -> None:
    assert catalogues.preferred(cookie, asked) == language


def test_every_code_that_the_complete_rules_give_has_words_in_both_languages() -> None:
    given = {reason.code for case in all_cases() for reason in decide(case.facts, CURRENT).reasons}
    words = {**reasons.REASONS, **reasons.OPENINGS}
    assert given - words.keys() == set()
    japanese = catalogues.translations("ja")
    assert [code for code in given if japanese.gettext(words[code]) == words[code]] == []
