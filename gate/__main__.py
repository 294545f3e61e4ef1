"""`python -m gate --config gate.toml`: one gate, headless, until SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer

from . import settings
from .lifetime import serve
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
    try:
        asyncio.run(_until_told(settings.load(config)))
    except SettingsUnusable as error:
        for problem in error.problems:
            print(f"gate: {problem}", file=sys.stderr)
        raise SystemExit(UNUSABLE) from None


async def _until_told(given: settings.GateSettings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(given, stop)


if __name__ == "__main__":
    typer.run(main)
