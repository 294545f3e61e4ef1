"""Who is registered in tests: inspections that brought real prints, and the steps to a registration."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from PIL import Image

from examiner_console.casework import landings
from examiner_console.casework.registration_book import Registration, Stay
from examiner_console.casework.registration_ends import Asked
from examiner_console.casework.registrations import Application
from examiner_console.console import Console
from examiner_console.contract import Evidence, EvidenceBundle, EvidenceKind
from examiner_console.law.registering import BY_PROOF, Ground, Kind, Step
from tests.examiner_console.samples import arrival, envelope, passport

STAY: Final = Stay(date(2028, 3, 31))
FINGERS: Final = {"right_index": "3", "left_index": "4"}
"""Positions, and which finger of a person of the reference prints stands for it."""


def png(data: Path, name: str) -> bytes:
    """A reference print as a station sends it."""
    file = io.BytesIO()
    with Image.open(data / "fingerprints" / "uareu" / f"{name}.tif") as picture:
        picture.convert("L").save(file, "PNG", dpi=(500, 500))
    return file.getvalue()


def bundle(id: UUID, data: Path, person: str = "012", impression: int = 1, face: bool = True) -> EvidenceBundle:
    prints = [
        Evidence(EvidenceKind.FINGER_IMAGE, "image/png", png(data, f"{person}_{finger}_{impression}"), position)
        for position, finger in FINGERS.items()
    ]
    faces = [Evidence(EvidenceKind.LIVE_FACE, "image/jpeg", b"\xff\xd8 a live face \xff\xd9")] if face else []
    return EvidenceBundle(id, (*faces, *prints))


async def inspected(station: Any, console: Console, data: Path, **facts: Any) -> UUID:
    """A foreign arrival referred by the bio-cart, with the prints of a person of the reference data."""
    how = {name: facts.pop(name) for name in ("person", "impression", "face") if name in facts}
    document = facts.pop("document", None) or passport("UTO")
    seen = arrival(at=console.clock(), document=document, **facts)
    put = await station.put(f"/v1/inspections/{seen.id}", content=envelope(seen, "inspection", "bio-cart-1"))
    assert put.status_code == 201, put.text
    pictures = envelope(bundle(seen.id, data, **how), "evidence", "bio-cart-1")
    assert (await station.put(f"/v1/inspections/{seen.id}/evidence", content=pictures)).status_code == 204
    return seen.id


def application(inspection: UUID, kind: Kind = Kind.FOREIGN, **changes: Any) -> Application:
    facts: dict[str, Any] = {"consent": True, "seen": BY_PROOF, "stay": STAY, **changes}
    return Application(uuid4(), inspection, kind, **facts)


async def stepped(
    console: Console, held: Registration, *steps: Step, officer: str = "hoshikawa", ground: Ground = Ground.DOUBT
) -> Registration:
    for step in steps:
        asked = Asked(held.id, step, held.version, officer, ground, supervisor=officer == "sakaki")
        held = await console.registrations.step(asked)
    return held


async def visited(console: Console, *days: date) -> None:
    """Earlier landings of the sample passport as a visitor."""
    for day in days:
        visit = landings.Landing("UTO", "TR1234567", day, "TEMPORARY_VISITOR", "P15D", None, "HND")
        await console.store.write(lambda c, visit=visit: landings.add(c, uuid4(), visit))
