"""Sentences about security keys."""

from __future__ import annotations

from examiner_console.web.refusals import Refusal
from examiner_console.web.wording import mark


class NoCeremony(Refusal):
    code = "log_in_ended"
    status = 409
    sentence = mark("This step was begun too long ago, or was used already. Begin again.")


class KeyRefused(Refusal):
    code = "key_refused"
    status = 409
    sentence = mark("This key is not one of yours, or its answer does not fit. Try again with a registered key.")


class KeySuspected(Refusal):
    code = "key_suspected"
    status = 409
    sentence = mark("This key may have been copied and is refused from now on. The shift supervisor has been told.")


class KeyKnown(Refusal):
    code = "key_known"
    status = 409
    sentence = mark("This key is registered already. Use another one.")


class KeyUnknown(Refusal):
    code = "no_such_key"
    status = 404
    sentence = mark("You have no such key. The page of keys shows all of yours.")


class LastKey(Refusal):
    code = "last_key"
    status = 409
    sentence = mark("This console asks for a key at every log-in. Register another one before you remove the last.")


class KeysNotOffered(Refusal):
    code = "keys_not_offered"
    status = 409
    sentence = mark("This console has no public address set, so that it can register no keys. Ask the technician.")
