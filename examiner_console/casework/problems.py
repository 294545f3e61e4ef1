"""Errors of the station API: which status each has, and the one sentence it says."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from examiner_console.casework.pictures import NotReferred, OtherPictures, PicturesError, UnknownInspection
from examiner_console.casework.stations import NotThisStation, StationError
from examiner_console.contract import ContractError, MalformedMessage, Problem, SignatureInvalid, UnknownKey, encode
from examiner_console.database import StoreError, StoreUnavailable

RETRY_SECONDS: Final = "1"
JSON: Final = "application/json"


class Refused(Exception):
    """A message the station API does not take, with the HTTP status that says so."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence = status, code, sentence


STATUS: Final[dict[type[Exception], int]] = {
    MalformedMessage: 400,
    UnknownKey: 401,
    SignatureInvalid: 401,
    NotThisStation: 422,
    UnknownInspection: 404,
    NotReferred: 409,
    OtherPictures: 409,
    StoreUnavailable: 503,
}
CAUGHT: Final = (Refused, ContractError, StationError, PicturesError, StoreError)
"""Every error a message may end in; anything else is a fault of the console and answers 500."""


_HEADERS: Final = {503: {"retry-after": RETRY_SECONDS}, 413: {"connection": "close"}}
"""Who sends too much may still be sending; only closing the connection ends that."""


def problem_response(status: int, code: str, sentence: str) -> Response:
    body = encode(Problem(code, sentence))
    return Response(body, status, headers=_HEADERS.get(status), media_type=JSON)


def respond(error: Exception) -> Response:
    """The answer to one of `CAUGHT`."""
    if isinstance(error, Refused):
        return problem_response(error.status, error.code, error.sentence)
    if isinstance(error, StoreError):
        sentence = "The console cannot store anything at the moment. Send it again."
        return problem_response(503, StoreUnavailable.code, sentence)
    code = getattr(error, "code", "bad_request")
    return problem_response(STATUS.get(type(error), 400), code, _sentence(str(error)))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
