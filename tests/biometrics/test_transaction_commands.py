"""`transaction`, and `extract --view`: one picture out of a file that holds several."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from biometrics.__main__ import app
from biometrics.capture import Gray
from biometrics.finger.an2k import Transaction, header, tagged, to_an2k, type_4, type_9, type_9_standard, type_14
from biometrics.finger.extract import FingerTemplate, extract
from biometrics.finger.image_records import CodedImage, Coding, ImageView, Version, to_iso19794_4
from simulators.fingers import finger, impression


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def refused_in_one_line(result: Result) -> bool:
    return result.exit_code == 2 and result.stderr.startswith("biometrics: ") and result.stderr.count("\n") == 1


@pytest.fixture(scope="module")
def prints() -> list[Gray]:
    return [impression(finger(3, position), seed=1) for position in ("right_index", "left_thumb")]


@pytest.fixture(scope="module")
def templates(prints: list[Gray]) -> list[FingerTemplate]:
    return [extract(one) for one in prints]


@pytest.fixture(scope="module")
def octets(prints: list[Gray], templates: list[FingerTemplate]) -> bytes:
    """Two fingers as pictures and minutiae, one damaged picture, one of a strange coding."""
    index = CodedImage.of(prints[0], coding=Coding.PNG)
    damaged = CodedImage(index.data[:2000], Coding.PNG, index.width, index.height, 500)
    strange = type_14(index, 4, 5, agency="XX", date="20261126")
    records = (
        tagged(2, {2: b"00"}),
        type_14(index, 1, 2, agency="XX", date="20261126"),
        type_14(damaged, 3, 4, agency="XX", date="20261126"),
        tagged(14, {tag: value for tag, value in strange.fields.items() if tag != 1} | {11: b"MAGIC"}),
        type_4(CodedImage.of(prints[1]), 2, code=6, impression=1),
        type_9(templates[0], 1, code=2),
        type_9_standard(templates[1], 2, code=6),
        tagged(9, {2: b"05", 3: b"0", 4: b"S", 23: b"theirs"}),
    )
    return to_an2k(Transaction(header(records, kind="AMN"), records))


@pytest.fixture
def file(octets: bytes, tmp_path: Path) -> Path:
    (tmp_path / "card.an2").write_bytes(octets)
    return tmp_path / "card.an2"


def test_every_record_is_told_in_a_line(file: Path) -> None:
    result = run("transaction", file)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split("  ")[:2] for line in lines] == [
        [f"record {number}", f"type {kind}"] for number, kind in enumerate((2, 14, 14, 14, 4, 9, 9, 9), 2)
    ]
    assert "position 2" in lines[1]
    assert "coding raw" in lines[4]


def test_json_tells_everything(file: Path, prints: list[Gray], templates: list[FingerTemplate]) -> None:
    told = json.loads(run("transaction", file, "--json").stdout)
    assert (told["version"], told["kind"]) == ("0500", "AMN")
    text, index, damaged, strange, thumb, block, standard, theirs = told["records"]
    height, width = prints[0].shape
    assert text == {"record": 2, "type": 2, "idc": 0, "octets": text["octets"]}
    assert [index[key] for key in ("idc", "position", "coding", "width", "height", "dpi")] == [
        1,
        2,
        "png",
        width,
        height,
        500,
    ]
    assert (thumb["position"], thumb["impression"]) == (6, 1)
    assert "error" not in damaged  # its header is whole; nobody asked for its pixels
    assert "size or coding" in strange["error"]
    assert "neither" in theirs["error"]
    assert [one["minutiae"] for one in (block, standard)] == [len(one.minutiae) for one in templates]
    assert sum(one["octets"] for one in told["records"]) < file.stat().st_size


def test_pictures_are_taken_out_with_their_resolution(file: Path, tmp_path: Path, prints: list[Gray]) -> None:
    out = tmp_path / "new" / "pictures"
    told = json.loads(run("transaction", file, "--json", "--out", out).stdout)["records"]
    assert sorted(path.name for path in out.iterdir()) == ["003_type14_finger2.png", "006_type4_finger6.png"]
    assert [Path(told[at]["file"]).name for at in (1, 4)] == ["003_type14_finger2.png", "006_type4_finger6.png"]
    assert "damaged" in told[2]["error"]
    for name, pixels in zip(sorted(out.iterdir()), prints, strict=True):
        with Image.open(name) as picture:
            assert np.array_equal(np.asarray(picture), pixels)
            assert round(picture.info["dpi"][0]) == 500


def test_references_are_listed_whole(data: Path, tmp_path: Path) -> None:
    for file in sorted((data / "fingerprints" / "an2k").glob("*.an2")):
        told = json.loads(run("transaction", file, "--json").stdout)["records"]
        assert all(one["type"] in (2, 4, 9, 10, 13, 14) for one in told)
        assert any("minutiae" in one or "coding" in one for one in told)
    slap = json.loads(run("transaction", data / "fingerprints" / "an2k" / "type-14-amp-nqm-utf8.an2", "--json").stdout)
    told = next(one for one in slap["records"] if one.get("missing"))
    assert told["missing"] == {"9": "XX"}
    assert told["nfiq"] == {"7": 2, "8": 2, "10": 3}


@pytest.mark.parametrize("length", [0, 5, 60, -1])
def test_what_is_no_whole_transaction_is_refused_in_one_line(octets: bytes, tmp_path: Path, length: int) -> None:
    (tmp_path / "cut.an2").write_bytes(octets[:length])
    assert refused_in_one_line(run("transaction", tmp_path / "cut.an2"))


def test_files_that_cannot_be_read_or_written_are_named(file: Path, tmp_path: Path) -> None:
    assert refused_in_one_line(run("transaction", tmp_path / "none.an2"))
    assert refused_in_one_line(run("transaction", file, "--out", file))


@pytest.mark.parametrize(("view", "number"), [(1, 0), (4, 1)])
def test_extract_takes_the_picture_asked_for(
    file: Path, templates: list[FingerTemplate], view: int, number: int
) -> None:
    """A damaged picture before it does not matter."""
    listed = json.loads(run("extract", file, "--view", view, "--json").stdout)
    assert len(listed["minutiae"]) == len(templates[number].minutiae)
    assert listed["quality"]["value"] == templates[number].quality.value


@pytest.mark.parametrize("view", [2, 3, 5, 99])
def test_extract_refuses_a_picture_that_is_damaged_or_not_there_in_one_line(file: Path, view: int) -> None:
    assert refused_in_one_line(run("extract", file, "--view", view))


@pytest.mark.parametrize("version", Version)
def test_extract_takes_a_view_of_an_image_record(
    tmp_path: Path, prints: list[Gray], templates: list[FingerTemplate], version: Version
) -> None:
    views = [ImageView(CodedImage.of(one), code=number) for number, one in enumerate(prints, 1)]
    (tmp_path / "record.fir").write_bytes(to_iso19794_4(views, version))
    for view, template in enumerate(templates, 1):
        listed = json.loads(run("extract", tmp_path / "record.fir", "--view", view, "--json").stdout)
        assert len(listed["minutiae"]) == len(template.minutiae)
    assert refused_in_one_line(run("extract", tmp_path / "record.fir", "--view", 3))


def test_a_plain_picture_has_one_view(tmp_path: Path, prints: list[Gray]) -> None:
    Image.fromarray(prints[0]).save(tmp_path / "print.png")
    assert run("extract", tmp_path / "print.png", "--view", 1).exit_code == 0
    assert refused_in_one_line(run("extract", tmp_path / "print.png", "--view", 2))


@pytest.mark.parametrize("dpi", [0, -500, 199, 100_000])
def test_a_resolution_that_is_none_is_refused_in_one_line(
    file: Path, tmp_path: Path, prints: list[Gray], dpi: int
) -> None:
    Image.fromarray(prints[0]).save(tmp_path / "print.png")
    assert refused_in_one_line(run("extract", tmp_path / "print.png", "--dpi", dpi))
    assert refused_in_one_line(run("extract", file, "--dpi", dpi))
