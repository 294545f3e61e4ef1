"""Every sentence exists in every language, and none stands in a template by itself."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from biometrics.face.guidance import Advice as FaceAdvice
from biometrics.finger.advice import Advice
from gate.screen import ADVICE
from kiosk import languages
from kiosk.cart_screen import FACE_ADVICE, FINGER_ADVICE
from kiosk.fingers import AGAIN
from kiosk.languages import LOCALES, CatalogueUnusable
from kiosk.prompts import CART, GATE
from kiosk.screens import TEMPLATES

PACKAGE = Path(languages.__file__).parent
KEYWORDS = dict.fromkeys(("mark", "first", "second", "label"))
OFFERED = sorted(path.stem for path in LOCALES.glob("*.po"))
MACRO_WORD = re.compile(r'touch\(\s*"[^"]+",\s*"[^"]+",\s*"([^"]+)"')
SPAN_WORD = re.compile(r'\.span\("([^"]+)"')


def sentences() -> set[str]:
    """Every text the code and the templates ask a translation of."""
    methods = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
    found = extract_from_dir(PACKAGE, method_map=methods, keywords=KEYWORDS)
    texts = {message for _, _, message, _, _ in found if isinstance(message, str)}
    for template in TEMPLATES.rglob("*.html"):
        source = template.read_text(encoding="utf-8")
        texts |= set(MACRO_WORD.findall(source)) | set(SPAN_WORD.findall(source))
    return texts - {""}


def catalogue(tag: str) -> dict[str, str]:
    with (LOCALES / f"{tag}.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


@pytest.mark.parametrize("tag", [tag for tag in OFFERED if tag != "en"])
def test_every_sentence_is_translated_and_no_translation_is_left_over(tag: str) -> None:
    translated = {text: words for text, words in catalogue(tag).items() if words}
    assert sentences() - set(translated) == set()
    assert set(catalogue(tag)) - sentences() == set()


@pytest.mark.parametrize("tag", OFFERED)
def test_a_translation_asks_for_the_same_values_as_its_source(tag: str) -> None:
    def values(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for text, words in catalogue(tag).items():
        assert values(words) == values(text), text


def test_templates_hold_no_sentence_of_their_own() -> None:
    for template in TEMPLATES.rglob("*.html"):
        source = re.sub(r"{% block shape %}.*?{% endblock %}", "", template.read_text(encoding="utf-8"))
        source = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", source, flags=re.DOTALL)
        text = re.sub(r"<[^>]*>", " ", source)
        assert not re.search(r"\w", text), f"{template.name}: {text.split()}"
        assert not re.search(r'(?:aria-label|alt|title|placeholder)="[^"]*\w', source), template.name


def test_japanese_plain_japanese_and_english_are_offered_in_this_order() -> None:
    assert [language.tag for language in languages.load()] == ["ja", "ja-x-plain", "en"]


def test_the_issuing_state_of_a_passport_chooses_the_language() -> None:
    spoken = languages.load()
    assert spoken.choose(None, languages.of_state("JPN"), "en").tag == "ja"
    assert spoken.choose(None, languages.of_state("UTO"), "ja").tag == "en"
    assert spoken.choose("ja-x-plain", languages.of_state("UTO")).tag == "ja-x-plain"
    assert spoken.choose("xx", None, "yy").tag == "en"


def test_values_in_a_sentence_cannot_bring_markup() -> None:
    english = languages.load()["en"]
    assert "<b>" not in english.span("Please go to booth\u00a0{booth}", {"booth": "<b>1</b>"})


def test_a_catalogue_without_its_own_name_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "fr.po").write_text('msgid ""\nmsgstr ""\n"Language: fr\\n"\n')
    with pytest.raises(CatalogueUnusable, match=r"fr\.po"):
        languages.load(tmp_path)


def test_every_advice_on_a_print_has_a_sentence_of_its_own() -> None:
    assert set(FINGER_ADVICE) == {advice.value for advice in Advice} | set(AGAIN.values())
    said = [CART[prompt].sentence for prompt in FINGER_ADVICE.values()]
    assert len(set(said)) == len(said)
    for tag in ("ja", "ja-x-plain"):
        assert all(catalogue(tag)[sentence] for sentence in said)


def test_every_advice_on_a_face_has_a_sentence_of_its_own_at_the_gate_and_at_the_bio_cart() -> None:
    assert set(ADVICE) == set(FACE_ADVICE) == {advice.value for advice in FaceAdvice}
    at_gate = [GATE[ADVICE[advice]].sentence for advice in FaceAdvice]
    at_cart = [CART[FACE_ADVICE[advice]].sentence for advice in FaceAdvice]
    assert at_gate == at_cart
    assert len(set(at_gate)) == len(at_gate)
