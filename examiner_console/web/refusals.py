"""Why a page does not do what was asked: each with a status, a stable code, and one sentence that helps.

    Refusal                  code, status, sentence (English; shown through gettext), data for the sentence
    ├── NotLoggedIn          no session, or it has ended
    ├── NotPermitted         the role does not have this permission
    ├── ForgedForm           a form that this session did not get, or from another site
    ├── WrongPassword        unknown name or wrong password, told apart by nobody
    ├── TooManyTries         passwords tried too fast
    ├── NothingWaits         no open case under this passport number
    ├── FindingsUnseen       granting as suggested before all findings were seen
    ├── IncompleteForm       a field is missing or is not what the form offers
    ├── CaseWithDesk, StillHeld
    ├── CaseHeld, CaseEnded, CaseUnknown, CaseNotHeld, StatusPeriodWrong, ActionWrong, NoSuggestion, NoteMissing
    ├── UnreadableMrz, PictureMissing, NoSuchPage
    ├── SearchUnclear        an identifier or a day of a search that is none
    ├── DecisionUnknown, NotProved
    ├── StoreSilent          the database is full or away
    └── Unforeseen           what nobody thought of; logged without data

Errors of `casework` are shown through the same tree (`of_case`).
"""

from __future__ import annotations

from examiner_console.casework.cases import (
    ActionNotAllowed,
    CaseClosed,
    CasePrivate,
    CasesError,
    CaseTaken,
    DepartureHeld,
    NoSuchCase,
)
from examiner_console.law.stays import japan_date, japan_time
from examiner_console.web.wording import Translate, mark


class Refusal(Exception):
    code = "refused"
    status = 400
    sentence = mark("This cannot be done now; go back to the queue and try again.")
    spent_cookies: tuple[tuple[str, str], ...] = ()
    """Name and path of each cookie that is of no more use."""

    def __init__(self, **data: str | int) -> None:
        super().__init__(self.code)
        self.data = data

    def said(self, translate: Translate) -> str:
        return translate(self.sentence) % self.data


class NotLoggedIn(Refusal):
    code = "not_logged_in"
    status = 401
    sentence = mark("Your session has ended. Log in again, and nothing you did before is lost.")


class NotPermitted(Refusal):
    code = "not_permitted"
    status = 403
    sentence = mark("Your role may not do this; ask the shift supervisor if you need it.")


class ForgedForm(Refusal):
    code = "forged_form"
    status = 403
    sentence = mark("This form belongs to an earlier session or another site. Load the page again and repeat it.")


class WrongPassword(Refusal):
    code = "wrong_password"
    status = 401
    sentence = mark("Name and password do not belong together. Check both and try again.")


class TooManyTries(Refusal):
    code = "too_many_tries"
    status = 429
    sentence = mark("Too many tries for this name. Wait %(seconds)s seconds, then try again.")


class NothingWaits(Refusal):
    code = "nothing_waits"
    status = 404
    sentence = mark("No case waits under %(number)s. Check the number, or send the traveller to a bio-cart.")


class UnreadableMrz(Refusal):
    code = "unreadable_mrz"
    status = 422
    sentence = mark("The scanned lines do not add up. Scan the page again, or type the passport number.")


class FindingsUnseen(Refusal):
    code = "findings_unseen"
    status = 409
    sentence = mark("Look at findings %(numbers)s first: press their numbers, then decide.")


class NoSuggestion(Refusal):
    code = "no_suggestion"
    status = 409
    sentence = mark("There is nothing suggested to grant. Choose status and period with F2, or hand over with F3.")


class IncompleteForm(Refusal):
    code = "incomplete_form"
    status = 422
    sentence = mark("Something in the form is missing. Fill in every field and send it again.")


class NoteMissing(Refusal):
    code = "note_missing"
    status = 422
    sentence = mark("Write in a sentence why you hand this case over; the special inquiry officer reads it first.")


class NoSuchPage(Refusal):
    code = "no_such_page"
    status = 404
    sentence = mark("There is no such page. The queue shows every case that waits.")


class PictureMissing(Refusal):
    code = "picture_missing"
    status = 404
    sentence = mark("This picture is not in the store: it never arrived, or its time has ended.")


class CaseHeld(Refusal):
    code = "case_taken"
    status = 409
    sentence = mark("%(by)s holds this case. Take the next one, or ask %(by)s to give it back.")


class CaseEnded(Refusal):
    code = "case_closed"
    status = 409
    sentence = mark("This case was closed meanwhile. Its page shows what was decided; take the next one.")


class CaseUnknown(Refusal):
    code = "no_such_case"
    status = 404
    sentence = mark("There is no such case. The queue shows every case that waits.")


class CaseNotHeld(Refusal):
    code = "case_not_held"
    status = 409
    sentence = mark("You do not hold this case any more. Take it again, and then decide.")


class CaseWithDesk(Refusal):
    code = "case_private"
    status = 409
    sentence = mark("The protection desk has taken over %(number)s. It needs nothing more from you.")


class StillHeld(Refusal):
    code = "departure_held"
    status = 409
    sentence = mark("This departure is held until %(until)s JST. Record its release with F6, or wait until then.")


class StatusPeriodWrong(Refusal):
    """`why` is the sentence, from the table of statuses."""

    code = "status_not_allowed"
    status = 422
    sentence = "%(why)s"


class ActionWrong(Refusal):
    code = "action_not_allowed"
    status = 409
    sentence = mark("The law knows no such decision for this traveller. Use the keys shown, or hand over with F3.")


class SearchUnclear(Refusal):
    code = "search_unclear"
    status = 422
    sentence = mark("An inspection has an identifier of 36 characters, and a day is written 2026-11-01. Check both.")


class DecisionUnknown(Refusal):
    code = "no_such_decision"
    status = 404
    sentence = mark("There is no such decision: it never was, or its time has ended. Its entry in the ledger stays.")


class NotProved(Refusal):
    code = "not_proved"
    status = 409
    sentence = mark("This cannot be proved: an entry or a checkpoint is missing. Verify the whole record.")


class StoreSilent(Refusal):
    code = "store_unavailable"
    status = 503
    sentence = mark("The store does not answer. Nothing was changed; wait a moment and press the key again.")


class Unforeseen(Refusal):
    code = "unforeseen"
    status = 500
    sentence = mark("Something went wrong here and was noted. Load the page again; what was decided before is kept.")


def of_case(error: CasesError) -> Refusal:
    """What `casework` refused, in the words of a page."""
    match error:
        case CaseTaken(by=by):
            return CaseHeld(by=by)
        case NoSuchCase():
            return CaseUnknown()
        case CaseClosed():
            return CaseEnded()
        case CasePrivate(number=number):
            return CaseWithDesk(number=number)
        case DepartureHeld(until=until):
            return StillHeld(until=f"{japan_date(until)} {japan_time(until)}")
        case ActionNotAllowed():
            return ActionWrong()
        case _:
            return Refusal()
