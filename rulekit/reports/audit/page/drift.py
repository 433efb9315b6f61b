"""The section on drift: a small chart for each rate, a marked cell for each index."""

from __future__ import annotations

from dataclasses import dataclass

from rulekit.reports.audit.model.audit import Audit
from rulekit.reports.audit.model.groups import Drift, FeatureDrift, RateOverTime
from rulekit.reports.common.numbers import index, percent
from rulekit.statistics.stability_index import LARGE, SMALL

WIDTH, HEIGHT = 260, 56
_MARGIN = 7


@dataclass(frozen=True, slots=True)
class Mark:
    """The rate of one period in a small chart; ``outside`` changes its shape as well as its colour."""

    x: float
    y: float
    outside: bool
    title: str


@dataclass(frozen=True, slots=True)
class Spark:
    """A small chart: the expected band, the line through all periods, and a mark for each."""

    width: int
    height: int
    band: str
    line: str
    marks: tuple[Mark, ...]
    description: str


@dataclass(frozen=True, slots=True)
class RateRow:
    """A rate over time: number, name, expected value, range, chart, and the periods outside the band."""

    number: str
    name: str
    expected: str
    range: str
    spark: Spark
    outside: str


@dataclass(frozen=True, slots=True)
class IndexCell:
    """An index as text, with its mark: ``""``, ``small`` or ``large``."""

    text: str
    mark: str
    title: str


@dataclass(frozen=True, slots=True)
class IndexRow:
    """The indices of a feature by period, and the largest average that noise alone gives."""

    feature: str
    bins: int
    cells: tuple[IndexCell, ...]
    noise: str


@dataclass(frozen=True, slots=True)
class DriftPage:
    """Everything in the section on drift."""

    rates: tuple[RateRow, ...]
    features: tuple[IndexRow, ...]
    outside: int
    marked: int


def drift_page(audit: Audit) -> DriftPage | None:
    """Return the section on drift; None if the audit has none."""
    drift = audit.drift
    if drift is None:
        return None
    features = tuple(_index_row(each, drift) for each in drift.features)
    return DriftPage(
        rates=tuple(_rate_row(each, drift) for each in drift.rates),
        features=features,
        outside=sum(band.outside for each in drift.rates for band in each.periods),
        marked=sum(bool(cell.mark) for row in features for cell in row.cells),
    )


def _rate_row(rate: RateOverTime, drift: Drift) -> RateRow:
    shares = [band.rate for band in rate.periods if band.rate.value is not None]
    shares.sort(key=lambda share: share.value or 0.0)
    outside = [str(at) for at, band in enumerate(rate.periods, start=1) if band.outside]
    return RateRow(
        number="" if rate.number is None else str(rate.number),
        name="all that is accepted" if rate.id is None else rate.id,
        expected=percent(rate.expected),
        range=f"{percent(shares[0])} to {percent(shares[-1])}" if shares else "",
        spark=_spark(rate, drift, outside),
        outside=", ".join(outside),
    )


def _spark(rate: RateOverTime, drift: Drift, outside: list[str]) -> Spark:
    bands = rate.periods
    top = max((max(band.high, band.rate.value or 0.0) for band in bands), default=0.0) or 1.0
    step = (WIDTH - 2 * _MARGIN) / len(bands)
    at = [round(_MARGIN + (place + 0.5) * step, 1) for place in range(len(bands))]
    edges = [round(_MARGIN + place * step, 1) for place in range(len(bands) + 1)]

    def y(value: float) -> float:
        return round(HEIGHT - _MARGIN - value / top * (HEIGHT - 2 * _MARGIN), 1)

    upper = [f"H{edges[place]}V{y(band.high)}H{edges[place + 1]}" for place, band in enumerate(bands)]
    lower = [f"V{y(band.low)}H{edges[place]}" for place, band in reversed(tuple(enumerate(bands)))]
    marks = tuple(
        Mark(
            x,
            y(band.rate.value or 0.0),
            band.outside,
            _said(number, band.rate.value, drift, percent(band.rate)),
        )
        for number, (x, band) in enumerate(zip(at, bands, strict=True), start=1)
    )
    return Spark(
        width=WIDTH,
        height=HEIGHT,
        band=f"M{edges[0]} {y(bands[0].high)}" + "".join(upper + lower) + "Z",
        line="M" + "L".join(f"{mark.x} {mark.y}" for mark in marks),
        marks=marks,
        description=_description(rate, outside),
    )


def _said(number: int, value: float | None, drift: Drift, text: str) -> str:
    period = drift.periods[number - 1]
    return f"period {number}, {period.first} to {period.last}: {text if value is not None else 'no event'}"


def _description(rate: RateOverTime, outside: list[str]) -> str:
    name = "All that is accepted" if rate.id is None else f"Rule {rate.id}"
    rates = ", ".join(percent(band.rate) for band in rate.periods)
    where = f"outside the band in period {', '.join(outside)}" if outside else "always inside the band"
    return f"{name}, by period: {rates}; expected {percent(rate.expected)}; {where}."


def _index_row(feature: FeatureDrift, drift: Drift) -> IndexRow:
    cells = []
    for number, (value, limit) in enumerate(zip(feature.psi, feature.limit, strict=True), start=1):
        mark = "" if value is None or value < max(SMALL, limit) else "small" if value < LARGE else "large"
        period = drift.periods[number - 1]
        title = f"{feature.feature}, period {number}, {period.first} to {period.last}: "
        cells.append(
            IndexCell(index(value), mark, title + (index(value) if value is not None else "reference"))
        )
    least = [noise for noise, value in zip(feature.noise, feature.psi, strict=True) if value is not None]
    return IndexRow(feature.feature, feature.bins, tuple(cells), index(max(least, default=None)))
