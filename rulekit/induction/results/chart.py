"""A small chart of a path: what each size reaches, against its literals, as inline SVG.

Lines and text take the page's own colour, so that the chart is readable on light and dark pages.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rulekit.html import Html, escape, join
from rulekit.induction.results.path import PathPoint, count_of
from rulekit.measures import Measures

WIDTH, HEIGHT = 440, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 50, 14, 16, 40
_TOPS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


class Reached(NamedTuple):
    """What a ruleset reaches: a share with its interval, all from 0 to 1."""

    value: float
    low: float
    high: float


def reached(measures: Measures) -> Reached | None:
    """Return the efficiency; where the truth is unknown, the F1 against the teacher; None where both are."""
    share = measures.efficiency
    if share is not None and not math.isnan(share.value):
        return Reached(share.value, share.low, share.high)
    f1 = measures.teacher_f1
    return None if share is not None or f1 is None or math.isnan(f1) else Reached(f1, f1, f1)


class _Scale(NamedTuple):
    """Where literals and shares are drawn, in pixels from the top left corner."""

    literals: int
    top: float

    def x(self, literals: int) -> float:
        return _LEFT + literals / self.literals * (WIDTH - _LEFT - _RIGHT)

    def y(self, share: float) -> float:
        return HEIGHT - _BOTTOM - min(share, self.top) / self.top * (HEIGHT - _TOP - _BOTTOM)


def path_chart(path: Sequence[PathPoint], teacher: Measures | None = None) -> Html:
    """Return the chart of a path; empty where no point has a known efficiency or F1.

    Parameters
    ----------
    path : the points, smallest first; the last one is drafted, and marked.
    teacher : what the teacher reaches at the budget: a dashed line.

    """
    known = [(point, found) for point in path if (found := reached(point.measures)) is not None]
    if not known:
        return Html("")
    line = None if teacher is None else reached(teacher)
    scale = _Scale(max(1, *(point.literals for point, _ in known)), _top_of(found for _, found in known))
    if line is not None:
        scale = scale._replace(top=max(scale.top, _top_of([line])))
    parts = [
        *_axes(scale, known),
        *(() if line is None else _teacher(scale, line)),
        *_points(scale, known, path[-1]),
    ]
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
    style = 'style="font:12px sans-serif;max-width:100%" fill="currentColor" stroke="none">'
    return Html(f"{head}{style}{join(parts)}</svg>")


def _top_of(found: Iterable[Reached]) -> float:
    """Return the end of the vertical axis: the next round share above all intervals."""
    highest = max(one.high for one in found)
    return next((top for top in _TOPS if top >= highest), _TOPS[-1])


def _line(x1: float, y1: float, x2: float, y2: float, more: str = "") -> Html:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return Html(f'<line {ends} stroke="currentColor" {more}/>')


def _text(x: float, y: float, text: object, anchor: str = "start") -> Html:
    return Html(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>')


def _axes(scale: _Scale, known: Sequence[tuple[PathPoint, Reached]]) -> list[Html]:
    """Return grid lines with their shares, the sizes below, and what both axes are."""
    faint = 'stroke-opacity=".25"'
    found = []
    for share in (0.0, scale.top / 2, scale.top):
        found.append(_line(_LEFT, scale.y(share), WIDTH - _RIGHT, scale.y(share), faint))
        found.append(_text(_LEFT - 6, scale.y(share) + 4, f"{100 * share:g} %", "end"))
    sizes = sorted({0, known[0][0].literals, known[-1][0].literals})
    found += [_text(scale.x(size), HEIGHT - _BOTTOM + 16, size, "middle") for size in sizes]
    what = "teacher F1" if known[0][0].measures.efficiency is None else "efficiency"
    return [*found, _text(_LEFT, HEIGHT - 6, f"{what} against literals")]


def _teacher(scale: _Scale, line: Reached) -> list[Html]:
    at = scale.y(line.value)
    dashed = _line(_LEFT, at, WIDTH - _RIGHT, at, 'stroke-dasharray="5 4" stroke-opacity=".6"')
    return [dashed, _text(WIDTH - _RIGHT, at - 4, f"teacher {100 * line.value:.1f} %", "end")]


def _points(scale: _Scale, known: Sequence[tuple[PathPoint, Reached]], drafted: PathPoint) -> list[Html]:
    """Return the curve with its intervals; the drafted point is filled, the others are rings."""
    places = [(scale.x(point.literals), scale.y(found.value)) for point, found in known]
    curve = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts = [Html(f'<polyline points="{curve}" fill="none" stroke="currentColor" stroke-opacity=".6"/>')]
    for (point, found), (x, y) in zip(known, places, strict=True):
        parts.append(_line(x, scale.y(found.low), x, scale.y(found.high), 'stroke-opacity=".4"'))
        parts.append(_circle(x, y, point, found, is_drafted=point is drafted))
    return parts


def _circle(x: float, y: float, point: PathPoint, found: Reached, *, is_drafted: bool) -> Html:
    size = (
        f"{count_of(point.rules, 'rule')}, {count_of(point.literals, 'literal')}: {100 * found.value:.1f} %"
    )
    title = f"<title>{escape(size + ', drafted' if is_drafted else size)}</title>"
    look = 'r="5"' if is_drafted else 'r="3.5" fill="none" stroke="currentColor"'
    return Html(f'<circle cx="{x:.1f}" cy="{y:.1f}" {look}>{title}</circle>')
