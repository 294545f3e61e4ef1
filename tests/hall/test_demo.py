"""`make demo`: opens, lets a person send travellers from a browser, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from .conftest import interrupt, processes_of

pytestmark = [pytest.mark.hall, pytest.mark.timeout(600), pytest.mark.xdist_group("hall")]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running demo and all it printed until the hall was open."""
    command = [sys.executable, "-m", "simulators", "hall", "--demo", "--gates", "1", "--folder", str(tmp_path / "hall")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C closes the hall" in line:
            break
    yield process, said
    if process.poll() is None:
        interrupt(process)
        process.communicate(timeout=60)
    process.stdout.close()


def test_a_person_sends_a_traveller_from_the_panel_and_sees_the_outcome(
    demo: tuple[subprocess.Popen[str], str], chromium: str
) -> None:
    match = re.search(r"Send travellers\s+(http\S+)", demo[1])
    assert match is not None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_page()
        page.goto(match[1])
        page.get_by_role("button", name="Nobody knows").click()
        row = page.get_by_role("row").filter(has_text="Nobody knows who signed the passport")
        expect(row.get_by_text("✓ refer")).to_be_visible(timeout=120_000)
        expect(row.get_by_text("issuer_unknown")).to_be_visible()
        browser.close()


def test_control_c_ends_every_process_and_a_second_run_just_works(
    demo: tuple[subprocess.Popen[str], str], tmp_path: Path
) -> None:
    process, said = demo
    assert "inspector" in said
    assert processes_of(tmp_path)
    interrupt(process)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "The hall is closed." in rest
    assert [pid for pid in processes_of(tmp_path) if pid != process.pid] == []
    again = [sys.executable, "-m", "simulators", "hall", "--gates", "1", "--travellers", "1", "--scenario", "national"]
    done = subprocess.run([*again, "--folder", str(tmp_path / "hall")], capture_output=True, text=True, timeout=300)
    assert "unexpected: 0" in done.stdout, done.stderr


def test_scenarios_from_another_site_are_refused() -> None:
    import httpx2

    from simulators.panel import create_panel
    from simulators.visits import Visits

    sent: list[str] = []

    async def send(scenario: str) -> None:
        sent.append(scenario)

    async def attempt() -> int:
        transport = httpx2.ASGITransport(app=create_panel(Visits(), send, []))
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8400") as client:
            headers = {"origin": "http://elsewhere.example"}
            return (await client.post("/travellers", data={"scenario": "fire"}, headers=headers)).status_code

    assert asyncio.run(attempt()) == 403
    assert sent == []
