"""Write a region as a condition, with the shortest thresholds that mean the same.

Between two neighbouring values of the fit fold any threshold selects the same events, so the one with the
fewest digits is taken. With a tolerance a threshold may also move past some of the rule's events: ``alpha <=
10`` is easier to remember than ``alpha <= 9.8713``, and a fit fold does not determine the third digit.
"""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any as AnyValue
from typing import NamedTuple, cast

import numpy as np

from rulekit.induction.regions.region import Choice, Region, Span, hits
from rulekit.induction.samples.encoding import Column, Encoding
from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, Member, Missing
from rulekit.ir.floats import nearest_float32, nearest_float64, shortest_float32
from rulekit.ir.numerics import FixedFormat
from rulekit.ir.schema import DType
from rulekit.labels import Weights

TOLERANCE = 0.01
"""Share of a rule's weight that one rounded threshold may gain or lose."""


class _Rule(NamedTuple):
    """A region and everything that its thresholds depend on."""

    region: Region
    encoding: Encoding
    weights: Weights
    tolerance: float


def write(region: Region, encoding: Encoding, weights: Weights, tolerance: float = 0.0) -> AllOf:
    """Return the condition of a region.

    Parameters
    ----------
    region : the events to select.
    encoding : of the fit fold.
    weights : of the fit fold, shape (events,).
    tolerance : share of the rule's weight that each threshold may gain or lose; with 0 the condition selects
        exactly the region's events on the fit fold.

    """
    terms: list[Condition] = []
    rule = _Rule(region, encoding, weights, tolerance)
    for name, part in region.items():
        column = encoding.columns[encoding.column_of(name)]
        if isinstance(part, Choice):
            term: Condition | None = Member(name, part.values, part.negated) if part.values else None
        else:
            term = _span(rule, name, part)
        if isinstance(part, Span) and part.missing and term is not None and not _takes_missing(rule, name):
            part = replace(part, missing=False)  # noqa: PLW2901 - the same part, said shorter
        terms.extend(_with_missing(term, part, column))
    return AllOf(tuple(terms))


def _takes_missing(rule: _Rule, name: str) -> bool:
    """Return whether the region has more events without the feature than the tolerance allows to lose."""
    column = rule.encoding.matrix[:, rule.encoding.column_of(name)]
    taken = hits(rule.region, rule.encoding)
    lacking = float(rule.weights[taken & np.isnan(column)].sum())
    return lacking > rule.tolerance * float(rule.weights[taken].sum())


def _with_missing(term: Condition | None, part: Span | Choice, column: Column) -> tuple[Condition, ...]:
    """Return the terms of one feature; :class:`AllOf` splits a range into its two literals."""
    name = column.feature.name
    if isinstance(part, Span) and part.is_empty:
        return (Missing(name),)
    if term is None:
        return () if part.missing or not column.missing else (Missing(name, negated=True),)
    return (AnyOf((term, Missing(name))),) if part.missing else (term,)


def _span(rule: _Rule, name: str, span: Span) -> Condition | None:
    column = rule.encoding.columns[rule.encoding.column_of(name)]
    if span.is_empty or (span.low == 0 and span.high == len(column.values)):
        return None
    if column.feature.dtype is DType.BOOL:
        return Compare(name, "==", bool(column.values[span.low]))
    lows, highs = (span.low, span.low), (span.high, span.high)
    if rule.tolerance:
        lows, highs = _slack(rule, name, span)
    if column.feature.dtype.is_integer:
        return _integers(column, lows, highs)
    terms = []
    if span.low > 0:
        terms.append(Compare(name, ">", _shortest(column, lows)))
    if span.high < len(column.values):
        terms.append(Compare(name, "<=", _shortest(column, highs)))
    return terms[0] if len(terms) == 1 else AllOf(tuple(terms))


Cuts = tuple[int, int]
"""The lowest and the highest place that a threshold may be moved to; a place is the number of values below it."""


def _slack(rule: _Rule, name: str, span: Span) -> tuple[Cuts, Cuts]:
    """Return how far each end of a range may be moved within the tolerance."""
    index = rule.encoding.column_of(name)
    count = len(rule.encoding.columns[index].values)
    rank = rule.encoding.matrix[:, index]
    present = hits(rule.region, rule.encoding, but=name) & ~np.isnan(rank)
    mass = np.bincount(rank[present].astype(np.int64), weights=rule.weights[present], minlength=count)
    below = np.concatenate([[0.0], np.cumsum(mass)])
    allowed = rule.tolerance * (below[span.high] - below[span.low]) * (1 + 1e-9)
    limits = ((1, max(1, span.high - 1)), (min(span.low + 1, count - 1), count - 1))
    found = []
    for cut, (least, most) in zip((span.low, span.high), limits, strict=True):
        first = int(np.searchsorted(below, below[cut] - allowed, side="left"))
        last = int(np.searchsorted(below, below[cut] + allowed, side="right")) - 1
        found.append((min(cut, max(first, least)), max(cut, min(last, most))))
    return found[0], found[1]


def _integers(column: Column, lows: Cuts, highs: Cuts) -> Condition:
    """Return whole-number literals with both ends included."""
    name, values = column.feature.name, column.values
    low = high = None
    if lows[0] > 0:
        low = _round_integer(int(values[lows[0] - 1]) + 1, int(values[lows[1]]))
    if highs[1] < len(values):
        high = _round_integer(int(values[highs[0] - 1]), int(values[highs[1]]) - 1)
    if low is not None and high is not None:
        return (
            Compare(name, "==", low)
            if low == high
            else AllOf((Compare(name, ">=", low), Compare(name, "<=", high)))
        )
    return Compare(name, ">=", low) if low is not None else Compare(name, "<=", cast("int", high))


def edge_within(column: Column, cuts: Cuts) -> AnyValue:
    """Return the shortest number ``v`` for which ``x <= v`` splits a column at one of the cuts; int or Decimal."""
    if column.feature.dtype.is_integer:
        return _round_integer(int(column.values[cuts[0] - 1]), int(column.values[cuts[1]]) - 1)
    return _shortest(column, cuts)


def cheapest_code(column: Column, cuts: Cuts, form: FixedFormat) -> int | None:
    """Return the code ``c`` with most trailing zeros for which ``x < c`` splits a column at one of the cuts.

    None where the fixed-point grid has no number between them.
    """
    least, most = form.range
    below, above = column.values[cuts[0] - 1].item(), column.values[cuts[1]].item()
    low = least + 1 if below == -math.inf else max(math.floor(form.scale(below)), least) + 1
    high = most if above == math.inf else min(math.floor(form.scale(above)), most)
    if low > high:
        return None
    step = 1
    while (found := -(-low // (2 * step)) * 2 * step) <= high:
        step *= 2
        if found == 0:
            return 0
    return -(-low // step) * step


def value_of(code: int, form: FixedFormat) -> AnyValue:
    """Return the number that a code stands for, exactly; int or Decimal."""
    number = math.ldexp(code, -form.fraction)
    return int(number) if number.is_integer() else Decimal(number)


def _round_integer(least: int, most: int) -> int:
    """Return the roundest whole number in a closed interval: 0, or a multiple of the highest power of ten there."""
    if least <= 0 <= most:
        return 0
    step: int = 10 ** len(str(max(abs(least), abs(most))))
    while True:
        middle = (least + most + step) // (2 * step) * step
        for multiple in (middle, middle - step, middle + step):
            if least <= multiple <= most:
                return multiple
        step //= 10


def _shortest(column: Column, cuts: Cuts) -> AnyValue:
    """Return the shortest decimal that splits a float feature at one of the cuts, as ``<=`` and ``>`` do."""
    low, high = float(column.values[cuts[0] - 1]), float(column.values[cuts[1]])
    is_float32 = column.feature.dtype is DType.FLOAT32
    nearest = nearest_float32 if is_float32 else nearest_float64
    if math.isinf(low):
        return Decimal(low)
    if math.isinf(high):
        high = low + max(1.0, abs(low))
    bottom, top = Decimal(low), Decimal(high)
    exponent = max(bottom.adjusted(), top.adjusted()) + 1
    found: Decimal | None = None
    for digits in range(-exponent, 20 - exponent):
        step = Decimal(1).scaleb(-digits)
        found = _multiple(bottom, top, step)
        if found is not None and low <= nearest(found) < high:
            break
    else:
        found = None
    itself = Decimal(shortest_float32(low) if is_float32 else repr(low)).normalize()
    if found is None or len(itself.as_tuple().digits) < len(found.as_tuple().digits):
        found = itself
    return int(found) if found == found.to_integral_value() else found


def _multiple(bottom: Decimal, top: Decimal, step: Decimal) -> Decimal | None:
    """Return the multiple of a step in a half-open interval that is nearest to its middle."""
    middle = (bottom + top) / 2 / step
    near = middle.to_integral_value() * step
    down, up = (middle.to_integral_value(mode) * step for mode in (ROUND_FLOOR, ROUND_CEILING))
    return next((number.normalize() for number in (near, down, up) if bottom <= number < top), None)
