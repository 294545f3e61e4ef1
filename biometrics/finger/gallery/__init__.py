"""Fingers one to many: a memory-mapped log of prepared templates, and a cascade that looks at fewer and fewer."""

from biometrics.finger.gallery.gallery import FingerGallery

__all__ = ["FingerGallery"]
