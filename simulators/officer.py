"""A simulated inspector at the booth, who works the same pages as a person does."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import Final

import httpx2
import structlog

from simulators.console_post import ConsolePost
from simulators.forms import Browser, NoSuchForm

log = structlog.get_logger(__name__)

_UNSEEN: Final = re.compile(r'data-number="\d+" data-finding="([^"]*)"')
"""A finding that must be looked at before a grant: on the page it bears a number to press."""
_ATTEMPTS: Final = 80
"""At half a second or more each: longer than a console takes to start again and a station to deliver what it owes."""
_PAUSE_SECONDS: Final = 0.5


class Officer:
    """Logs in, finds the case under the passport's number, looks at what needs looking at, grants as suggested."""

    def __init__(self, console: ConsolePost, client: httpx2.AsyncClient) -> None:
        self._console, self._client = console, client

    async def examine(self, document_number: str) -> str:
        """`grant`, or `waiting` where the case did not come up or the page would not grant, asked several times."""
        browser = Browser(self._console.url)
        try:
            for _ in range(_ATTEMPTS):
                if await self._attempt(browser, document_number):
                    return "grant"
                await asyncio.sleep(_PAUSE_SECONDS)
            log.warning("case_left_waiting", page=browser.path)
            return await asyncio.to_thread(self._recorded, document_number)
        finally:
            await browser.close()

    async def _attempt(self, browser: Browser, document_number: str) -> bool:
        """Whether the case was granted this time; a console that does not answer is asked again."""
        try:
            await self._log_in(browser)
            return await self._find(browser, document_number) and await self._decide(browser)
        except (NoSuchForm, httpx2.HTTPError):
            return False

    def _recorded(self, document_number: str) -> str:
        """A console that died after it had granted, before it could say so, granted nevertheless."""
        return "grant" if self._console.history.granted(document_number) else "waiting"

    async def _log_in(self, browser: Browser) -> None:
        account = self._console.officers[0]
        await browser.go("/login")
        if browser.has("/login"):
            await browser.submit("/login", {"name": account.name, "password": account.password})

    async def _find(self, browser: Browser, document_number: str) -> bool:
        await browser.go("/queue")
        await browser.submit("/cases/find", {"passport": document_number})
        return browser.path.startswith("/cases/") and browser.path != "/cases/find"

    async def _decide(self, browser: Browser) -> bool:
        """Whether the case is granted and closed."""
        case = browser.path
        for finding in _UNSEEN.findall(browser.page):
            await browser.post(f"{case}/seen", {"finding": unescape(finding)})
        status = await browser.submit("/grant")
        await browser.go(case)
        if browser.has("/grant"):
            log.warning("grant_not_taken", status=status)
        return status == 200 and not browser.has("/grant")
