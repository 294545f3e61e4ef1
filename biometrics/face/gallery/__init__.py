"""Faces one to many: exact, in a file or in memory of one machine, or in a Milvus server where one machine ends."""

from biometrics.face.gallery.gallery import FaceGallery

__all__ = ["FaceGallery"]
