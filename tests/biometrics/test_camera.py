"""The camera's driver against a simulated MJPEG camera, at the wire."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometrics.camera import UrlCamera
from biometrics.capture import DeviceLost, Frame, Rgb
from biometrics.video import parts
from simulators.camera import CameraServer

MULTIPART = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=x\r\n\r\n"
RED = np.full((120, 160, 3), (200, 40, 40), np.uint8)


@pytest.fixture
def server() -> Iterator[CameraServer]:
    with CameraServer(size=(160, 120), fps=30) as camera:
        camera.show(RED)
        yield camera


def test_frames_are_rgb_and_numbered_upward(server: CameraServer) -> None:
    with UrlCamera(server.url) as camera:
        frames = camera.frames()
        first, second = next(frames), next(frames)
    assert first.image.shape == (120, 160, 3)
    assert np.abs(first.image.mean((0, 1)) - (200, 40, 40)).max() < 5
    assert second.number > first.number
    assert second.at > first.at


def test_two_readers_see_the_same_frames(server: CameraServer) -> None:
    with UrlCamera(server.url) as camera:
        a, b = camera.frames(), camera.frames()
        assert next(a).image.shape == next(b).image.shape == (120, 160, 3)


def test_a_still_scene_is_not_mistaken_for_a_frozen_camera(server: CameraServer) -> None:
    with UrlCamera(server.url, stall_seconds=0.3) as camera:
        frames = camera.frames()
        begun = next(frames).at
        assert next(frame for frame in frames if frame.at - begun > 0.6)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("frozen", "repeats one picture"),
        ("stamped", "repeats one picture"),
        ("hung", "sends nothing"),
        ("cut", "sends nothing"),
        ("garbled", "sends damaged pictures"),
        ("unplugged", "broke off|ended|sends nothing"),
    ],
)
def test_a_faulty_camera_is_lost_and_comes_back_when_repaired(server: CameraServer, fault: str, words: str) -> None:
    camera = UrlCamera(server.url, stall_seconds=0.4)
    with camera:
        frames = camera.frames()
        next(frames)
        server.fault(fault)
        with pytest.raises(DeviceLost, match=words):
            for _ in frames:
                pass
    server.repair()
    with camera:
        assert next(camera.frames()).number >= 1


@pytest.mark.parametrize("fault", ["hung", "unplugged"])
def test_a_faulty_camera_cannot_be_opened(server: CameraServer, fault: str) -> None:
    server.fault(fault)
    with pytest.raises(DeviceLost), UrlCamera(server.url, open_seconds=0.3):
        pass


def test_a_reader_that_was_busy_while_the_camera_hung_gets_no_old_picture(server: CameraServer) -> None:
    seconds = [0.0]
    with UrlCamera(server.url, stall_seconds=0.3, clock=lambda: seconds[0]) as camera:
        frames = camera.frames()
        next(frames)
        server.fault("hung")
        seconds[0] = 10.0
        with pytest.raises(DeviceLost):
            for _ in frames:
                pass


@pytest.mark.parametrize("fault", ["stamped", "garbled"])
def test_what_comes_and_is_no_new_picture_is_noticed_within_a_second(server: CameraServer, fault: str) -> None:
    now, step = 100.0, 0.1

    def clock() -> float:
        """The reader's time passes with each of its looks at the clock; the camera's own thread stops none."""
        nonlocal now
        if threading.current_thread() is threading.main_thread():
            now += step
        return now

    with UrlCamera(server.url, stall_seconds=1.0, clock=clock) as camera:
        frames = camera.frames()
        next(frames)
        server.fault(fault)
        asked = now
        for _ in range(20):
            asked = now
            if next(_lost(frames), None) is None:
                break
        assert now - asked <= 1.0 + 2 * step


def _lost(frames: Iterator[Frame]) -> Iterator[Frame]:
    """Frames until the camera is lost, as a stream that ends."""
    try:
        yield from frames
    except DeviceLost:
        return


def test_a_picture_cut_off_by_the_end_of_the_stream_is_no_frame() -> None:
    whole = _encoded(RED)
    parts_sent = b"--x\r\nContent-Length: %d\r\n\r\n" % len(whole) + whole + b"\r\n"
    torn = b"--x\r\nContent-Length: %d\r\n\r\n" % len(whole) + whole[: len(whole) // 2]
    seen: list[int] = []
    with (
        _answering(MULTIPART + parts_sent + torn) as address,
        pytest.raises(DeviceLost),
        UrlCamera(address, open_seconds=1.0) as camera,
    ):
        seen.extend(frame.number for frame in camera.frames())
    assert seen in ([], [1])


def test_leaving_ends_the_frames(server: CameraServer) -> None:
    camera = UrlCamera(server.url)
    with camera:
        frames = camera.frames()
        next(frames)
    assert list(frames) == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>",
        b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n\r\n--x\r\n",
        MULTIPART + b"--x\r\nContent-Length: ",
        MULTIPART + b"--x\r\nContent-Length: -1\r\n\r\n",
        MULTIPART + b"--x\r\nContent-Length: 3\r\n\r\nabc",
    ],
)
def test_what_is_no_camera_is_a_lost_device(answer: bytes) -> None:
    with _answering(answer) as address, pytest.raises(DeviceLost), UrlCamera(address, open_seconds=1.0) as camera:
        next(camera.frames())


@contextmanager
def _answering(answer: bytes) -> Iterator[str]:
    """A server that says these bytes to the first who asks, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join()


def _encoded(image: Rgb) -> bytes:
    return bytes(cv2.imencode(".jpg", image)[1].tobytes())


def test_a_file_plays_through_opencv_and_its_end_is_a_loss(tmp_path: Path) -> None:
    file = str(tmp_path / "film.avi")
    writer = cv2.VideoWriter(file, cv2.VideoWriter.fourcc(*"MJPG"), 25, (160, 120))
    for level in range(8):
        writer.write(np.full((120, 160, 3), 20 * level, np.uint8))
    writer.release()
    with pytest.raises(DeviceLost), UrlCamera(file) as camera:
        list(camera.frames())


def test_a_device_that_is_not_there_is_lost() -> None:
    with pytest.raises(DeviceLost), UrlCamera("/dev/video-absent"):
        pass


@given(st.lists(st.binary(min_size=1, max_size=60).filter(lambda body: b"\n" not in body and b"--f" not in body)))
def test_parts_come_out_whole_with_and_without_their_length(bodies: list[bytes]) -> None:
    with_length = b"".join(b"--f\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(body), body) for body in bodies)
    assert list(parts(io.BytesIO(with_length), b"--f")) == bodies
    without = b"".join(b"--f\r\nContent-Type: image/jpeg\r\n\r\n%s\r\n" % body for body in bodies if b"\r" not in body)
    assert list(parts(io.BytesIO(without + b"--f--\r\n"), b"--f")) == [body for body in bodies if b"\r" not in body]


@given(st.binary(max_size=400))
def test_hostile_bytes_are_parts_or_a_value_error(data: bytes) -> None:
    try:
        for part in parts(io.BytesIO(b"--f\r\n" + data), b"--f"):
            assert part
    except ValueError:
        pass
