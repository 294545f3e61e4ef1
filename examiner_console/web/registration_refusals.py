"""Why a step of a registration is not taken, in a sentence that says what to do.

Refusal
├── RegistrationUnknown, InspectionUnusable, KnownAlready, NotConsented, NoPrints, OtherFingers, OtherPerson
├── Lacking              what the law asks for and nobody showed (`what`)
└── StepImpossible, NotLonger, OwnRevocation, ForSupervisor, ChangedMeanwhile, DayUnusable, WishUnsaid
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from examiner_console.casework import registration_errors as errors
from examiner_console.web.refusals import Refusal
from examiner_console.web.registration_words import conditions_text
from examiner_console.web.wording import mark


class RegistrationUnknown(Refusal):
    code = "no_such_registration"
    status = 404
    sentence = mark("There is no such registration. Search by the passport's number.")


class InspectionUnusable(Refusal):
    code = "nothing_to_register"
    status = 404
    sentence = mark("No inspection with a passport stands under this address. Search by the passport's number.")


class KnownAlready(Refusal):
    code = "already_registered"
    status = 409
    sentence = mark("This person is registered already, or has applied. Renew or move that registration instead.")


class NotConsented(Refusal):
    code = "consent_missing"
    status = 422
    sentence = mark("Nobody is registered without consent. Show the text, and tick it when the person agrees.")


class NoPrints(Refusal):
    code = "prints_missing"
    status = 409
    sentence = mark("No usable fingerprints are stored. Have the person give them at a bio-cart, then try again.")


class OtherFingers(Refusal):
    code = "fingers_differ"
    status = 409
    sentence = mark("The newest fingerprints are not those registered. Capture again, or propose to revoke.")


class OtherPerson(Refusal):
    code = "person_differs"
    status = 409
    sentence = mark("That passport names another person. Who changed their name withdraws this, and applies anew.")


class Lacking(Refusal):
    code = "conditions_unmet"
    status = 422
    sentence = mark("Not shown, or not so: %(what)s. Tick what a document proves, or tell the person why not.")


class StepImpossible(Refusal):
    code = "step_not_allowed"
    status = 409
    sentence = mark("This cannot be done as the registration stands. The page shows what can.")


class NotLonger(Refusal):
    code = "term_not_longer"
    status = 409
    sentence = mark("The validity would not grow, or is over. After its end the person applies anew.")


class OwnRevocation(Refusal):
    code = "same_person"
    status = 403
    sentence = mark("You proposed to revoke, so another person decides.")


class ForSupervisor(Refusal):
    code = "supervisor_needed"
    status = 403
    sentence = mark("A supervising inspector decides this.")


class ChangedMeanwhile(Refusal):
    code = "registration_changed"
    status = 409
    sentence = mark(
        "Somebody changed this registration meanwhile. Below it stands as it is now; nothing else was done."
    )


class DayUnusable(Refusal):
    code = "day_unusable"
    status = 422
    sentence = mark("The last day of stay is a day such as 2028-03-31, or tick that it is not limited.")


class WishUnsaid(Refusal):
    code = "wish_unsaid"
    status = 422
    sentence = mark("Tick that the person asked for it: the templates cannot be brought back.")


_BY_ERROR: Final[Mapping[type[errors.RegistrationsError], type[Refusal]]] = {
    errors.NoSuchRegistration: RegistrationUnknown,
    errors.NothingToRegister: InspectionUnusable,
    errors.AlreadyRegistered: KnownAlready,
    errors.ConsentMissing: NotConsented,
    errors.PrintsMissing: NoPrints,
    errors.FingersDiffer: OtherFingers,
    errors.PersonDiffers: OtherPerson,
    errors.StepNotAllowed: StepImpossible,
    errors.TermNotLonger: NotLonger,
    errors.SamePerson: OwnRevocation,
    errors.SupervisorNeeded: ForSupervisor,
    errors.RegistrationChanged: ChangedMeanwhile,
}


def of_registration(error: errors.RegistrationsError, language: str) -> Refusal:
    """What `casework` refused, in the words of a page."""
    if isinstance(error, errors.ConditionsUnmet):
        return Lacking(what=conditions_text(error.conditions, language))
    return _BY_ERROR.get(type(error), Refusal)()
