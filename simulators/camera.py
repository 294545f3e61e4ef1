"""A camera on the network: MJPEG over HTTP (RFC 2046 multipart/x-mixed-replace), with a sensor's noise and its faults.

    with CameraServer() as camera:
        camera.show(picture)        # or a function of the seconds since shown, or None: the empty scene
        camera.fault("frozen")      # one of FAULTS
        camera.repair()

Pictures are made only while somebody watches. With nothing before the lens it makes four a second, and what does not
move is seen through a few exposures in turn: that saves a small machine's cores.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self

import cv2
import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
Source = Callable[[float], Rgb] | Rgb | None

FAULTS: Final = ("unplugged", "frozen", "stamped", "hung", "cut", "garbled")
BOUNDARY: Final = "frame"
IDLE_FPS: Final = 4.0
NOISE: Final = 2.5
"""Standard deviation in grey levels of a small indoor sensor."""
EXPOSURES: Final = 8
"""So many different pictures are taken of what does not move; then they come again, never one twice running."""
SLACK: Final = 64
"""The noise field is larger than a picture by this many pixels; each picture sees another cut of it."""


class CameraServer:
    """Listens on loopback from the start; `port` 0 takes a free one, which stays the same over faults."""

    def __init__(
        self,
        port: int = 0,
        *,
        size: tuple[int, int] = (640, 480),
        fps: float = 12.0,
        seed: int = 0,
        empty: Rgb | None = None,
    ) -> None:
        """`empty` is the scene with nothing before the lens, of `size`; a wall unless given."""
        self._scene = _Scene(_empty_scene(size) if empty is None else empty, fps, seed)
        self._server: _Server | None = _Server(port, self._scene)
        self._port = self._server.server_address[1]
        self._maker = threading.Thread(target=self._scene.run, name="camera-maker", daemon=True)
        self._maker.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    @property
    def viewers(self) -> int:
        """Connections being served."""
        return self._scene.viewers

    def show(self, source: Source) -> None:
        self._scene.show(source)

    def fault(self, name: str) -> None:
        """unplugged: connections drop and new ones are refused. frozen: the last picture for ever; stamped: the same,
        each time with another comment in it. hung: connections stay open and nothing comes; cut: the same, from the
        middle of a picture on. garbled: pictures that cannot be decoded. Raise ValueError for another name."""
        if name not in FAULTS:
            raise ValueError(f"a camera knows the faults {', '.join(FAULTS)}, not {name}")
        self._scene.fault = name
        if name == "unplugged":
            self._stop_listening()

    def repair(self) -> None:
        self._scene.fault = None
        if self._server is None:
            self._server = _Server(self._port, self._scene)

    def close(self) -> None:
        self._scene.close()
        self._stop_listening()
        self._maker.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _stop_listening(self) -> None:
        server, self._server = self._server, None
        if server:
            server.stop()


class _Scene:
    """What is before the lens, and the newest JPEG of it."""

    def __init__(self, empty: Rgb, fps: float, seed: int) -> None:
        self._fps = fps
        self._empty = empty
        self._source: Source = None
        self._shown_at = time.monotonic()
        self._noise = _Noise(seed)
        self._still: Rgb | None = None
        self._exposures: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._jpeg = b""
        self._number = 0
        self._closed = False
        self.viewers = 0
        self.fault: str | None = None

    def show(self, source: Source) -> None:
        with self._changed:
            self._source, self._shown_at = source, time.monotonic()
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def watch(self, more: int) -> None:
        with self._changed:
            self.viewers += more
            self._changed.notify_all()

    def after(self, number: int, gone: Callable[[], bool]) -> tuple[int, bytes] | None:
        """The next JPEG; None when the camera closes or the connection is `gone`. A hung camera does not return."""
        with self._changed:
            while not (self._closed or gone()):
                if self.fault not in ("hung", "cut") and self._number > number:
                    return self._number, self._jpeg
                self._changed.wait(0.1)
        return None

    def run(self) -> None:
        """Make pictures at the frame rate while somebody watches."""
        due = time.monotonic()
        while not self._closed:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self.viewers)
                source, since = self._source, time.monotonic() - self._shown_at
            self._make(source, since)
            due = max(due + 1 / (IDLE_FPS if source is None else self._fps), time.monotonic())
            self._wait_until(due, source)

    def _wait_until(self, due: float, shown: Source) -> None:
        """Or until something else is shown."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._source is not shown, due - time.monotonic())

    def _make(self, source: Source, since: float) -> None:
        if self.fault not in ("frozen", "stamped") or not self._jpeg:
            if callable(source):
                self._jpeg = _jpeg(self._noise.on(source(since)))
            else:
                self._jpeg = self._exposure(self._empty if source is None else source)
        elif self.fault == "stamped":
            self._jpeg = _stamped(self._jpeg, self._number)
        with self._changed:
            self._number += 1
            self._changed.notify_all()

    def _exposure(self, image: Rgb) -> bytes:
        """The next picture of what does not move."""
        if image is not self._still:
            self._still, self._exposures = image, deque()
        if len(self._exposures) < EXPOSURES:
            self._exposures.append(_jpeg(self._noise.on(image)))
        else:
            self._exposures.rotate(-1)
        return self._exposures[-1]


class _Noise:
    """Never the same twice running: another cut of one random field each time, cheap enough for many cameras."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._field = np.zeros((0, 0, 3), np.int8)
        self._last = (0, 0)

    def on(self, image: Rgb) -> Rgb:
        height, width = image.shape[:2]
        if self._field.shape[0] < height + SLACK or self._field.shape[1] < width + SLACK:
            field = self._random.standard_normal((height + SLACK, width + SLACK, 3), np.float32)
            self._field = np.clip(np.round(field * NOISE), -127, 127).astype(np.int8)
        y, x = self._last
        while (y, x) == self._last:
            y, x = (int(value) for value in self._random.integers(0, SLACK, 2))
        self._last = y, x
        cut = self._field[y : y + height, x : x + width]
        return np.asarray(cv2.add(image, cut, dtype=cv2.CV_8U), np.uint8)


def _jpeg(image: Rgb) -> bytes:
    _, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 88])
    return bytes(data.tobytes())


def _stamped(jpeg: bytes, number: int) -> bytes:
    """With a comment (ISO/IEC 10918-1 B.2.4.5) in place of the one before."""
    body = jpeg[14:] if jpeg[2:4] == b"\xff\xfe" else jpeg[2:]
    return jpeg[:2] + b"\xff\xfe\x00\x0a" + number.to_bytes(8, "big") + body


def _garbled(jpeg: bytes) -> bytes:
    """A tenth of the bytes at its beginning is lost: tables without which nothing can be decoded."""
    return jpeg[:4] + jpeg[4 + len(jpeg) // 10 :]


def _empty_scene(size: tuple[int, int]) -> Rgb:
    """A wall under ceiling lamps, darker toward the floor."""
    width, height = size
    down = np.linspace(186, 142, height, dtype=np.float32)[:, None, None]
    across = (1 - 0.12 * np.abs(np.linspace(-1, 1, width, dtype=np.float32)))[None, :, None]
    return np.asarray(down * across * np.array([1.0, 0.99, 0.96], np.float32), np.uint8)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, scene: _Scene) -> None:
        super().__init__(("127.0.0.1", port), _Viewer)
        self.scene = scene
        self.stopped = False
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="camera-server", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.stopped = True
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A viewer that goes away is no error."""


class _Viewer(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        scene = self.server.scene
        scene.watch(+1)
        try:
            self._stream(scene)
        except OSError:
            pass  # the viewer went away
        finally:
            scene.watch(-1)
            self.close_connection = True

    def _stream(self, scene: _Scene) -> None:
        number, begun = 0, False
        while following := scene.after(number, lambda: self.server.stopped):
            number, jpeg = following
            if not begun:
                self._begin()
                begun = True
            if scene.fault == "garbled":
                jpeg = _garbled(jpeg)
            head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            half = len(jpeg) // 2
            self.wfile.write(head.encode() + jpeg[:half])
            if scene.fault == "cut":
                self._hold(scene)
            self.wfile.write(jpeg[half:] + b"\r\n")

    def _hold(self, scene: _Scene) -> None:
        """Say nothing more while the camera is cut: the viewer is left in the middle of a picture."""
        self.wfile.flush()
        scene.after(sys.maxsize, lambda: self.server.stopped or scene.fault != "cut")

    def _begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: pictures are personal data, and so is when they were looked at."""
