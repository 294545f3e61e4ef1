"""What `quality` and `face quality` have in common: pictures rated one by one, and components told or listed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import typer

from biometrics.capture import QualityComponent
from biometrics.commands.terminal import one_line_errors

R = TypeVar("R")


def rate_each(
    images: Sequence[Path],
    rate: Callable[[Path], R],
    *,
    tell: Callable[[Path, R], None],
    as_data: Callable[[Path, R], dict[str, Any]],
    as_json: bool,
) -> None:
    """Tell of each picture once it is rated, or print all as one JSON list at the end."""
    rated = []
    with one_line_errors():
        for path in images:
            rated.append((path, rate(path)))
            if not as_json:
                tell(*rated[-1])
    if as_json:
        typer.echo(json.dumps([as_data(*one) for one in rated], indent=2, ensure_ascii=False))


def tell_components(components: Iterable[QualityComponent]) -> None:
    for part in components:
        raw = f"{part.raw:.0f}" if abs(part.raw) >= 10 else f"{part.raw:.2f}"
        typer.echo(f"  {part.name.replace('_', ' '):30}{part.value:4}   {raw} {part.unit}".rstrip())


def components_data(components: Iterable[QualityComponent]) -> dict[str, dict[str, Any]]:
    return {part.name: {"value": part.value, "raw": round(part.raw, 4), "unit": part.unit} for part in components}
