"""kiosk.toml: every error at once, and the process ends as told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gate.settings import SettingsUnusable
from kiosk.cart_mode import scanner_certificate
from kiosk.settings import BioCartSettings, GateSettings, load
from simulators.scanner import ScannerServer

ROOT = Path(__file__).parents[2]


@pytest.fixture
def cart(tmp_path: Path) -> Path:
    """A bio-cart's file that can be used, but for what a test adds to it."""
    for name in ("cart.key", "list.ml"):
        (tmp_path / name).touch()
    lines = {
        **{"mode": "bio_cart", "station": "cart-1", "port_name": "Narita", "console_url": "https://127.0.0.1:1"},
        **{"key_file": "cart.key", "outbox": "cart.outbox", "master_list": "list.ml", "page_camera": "0"},
        **{"face_camera": "1", "scanner_url": "http://127.0.0.1:4501"},
    }
    return written(tmp_path, "".join(f'{name} = "{value}"\n' for name, value in lines.items()))


def with_certificate(cart: Path, content: bytes) -> BioCartSettings:
    (cart.parent / "scanner.cer").write_bytes(content)
    cart.write_text(cart.read_text() + 'scanner_certificate = "scanner.cer"\n')
    settings = load(cart)
    assert isinstance(settings, BioCartSettings)
    return settings


def written(folder: Path, text: str) -> Path:
    path = folder / "kiosk.toml"
    path.write_text(text)
    return path


def test_a_gate_screen_needs_a_gate_and_takes_the_plan_as_words(tmp_path: Path) -> None:
    settings = load(written(tmp_path, 'mode = "gate"\ngate_url = "http://127.0.0.1:8000"\nfloor_booths = "9 10 11"\n'))
    assert isinstance(settings, GateSettings)
    assert settings.floor.booths == ("9", "10", "11")


def test_every_error_is_listed_and_none_quotes_a_value(tmp_path: Path) -> None:
    text = 'mode = "bio_cart"\nstation = ""\nport_name = "Narita"\nhttp_port = 99999\nkey_file = "absent-secret.pem"\n'
    with pytest.raises(SettingsUnusable) as refusal:
        load(written(tmp_path, text))
    named = {problem.partition(":")[0] for problem in refusal.value.problems}
    assert {"station", "http_port", "key_file", "console_url", "outbox", "scanner_url"} <= named
    assert "absent-secret" not in str(refusal.value)


@pytest.mark.parametrize("text", ["", 'mode = "window"\n', "not toml at all ["])
def test_a_file_that_names_no_mode_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsUnusable) as refusal:
        load(written(tmp_path, text))
    assert len(refusal.value.problems) == 1


def test_unusable_settings_end_with_status_2_and_a_line_for_each(tmp_path: Path) -> None:
    config = written(tmp_path, 'mode = "gate"\nhttp_port = -1\n')
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "--config", str(config)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 2
    assert "Traceback" not in done.stderr


def test_told_to_stop_it_ends_cleanly_with_a_page_still_open(tmp_path: Path) -> None:
    config = written(tmp_path, 'mode = "gate"\ngate_url = "http://127.0.0.1:9"\n')
    command = [sys.executable, "-m", "kiosk", "--config", str(config)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stderr is not None
        while '"serving"' not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in rest


def test_the_scanners_certificate_may_be_pem_or_der(cart: Path) -> None:
    with ScannerServer() as scanner:
        der = scanner.certificate
    settings = with_certificate(cart, der)
    assert scanner_certificate(settings) == der
    assert settings.scanner_certificate is not None
    pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
    settings.scanner_certificate.write_bytes(pem)
    assert scanner_certificate(settings) == der


@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----", b"\x30\x03\x02\x01\x00"])
def test_a_scanners_certificate_that_is_none_is_named(cart: Path, content: bytes) -> None:
    with pytest.raises(SettingsUnusable, match="scanner_certificate"):
        scanner_certificate(with_certificate(cart, content))


def test_without_a_certificate_the_first_scanner_met_is_held_to(cart: Path) -> None:
    settings = load(cart)
    assert isinstance(settings, BioCartSettings)
    assert scanner_certificate(settings) is None
