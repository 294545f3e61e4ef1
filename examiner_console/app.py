"""The web application: the station API, whether the console is well, and whatever routers are handed in on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from examiner_console.casework import openapi
from examiner_console.casework.api import StationApi
from examiner_console.casework.problems import problem_response
from examiner_console.console import Console
from examiner_console.running import readiness
from examiner_console.running.logs import place
from examiner_console.running.metrics import Timed

log = structlog.get_logger(__name__)


def create_app(console: Console, routers: Sequence[APIRouter] = (), *, stations: bool = True) -> ASGIApp:
    """`stations` False leaves the station API out, for the officers' port when stations have one of their own."""
    app = FastAPI(title="Sekisho examiner console", version="1", docs_url=None, redoc_url=None)
    app.include_router(readiness.router(console))
    for router in routers:
        app.include_router(router)
    app.add_middleware(Faults)
    if not stations:
        return app
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    return Fork(Timed(Faults(StationApi(console)), console.measures), app)


class Fork:
    """Everything under the station API's prefix goes to it, the rest to the pages."""

    def __init__(self, stations: ASGIApp, pages: ASGIApp) -> None:
        self._stations, self._pages = stations, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_station = scope["type"] == "http" and scope["path"].startswith(openapi.PREFIX)
        await (self._stations if is_station else self._pages)(scope, receive, send)


class Faults:
    """Answers 500 for what nobody caught. The log gets kind and place alone: the text may quote a traveller's data."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            log.error("fault", **place(error))
            if not started:
                await problem_response(500, "fault", "The console made a mistake. It has been noted.")(
                    scope, receive, send
                )


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
        schema["paths"] |= openapi.PATHS
        schema.setdefault("components", {}).setdefault("schemas", {}).update(openapi.COMPONENTS)
        app.openapi_schema = schema
    return app.openapi_schema
