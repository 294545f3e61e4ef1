"""Log lines: JSON, one a line, with what happened and where, and never with the words of an error.

An error's text may quote what a traveller's passport says. So a line names its kind, its file and its line; of what
libraries log, the sentence without its values.
"""

from __future__ import annotations

import json
import logging
import threading
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import structlog

log = structlog.get_logger(__name__)


def configure(stream: TextIO) -> None:
    """For the whole process: our own lines, those of libraries from WARNING on, and threads that die."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LibraryLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    threading.excepthook = _thread_died


def place(error: BaseException) -> dict[str, str | int]:
    """An error's kind, and the file and line it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return {"kind": type(error).__name__}
    return {"kind": type(error).__name__, "file": Path(frames[-1].filename).name, "line": frames[-1].lineno or 0}


def loop_fault(_loop: object, context: Mapping[str, Any]) -> None:
    """For `asyncio.AbstractEventLoop.set_exception_handler`."""
    error = context.get("exception")
    log.error("loop_fault", **(place(error) if error else {}))


def _thread_died(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        log.error("thread_died", **place(arguments.exc_value))


class LibraryLine(logging.Formatter):
    """The first line of a message as it stands in the library's source, and the place of its error."""

    def format(self, record: logging.LogRecord) -> str:
        words = record.msg.splitlines() if isinstance(record.msg, str) else []
        facts: dict[str, str | int] = {"event": words[0] if words else "", "logger": record.name}
        if record.exc_info and record.exc_info[1] is not None:
            facts |= place(record.exc_info[1])
        at = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        return json.dumps({**facts, "level": record.levelname.lower(), "timestamp": at})
