"""A gallery finds who is in it, forgets who is removed, and survives whatever ends the process that writes it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometrics.capture import FingerPosition
from biometrics.finger.calibration import WITH_FIELDS, WITHOUT_FIELDS, Calibration
from biometrics.finger.compare import Prepared, prepare, score
from biometrics.finger.extract import FingerTemplate, extract
from biometrics.finger.gallery import FingerGallery
from biometrics.finger.gallery.log import PrintLog
from biometrics.finger.image import read
from biometrics.gallery import AlreadyEnrolled, NothingToCompare, UnknownIdentifier, UnusableGallery

FINGERS = ("012_3", "012_4", "012_5", "013_3", "013_4")
INDEX, MIDDLE = FingerPosition.RIGHT_INDEX, FingerPosition.RIGHT_MIDDLE


@pytest.fixture(scope="module")
def prints(data: Path) -> dict[str, list[Prepared]]:
    folder = data / "fingerprints" / "uareu"
    return {f: [prepare(extract(*read(folder / f"{f}_{k}.tif"))) for k in (1, 2)] for f in FINGERS}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "watchlist"


def filled(path: Path, prints: dict[str, list[Prepared]]) -> None:
    with FingerGallery(path) as gallery:
        gallery.enrol_all((finger, {None: both[0]}) for finger, both in prints.items())


def test_everybody_is_found_by_another_impression(path: Path, prints: dict[str, list[Prepared]]) -> None:
    filled(path, prints)
    with FingerGallery(path) as gallery:
        for finger, (enrolled, probe) in prints.items():
            best, *others = gallery.identify({None: probe})
            assert best.identifier == finger
            assert best.score == score(probe, enrolled)
            assert all(other.score < best.score for other in others)


def test_processes_give_the_same_candidates(path: Path, prints: dict[str, list[Prepared]]) -> None:
    filled(path, prints)
    probe = {None: prints[FINGERS[1]][1]}
    with FingerGallery(path) as gallery:
        alone = gallery.identify(probe)
    with FingerGallery(path, processes=2) as gallery:
        assert gallery.identify(probe) == alone
        gallery.remove(alone[0].identifier)
        gallery.enrol("again", {None: prints[FINGERS[1]][0]})
        assert gallery.identify(probe)[0].identifier == "again"


def test_fingers_of_a_person_add_up(path: Path, prints: dict[str, list[Prepared]]) -> None:
    with FingerGallery(path) as gallery:
        gallery.enrol("both", {INDEX: prints["012_3"][0], MIDDLE: prints["012_4"][0]})
        gallery.enrol("other", {INDEX: prints["013_3"][0], MIDDLE: prints["013_4"][0]})
        best, *_ = gallery.identify({INDEX: prints["012_3"][1], MIDDLE: prints["012_4"][1]})
    assert best.identifier == "both"
    assert [position for position, _ in best.parts] == [INDEX, MIDDLE]
    assert best.score == pytest.approx(sum(part for _, part in best.parts))


def test_a_finger_is_not_compared_with_another_position(path: Path, prints: dict[str, list[Prepared]]) -> None:
    with FingerGallery(path) as gallery:
        gallery.enrol("one", {INDEX: prints["012_3"][0]})
        assert gallery.identify({MIDDLE: prints["012_3"][1]}) == []
        assert gallery.identify({None: prints["012_3"][1]})[0].identifier == "one"


def test_who_is_removed_is_not_found_and_not_in_the_file(path: Path, prints: dict[str, list[Prepared]]) -> None:
    filled(path, prints)
    enrolled, probe = prints[FINGERS[0]]
    with FingerGallery(path) as gallery:
        gallery.remove(FINGERS[0])
        assert FINGERS[0] not in [one.identifier for one in gallery.identify({None: probe})]
        with pytest.raises(UnknownIdentifier):
            gallery.remove(FINGERS[0])
        assert len(gallery) == len(FINGERS) - 1
    written = path.read_bytes()
    assert enrolled.points.tobytes() not in written
    assert FINGERS[0].encode() not in written
    assert FINGERS[1].encode() in written


def test_an_empty_gallery_knows_nobody(path: Path, prints: dict[str, list[Prepared]]) -> None:
    with FingerGallery(path) as gallery:
        assert gallery.identify({None: prints[FINGERS[0]][0]}) == []
        gallery.enrol("only", {None: prints[FINGERS[0]][0]})
        gallery.remove("only")
        assert gallery.identify({None: prints[FINGERS[0]][0]}) == []


def test_what_cannot_be_told_apart_is_not_enrolled(path: Path, prints: dict[str, list[Prepared]]) -> None:
    blank: FingerTemplate = extract(np.full((300, 300), 255, np.uint8))
    with FingerGallery(path) as gallery:
        with pytest.raises(NothingToCompare):
            gallery.enrol("blank", {None: blank})
        with pytest.raises(NothingToCompare):
            gallery.identify({})
        gallery.enrol("a", {None: prints[FINGERS[0]][0]})
        with pytest.raises(AlreadyEnrolled):
            gallery.enrol("a", {None: prints[FINGERS[0]][0]})
        for name in ("", "x" * 201, "a\0b"):
            with pytest.raises(ValueError, match="identifier"):
                gallery.enrol(name, {None: prints[FINGERS[0]][0]})
        assert len(gallery) == 1


@pytest.mark.parametrize("lost", [1, 8, 100, 3000])
def test_a_torn_end_loses_the_last_person_alone(path: Path, prints: dict[str, list[Prepared]], lost: int) -> None:
    filled(path, prints)
    os.truncate(path, path.stat().st_size - lost)
    with FingerGallery(path) as gallery:
        assert len(gallery) == len(FINGERS) - 1
        gallery.enrol("next", {None: prints[FINGERS[-1]][0]})
    with FingerGallery(path) as gallery:
        assert gallery.identify({None: prints[FINGERS[-1]][1]})[0].identifier == "next"


def test_an_interrupted_removal_is_finished(path: Path, prints: dict[str, list[Prepared]]) -> None:
    filled(path, prints)
    with PrintLog(path, writable=True) as log:
        entry = next(log.fresh())
    with path.open("r+b") as file:  # marked, then the power failed
        file.seek(entry.offset + 4)
        file.write(b"\0")
    with FingerGallery(path) as gallery:
        assert len(gallery) == len(FINGERS) - 1
    assert prints[FINGERS[0]][0].points.tobytes() not in path.read_bytes()


def test_a_damaged_or_foreign_file_is_refused(path: Path, prints: dict[str, list[Prepared]]) -> None:
    filled(path, prints)
    whole = bytearray(path.read_bytes())
    whole[200] ^= 1
    path.write_bytes(whole)
    with pytest.raises(UnusableGallery, match="damaged at octet 16"):
        FingerGallery(path)
    path.write_bytes(b"something else entirely")
    with pytest.raises(UnusableGallery, match="no gallery"):
        FingerGallery(path)


def test_one_process_writes_at_a_time(path: Path, prints: dict[str, list[Prepared]]) -> None:
    filled(path, prints)
    with FingerGallery(path), pytest.raises(UnusableGallery, match="another process"):
        FingerGallery(path)


WRITER = """
import sys
from pathlib import Path
import numpy as np
from biometrics.finger.compare import Prepared
from biometrics.finger.common_ground import around
from biometrics.finger.cylinders import encode
from biometrics.finger.gallery import FingerGallery
at = np.random.default_rng(1).random((3, 40)).astype(np.float32) * np.array([[300], [300], [6]], np.float32)
one = Prepared(at, encode(at), around(at, 300, 300), False)
with FingerGallery(Path(sys.argv[1])) as gallery:
    for number in range(100_000):
        gallery.enrol(str(number), {None: one})
        print(number, flush=True)
"""


@pytest.mark.parametrize("after", [3, 17])
def test_whoever_was_enrolled_survives_a_kill(path: Path, after: int) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        last = next(line for line in writer.stdout if int(line) >= after)
        writer.send_signal(signal.SIGKILL)
        acknowledged = [last, *writer.stdout][-1]
    with FingerGallery(path) as gallery:
        assert all(str(number) in gallery for number in range(int(acknowledged) + 1))


def test_a_larger_gallery_asks_for_more(path: Path, prints: dict[str, list[Prepared]]) -> None:
    with FingerGallery(path) as gallery:
        empty = gallery.threshold()
        gallery.enrol_all((finger, {None: both[0]}) for finger, both in prints.items())
        assert gallery.threshold() > empty
        assert gallery.threshold(0.001) > gallery.threshold() > gallery.threshold(0.1)
        for wrong in (0, 0.5, float("nan")):
            with pytest.raises(ValueError, match="share"):
                gallery.threshold(wrong)


@given(st.integers(1, 10**9), st.floats(1e-6, 0.1), st.sampled_from([WITH_FIELDS, WITHOUT_FIELDS]))
def test_a_threshold_among_many_never_falls_with_size_or_strictness(
    fingers: int, fpir: float, scale: Calibration
) -> None:
    here = scale.threshold_among(fingers, fpir)
    assert scale.threshold_among(fingers * 10, fpir) >= here
    assert scale.threshold_among(fingers, fpir / 10) >= here


@pytest.mark.parametrize("power", range(1, 7))
def test_among_many_and_one_to_one_agree_where_both_are_known(power: int) -> None:
    assert WITH_FIELDS.threshold_among(10 ** (power - 1), 0.1) == pytest.approx(WITH_FIELDS.threshold_for(10.0**-power))
