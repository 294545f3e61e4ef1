"""Why a departure is not recorded, or an order not given: a branch of the tree in `refusals`."""

from __future__ import annotations

from examiner_console.casework.departure_orders import NothingProposed, OrderError, OrderSettled, OrderWaits, SamePerson
from examiner_console.casework.leaving import LeaveNotAllowed, LeavingError
from examiner_console.web.leaving_words import whys
from examiner_console.web.refusals import Refusal
from examiner_console.web.wording import Translate, mark


class HowUnsaid(Refusal):
    code = "leaving_not_said"
    status = 409
    sentence = mark("A resident leaves: choose with F1 whether with leave to come back or for good.")


class NoSuchLeave(Refusal):
    code = "leave_not_allowed"
    status = 409
    sentence = mark("The law gives no such leave to come back (%(why)s). Choose another way, or for good.")

    def __init__(self, why: tuple[str, ...]) -> None:
        super().__init__()
        self.why = why

    def said(self, translate: Translate) -> str:
        return translate(self.sentence) % {"why": whys(self.why, translate)}


class OrderUndecided(Refusal):
    code = "order_waits"
    status = 409
    sentence = mark("A departure order is proposed. Wait for the supervising inspector, or hand over with F3.")


class OrderUnknown(Refusal):
    code = "nothing_proposed"
    status = 409
    sentence = mark("No departure order is proposed here. The inspector at the booth proposes it first.")


class OrderDecided(Refusal):
    code = "order_settled"
    status = 409
    sentence = mark("%(by)s has decided on this order meanwhile. Load the page again to read how.")


class OrderOwn(Refusal):
    code = "same_person"
    status = 409
    sentence = mark("You proposed this order, so another supervising inspector decides on it.")


class OrderWhyMissing(Refusal):
    code = "order_why_missing"
    status = 422
    sentence = mark("Write in a sentence why you refuse this order; the inspector at the booth reads it.")


def of_leaving(error: LeavingError | OrderError) -> Refusal:
    match error:
        case LeaveNotAllowed(why=why):
            return NoSuchLeave(why)
        case OrderSettled(by=by):
            return OrderDecided(by=by)
        case OrderWaits():
            return OrderUndecided()
        case NothingProposed():
            return OrderUnknown()
        case SamePerson():
            return OrderOwn()
        case _:
            return HowUnsaid()
