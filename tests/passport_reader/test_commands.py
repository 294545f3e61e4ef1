"""The commands `mrz`, `inspect` and `read`: what they print, and how they end."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from passport_reader.__main__ import app
from passport_reader.lds import Ef
from simulators.chip import SimulatedChip
from simulators.issuing import Passport, World
from simulators.issuing.lists import CERTIFICATE_REVOKED, Known
from simulators.link import present
from simulators.page import FONT, render_page

Issue = Callable[..., Passport]
ZONE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10"
CHECKS = {
    "mrz", "access_control", "sod_hash", "sod_signature", "certificate_chain", "certificate_validity", "revocation",
    "trust_source", "algorithm_policy", "active_authentication", "chip_authentication", "terminal_authentication",
    "face_image",
}  # fmt: skip


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(item) for item in arguments])


def report(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    for check in found["checks"]:
        assert list(check) == ["check", "outcome", "code", "detail"]
        assert check["outcome"] in {"successful", "failed", "undetermined", "not_supported"}
    return found


def outcomes(found: dict[str, Any]) -> dict[str, str]:
    return {check["check"]: check["outcome"] for check in found["checks"]}


def unusable(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    return result.stderr.strip().splitlines()[-1]


def test_mrz_of_a_text() -> None:
    found = report("mrz", ZONE)
    assert found["mrz"]["document_number"] == "L898902C3"
    assert found["mrz"]["birth_date"] == "1974-08-12"
    assert found["checks"] == [{"check": "mrz", "outcome": "successful", "code": "check_digits_match", "detail": ""}]


def test_mrz_with_a_wrong_check_digit_is_a_finding_not_an_error() -> None:
    found = report("mrz", ZONE.replace("L898902C36", "L898902C35"))
    assert found["mrz"] is None
    assert found["checks"][0]["outcome"] == "failed"
    assert found["checks"][0]["code"] == "check_digit_wrong"


def test_mrz_of_a_text_file(tmp_path: Path) -> None:
    file = tmp_path / "zone.txt"
    file.write_text(f"{ZONE[:44]}\n{ZONE[44:]}\n")
    assert report("mrz", file)["mrz"]["surname"] == "ERIKSSON"


def test_mrz_of_a_picture_of_a_data_page(tmp_path: Path, issue: Issue, require: Callable[[object, str], None]) -> None:
    require(FONT.exists(), "OCR-B (apt-get install fonts-ocr-b)")
    passport = issue("UTO")
    file = tmp_path / "page.png"
    Image.fromarray(render_page(passport)).save(file)
    assert tuple(report("mrz", file)["mrz"]["lines"]) == passport.mrz_lines


@pytest.mark.parametrize("source", ["hello", "", ZONE[:-1], "x" * 5000])
def test_mrz_of_something_else_ends_in_one_line(source: str) -> None:
    assert "72, 88 or 90" in unusable("mrz", source)


def test_mrz_of_a_picture_without_a_zone_is_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "empty.png"
    Image.new("RGB", (1400, 1000), (200, 200, 200)).save(file)
    assert outcomes(report("mrz", file)) == {"mrz": "failed"}


def test_mrz_of_a_file_that_is_neither_text_nor_picture(tmp_path: Path) -> None:
    file = tmp_path / "noise.bin"
    file.write_bytes(bytes(range(256)))
    assert unusable("mrz", file) == "noise.bin is neither text nor a picture"


@pytest.fixture
def dump(tmp_path: Path) -> Callable[[Passport], Path]:
    def written(passport: Passport) -> Path:
        folder = tmp_path / "dump"
        folder.mkdir()
        for file, content in passport.files.items():
            (folder / f"{Ef(file).title}.bin").write_bytes(content)
        return folder

    return written


@pytest.fixture
def trusted(tmp_path: Path, world: World) -> list[object]:
    """The options that name our world's master list, its root and its revocation lists."""
    options: list[object] = []
    files = {
        "--master-list": [world.master_list()],
        "--csca": [world.master_list_root],
        "--crl": world.revocation_lists(),
    }
    for option, contents in files.items():
        for number, content in enumerate(contents):
            path = tmp_path / f"{option[2:]}-{number}.der"
            path.write_bytes(content)
            options += [option, path]
    return options


def test_inspect_tells_a_defect_only_under_the_operators_own_root(
    dump: Callable[[Passport], Path], trusted: list[object], issue: Issue, world: World, tmp_path: Path
) -> None:
    folder, files = dump(issue("UTO")), {"list": tmp_path / "defects.der", "root": tmp_path / "operator.cer"}
    files["list"].write_bytes(world.defect_list([Known(world.document_signer("UTO"), CERTIFICATE_REVOKED)]))
    files["root"].write_bytes(world.master_list_root)
    believed = report("inspect", folder, *trusted, "--defect-list", files["list"], "--defect-root", files["root"])
    assert outcomes(believed)["revocation"] == "failed"
    unfounded = report("inspect", folder, *trusted, "--defect-list", files["list"])
    assert outcomes(unfounded)["revocation"] == "successful"
    assert unfounded["trust"]["refused"] == ["defects.der: the defect list is not signed under a given root"]
    told = run("inspect", folder, *trusted, "--defect-list", files["list"]).stdout
    assert "left out                defects.der: the defect list is not signed" in told


def test_inspect_verifies_a_folder(dump: Callable[[Passport], Path], trusted: list[object], issue: Issue) -> None:
    found = report("inspect", dump(issue("QMA")), *trusted, "--at", "2026-11-23")
    assert outcomes(found) == dict.fromkeys(CHECKS, "successful") | {
        "access_control": "undetermined",
        "active_authentication": "not_supported",
        "chip_authentication": "not_supported",
        "terminal_authentication": "not_supported",
    }
    assert found["trust"]["source"] == "given certificates; master list verified against a root"


def test_inspect_finds_a_withdrawn_signer(
    dump: Callable[[Passport], Path], trusted: list[object], issue: Issue
) -> None:
    found = report("inspect", dump(issue("UTO", faults=["revoked_signer"])), *trusted, "--at", "2026-11-23")
    assert outcomes(found)["revocation"] == "failed"


def test_inspect_judges_certificates_at_the_given_day(
    dump: Callable[[Passport], Path], trusted: list[object], issue: Issue
) -> None:
    assert (
        outcomes(report("inspect", dump(issue("UTO")), *trusted, "--at", "2050-01-01"))["certificate_validity"]
        == "failed"
    )


def test_inspect_leaves_out_a_list_that_no_given_root_certified(data: Path) -> None:
    folder = data / "emrtd"
    (master_list,), (root,) = folder.glob("masterlist/*.ml"), folder.glob("masterlist/*.cer")
    found = report("inspect", folder / "bsi2008", "--master-list", master_list, "--csca", root, "--at", "2008-06-01")
    (refusal,) = found["trust"]["refused"]
    assert "not certified by a given root" in refusal
    assert found["trust"]["certificates"] == 1
    assert outcomes(found)["sod_hash"] == outcomes(found)["sod_signature"] == "successful"
    assert outcomes(found)["certificate_chain"] == "undetermined"
    assert (found["face"]["media_type"], found["mrz"]["surname"]) == ("image/jp2", "MUSTERMANN")


@pytest.mark.parametrize(("arguments", "says"), [
    (["inspect", "/nowhere"], "no folder"),
    (["inspect", ".", "--at", "2026-01-31"], "no file of a chip"),
    (["inspect", ".", "--at", "soon"], "no file of a chip"),
    (["read", "--vpcd", "0"], "either --mrz TEXT or --can DIGITS"),
    (["read", "--vpcd", "0", "--can", "12x456"], "has 6 digits"),
    (["read", "--vpcd", "0", "--mrz", "P<UTO"], "72, 88 or 90"),
    (["read", "--can", "123456"], "either --vpcd PORT or --reader NAME"),
    (["read", "--vpcd", "0", "--reader", "x", "--can", "123456"], "either --vpcd PORT or --reader NAME"),
    (["read", "--vpcd", "99999999", "--can", "123456"], "0 to 65535"),
    (["read", "--vpcd", "0", "--can", "123456", "--wait", "0"], "no card within 0 s"),
    (["read", "--reader", "no such reader", "--can", "123456"], "no reader"),
])  # fmt: skip
def test_unusable_arguments_end_in_one_line_that_says_why(arguments: list[str], says: str) -> None:
    assert says in unusable(*arguments)


def test_a_trust_file_that_is_none_is_named(tmp_path: Path, data: Path) -> None:
    file = tmp_path / "list.ml"
    file.write_bytes(b"nonsense")
    assert "signed data" in unusable("inspect", data / "emrtd" / "bsi2008", "--master-list", file)


@pytest.mark.parametrize(("options", "says"), [
    (["--at", "soon"], "soon is no date"),
    (["--csca", "/nowhere"], "cannot be read"),
    (["--csca", __file__], "certificate"),
])  # fmt: skip
def test_options_of_an_inspection_that_make_no_sense_are_named(
    dump: Callable[[Passport], Path], issue: Issue, options: list[str], says: str
) -> None:
    assert says in unusable("inspect", dump(issue()), *options)


def test_an_inspection_without_a_day_is_of_today(dump: Callable[[Passport], Path], issue: Issue) -> None:
    assert outcomes(report("inspect", dump(issue())))["sod_hash"] == "successful"


def test_read_reads_a_chip(trusted: list[object], issue: Issue) -> None:
    passport = issue("JPN")
    zone = "".join(passport.mrz_lines)
    command = [sys.executable, "-m", "passport_reader", "read", "--vpcd", 0, "--mrz", zone, *trusted, "--json"]
    arguments = [str(item) for item in command]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        port = int(process.stderr.readline().rpartition(" ")[2])
        with present(SimulatedChip(passport), "127.0.0.1", port, kbit_s=1e9, apdu_ms=0.0):
            found = json.loads(process.communicate()[0])
    assert process.returncode == 0
    assert outcomes(found) == dict.fromkeys(CHECKS, "successful") | {
        "active_authentication": "not_supported",
        "chip_authentication": "not_supported",
        "terminal_authentication": "not_supported",
    }
    assert found["files"]["EF_DG2"] == len(passport.files[Ef.DG2])
    assert tuple(found["mrz"]["lines"]) == passport.mrz_lines


def test_every_command_has_an_example_in_its_help() -> None:
    for command in ("mrz", "inspect", "read"):
        assert "Example:" in run(command, "--help").output
