"""The fraud pack: card payments over 60 days, with velocity features computed from the past alone.

Customers live in Nordic cities, pay at terminals and online, travel, replace devices and share them in
households. About one payment in a hundred is fraud, of four kinds: ``cloned_cards`` (copies of many cards
cashed out at one compromised terminal), ``takeover`` (a burst of higher amounts, mostly at night),
``card_testing`` (tiny amounts on many cards from one device), ``foreign_online`` (a stolen number spent
abroad on a young device). The truth is what was reported: 3 % of the fraud is never reported, and 0.03 % of
genuine payments are disputed. The rates are round numbers chosen for the exercise and describe no real
bank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from rulekit.ir.schema import Feature, Schema
from rulekit_adapters._pack import check_count, conform
from rulekit_adapters.fraud.ledger import SCENARIOS, ledger
from rulekit_adapters.fraud.velocity import with_velocity
from rulekit_adapters.fraud.world import COUNTRIES, DAYS, MERCHANTS

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

__all__ = ["FRAUDS", "ID", "KIND", "NAME", "SCHEMA", "TRUTH", "generate", "teacher"]

NAME: Final[str] = "fraud"
ID: Final[str] = "transaction"
TRUTH: Final[str] = "fraud"
KIND: Final[str] = "scenario"
FRAUDS: Final[tuple[str, ...]] = tuple(SCENARIOS)

SCHEMA: Final[Schema] = Schema(
    name="fraud.card",
    version="1.0.0",
    features=(
        Feature(name="amount", dtype="float32", unit="EUR", bounds=(0, 50_000), required=True, doc="Amount."),
        Feature(
            name="amount_ratio",
            dtype="float32",
            bounds=(0, 100_000),
            doc="Amount over the mean of the card's earlier payments; missing at the first.",
        ),
        Feature(
            name="transactions_1h",
            dtype="int32",
            unit="payments",
            bounds=(0, 10_000),
            doc="Payments of the card in the last hour, this one included.",
        ),
        Feature(
            name="transactions_24h",
            dtype="int32",
            unit="payments",
            bounds=(0, 10_000),
            doc="Payments of the card in the last 24 hours, this one included.",
        ),
        Feature(
            name="spent_24h",
            dtype="int64",
            unit="cent",
            bounds=(0, 10_000_000_000),
            doc="Money paid with the card in the last 24 hours, this payment included, in EUR cents.",
        ),
        Feature(
            name="seconds_since_last",
            dtype="int64",
            unit="s",
            bounds=(0, DAYS * 86_400),
            doc="Time since the card's last payment; missing at the first.",
        ),
        Feature(
            name="cards_per_device_1h",
            dtype="int32",
            unit="cards",
            bounds=(0, 1000),
            doc="Different cards at the terminal, or on the device, in the last hour, this one included.",
        ),
        Feature(
            name="distance_km",
            dtype="float32",
            unit="km",
            bounds=(0, 20_040),
            doc="Great-circle distance from the card owner's home to the terminal; missing online.",
        ),
        Feature(name="country", dtype="category", categories=COUNTRIES, doc="Country of the merchant."),
        Feature(name="abroad", dtype="bool", doc="The merchant's country is not the card owner's."),
        Feature(name="merchant", dtype="category", categories=MERCHANTS, doc="Merchant category."),
        Feature(name="hour", dtype="int32", unit="h", bounds=(0, 23), required=True, doc="Hour of the day."),
        Feature(name="online", dtype="bool", required=True, doc="Paid online, not at a terminal."),
        Feature(
            name="device_age",
            dtype="float64",
            unit="day",
            bounds=(0, 10_000),
            doc="Time since the device was first seen; missing at a terminal or when not known.",
        ),
    ),
)


def generate(events: int, seed: int) -> pl.DataFrame:
    """Generate card payments in order of time, deterministic in the seed.

    Gives a frame of shape (events, 17): ``transaction`` (int64, from 0), the fourteen features in schema
    order with the schema's dtypes and units, ``fraud`` (bool, as reported) and ``scenario`` (string: the
    real kind, or ``genuine``). Raises ``ValueError`` on a negative count.
    """
    check_count(events)
    frame = with_velocity(ledger(events, seed)).with_columns((pl.col("cents") / 100).alias("amount"))
    return conform(frame, SCHEMA, ID, TRUTH, KIND)


def teacher(seed: int) -> BaseEstimator:
    """Return an unfitted random forest for a float32 matrix (events, 14) with NaN for missing features.

    Missing becomes -1, below every physical value. Categories come as integer codes, which trees can cut
    apart. One thread: with several, a forest sums its trees in any order, and scores differ in their last
    bit between runs.
    """
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline

    return make_pipeline(
        SimpleImputer(strategy="constant", fill_value=-1.0),
        RandomForestClassifier(
            n_estimators=50,
            max_depth=14,
            min_samples_leaf=3,
            max_features=5,
            max_samples=0.5,
            random_state=seed,
        ),
    )
