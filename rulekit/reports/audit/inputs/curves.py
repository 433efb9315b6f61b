"""Efficiency against rate: the path of the ruleset, the curve of the teacher, and the teacher's working point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import polars as pl

from rulekit.errors import TeacherError
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.measures import EventLabels, Measures, measure
from rulekit.reports.audit.model.audit import Curve, CurvePoint, TeacherTable
from rulekit.reports.common.intervals import MeasureTable, Share
from rulekit.statistics.intervals import proportion

_POINTS = 120


class Scores(Protocol):
    """Anything that scores events; a higher score is more like signal."""

    name: str

    def scores(self, frame: Any) -> Any:
        """Return one finite number per event, as an array."""
        ...


def scores_of(teacher: Scores, frame: pl.DataFrame) -> pl.Series:
    """Return the teacher's scores.

    Raises
    ------
    TeacherError
        when they are not one finite number per event.

    """
    found = pl.Series("score", teacher.scores(frame), strict=False)
    if not found.dtype.is_numeric() or found.len() != frame.height:
        got = f"{found.len()} values of {found.dtype}"
        raise TeacherError(
            f"teacher {teacher.name} gives no scores", expected=f"{frame.height} numbers", got=got
        )
    scores = found.cast(pl.Float64)
    wrong = frame.height - int(scores.is_finite().fill_null(value=False).sum())
    if wrong:
        raise TeacherError(f"teacher {teacher.name} gives {wrong} scores that are no finite number")
    return scores


def threshold_at(scores: pl.Series, weights: pl.Series, wanted: float) -> float:
    """Return the threshold at which the weight of ``score >= threshold`` is nearest to ``wanted``.

    Of several that are equally near it is the lowest, which is the best for the teacher; infinity accepts nothing.
    """
    grouped = pl.DataFrame({"score": scores, "weight": weights}).group_by("score").agg(pl.col("weight").sum())
    summed = grouped.sort("score", descending=True).with_columns(pl.col("weight").cum_sum())
    sums: list[float] = [0.0, *summed["weight"].to_list()]
    thresholds: list[float] = [math.inf, *summed["score"].to_list()]
    slack = 1e-9 * max(1.0, sums[-1])
    least = min(abs(total - wanted) for total in sums)
    return thresholds[max(place for place, total in enumerate(sums) if abs(total - wanted) <= least + slack)]


def teacher_table(
    name: str, scores: pl.Series, accepted: pl.Series, events: EventLabels
) -> tuple[TeacherTable, pl.Series]:
    """Return the teacher at the rules' false-positive rate (their rate, without truth), and what it accepts."""
    truth = events.truth
    weights = events.weights if truth is None else events.weights * (~truth).cast(pl.Float64)
    wanted = float(weights.filter(accepted).sum())
    threshold = threshold_at(scores, weights, wanted)
    chosen = scores >= threshold
    table = TeacherTable(
        name=name,
        threshold=None if math.isinf(threshold) else threshold,
        matched="rate" if truth is None else "false-positive rate",
        measures=MeasureTable.of(
            measure(chosen, EventLabels(events.count, truth=truth, weights=events.weights))
        ),
    )
    return table, chosen


def point(label: str, found: Measures) -> CurvePoint | None:
    """Return a point of a curve; None if there is no signal or no background."""
    efficiency, rate = found.efficiency, found.false_positive_rate
    if efficiency is None or rate is None or math.isnan(efficiency.value) or math.isnan(rate.value):
        return None
    return CurvePoint(label=label, efficiency=Share.of(efficiency), false_positive_rate=Share.of(rate))


def law_curve(
    law: Ruleset, decisions: pl.DataFrame, path: Sequence[Measures], events: EventLabels, working: Measures
) -> Curve | None:
    """Return the curve of a ruleset: under SCORE over its points, else with its rules added one by one.

    Parameters
    ----------
    law, decisions : the ruleset, and what it decides.
    path : the measures of the first rule, the first two, and so on.
    events : their labels; truth must be known.
    working : the measures of the whole ruleset.

    """
    acting = point("working point", working)
    if events.truth is None or acting is None:
        return None
    if law.hit_policy is HitPolicy.SCORE:
        score = decisions["score"].cast(pl.Float64).fill_null(-math.inf)
        return score_curve(law.name, score, events, acting, "points")
    named = zip(law.rules, path, strict=False)
    points = [point(f"rules 1 to {n}: {rule.id}", found) for n, (rule, found) in enumerate(named, start=1)]
    return Curve(
        name=law.name,
        kind="law",
        points=tuple(found for found in points if found is not None),
        working=acting,
    )


def teacher_curve(table: TeacherTable, scores: pl.Series, events: EventLabels) -> Curve:
    """Return the curve of the teacher; the truth must be known."""
    threshold = math.inf if table.threshold is None else table.threshold
    equal = point("equal false-positive rate", measure(scores >= threshold, events))
    return score_curve(table.name, scores, events, equal, "score").model_copy(update={"kind": "teacher"})


def score_curve(
    name: str, scores: pl.Series, events: EventLabels, working: CurvePoint | None, word: str
) -> Curve:
    """Return the curve of a score against truth, thinned to points at even steps of the logarithm of the rate."""
    truth = events.truth
    assert truth is not None  # noqa: S101 - a curve is drawn where truth is known
    signal = pl.col("weight") * pl.col("truth").cast(pl.Float64)
    table = pl.DataFrame({"score": scores, "truth": truth, "weight": events.weights})
    summed = (
        table.filter(pl.col("score").is_finite())
        .group_by("score")
        .agg(signal.sum().alias("signal"), (pl.col("weight") - signal).sum().alias("background"))
        .sort("score", descending=True)
        .with_columns(pl.col("signal").cum_sum(), pl.col("background").cum_sum())
    )
    whole = [_effective(events.weights.filter(side)) for side in (truth, ~truth)]
    points = [_score_point(row, whole, word) for row in _thin(summed).iter_rows()]
    return Curve(name=name, kind="law", points=tuple(points), working=working)


def _effective(weights: pl.Series) -> tuple[float, float]:
    total, square = float(weights.sum()), float((weights * weights).sum())
    return total, total * total / square if square > 0 else 0.0


def _score_point(row: tuple[float, float, float], whole: list[tuple[float, float]], word: str) -> CurvePoint:
    score, signal, background = row
    (signals, many_signals), (backgrounds, many_backgrounds) = whole
    return CurvePoint(
        label=f"{word} {score:g}",
        efficiency=Share.of(proportion(signal, signals, many_signals)),
        false_positive_rate=Share.of(proportion(background, backgrounds, many_backgrounds)),
    )


def _thin(summed: pl.DataFrame) -> pl.DataFrame:
    """Keep both ends, and the last point in each of many even steps of the logarithm of the background."""
    if summed.height <= _POINTS:
        return summed
    top = max(summed["background"].to_list()[-1], 1e-300)
    step = ((pl.col("background") / top).clip(1e-6).log10() * (_POINTS / 6)).floor()
    kept = summed.with_row_index("_at").group_by(step.alias("_step")).agg(pl.col("_at").max())["_at"]
    places = sorted({0, summed.height - 1, *kept.to_list()})
    return summed[places]
