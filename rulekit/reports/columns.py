"""Features of the events as columns: at their dtypes, null where they are missing and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from rulekit.frames import bind_columns
from rulekit.ir.schema import Feature, Schema


def feature_columns(schema: Schema, features: Sequence[Feature], frame: pl.DataFrame) -> dict[str, pl.Expr]:
    """Return one expression per feature.

    Raises
    ------
    EventError
        when a column is absent or has another dtype than its feature.

    """
    columns = bind_columns(frame.lazy(), schema, tuple(features), cast=True)
    return {
        feature.name: columns[feature.name].fill_nan(None)
        if feature.dtype.is_float
        else columns[feature.name]
        for feature in features
    }


def feature_values(schema: Schema, feature: Feature, frame: pl.DataFrame) -> pl.Series:
    """Return the values of one feature; see :func:`feature_columns`."""
    return frame.select(feature_columns(schema, (feature,), frame)[feature.name]).to_series()
