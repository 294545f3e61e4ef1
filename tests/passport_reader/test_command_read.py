"""The command `read` with a chip that lies there: what it takes along, and how it ends when the chip does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from passport_reader import __main__ as command
from passport_reader.document import Card, ChipLost
from simulators.issuing import ChipProfile, Passport, World
from simulators.issuing.profile import AgreementChoice, TerminalSuite
from tests.passport_reader.wires import InProcessCard

Issue = Callable[..., Passport]
LayDown = Callable[..., None]

GUARDED = ChipProfile(
    chip_authentication=(AgreementChoice(),),
    terminal_authentication=TerminalSuite.ECDSA_SHA256,
    optional_groups=frozenset({3, 7, 11, 12, 13, 16}),
)


@pytest.fixture
def lay_down(monkeypatch: pytest.MonkeyPatch, lay: Callable[..., InProcessCard]) -> LayDown:
    """The reader of `--vpcd` finds this passport at once, or that it is gone already."""

    def laid(passport: Passport, *, gone: bool = False, **how: Collection[str] | int) -> None:
        class Reader:
            port = 0

            def __init__(self, port: int) -> None: ...

            def wait_for_card(self, seconds: float) -> Card:
                if gone:
                    raise ChipLost("the chip left the field")
                return lay(passport, **how)

            def close(self) -> None: ...

        monkeypatch.setattr(command, "VpcdReader", Reader)

    return laid


def read(passport: Passport, *options: object, **environment: str) -> Result:
    arguments = ["read", "--vpcd", 35963, "--mrz", "".join(passport.mrz_lines), *options]
    return CliRunner().invoke(command.app, [str(item) for item in arguments], env=environment)


def report(passport: Passport, *options: object) -> dict[str, Any]:
    result = read(passport, *options, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture
def certified(world: World, tmp_path: Path) -> list[object]:
    """The options that name a terminal's certificates."""
    issued = world.terminal("UTO", TerminalSuite.ECDSA_SHA256)
    (tmp_path / "key.der").write_bytes(issued.key.pkcs8)
    options: list[object] = []
    for number, certificate in enumerate([issued.cvca, *issued.chain]):
        path = tmp_path / f"{number}.cvcert"
        path.write_bytes(certificate)
        options += ["--terminal-certificate", path]
    return options


def test_a_terminal_with_its_key_in_a_file_reads_everything(
    issue: Issue, lay_down: LayDown, certified: list[object], tmp_path: Path
) -> None:
    passport = issue(profile=GUARDED)
    lay_down(passport)
    found = report(passport, "--details", *certified, "--terminal-key", tmp_path / "key.der")
    assert {"EF_DG3", "EF_DG7", "EF_DG13"} <= set(found["files"])
    assert found["unreadable"] == {}
    assert found["details"]["personal_details"]["full_name"] == "ERIKSSON<<ANNA<MARIA"
    assert found["details"]["document_details"]["issuing_authority"] == "Utopia passport office"


@pytest.mark.parametrize(("options", "environment", "says"), [
    ([], {}, "give --terminal-key FILE, or --token-module"),
    (["--terminal-key", "/nowhere"], {}, "the terminal cannot prove itself: no private key"),
    (["--token-module", "x", "--token", "x", "--token-key", "x"], {"SEKISHO_TOKEN_PIN": ""}, "SEKISHO_TOKEN_PIN"),
])  # fmt: skip
def test_a_terminal_that_cannot_prove_itself_is_told_before_a_chip_is_read(
    issue: Issue, certified: list[object], options: list[str], environment: dict[str, str], says: str
) -> None:
    result = read(issue(), *certified, *options, **environment)
    assert result.exit_code == 2
    assert says in result.stderr


@pytest.mark.parametrize(("how", "outcome", "code"), [
    ({"faults": ["lies_in_mac"]}, "failed", "messaging_failed"),
    ({"faults": ["wrong_authentication_token"]}, "failed", "access_denied"),
    ({"tear_after": 5}, "undetermined", "chip_lost"),
])  # fmt: skip
def test_a_chip_that_does_not_go_along_is_a_finding(
    issue: Issue, lay_down: LayDown, how: dict[str, Any], outcome: str, code: str
) -> None:
    passport = issue()
    lay_down(passport, **how)
    (check,) = report(passport)["checks"]
    assert (check["check"], check["outcome"], check["code"]) == ("access_control", outcome, code)


def test_a_card_that_is_gone_at_once_ends_in_one_line(issue: Issue, lay_down: LayDown) -> None:
    passport = issue()
    lay_down(passport, gone=True)
    result = read(passport)
    assert (result.exit_code, result.stderr) == (2, "the card was gone before it could be read\n")


def test_a_person_is_told_in_lines_what_was_read_and_found(issue: Issue, lay_down: LayDown) -> None:
    passport = issue(faults=["image_type_wrong"])
    lay_down(passport)
    lines = [line.split() for line in read(passport).stdout.splitlines()]
    assert ["surname", "ERIKSSON"] in lines
    assert ["sod_signature", "successful", "signature_valid", "ECDSA,", "sha256"] in lines
    assert any(line[:3] == ["deviation", "EF_DG2", "image_type_wrong"] for line in lines)


def test_a_terminal_shows_the_progress_of_every_file(issue: Issue, lay_down: LayDown) -> None:
    passport = issue()
    lay_down(passport)
    told = read(passport, FORCE_COLOR="1").stderr
    assert all(file in told for file in ("EF_SOD", "EF_DG1", "EF_DG2", "EF_DG14", "EF_COM"))


@pytest.mark.parametrize(("options", "outcome"), [([], "failed"), (["--look-alikes"], "successful")])
def test_a_misread_number_opens_only_where_look_alikes_may_be_tried(
    issue: Issue, lay_down: LayDown, options: list[str], outcome: str
) -> None:
    """6 and G weigh the same, so that no check digit of the zone tells them apart."""
    passport = issue()
    lay_down(passport)
    misread = "".join(passport.mrz_lines).replace("XY1234567", "XY12345G7")
    arguments = ["read", "--vpcd", "35963", "--mrz", misread, *options, "--json"]
    checks = json.loads(CliRunner().invoke(command.app, arguments).stdout)["checks"]
    assert {"access_control": outcome}.items() <= {check["check"]: check["outcome"] for check in checks}.items()


def test_a_pin_that_the_file_does_not_hold_is_told_before_a_chip_is_read(
    issue: Issue, certified: list[object], tmp_path: Path
) -> None:
    token = ["--token-module", "x", "--token", "x", "--token-key", "x", "--token-pin-file", tmp_path / "none"]
    result = read(issue(), *certified, *token)
    assert result.exit_code == 2
    assert "the file of the PIN cannot be read" in result.stderr
