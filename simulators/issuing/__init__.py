"""A small world of invented states that issue passports."""

from simulators.issuing.states import STATES
from simulators.issuing.world import FAULTS, Holder, IssuingError, Passport, UnknownFault, UnknownState, World

__all__ = ["FAULTS", "STATES", "Holder", "IssuingError", "Passport", "UnknownFault", "UnknownState", "World"]
