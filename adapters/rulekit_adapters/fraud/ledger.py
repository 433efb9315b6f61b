"""The ledger of the fraud pack: all payments in order of time, with what is known of each at once.

Knows the truth; the velocities (:mod:`rulekit_adapters.fraud.velocity`) are given the ledger without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from rulekit_adapters.fraud import payments
from rulekit_adapters.fraud.world import CITY_COUNTRY, COUNTRIES, MERCHANTS, IntArray, World, build

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt

    Source = Callable[[np.random.Generator, World, int], payments.Payments]

SCENARIOS: Final[Mapping[str, tuple[float, Source]]] = {
    "cloned_cards": (0.0026, payments.cloned_cards),
    "takeover": (0.0027, payments.takeover),
    "card_testing": (0.0022, payments.card_testing),
    "foreign_online": (0.0022, payments.foreign_online),
}
"""Share of all payments, and source, of each kind of fraud."""

UNREPORTED: Final = 0.03
"""Share of fraud that nobody reports, so that the truth says genuine."""
DISPUTED: Final = 0.0003
"""Share of genuine payments that their owner disputes, so that the truth says fraud."""
_NO_COUNTRY: Final = 0.007
_NO_AGE: Final = 0.08


def ledger(events: int, seed: int) -> pl.DataFrame:
    """Return a frame of shape (events, 14): all payments in order of time.

    ``transaction`` (int64, from 0), ``time`` (datetime, ms, strictly increasing), ``card`` and ``device``
    (int64), ``cents`` (int64, EUR cents), ``hour`` (int64), ``online`` and ``abroad`` (bool), ``country``
    and ``merchant`` (string), ``device_age`` (float64, days), ``distance_km`` (float64), ``fraud`` (bool,
    as reported) and ``scenario`` (string, the real kind). Null where there is nothing to know.
    """
    rng = np.random.default_rng(seed)
    world = build(rng, events)
    counts = {name: round(share * events) for name, (share, _) in SCENARIOS.items()}
    parts = [payments.genuine(rng, world, events - sum(counts.values()))]
    parts += [source(rng, world, counts[name]) for name, (_, source) in SCENARIOS.items()]
    sizes = [part.time.size for part in parts]
    kind = np.repeat(["genuine", *SCENARIOS], sizes)
    facts = _facts(rng, world, payments.join(parts))
    return _ordered(facts.hstack(_reported(rng, kind)))


def _facts(rng: np.random.Generator, world: World, paid: payments.Payments) -> pl.DataFrame:
    """Return the facts as a frame: times in whole milliseconds, null where the acquirer sent nothing."""
    count = paid.time.size
    country = np.where(rng.random(count) < _NO_COUNTRY, len(COUNTRIES), paid.country)
    known = country < len(COUNTRIES)
    abroad = paid.country != CITY_COUNTRY[world.home[paid.card]]
    age = np.where(rng.random(count) < _NO_AGE, np.nan, paid.device_age)
    return pl.DataFrame(
        {
            "milliseconds": np.floor(paid.time * 3_600_000.0).astype(np.int64),
            "card": paid.card.astype(np.int64),
            "device": paid.device.astype(np.int64),
            "cents": np.clip(np.rint(100.0 * paid.amount), 1, 5_000_000).astype(np.int64),
            "online": paid.online,
            "country": _words(country, COUNTRIES),
            "merchant": _words(paid.merchant, MERCHANTS),
            "abroad": pl.Series(np.where(known, abroad, -1), dtype=pl.Int64),
            "device_age": pl.Series(age).fill_nan(None),
            "distance_km": pl.Series(paid.distance).fill_nan(None),
        }
    ).with_columns(pl.when(pl.col("abroad") >= 0).then(pl.col("abroad") == 1).alias("abroad"))


def _words(code: IntArray, words: tuple[str, ...]) -> pl.Series:
    """Return the word for each code; a code past the last word is missing."""
    return pl.Series([*words, None], dtype=pl.String).gather(code)


def _reported(rng: np.random.Generator, kind: npt.NDArray[np.str_]) -> pl.DataFrame:
    """Return the reported truth and the kind: some fraud is never noticed, some genuine payments disputed."""
    real = kind != "genuine"
    noise = rng.random(kind.size)
    return pl.DataFrame(
        {
            "fraud": np.where(real, noise >= UNREPORTED, noise < DISPUTED),
            "scenario": pl.Series(kind, dtype=pl.String),
        }
    )


def _ordered(frame: pl.DataFrame) -> pl.DataFrame:
    """Sort by time and make times strictly increasing, so that the past of each payment is beyond dispute."""
    frame = frame.sort("milliseconds", maintain_order=True)
    order = np.arange(frame.height)
    strict = np.maximum.accumulate(frame["milliseconds"].to_numpy() - order) + order
    time = pl.Series("time", strict).cast(pl.Datetime("ms"))
    return frame.drop("milliseconds").select(
        pl.Series("transaction", order, dtype=pl.Int64),
        time,
        time.dt.hour().cast(pl.Int64).alias("hour"),
        pl.all(),
    )
