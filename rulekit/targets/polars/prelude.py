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
MASK = "__rulekit_mask_"
_CHUNK = 8  # rules per lookup table of hit lists; 2**8 lists each


def number(column: pl.Expr) -> pl.Expr:
    """A float feature: NaN is missing."""
    return column.fill_nan(None)


def to_grid(column: pl.Expr, scale: float, low: int, high: int, *, floor: bool) -> pl.Expr:
    """The number of least significant bits of a fixed-point format, saturated."""
    value = column.cast(pl.Float64)
    if floor and scale < 1:  # first to whole units: a tiny number below zero would become zero once scaled
        value = value.floor()
    scaled = (value * scale).clip(low, high)
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


def look_up(code: pl.Expr, table: Sequence[int]) -> pl.Expr:
    """The table's entry for each code: a gather, because replace_strict holds all events in memory."""
    return pl.lit(pl.Series(table, dtype=pl.UInt32)).gather(code.cast(pl.UInt32))


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


def hit_masks(invalid: pl.Expr, rules: Sequence[pl.Expr]) -> list[pl.Expr]:
    """All hits as bit masks of eight rules each, from the lowest bit up; 0 for an invalid event."""
    return [
        pl.when(invalid)
        .then(pl.lit(0, pl.UInt8))
        .otherwise(_mask(rules[start : start + _CHUNK]))
        .alias(f"{MASK}{start}")
        for start in range(0, len(rules), _CHUNK)
    ]


def _mask(rules: Sequence[pl.Expr]) -> pl.Expr:
    none = pl.lit(0, pl.UInt8)
    return reduce(
        or_,
        [pl.when(rule).then(pl.lit(1 << bit, pl.UInt8)).otherwise(none) for bit, rule in enumerate(rules)],
    )


def hit_list(ids: Sequence[str]) -> pl.Expr:
    """The ids of all hits in text order, from the masks.

    Each mask is an entry of a table of lists: a list built from one optional item per rule takes ten times as
    long.
    """
    dtype = pl.Enum(ids)
    chunks = []
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        lists = [[name for bit, name in enumerate(some) if mask >> bit & 1] for mask in range(1 << len(some))]
        table = pl.lit(pl.Series(lists, dtype=pl.List(dtype)))
        chunks.append(table.gather(pl.col(f"{MASK}{start}").cast(pl.UInt32)))
    return pl.concat_list(chunks) if chunks else pl.lit(pl.Series([[]], dtype=pl.List(dtype))).first()
