"""`face find`, `face compare`, `face thresholds` and `face calibrate`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from biometrics.commands.terminal import Advance, one_line_errors, progress_bar

BackendFile = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads it
    typer.Option("--backend", help="Another detector or embedder: a TOML file."),
]
AsJson = Annotated[bool, typer.Option("--json")]


def find(
    image: Annotated[Path, typer.Argument(help="JPEG, JPEG 2000 or PNG.")],
    smallest: Annotated[Optional[int], typer.Option(min=20, help="Pixels across the smallest face.")] = None,  # noqa: UP045
    backend: BackendFile = None,
    as_json: AsJson = False,
) -> None:
    """Faces in a picture, the largest first: boxes, five points and quality, in pixels.

    Example: python -m biometrics face find portrait.jpg --json
    """
    with one_line_errors():
        from biometrics.face.backend import loaded
        from biometrics.picture import decode

        used, picture = loaded(backend), decode(image.read_bytes())
        faces = [_face(picture, box) for box in used.detector(picture, smallest=smallest)]
    if as_json:
        typer.echo(json.dumps({"backend": used.name, "faces": faces}, indent=2))
        return
    typer.echo(f"{len(faces)} {'face' if len(faces) == 1 else 'faces'} found by {used.name}")
    for one in faces:
        box, points = one["box"], " ".join(f"{x:.0f},{y:.0f}" for x, y in one["points"])
        advice = f", {one['advice']}" if one["advice"] else ""
        typer.echo(f"{box['width']:.0f} across at {box['left']:.0f},{box['top']:.0f}, quality {one['quality']}{advice}")
        typer.echo(f"  eye corners and base of the nose: {points}")


def _face(picture: Any, box: Any) -> dict[str, Any]:
    from biometrics.face.detect import landmarks
    from biometrics.face.quality import assess

    points = landmarks(picture, box)
    quality = assess(picture, box, points)
    return {
        "box": {key: round(getattr(box, key), 1) for key in ("left", "top", "width", "height")},
        "score": round(box.score, 3),
        "points": [[float(x), float(y)] for x, y in points],
        "quality": quality.value,
        "advice": quality.advice,
    }


def compare(
    a: Annotated[Path, typer.Argument(help="JPEG, JPEG 2000 or PNG with one face.")],
    b: Annotated[Path, typer.Argument(help="Another.")],
    fmr: Annotated[float, typer.Option(help="The false match rate that decides.")] = 0.001,
    backend: BackendFile = None,
    as_json: AsJson = False,
) -> None:
    """Two faces: the score, whether they match, and what the score means.

    Example: python -m biometrics face compare chip.jp2 live.png
    """
    with one_line_errors():
        from biometrics.face.backend import loaded
        from biometrics.face.compare import FaceVerifier
        from biometrics.picture import decode

        verifier = FaceVerifier(loaded(backend), fmr=fmr)
        first, second = (verifier.template(decode(file.read_bytes())) for file in (a, b))
        result, known = verifier.compare(first, second), verifier.calibration
        meaning = _meaning(result.score, known)
    if as_json:
        said = asdict(result) | {"matched": result.matched, **meaning, "measured_on": known.measured_on}
        typer.echo(json.dumps(said, indent=2))
        return
    verdict = "they match" if result.matched else "no match"
    typer.echo(
        f"score {result.score:.4f}, threshold {result.threshold:.4f} at a false match rate of {fmr:g}: {verdict}"
    )
    typer.echo(_told(meaning))


def _meaning(score: float, known: Any) -> dict[str, Any]:
    """`strangers`: the share of pairs of two people that score as high, at most; None where nearly all do."""
    return {
        "strangers": known.fmr_at(score) if score >= known.thresholds[0] else None,
        "beyond_table": score > known.thresholds[-1],
        "llr": round(known.llr(score), 2),
    }


def _told(meaning: dict[str, Any]) -> str:
    if meaning["strangers"] is None:
        return "most pairs of two people score as high"
    under = "under " if meaning["beyond_table"] else "about "
    rare = f"{under}{meaning['strangers']:.2g} of pairs of two people score as high"
    return f"{rare}; log-likelihood ratio {meaning['llr']:.1f}"


def thresholds(backend: BackendFile = None, as_json: AsJson = False) -> None:
    """The score that stands for each false match rate, down to what the calibration's pairs can show.

    Example: python -m biometrics face thresholds --json
    """
    with one_line_errors():
        from biometrics.face.backend import loaded
        from biometrics.face.compare import FaceVerifier

        verifier = FaceVerifier(loaded(backend))
        name, known = verifier.backend.name, verifier.calibration
    rows = list(zip(known.rates, known.thresholds, strict=True))
    if as_json:
        told = [{"fmr": rate, "threshold": threshold} for rate, threshold in rows]
        typer.echo(json.dumps({"backend": name, **_source(known), "thresholds": told}, indent=2))
        return
    typer.echo(f"{name}: {known.non_mated:,} non-mated pairs of {known.measured_on}")
    typer.echo(f"{'false match rate':20}{'score':>10}")
    for rate, threshold in rows:
        typer.echo(f"{rate:<20g}{threshold:10.4f}")
    typer.echo(f"Lower rates than {known.least:g} these pairs cannot show.")


def _source(known: Any) -> dict[str, Any]:
    return {"measured_on": known.measured_on, "mated": known.mated, "non_mated": known.non_mated}


def calibrate(
    folder: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="FOLDER/PERSON/PICTURE: every two pictures are a pair."),
    ] = None,
    pairs: Annotated[Optional[Path], typer.Option(help="Or a CSV with columns set,a,b,mated.")] = None,  # noqa: UP045
    root: Annotated[Optional[Path], typer.Option(help="Of its images: ROOT/set/a.EXT.")] = None,  # noqa: UP045
    measured_on: Annotated[Optional[str], typer.Option(help="What to call the data.")] = None,  # noqa: UP045
    backend: BackendFile = None,
) -> None:
    """Prints a calibration, as a section for the TOML file of a backend.

    Example: python -m biometrics face calibrate --backend sface.toml --folder people >> sface.toml
    """
    from biometrics.evaluation import UnusablePairs

    with one_line_errors():
        if (folder is None) == (pairs is None) or (pairs is not None and root is None):
            raise typer.BadParameter("give either --folder, or --pairs with --root")
        from biometrics.face.calibration import fitted

        with progress_bar("pictures") as progress:
            mated, non_mated, missing = _scores(folder, pairs, root, backend, progress)
        if not len(mated) or not len(non_mated):
            raise UnusablePairs("there are no pairs of one person, or none of two")
        source = folder or pairs
        found = fitted(mated, non_mated, measured_on=measured_on or (source.name if source else ""))
    typer.echo("\n".join(["", *_section(found)]))
    typer.echo(f"{missing} without a usable face were left out" if missing else "every picture had a face", err=True)


def _scores(
    folder: Path | None, pairs: Path | None, root: Path | None, backend: Path | None, progress: Advance
) -> tuple[Any, Any, int]:
    """Mated and non-mated scores, and how many pictures or pairs gave none."""
    import numpy as np

    from biometrics.evaluation import read_pairs
    from biometrics.face.backend import loaded
    from biometrics.face.scores import all_pairs, folder_of_people, score_pairs, templates_of

    if folder is not None:
        files, people = folder_of_people(folder)
        templates = templates_of(files, loaded(backend), progress=progress)
        return *all_pairs(templates, people), sum(one is None for one in templates)
    if pairs is None or root is None:
        raise typer.BadParameter("give either --folder, or --pairs with --root")
    listed = {pair.key: pair.mated for pair in read_pairs(pairs)}
    scored = list(score_pairs(listed, root, backend=backend, progress=progress))
    mated = np.array([score for *key, score in scored if listed[key[0], key[1], key[2]]])
    others = np.array([score for *key, score in scored if not listed[key[0], key[1], key[2]]])
    return mated, others, len(listed) - len(scored)


def _section(found: Any) -> Iterator[str]:
    """JSON's strings and numbers are TOML's too."""
    yield "[calibration]"
    yield f"measured_on = {json.dumps(found.measured_on)}"
    yield f"mated = {found.mated}"
    yield f"non_mated = {found.non_mated}"
    yield f"rates = {json.dumps(found.rates)}"
    yield f"thresholds = {json.dumps([round(value, 5) for value in found.thresholds])}"
    yield f"offset = {found.offset:.5f}"
    yield f"weight = {found.weight:.5f}"
