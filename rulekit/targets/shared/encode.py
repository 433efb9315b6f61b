"""Events as firmware sees them: integers on the grids of the fixed-point formats.

These are the integers that every fixed-point target compares, that ``<name>_encode`` of target ``c`` gives, and
that the inputs of the ``systemverilog`` target take.
"""

from __future__ import annotations

import polars as pl

from rulekit.errors import BindError
from rulekit.frames import Frame, bind_columns, collect, scan
from rulekit.ir.numerics import Fixed, Numerics
from rulekit.ir.ruleset import Ruleset
from rulekit.targets.lower import LowFeature, lower
from rulekit.targets.polars.prelude import number, to_grid


def encode(frame: Frame, ruleset: Ruleset, numerics: Numerics, *, cast: bool = False) -> pl.DataFrame:
    """Return what the rules see of events in fixed point: one Int64 column for each feature that is read.

    - A number is its least significant bits: rounded as the numerics say, then saturated.
    - A bool is 0 or 1. A category is its place among the categories of its feature, and their number when it is
      none of them.
    - A number that is required, and that no rule asks for, may have no format: it is 0 where it is there.
    - A missing value is null.

    Parameters
    ----------
    frame : events with the features that are read; see :data:`rulekit.frames.Frame`.
    ruleset : says which features are read, in the order of its schema.
    numerics : the fixed-point formats.
    cast : whether numbers may be rounded to the nearest float of their feature first.

    Raises
    ------
    BindError
        when the numerics are native, a number that a rule reads has no format, or ``==`` asks for a value that is
        not on the grid; a LawError that lists them where there are several.
    EventError
        when a column is absent or has another dtype than its feature.

    """
    if not isinstance(numerics, Fixed):
        raise BindError(
            "native numerics have no grid to put events on",
            expected="Fixed(formats={...})",
            got=numerics.kind,
            hint="rulekit quantise proposes formats",
        )
    features = lower(ruleset, numerics).features
    events = scan(frame, ruleset.schema)
    columns = bind_columns(events, ruleset.schema, ruleset.read, cast=cast, codes=True)
    return collect(
        events.select(encoding(one, columns[one.name], numerics).alias(one.name) for one in features)
    )


def encoding(feature: LowFeature, column: pl.Expr, numerics: Fixed) -> pl.Expr:
    """Return one feature as Int64, from its bound column: a category as its code; null is missing."""
    value = number(column) if feature.feature.dtype.is_float else column
    if feature.grid is not None:
        floor = numerics.rounding == "floor"
        return to_grid(value, 2.0**feature.grid.fraction, *feature.grid.range, floor=floor)
    if feature.feature.dtype.is_number:
        return pl.when(value.is_not_null()).then(pl.lit(0, pl.Int64))
    return value.cast(pl.Int64)
