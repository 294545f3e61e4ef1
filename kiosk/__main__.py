"""The traveller's screen: beside a gate, or a bio-cart of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer

from gate.settings import SettingsUnusable
from kiosk.languages import CatalogueUnusable
from kiosk.settings import BioCartSettings, GateSettings, KioskSettings, load

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(epilog="Example: python -m kiosk --config kiosk.toml")
def main(config: Annotated[Path, typer.Option(help="The settings file, kiosk.toml.")]) -> None:
    """Show the screen of a gate (mode = "gate") or run a bio-cart (mode = "bio_cart") until told to stop."""
    _log_to_stderr()
    try:
        _run(load(config))
    except SettingsUnusable as error:
        for problem in error.problems:
            print(f"kiosk: {problem}", file=sys.stderr)
        raise typer.Exit(2) from None
    except CatalogueUnusable as error:
        print(f"kiosk: {error}", file=sys.stderr)
        raise typer.Exit(2) from None


def _run(settings: KioskSettings) -> None:
    """Only the mode that runs is imported: a gate's screen needs no camera, no network model."""
    if isinstance(settings, GateSettings):
        from kiosk.gate_mode import run_gate_screen

        asyncio.run(run_gate_screen(settings))
    else:
        _run_bio_cart(settings)


def _run_bio_cart(settings: BioCartSettings) -> None:
    """Its own modules are imported while the matching process imports its."""
    from biometrics.finger import sample
    from biometrics.memory import give_pictures_back
    from gate import matching

    give_pictures_back()
    with contextlib.closing(matching.process(sample.warm_up, face_backend=settings.face_backend)) as workers:
        workers.begin()
        from kiosk.cart_mode import run_bio_cart

        asyncio.run(run_bio_cart(settings, workers))


def _log_to_stderr() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


if __name__ == "__main__":
    app()
