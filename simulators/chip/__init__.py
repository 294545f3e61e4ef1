"""The chip of a passport as a reader meets it: commands in, responses out, faults by name."""

from simulators.chip.faults import FAULTS, UnknownFault
from simulators.chip.files import EMRTD_APPLICATION
from simulators.chip.machine import SimulatedChip
from simulators.chip.personalisation import Personalisation

__all__ = ["EMRTD_APPLICATION", "FAULTS", "Personalisation", "SimulatedChip", "UnknownFault"]
