"""What every test may ask for, and the closing table of what was skipped and why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("SEKISHO_DATA", Path(__file__).parents[2] / "shared" / "data"))
COMPONENT = "component missing: "


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason] = reasons.get(reason, 0) + 1
    if reasons:
        terminalreporter.section("skipped, and why")
        for reason, count in sorted(reasons.items()):
            terminalreporter.write_line(f"{count:4}  {reason.removeprefix('Skipped: ')}")
