"""Finger image records of ISO/IEC 19794-4, and how the pictures in them are coded."""

from biometrics.finger.image_records.coding import CodedImage, Coding
from biometrics.finger.image_records.iso19794_4 import ImageRecord, ImageView, Version, from_iso19794_4, to_iso19794_4

__all__ = ["CodedImage", "Coding", "ImageRecord", "ImageView", "Version", "from_iso19794_4", "to_iso19794_4"]
