"""What every command shares: errors in one line, progress on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from biometrics.capture import BiometricError
from biometrics.evaluation import EvaluationError

Advance = Callable[[int, int], None]
"""Is told how much is done, and of how much."""


@contextmanager
def one_line_errors() -> Iterator[None]:
    """What is wrong with arguments or input becomes one line and exit status 2."""
    try:
        yield
    except (BiometricError, EvaluationError) as error:
        typer.echo(f"biometrics: {error}", err=True)
    except typer.BadParameter as error:
        typer.echo(f"biometrics: {error.message}", err=True)
    except OSError as error:
        typer.echo(f"biometrics: {error.filename}: {error.strerror}", err=True)
    else:
        return
    raise typer.Exit(2)


@contextmanager
def progress_bar(what: str) -> Iterator[Advance]:
    """A bar on standard error; nothing where that is no terminal."""
    console = Console(stderr=True)
    columns = TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
