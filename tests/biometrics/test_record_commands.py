"""`extract`, `convert` and `record`: minutiae records on the command line, and what writing refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

from biometrics.__main__ import app
from biometrics.capture import FingerPosition, Quality
from biometrics.finger.compare import prepare, score
from biometrics.finger.extract import FingerTemplate
from biometrics.finger.minutiae import NO_MINUTIAE
from biometrics.finger.records import (
    ExtendedArea,
    Format,
    Rating,
    Record,
    Unsayable,
    View,
    card,
    fuzz_targets,
    read,
    write,
)
from biometrics.finger.records.landmarks import Landmark, area

WITH_HEADER = [Format.ISO_2005, Format.ISO_2011, Format.ANSI_2004, Format.ANSI_2009]
NAMES = ["iso19794p2v2005", "iso19794p2v2011", "ansi378v2004", "ansi378v2009"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def sample(data: Path, name: str) -> Path:
    return data / "fingerprints" / "iso_templates" / f"{name}-sample.dat"


def refused_in_one_line(result: Result) -> bool:
    return result.exit_code == 2 and result.stderr.startswith("biometrics: ") and result.stderr.count("\n") == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", list(Format))
def test_convert_writes_what_record_reads(data: Path, tmp_path: Path, name: str, form: Format) -> None:
    out = tmp_path / "out.fmr"
    assert run("convert", sample(data, name), "--to", form, "--out", out).exit_code == 0
    before = json.loads(run("record", sample(data, name), "--json").stdout)
    if form in card.OCTETS:
        assert len(out.read_bytes()) == card.OCTETS[form] * len(before["views"][0]["minutiae"])
        return
    after = json.loads(run("record", out, "--json").stdout)
    assert after["format"] == form
    assert [view["position"] for view in after["views"]] == [view["position"] for view in before["views"]]
    assert [len(view["minutiae"]) for view in after["views"]] == [len(view["minutiae"]) for view in before["views"]]


@pytest.mark.parametrize("octets", [b"", b"no record", b"FMR\0 20\0" + bytes(20)])
def test_what_is_no_record_is_refused_in_one_line(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "bad.fmr").write_bytes(octets)
    assert refused_in_one_line(run("record", tmp_path / "bad.fmr"))
    out = tmp_path / "out.fmr"
    assert refused_in_one_line(run("convert", tmp_path / "bad.fmr", "--to", "ansi378-2004", "--out", out))
    assert not out.exists()


def test_a_missing_record_is_named(tmp_path: Path) -> None:
    result = run("record", tmp_path / "none.fmr")
    assert refused_in_one_line(result)
    assert "none.fmr" in result.stderr


def test_several_fingers_cannot_go_where_the_format_has_no_code(tmp_path: Path) -> None:
    source, out = tmp_path / "slap.fmr", tmp_path / "out.fmr"
    source.write_bytes(write(Record((View(empty(), several=13),)), Format.ISO_2011))
    assert "code 13" in run("record", source).stdout
    assert refused_in_one_line(run("convert", source, "--to", "iso19794-2", "--out", out))
    assert not out.exists()


def test_cores_deltas_and_qualities_that_are_not_known_are_listed(tmp_path: Path) -> None:
    points = area([Landmark(258, 3, directions=(0.0,)), Landmark(5, 6, delta=True)], Format.ISO_2011)
    views = (View(empty(), extended=(points,), rating=Rating.NOT_GIVEN), View(empty(), rating=Rating.FAILED))
    source = tmp_path / "points.fmr"
    source.write_bytes(write(Record(views, format=Format.ISO_2011), Format.ISO_2011))
    first, second = json.loads(run("record", source, "--json").stdout)["views"]
    assert first["cores"] == [{"x": 258, "y": 3, "directions": [0.0]}]
    assert first["deltas"] == [{"x": 5, "y": 6, "directions": []}]
    assert (first["rating"], second["rating"]) == ("not_given", "failed")
    assert run("record", source).stdout.splitlines()[1:] == [
        "unknown: 0 minutiae, quality not given",
        "unknown: 0 minutiae, quality could not be computed",
    ]


def test_every_extract_format_is_written(tmp_path: Path) -> None:
    Image.fromarray(np.full((200, 200), 255, np.uint8)).save(tmp_path / "white.png", dpi=(500, 500))
    for form in Format:
        result = run("extract", tmp_path / "white.png", "--format", form, "--out", tmp_path / "out")
        assert result.exit_code == 0, result.stderr


def empty(width: int = 400, quality: int = 50) -> FingerTemplate:
    return FingerTemplate(NO_MINUTIAE, width, 500, Quality(quality))


@pytest.mark.parametrize("form", WITH_HEADER)
@pytest.mark.parametrize(
    "record",
    [
        Record((View(empty(width=65536)),)),
        Record((View(empty(quality=101)),)),
        Record((View(empty(), number=256),)),
        Record((View(empty(), impression=-1),)),
        Record((View(empty(), ending=16),)),
        Record((View(empty()),), equipment=1 << 16),
        Record((View(empty()),), owner=1 << 16),
        Record((View(empty(), extended=(ExtendedArea(1, bytes(1 << 16)),)),)),
        Record(()),
    ],
)
def test_what_a_format_cannot_say_is_a_typed_error(form: Format, record: Record) -> None:
    with pytest.raises(Unsayable) as raised:
        write(record, form)
    assert isinstance(raised.value, ValueError)
    assert raised.value.code == "unsayable"
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("form", WITH_HEADER)
def test_all_ten_fingers_and_the_unknown_one_keep_their_positions(form: Format) -> None:
    positions = [None, *FingerPosition]
    record = Record(tuple(View(empty(), position) for position in positions))
    assert [view.position for view in read(write(record, form)).views] == positions


@pytest.mark.parametrize("form", [Format.ISO_2011, Format.ANSI_2009])
def test_the_fingers_of_a_slap_keep_their_code(form: Format) -> None:
    record = Record(tuple(View(empty(), several=code) for code in (13, 14, 15)))
    assert [view.code for view in read(write(record, form)).views] == [13, 14, 15]


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_matches_its_own_record(data: Path, name: str) -> None:
    """One sample a format, rewritten in every other: identity is the least that a record has to keep."""
    first = read(sample(data, name).read_bytes()).views[0].template
    for form in WITH_HEADER:
        again = read(write(Record((View(first),)), form)).views[0].template
        assert score(prepare(first), prepare(again)) > 0.9 * score(prepare(first), prepare(first))


@given(
    st.sampled_from([b"FMR\0 20\0", b"FMR\x00020\0", b"FMR\x00030\0", b"FMR\x00035\0", b""]), st.binary(max_size=300)
)
def test_random_octets_raise_nothing_but_record_errors(magic: bytes, octets: bytes) -> None:
    lengths = (len(magic + octets) + 4).to_bytes(4), (len(magic + octets) + 2).to_bytes(2), b""
    for length in lengths:
        for target in fuzz_targets.TARGETS:
            target(magic + length + octets)
