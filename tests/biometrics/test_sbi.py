"""The scanner at the wire: captures, faults, and answers that must not be believed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from biometrics.capture import DeviceLost, FingerPosition, Quality, UnusableImage
from biometrics.finger.image import decode
from biometrics.finger.sample import PrintSample
from biometrics.sbi import CaptureTimeout, PoorPrint, SbiScanner, UntrustedDevice
from simulators.scanner import ScannerServer

INDEX = FingerPosition.RIGHT_INDEX


def stripes(period: float = 9.0) -> np.ndarray:
    y, x = np.mgrid[0:300, 0:300]
    image = 127 - 100 * np.cos(2 * np.pi / period * (y + 12 * np.sin(x / 40)))
    image[np.hypot(x - 150, y - 150) > 130] = 250
    return image.astype(np.uint8)


def fine(data: bytes) -> PrintSample:
    return PrintSample(*decode(data), Quality(90))


@pytest.fixture
def server() -> Iterator[ScannerServer]:
    with ScannerServer() as running:
        yield running


@pytest.fixture
def scanner(server: ScannerServer) -> Iterator[SbiScanner]:
    with SbiScanner(server.url, certificate=server.certificate, assess=fine) as client:
        yield client


def test_the_finger_on_the_glass_is_captured(server: ScannerServer, scanner: SbiScanner) -> None:
    server.place({"right_index": stripes()})
    image = scanner.capture(INDEX)
    assert np.array_equal(image.pixels, stripes())
    assert (image.dpi, image.position, image.quality) == (500, INDEX, Quality(90))


def test_a_capture_waits_for_the_finger(server: ScannerServer, scanner: SbiScanner) -> None:
    captured = threading.Thread(target=lambda: scanner.capture(INDEX))
    captured.start()
    server.place({"left_index": stripes(8), "right_index": stripes()})
    captured.join(10)
    assert not captured.is_alive()


def test_captures_follow_one_another(server: ScannerServer, scanner: SbiScanner) -> None:
    server.place({position.value: stripes(7 + position.code / 5) for position in FingerPosition})
    for position in FingerPosition:
        assert np.array_equal(scanner.capture(position).pixels, stripes(7 + position.code / 5))


def test_wsq_is_captured_too() -> None:
    with ScannerServer(image_format="wsq") as server, SbiScanner(server.url, assess=fine) as scanner:
        server.place({"right_index": stripes()})
        pixels = scanner.capture(INDEX).pixels
    assert np.abs(pixels.astype(int) - stripes()).mean() < 8


def test_no_finger_in_time_is_a_timeout(scanner: SbiScanner) -> None:
    with pytest.raises(CaptureTimeout) as caught:
        scanner.capture(INDEX, seconds=0.05)
    assert caught.value.code == "capture_timeout"


def test_a_poor_print_comes_with_advice(server: ScannerServer) -> None:
    server.place({"right_index": np.full((300, 300), 250, np.uint8)})
    with SbiScanner(server.url) as scanner, pytest.raises(PoorPrint) as caught:
        scanner.capture(INDEX)
    assert caught.value.advice == "press_harder"


def test_an_unplugged_scanner_is_lost_and_comes_back(server: ScannerServer, scanner: SbiScanner) -> None:
    server.place({"right_index": stripes()})
    server.fault("unplugged")
    assert not scanner.ready()
    with pytest.raises(DeviceLost):
        scanner.capture(INDEX)
    server.repair()
    assert scanner.ready()
    assert scanner.capture(INDEX).dpi == 500


def test_a_silent_scanner_is_lost(server: ScannerServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("biometrics.sbi.SLACK", 0.2)
    server.fault("hung")
    with SbiScanner(server.url) as scanner, pytest.raises(DeviceLost, match="does not answer"):
        scanner.capture(INDEX, seconds=0.1)


def test_a_service_that_is_not_there_is_lost() -> None:
    with ScannerServer() as server:
        url = server.url
    with SbiScanner(url) as scanner, pytest.raises(DeviceLost, match="cannot be reached"):
        scanner.capture(INDEX)


def test_a_forged_signature_is_not_believed(server: ScannerServer, scanner: SbiScanner) -> None:
    server.place({"right_index": stripes()})
    server.fault("forged")
    with pytest.raises(UntrustedDevice):
        scanner.capture(INDEX)


def test_a_recorded_answer_is_not_believed(server: ScannerServer, scanner: SbiScanner) -> None:
    server.place({"right_index": stripes()})
    scanner.capture(INDEX)
    server.fault("replaying")
    with pytest.raises(UntrustedDevice, match="another capture"):
        scanner.capture(INDEX)


def test_another_device_in_its_place_is_not_believed(server: ScannerServer) -> None:
    server.place({"right_index": stripes()})
    with ScannerServer() as other:
        expected = other.certificate
    with SbiScanner(server.url, certificate=expected) as scanner, pytest.raises(UntrustedDevice):
        scanner.capture(INDEX)


def test_the_first_device_met_is_held_to(server: ScannerServer) -> None:
    server.place({"right_index": stripes()})
    with SbiScanner(server.url, assess=fine) as scanner:
        scanner.capture(INDEX)
        server.fault("forged")
        with pytest.raises(UntrustedDevice):
            scanner.capture(INDEX)


def test_a_signed_answer_that_is_no_print_is_unusable(server: ScannerServer) -> None:
    server.place({"right_index": np.zeros((5, 5), np.uint8)})
    with SbiScanner(server.url) as scanner, pytest.raises(UnusableImage):
        scanner.capture(INDEX)
