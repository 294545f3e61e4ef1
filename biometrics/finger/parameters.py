"""Every tuned value of extraction, in one place and with where it comes from.

Lengths are pixels at 500 dpi, angles radians, cells 4 px. "Measured" values were chosen by the error rates on
FVC2004 DB1-4 B and U.are.U (see `benchmarks/fingers.py`); differences under 0.2 % EER mean nothing there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DPI: Final = 500
"""Working resolution, the one of ISO/IEC 19794-4 setting levels 30 and 31; images are resampled to it."""
MM: Final = 25.4 / DPI
"""Millimetres in a pixel at working resolution."""
CELL: Final = 4
"""Side of a cell of orientation and mask: half of the narrowest ridge period met in adults (8 px)."""
BLOCK: Final = 16
"""Side of a block of ridge frequency, which varies slowly; images are padded to whole blocks."""


@dataclass(frozen=True, slots=True)
class Parameters:
    normalisation_box: int = 33
    """About four ridge periods: wide enough to hold ridges and valleys wherever it lies. Measured."""
    contrast_floor: float = 6.0
    """Grey levels added to the deviation, so that flat paper is not stretched into ridges. Measured."""
    normalised_limit: float = 2.5
    """Clip: a sweat pore or scratch weighs no more than a ridge. Measured."""

    mask_share: float = 0.13
    """Band-pass energy that counts as print, as a share of the image's 95th percentile. Measured (0.22 loses
    faint rims, and with them minutiae)."""
    mask_floor: float = 2.0
    """The same in grey levels: below the noise of every sensor at hand. Measured."""

    tensor_blur: float = 0.8
    """Before the Scharr gradient: removes pixel noise, keeps 5 px ridges. Measured."""
    orientation_smoothing: float = 3.0
    """Cells, first estimate: Bazen and Gerez (PAMI 2002) smooth over one to two ridge periods as well."""
    reorientation_smoothing: float = 1.3
    """Cells, second estimate: it works on enhanced ridges, needs less, and so follows singularities. Measured."""

    shortest_period: float = 5.0
    longest_period: float = 16.0
    """Children's to adults' ridge periods at 500 dpi with margin (Maltoni et al., Handbook, §3.3: 3 to 25 px)."""
    signature_reach: int = 24
    """Half length of the signature across ridges: six periods in all."""
    signature_width: int = 10
    """Half width along ridges, as the 16 px of Hong, Wan and Jain (PAMI 1998) with margin."""
    frequency_bins: int = 32
    frequency_smoothing: float = 1.5
    """Blocks. Measured."""
    frequency_prior: float = 0.02
    """Weight of the image's mean frequency against a block's squared peak strength. Measured."""

    across_sigma: float = 0.45
    """Of a ridge period: the envelope across ridges holds about one ridge and two valleys. Measured."""
    first_length: float = 8.0
    first_step: float = 2.0
    second_length: float = 10.0
    second_step: float = 2.5
    """How far each pass averages along the streamline to either side, and in what steps. Longer filters merge
    minutiae (measured: worse)."""

    ridge_amplitude: float = 0.30
    """Of the filtered print, in units of normalised contrast; under it there are no ridges to speak of. Measured."""
    border: float = 8.0
    """A minutia nearer than a ridge period to the mask's edge is where the print ends, not the ridge."""
    reliability: float = 0.25
    """Lowest amplitude x coherence of a minutia. Measured."""
    opposite_distance: float = 7.0
    """Two minutiae that face each other nearer than this are a pore, a break or a bridge, not two minutiae."""
    twin_distance: float = 3.0
    """Nearer than this is the same vortex seen twice."""
    most_minutiae: int = 70
    """A full print has 40 to 100 (ISO/IEC 19794-2 allows 255); more than the best 70 brought nothing. Measured."""


DEFAULT: Final = Parameters()
