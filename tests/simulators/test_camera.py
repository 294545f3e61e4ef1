"""The simulated camera as any HTTP client sees it."""

from __future__ import annotations

import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from itertools import pairwise
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest

from simulators.camera import CameraServer, Rgb

GREEN = np.full((120, 160, 3), (30, 160, 60), np.uint8)


@pytest.fixture
def camera() -> Iterator[CameraServer]:
    with CameraServer(size=(160, 120), fps=30) as server:
        yield server


@contextmanager
def watched(camera: CameraServer) -> Iterator[Iterator[bytes]]:
    with urllib.request.urlopen(camera.url, timeout=5) as response:
        yield jpegs(response)


def jpegs(response: HTTPResponse) -> Iterator[bytes]:
    while line := response.readline():
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
            response.readline()
            yield response.read(length)


def rgb(jpeg: bytes) -> Rgb:
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)


def test_what_is_shown_is_seen_and_nothing_is_an_empty_hall(camera: CameraServer) -> None:
    with watched(camera) as stream:
        assert rgb(next(stream)).shape == (120, 160, 3)
        camera.show(GREEN)
        assert next(image for image in map(rgb, stream) if image[..., 0].mean() < 60).mean() < 100
        camera.show(None)
        assert next(image for image in map(rgb, stream) if image[..., 0].mean() > 100).std() > 3


def test_a_still_scene_never_gives_the_same_picture_twice(camera: CameraServer) -> None:
    camera.show(GREEN)
    with watched(camera) as stream:
        pictures = [next(stream) for _ in range(10)]
    assert all(a != b for a, b in pairwise(pictures))


def test_a_scene_moves_with_the_seconds_since_it_was_shown(camera: CameraServer) -> None:
    asked: list[float] = []
    enough = threading.Event()

    def source(seconds: float) -> Rgb:
        asked.append(seconds)
        if len(asked) == 5:
            enough.set()
        return GREEN

    camera.show(source)
    with watched(camera) as stream:
        next(stream)
        assert enough.wait(10)
    assert asked == sorted(asked)
    assert asked[0] >= 0


def test_every_viewer_gets_the_pictures(camera: CameraServer) -> None:
    with watched(camera) as one, watched(camera) as other:
        assert next(one)
        assert next(other)
        assert camera.viewers == 2


def test_frozen_repeats_one_picture_until_repaired(camera: CameraServer) -> None:
    camera.show(GREEN)
    with watched(camera) as stream:
        next(stream)
        camera.fault("frozen")
        repeated = [next(stream) for _ in range(6)][2:]
        assert len(set(repeated)) == 1
        camera.repair()
        assert next(jpeg for jpeg in stream if jpeg != repeated[0])


def test_unplugged_drops_its_viewers_and_refuses_new_ones_until_repaired(camera: CameraServer) -> None:
    with watched(camera) as stream:
        next(stream)
        camera.fault("unplugged")
        for _ in stream:
            pass
    address = urlsplit(camera.url)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.hostname or "", address.port or 0), 1)
    camera.repair()
    with watched(camera) as stream:
        assert next(stream)


def test_hung_keeps_connections_open_and_silent(camera: CameraServer) -> None:
    camera.fault("hung")
    with pytest.raises(TimeoutError):
        urllib.request.urlopen(camera.url, timeout=0.3)


def test_an_unknown_fault_is_refused_with_the_names_of_the_known(camera: CameraServer) -> None:
    with pytest.raises(ValueError, match="unplugged, frozen, stamped, hung"):
        camera.fault("sleepy")
