"""Why an export is not asked for, agreed to, or given out."""

from __future__ import annotations

from examiner_console.casework import export_requests as asking
from examiner_console.web.refusals import Refusal
from examiner_console.web.wording import mark


class RequestUnknown(Refusal):
    code = "no_such_request"
    status = 404
    sentence = mark("There is no such request; the list shows those there are.")


class RequestUnusable(Refusal):
    code = "unusable_request"
    status = 422
    sentence = mark("This needs a first and a last day up to today, at most a year apart, and words that say what for.")


class BasisUnknown(Refusal):
    code = "no_such_basis"
    status = 422
    sentence = mark("Choose on which basis the data is to leave.")


class RequestOwn(Refusal):
    code = "own_request"
    status = 403
    sentence = mark("You asked for this yourself; another person answers it.")


class RequestSettled(Refusal):
    code = "request_answered"
    status = 409
    sentence = mark("This request has been answered, or has lapsed.")


class FileClosedOff(Refusal):
    code = "not_fetchable"
    status = 403
    sentence = mark("This export may be fetched by who asked for it, once another person agreed and until it is over.")


class ExportUnmade(Refusal):
    code = "export_failed"
    status = 503
    sentence = mark("The export could not be made, and nothing has left; try again, or choose CSV.")


def of_request(error: asking.ExportRequestError) -> Refusal:
    match error:
        case asking.UnusableRequest():
            return RequestUnusable()
        case asking.OwnRequest():
            return RequestOwn()
        case asking.RequestAnswered():
            return RequestSettled()
        case asking.NotFetchable():
            return FileClosedOff()
        case _:
            return RequestUnknown()
