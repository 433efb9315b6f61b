"""Events for the law of tests/fixtures.py: payments."""

import polars as pl

PAYMENTS = pl.DataFrame(
    {
        "amount": [60.0, 12.5],
        "cards_per_device_1h": [5, 0],
        "country": ["DK", "SE"],
        "device_age": [1.0, 400.0],
    },
    schema_overrides={"amount": pl.Float32, "cards_per_device_1h": pl.Int32},
)
"""Two payments: one for review, one to approve."""
