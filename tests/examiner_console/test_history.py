"""The past decided again from the store, and what other rules would have made of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError
from typer.testing import CliRunner

from examiner_console.__main__ import app
from examiner_console.casework import history, landings
from examiner_console.casework.ingest import Arrived, Ingest
from examiner_console.console import Console
from examiner_console.contract import Delivery, Inspection, encode
from examiner_console.law import replay
from examiner_console.law.decide import CURRENT, LANDINGS_ALONE
from examiner_console.tables import decisions
from tests.examiner_console.conftest import TestClock
from tests.examiner_console.samples import NOW, arrival, findings, inspection, passport

pytestmark = pytest.mark.anyio
VISIT = landings.Landing("UTO", "TR1234567", date(2026, 9, 1), "TEMPORARY_VISITOR", "P90D", None, "NRT")
EXPIRED = passport(expiry_date=date(2026, 11, 22))


async def take(
    console: Console, seen: Sequence[Inspection], delivery: Delivery = Delivery.LIVE, ingest: Ingest | None = None
) -> None:
    arrived = [Arrived(item, encode(item), delivery) for item in seen]
    taking = ingest or console.ingest
    await console.store.write(lambda connection: taking.accept(connection, arrived))


async def land(console: Console, landing: landings.Landing = VISIT) -> None:
    [(id, record)] = landings.parse_landings([encode(landing)])
    await console.store.write(lambda connection: landings.add(connection, id, record))


async def a_morning(console: Console, clock: TestClock) -> None:
    """A visitor leaves, is sent off by the gate, leaves after all and comes by once more; others between."""
    await land(console)
    visitor = inspection("gate-1", "UTO")
    await take(console, [visitor, inspection("gate-1"), inspection("gate-1", document=EXPIRED), arrival()])
    clock.advance(seconds=20)
    await take(console, [visitor], Delivery.DEFERRED)
    clock.advance(minutes=2)
    await take(console, [inspection("gate-1", "UTO", clock()), inspection("gate-2", "UTO", clock())])
    clock.advance(minutes=2)
    await take(console, [inspection("gate-1", "UTO", clock())])


def again(console: Console, first: date | None = None, last: date | None = None, booths: int = 12) -> replay.Replay:
    with history.reading(console.settings.database) as connection:
        return replay.replayed(history.decided(connection, first, last, booths))


def otherwise(console: Console, version: str | None = None, *without: str) -> replay.WhatIf:
    with history.reading(console.settings.database) as connection:
        return replay.what_if(history.decided(connection, None, None, 12), version, frozenset(without))


async def test_the_past_comes_out_bit_for_bit(console: Console, clock: TestClock) -> None:
    await a_morning(console, clock)
    assert again(console) == replay.Replay(8, 8, 0, ())


async def test_the_landing_an_officer_records_later_does_not_change_the_past(
    console: Console, clock: TestClock
) -> None:
    await take(console, [inspection("gate-1", "UTO")])
    await land(console)
    found = again(console)
    assert (found.decisions, found.same, found.assumed) == (1, 1, 1)


async def test_a_registry_that_was_down_then_is_allowed_for(console: Console, clock: TestClock) -> None:
    def down(*_: object) -> dict[landings.Passport, landings.LandingRecord]:
        raise landings.RegistryUnavailable

    await land(console)
    await take(console, [inspection("gate-1", "UTO")], ingest=Ingest(clock, 12, down, rules=LANDINGS_ALONE))
    assert again(console) == replay.Replay(1, 1, 1, ())


async def test_another_number_of_booths_changes_nothing(console: Console, clock: TestClock) -> None:
    await a_morning(console, clock)
    assert again(console, booths=7).same == 8


async def test_only_the_days_asked_for_are_decided_again(console: Console, clock: TestClock) -> None:
    await take(console, [inspection("gate-1")])
    clock.advance(hours=12)
    await take(console, [inspection("gate-1", at=clock())])
    day = date(2026, 11, 23)
    counts = [
        again(console, first, last).decisions for first, last in ((day, day), (day + timedelta(1), None), (None, day))
    ]
    assert counts == [1, 1, 1]
    assert again(console).decisions == 2


async def test_a_decision_that_was_changed_in_the_store_is_reported(console: Console, clock: TestClock) -> None:
    await take(console, [inspection("gate-1"), inspection("gate-1", document=EXPIRED)])
    with history.reading(console.settings.database) as connection:
        refused = next(past for past in history.decided(connection, None, None, 12) if not past.decision.opens_exit)
    forged = refused.body.replace(b"document_expired", b"document_expirex")
    change = decisions.update().where(decisions.c.inspection == refused.decision.inspection).values(body=forged)
    await console.store.write(lambda connection: connection.execute(change))
    found = again(console)
    assert (found.decisions, found.same) == (2, 1)
    [difference] = found.differences
    assert difference.now == replay.Told("refer", ("document_expired",))
    assert "document_expirex -> refer: document_expired" in replay.replay_in_words(found)


async def test_reading_the_past_cannot_write(console: Console) -> None:
    with history.reading(console.settings.database) as connection, pytest.raises(SQLAlchemyError):
        connection.execute(decisions.delete())


async def test_a_rule_left_out_changes_what_rested_on_it_alone(console: Console, clock: TestClock) -> None:
    await take(console, [inspection("gate-1"), inspection("gate-1", document=EXPIRED)])
    found = otherwise(console, None, "L32")
    assert (found.decisions, found.outcomes_changed, found.reasons_changed) == (2, 1, 1)
    assert found.by_rule == (replay.RuleChange("L32", 0, 2, 1), replay.RuleChange("decide", 2, 0, 1))
    assert otherwise(console, None, "L38").changes == ()


async def test_the_complete_rules_refer_whoever_a_registry_was_not_asked_about(
    console: Console, clock: TestClock
) -> None:
    await take(console, [inspection("gate-1"), inspection("gate-2")])
    before = again(console)
    found = otherwise(console, CURRENT)
    assert found.outcomes_changed == 2
    assert {change.rule: change.outcomes_changed for change in found.by_rule} == {"L32": 1, "L33": 1}
    assert again(console) == before


async def test_commands_report_in_words_and_as_json(tmp_path: Path, console: Console, clock: TestClock) -> None:
    await take(console, [inspection("gate-1"), inspection("gate-1", document=EXPIRED, findings=findings(mrz="failed"))])
    (tmp_path / "console.toml").write_text(f'data_dir = "."\ndatabase_url = "{console.settings.database}"\n')
    config = ("--config", str(tmp_path / "console.toml"))
    run = CliRunner()
    words = run.invoke(app, ["replay", *config])
    assert (words.exit_code, words.stdout) == (0, "2 decisions, 2 the same bit for bit (0 by another answer)\n")
    ranged = run.invoke(app, ["replay", "--from", "2026-11-24", "--json", *config])
    assert json.loads(ranged.stdout) == {"decisions": 0, "same": 0, "assumed": 0, "differences": []}
    told = json.loads(run.invoke(app, ["what-if", "--without", "L32", "--json", *config]).stdout)
    assert set(told) == {"decisions", "outcomes_changed", "reasons_changed", "by_rule", "changes"}
    assert "would end otherwise" in run.invoke(app, ["what-if", "--version", CURRENT, *config]).stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("replay", "--from", "yesterday"), "--from yesterday: not a day"),
        (("replay",), "the past cannot be read: there is no database"),
        (("what-if",), "name a --version"),
        (("what-if", "--version", "1899-01-01"), "no rules of version 1899-01-01"),
        (("what-if", "--without", "L99"), "no rule L99 in the catalogue"),
    ],
)
def test_what_cannot_be_asked_of_the_past_is_refused(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    (tmp_path / "console.toml").write_text('data_dir = "data"\n')
    result = CliRunner().invoke(app, [*arguments, "--config", str(tmp_path / "console.toml")])
    assert result.exit_code == 2
    [line] = result.stderr.splitlines()
    assert says in line
    assert not (tmp_path / "data").exists()


def test_a_decision_of_rules_nobody_knows_any_more_is_a_difference() -> None:
    made = replay.decide(replay.Facts(inspection("gate-1"), NOW))
    old = replay.Past(
        type(made)(made.inspection, made.outcome, made.reasons, "1899-01-01", made.decided_at),
        b"",
        replay.Facts(inspection("gate-1"), NOW),
    )
    [difference] = replay.replayed([old]).differences
    assert difference.now is None
    assert "no such rules any more" in replay.replay_in_words(replay.replayed([old]))
