"""The grid: a few hundred short numbers for each feature, which are the thresholds that rules may have.

Each edge is the shortest decimal within a narrow range of quantiles: half of the quantiles are of all events,
half of the events that the teacher likes. So a rule is found with the thresholds that it will have, and nothing
is rounded after the search.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any as AnyValue
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from rulekit.induction.regions.region import Choice, Region
from rulekit.induction.regions.rounding import Cuts, cheapest_code, edge_within, value_of
from rulekit.induction.samples.encoding import Column, Encoding, encode
from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, Member, Missing
from rulekit.ir.floats import nearest_float32, nearest_float64
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.schema import DType, Feature, Schema
from rulekit.labels import Weights
from rulekit.targets.shared.lut_cost import threshold_cost

Codes = npt.NDArray[np.uint16]
Box = npt.NDArray[np.uint8]

QUANTILES = 128
"""Number of edges for each feature and kind of quantile."""


class AxisArrays(NamedTuple):
    """The axes of a grid as compiled loops read them; see :func:`rulekit.induction.boxes.refine.refine`."""

    sizes: npt.NDArray[np.int64]
    categories: npt.NDArray[np.bool_]
    directions: npt.NDArray[np.int8]
    prices: Weights
    literals: Weights


@dataclass(frozen=True)
class FeatureBins:
    """The bins of one feature.

    Attributes
    ----------
    feature : the feature.
    edges : numbers in rising order, or the categories.
    strict : whether an edge itself belongs to the bin above, as cheap comparators have it; else to the bin below.
    weights : price of each edge as a share of a literal's price; empty where all cost the same.

    """

    feature: Feature
    edges: tuple[AnyValue, ...]
    strict: bool = False
    weights: tuple[float, ...] = ()

    @property
    def is_category(self) -> bool:
        """Whether the codes are places in the schema's list of categories."""
        return self.feature.dtype is DType.CATEGORY

    @property
    def size(self) -> int:
        """Number of codes, without the code of missing values."""
        return len(self.edges) if self.is_category else len(self.edges) + 1

    def code(self, column: pl.Series) -> Codes:
        """Return the codes of a bound column, shape (events,)."""
        if self.is_category:
            known = pl.DataFrame({"value": list(self.edges)}).with_row_index("code")
            found = (
                column.cast(pl.String)
                .to_frame("value")
                .join(known, on="value", how="left", maintain_order="left")
            )
            return found["code"].fill_null(self.size).to_numpy().astype(np.uint16)
        present = column.is_not_null().to_numpy()
        codes = np.full(len(present), self.size, dtype=np.uint16)
        codes[present] = self.places(column.drop_nulls().to_numpy())
        return codes

    def places(self, values: npt.NDArray[AnyValue]) -> npt.NDArray[np.intp]:
        """Return the codes of numbers of the feature's dtype, shape (values,)."""
        return np.searchsorted(
            self._bound.astype(values.dtype), values, side="right" if self.strict else "left"
        )

    @cached_property
    def _bound(self) -> npt.NDArray[AnyValue]:
        """The edges as rules bind them: the nearest values of the dtype."""
        if not self.feature.dtype.is_float:
            return np.array(self.edges)
        nearest = nearest_float32 if self.feature.dtype is DType.FLOAT32 else nearest_float64
        return np.array([nearest(edge) for edge in self.edges], dtype=np.float64)


@dataclass(frozen=True)
class BinGrid:
    """The bins of all features that vary, one axis for each."""

    axes: tuple[FeatureBins, ...]

    @property
    def cells(self) -> int:
        """Number of cells in a row of a box: the most codes of an axis, and one for missing values."""
        return max(axis.size for axis in self.axes) + 1

    def code(self, frame: pl.DataFrame) -> Codes:
        """Return the codes of bound events, shape (axes, events)."""
        return np.stack([axis.code(frame[axis.feature.name]) for axis in self.axes])

    def free(self) -> Box:
        """Return the box that holds every event."""
        box = np.zeros((len(self.axes), self.cells), dtype=np.uint8)
        for row, axis in zip(box, self.axes, strict=True):
            row[: axis.size + 1] = 1
        return box

    def arrays(
        self, literal: float, directions: Mapping[str, int] | None = None, closed: Collection[str] = ()
    ) -> AxisArrays:
        """Return the axes for compiled loops at a price for each literal; one of a closed feature is infinite."""
        wanted = directions or {}
        each = np.array([np.inf if axis.feature.name in closed else literal for axis in self.axes])
        prices = np.repeat(each[:, None], self.cells, axis=1)
        for row, axis in zip(prices, self.axes, strict=True):
            row[1 : len(axis.weights) + 1] *= axis.weights
        return AxisArrays(
            np.array([axis.size for axis in self.axes]),
            np.array([axis.is_category for axis in self.axes]),
            np.array([wanted.get(axis.feature.name, 0) for axis in self.axes], dtype=np.int8),
            prices,
            each,
        )


def make_grid(
    frame: pl.DataFrame,
    schema: Schema,
    likes: Weights,
    *,
    forbidden: Collection[str] = (),
    numerics: Fixed | None = None,
    quantiles: int = QUANTILES,
) -> BinGrid:
    """Return the grid of bound events.

    Parameters
    ----------
    frame : the events.
    schema : its features are the axes; features that do not vary are left out.
    likes : expected signal of each event, shape (events,), for the second kind of quantile.
    forbidden : features that get no axis.
    numerics : fixed-point formats of the hardware; edges are then the numbers with the cheapest comparators.
    quantiles : the most edges of each kind.

    """
    encoding = encode(frame, schema)
    axes = []
    for feature in schema.features:
        columns = [index for index, column in enumerate(encoding.columns) if column.feature == feature]
        if not columns or feature.name in forbidden:
            continue
        if feature.dtype is DType.CATEGORY:
            axes.append(FeatureBins(feature, tuple(feature.categories or ())))
            continue
        column = encoding.columns[columns[0]]
        cuts = _cuts(column, encoding.matrix[:, columns[0]], likes, quantiles)
        axes.append(_axis(column, cuts, None if numerics is None else numerics.formats.get(feature.name)))
    return BinGrid(tuple(axes))


def _axis(column: Column, cuts: set[Cuts], form: FixedFormat | None) -> FeatureBins:
    feature = column.feature
    if feature.dtype is DType.BOOL:
        return FeatureBins(feature, (False,) * (len(column.values) - 1))
    if form is None or (feature.dtype.is_integer and form.fraction > 0):
        return FeatureBins(feature, tuple(sorted({edge_within(column, cut) for cut in cuts})))
    codes = sorted({code for cut in cuts if (code := cheapest_code(column, cut, form)) is not None})
    most = 1 + threshold_cost(1, form.width)
    weights = tuple((1 + threshold_cost(code, form.width)) / most for code in codes)
    return FeatureBins(feature, tuple(value_of(code, form) for code in codes), strict=True, weights=weights)


def _cuts(column: Column, rank: npt.NDArray[np.float32], likes: Weights, quantiles: int) -> set[Cuts]:
    """Return the ranges of places in which the edges may lie; a place is a number of values below the edge."""
    count = len(column.values)
    if count <= quantiles:
        return {(cut, cut) for cut in range(1, count)}
    present = ~np.isnan(rank)
    ranks = rank[present].astype(np.int64)
    found: set[Cuts] = set()
    for mass in (np.ones(len(ranks)), likes[present]):
        found |= _quantiles(np.bincount(ranks, weights=mass, minlength=count), quantiles)
    return found


def _quantiles(mass: npt.NDArray[AnyValue], quantiles: int) -> set[Cuts]:
    """Return narrow ranges of places around equally spaced quantiles, each a quarter of the spacing wide."""
    below = np.cumsum(mass)
    if below[-1] <= 0:
        return set()
    found = set()
    for number in range(quantiles):
        ends = (np.array([number + 0.375, number + 0.625]) / quantiles) * below[-1]
        low, high = (int(np.clip(np.searchsorted(below, end) + 1, 1, len(mass) - 1)) for end in ends)
        found.add((low, high))
    return found


def box_of(region: Region, encoding: Encoding, grid: BinGrid) -> Box:
    """Return the smallest box around a region: it holds the codes of all values that the region allows."""
    box = grid.free()
    for row, axis in zip(box, grid.axes, strict=True):
        part = region.get(axis.feature.name)
        if part is None:
            continue
        row[axis.size] = part.missing
        if isinstance(part, Choice):
            row[: axis.size] = [(value in part.values) != part.negated for value in axis.edges]
        else:
            values = encoding.columns[encoding.column_of(axis.feature.name)].values
            row[: axis.size] = 0
            if not part.is_empty:
                first, last = axis.places(values[[part.low, part.high - 1]])
                first, last = first if part.low else 0, last if part.high < len(values) else axis.size - 1
                row[first : last + 1] = 1
    return box


def condition_of(box: Box, grid: BinGrid) -> AllOf:
    """Return the condition that holds for exactly the events of a box."""
    terms: list[Condition] = []
    for row, axis in zip(box, grid.axes, strict=True):
        inside, missing = np.flatnonzero(row[: axis.size]), bool(row[axis.size])
        if len(inside) == axis.size:
            terms.extend(() if missing else (Missing(axis.feature.name, negated=True),))
            continue
        parts = _category(axis, inside) if axis.is_category else _range(axis, inside)
        terms.extend(_or_missing(axis.feature.name, parts) if missing else parts)
    return AllOf(tuple(terms))


def _or_missing(name: str, parts: tuple[Condition, ...]) -> tuple[Condition, ...]:
    if not parts:
        return (Missing(name),)
    return (AnyOf((*parts, Missing(name))),)


def _category(axis: FeatureBins, inside: npt.NDArray[np.intp]) -> tuple[Condition, ...]:
    values = tuple(axis.edges[code] for code in inside)
    return (Member(axis.feature.name, values, negated=False),) if values else ()


def _range(axis: FeatureBins, inside: npt.NDArray[np.intp]) -> tuple[Condition, ...]:
    if not len(inside):
        return ()
    name, dtype = axis.feature.name, axis.feature.dtype
    low, high = int(inside[0]), int(inside[-1]) + 1
    if dtype is DType.BOOL:
        return (Compare(name, "==", value=bool(low)),)
    terms: list[Condition] = []
    if dtype.is_integer:
        return _whole(axis, low, high)
    if low > 0:
        terms.append(Compare(name, ">=" if axis.strict else ">", axis.edges[low - 1]))
    if high < axis.size:
        terms.append(Compare(name, "<" if axis.strict else "<=", axis.edges[high - 1]))
    return _one_range(terms)


def _one_range(terms: Sequence[Condition]) -> tuple[Condition, ...]:
    """Return the ends of a range as one term, which is written ``low < x <= high``."""
    return (AllOf(tuple(terms)),) if len(terms) > 1 else tuple(terms)


def _whole(axis: FeatureBins, low: int, high: int) -> tuple[Condition, ...]:
    """Return a range of whole numbers, both ends included."""
    name, shift = axis.feature.name, int(axis.strict)
    least = axis.edges[low - 1] + 1 - shift if low > 0 else None
    most = axis.edges[high - 1] - shift if high < axis.size else None
    if least is not None and least == most:
        return (Compare(name, "==", least),)
    first = () if least is None else (Compare(name, ">=", least),)
    return _one_range(first if most is None else (*first, Compare(name, "<=", most)))
