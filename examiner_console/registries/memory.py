"""What stands between a caller and a registry: answers of a moment ago, and rest for a registry that keeps failing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from examiner_console.law.answers import Failure, NoAnswer
from examiner_console.registries.port import Registry, Told, silent
from examiner_console.registries.questions import Question

log = structlog.get_logger(__name__)

FAILURES_TO_REST: Final = 5
REST_SECONDS: Final = 2.0
MOST_REMEMBERED: Final = 1024
"""Answers a registry; beyond that the oldest go. A hall of 20 gates asks for fewer in any half minute."""


class Remembering:
    """The port in front of `registry` that gives an answer again for `reuse` seconds after it was asked for.

    Silence is not remembered, and never takes the place of an answer: what is older than `reuse`, or was said of data
    now older than `stale_after`, is forgotten before the registry is asked. Held in memory alone.
    """

    def __init__(
        self,
        registry: Registry[Question],
        *,
        reuse: float,
        stale_after: float,
        monotonic: Callable[[], float],
        clock: Callable[[], datetime],
    ) -> None:
        self._registry = registry
        self._reuse = reuse
        self._stale_after = timedelta(seconds=stale_after)
        self._monotonic = monotonic
        self._clock = clock
        self._told: OrderedDict[Question, tuple[float, Told]] = OrderedDict()

    async def ask(self, question: Question) -> Told:
        asked_at = self._monotonic()
        self._forget(asked_at)
        if question in self._told:
            then, told = self._told[question]
            return replace(told, age=asked_at - then)
        told = await self._registry.ask(question)
        if self._reuse > 0 and not told.failed:
            self._remember(question, asked_at, told)
        return told

    def _remember(self, question: Question, asked_at: float, told: Told) -> None:
        """By when it was asked: the registry may have looked right then, and the answer taken long to come."""
        known = self._told.get(question)
        if known is None or known[0] <= asked_at:
            self._told[question] = (asked_at, told)
            self._told.move_to_end(question)
        while len(self._told) > MOST_REMEMBERED:
            self._told.popitem(last=False)

    def _forget(self, now: float) -> None:
        oldest = self._clock() - self._stale_after
        old = [
            question
            for question, (then, told) in self._told.items()
            if not 0 <= now - then <= self._reuse or told.as_of is None or told.as_of < oldest
        ]
        for question in old:
            del self._told[question]


class Resting:
    """The port in front of `registry` that, after `failures` in a row, asks once each `rest` seconds and answers the
    others `NoAnswer(RESTING)` at once, until one is answered: a dead registry costs nobody its time limit each time."""

    def __init__(
        self,
        registry: Registry[Question],
        monotonic: Callable[[], float],
        *,
        name: str = "",
        failures: int = FAILURES_TO_REST,
        rest: float = REST_SECONDS,
    ) -> None:
        self._registry = registry
        self._monotonic = monotonic
        self._name = name
        self._limit = failures
        self._rest = rest
        self._failures = 0
        self._again_at = 0.0

    async def ask(self, question: Question) -> Told:
        if self._failures >= self._limit:
            now = self._monotonic()
            if now < self._again_at:
                return silent(Failure.RESTING)
            self._again_at = now + self._rest  # whoever comes while this one asks rests
        told = await self._registry.ask(question)
        self._count(told)
        return told

    def _count(self, told: Told) -> None:
        if isinstance(told.answer, NoAnswer):
            self._failures += 1
            if self._failures == self._limit:
                self._again_at = self._monotonic() + self._rest
                log.warning("registry_rests", registry=self._name, reason=told.answer.reason.value)
            return
        if self._failures >= self._limit:
            log.info("registry_is_back", registry=self._name, failures=self._failures)
        self._failures = 0
