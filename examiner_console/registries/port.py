"""The port of a registry, and what it tells.

A port is asked and answers; whatever goes wrong is itself an answer (`NoAnswer` with its reason), so that nobody has to
remember to catch something before a traveller is let through.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from examiner_console.law.answers import Clear, Failure, Hit, NoAnswer

Q = TypeVar("Q", contravariant=True)


@dataclass(frozen=True, slots=True)
class Told:
    """An answer with its age: seconds since this registry was asked for it (0.0: asked just now).

    `as_of` is the registry's own word on the state of its data; None where it did not answer.
    """

    answer: Clear | Hit[Any] | NoAnswer
    as_of: datetime | None = None
    age: float = 0.0

    @property
    def failed(self) -> bool:
        return isinstance(self.answer, NoAnswer)


class Registry(Protocol[Q]):
    """Answers one question. Never raises for what happens at the registry or on the way to it."""

    async def ask(self, question: Q) -> Told: ...


def silent(reason: Failure) -> Told:
    return Told(NoAnswer(reason))
