"""A capture attempt (ISO/IEC 2382-37): one person before the lens, frame after frame, until there is a template.

    attempt = CaptureAttempt()
    for frame in camera.frames():
        sight = attempt.look(frame.image, frame.at)
        ...                                # say sight.advice; end when sight.ripe
    template = attempt.template(verifier())

Lives in the matching process. Only the best frames are embedded, once, at the end.
"""

from __future__ import annotations

from typing import Final

from biometrics.capture import Gray, Rgb
from biometrics.face.best_frames import KEPT, BestFrame, BestFrames, fused
from biometrics.face.compare import FaceVerifier
from biometrics.face.guidance import NO_FACE, Advice, Guide
from biometrics.face.liveness.report import LivenessReport
from biometrics.face.liveness.watch import LivenessWatch
from biometrics.face.quality import assess
from biometrics.face.sight import Sight, Wanted
from biometrics.face.template import FaceTemplate
from biometrics.face.tracking import FaceTracker, Track
from biometrics.picture import to_jpeg

SETTLED_SECONDS: Final = 3.0
"""Of a face that stays and of whom nothing can be asked: better frames than those seen by then hardly come. Who has not
moved by then is asked to."""
TURNING: Final = frozenset({None, Advice.LOOK_AT_CAMERA.value, Advice.HOLD_STILL.value})
"""What is found of somebody who follows `TURN_HEAD`, and not said meanwhile."""


class CaptureAttempt:
    """`KEPT` frames as good as wanted end it, once it is known whether the face lives."""

    def __init__(self, wanted: Wanted, *, empty: Gray | None = None) -> None:
        """`empty`: what the camera saw with nobody before it (`LivenessWatch`)."""
        self._wanted, self._empty = wanted, empty
        self._tracker = FaceTracker()
        self._guide = Guide()
        self._best = BestFrames()
        self._alive = LivenessWatch(empty=empty)
        self._number = 0
        self._since = 0.0

    def look(self, image: Rgb, at: float, infrared: Gray | None = None) -> Sight:
        """`infrared` is what a camera in line with the first saw at the same moment, of the same height and width;
        another size is left out. Raise `UnusableImage`."""
        track = self._tracker.follow(image, at)
        if track is None:
            return Sight(self._guide.say(NO_FACE, at), kept=len(self._best))
        if track.number != self._number:
            self._number, self._since = track.number, at
            self._best.clear()
            self._alive = LivenessWatch(empty=self._empty)
        aligned = infrared if infrared is not None and infrared.shape == image.shape[:2] else None
        self._alive.add(image, track.box, track.points, track.at, infrared=aligned)
        return self._judged(image, track)

    def _judged(self, image: Rgb, track: Track) -> Sight:
        quality = assess(image, track.box, track.points)
        finding: str | None = quality.advice if track.alone else Advice.ONE_PERSON.value
        if track.alone:
            self._best.consider(BestFrame(image, track.box, track.points, quality, track.at))
        settled = track.at - self._since >= SETTLED_SECONDS
        wanted = min(self._wanted.enough, self._wanted.acceptable) if settled else self._wanted.enough
        good = sum(frame.quality.value >= wanted for frame in self._best.ranked)
        known = self.liveness().live is not None
        if settled and good >= KEPT and not known and finding in TURNING:
            finding = Advice.TURN_HEAD.value
        said = self._guide.say(finding, track.at)
        height = track.box.centre[1] / image.shape[0]
        ripe = good >= KEPT and said is None and known
        return Sight(said, quality.value, good, ripe, height)

    def template(self, verifier: FaceVerifier) -> FaceTemplate:
        """Of the best frames. Raise `NoFace`, `FaceChanged`."""
        return fused(self._best.ranked, verifier.backend.embedder, alike=verifier.threshold)

    def liveness(self) -> LivenessReport:
        """Of the person whose face the best frames show."""
        return self._alive.report(self._wanted.liveness_threshold)

    def picture(self) -> tuple[bytes, float]:
        """The best frame as JPEG, and when it was taken; call it after `template`."""
        best = self._best.ranked[0]
        return to_jpeg(best.image), best.at
