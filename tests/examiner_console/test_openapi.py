"""The station API keeps to its own OpenAPI description, whatever is thrown at it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from examiner_console import migrations
from examiner_console.app import create_app
from examiner_console.console import open_console
from examiner_console.settings import Settings
from tests.examiner_console.conftest import enrol_samples


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[schemathesis.BaseSchema]:
    made = Settings(data_dir=tmp_path_factory.mktemp("openapi"))
    migrations.upgrade(made.database)
    console = open_console(made)
    asyncio.run(enrol_samples(console))
    yield schemathesis.openapi.from_asgi("/openapi.json", create_app(console))
    console.close()


OPERATIONS = (
    "PUT /v1/inspections/{id}",
    "PUT /v1/inspections/{id}/evidence",
    "POST /v1/events",
    "POST /v1/orders",
    "GET /healthz",
    "GET /readyz",
)


def test_the_description_names_every_operation(described: schemathesis.BaseSchema) -> None:
    found = {operation.ok().label for operation in described.get_all_operations()}
    assert found == set(OPERATIONS)


@pytest.mark.parametrize("label", OPERATIONS)
def test_nothing_breaks_the_api_and_every_answer_is_described(described: schemathesis.BaseSchema, label: str) -> None:
    operations = {operation.ok().label: operation.ok() for operation in described.get_all_operations()}

    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operations[label].as_strategy())
    def throw(case: schemathesis.Case) -> None:
        case.call_and_validate()

    throw()
