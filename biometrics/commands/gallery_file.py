"""What the commands on galleries share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

import typer

from biometrics.commands.terminal import one_line_errors

G = TypeVar("G")


@contextmanager
def opened(path: Path, gallery: Callable[[], AbstractContextManager[G]], *, new: bool) -> Iterator[G]:
    """`gallery` opens it. One that is not there is made where a `new` one may be; what is wrong is said in one line."""
    with one_line_errors():
        if not new and not path.is_file():
            raise typer.BadParameter(f"there is no gallery {path}")
        try:
            with gallery() as open_:
                yield open_
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
