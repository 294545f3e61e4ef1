"""The page `/exports`: decisions leave the console as a signed table where one person asks and another agrees."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from anyio import to_thread
from fastapi import Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection
from starlette.types import Receive, Scope, Send

from examiner_console.casework import export_requests as asking
from examiner_console.casework.export_requests import ExportRequestError, Request, State, Wanted
from examiner_console.casework.exporting import make
from examiner_console.law.stays import japan_date
from examiner_console.record.export import ExportError, Format
from examiner_console.upkeep import ledger_key
from examiner_console.web.export_refusals import BasisUnknown, ExportUnmade, of_request
from examiner_console.web.permissions import Permission
from examiner_console.web.visits import Visit, VisitDep
from examiner_console.web.wording import mark

BASES: Final[Mapping[str, str]] = {
    "audit": mark("Internal audit"),
    "oversight": mark("Report to a supervising authority"),
    "court": mark("Order of a court or request of a prosecutor"),
    "statistics": mark("Statistics"),
    "person": mark("The person concerned asked for their own data"),
}
STATES: Final[Mapping[State, str]] = {
    State.ASKED: mark("waits for another person"),
    State.LAPSED: mark("lapsed: nobody answered in three days"),
    State.REFUSED: mark("refused"),
    State.AGREED: mark("agreed"),
    State.OVER: mark("no longer to be fetched"),
}
CHUNK: Final = 64 * 1024


async def page(visit: VisitDep) -> Response:
    console = visit.desk.console
    now = console.clock()
    return visit.page(
        "exports.html",
        requests=await console.store.read(asking.requests),
        states=STATES,
        bases=BASES,
        formats=list(Format),
        longest=asking.LONGEST_DAYS,
        today=japan_date(now),
        displays=await visit.desk.sessions.displays(),
        may_ask=visit.may(Permission.ASK_EXPORT),
        may_agree=visit.may(Permission.AGREE_EXPORT),
    )


async def ask(visit: VisitDep) -> Response:
    if visit.field("basis") not in BASES:
        raise BasisUnknown
    try:
        wanted = Wanted(
            first=date.fromisoformat(visit.field("first")),
            last=date.fromisoformat(visit.field("last")),
            format=Format(visit.field("format")),
            with_identities=visit.form.get("identities") == "yes",
            purpose=visit.field("purpose"),
            basis=visit.field("basis"),
            days=int(visit.field("days")),
        )
    except ValueError:
        raise of_request(asking.UnusableRequest()) from None
    return await _done(visit, partial(asking.ask, wanted=wanted))


async def agree(visit: VisitDep, request: str) -> Response:
    return await _done(visit, partial(asking.agree, id=_id(request)))


async def refuse(visit: VisitDep, request: str) -> Response:
    return await _done(visit, partial(asking.refuse, id=_id(request), why=visit.field("why")))


async def fetch(visit: VisitDep, request: str) -> Response:
    """Made whole, and in the ledger, before the first byte leaves; nothing of it stays on the disk."""
    console, officer = visit.desk.console, visit.name
    try:
        found = await console.store.read(
            partial(asking.fetchable, id=_id(request), officer=officer, at=console.clock())
        )
        packed, sha256 = await _packed(visit, found)
        noted = partial(asking.fetched, id=found.id, sha256=sha256, officer=officer, at=console.clock())
        try:
            await console.store.write(noted)
        except BaseException:
            packed.close()
            raise
    except ExportRequestError as error:
        raise of_request(error) from None
    name = f"decisions-{found.wanted.first}-{found.wanted.last}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return _Packed(packed, headers)


async def _packed(visit: Visit, found: Request) -> tuple[IO[bytes], str]:
    """A zip in a file without a name, at its beginning, and the hash of the table in it."""
    console = visit.desk.console
    key = ledger_key(console.settings)
    with tempfile.TemporaryDirectory(dir=console.settings.data_dir) as name:
        folder = Path(name)
        try:
            file = await make(console.store, found.order, key, folder, console.clock())
        except (ExportError, OSError):
            raise ExportUnmade from None
        return await to_thread.run_sync(_zipped, folder), file.sha256


def _zipped(folder: Path) -> IO[bytes]:
    packed = tempfile.TemporaryFile(dir=folder.parent)  # noqa: SIM115  # closed once it has been sent
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    packed.seek(0)
    return packed


class _Packed(StreamingResponse):
    """Closes its file, and with it the last of the export, however the sending ends."""

    def __init__(self, packed: IO[bytes], headers: Mapping[str, str]) -> None:
        super().__init__(_read(packed), media_type="application/zip", headers=headers)
        self._packed = packed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._packed.close()


def _read(packed: IO[bytes]) -> Iterator[bytes]:
    while chunk := packed.read(CHUNK):
        yield chunk


async def _done(visit: Visit, work: Callable[..., object]) -> Response:
    console = visit.desk.console

    def written(connection: Connection) -> object:
        return work(connection, officer=visit.name, at=console.clock())

    try:
        await console.store.write(written)
    except ExportRequestError as error:
        raise of_request(error) from None
    return visit.go("/exports")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise of_request(asking.NoSuchRequest()) from None
