"""What the packs share: refusing impossible counts, and conforming a frame to its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rulekit.ir.schema import Feature, Schema

DTYPES: Final[Mapping[str, type[pl.DataType]]] = {
    "bool": pl.Boolean,
    "int32": pl.Int32,
    "int64": pl.Int64,
    "float32": pl.Float32,
    "float64": pl.Float64,
    "category": pl.String,
}


def check_count(events: int) -> None:
    """Raise ``ValueError`` unless ``events`` can be a number of events."""
    if events < 0:
        message = f"generate: events: expected a count of zero or more, got {events}; 0 gives an empty frame"
        raise ValueError(message)


def conform(frame: pl.DataFrame, schema: Schema, event_id: str, truth: str, kind: str) -> pl.DataFrame:
    """Return the frame that a pack promises: id (int64), features of the schema, truth (bool), kind (string).

    Numbers beyond the bounds saturate, as the readout of a detector does. Missing is null, here and before.
    """
    return frame.select(
        pl.col(event_id).cast(pl.Int64),
        *(_conform(feature) for feature in schema.features),
        pl.col(truth).cast(pl.Boolean),
        pl.col(kind).cast(pl.String),
    )


def _conform(feature: Feature) -> pl.Expr:
    value = pl.col(feature.name)
    if feature.bounds is not None:
        low, high = feature.bounds
        value = value.clip(low, high)
    return value.cast(DTYPES[feature.dtype])
