"""The scenario panel: a page from which a person sends the next traveller, and sees what became of each.

It belongs to the simulated hall, listens on loopback alone, and takes a POST only from its own page (Origin).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Annotated, Final

from fastapi import FastAPI, Form, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from simulators.travellers import SCENARIOS
from simulators.visits import Visit, Visits

_SHOWN: Final = 30
_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
_STATIC: Final = {
    "tokens.css": ("kiosk", "text/css"),
    "panel.css": ("simulators", "text/css"),
    "panel.js": ("simulators", "text/javascript"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Something to open in a browser."""

    title: str
    url: str


def create_panel(visits: Visits, send: Callable[[str], Awaitable[None]], places: list[Place]) -> FastAPI:
    """`send` brings a traveller of the named scenario to the hall; it returns at once."""
    app = FastAPI(title="Sekisho scenario panel", docs_url=None, redoc_url=None, openapi_url=None)
    pages = Environment(
        loader=PackageLoader("simulators"), autoescape=select_autoescape(), undefined=StrictUndefined, trim_blocks=True
    )

    def board(all_visits: list[Visit]) -> str:
        return pages.get_template("board.html").render(visits=all_visits[: -_SHOWN - 1 : -1], count=len(all_visits))

    @app.middleware("http")
    async def harden(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if request.method == "POST" and not _same_origin(request.headers, request.url.netloc):
            return PlainTextResponse("Send travellers from this hall's own panel.", 403, _HEADERS)
        response = await call_next(request)
        response.headers.update(_HEADERS)
        return response

    @app.get("/")
    async def panel() -> HTMLResponse:
        page = pages.get_template("panel.html")
        return HTMLResponse(page.render(scenarios=SCENARIOS.values(), places=places, board=board(visits.all)))

    @app.post("/travellers")
    async def next_traveller(scenario: Annotated[str, Form(max_length=64)]) -> Response:
        if scenario not in SCENARIOS:
            return PlainTextResponse("There is no scenario of that name; go back and choose one of the list.", 404)
        await send(scenario)
        return RedirectResponse("/", 303)

    @app.get("/board", response_class=EventSourceResponse)
    async def live_board() -> AsyncIterator[ServerSentEvent]:
        async for all_visits in visits.watch():
            yield ServerSentEvent(raw_data=board(all_visits), event="board")

    @app.get("/static/{name}")
    async def static(name: str) -> Response:
        if name not in _STATIC:
            return PlainTextResponse("There is no such file.", 404)
        package, media_type = _STATIC[name]
        return Response((files(package) / "static" / name).read_bytes(), media_type=media_type)

    return app


def _same_origin(headers: Mapping[str, str], host: str) -> bool:
    return headers.get("origin") in (None, f"http://{host}") and headers.get("sec-fetch-site") in (
        None,
        "same-origin",
        "none",
    )
