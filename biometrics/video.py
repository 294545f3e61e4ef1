"""Where a camera's pictures come from: MJPEG over HTTP, or whatever OpenCV opens.

A `Video` is entered, iterated and left by one thread; `interrupt` may be called by another.
"""

from __future__ import annotations

import hashlib
import socket
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from types import TracebackType
from typing import Any, Final, Protocol, Self
from urllib.parse import urlsplit

import numpy as np

from biometrics.capture import DeviceLost, Rgb
from biometrics.picture import decode

MAX_PART: Final = 8 * 1024 * 1024
"""Bytes of one JPEG: a page reader's picture has about one million."""
MAX_LINE: Final = 4096


@dataclass(frozen=True, slots=True)
class Picture:
    """`print` is equal for equal bytes alone; `decode` gives RGB or raises `UnusableImage`."""

    print: bytes
    decode: Callable[[], Rgb]


class Video(Protocol):
    """Iterating raises `DeviceLost`."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def __iter__(self) -> Iterator[Picture]: ...
    def interrupt(self) -> None: ...


def open_video(source: str | int, stall_seconds: float, open_seconds: float) -> Video:
    """Nothing is opened yet: that is the owner thread's work."""
    if isinstance(source, str) and source.startswith(("http://", "https://")):
        return MjpegVideo(source, stall_seconds, open_seconds)
    return OpenCvVideo(source, stall_seconds, open_seconds)


class MjpegVideo:
    """A multipart/x-mixed-replace answer (RFC 2046 §5.1) of JPEG pictures."""

    def __init__(self, url: str, stall_seconds: float, open_seconds: float) -> None:
        self._url = urlsplit(url)
        self._stall = stall_seconds
        self._open = open_seconds
        self._connection: HTTPConnection | None = None
        self._socket: socket.socket | None = None
        self._response: HTTPResponse | None = None

    def __enter__(self) -> Self:
        kind = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        path = (self._url.path or "/") + (f"?{self._url.query}" if self._url.query else "")
        try:
            self._connection = kind(self._url.hostname or "", self._url.port, timeout=self._open)
            self._connection.connect()
            self._socket = self._connection.sock
            self._connection.request("GET", path)
            self._response = self._connection.getresponse()
            self._socket.settimeout(self._stall)
        except (OSError, HTTPException, ValueError):
            self.__exit__(None, None, None)
            raise DeviceLost("The camera does not answer.") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._response:
            self._response.close()
        if self._connection:
            self._connection.close()

    def interrupt(self) -> None:
        """A read that blocks returns at once."""
        if self._socket:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it was closed already

    def __iter__(self) -> Iterator[Picture]:
        response = self._response
        if response is None or response.status != 200:
            raise DeviceLost("The camera refuses its stream.")
        try:
            for data in parts(response, boundary(response.headers)):
                yield Picture(hashlib.blake2b(data, digest_size=16).digest(), partial(decode, data))
        except TimeoutError:
            raise DeviceLost("The camera sends nothing.") from None
        except (OSError, HTTPException, ValueError):
            raise DeviceLost("The camera's stream broke off.") from None


class Lines(Protocol):
    def readline(self, limit: int = ..., /) -> bytes: ...
    def read(self, amount: int = ..., /) -> bytes: ...


def boundary(headers: Message) -> bytes:
    """The line between parts. Raise ValueError where the answer is not multipart."""
    value = headers.get_boundary()
    if headers.get_content_maintype() != "multipart" or not value:
        raise ValueError("not a multipart answer")
    # Some cameras put the two dashes of the delimiter into the parameter.
    return b"--" + value.removeprefix("--").encode("ascii", "replace")


def parts(stream: Lines, delimiter: bytes) -> Iterator[bytes]:
    """Bodies of parts until the stream ends. A part without a length ends at the next delimiter.

    Raise ValueError for a part of more than 8 MiB or without end.
    """
    line = _line(stream)
    while line:
        if not line.startswith(delimiter):
            line = _line(stream)
            continue
        length = _length(stream)
        if length is None:
            body, line = _until(stream, delimiter)
        else:
            body = stream.read(length)
            line = _line(stream)
        if body:
            yield body


def _line(stream: Lines) -> bytes:
    return stream.readline(MAX_LINE)


def _length(stream: Lines) -> int | None:
    """Read the headers of a part; its Content-Length, None where it has none."""
    length = None
    while (line := _line(stream)).strip():
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
            if not 0 <= length <= MAX_PART:
                raise ValueError("a part of impossible length")
    return length


def _until(stream: Lines, delimiter: bytes) -> tuple[bytes, bytes]:
    """The body before the delimiter, and the delimiter's line (empty where the stream ended)."""
    body = bytearray()
    while (line := _line(stream)) and not line.startswith(delimiter):
        body += line
        if len(body) > MAX_PART:
            raise ValueError("a part without end")
    return bytes(body.removesuffix(b"\n").removesuffix(b"\r")), line


class OpenCvVideo:
    """A device number, a path, rtsp: OpenCV's back ends, with their time-outs where they know any.

    OpenCV is loaded with the first of them: a station whose cameras speak HTTP does without.
    """

    def __init__(self, source: str | int, stall_seconds: float, open_seconds: float) -> None:
        import cv2

        self._cv2: Any = cv2
        self._source = int(source) if isinstance(source, str) and source.isdigit() else source
        self._limits = [
            *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, int(open_seconds * 1000)),
            *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, int(stall_seconds * 1000)),
        ]
        self._capture: Any = None
        self._ended = False

    def __enter__(self) -> Self:
        capture = self._cv2.VideoCapture()
        backend = self._cv2.CAP_ANY if isinstance(self._source, int) else self._cv2.CAP_FFMPEG
        limits = [] if isinstance(self._source, int) else self._limits
        if not capture.open(self._source, backend, limits):
            raise DeviceLost("The camera does not answer.")
        self._capture = capture
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._capture.release()

    def interrupt(self) -> None:
        """After the picture being read: OpenCV cannot be interrupted."""
        self._ended = True

    def __iter__(self) -> Iterator[Picture]:
        while not self._ended:
            there, image = self._capture.read()
            if not there:
                raise DeviceLost("The camera gives no picture.")
            mark = zlib.crc32(image).to_bytes(4, "big")
            yield Picture(mark, partial(_rgb, image))


def _rgb(bgr: Rgb) -> Rgb:
    return np.ascontiguousarray(bgr[:, :, ::-1])
