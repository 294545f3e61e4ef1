"""A small world of invented states that issue passports."""

from simulators.issuing.documents import Holder, Passport
from simulators.issuing.profile import ChipProfile, modern
from simulators.issuing.states import STATES
from simulators.issuing.world import FAULTS, IssuingError, UnknownFault, UnknownState, World

__all__ = [
    "FAULTS",
    "STATES",
    "ChipProfile",
    "Holder",
    "IssuingError",
    "Passport",
    "UnknownFault",
    "UnknownState",
    "World",
    "modern",
]
