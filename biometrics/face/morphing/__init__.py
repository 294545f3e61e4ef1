"""Morphing: is the reference a mixture of the traveller and somebody else?"""

from biometrics.face.morphing.examination import examine
from biometrics.face.morphing.finding import Cue, MorphFinding, PageFinding, Reason
from biometrics.face.morphing.page import compare_with_chip

__all__ = ["Cue", "MorphFinding", "PageFinding", "Reason", "compare_with_chip", "examine"]
