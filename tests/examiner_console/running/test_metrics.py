"""What the console counts, as a scraper reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from examiner_console.console import Console, open_console
from examiner_console.contract import Delivery, EventBatch, StationEvent
from examiner_console.database import StoreUnavailable
from examiner_console.law.decide import LANDINGS_ALONE
from examiner_console.running.metrics import exposition
from examiner_console.settings import Settings
from tests.examiner_console.conftest import enrol_samples, stations_of
from tests.examiner_console.samples import STATIONS, arrival, envelope, findings, inspection, passport
from tests.examiner_console.served import Start, consoles
from tests.examiner_console.test_inspections import put

pytestmark = pytest.mark.anyio
COMMENT = re.compile(r"# (?:HELP (?P<helped>[a-zA-Z_:]\w*) (?P<help>.+)|TYPE (?P<typed>\w+) (counter|gauge|histogram))")
SAMPLE = re.compile(r"(?P<name>[a-zA-Z_:]\w*)(?:\{(?P<labels>.*)\})? (?P<value>[-+]?(?:[0-9.e+-]+|Inf)|NaN)")
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')
Scraped = dict[tuple[str, frozenset[tuple[str, str]]], float]


def parsed(text: str) -> Scraped:
    """Every line, by the grammar of the text format; a sample stands below its HELP and TYPE lines."""
    found: Scraped = {}
    helped, typed = "", ""
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("#"):
            comment = COMMENT.fullmatch(line)
            assert comment, line
            helped, typed = comment["helped"] or helped, comment["typed"] or typed
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, line
        assert helped == typed
        assert sample["name"].removesuffix("_bucket").removesuffix("_sum").removesuffix("_count") == typed
        labels = frozenset(LABEL.findall(sample["labels"] or ""))
        assert "".join(f'{n}="{v}",' for n, v in LABEL.findall(sample["labels"] or ""))[:-1] == (sample["labels"] or "")
        assert (sample["name"], labels) not in found, "a series twice"
        found[sample["name"], labels] = float(sample["value"])
    return found


def value(scraped: Scraped, name: str, **labels: str) -> float:
    return scraped[name, frozenset(labels.items())]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with consoles(tmp_path) as run:
        yield run


@pytest.mark.hall
async def test_what_went_through_the_api_is_counted_and_names_nobody(
    start: Start, console: Console, database_url: str
) -> None:
    await enrol_samples(console)
    running = start(database_url=database_url, metrics_port=0, rules=LANDINGS_ALONE)
    seen = inspection(document=passport("JPN", surname="MEZURASHII", document_number="XX9999999"))
    event = StationEvent(uuid4(), "gate-1", 1, "door_opened", seen.started_at)
    async with httpx2.AsyncClient(base_url=running.url, trust_env=False, timeout=30) as client:
        sent = [seen, seen, arrival(), inspection(findings=findings(sod_hash="failed"))]
        assert [(await put(client, one)).status_code for one in sent] == [201, 200, 201, 201]
        other = inspection(id=seen.id)
        assert (await put(client, other)).status_code == 409
        assert (await client.put(f"/v1/inspections/{seen.id}", content=b"MEZURASHII")).status_code == 400
        for _ in range(2):
            body = envelope(EventBatch((event,)), "events")
            assert (await client.post("/v1/events", content=body)).status_code == 200
        on_the_officers_port = await client.get("/metrics")
        response = await client.get(f"http://127.0.0.1:{running.ports[1]}/metrics")
    assert on_the_officers_port.status_code == 404
    assert (response.status_code, response.headers["content-type"]) == (200, CONTENT_TYPE_PLAIN_0_0_4)
    found = parsed(response.text)
    by_gate = {"kind": "gate", "direction": "departure"}
    assert value(found, "sekisho_inspections_total", **by_gate, outcome="refer") == 2, "the clock is years off"
    assert value(found, "sekisho_refused_messages_total", code="envelope_conflict") == 1
    assert value(found, "sekisho_refused_messages_total", code="malformed_message") == 1
    assert [value(found, "sekisho_events_total", outcome=outcome) for outcome in ("stored", "known")] == [1, 1]
    assert value(found, "sekisho_ingest_seconds_count", message="inspection") == 4
    assert value(found, "sekisho_ingest_seconds_bucket", message="events", le="+Inf") == 2
    assert value(found, "sekisho_cases_open", state="waiting") == 3
    assert value(found, "sekisho_cases_open", state="taken") == 0
    assert value(found, "sekisho_ledger_leaves") == 3
    assert value(found, "sekisho_ledger_checkpoint_age_seconds") >= 0
    assert value(found, "sekisho_store_up") == 1
    assert value(found, "sekisho_store_batch_writes_sum") >= 7
    assert value(found, "sekisho_store_failures_total") == 0
    assert value(found, "process_start_time_seconds") > 0
    assert_names_nobody(response.text)


def assert_names_nobody(text: str) -> None:
    reasons = ("sod_hash", "arrival", "clock_implausible", "alert", "watchlist")
    labels = {label for line in text.splitlines() if not line.startswith("#") for label in LABEL.findall(line)}
    assert {name for name, _ in labels} <= {"kind", "direction", "outcome", "code", "message", "state", "le"}
    assert not [word for word in ("MEZURASHII", "XX9999999", "TR1234567", *STATIONS) if word in text]
    assert not [reason for reason in reasons if ("code", reason) in labels]


@pytest.mark.hall
async def test_without_a_port_of_their_own_there_are_no_metrics(start: Start, console: Console, tmp_path: Path) -> None:
    running = start(database_url=console.settings.database, rules=LANDINGS_ALONE)
    async with httpx2.AsyncClient(base_url=running.url, trust_env=False, timeout=30) as client:
        assert (await client.get("/metrics")).status_code == 404
    assert len(running.ports) == 1


async def test_a_page_that_is_kept_live_is_a_listener(console: Console) -> None:
    with console.measures.live_page():
        assert value(await scraped(console), "sekisho_queue_listeners") == 1
    assert value(await scraped(console), "sekisho_queue_listeners") == 0


async def test_an_opening_that_was_taken_back_counts_under_both_outcomes(console: Console) -> None:
    seen = inspection()
    async with stations_of(console) as client:
        for delivery in (Delivery.LIVE, Delivery.DEFERRED, Delivery.DEFERRED):
            await put(client, seen, delivery)
    found, by_gate = await scraped(console), {"kind": "gate", "direction": "departure"}
    for outcome in ("confirm", "refer"):
        assert value(found, "sekisho_inspections_total", **by_gate, outcome=outcome) == 1


async def test_without_a_database_what_the_process_counted_is_still_told(tmp_path: Path) -> None:
    console = open_console(Settings(data_dir=tmp_path, database_url="postgresql://postgres@127.0.0.1:1/nowhere"))
    with pytest.raises(StoreUnavailable):
        await console.store.write(lambda _: None)
    found = await scraped(console)
    console.close()
    assert value(found, "sekisho_store_up") == 0
    assert value(found, "sekisho_store_failures_total") == 1
    assert value(found, "sekisho_store_failed_writes_total") == 1
    assert ("sekisho_ledger_leaves", frozenset()) not in found


async def scraped(console: Console) -> Scraped:
    return parsed((await exposition(console)).decode())
