"""A camera behind a URL or a device number, with a watchdog.

    with UrlCamera("http://127.0.0.1:8090/") as camera:
        for frame in camera.frames():
            ...

MJPEG over HTTP is read here; everything else (a device number, a path, rtsp) is OpenCV's. One thread owns the
connection and keeps only the newest picture, so that nobody ever looks at an old one. Whoever waits for a frame watches
the clock: a driver that hangs in a read cannot hang its reader.

A live sensor never gives the same picture twice, for its noise differs. A repeated picture is therefore not a new
frame, be it the same bytes or the same pixels written anew (some cameras put the time of day into each JPEG); a camera
that only repeats itself is frozen: lost. So is one that sends nothing but damaged pictures.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from biometrics.capture import DeviceLost, Frame, UnusableImage
from biometrics.video import Picture, Video, open_video

OPEN_SECONDS: Final = 3.0
"""USB cameras take up to two seconds for their first picture."""

SILENT: Final = "The camera sends nothing."
REPEATS: Final = "The camera repeats one picture."
DAMAGED: Final = "The camera sends damaged pictures."


@dataclass(frozen=True, slots=True)
class _Arrival:
    picture: Picture
    at: float
    number: int


class UrlCamera:
    """`source` is an http(s) address of an MJPEG stream, or what OpenCV opens: a device number, a path, an address.

    Entering waits for the first picture. `DeviceLost` is raised there, and by `frames()`, at most `stall_seconds` after
    the last new picture. A lost camera is left and entered again. Several readers may take frames at once.
    """

    def __init__(
        self,
        source: str | int,
        *,
        stall_seconds: float = 1.0,
        open_seconds: float = OPEN_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._stall = stall_seconds
        self._open = open_seconds
        self._clock = clock
        self._reading: _Reading | None = None

    def __enter__(self) -> Self:
        self._reading = _Reading(open_video(self._source, self._stall, self._open), self._clock)
        try:
            self._reading.newer(0, self._open)
        except DeviceLost:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        reading, self._reading = self._reading, None
        if reading:
            reading.end()

    def frames(self) -> Iterator[Frame]:
        """The newest frame, then each newer one that is there when asked for. Ends when the camera is left."""
        look, reading = _Look(self._stall, self._clock), self._reading
        while reading and reading is self._reading:
            yield look.at_newer(reading)


class _Look:
    """One reader's: which picture it saw last, and since when it has seen none that is whole and new."""

    def __init__(self, stall: float, clock: Callable[[], float]) -> None:
        self._stall, self._clock = stall, clock
        self._seen = 0
        self._print = 0

    def at_newer(self, reading: _Reading) -> Frame:
        """Raise `DeviceLost` where for `stall` seconds nothing came, or nothing but damage or one picture."""
        began, why = self._clock(), SILENT
        while (left := self._stall - (self._clock() - began)) > 0:
            arrival = reading.newer(self._seen, left, oldest=self._stall, why=why)
            self._seen = arrival.number
            try:
                image = arrival.picture.decode()
            except UnusableImage:
                why = DAMAGED
                continue
            before, self._print = self._print, zlib.crc32(image.data)
            if self._print != before:
                return Frame(image, arrival.at, arrival.number)
            why = REPEATS
        raise DeviceLost(why)


class _Reading:
    """The owner thread of one connection and the newest picture it brought."""

    def __init__(self, video: Video, clock: Callable[[], float]) -> None:
        self._video = video
        self._clock = clock
        self._changed = threading.Condition()
        self._newest: _Arrival | None = None
        self._repeats = 0
        self._lost: str | None = None
        # A daemon: a driver that never returns from its read must not keep the process alive.
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    def newer(self, seen: int, seconds: float, *, oldest: float | None = None, why: str = SILENT) -> _Arrival:
        """The newest picture with a number above `seen`, no older than `oldest` seconds. Raise `DeviceLost`, for the
        reason `why` where none comes."""
        with self._changed:
            self._changed.wait_for(lambda: self._lost or (self._newest and self._newest.number > seen), seconds)
            newest = self._newest
            if self._lost:
                raise DeviceLost(self._lost)
            if newest is None or newest.number <= seen:
                raise DeviceLost(REPEATS if self._repeats else why)
            if oldest is not None and self._clock() - newest.at > oldest:
                raise DeviceLost(SILENT)
            return newest

    def end(self) -> None:
        """Readers that wait are told; the thread ends as soon as its driver lets it."""
        self._say_lost("The camera was closed.")
        self._video.interrupt()
        self._thread.join(1.0)

    def _run(self) -> None:
        try:
            with self._video:
                for picture in self._video:
                    self._take(picture)
                    if self._lost:
                        return
            self._say_lost("The camera ended the stream.")
        except DeviceLost as error:
            self._say_lost(str(error))

    def _take(self, picture: Picture) -> None:
        with self._changed:
            if self._newest and self._newest.picture.print == picture.print:
                self._repeats += 1
                return
            number = self._newest.number + 1 if self._newest else 1
            self._newest, self._repeats = _Arrival(picture, self._clock(), number), 0
            self._changed.notify_all()

    def _say_lost(self, why: str) -> None:
        with self._changed:
            self._lost = self._lost or why
            self._changed.notify_all()
