"""The screen of a gate: follows the gate's own events, and says so when they stop.

The gate speaks `gate.view.GateView` over loopback; this side adds the language a person chose, the words, and the
watch: three seconds without even a heart-beat mean that the gate's service is away.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import httpx2
import msgspec
import structlog

from gate.view import GateView, Prompt, Step
from kiosk import mirror, prompts
from kiosk.floor import Floor
from kiosk.languages import Languages
from kiosk.screens import Screen
from kiosk.stream import Change

log = structlog.get_logger(__name__)

SILENCE_SECONDS: Final = 3.0
"""The gate beats every second; two lost beats are a hiccup, three are not."""
AGAIN_SECONDS: Final = 0.5
HELP_SHOWN_SECONDS: Final = 15.0
LANGUAGES_SHOWN_SECONDS: Final = 20.0
STEPS: Final = (Step.PASSPORT, Step.FACE, Step.DONE)
BETWEEN_TRAVELLERS: Final = frozenset({Prompt.WELCOME, Prompt.CLOSED, Prompt.EMERGENCY})


class GateScreen:
    """Follows one gate. `run()` until cancelled; everything else is read by the site."""

    def __init__(
        self,
        gate: httpx2.AsyncClient,
        languages: Languages,
        floor: Floor,
        *,
        default_language: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.change = Change()
        self._gate, self._languages, self._floor = gate, languages, floor
        self._default, self._clock = default_language, clock
        self._view: GateView | None = None
        self._chosen: str | None = None
        self._visit = 0
        self._choosing_until = 0.0
        self._unheard_until = 0.0

    async def run(self) -> None:
        """Follow the gate for ever: after every loss the screen says so, and comes back by itself."""
        while True:
            try:
                await self._follow()
            except (httpx2.HTTPError, TimeoutError, msgspec.MsgspecError) as error:
                log.info("gate_away", reason=type(error).__name__)
            self._lose()
            self._tick()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _follow(self) -> None:
        timeout = httpx2.Timeout(SILENCE_SECONDS)
        async with self._gate.stream("GET", "/v1/events", timeout=timeout) as response:
            response.raise_for_status()
            kind = ""
            async for line in response.aiter_lines():
                if line.startswith("event:"):
                    kind = line[6:].strip()
                elif line.startswith("data:") and kind == "view":
                    self._see(msgspec.json.decode(line[5:], type=GateView))
                self._tick()

    def _see(self, view: GateView) -> None:
        before = self._view.prompt if self._view else None
        if view.prompt in BETWEEN_TRAVELLERS and before not in BETWEEN_TRAVELLERS:
            self._chosen = None
            self._visit += 1
            self._choosing_until = 0.0
        self._view = view
        self.change.bump()

    def _lose(self) -> None:
        if self._view is not None:
            self._view = None
            self._chosen = None
            self.change.bump()

    def _tick(self) -> None:
        """What the clock ends: the list of languages, and the hint that help was not heard."""
        for ends in (self._choosing_until, self._unheard_until):
            if ends and self._clock() >= ends:
                self._choosing_until = self._unheard_until = 0.0
                self.change.bump()

    async def touch(self, action: str, value: str) -> bool:
        match action:
            case "help":
                await self._call_help()
            case "languages":
                self._choosing_until = self._clock() + LANGUAGES_SHOWN_SECONDS
            case "language":
                self._chosen = value if value in self._languages else self._chosen
                self._choosing_until = 0.0
            case "back":
                self._choosing_until = 0.0
            case "activity":
                return True
            case _:
                return False
        self.change.bump()
        return True

    async def _call_help(self) -> None:
        self._choosing_until = 0.0
        try:
            (await self._gate.post("/v1/help")).raise_for_status()
        except httpx2.HTTPError as error:
            log.warning("help_unheard", reason=type(error).__name__)
            self._unheard_until = self._clock() + HELP_SHOWN_SECONDS

    async def preview(self) -> AsyncIterator[bytes]:
        """The gate's preview while it asks for a mirror; connected again when the gate's stream breaks."""
        while self._view is not None and self._view.mirror and not self.change.closed:
            with contextlib.suppress(httpx2.HTTPError):
                async with self._gate.stream("GET", "/v1/preview", timeout=SILENCE_SECONDS) as response:
                    async for picture in mirror.pictures(response.aiter_bytes()):
                        if self._view is None or not self._view.mirror or self.change.closed:
                            return
                        yield picture
            await asyncio.sleep(AGAIN_SECONDS)

    def screen(self) -> Screen:
        view = self._view
        first = self._languages.choose(self._chosen, view.language if view else None, self._default)
        saying = self._saying()
        template = "languages" if self._choosing_until else saying.layout.value
        facts: dict[str, Any] = {
            "layout": f"{template} {self._visit}",
            "visit": self._visit,
            "name": view.prompt.value if view else "away",
            "number": view.number if view else None,
            "heading": prompts.DIRECTIONS.get(view.direction) if view else None,
            "sentence": saying.sentence,
            "values": {"booth": (view and view.booth) or ""},
            "pictogram": saying.pictogram,
            "mirror": bool(view and view.mirror),
            "staff_called": bool(view and view.prompt is Prompt.STAFF_COMING),
            "steps": steps(view.step if view else None),
            "booth": view.booth if view else None,
            "plan": self._floor.plan(str(view.number), view.booth) if view else None,
            "right": self._floor.right,
        }
        return Screen(f"gate/{template}.html", first, self._languages.beside(first), facts)

    def _saying(self) -> prompts.Saying:
        if self._unheard_until:
            return prompts.ASK_STAFF
        if self._view is None:
            return prompts.AWAY
        if self._view.prompt is Prompt.GO_TO_BOOTH and self._view.booth is None:
            return prompts.TO_THE_BOOTHS
        return prompts.GATE[self._view.prompt]


def steps(now: Step | None) -> list[dict[str, str]]:
    """The bar: done before the step that is now, next after it; all next before the first."""
    place = STEPS.index(now) if now in STEPS else -1
    marks = ["done" if i < place else "now" if i == place else "next" for i in range(len(STEPS))]
    words = (prompts.STEPS[step.value] for step in STEPS)
    return [{"mark": mark, "word": word, "pictogram": icon} for mark, (word, icon) in zip(marks, words, strict=True)]
