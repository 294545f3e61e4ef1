"""The simulated registries at the wire, and the carrier's list byte for byte."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

import httpx2
import pytest
from typer.testing import CliRunner

from simulators.__main__ import app
from simulators.paxlst import Aboard, Dialect, Flight, Paper, written
from simulators.registries import Service, UnknownFault
from simulators.registry_world import World, of_the_hall

pytestmark = pytest.mark.anyio
NOW: Final = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
VISITOR: Final = {"nationality": "UTO", "document_number": "L898902C3"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass(frozen=True, slots=True)
class Holder:
    nationality: str
    document_number: str
    surname: str = "ERIKSSON"
    given_names: str = "ANNA MARIA"
    birth_date: date = date(1974, 8, 12)
    sex: str = "F"


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    holders = [Holder("UTO", "L898902C3"), Holder("JPN", "TR1234567")]
    world = of_the_hall(holders, port="HND")
    async with Service(world, clock=lambda: NOW) as running:
        yield running


@pytest.fixture
async def http(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=service.url, trust_env=False, timeout=30) as client:
        yield client


async def test_a_reply_repeats_the_question_and_dates_the_data(http: httpx2.AsyncClient) -> None:
    response = await http.post("/v1/visas", json=VISITOR)
    assert response.json() == {
        "registry": "visa",
        "question": VISITOR,
        "as_of": "2026-11-27T03:00:00+00:00",
        "found": {"answer": "hit", "entry": {"kind": "exempt", "days": 90}},
    }


async def test_nationals_are_announced_and_need_no_visa_to_be_found(http: httpx2.AsyncClient) -> None:
    national = {"nationality": "JPN", "document_number": "TR1234567"}
    assert (await http.post("/v1/visas", json=national)).json()["found"] == {"answer": "clear"}
    assert (await http.post("/v1/passengers", json={**national, "port": "HND"})).json()["found"]["answer"] == "hit"
    assert (await http.post("/v1/passengers", json={**national, "port": "KIX"})).json()["found"]["answer"] == "clear"


@pytest.mark.parametrize(
    "question",
    [b"", b"no json", b"[]", b'{"nationality": "UTO"}', b'{"nationality": "UTO", "document_number": 7}', b"[" * 9000],
)
async def test_a_question_of_another_form_is_refused(http: httpx2.AsyncClient, question: bytes) -> None:
    assert (await http.post("/v1/visas", content=question)).status_code == 422


async def test_a_registry_is_not_told_more_than_it_needs(http: httpx2.AsyncClient) -> None:
    assert (await http.post("/v1/visas", json={**VISITOR, "surname": "ERIKSSON"})).status_code == 422


async def test_a_registry_is_taught_over_the_wire(http: httpx2.AsyncClient) -> None:
    other = {**VISITOR, "document_number": "X0000001"}
    known = [{"registry": "visa", "question": other, "entry": {"kind": "exempt", "days": 15}}]
    assert (await http.put("/world", json=known)).status_code == 204
    found = (await http.post("/v1/visas", json=other)).json()["found"]
    assert found == {"answer": "hit", "entry": {"kind": "exempt", "days": 15}}


@pytest.mark.parametrize("registry", ["visa", "nobody"])
async def test_what_no_question_could_find_is_not_learnt(http: httpx2.AsyncClient, registry: str) -> None:
    before = (await http.get("/world")).json()
    known = [
        {"registry": "visa", "question": VISITOR, "entry": {}},
        {"registry": registry, "question": {"number": "1"}, "entry": {}},
    ]
    assert (await http.put("/world", json=known)).status_code == 422
    assert (await http.get("/world")).json() == before


async def test_a_fault_is_put_and_taken_away_over_the_wire(http: httpx2.AsyncClient) -> None:
    assert (await http.put("/faults/visa/down")).status_code == 204
    assert (await http.post("/v1/visas", json=VISITOR)).status_code == 503
    assert (await http.post("/v1/authorisations", json=VISITOR)).status_code == 200
    assert (await http.delete("/faults/visa")).status_code == 204
    assert (await http.post("/v1/visas", json=VISITOR)).status_code == 200


@pytest.mark.parametrize("path", ["/faults/visa/lazy", "/faults/nobody/down"])
async def test_an_unknown_fault_is_refused_with_those_there_are(http: httpx2.AsyncClient, path: str) -> None:
    response = await http.put(path)
    assert response.status_code == 404
    assert "trickle" in response.json()["sentence"]
    assert "watchlist" in response.json()["sentence"]


async def test_the_same_faults_by_name_from_python(service: Service) -> None:
    with pytest.raises(UnknownFault):
        service.fault("visa", "lazy")
    with pytest.raises(UnknownFault):
        service.repair("nobody")


def test_an_entry_that_no_question_could_find_is_refused() -> None:
    with pytest.raises(ValueError, match="visa is asked with document_number, nationality"):
        World().enter("visa", {}, document_number="L898902C3")


@pytest.mark.parametrize("fault", ["visa=lazy", "visa"])
def test_the_command_refuses_an_unknown_fault_in_one_line(fault: str) -> None:
    result = CliRunner().invoke(app, ["registries", "--port", "0", "--fault", fault])
    assert result.exit_code == 2
    assert result.output.startswith("no registries: ")
    assert result.output.count("\n") == 1


def test_a_carriers_list_is_as_the_guide_describes_it() -> None:
    day = date(2026, 11, 26)
    flight = Flight(
        "SA006", "SA", "JFK", "HND", datetime.combine(day, time(13, 30)), datetime.combine(day, time(23, 5))
    )
    person = Aboard("O'NEILL", "ANNA", "F", date(1974, 8, 12), "UTO", papers=(Paper("L898902C3", "UTO"),))
    data = written(flight, [person], sent_at=datetime.combine(day, time(9, 0)), dialect=Dialect(line_end="\n"))
    assert data.decode().splitlines() == [
        "UNA:+.? '",
        "UNB+UNOA:4+SIMAIR:ZZ+SEKISHO:ZZ+261126:0900+1++APIS'",
        "UNG+PAXLST+SIMAIR:ZZ+SEKISHO:ZZ+261126:0900+1+UN+D:02B'",
        "UNH+PAX1+PAXLST:D:02B:UN:IATA+SA006/261126+01:F'",
        "BGM+745'",
        "NAD+MS+++OPERATIONS DESK'",
        "COM+555 0100:TE+555 0101:FX'",
        "TDT+20+SA006+++SA'",
        "LOC+125+JFK'",
        "DTM+189:2611261330:201'",
        "LOC+87+HND'",
        "DTM+232:2611262305:201'",
        "NAD+FL+++O?'NEILL:ANNA'",
        "ATT+2++F'",
        "DTM+329:740812'",
        "NAT+2+UTO'",
        "DOC+P:110:111+L898902C3'",
        "LOC+91+UTO'",
        "CNT+42:1'",
        "UNT+17+PAX1'",
        "UNE+1+1'",
        "UNZ+1+1'",
    ]
