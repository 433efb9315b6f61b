"""The text at the head of every module that the ``polars`` target emits. It needs nothing but Polars.

Null stands for every missing value, and a comparison with null gives null, which is not a hit. There is no
negation, so null never turns into true.
"""

import math
from collections.abc import Callable, Sequence  # noqa: F401 - the generated part uses Callable
from functools import reduce
from operator import or_

import polars as pl

INF = math.inf
CODE = "__rulekit_code"
_CHUNK = 8  # rules per lookup table of hit lists; 2**8 lists each


def number(column: pl.Expr) -> pl.Expr:
    """A float feature: NaN is missing."""
    return column.fill_nan(None)


def to_grid(column: pl.Expr, scale: float, low: int, high: int, *, floor: bool) -> pl.Expr:
    """The number of least significant bits of a fixed-point format, saturated."""
    scaled = (column.cast(pl.Float64) * scale).clip(low, high)
    return (scaled.floor() if floor else scaled.round(0, mode="half_to_even")).cast(pl.Int64)


def code_type(count: int) -> type[pl.DataType]:
    """The smallest unsigned integer for codes below ``count``."""
    return pl.UInt8 if count <= 1 << 8 else pl.UInt16 if count <= 1 << 16 else pl.UInt32


def first_hit(invalid: pl.Expr, rules: Sequence[pl.Expr]) -> pl.Expr:
    """The index of the first rule that hits; their number for an invalid event; null when nothing hits.

    A coalesce is linear in the rules, as a when/then chain is not.
    """
    code = code_type(len(rules) + 2)
    first = pl.when(invalid).then(pl.lit(len(rules), code))
    return pl.coalesce(
        [first, *(pl.when(rule).then(pl.lit(index, code)) for index, rule in enumerate(rules))]
    )


def any_hit(rules: Sequence[pl.Expr]) -> pl.Expr:
    """Whether any of the rules hits; never null."""
    return reduce(or_, rules, pl.lit(False)).fill_null(False)


def total(rules: Sequence[pl.Expr], points: Sequence[int]) -> pl.Expr:
    """The sum of the points of all hits."""
    terms = [
        pl.when(rule).then(pl.lit(p, pl.Int64)).otherwise(pl.lit(0, pl.Int64))
        for rule, p in zip(rules, points, strict=True)
    ]
    return reduce(lambda left, right: left + right, terms, pl.lit(0, pl.Int64))


def ladder_step(score: pl.Expr, ladder: Sequence[tuple[str, int]]) -> pl.Expr:
    """How many thresholds of a rising ladder the score reaches."""
    reached = [(score >= pl.lit(least, pl.Int64)).cast(pl.UInt32) for _, least in ladder]
    return reduce(lambda left, right: left + right, reached, pl.lit(0, pl.UInt32))


def hit_list(invalid: pl.Expr, rules: Sequence[pl.Expr], ids: Sequence[str]) -> pl.Expr:
    """The ids of all hits in text order, as a list; empty for an invalid event.

    Eight rules at a time become a bit mask, and the mask an entry of a table of lists: a list built from one
    optional item per rule takes ten times as long.
    """
    dtype = pl.Enum(ids)
    chunks = [
        _chunk_lists(rules[start : start + _CHUNK], ids[start : start + _CHUNK], dtype)
        for start in range(0, len(rules), _CHUNK)
    ]
    none = pl.lit(pl.Series([[]], dtype=pl.List(dtype))).first()
    return pl.when(~invalid).then(pl.concat_list(chunks)).otherwise(none) if chunks else none


def _chunk_lists(rules: Sequence[pl.Expr], ids: Sequence[str], dtype: pl.Enum) -> pl.Expr:
    masks = range(1 << len(rules))
    lists = [[name for bit, name in enumerate(ids) if mask >> bit & 1] for mask in masks]
    table = pl.Series(lists, dtype=pl.List(dtype))
    bits = [
        pl.when(rule).then(pl.lit(1 << bit, pl.UInt8)).otherwise(pl.lit(0, pl.UInt8))
        for bit, rule in enumerate(rules)
    ]
    return reduce(or_, bits).map_batches(
        lambda mask: table.gather(mask.cast(pl.UInt32)), return_dtype=table.dtype, is_elementwise=True
    )
