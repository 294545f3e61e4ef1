"""Groups of the rendered people, for the report by group."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from biometrics.subjects import UNKNOWN, read_subjects
from simulators import faces
from simulators.__main__ import app
from simulators.face_subjects import AGES, SKINS, groups, subject_name


def test_everybody_is_in_a_group_that_the_report_finds(tmp_path: Path) -> None:
    file = tmp_path / "subjects.csv"
    assert CliRunner().invoke(app, ["subjects", "--out", str(file)]).exit_code == 0
    listed = read_subjects(file)
    for number, person in enumerate(faces.people()):
        told = tuple(listed.value("any", f"{subject_name(number)}_2", column) for column in ("skin", "age", "glasses"))
        assert told == groups(person)
        assert UNKNOWN not in told


def test_groups_are_of_several_people() -> None:
    found = [groups(person) for person in faces.people()]
    assert {skin for skin, _, _ in found} <= set(SKINS)
    assert {age for _, age, _ in found} <= set(AGES)
    assert len({glasses for _, _, glasses in found}) == 2


def test_a_folder_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["subjects", "--out", str(tmp_path / "no" / "subjects.csv")])
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
