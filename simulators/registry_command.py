"""`python -m simulators registries`: the registries of a hall's people, to try a console against."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from simulators.faces import people
from simulators.registries import FAULTS, Service, UnknownFault
from simulators.registry_world import PATHS, of_the_hall
from simulators.travellers import cast

_SHAPE: Final = "a fault is written REGISTRY=FAULT"


async def serve(
    port: int,
    seed: int,
    travellers: int,
    port_name: str,
    faults: Sequence[str],
    answer_after: float,
    say: Callable[[str], None],
) -> None:
    """Until cancelled. Raises ValueError for an unusable fault, OSError for a port that is taken."""
    holders = list(cast(seed, len(people()), today=datetime.now(UTC).date()).draw(travellers))
    async with Service(of_the_hall(holders, port=port_name), port=port, answer_after=answer_after) as service:
        for fault in faults:
            registry, equals, name = fault.partition("=")
            if not equals:
                raise UnknownFault(_SHAPE)
            service.fault(registry, name)
        say(f"Registries at {service.url}/v1/({', '.join(PATHS.values())}).")
        say(f"PUT /faults/REGISTRY/FAULT breaks one ({', '.join(FAULTS)}), DELETE /faults/REGISTRY mends it.")
        say(f"Known: {', '.join(f'{one.nationality} {one.document_number}' for one in holders[:5]) or 'nobody'}")
        await asyncio.Event().wait()
