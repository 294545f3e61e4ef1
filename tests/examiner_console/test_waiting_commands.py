"""Recording flights and reporting attainment, as an operator types it."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import Result
from sqlalchemy import Connection, insert
from typer.testing import CliRunner

from examiner_console import migrations
from examiner_console.__main__ import app
from examiner_console.database import Store
from examiner_console.tables import cases, inspections, stations
from tests.examiner_console.samples import NOW

NH106 = ("spot-in", "NH106", "--at", "2026-11-23T12:00:00+09:00", "--spot", "107", "--passengers", "210")
DAY = ("report", "--from", "2026-11-23", "--to", "2026-11-23")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "console.toml").write_text(
        'data_dir = "data"\n[waiting]\nterminal = "T3"\nwalking_minutes = { "107" = 8 }\n'
    )
    return tmp_path


def waiting(folder: Path, *arguments: str) -> Result:
    config = str(folder / "console.toml")
    result: Any = CliRunner().invoke(app, ["waiting", *arguments, "--config", config])
    found: Result = result
    return found


def refused(result: Result) -> str:
    assert result.exit_code == 2
    [line] = result.stderr.splitlines()
    return line


def close(
    folder: Path, at: datetime, n: int, outcome: str = "granted", status: str | None = "TEMPORARY_VISITOR"
) -> None:
    """A case of the arrival hall, decided at that time by one officer after a minute."""
    seen = at - timedelta(minutes=2)

    def put(connection: Connection) -> None:
        id = UUID(int=n)
        if n == 1:
            kept = {"kind": "bio_cart", "direction": "arrival", "public_key": b"", "enrolled_at": NOW}
            connection.execute(insert(stations).values(name="bio-cart-1", **kept))
        sent = {"station": "bio-cart-1", "delivery": "live", "received_at": seen, "payload_sha256": b"", "payload": b""}
        connection.execute(insert(inspections).values(id=id, **sent))
        taken = {"taken_by": "hoshikawa", "taken_at": at - timedelta(minutes=1), "closed_at": at}
        about = {"document_number": "", "nationality": "", "booth": "1", "state": "closed", "opened_at": seen}
        row = {"inspection": id, "ordinal": n, "outcome": outcome, "status": status, **about, **taken}
        connection.execute(insert(cases).values(**row))

    database = f"sqlite:///{folder / 'data' / 'console.sqlite'}"
    migrations.upgrade(database)
    store = Store(database)
    asyncio.run(store.write(put))
    store.close()


def test_a_flight_is_recorded_once_however_often_it_is_sent_and_a_correction_replaces_it(folder: Path) -> None:
    said = [waiting(folder, *NH106).stdout, waiting(folder, *NH106).stdout]
    said.append(waiting(folder, *NH106, "--visitors", "160").stdout)
    assert said == [
        "NH106 of 2026-11-23: new.\n",
        "NH106 of 2026-11-23: known.\n",
        "NH106 of 2026-11-23: changed.\n",
    ]


def test_the_next_day_s_flight_of_the_same_number_is_another(folder: Path) -> None:
    waiting(folder, *NH106)
    tomorrow = [argument.replace("-23T", "-24T") for argument in NH106]
    assert waiting(folder, *tomorrow).stdout == "NH106 of 2026-11-24: new.\n"


def test_a_spot_without_a_walking_time_is_said_at_once(folder: Path) -> None:
    result = waiting(folder, *NH106[:-3], "999", *NH106[-2:])
    assert "no walking time for spot 999" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--at", "2026-11-23T12:00:00"), "without an offset"),
        (("--at", "noon"), "not an instant"),
        (("--passengers", "0"), "from 1 to 1000"),
        (("--visitors", "211"), "from 0 to the 210 passengers"),
        (("--spot", "=1+1"), "spot '=1+1'"),
        (("--day", "2026-11-20"), "more than a day"),
        (("--day", "today"), "not a day"),
    ],
)
def test_what_cannot_be_is_refused_with_one_line(folder: Path, arguments: tuple[str, ...], says: str) -> None:
    assert says in refused(waiting(folder, *NH106, *arguments))


def test_the_report_says_what_share_was_through_and_what_was_not_counted(folder: Path) -> None:
    waiting(folder, *NH106, "--visitors", "3")
    for n, minutes in enumerate((20, 28, 29, 40), start=1):
        close(folder, NOW + timedelta(minutes=minutes), n)
    close(folder, NOW + timedelta(minutes=21), 5, status="STUDENT")
    found = json.loads(waiting(folder, *DAY, "--json").stdout)
    reached = {"counted": 3, "within": 2, "share": pytest.approx(2 / 3)}
    assert found["day"] == [{"name": "2026-11-23", **reached}]
    assert found["month"] == [{"name": "2026-11", **reached}]
    assert found["terminal"] == [{"name": "T3", **reached}]
    assert found["not_counted"] == {"no_flight": 1, "no_walking_time": 0}
    assert found["flights"] == [{"flight": "NH106", "day": "2026-11-23", "counted": 3, "longest_minutes": 26.25}]
    assert {"month": "2017-10", "place": "all airports", "share": 75, "longest": []} in found["official"]
    assert "day 2026-11-23: 67% within 20 minutes (2 of 3)" in waiting(folder, *DAY).stdout
    rows = list(csv.DictReader(io.StringIO(waiting(folder, *DAY, "--csv").stdout)))
    assert rows[0] == {"by": "all", "name": "", "counted": "3", "within": "2", "share": "0.6667"}


def test_people_of_the_evening_before_are_counted_on_the_day_they_were_permitted(folder: Path) -> None:
    """Spot-in at 23:50, permission at ten past midnight."""
    midnight = datetime.fromisoformat("2026-11-24T00:00:00+09:00")
    late = ("spot-in", "GK1", "--at", "2026-11-23T23:50:00+09:00", "--spot", "107", "--passengers", "2")
    waiting(folder, *late)
    close(folder, midnight - timedelta(minutes=1), 1)
    close(folder, midnight + timedelta(minutes=10), 2)
    found = json.loads(waiting(folder, "report", "--from", "2026-11-24", "--to", "2026-11-24", "--json").stdout)
    assert found["day"] == [{"name": "2026-11-24", "counted": 1, "within": 1, "share": 1.0}]


def test_a_day_without_permissions_has_no_share(folder: Path) -> None:
    assert waiting(folder, *DAY).stdout.startswith("all: not known, nobody was counted\n")
    assert json.loads(waiting(folder, *DAY, "--json").stdout)["all"][0]["share"] is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--from", "2026-11-24", "--to", "2026-11-23"), "before --from"),
        (("--from", "2026-11-23", "--to", "x"), "not a day"),
        ((*DAY[1:], "--json", "--csv"), "not both"),
    ],
)
def test_a_report_of_no_days_is_refused_with_one_line(folder: Path, arguments: tuple[str, ...], says: str) -> None:
    assert says in refused(waiting(folder, "report", *arguments))
