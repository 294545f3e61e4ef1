"""Several templates of one face made into one that is closer to the person than each of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from biometrics.capture import OtherBackend
from biometrics.face.embed import unit
from biometrics.face.template import FaceTemplate


def fused_template(templates: Sequence[FaceTemplate]) -> FaceTemplate:
    """The mean of their vectors, of length one; box, landmarks and quality are the best one's, the first of equals.

    That they show one person is the caller's to know. Raise `OtherBackend` where they are of several, `ValueError`
    where there is none. Vectors weigh the same: weighing by quality made no difference (docs/decisions/0011).
    """
    if not templates:
        raise ValueError("nothing to fuse")
    if len({one.backend for one in templates}) > 1:
        raise OtherBackend("Templates of several backends cannot be made into one.")
    best = max(templates, key=lambda one: one.quality.value)
    mean = np.array([one.vector for one in templates]).mean(0)
    return FaceTemplate(unit(mean), best.box, best.landmarks, best.quality, best.backend)
