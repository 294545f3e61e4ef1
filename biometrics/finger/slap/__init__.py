"""Several fingers pressed on one plate: found, cut out, and named. `segment` is the way in."""

from biometrics.finger.slap.hand import CODES, FINGERS
from biometrics.finger.slap.segmentation import SENTENCES, Finding, Slap, SlapFinger, segment
from biometrics.finger.slap.tips import Box

__all__ = ["CODES", "FINGERS", "SENTENCES", "Box", "Finding", "Slap", "SlapFinger", "segment"]
