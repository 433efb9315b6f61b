"""Geometry of the efficiency curve for the SVG macro, in units of its view box."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rulekit.reports.audit.model.audit import Audit, Curve, CurvePoint
from rulekit.reports.common.intervals import Share
from rulekit.reports.common.numbers import percent, percent_with_interval

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 56, 18, 16, 50
_TOPS = (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
_APART = 14.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A grid line: its position and label; minor lines have none."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Marker:
    """A marked point, its number if there is room for it, and its tooltip."""

    x: float
    y: float
    label: str
    label_x: float
    label_y: float
    title: str


@dataclass(frozen=True, slots=True)
class Working:
    """A working point, its error bars and its label."""

    x: float
    y: float
    left: float
    right: float
    top: float
    bottom: float
    text_x: float
    text_y: float
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: an SVG path, its interval band, its markers and its working point."""

    name: str
    kind: str
    path: str
    band: str
    markers: tuple[Marker, ...]
    working: Working | None


@dataclass(frozen=True, slots=True)
class Chart:
    """The whole chart."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    x_ticks: tuple[Tick, ...]
    x_minor: tuple[float, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    at_zero: bool
    description: str


@dataclass(frozen=True, slots=True)
class _Axes:
    low: int
    high: int
    top: float

    def x(self, rate: float) -> float:
        """Return the position of a rate; zero stands at the left edge, because it has no logarithm."""
        decades = self.low if rate <= 0 else math.log10(rate)
        return LEFT + (decades - self.low) / (self.high - self.low) * (WIDTH - LEFT - RIGHT)

    def inside(self, rate: float) -> float:
        """Return the position of a rate, cut off at the ends of the axis."""
        return min(WIDTH - RIGHT, max(LEFT, self.x(rate)))

    def y(self, efficiency: float) -> float:
        """Return the position of an efficiency."""
        return TOP + (1 - efficiency / self.top) * (HEIGHT - TOP - BOTTOM)


def chart_of(audit: Audit) -> Chart | None:
    """Return the chart of an audit; None if truth is not known."""
    if not audit.curves or audit.curves[0].working is None:
        return None
    axes = _axes(audit.curves)
    numbered = bool(audit.rules) and audit.law.hit_policy != "score"
    lines = tuple(_line(curve, axes, numbered=numbered) for curve in audit.curves)
    decades = range(axes.low, axes.high + 1)
    minor = [axes.x(digit * 10.0**decade) for decade in decades[:-1] for digit in range(2, 10)]
    steps = 5 if axes.top in {0.05, 0.1, 1.0} else 4
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=TOP,
        bottom=HEIGHT - BOTTOM,
        x_ticks=tuple(Tick(round(axes.x(10.0**decade), 1), _decade(decade)) for decade in decades),
        x_minor=tuple(round(place, 1) for place in minor),
        y_ticks=tuple(_y_tick(axes, step / steps) for step in range(steps + 1)),
        lines=lines,
        at_zero=any(_rate(point) == 0 for point in audit.curves[0].points),
        description=_description(audit.curves),
    )


def _y_tick(axes: _Axes, part: float) -> Tick:
    value = part * axes.top
    return Tick(round(axes.y(value), 1), f"{100 * value:g} %")


def _decade(decade: int) -> str:
    return f"{100 * 10.0**decade:.{max(0, -decade - 2)}f} %"


def _rate(point: CurvePoint) -> float:
    return point.false_positive_rate.value or 0.0


def _axes(curves: tuple[Curve, ...]) -> _Axes:
    """Return axes around the working point of the ruleset, with room to the right for the teacher."""
    ours = curves[0]
    acting = [curve.working for curve in curves if curve.working is not None]
    rates = [_rate(point) for point in acting if _rate(point) > 0]
    path = [_rate(point) for point in ours.points if 0 < _rate(point) <= 10 * max(rates, default=0.1)]
    whole = acting[0].false_positive_rate.whole
    least = min([*path, *rates], default=1 / max(whole, 10.0))
    high = min(0, math.ceil(math.log10(3 * max(rates, default=0.1))))
    low = max(math.floor(math.log10(least)), high - 5, -6)
    low = min(low, high - 2)
    shown = [point for curve in curves for point in curve.points if _rate(point) <= 10.0**high]
    highest = max((point.efficiency.high for point in [*shown, *acting]), default=1.0)
    return _Axes(low, high, next(top for top in _TOPS if top >= min(1.0, highest)))


def _line(curve: Curve, axes: _Axes, *, numbered: bool) -> Line:
    ours = curve.kind == "law"
    points = [point for point in curve.points if point.efficiency.value is not None]
    if not ours:  # what accepts no background has no place on a logarithmic axis
        points = [point for point in points if _rate(point) > 0]
    place = axes.inside if ours else axes.x
    on = [(place(_rate(point)), axes.y(point.efficiency.value or 0.0)) for point in points]
    band = [(x, axes.y(point.efficiency.high)) for (x, _), point in zip(on, points, strict=True)]
    band += [(x, axes.y(point.efficiency.low)) for (x, _), point in zip(on[::-1], points[::-1], strict=True)]
    if curve.kind == "previous":  # two bands are told apart, three are not
        band = []
    markers = _markers(points, on) if ours and numbered else ()
    above = curve.kind == "teacher"
    return Line(
        curve.name, curve.kind, _path(on), _path(band), markers, _working(curve.working, axes, above=above)
    )


def _path(places: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places) if len(places) > 1 else ""


def _markers(points: list[CurvePoint], places: list[tuple[float, float]]) -> tuple[Marker, ...]:
    markers: list[Marker] = []
    for number, (point, place) in enumerate(zip(points, places, strict=True), start=1):
        title = (
            f"{point.label}: efficiency {percent_with_interval(point.efficiency)}, "
            f"false-positive rate {percent_with_interval(point.false_positive_rate)}"
        )
        side = _free_side(place, [*places, *((m.label_x, m.label_y) for m in markers if m.label)])
        label_x, label_y = side or place
        markers.append(
            Marker(*_rounded(place), str(number) if side else "", *_rounded((label_x, label_y)), title)
        )
    return tuple(markers)


def _free_side(place: tuple[float, float], taken: list[tuple[float, float]]) -> tuple[float, float] | None:
    """Return where the centre of a number can stand: above, below, left or right of its point."""
    x, y = place
    sides = [(x, y - _APART), (x, y + _APART), (x - _APART, y), (x + _APART, y)]
    free = (side for side in sides if all(math.dist(side, other) >= _APART - 2 for other in taken))
    return next((side for side in free if side[0] > LEFT + 4 and TOP < side[1] < HEIGHT - BOTTOM - 4), None)


def _rounded(place: tuple[float, float]) -> tuple[float, float]:
    return round(place[0], 1), round(place[1], 1)


def _working(point: CurvePoint | None, axes: _Axes, *, above: bool) -> Working | None:
    if point is None or point.efficiency.value is None:
        return None
    rate: Share = point.false_positive_rate
    x, y = axes.inside(_rate(point)), axes.y(point.efficiency.value)
    leftwards = x > LEFT + 90 if above else x > WIDTH - RIGHT - 90
    return Working(
        x=round(x, 1),
        y=round(y, 1),
        left=round(axes.inside(rate.low), 1),
        right=round(axes.inside(rate.high), 1),
        top=round(axes.y(min(axes.top, point.efficiency.high)), 1),
        bottom=round(axes.y(point.efficiency.low), 1),
        text_x=round(x - 13 if leftwards else x + 13, 1),
        text_y=round(max(TOP + 12, y - 10) if above else min(HEIGHT - BOTTOM - 8, y + 20), 1),
        anchor="end" if leftwards else "start",
        text=percent(point.efficiency),
    )


def _description(curves: tuple[Curve, ...]) -> str:
    parts = []
    for curve in curves:
        if curve.working is not None:
            efficiency = percent_with_interval(curve.working.efficiency)
            rate = percent_with_interval(curve.working.false_positive_rate)
            parts.append(f"{curve.name}: efficiency {efficiency} at a false-positive rate of {rate}.")
    return " ".join(parts)
