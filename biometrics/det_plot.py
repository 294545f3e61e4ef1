"""Detection error trade-off curves (ISO/IEC 19795-1 §8.5) as SVG: FNMR over FMR, both on logarithmic axes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final
from xml.sax.saxutils import escape

from biometrics.evaluation import POOLED, Evaluation, curve

WIDTH: Final = 760
HEIGHT: Final = 560
LEFT: Final = 84
TOP: Final = 48
RIGHT: Final = 540
BOTTOM: Final = 488
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5c00", "#666666")
"""Okabe and Ito's palette, told apart by colour-blind readers too."""
_FLOOR: Final = -5
"""Rates under 10^-5 are never drawn: no pair list here supports them."""


def det_svg(evaluations: Sequence[Evaluation], *, title: str = "Detection error trade-off") -> str:
    """A whole SVG document. A curve ends at the smallest rate its pairs can show."""
    most = max(max(len(one.mated), len(one.non_mated)) for one in evaluations)
    lowest = max(_FLOOR, -math.ceil(math.log10(max(most, 10))))
    plot = _Plot(lowest)
    colours = iter(COLOURS * (1 + len(evaluations) // len(COLOURS)))
    styles = [("#111111", 2.6) if one.name == POOLED else (next(colours), 1.5) for one in evaluations]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="system-ui, sans-serif" font-size="13" fill="#222" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="28" font-size="16" font-weight="600">{escape(title)}</text>',
        *plot.grid(),
        *(plot.line(one, *style) for one, style in zip(evaluations, styles, strict=True)),
        *_legend(evaluations, styles),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


class _Plot:
    """The drawing area: powers of ten from `lowest` to 0 along both axes."""

    def __init__(self, lowest: int) -> None:
        self._lowest = lowest

    def x(self, rate: float) -> float:
        return LEFT + (RIGHT - LEFT) * self._share(rate)

    def y(self, rate: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * self._share(rate)

    def _share(self, rate: float) -> float:
        return 1 - math.log10(max(rate, 10.0**self._lowest)) / self._lowest

    def grid(self) -> Iterable[str]:
        for power in range(self._lowest, 1):
            rate = 10.0**power
            x, y, label = self.x(rate), self.y(rate), _per_cent(rate)
            yield f'<path d="M{x:.1f} {TOP}V{BOTTOM}M{LEFT} {y:.1f}H{RIGHT}" stroke="#ddd" fill="none"/>'
            yield f'<text x="{x:.1f}" y="{BOTTOM + 20}" text-anchor="middle">{label}</text>'
            yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'
        yield f'<path d="M{LEFT} {BOTTOM}L{RIGHT} {TOP}" stroke="#bbb" stroke-dasharray="4 4" fill="none"/>'
        yield f'<rect x="{LEFT}" y="{TOP}" width="{RIGHT - LEFT}" height="{BOTTOM - TOP}" stroke="#888" fill="none"/>'
        middle_x, middle_y = (LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2
        yield f'<text x="{middle_x}" y="{BOTTOM + 46}" text-anchor="middle">False match rate</text>'
        yield (
            f'<text x="24" y="{middle_y}" text-anchor="middle" transform="rotate(-90 24 {middle_y})">'
            "False non-match rate</text>"
        )

    def line(self, one: Evaluation, colour: str, width: float) -> str:
        points = self._points(one)
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        return f'<path d="{path}" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round" fill="none"/>'

    def _points(self, one: Evaluation) -> list[tuple[float, float]]:
        """The curve, without points closer than half a pixel to the one before; it stops where FMR becomes 0."""
        points: list[tuple[float, float]] = []
        for fmr, fnmr in zip(*curve(one.mated, one.non_mated), strict=True):
            if fmr <= 0:
                break
            x, y = self.x(float(fmr)), self.y(float(fnmr))
            if not points or math.hypot(x - points[-1][0], y - points[-1][1]) >= 0.5:
                points.append((x, y))
        return points


def _legend(evaluations: Sequence[Evaluation], styles: Sequence[tuple[str, float]]) -> Iterable[str]:
    for row, (one, (colour, width)) in enumerate(zip(evaluations, styles, strict=True)):
        y = TOP + 12 + row * 42
        weight = 600 if one.name == POOLED else 400
        yield f'<path d="M{RIGHT + 20} {y - 4}h22" stroke="{colour}" stroke-width="{width}"/>'
        yield f'<text x="{RIGHT + 50}" y="{y}" font-weight="{weight}">{escape(one.name)}</text>'
        yield f'<text x="{RIGHT + 50}" y="{y + 16}" font-size="12" fill="#555">EER {100 * one.rates.eer:.2f} %</text>'


def _per_cent(rate: float) -> str:
    return f"{100 * rate:g} %"
