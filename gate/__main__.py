"""`python -m gate --config gate.toml`: one gate, headless, until SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer

from biometrics.memory import give_pictures_back

from . import matching, settings
from .settings import SettingsUnusable

UNUSABLE = 2


def main(
    config: Annotated[Path, typer.Option(help="The gate's TOML file.")],
) -> None:
    """Run one automated gate.

    Example: python -m gate --config gate.toml
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    give_pictures_back()
    try:
        _run(settings.load(config))
    except SettingsUnusable as error:
        for problem in error.problems:
            print(f"gate: {problem}", file=sys.stderr)
        raise SystemExit(UNUSABLE) from None


def _run(given: settings.GateSettings) -> None:
    """The gate's own modules are imported while the matching process imports its."""
    with contextlib.closing(matching.process(face_backend=given.face_backend)) as workers:
        workers.begin()
        from .lifetime import serve

        async def until_told() -> None:
            stop = asyncio.Event()
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
            await serve(given, workers, stop)

        asyncio.run(until_told())


if __name__ == "__main__":
    typer.run(main)
