"""Ships without pages: IMO numbers, lists of every kind, the tally in whatever order, and the limits of the Act."""

from __future__ import annotations

import csv
import io
import random
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from examiner_console.__main__ import app
from examiner_console.console import Console
from examiner_console.law.answers import Answers, Clear, DocumentReport, Hit, NoAnswer, ReportKind
from examiner_console.law.special_landings import LIMITS, Admissible, Applicant, Application, Kind, extended
from examiner_console.ships import book, gangway, loading, permitting, special
from examiner_console.ships.calls import (
    Draft,
    LandingOver,
    NotAdmissible,
    NoteMissing,
    Standing,
    UnusableLanding,
    is_imo,
)
from examiner_console.ships.csv_manifest import REQUIRED, parse
from examiner_console.ships.gangway import Scan
from examiner_console.ships.manifest import (
    Line,
    LineUnusable,
    ListedTwice,
    ManifestError,
    NobodyListed,
    NotText,
    TooMany,
    WrongColumns,
    difference,
    digest,
)
from examiner_console.ships.paxlst_manifest import parse_either
from examiner_console.ships.screening import Sight, reasons
from examiner_console.ships.special import Asked, Ending, Record
from examiner_console.ships.tally import Place, Way, placed, seen, tally
from simulators.__main__ import app as simulators
from simulators.ship_manifests import PEOPLE, as_csv, as_paxlst, invented
from tests.examiner_console.conftest import TestClock
from tests.examiner_console.samples import NOW

DAY = date(2026, 12, 1)
HEAD = ",".join(REQUIRED)
ROW = "VELA,ANA,F,1990-04-01,UTO,C1234567,2031-08-21"
CLEAR = Answers(watchlist=Clear(), document_reports=Clear(), removals=Clear())


def line(**changes: Any) -> Line:
    [one] = parse(f"{HEAD}\n{ROW}".encode(), DAY)
    return Line(**{name: changes.get(name, getattr(one, name)) for name in Line.__struct_fields__})


@pytest.mark.parametrize("number", ["9074729", "9074731", "9241061", "8814275"])
def test_an_imo_number_is_checked_by_its_last_digit(number: str) -> None:
    weighed = sum(int(digit) * weight for digit, weight in zip(number[:6], range(7, 1, -1), strict=True)) % 10
    assert is_imo(number) == (weighed == int(number[6]))
    assert [is_imo(number[:6] + str(digit)) for digit in range(10)].count(True) == 1


@pytest.mark.parametrize("number", ["", "907472", "90747290", "907472A", "９０７４７２９", "-907472"])
def test_what_is_no_imo_number_is_none(number: str) -> None:
    assert not is_imo(number)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_list_is_read_with_or_without_a_byte_order_mark(mark: bytes, end: str) -> None:
    [one] = parse(mark + end.join([HEAD, "", ROW, ""]).encode(), DAY)
    assert (one.number, one.passport, one.issuing_state) == (3, ("UTO", "C1234567"), "UTO")


def spoilt(column: str, value: str) -> bytes:
    values = dict(zip(REQUIRED, ROW.split(","), strict=True)) | {column: value}
    out = io.StringIO()
    csv.writer(out).writerows([REQUIRED, [*ROW.split(",")[:5], "X1", "2031-08-21"], list(values.values())])
    return out.getvalue().encode()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("surname", ""), ("surname", "=CMD()"), ("surname", "+1"), ("surname", "@x"), ("surname", "A\tB"),
        ("surname", "A" * 101), ("given_names", "A1"), ("given_names", "\u202eANA"), ("sex", "W"), ("sex", ""),
        ("birth_date", "1990-02-30"), ("birth_date", "01.04.1990"), ("birth_date", "19900401"),
        ("birth_date", "2026-12-02"), ("birth_date", "1899-12-31"), ("nationality", "UT"), ("nationality", "UTOP"),
        ("nationality", "U1O"), ("document_number", ""), ("document_number", "C" * 21), ("document_number", "Ç1"),
        ("document_expires", ""), ("document_expires", "2031-13-01"),
    ],
)  # fmt: skip
def test_a_column_that_is_not_of_its_form_is_told_with_its_line(column: str, value: str) -> None:
    with pytest.raises(LineUnusable) as told:
        parse(spoilt(column, value), DAY)
    assert (told.value.line, told.value.column) == (3, column)
    assert not value or value not in str(told.value), "an error tells nobody's data"


@pytest.mark.parametrize(
    ("data", "error", "at"),
    [
        (b"", NobodyListed, 0),
        (HEAD.encode(), NobodyListed, 0),
        (f"{HEAD},cabin\n{ROW},12".encode(), WrongColumns, 1),
        (f"{HEAD},surname\n{ROW},X".encode(), WrongColumns, 1),
        (ROW.encode(), WrongColumns, 1),
        (f"{HEAD}\n{ROW},more".encode(), LineUnusable, 2),
        (f"{HEAD}\n{ROW}\nVELA".encode(), LineUnusable, 3),
        (f"{HEAD}\n{ROW}\n{ROW}".encode(), ListedTwice, 3),
        (f'{HEAD}\n{ROW}\n"open,'.encode(), LineUnusable, 3),
        (f'{HEAD}\n"VE"LA{ROW[4:]}'.encode(), LineUnusable, 2),
        (f"{HEAD}\n{ROW}\n\0".encode(), NotText, 3),
        (f"{HEAD}\n{ROW}\n山田".encode("shift_jis"), NotText, 3),
        (f"{HEAD}\n{ROW}".encode("utf-16"), NotText, 1),
        (b"\xff" * 100, NotText, 1),
        (b"x" * (8 * 1024 * 1024 + 1), TooMany, 0),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_a_list_is_told_by_what_and_where(
    data: bytes, error: type[ManifestError], at: int
) -> None:
    with pytest.raises(error) as told:
        parse(data, DAY)
    assert told.value.line == at


def test_a_hundred_thousand_lines_are_refused_at_the_first_too_many() -> None:
    rows = (f"VELA,ANA,F,1990-04-01,UTO,C{number},2031-08-21" for number in range(100_000))
    with pytest.raises(TooMany) as told:
        parse("\n".join((HEAD, *rows)).encode(), DAY)
    assert told.value.line == 10_002


@given(st.binary(max_size=300))
def test_whatever_the_bytes_a_list_is_read_or_told_and_nothing_else(data: bytes) -> None:
    for text in (data, f"{HEAD}\n{ROW}\n".encode() + data, b"UNA:+.? '" + data):
        with suppress(ManifestError):
            assert parse_either(text, DAY)[1]


@given(st.integers(1, 60), st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_a_list_comes_back_as_the_carrier_wrote_it_in_either_form(count: int, seed: int) -> None:
    people = invented(count, seed, DAY)
    as_table, as_message = (
        parse(as_csv(people.passengers), DAY),
        parse_either(as_paxlst(people.passengers, DAY), DAY)[1],
    )
    assert [(one.surname, one.passport, one.birth_date, one.expires_on) for one in as_table] == [
        (one.surname, (one.nationality, one.document_number), one.birth_date, one.expires_on)
        for one in people.passengers
    ]
    assert digest(as_table) == digest(as_message)


def test_a_difference_names_everybody_once() -> None:
    old = [line(), line(document_number="B"), line(document_number="C")]
    new = [line(number=9), line(document_number="B", surname="OTHER"), line(document_number="D")]
    found = difference(book.by_passport(old), book.by_passport(new))
    assert [one.document_number for one in (*found.added, *found.removed)] == ["D", "C"]
    assert [(before.surname, after.surname) for before, after in found.changed] == [("VELA", "OTHER")]


@pytest.mark.parametrize(
    ("changes", "answers", "why"),
    [
        ({}, {}, ()),
        ({"expires_on": date(2026, 12, 1)}, {}, ()),
        ({"expires_on": date(2026, 11, 30)}, {}, (Sight.DOCUMENT_EXPIRED,)),
        ({"expires_on": None}, {}, (Sight.EXPIRY_UNKNOWN,)),
        ({"birth_date": None}, {}, (Sight.BIRTH_UNKNOWN,)),
        ({"nationality": "XXB"}, {}, (Sight.NATIONALITY,)),
        ({"nationality": "JPN"}, {}, (Sight.NATIONAL,)),
        ({}, {"watchlist": NoAnswer()}, (Sight.WATCHLIST_SILENT,)),
        ({}, {"document_reports": Hit(DocumentReport(ReportKind.LOST, DAY))}, (Sight.REPORTED,)),
    ],
)
def test_who_is_to_be_seen_and_why(changes: dict[str, Any], answers: dict[str, Any], why: tuple[Sight, ...]) -> None:
    asked = Answers(**{name: answers.get(name, getattr(CLEAR, name)) for name in Answers.__struct_fields__})
    assert reasons(line(**changes), asked, DAY) == why


def test_an_agency_names_further_nationalities_to_be_seen() -> None:
    assert reasons(line(), CLEAR, DAY, more=["UTO"]) == (Sight.NATIONALITY,)


def test_nobody_asked_is_never_clear() -> None:
    assert len(reasons(line(), Answers(), DAY)) == 3


SCANS = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(Way), st.integers(0, 6).map(lambda n: NOW + timedelta(minutes=n))),
    max_size=40,
)


@given(SCANS, st.randoms(use_true_random=False))
def test_a_tally_is_whole_and_the_same_in_whatever_order_scans_arrive(
    scans: list[tuple[int, Way, datetime]], dice: random.Random
) -> None:
    def counted(arrived: list[tuple[int, Way, datetime]]) -> Any:
        found = placed(arrived)
        return tally(found.get(person, Place()) for person in range(5))  # type: ignore[arg-type]

    first = counted(scans)
    assert first.never_left + first.ashore + first.back == first.permitted == 5
    assert first.never_left == 5 - len({person for person, _, _ in scans})
    shuffled = dice.sample(scans, len(scans))
    assert counted(shuffled) == counted([*shuffled, *scans]) == first


@given(SCANS)
def test_where_somebody_is_follows_from_the_latest_scan_and_ashore_wins_a_tie(
    scans: list[tuple[int, Way, datetime]],
) -> None:
    for person, place in placed(scans).items():
        own = [(at, way is Way.ASHORE) for one, way, at in scans if one == person]
        assert (place.at, place.way is Way.ASHORE) == max(own)


def test_nobody_is_missing_before_the_ship_sails() -> None:
    place, _ = seen(Place(), Way.ASHORE, NOW)
    found = tally([place, Place()])
    assert (found.missing(NOW, NOW + timedelta(minutes=1)), found.missing(NOW, NOW)) == (0, 1)


@given(st.sampled_from(Kind), st.integers(-10, 400 * 24))
def test_an_extension_never_passes_the_longest_time_of_the_act(kind: Kind, hours: int) -> None:
    asked = Application(kind, next(iter(LIMITS[kind].applicants)), NOW)
    until = NOW + timedelta(hours=hours)
    found = extended(asked, NOW + timedelta(hours=1), until)
    if isinstance(found, Admissible):
        assert kind not in (Kind.CRUISE, Kind.CRUISE_SINGLE)
        assert until > NOW + timedelta(hours=1)
        assert kind is Kind.EMERGENCY or until <= NOW + timedelta(days=366)


def person(**changes: Any) -> Record:
    known = {"surname": "VELA", "given_names": "ANA", "nationality": "UTO", "document_number": "C1", "birth_date": None}
    vessel = {"vessel": "KAIYO 3", "port": "Kobe", "applicant": Applicant.CAPTAIN, "applied_by": "Capt. Ruy"}
    return Record(**{**known, **vessel, "ground": "Shore leave.", "area": "Kobe", **changes})


async def give(console: Console, kind: Kind, officer: str = "hoshikawa", id: UUID | None = None, **more: Any) -> Any:
    fields = {name: more.pop(name) for name in list(more) if name in Record.__struct_fields__}
    asked = Asked(kind, person(**fields), **more)
    giving = partial(special.give, id=id or uuid4(), asked=asked, officer=officer, at=console.clock())
    return await console.store.write(giving)


APPLICANTS = {Kind.DISTRESS: Applicant.POLICE, Kind.REFUGE: Applicant.SELF}
ENDS = {
    Kind.PORT_OF_CALL: "2026-11-26T12:00", Kind.TRANSIT_SAME_SHIP: "2026-12-09T00:00",
    Kind.TRANSIT_OTHER_PORT: "2026-11-27T00:00", Kind.CREW_ONE_PORT: "2026-12-01T00:00",
    Kind.CREW_SEVERAL_PORTS: "2026-12-09T00:00", Kind.CREW_MULTIPLE: "2027-11-24T00:00",
    Kind.DISTRESS: "2026-12-24T00:00", Kind.REFUGE: "2027-05-24T00:00", Kind.EMERGENCY: None,
}  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize("kind", special.KINDS)
async def test_each_kind_ends_when_the_act_says(console: Console, kind: Kind) -> None:
    given = await give(console, kind, applicant=APPLICANTS.get(kind, Applicant.CAPTAIN), fled=True)
    ends = ENDS[kind]
    assert given.before == (datetime.fromisoformat(f"{ends}+09:00") if ends else None)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("kind", "more", "error"),
    [
        (Kind.PORT_OF_CALL, {"ground_found": True}, NotAdmissible),
        (Kind.CREW_ONE_PORT, {"applicant": Applicant.MAYOR}, NotAdmissible),
        (Kind.REFUGE, {"applicant": Applicant.SELF}, NotAdmissible),
        (Kind.TRANSIT_SAME_SHIP, {"area": " "}, UnusableLanding),
        (Kind.CREW_ONE_PORT, {"surname": ""}, UnusableLanding),
        (Kind.CREW_ONE_PORT, {"applied_by": ""}, UnusableLanding),
        (Kind.CREW_ONE_PORT, {"ground": "x\0"}, UnusableLanding),
        (Kind.PORT_OF_CALL, {"until": NOW + timedelta(hours=73)}, UnusableLanding),
        (Kind.EMERGENCY, {"until": NOW}, UnusableLanding),
    ],
)
async def test_what_the_act_does_not_know_is_not_given(
    console: Console, kind: Kind, more: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await give(console, kind, **more)
    assert await console.store.read(partial(special.counts, now=console.clock())) == (0, 0)


@pytest.mark.anyio
async def test_a_permission_is_given_once_extended_up_to_the_limit_and_ended_once(
    console: Console, clock: TestClock
) -> None:
    id = uuid4()
    first = await give(console, Kind.CREW_ONE_PORT, id=id, until=NOW + timedelta(days=2))
    assert await give(console, Kind.CREW_ONE_PORT, id=id) == first
    with pytest.raises(LandingOver):
        await give(console, Kind.CREW_ONE_PORT, "akazawa", id=id)
    longest = datetime(2026, 11, 30, 15, tzinfo=UTC)
    extend = partial(special.extend, id=id, officer="hoshikawa", at=NOW)
    with pytest.raises(NoteMissing):
        await console.store.write(partial(extend, until=longest, note=""))
    with pytest.raises(NotAdmissible):
        await console.store.write(partial(extend, until=longest + timedelta(minutes=1), note="Engine."))
    assert (await console.store.write(partial(extend, until=longest, note="Engine."))).before == longest
    clock.advance(days=9)
    [found] = await console.store.read(partial(special.in_force, now=clock()))
    assert found.is_overdue(clock())
    end = partial(special.end, id=id, officer="hoshikawa", at=clock())
    with pytest.raises(NoteMissing):
        await console.store.write(partial(end, ending=Ending.LEFT, note=" "))
    with pytest.raises(NotAdmissible):
        await console.store.write(partial(end, ending=Ending.REVOKED, note="Worked."))
    done = await console.store.write(partial(end, ending=Ending.LEFT, note="Found on board."))
    assert await console.store.write(partial(end, ending=Ending.LEFT, note="Found on board.")) == done
    with pytest.raises(LandingOver):
        await console.store.write(
            partial(special.end, id=id, officer="akazawa", at=clock(), ending=Ending.LEFT, note="")
        )


@pytest.mark.anyio
async def test_a_permission_for_many_landings_is_revoked_with_a_reason(console: Console) -> None:
    given = await give(console, Kind.CREW_MULTIPLE)
    revoke = partial(special.end, id=given.id, ending=Ending.REVOKED, officer="akazawa", at=NOW)
    with pytest.raises(NoteMissing):
        await console.store.write(partial(revoke, note=""))
    assert (await console.store.write(partial(revoke, note="Took paid work."))).ending is Ending.REVOKED


@pytest.mark.anyio
async def test_of_refuge_other_lists_have_a_number_alone(console: Console) -> None:
    await give(console, Kind.REFUGE, surname="HIDDEN", applicant=Applicant.SELF, fled=True)
    await give(console, Kind.EMERGENCY)
    read = console.store.read
    assert [one.record.surname for one in await read(partial(special.in_force, now=NOW))] == ["VELA"]
    assert [one.record.surname for one in await read(partial(special.in_force, now=NOW, refuge=True))] == ["HIDDEN"]
    assert await read(partial(special.counts, now=NOW)) == (1, 1)


@pytest.mark.anyio
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scans=SCANS)
async def test_the_stored_tally_is_that_of_all_scans_and_never_loses_anybody(
    console: Console, scans: list[tuple[int, Way, datetime]]
) -> None:
    id, people = uuid4(), parse(as_csv(invented(5, 1, DAY, ()).passengers), DAY)
    await console.store.write(partial(_permitted, id=id, people=people))
    for person, way, at in scans:
        one = Scan(uuid4(), way, people[person].document_number, None, at)
        scan = partial(gangway.scan, id=id, one=one, officer="hoshikawa", now=NOW + timedelta(hours=1))
        await console.store.write(scan)
    found = await console.store.read(partial(book.tally_of, call=id))
    assert found == tally(placed(scans).get(person, Place()) for person in range(5))
    assert found.permitted == 5


def _permitted(connection: Any, *, id: UUID, people: tuple[Line, ...]) -> None:
    times = (NOW - timedelta(hours=1), NOW + timedelta(hours=9))
    draft = Draft("AURORA MARIS", "9074729", "Yokohama", "Aurora Lines", *times, designated=True)
    loading.enter(connection, id, draft, "hoshikawa", NOW - timedelta(hours=2))
    loading.load(connection, id, "csv", people, b"", "hoshikawa", NOW)
    for one in book.listed(connection, id):
        book.change_line(connection, one.id, standing=Standing.CLEAR, reasons=book.written([]))
    book.change_call(connection, id, screened_at=NOW)
    permitting.permit(connection, id, digest(people), "hoshikawa", NOW)


def test_the_simulator_writes_the_same_list_for_the_same_seed(tmp_path: Any) -> None:
    def made(name: str, *more: str) -> bytes:
        arguments = ["manifest", "--passengers", "600", "--seed", "3", "--out", str(tmp_path / name), *more]
        assert CliRunner().invoke(simulators, arguments).exit_code == 0
        return (tmp_path / name).read_bytes()

    assert made("one") == made("two")
    assert digest(parse(made("one"), DAY)) == digest(parse_either(made("three", "--paxlst"), DAY)[1])
    with pytest.raises(NotText):
        parse(made("four", "--fault", "shift_jis"), DAY)
    assert set(invented(600, 3, DAY).faults.values()) == set(PEOPLE)


def test_a_list_is_loaded_from_the_command_line_whole_or_not_at_all(tmp_path: Any) -> None:
    config = tmp_path / "console.toml"
    config.write_text('data_dir = "data"\n')

    def command(*arguments: str, given: str = "") -> Any:
        return CliRunner().invoke(app, [*arguments, "--config", str(config)], input=given)

    for name, role in (("hoshikawa", "inspector"), ("kinoshita", "auditor")):
        told = ["--role", role, "--display", name, "--password-stdin"]
        assert command("officer", "add", "--name", name, *told, given="correct horse battery\n").exit_code == 0
    file = tmp_path / "list.csv"
    file.write_bytes(as_csv(invented(8, 1, DAY, ()).passengers))
    ship = ["--ship", "AURORA", "--imo", "9074729", "--port", "Kobe", "--operator", "Aurora Lines", "--designated"]
    times = ["--arrives", "2026-12-01T07:00", "--departs", "2026-12-01T18:00", "--json"]
    loaded = command("ship", "load", str(file), "--officer", "hoshikawa", *ship, *times)
    assert loaded.exit_code == 0, loaded.output
    assert '"lines":8' in loaded.stdout
    assert '"to_be_seen":8' in loaded.stdout, "no registry is there to clear anybody"
    refused = command("ship", "load", str(file), "--officer", "kinoshita", *ship, *times)
    assert (refused.exit_code, "may load passenger lists" in refused.output) == (2, True)
    file.write_bytes(as_csv(invented(8, 1, DAY, ()).passengers, "bad_day"))
    broken = command("ship", "load", str(file), "--officer", "hoshikawa", *ship, *times)
    assert (broken.exit_code, "line 6, birth_date" in broken.output) == (2, True)
