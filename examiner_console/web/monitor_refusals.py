"""Why the monitor wall does not do what was asked."""

from __future__ import annotations

from examiner_console.casework import gates
from examiner_console.web.refusals import Refusal
from examiner_console.web.wording import mark


class GateUnknown(Refusal):
    code = "no_such_gate"
    status = 404
    sentence = mark("There is no such gate; choose one of the wall by its number.")


class GatesTooMany(Refusal):
    code = "too_many_gates"
    status = 409
    sentence = mark("One officer watches ten gates at most; leave yours first.")


class SecondPersonNeeded(Refusal):
    code = "another_must_confirm"
    status = 409
    sentence = mark("You have asked to end this emergency; another person must confirm it within a minute.")


class NothingToEnd(Refusal):
    code = "no_emergency"
    status = 409
    sentence = mark("There is no emergency at this gate.")


class NothingToSee(Refusal):
    code = "nothing_to_see"
    status = 404
    sentence = mark("There is no picture of this gate now, or another officer watches it.")


class OrderUnknown(Refusal):
    code = "no_such_order"
    status = 422
    sentence = mark("A gate knows no such order.")


class ReasonUnknown(Refusal):
    code = "no_such_reason"
    status = 422
    sentence = mark("Choose why the gate is locked.")


class ModeUnknown(Refusal):
    code = "no_such_mode"
    status = 422
    sentence = mark("Choose which gates, and how they are to serve.")


class ModeReasonMissing(Refusal):
    code = "reason_missing"
    status = 422
    sentence = mark("Say why: whoever takes over from you reads it.")


class SecondToAgree(Refusal):
    code = "another_must_agree"
    status = 409
    sentence = mark("You have asked for this; another person must agree within ten minutes.")


def of_gates(error: gates.GatesError) -> Refusal:
    match error:
        case gates.TooManyGates():
            return GatesTooMany()
        case gates.AnotherMustConfirm():
            return SecondPersonNeeded()
        case gates.NoEmergency():
            return NothingToEnd()
        case _:
            return GateUnknown()
