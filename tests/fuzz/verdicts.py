"""When an input has found something."""

from __future__ import annotations


class Lied(Exception):
    """Bytes that no State vouches for were taken for vouched for, or bytes for others than they are."""


def require(condition: object, what: str) -> None:
    if not condition:
        raise Lied(what)
