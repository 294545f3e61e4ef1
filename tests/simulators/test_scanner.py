"""The simulated scanner speaks SBI to any client."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import httpx2
import numpy as np
import pytest

from simulators.scanner import ScannerServer

EMPTY = sha256(b"").hexdigest()


@pytest.fixture
def server() -> Iterator[ScannerServer]:
    with ScannerServer() as running:
        yield running


def request(**changes: Any) -> dict[str, Any]:
    bio = {"type": "Finger", "count": "1", "bioSubType": ["Left Thumb"], "requestedScore": "40", "previousHash": EMPTY}
    bio |= changes.pop("bio", {})
    return {"env": "Developer", "timeout": "50", "transactionId": "t-1", "bio": [bio]} | changes


def capture(server: ScannerServer, body: Any) -> dict[str, Any]:
    answer = httpx2.request("RCAPTURE", f"{server.url}/capture", json=body, trust_env=False).json()
    entry: dict[str, Any] = answer["biometrics"][0]
    return entry


def opened(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return content


def test_discovery_names_a_single_finger_scanner(server: ScannerServer) -> None:
    (device,) = httpx2.request("MOSIPDISC", f"{server.url}/device", json={"type": "Finger"}, trust_env=False).json()
    digital_id = json.loads(base64.urlsafe_b64decode(device["digitalId"] + "=="))
    assert (device["deviceStatus"], device["certification"]) == ("Ready", "L0")
    assert (digital_id["type"], digital_id["deviceSubType"]) == ("Finger", "Single")


def test_the_device_s_description_is_signed(server: ScannerServer) -> None:
    (entry,) = httpx2.request("MOSIPDINFO", f"{server.url}/info", trust_env=False).json()
    described = opened(entry["deviceInfo"])
    assert described["purpose"] == "Registration"
    assert opened(described["digitalId"])["make"] == "Sekisho"


def test_a_capture_repeats_what_was_asked(server: ScannerServer) -> None:
    server.place({"left_thumb": np.full((60, 60), 200, np.uint8)})
    data = opened(capture(server, request())["data"])
    assert data["bioSubType"] == "Left Thumb"
    assert data["transactionId"] == "t-1"
    assert data["requestedScore"] == "40"
    assert 0 <= float(data["qualityScore"]) <= 100


def test_a_transaction_is_taken_once(server: ScannerServer) -> None:
    server.place({"left_thumb": np.full((60, 60), 200, np.uint8)})
    assert capture(server, request())["error"]["errorCode"] == "0"
    assert capture(server, request())["error"]["errorCode"] == "501"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (request(), "101"),
        (request(bio={"count": "4"}), "109"),
        (request(bio={"bioSubType": ["Left Foot"]}), "500"),
        ({}, "500"),
        ([], "500"),
    ],
    ids=["no finger", "four fingers", "no such finger", "nothing asked", "a list"],
)
def test_what_cannot_be_captured_has_its_error_code(server: ScannerServer, body: Any, code: str) -> None:
    assert capture(server, body)["error"]["errorCode"] == code


def test_only_known_faults_are_taken(server: ScannerServer) -> None:
    with pytest.raises(ValueError, match="unplugged"):
        server.fault("on fire")
