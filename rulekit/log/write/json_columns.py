"""Whole columns as canonical JSON (RFC 8785), byte for byte as :mod:`rulekit.log.record` writes single values.

Polars writes a number with the shortest digits that read back, as ECMAScript does, but sometimes places the point
differently. Expressions repair this, and Python repairs the few values that are left.
"""

from __future__ import annotations

import json
import math
from decimal import Decimal

import polars as pl

from rulekit.ir.schema import DType
from rulekit.log.record import EXACT

_NULL = "null"
_UNSAFE = '[\\x00-\\x1f"\\\\]'
"""Characters that a JSON string must escape."""


def json_values(values: pl.Series, dtype: DType) -> pl.Series:
    """Return each value of a feature as JSON text; NaN and null are ``null``."""
    if dtype.is_float:
        return json_floats(values)
    if dtype.is_integer:
        return json_integers(values)
    return json_bools(values) if dtype is DType.BOOL else json_strings(values)


def json_floats(values: pl.Series) -> pl.Series:
    """Return floats as ECMAScript writes numbers, as RFC 8785 asks; infinities are strings."""
    doubles = values.cast(pl.Float64).fill_nan(None)
    column, size = pl.col(doubles.name), pl.col(doubles.name).abs()
    infinite = pl.when(column > 0).then(pl.lit('"Infinity"')).otherwise(pl.lit('"-Infinity"'))
    text = (
        pl.when(size == math.inf)
        .then(infinite)
        .when(size == 0)
        .then(pl.lit("0"))
        .otherwise(column.cast(pl.String).str.strip_suffix(".0"))
    )
    # ECMAScript uses exponents from 1e21 on and below 1e-6; Polars from 1e16 on and below 1e-5.
    long = ((size >= 1e16) & (size < 1e21)) | ((size >= 1e-6) & (size < 1e-5))
    frame = doubles.to_frame().select(
        text.fill_null(_NULL).alias("text"), long.fill_null(value=False).alias("long")
    )
    return _mended(frame, doubles)


def _mended(frame: pl.DataFrame, doubles: pl.Series) -> pl.Series:
    """Write the numbers of some magnitudes without exponent, as ECMAScript does and Polars does not."""
    places = frame["long"].arg_true()
    if not len(places):
        return frame["text"]
    plain = [format(Decimal(repr(value)), "f").removesuffix(".0") for value in doubles.gather(places)]
    return frame["text"].scatter(places, plain)


def json_integers(values: pl.Series) -> pl.Series:
    """Return integers as numbers, and as strings beyond 2**53 - 1."""
    return _integers(values, '"', '"')


def json_strings(values: pl.Series) -> pl.Series:
    """Return texts as JSON strings."""
    texts = values.cast(pl.String)
    unsafe = texts.str.contains(_UNSAFE).fill_null(value=False).arg_true()
    quoted = texts.to_frame("text").select(
        pl.concat_str(pl.lit('"'), pl.col("text"), pl.lit('"')).fill_null(_NULL)
    )
    if not len(unsafe):
        return quoted.to_series()
    return quoted.to_series().scatter(unsafe, [json_string(text) for text in texts.gather(unsafe)])


def json_string(text: str) -> str:
    """Return one text as a JSON string, with no more escapes than JSON needs."""
    return json.dumps(text, ensure_ascii=False)


def json_bools(values: pl.Series) -> pl.Series:
    """Return bools as ``true`` and ``false``."""
    return values.cast(pl.String).fill_null(_NULL)


def json_ids(ids: pl.Series) -> pl.Series:
    """Return event ids, texts or integers, as :func:`rulekit.log.record.event_to_json` does."""
    return _integers(ids, '{"integer":"', '"}') if ids.dtype.is_integer() else json_strings(ids)


def json_lists(lists: pl.Series) -> pl.Series:
    """Return lists of rule ids as JSON; ids need no escapes. Null becomes an empty list."""
    joined = pl.col("list").cast(pl.List(pl.String)).list.join('","')
    text = pl.when(joined.str.len_bytes() > 0).then(pl.concat_str(pl.lit('["'), joined, pl.lit('"]')))
    return lists.to_frame("list").select(text.fill_null("[]")).to_series()


def _integers(values: pl.Series, before: str, after: str) -> pl.Series:
    number, text = pl.col("number"), pl.col("number").cast(pl.String)
    large = (number > EXACT) | (number < -EXACT)
    wrapped = pl.when(large).then(pl.concat_str(pl.lit(before), text, pl.lit(after))).otherwise(text)
    wide = values if values.dtype in {pl.Int64, pl.UInt64} else values.cast(pl.Int64)
    return wide.to_frame("number").select(wrapped.fill_null(_NULL)).to_series()
