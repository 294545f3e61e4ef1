"""The layers by name: which side of a value speaks for an attack, what an officer reads, how it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Side(StrEnum):
    """Which values speak for an attack. `BOTH`: far from the usual on either side."""

    LOW = "low"
    HIGH = "high"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Layer:
    """`code` is stable and names what an attack shows; `suspect` and `fine` are sentences for an officer.

    `still`: one picture is enough. `alive`: the other side speaks for a living face; otherwise it says nothing.
    `ratio`: the value counts by its logarithm.
    """

    code: str
    side: Side
    suspect: str
    fine: str
    still: bool
    alive: bool = False
    ratio: bool = False


LAYERS: Final[Mapping[str, Layer]] = {
    "moire": Layer(
        "moire", Side.HIGH, "A regular pattern lies over the face, as of a display or halftone.", "No pattern.", True
    ),
    "softness": Layer(
        "recaptured", Side.LOW, "The face is softer than the camera makes one.", "Sharp as a face is.", True
    ),
    "black_level": Layer(
        "black_level", Side.HIGH, "The darkest places of the face are not dark.", "Dark places are dark.", True
    ),
    "saturation": Layer(
        "colour_gamut", Side.LOW, "The colours are paler than skin's, as of ink.", "Colours as of skin.", True
    ),
    "hue": Layer("colour_cast", Side.BOTH, "The face has another colour of light.", "Colour as of skin.", True),
    "highlight": Layer(
        "specular", Side.HIGH, "A mirror image of a lamp, or a face of pure white.", "No mirror image.", True
    ),
    "variety": Layer(
        "colour_uniform", Side.LOW, "Cheeks, lips and forehead have one colour.", "Colours vary as in skin.", True
    ),
    "border": Layer("screen_border", Side.HIGH, "Straight edges enclose the face.", "No frame about the face.", True),
    "hidden": Layer(
        "held_up",
        Side.HIGH,
        "More than a head hides what stands behind: something is held up.",
        "The hall is seen beside the head.",
        True,
    ),
    "flat": Layer(
        "flat_motion",
        Side.LOW,
        "The face moves as a picture on a plane.",
        "The face moves as a solid.",
        False,
        alive=True,
        ratio=True,
    ),
    "residual": Layer(
        "rigid",
        Side.LOW,
        "Nothing in the face moves by itself.",
        "Parts of the face move by themselves.",
        False,
        alive=True,
        ratio=True,
    ),
    "relief": Layer(
        "no_parallax",
        Side.LOW,
        "The nose does not move against the eyes.",
        "The nose stands out.",
        False,
        alive=True,
        ratio=True,
    ),
    "around": Layer(
        "moving_background",
        Side.HIGH,
        "What is beside the face moves: a picture is held.",
        "The hall stands still.",
        False,
        ratio=True,
    ),
    "flicker": Layer(
        "screen_flicker",
        Side.HIGH,
        "Whole rows change their brightness, as on a display.",
        "No flicker.",
        False,
        ratio=True,
    ),
    "blink": Layer("no_blink", Side.LOW, "The eyes did not close.", "The eyes closed and opened.", False, alive=True),
    "infrared_level": Layer(
        "infrared_dark", Side.LOW, "Dark in near-infrared, as a display is.", "Bright in near-infrared.", True
    ),
    "infrared_contrast": Layer(
        "infrared_flat",
        Side.LOW,
        "Without features in near-infrared, as ink is.",
        "A face in near-infrared.",
        True,
        ratio=True,
    ),
    "depth_relief": Layer("depth_flat", Side.LOW, "A sheet, bent or not.", "A face in relief.", True, alive=True),
    "network": Layer(
        "network", Side.LOW, "The network takes it for an attack.", "The network takes it for a face.", True, alive=True
    ),
}
SECOND_STREAM: Final = frozenset({"infrared_level", "infrared_contrast", "depth_relief"})
SURROUNDINGS: Final = frozenset({"hidden"})
"""Of these a camera knows something only where it has seen the place with nobody in it."""
MOTION: Final = frozenset({"flat", "residual", "relief", "around", "blink"})
"""Of these come what a photograph cannot show: without them nobody is called living."""
