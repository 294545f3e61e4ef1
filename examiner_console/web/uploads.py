"""A form that brings one file: a passenger list. It is read into memory within a bound, and nothing of it on a disk."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Final

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from examiner_console.ships.manifest import MOST_BYTES
from examiner_console.web.forms import belonging
from examiner_console.web.refusals import IncompleteForm

_BESIDE: Final = 64 * 1024
"""What the fields beside the file may take."""


class _InMemory(MultiPartParser):
    spool_max_size = MOST_BYTES + _BESIDE


def is_upload(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("multipart/form-data")


async def read_upload(request: Request) -> tuple[Mapping[str, str], bytes]:
    """The fields, and what the file holds; a file one byte too large is given back so that it can be told. Raises
    `ForgedForm`, or `IncompleteForm` where it is far too large or no such form."""
    parser = _InMemory(request.headers, _within(request.stream()), max_files=1, max_fields=16)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError):
        raise IncompleteForm from None
    fields, data = {}, b""
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            data = await value.read(MOST_BYTES + 1)
        else:
            fields[name] = value
    await form.close()
    return belonging(request, fields), data


async def _within(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    read = 0
    async for chunk in chunks:
        read += len(chunk)
        if read > MOST_BYTES + _BESIDE:
            raise IncompleteForm
        yield chunk
