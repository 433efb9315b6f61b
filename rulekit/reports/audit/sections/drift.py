"""Drift: rates and features by period of time, compared with the whole record or with reference events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from rulekit.errors import EventError
from rulekit.frames import Frame, collect, feature_values, scan
from rulekit.ir.schema import Feature
from rulekit.labels import read_column
from rulekit.measures import EventLabels
from rulekit.reports.audit.inputs.audit_input import AuditInput
from rulekit.reports.audit.model.groups import Band, Drift, FeatureDrift, Period, RateOverTime
from rulekit.reports.common.accepted import accepted_by
from rulekit.reports.common.intervals import Share
from rulekit.reports.replay.recompute import BoundLaw, hit_matrix, recompute
from rulekit.statistics.bands import beta_binomial_band, hypergeometric_band
from rulekit.statistics.intervals import CONFIDENCE, Proportion, proportion
from rulekit.statistics.stability_index import Bins, bin_values, noise_limit, noise_mean, psi

PERIODS, LEAST = 10, 100
"""The most periods of equal count, and the fewest events in one."""


_ACCEPTED = ".accepted"


@dataclass(frozen=True, slots=True)
class _Reference:
    """Reference events, and what the ruleset does with them."""

    frame: pl.DataFrame
    taken: pl.DataFrame


def drift_of(audited: AuditInput, hits: pl.DataFrame | None) -> Drift | None:
    """Return the drift of a record; None if events or hits are not known, or there are too few events.

    Raises
    ------
    EventError
        when the column of time is absent or holds no times, or the reference events can't be read.

    """
    if audited.events is None or hits is None:
        return None
    name = audited.options.time
    times = pl.int_range(audited.events.height, eager=True) if name is None else _times(audited.events, name)
    if times.len() - times.null_count() < 2 * LEAST:
        return None
    number = _periods(times)
    taken = _taken(audited.accepted, hits)
    reference = _reference(audited)
    spans = tuple(_spans(times, number, from_one=name is None))
    tests = len(spans) * taken.width
    return Drift(
        column=name,
        untimed=number.null_count(),
        reference=_told(audited.options.reference),
        periods=spans,
        confidence=CONFIDENCE,
        tests=tests,
        rates=tuple(_rates(taken, number, audited.known.weights, reference, tests)),
        features=tuple(_features(audited, number, reference, spans)),
    )


def _told(reference: Frame | None) -> str:
    if reference is None:
        return "the first period"
    return str(reference) if not isinstance(reference, (pl.DataFrame, pl.LazyFrame)) else "a frame in memory"


def _times(frame: pl.DataFrame, name: str) -> pl.Series:
    times = read_column(frame, name, "time")
    if not (times.dtype.is_temporal() or times.dtype.is_numeric()):
        hint = "parse it into a datetime first"
        raise EventError(f"column {name!r} holds no times", expected="dates, times or numbers",
                         got=str(times.dtype), hint=hint)  # fmt: skip
    return times.fill_nan(None) if times.dtype.is_float() else times


def _periods(times: pl.Series) -> pl.Series:
    """Return the period of each event, from 0; periods have about equal counts, equal times share one."""
    there = times.len() - times.null_count()
    number = min(PERIODS, max(1, there // LEAST))
    cut = (times.rank("min").cast(pl.Float64) - 1) * number / max(1, there)
    return cut.floor().cast(pl.Int32).rank("dense").cast(pl.Int32) - 1


def _spans(times: pl.Series, number: pl.Series, *, from_one: bool) -> Iterator[Period]:
    table = pl.DataFrame({"time": times + 1 if from_one else times, "period": number}).drop_nulls()
    ends = table.group_by("period").agg(
        pl.col("time").min().alias("first"), pl.col("time").max().alias("last"), pl.len().alias("events")
    )
    for row in ends.sort("period").iter_rows(named=True):
        yield Period(first=_time(row["first"]), last=_time(row["last"]), events=row["events"])


def _time(value: object) -> str:
    return (
        f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)
    )


def _reference(audited: AuditInput) -> _Reference | None:
    """Return the reference events with decisions made now."""
    given = audited.options.reference
    if given is None:
        return None
    frame = collect(scan(given, audited.law.schema))
    if not frame.height:
        raise EventError("the reference holds no events")
    decided = recompute(BoundLaw(audited.law, audited.record.manifest.numerics), frame)
    return _Reference(frame, _taken(accepted_by(decided, audited.accept), hit_matrix(audited.law, decided)))


def _taken(accepted: pl.Series, hits: pl.DataFrame) -> pl.DataFrame:
    """Return a Boolean column of accepted events, named as no rule can be, and one per rule with its hits."""
    return pl.DataFrame([accepted.alias(_ACCEPTED), *hits.get_columns()])


def _rates(
    taken: pl.DataFrame, number: pl.Series, weights: pl.Series, reference: _Reference | None, tests: int
) -> Iterator[RateOverTime]:
    """Yield the rate of each column by period; the first column is the accepted events."""
    weight = pl.col(".w")
    sums = [weight.sum().alias(".whole"), (weight * weight).sum().alias(".square")]
    sums += [weight.filter(pl.col(name)).sum().alias(name) for name in taken.columns]
    table = taken.with_columns(number.alias(".p"), weights.alias(".w")).drop_nulls(".p")
    rows = table.group_by(".p").agg(sums).sort(".p").rows(named=True)
    sizes = [row[".whole"] ** 2 / row[".square"] if row[".square"] else 0.0 for row in rows]
    confidence = 1 - (1 - CONFIDENCE) / tests
    for place, name in enumerate(taken.columns):
        shares = [
            Share.of(proportion(row[name], row[".whole"], size))
            for row, size in zip(rows, sizes, strict=True)
        ]
        if reference is None:
            whole = proportion(sum(row[name] for row in rows), sum(row[".whole"] for row in rows), sum(sizes))
        else:
            whole = EventLabels(reference.taken.height).share(reference.taken[name])
        bands = (
            _banded(share, size, whole, sum(sizes) if reference is None else None, confidence)
            for share, size in zip(shares, sizes, strict=True)
        )
        yield RateOverTime(
            number=place or None, id=name if place else None, expected=Share.of(whole), periods=tuple(bands)
        )


def _banded(share: Share, size: float, expected: Proportion, among: float | None, confidence: float) -> Band:
    """Return a rate with its band: of a draw ``among`` so many events, or foretold from others where None."""
    events = round(size)
    if share.value is None or not events:
        return Band(rate=share, low=0.0, high=1.0, outside=False)
    if among is None:
        low, high = beta_binomial_band(events, expected.part, expected.whole, confidence)
    else:
        low, high = hypergeometric_band(events, round(expected.value * among), round(among), confidence)
    value = share.value
    return Band(
        rate=share, low=low / events, high=high / events, outside=not low / events <= value <= high / events
    )


def _features(
    audited: AuditInput, number: pl.Series, reference: _Reference | None, spans: tuple[Period, ...]
) -> Iterator[FeatureDrift]:
    """Yield the stability index of each feature that rules read, from counts without weights."""
    for feature in audited.law.read:
        held = _values(audited, feature, audited.events)
        first = held.filter(number == 0) if reference is None else _values(audited, feature, reference.frame)
        bins = _bins(bin_values(feature, held, first), number, len(spans))
        then = _bins(bin_values(feature, first, first), pl.zeros(first.len(), dtype=pl.Int32, eager=True), 1)[
            0
        ]
        size = len({name for each in (then, *bins) for name in each})
        later = range(1 if reference is None else 0, len(spans))
        yield FeatureDrift(
            feature=feature.name,
            bins=size,
            psi=tuple(psi(then, bins[at]) if at in later else None for at in range(len(spans))),
            noise=tuple(noise_mean(size, first.len(), span.events) for span in spans),
            limit=tuple(noise_limit(size, first.len(), span.events) for span in spans),
        )


def _values(audited: AuditInput, feature: Feature, frame: pl.DataFrame | None) -> pl.Series:
    assert frame is not None  # noqa: S101 - drift is told where there are events
    return feature_values(frame, audited.law.schema, feature)


def _bins(codes: pl.Series, number: pl.Series, periods: int) -> Sequence[Bins]:
    """Return the counts by bin of each period."""
    counted = (
        pl.DataFrame({"bin": codes, "period": number}).drop_nulls("period").group_by("period", "bin").len()
    )
    found: list[dict[str | int | None, int]] = [{} for _ in range(periods)]
    for period, name, events in counted.iter_rows():
        found[period][name] = events
    return found
