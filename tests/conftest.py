"""What every test may ask for, and the closing table of what was skipped and why."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

DATA = Path(os.environ.get("SEKISHO_DATA", Path(__file__).parents[2] / "shared" / "data"))
COMPONENT = "component missing: "
BROWSER_MS = 20_000
"""How long a page may take to show what is expected: a busy machine is no fault of the page."""
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def require(condition: object, component: str) -> None:
    """Skip where a component is missing; with CI=true that is a failure."""
    if not condition:
        if os.environ.get("CI") == "true":
            pytest.fail(COMPONENT + component)
        pytest.skip(COMPONENT + component)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of reference data beside the checkout, or where SEKISHO_DATA points."""
    require(DATA.is_dir(), f"reference data (set SEKISHO_DATA; looked at {DATA})")
    return DATA


@pytest.fixture(scope="session")
def chromium() -> str:
    path = "/usr/bin/chromium"
    require(Path(path).exists(), "Chromium (apt-get install chromium)")
    return path


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Never wider than a module: until it is closed its driver keeps an event loop running in the test's thread, and
    nothing else can run one there."""
    expect.set_options(timeout=BROWSER_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
        yield browser
        browser.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason] = reasons.get(reason, 0) + 1
    if reasons:
        terminalreporter.section("skipped, and why")
        for reason, count in sorted(reasons.items()):
            terminalreporter.write_line(f"{count:4}  {reason.removeprefix('Skipped: ')}")
