"""Documents of a small invented world, and a chip that answers in this process."""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from PIL import Image

from passport_reader.pki.card_verifiable import Role
from passport_reader.pki.terminal import Terminal
from passport_reader.pki.terminal_key import FileKey
from passport_reader.pki.trust import TrustStore
from simulators.chip import SimulatedChip
from simulators.issuing import ChipProfile, Holder, Passport, World
from simulators.issuing.profile import TerminalSuite
from tests.passport_reader.wires import InProcessCard, laid, pcsc_service, read, read_here
from tests.passport_reader.worked_values import USED, WorkedValues

__all__ = ["laid", "pcsc_service", "read", "read_here"]

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


Issue = Callable[..., Passport]


@pytest.fixture(scope="session")
def at() -> datetime:
    """When passports are read in these tests."""
    return AT


@pytest.fixture(scope="session")
def world() -> World:
    return World(7)


@pytest.fixture(scope="session")
def trust(world: World) -> TrustStore:
    return TrustStore.from_master_list(world.master_list(), roots=[world.master_list_root])


@pytest.fixture(scope="session")
def complete(world: World) -> TrustStore:
    """Master list and revocation lists."""
    return TrustStore.from_master_list(
        world.master_list(), roots=[world.master_list_root], revocation_lists=world.revocation_lists()
    )


@pytest.fixture(scope="session")
def inspection_system(world: World) -> Callable[..., Terminal]:
    """Japan's for the passports of a State, with its key in a file."""

    @cache
    def made(state: str = "UTO", suite: TerminalSuite = TerminalSuite.ECDSA_SHA256, *, link: bool = False) -> Terminal:
        issued = world.terminal(state, suite, with_link=link)
        key = serialization.load_der_private_key(issued.key.pkcs8, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
        shown = Terminal.of([*issued.chain, issued.cvca], {})
        (own,) = (item.holder for item in shown.certificates if item.role is Role.INSPECTION_SYSTEM)
        return Terminal(shown.certificates, {own: FileKey(key)})

    return made


@pytest.fixture(scope="session")
def portrait() -> bytes:
    """A JPEG of 413 x 531 pixels, about 20 kB, as portraits in chips are."""
    noise = np.random.default_rng(1).integers(60, 200, (30, 23, 3), dtype=np.uint8)
    pixels = np.kron(noise, np.ones((18, 18, 1), dtype=np.uint8))
    picture = io.BytesIO()
    Image.fromarray(pixels).save(picture, "JPEG", quality=45)
    return picture.getvalue()


@pytest.fixture(scope="session")
def issue(world: World, portrait: bytes) -> Issue:
    """Makes a passport: `issue("UTO", format="TD1", faults=["dg2_tampered"], profile=ChipProfile(…))`."""

    def made(
        state: str = "UTO",
        *,
        format: str = "TD3",
        faults: Collection[str] = (),
        issuer: str = "listed",
        profile: ChipProfile | None = None,
    ) -> Passport:
        born, expires = date(1990, 5, 4), date(2031, 3, 2)
        holder = Holder("Eriksson", "Anna Maria", state, state, born, "F", expires, "XY1234567", portrait, format)
        return world.issue(holder, faults=faults, issuer=issuer, profile=profile)

    return made


@pytest.fixture(scope="session")
def examples(data: Path) -> Iterator[WorkedValues]:
    """The worked examples of Doc 9303-11, appendices D, F, G, H and I."""
    used: set[str] = set()
    yield WorkedValues(json.loads((data / "emrtd" / "icao9303_p11_worked_examples.json").read_text()), used)
    if USED in os.environ:
        Path(os.environ[USED]).write_text("\n".join(used))


@pytest.fixture(scope="session")
def bsi(data: Path) -> dict[int, bytes]:
    """The BSI reference data set (TR-03105-5), by file identifier."""
    from passport_reader.lds import Ef

    folder = data / "emrtd" / "bsi2008"
    paths = {int(file): folder / f"{file.title}.bin" for file in Ef}
    return {file: path.read_bytes() for file, path in paths.items() if path.exists()}


@pytest.fixture(scope="session")
def require() -> Callable[[object, str], None]:
    """Skips where a component is missing; with CI=true that is a failure."""

    def required(condition: object, component: str) -> None:
        if not condition:
            if os.environ.get("CI") == "true":
                pytest.fail(f"component missing: {component}")
            pytest.skip(f"component missing: {component}")

    return required


@pytest.fixture(scope="session", autouse=True)
def pcsc_socket() -> Iterator[Path]:
    """Where this process looks for a PC/SC service: nowhere, until a test links one here.

    libpcsclite reads the name once in a process, so it is set before any test asks for a reader.
    """
    with tempfile.TemporaryDirectory(prefix="pcsc-") as folder, pytest.MonkeyPatch.context() as environment:
        socket = Path(folder) / "service"
        environment.setenv("PCSCLITE_CSOCK_NAME", str(socket))
        yield socket


@pytest.fixture
def lay() -> Callable[..., InProcessCard]:
    """Lays a passport down in this process: `lay(passport, faults=[…], tear_after=12)`."""

    def laid(passport: Passport, *, faults: Collection[str] = (), tear_after: int | None = None) -> InProcessCard:
        return InProcessCard(SimulatedChip(passport, faults=faults), tear_after)

    return laid
