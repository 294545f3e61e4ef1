"""Why a step of a registration for the gate is not taken.

RegistrationsError          code
├── NoSuchRegistration
├── NothingToRegister       no inspection with a passport under this identifier
├── AlreadyRegistered       this passport or these fingers, under the same name (`id`)
├── ConditionsUnmet         the law does not let this person be registered now (`conditions`)
├── ConsentMissing          the person did not agree to the text shown
├── PrintsMissing           the inspection holds no usable print
├── FingersDiffer           the prints given now are not those registered
├── PersonDiffers           the passport names another person
├── StepNotAllowed          a registration in this state knows no such step
├── TermNotLonger           a renewal that would not lengthen, or of a term that is over
├── SamePerson              who proposed to revoke may not decide it
├── SupervisorNeeded        a supervising inspector decides this
└── RegistrationChanged     somebody changed it since the page was shown
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from examiner_console.law.registering import Condition


class RegistrationsError(Exception):
    code = "registrations_error"


class NoSuchRegistration(RegistrationsError):
    code = "no_such_registration"


class NothingToRegister(RegistrationsError):
    code = "nothing_to_register"


class AlreadyRegistered(RegistrationsError):
    code = "already_registered"

    def __init__(self, id: UUID) -> None:
        super().__init__("the person is registered already")
        self.id = id


class ConditionsUnmet(RegistrationsError):
    code = "conditions_unmet"

    def __init__(self, conditions: Sequence[Condition]) -> None:
        super().__init__(", ".join(conditions))
        self.conditions = tuple(conditions)


class ConsentMissing(RegistrationsError):
    code = "consent_missing"


class PrintsMissing(RegistrationsError):
    code = "prints_missing"


class FingersDiffer(RegistrationsError):
    code = "fingers_differ"


class PersonDiffers(RegistrationsError):
    code = "person_differs"


class StepNotAllowed(RegistrationsError):
    code = "step_not_allowed"


class TermNotLonger(RegistrationsError):
    code = "term_not_longer"


class SamePerson(RegistrationsError):
    code = "same_person"


class SupervisorNeeded(RegistrationsError):
    code = "supervisor_needed"


class RegistrationChanged(RegistrationsError):
    code = "registration_changed"
