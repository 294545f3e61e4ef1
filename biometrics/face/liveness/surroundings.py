"""What should be seen beside a head: the hall as it looked with nobody before the camera.

A camera that stands still has seen the wall that will be behind every head. A head hides little beside itself and
above; paper, telephone, tablet and monitor hide more, whatever they show.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Gray
from biometrics.face.liveness.window import FACE, SIDE, Window
from biometrics.face.template import FaceBox

CHANGED: Final = 0.12
"""Natural logarithm of light between two pictures of one place: three times what small sensors' noise makes of it."""
HEAD: Final = (0.95, 1.1, 0.45)
"""Half the breadth and height of an ellipse that holds most heads with their hair, and how far its middle is above the
face's, in widths of the face."""
FLARE: Final = 8.0
"""Grey levels that are added before the logarithm, or the dark would be all noise."""


def hidden(empty: Gray, seen: Gray, box: FaceBox) -> float:
    """Area, in squares of a face's width, that is not as it was, about a head and above its shoulders. 0 to 7. `empty`
    and `seen` are of one camera and size; another exposure is allowed for."""
    window = Window.about(box)
    ratio = _light(window.of(seen)) - _light(window.of(empty))
    changed = np.abs(ratio - np.median(ratio[_FAR])) > CHANGED
    return float(changed[_BESIDE].sum()) / FACE**2


def _light(window: Gray) -> npt.NDArray[np.float32]:
    smooth = cv2.GaussianBlur(window, (0, 0), 1.5).astype(np.float32)
    return np.asarray(np.log(smooth + np.float32(FLARE)), np.float32)


def _places() -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """In widths of a face from its middle: where neither head nor hair reach, and where no wide thing does."""
    y, x = (np.mgrid[0:SIDE, 0:SIDE] - SIDE / 2) / FACE
    head = (x / HEAD[0]) ** 2 + ((y + HEAD[2]) / HEAD[1]) ** 2 < 1
    above_shoulders = (y < 0.3) & (y > -1.8) & (np.abs(x) < 1.6)
    return ~head & above_shoulders, (y < 0.3) & (np.hypot(x, y) > 1.45)


_BESIDE, _FAR = _places()
