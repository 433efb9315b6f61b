"""Velocity features of the fraud pack: what a card and a device did up to and including each payment.

Causal by construction: a window ends at the payment (closed on the right, open on the left) and times are
strictly increasing, so a payment's features depend on itself and on earlier payments only. Money is summed in
whole cents.
"""

from __future__ import annotations

from typing import Final

import polars as pl

HOUR: Final = "1h"
DAY: Final = "24h"


def with_velocity(ledger: pl.DataFrame) -> pl.DataFrame:
    """Add velocities to a ledger, which needs time (datetime, strictly increasing), card, device and cents.

    Adds six features of shape (events,). Over a window of the last hour or day that includes the payment
    itself: ``transactions_1h`` and ``transactions_24h`` (payments of the card), ``spent_24h`` (cents of the
    card, int64), ``cards_per_device_1h`` (distinct cards at the device); and from the card's earlier
    payments alone: ``seconds_since_last`` (int64) and ``amount_ratio`` (float64, amount over the mean of
    the earlier ones), null at the card's first payment.
    """
    return ledger.with_columns(
        pl.len().rolling("time", period=HOUR, closed="right").over("card").alias("transactions_1h"),
        pl.len().rolling("time", period=DAY, closed="right").over("card").alias("transactions_24h"),
        pl.col("cents").sum().rolling("time", period=DAY, closed="right").over("card").alias("spent_24h"),
        pl.col("time").diff().dt.total_seconds().over("card").alias("seconds_since_last"),
        pl.col("card")
        .n_unique()
        .rolling("time", period=HOUR, closed="right")
        .over("device")
        .alias("cards_per_device_1h"),
        _amount_ratio(),
    )


def _amount_ratio() -> pl.Expr:
    """Amount * number of earlier payments / their sum: one division of exact integers, so rounded once."""
    cents = pl.col("cents")
    earlier = cents.cum_count() - 1
    spent = cents.cum_sum() - cents
    ratio = pl.when(earlier > 0).then(cents * earlier.cast(pl.Int64) / spent)
    return ratio.over("card").alias("amount_ratio")
