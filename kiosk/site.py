"""The web server of a kiosk, the same for a gate's screen and for a bio-cart: one page, one stream, touches.

`GET /` the page; `GET /screen` its stream (events `boot`, `screen`, `beat`); `GET /preview` the mirror;
`POST /touch/{action}` what a person pressed, with `value` where the button has one. Loopback only; nothing is cached.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Final, Protocol

from fastapi import FastAPI, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.trustedhost import TrustedHostMiddleware

from kiosk import mirror
from kiosk.screens import STATIC, Painter, Screen
from kiosk.stream import Change, event, events

SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
LOOPBACK: Final = ["127.0.0.1", "localhost", "[::1]"]
"""Names a browser on this machine uses; any other Host is a page of somebody else (DNS rebinding)."""


class Scene(Protocol):
    """What stands behind a screen: a gate that is followed, or a bio-cart's visit."""

    change: Change

    def screen(self) -> Screen: ...
    async def touch(self, action: str, value: str) -> bool:
        """Whether such a button exists."""
        ...

    def preview(self) -> AsyncIterator[bytes]:
        """JPEG pictures for the mirror; ends when there is no mirror now."""
        ...


def site(scene: Scene, painter: Painter, *, boot: str) -> FastAPI:
    app = FastAPI(title="Sekisho kiosk", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK)
    app.mount("/static", StaticFiles(directory=STATIC))

    @app.middleware("http")
    async def secure(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await answer(request)
        response.headers.update(SECURITY)
        return response

    @app.get("/")
    async def page() -> HTMLResponse:
        return HTMLResponse(painter.page(scene.screen()))

    @app.get("/screen")
    async def stream() -> StreamingResponse:
        return StreamingResponse(_screens(scene, painter, boot), media_type="text/event-stream")

    @app.get("/preview")
    async def preview() -> StreamingResponse:
        return StreamingResponse(mirror.parts(scene.preview()), media_type=mirror.MEDIA_TYPE)

    @app.post("/touch/{action}")
    async def touch(action: str, request: Request, value: Annotated[str, Form(max_length=64)] = "") -> Response:
        if not await scene.touch(action, value):
            return Response(status_code=404)
        wants_page = "text/html" in request.headers.get("accept", "")
        return RedirectResponse("/", status_code=303) if wants_page else Response(status_code=204)

    return app


async def _screens(scene: Scene, painter: Painter, boot: str) -> AsyncIterator[bytes]:
    yield event("boot", boot)
    async for sent in events(scene.change, "screen", lambda: painter.fragment(scene.screen())):
        yield sent
