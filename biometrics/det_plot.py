"""Detection error trade-off curves (ISO/IEC 19795-1 §8.5) as SVG: FNMR over FMR, both on logarithmic axes.

One large plot has every data set and the pool with its band; under it each data set has a small one with its own, for
bands of many sets on each other say nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from biometrics.bootstrap import BAND, COVERAGE, Interval
from biometrics.evaluation import POOLED, Evaluation, curve

WIDTH: Final = 760
MAIN: Final = (84, 48, 500, 440)
"""Left, top, right and bottom of the large plot."""
SMALL: Final = 136
"""Side of a small one; `ACROSS` of them stand in a row."""
ROW: Final = SMALL + 34
ACROSS: Final = 5
GAP: Final = 9
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5c00", "#666666")
"""Okabe and Ito's palette, told apart by colour-blind readers too."""
DASHES: Final = ("", "7 3", "2 3", "9 3 2 3", "4 2", "12 4", "1 2", "6 2 1 2 1 2")
"""So that not colour alone tells sets apart."""
_FLOOR: Final = -5
"""Rates under 10^-5 are never drawn: no pair list here supports them."""


@dataclass(frozen=True, slots=True)
class Style:
    colour: str
    width: float
    dashes: str

    @property
    def stroke(self) -> str:
        dashes = f' stroke-dasharray="{self.dashes}"' if self.dashes else ""
        return f'stroke="{self.colour}" stroke-width="{self.width}"{dashes} fill="none"'


def det_svg(
    evaluations: Sequence[Evaluation],
    intervals: Mapping[str, Interval] | None = None,
    *,
    title: str = "Detection error trade-off",
) -> str:
    """A whole SVG document. A curve ends at the smallest rate its pairs can show. `intervals`, by name, give bands
    and the legend's ranges. The same arguments give the same octets."""
    given = intervals or {}
    lowest = _power(len(one.non_mated) for one in evaluations), _power(len(one.mated) for one in evaluations)
    styles = _styles(evaluations)
    sets = [one for one in evaluations if one.name != POOLED and one.name in given]
    rows = math.ceil(len(sets) / ACROSS) if len(evaluations) > 2 else 0
    height = max(MAIN[3] + 72, MAIN[1] + 40 + 46 * len(evaluations)) + rows * ROW
    plot = _Plot(lowest, MAIN)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'font-family="system-ui, sans-serif" font-size="13" fill="#222" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{MAIN[0]}" y="28" font-size="16" font-weight="600">{escape(title)}</text>',
        *plot.grid(),
        *plot.labels(),
        *(plot.band(one, given[one.name], styles[one.name]) for one in evaluations[-1:] if one.name in given),
        *(plot.line(one, styles[one.name]) for one in evaluations),
        *_legend(evaluations, styles, given),
    ]
    if rows:
        parts += _small_plots(sets, styles, given, lowest, height - rows * ROW)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _styles(evaluations: Sequence[Evaluation]) -> dict[str, Style]:
    styles, number = {}, 0
    for one in evaluations:
        if one.name == POOLED:
            styles[one.name] = Style("#111111", 2.6, "")
        else:
            styles[one.name] = Style(COLOURS[number % len(COLOURS)], 1.5, DASHES[number % len(DASHES)])
            number += 1
    return styles


def _power(counts: Iterable[int]) -> int:
    """Of ten, under the lowest rate that the most pairs can show."""
    return max(_FLOOR, -math.ceil(math.log10(max(10, *counts))))


class _Plot:
    """A drawing area: powers of ten from the lowest of FMR and of FNMR to 0; lower rates lie on its edge."""

    def __init__(self, lowest: tuple[int, int], place: tuple[float, float, float, float]) -> None:
        self._lowest = lowest
        self._left, self._top, self._right, self._bottom = place

    def x(self, fmr: float) -> float:
        return self._left + (self._right - self._left) * _share(fmr, self._lowest[0])

    def y(self, fnmr: float) -> float:
        return self._bottom - (self._bottom - self._top) * _share(fnmr, self._lowest[1])

    def grid(self) -> Iterable[str]:
        left, top, right, bottom = self._left, self._top, self._right, self._bottom
        for power in range(self._lowest[0], 1):
            yield f'<path d="M{self.x(10.0**power):.1f} {top}V{bottom}" stroke="#ddd" fill="none"/>'
        for power in range(self._lowest[1], 1):
            yield f'<path d="M{left} {self.y(10.0**power):.1f}H{right}" stroke="#ddd" fill="none"/>'
        equal = 10.0 ** max(self._lowest)
        start = f"M{self.x(equal):.1f} {self.y(equal):.1f}"
        yield f'<path d="{start}L{right} {top}" stroke="#bbb" stroke-dasharray="4 4" fill="none"/>'
        yield (f'<rect x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" stroke="#888" fill="none"/>')

    def labels(self) -> Iterable[str]:
        left, bottom = self._left, self._bottom
        for power in range(self._lowest[0], 1):
            x = self.x(10.0**power)
            yield f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{_label(10.0**power)}</text>'
        for power in range(self._lowest[1], 1):
            y = self.y(10.0**power) + 4
            yield f'<text x="{left - 8}" y="{y:.1f}" text-anchor="end">{_label(10.0**power)}</text>'
        x, y = (left + self._right) / 2, (self._top + bottom) / 2
        yield f'<text x="{x}" y="{bottom + 46}" text-anchor="middle">False match rate</text>'
        yield (f'<text x="24" y="{y}" text-anchor="middle" transform="rotate(-90 24 {y})">False non-match rate</text>')

    def line(self, one: Evaluation, style: Style) -> str:
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in self._points(one))
        return f'<path class="curve" d="{path}" {style.stroke} stroke-linejoin="round"/>'

    def _points(self, one: Evaluation) -> list[tuple[float, float]]:
        """The curve, without points closer than a pixel to the one before; it stops where FMR becomes 0."""
        points: list[tuple[float, float]] = []
        for fmr, fnmr in zip(*curve(one.mated, one.non_mated), strict=True):
            if fmr <= 0:
                break
            x, y = self.x(float(fmr)), self.y(float(fnmr))
            if not points or math.hypot(x - points[-1][0], y - points[-1][1]) >= 1:
                points.append((x, y))
        return points

    def band(self, one: Evaluation, given: Interval, style: Style) -> str:
        """As far as the curve goes."""
        least = 1 / len(one.non_mated)
        known = [(rate, *edges) for rate, edges in zip(BAND, given.band, strict=True) if rate >= least]
        above = [f"{self.x(rate):.1f} {self.y(high):.1f}" for rate, _, high in known]
        below = [f"{self.x(rate):.1f} {self.y(low):.1f}" for rate, low, _ in reversed(known)]
        return f'<path class="band" d="M{"L".join(above + below)}Z" fill="{style.colour}" fill-opacity="0.16"/>'


def _share(rate: float, lowest: int) -> float:
    return 1 - math.log10(max(rate, 10.0**lowest)) / lowest


def _legend(
    evaluations: Sequence[Evaluation], styles: Mapping[str, Style], given: Mapping[str, Interval]
) -> Iterable[str]:
    x, y = MAIN[2] + 20, MAIN[1] + 12
    for row, one in enumerate(evaluations):
        at, weight = y + 46 * row, 600 if one.name == POOLED else 400
        eer = f"EER {100 * one.rates.eer:.2f} %"
        if one.name in given:
            lower, upper = 100 * given[one.name].lower.eer, 100 * given[one.name].upper.eer
            eer += f" ({lower:.2f} to {upper:.2f})"
        yield f'<path d="M{x} {at - 4}h30" {styles[one.name].stroke}/>'
        yield f'<text x="{x + 40}" y="{at}" font-weight="{weight}">{escape(one.name)}</text>'
        yield f'<text x="{x + 40}" y="{at + 17}" font-size="12" fill="#555">{eer}</text>'
    if given:
        notes = f"Shaded, in brackets: {100 * COVERAGE:.0f} % intervals", "Below: each set on the same axes"
        for row, note in enumerate(notes[: 1 + (len(evaluations) > 2)]):
            at = y + 46 * len(evaluations) + 16 * row
            yield f'<text x="{x}" y="{at}" font-size="11" fill="#555">{note}</text>'


def _small_plots(
    sets: Sequence[Evaluation],
    styles: Mapping[str, Style],
    given: Mapping[str, Interval],
    lowest: tuple[int, int],
    top: float,
) -> Iterable[str]:
    for number, one in enumerate(sets):
        left = 18 + (number % ACROSS) * (SMALL + GAP)
        up = top + 18 + (number // ACROSS) * ROW
        plot = _Plot(lowest, (left, up, left + SMALL, up + SMALL))
        yield from plot.grid()
        yield plot.band(one, given[one.name], styles[one.name])
        yield plot.line(one, styles[one.name])
        yield f'<text x="{left}" y="{up - 5}" font-size="12">{escape(one.name)}</text>'


def _label(rate: float) -> str:
    return f"{100 * rate:g} %"
