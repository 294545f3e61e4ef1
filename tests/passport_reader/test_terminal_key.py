"""The terminal's key, in a file or in a token that it never leaves."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from passport_reader.arithmetic.domain_parameters import BY_PARAMETER_ID, Point
from passport_reader.pki import terminal_token
from passport_reader.pki.card_verifiable import SCHEMES
from passport_reader.pki.certificate import EllipticKey, PublicKey
from passport_reader.pki.signature_scheme import Kind, Scheme
from passport_reader.pki.terminal_key import (
    FileKey,
    TerminalKeyUnavailable,
    TokenKeyMissing,
    TokenMissing,
    TokenPinWrong,
)
from passport_reader.pki.terminal_token import TokenKey

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
LABEL, PIN = "terminals", "4711"
SHA_256 = Scheme(Kind.ECDSA, "sha256")

ELLIPTIC, RSA = ec.generate_private_key(ec.BrainpoolP256R1()), rsa.generate_private_key(65537, 2048)
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@pytest.fixture(scope="session")
def tokens(tmp_path_factory: pytest.TempPathFactory, require: Callable[[object, str], None]) -> Iterator[Path]:
    """The folder where SoftHSM keeps its tokens; one of them has the keys `elliptic` and `rsa`.

    SoftHSM reads where that is when it is loaded, which is once in a process.
    """
    require(Path(MODULE).exists() and shutil.which("softhsm2-util"), "SoftHSM (apt-get install softhsm2)")
    require(importlib.util.find_spec("pkcs11"), "python-pkcs11 (sekisho[pkcs11])")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        softhsm("--init-token", "--free", "--label", LABEL, "--so-pin", "12345678", "--pin", PIN)
        for label, key in (("elliptic", ELLIPTIC), ("rsa", RSA)):
            stored(key, folder / label)
            place = ("--import", str(folder / label), "--token", LABEL, "--label", label)
            softhsm(*place, "--id", label.encode().hex(), "--pin", PIN)
        yield folder / "tokens"


def softhsm(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)


def stored(key: PrivateKey | dsa.DSAPrivateKey, path: Path, *, der: bool = False) -> Path:
    format_, secret = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.DER if der else serialization.Encoding.PEM, format_, secret)
    )
    return path


def public(key: PrivateKey) -> PublicKey:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.public_key()
    numbers = key.public_key().public_numbers()
    return EllipticKey(BY_PARAMETER_ID[13], Point(numbers.x, numbers.y))


@pytest.fixture
def token_key(tokens: Path) -> Iterator[Callable[..., TokenKey]]:
    """Opens a key of the token; what was opened is closed at the end."""
    opened: list[TokenKey] = []

    def key(label: str = "elliptic", *, token: str = LABEL, pin: str = PIN, module: str = MODULE) -> TokenKey:
        opened.append(TokenKey(module, token, label, lambda: pin))
        return opened[-1]

    yield key
    for each in opened:
        each.close()


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=lambda scheme: f"{scheme.kind}-{scheme.hash_name}")
def test_a_token_signs_by_every_scheme(token_key: Callable[..., TokenKey], scheme: Scheme) -> None:
    label, key = ("elliptic", ELLIPTIC) if scheme.kind is Kind.ECDSA else ("rsa", RSA)
    signature = token_key(label).sign(scheme, b"challenge")
    assert scheme.verify(public(key), signature, b"challenge")
    assert not scheme.verify(public(key), signature, b"another")


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=lambda scheme: f"{scheme.kind}-{scheme.hash_name}")
@pytest.mark.parametrize("der", [False, True], ids=["pem", "der"])
def test_a_file_signs_by_every_scheme(tmp_path: Path, scheme: Scheme, der: bool) -> None:
    key = ELLIPTIC if scheme.kind is Kind.ECDSA else RSA
    signature = FileKey.load(stored(key, tmp_path / "key", der=der)).sign(scheme, b"challenge")
    assert scheme.verify(public(key), signature, b"challenge")


def test_two_keys_of_one_token_serve_side_by_side(token_key: Callable[..., TokenKey]) -> None:
    one, other = token_key("elliptic"), token_key("rsa")
    for _ in range(2):
        assert one.sign(SHA_256, b"")
        assert other.sign(Scheme(Kind.PSS, "sha256"), b"")
    one.close()
    assert other.sign(Scheme(Kind.PSS, "sha256"), b""), "closing one logs the other out, which then logs in again"


def test_a_token_that_vanished_is_opened_again_when_it_is_back(
    tokens: Path, token_key: Callable[..., TokenKey]
) -> None:
    key, away = token_key(), tokens.with_name("away")
    assert key.sign(SHA_256, b"before")
    tokens.rename(away)
    tokens.mkdir()
    try:
        with pytest.raises(TokenMissing):
            key.sign(SHA_256, b"meanwhile")
    finally:
        tokens.rmdir()
        away.rename(tokens)
    assert SHA_256.verify(public(ELLIPTIC), key.sign(SHA_256, b"after"), b"after")


def test_a_wrong_pin_is_tried_once_and_never_shown(token_key: Callable[..., TokenKey]) -> None:
    asked: list[str] = []

    def pin() -> str:
        asked.append("0815")
        return "0815"

    key = TokenKey(MODULE, LABEL, "elliptic", pin)
    for _ in range(5):
        with pytest.raises(TokenPinWrong) as error:
            key.sign(SHA_256, b"")
        assert "0815" not in str(error.value) + str(error.value.data)
    assert asked == ["0815"]
    assert token_key().sign(SHA_256, b""), "the token is not locked"


@pytest.mark.parametrize(("place", "error"), [
    ({"token": "another"}, TokenMissing), ({"module": "/nowhere.so"}, TokenMissing),
    ({"label": "another"}, TokenKeyMissing),
])  # fmt: skip
def test_what_is_not_there_is_named(
    token_key: Callable[..., TokenKey], place: dict[str, str], error: type[TerminalKeyUnavailable]
) -> None:
    with pytest.raises(error):
        token_key(**place).sign(SHA_256, b"")


def test_a_key_of_another_kind_does_not_sign(token_key: Callable[..., TokenKey]) -> None:
    with pytest.raises(TerminalKeyUnavailable):
        token_key("rsa").sign(SHA_256, b"")
    for key, scheme in ((RSA, SHA_256), (ELLIPTIC, Scheme(Kind.PSS, "sha256"))):
        with pytest.raises(TerminalKeyUnavailable):
            FileKey(key).sign(scheme, b"")


def test_a_pin_comes_from_a_file_or_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pin").write_text("4711\nand a remark\n")
    monkeypatch.setitem(os.environ, "TERMINAL_PIN", "4712")
    assert terminal_token.pin_from_file(tmp_path / "pin")() == "4711"
    assert terminal_token.pin_from_environment("TERMINAL_PIN")() == "4712"


def test_a_pin_that_is_nowhere_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    absent = terminal_token.pin_from_environment("SEKISHO_NO_SUCH_PIN")
    for pin in (terminal_token.pin_from_file(tmp_path / "empty"), terminal_token.pin_from_file(tmp_path), absent):
        with pytest.raises(TokenPinWrong):
            pin()


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\n"])
def test_a_file_that_holds_no_key_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(TerminalKeyUnavailable):
        FileKey.load(tmp_path / "key")
    with pytest.raises(TerminalKeyUnavailable):
        FileKey.load(stored(dsa.generate_private_key(1024), tmp_path / "dsa"))


def test_the_key_of_the_reference_data_is_on_a_curve_that_no_file_key_signs_on(data: Path) -> None:
    with pytest.raises(TerminalKeyUnavailable):
        FileKey.load(data / "emrtd" / "cvcerts" / "keyIS_orig.der")
