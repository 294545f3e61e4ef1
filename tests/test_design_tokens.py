"""Officers' and travellers' pages are drawn with the same tokens, though neither package may import the other."""

from __future__ import annotations

from importlib.resources import files


def declarations(package: str) -> list[str]:
    sheet = (files(package) / "static" / "tokens.css").read_text("utf-8")
    return sheet.split(":root", 1)[1].split()


def test_both_halves_of_the_house_use_the_same_tokens() -> None:
    assert declarations("kiosk") == declarations("examiner_console.web")
