"""Mode `gate`: the screen beside one gate, in a process of its own."""

from __future__ import annotations

import secrets

import httpx2

from gate.serving import listen
from kiosk import languages
from kiosk.gate_screen import GateScreen
from kiosk.screens import Painter
from kiosk.serving import serve
from kiosk.settings import GateSettings
from kiosk.site import site


async def run_gate_screen(settings: GateSettings) -> None:
    """Until SIGTERM. Raise `SettingsUnusable` or `CatalogueUnusable` before anything is shown."""
    spoken = languages.load()
    listener = listen(settings.http_host, settings.http_port)
    boot = secrets.token_hex(8)
    async with httpx2.AsyncClient(base_url=str(settings.gate_url), trust_env=False) as gate:
        scene = GateScreen(gate, spoken, settings.floor, default_language=settings.default_language)
        app = site(scene, Painter(spoken, boot=boot, shape="portrait"), boot=boot)
        await serve(app, listener, scene.change, scene.run())
