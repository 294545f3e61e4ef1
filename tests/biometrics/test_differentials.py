"""Error rates by group: one threshold for all, and no ranking of what is too small to say anything."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from biometrics.__main__ import app
from biometrics.differentials import Attribute, differentials, gini
from biometrics.evaluation import Key, Pair
from biometrics.subjects import UNKNOWN, Subjects, UnusableSubjects, read_subjects

People = dict[str, str]


def listed(groups: People) -> Subjects:
    return Subjects(("group",), {("", name): {"group": group} for name, group in groups.items()})


def crowd(**sizes: int) -> People:
    return {f"{group}{k:03}": group for group, size in sizes.items() for k in range(size)}


def all_pairs(people: People) -> list[Pair]:
    """Two samples a person, and the first of everybody against the first of everybody else."""
    mated = [Pair("s", f"{name}_1", f"{name}_2", True) for name in people]
    return mated + [Pair("s", f"{a}_1", f"{b}_1", False) for a, b in combinations(people, 2)]


def scored(pairs: list[Pair], missed: Iterable[str] = (), alike: Iterable[str] = ()) -> dict[Key, float]:
    """Mates score 1, but for `missed`; others 0, but for two of `alike`."""

    def person(name: str) -> str:
        return name.rpartition("_")[0]

    def score(pair: Pair) -> float:
        if pair.mated:
            return 0.0 if person(pair.a) in missed else 1.0
        return 1.0 if {person(pair.a), person(pair.b)} <= set(alike) else 0.0

    return {pair.key: score(pair) for pair in pairs}


def report(people: People, subjects: Subjects | None = None, **known: Iterable[str]) -> Attribute:
    pairs = all_pairs(people)
    found = differentials(pairs, scored(pairs, **known), subjects or listed(people), ["group"], 0.5, resamples=200)
    return found[0]


def test_each_group_has_its_own_rates_at_the_one_threshold() -> None:
    people = crowd(a=40, b=40)
    found = report(people, missed={f"a{k:03}" for k in range(8)} | {"b000", "b001"}, alike={"a000", "a001", "a002"})
    a, b = found.groups
    assert (a.fnmr.value, b.fnmr.value) == (0.2, 0.05)
    assert (a.fmr.errors, a.fmr.pairs, b.fmr.errors) == (3, 40 * 39 // 2, 0)
    assert (a.fmr_across.pairs, a.fmr_across.errors) == (1600, 0)
    assert found.fnmr.ratio == pytest.approx(4)
    assert found.fmr.ratio is None, "the lowest is 0"


def test_intervals_hold_the_rate_and_are_wide_where_no_error_was_met() -> None:
    a, b = report(crowd(a=40, b=40), missed={"a000", "a001"}).groups
    assert a.fnmr.interval is not None
    assert b.fnmr.interval is not None
    assert a.fnmr.interval[0] <= 0.05 <= a.fnmr.interval[1]
    assert b.fnmr.interval == (0, pytest.approx(1 - 0.025 ** (1 / 40)))


def test_a_gap_as_chance_makes_it_is_told_from_one_that_it_does_not() -> None:
    people = crowd(a=60, b=60)
    by_chance = report(people, missed={"a000", "a001", "a002", "b000", "b001"}).fnmr.chance
    real = report(people, missed={f"a{k:03}" for k in range(20)}).fnmr.chance
    assert by_chance is not None
    assert by_chance > 0.5
    assert real is not None
    assert real < 0.01


def test_a_small_group_is_shown_and_not_ranked() -> None:
    found = report(crowd(a=40, b=40, few=5), missed={"few000", "a000", "b000"})
    few = next(group for group in found.groups if group.name == "few")
    assert (few.fnmr.value, few.ranked, found.fnmr.groups, found.fnmr.ratio) == (0.2, False, 2, 1)


def test_who_is_not_listed_is_unknown_and_shown_last() -> None:
    people = crowd(a=40, z=40)
    found = report(people, listed({name: group for name, group in people.items() if group == "a"}), missed={"z000"})
    assert [(group.name, group.subjects, group.ranked) for group in found.groups] == [
        ("a", 40, True),
        (UNKNOWN, 40, False),
    ]
    assert found.fnmr.groups == 1
    assert found.fnmr.ratio is None


def test_a_comparison_without_a_score_is_no_match() -> None:
    people = crowd(a=30)
    pairs = all_pairs(people)
    known = scored(pairs)
    del known[pairs[0].key]
    (found,) = differentials(pairs, known, listed(people), ["group"], 0.5, resamples=10)
    assert (found.groups[0].fnmr.errors, found.groups[0].fmr.errors) == (1, 0)


def test_groups_may_belong_to_samples_and_then_pairs_lie_across_them() -> None:
    """With glasses in one picture and without in the other."""
    pairs = [Pair("s", f"p{k}_1", f"p{k}_2", True) for k in range(4)]
    known = {("", f"p{k}_{n}"): {"glasses": "yes" if n == 1 else "no"} for k in range(4) for n in (1, 2)}
    (found,) = differentials(pairs, scored(pairs), Subjects(("glasses",), known), ["glasses"], 0.5, resamples=10)
    no, yes = found.groups
    assert (yes.fnmr.pairs, yes.fnmr_across.pairs, no.fnmr_across.pairs, yes.subjects) == (0, 4, 4, 4)
    assert found.fnmr.chance is None


@pytest.mark.parametrize("sample", ["Ann_Lee/Ann_Lee_0001", "Ann_Lee_0001", "Ann_Lee"])
def test_samples_find_their_subject(sample: str) -> None:
    assert listed({"Ann_Lee": "a"}).value("any", sample, "group") == "a"


def test_a_finger_belongs_to_its_person() -> None:
    people = listed({"012": "a"})
    assert people.person("uareu", "012_3_1") == people.person("uareu", "012_4_1") == ("uareu", "012")


@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=8))
def test_gini_is_0_where_all_are_equal_and_does_not_see_scale(values: list[float]) -> None:
    shares = np.array(values)
    found = gini(shares)
    assert found is not None
    assert -1e-9 <= found <= 1 + 1e-9
    assert gini(shares / 2) == pytest.approx(found)
    assert gini(np.full(len(values), values[0])) == pytest.approx(0)


def test_gini_is_1_where_one_group_has_all_the_errors() -> None:
    assert gini(np.array([0.0, 0.0, 0.3])) == pytest.approx(1)
    assert gini(np.zeros(3)) is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "column subject"),
        ("name,sex\na,F\n", "column subject"),
        ("subject,sex\n", "lists no subjects"),
        ("subject,sex\na,F\na,M\n", "line 3"),
        ("subject,sex\na\n", "line 2"),
        ("subject,sex\na,F,x\n", "line 2"),
        ("subject,sex\n,F\n", "line 2"),
        ("subject,sex\n\x00\xff", "CSV"),
    ],
)
def test_bad_subjects_are_told_in_one_line(tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "subjects.csv"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(UnusableSubjects, match=says) as caught:
        read_subjects(file)
    assert "\n" not in str(caught.value)


def evaluated(tmp_path: Path, people: People, *more: str) -> Result:
    pairs = all_pairs(people)
    known = scored(pairs, missed={"a000"}, alike={"a000", "a001"})
    (tmp_path / "pairs.csv").write_text(
        "set,a,b,mated\n" + "".join(f"{one.set},{one.a},{one.b},{int(one.mated)}\n" for one in pairs)
    )
    (tmp_path / "scores.csv").write_text(
        "set,a,b,score\n" + "".join(f"{','.join(key)},{score}\n" for key, score in known.items())
    )
    (tmp_path / "subjects.csv").write_text(
        "subject,group\n" + "".join(f"{name},{group}\n" for name, group in people.items())
    )
    files = [str(tmp_path / f"{name}.csv") for name in ("pairs", "scores", "subjects")]
    return CliRunner().invoke(app, ["evaluate", *files[:2], "--subjects", files[2], "--resamples", "50", *more])


def test_evaluate_tells_rates_by_group(tmp_path: Path) -> None:
    people = crowd(a=30, b=31)
    told = json.loads(evaluated(tmp_path, people, "--json", "--threshold", "0.5").stdout)["by_group"]
    assert told["threshold"] == 0.5
    (attribute,) = told["attributes"]
    assert [group["subjects"] for group in attribute["groups"]] == [30, 31]
    assert attribute["groups"][0]["within"]["fnmr"]["errors"] == 1
    shown = evaluated(tmp_path, crowd(a=30, b=5))
    assert "fewer than 30 subjects: not ranked" in shown.stdout
    assert "No claim of fairness" in shown.stdout


def test_an_unknown_column_is_refused(tmp_path: Path) -> None:
    result = evaluated(tmp_path, crowd(a=3), "--by", "sex")
    assert result.exit_code == 2
    assert result.stderr == "biometrics: the subjects have no column sex; there are: group\n"


def test_subjects_of_other_people_are_refused() -> None:
    pairs = all_pairs(crowd(a=3))
    with pytest.raises(UnusableSubjects):
        differentials(pairs, scored(pairs), listed({"somebody": "a"}), ["group"], 0.5)
