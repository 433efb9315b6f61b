"""Who pays and where: customers, cities and terminals of the fraud pack.

Positions are in degrees, distances in km, money in EUR, times in days since the first day. All arrays are
NumPy arrays with one entry a customer, a terminal or a city. City positions are rounded public coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

DAYS: Final = 60
COUNTRIES: Final = ("SE", "NO", "DK", "FI", "DE", "GB", "US", "BR")
MERCHANTS: Final = (
    "grocery",
    "fuel",
    "restaurant",
    "travel",
    "electronics",
    "fashion",
    "digital",
    "gambling",
)
EVENTS_PER_CUSTOMER: Final = 60
_EARTH_RADIUS: Final = 6371.0
# Country (index), latitude, longitude, share of homes; sorted, so that a country is a range of cities.
_CITIES: Final = (
    (0, 59.33, 18.07, 0.22),
    (0, 57.71, 11.97, 0.13),
    (0, 55.61, 13.00, 0.10),
    (1, 59.91, 10.75, 0.16),
    (1, 60.39, 5.32, 0.07),
    (2, 55.68, 12.57, 0.12),
    (2, 56.16, 10.20, 0.05),
    (3, 60.17, 24.94, 0.10),
    (3, 61.50, 23.76, 0.05),
    (4, 52.52, 13.40, 0.0),
    (4, 53.55, 9.99, 0.0),
    (5, 51.51, -0.13, 0.0),
    (6, 40.71, -74.01, 0.0),
    (7, -23.55, -46.63, 0.0),
)
_TABLE: Final = np.array(_CITIES)
CITY_COUNTRY: Final[IntArray] = _TABLE[:, 0].astype(np.int64)
_TERMINAL_MERCHANTS: Final = (0.38, 0.14, 0.22, 0.05, 0.06, 0.13, 0.01, 0.01)


@dataclass(frozen=True)
class World:
    """Customers (card, home, habits, devices, one trip) and terminals (city, position, merchant category)."""

    home: IntArray
    """City of each customer's home."""
    home_position: FloatArray
    spending: FloatArray
    """Median amount (EUR) of each customer."""
    rate: FloatArray
    """Each customer's share of all genuine payments."""
    nocturnal: npt.NDArray[np.bool_]
    device: IntArray
    """Own device, shared within some households."""
    device_since: FloatArray
    """Day on which the own device replaced the one before: negative before the first day."""
    trip_city: IntArray
    trip_start: FloatArray
    trip_end: FloatArray
    terminal_first: IntArray
    """First terminal of each city; one more entry than cities, so that a city is a range of terminals."""
    terminal_city: IntArray
    terminal_position: FloatArray
    terminal_merchant: IntArray

    @property
    def customers(self) -> int:
        """Number of customers, each with one card."""
        return self.home.size

    @property
    def terminals(self) -> int:
        """Number of terminals."""
        return self.terminal_city.size


def build(rng: np.random.Generator, events: int) -> World:
    """Build a world in which the given number of payments over DAYS days is about one a customer a day."""
    customers = max(40, events // EVENTS_PER_CUSTOMER)
    home = rng.choice(len(_TABLE), size=customers, p=_TABLE[:, 3])
    household = np.where(rng.random(customers) < 0.3, np.arange(customers) // 2 * 2, np.arange(customers))
    rate = rng.gamma(2.0, 1.0, customers)
    trip_start = rng.uniform(-DAYS, DAYS, customers)
    city = _terminal_cities(rng, max(3 * len(_TABLE), customers // 4))
    return World(
        home=home,
        home_position=_TABLE[home, 1:3] + rng.normal(0.0, 0.1, (customers, 2)),
        spending=25.0 * rng.lognormal(0.0, 0.5, customers),
        rate=rate / rate.sum(),
        nocturnal=rng.random(customers) < 0.06,
        device=household,
        # One customer in ten gets a new device within the period.
        device_since=rng.uniform(-9.0 * DAYS, DAYS, customers)[household],
        trip_city=rng.integers(0, len(_TABLE), customers),
        trip_start=trip_start,
        trip_end=trip_start + rng.uniform(2.0, 9.0, customers),
        terminal_first=np.searchsorted(city, np.arange(len(_TABLE) + 1)),
        terminal_city=city,
        terminal_position=_TABLE[city, 1:3] + rng.normal(0.0, 0.06, (city.size, 2)),
        terminal_merchant=rng.choice(len(MERCHANTS), size=city.size, p=_TERMINAL_MERCHANTS),
    )


def _terminal_cities(rng: np.random.Generator, terminals: int) -> IntArray:
    """Return the city of each terminal, sorted; no city is without one."""
    share = _TABLE[:, 3] + 0.02
    drawn = rng.choice(len(_TABLE), size=terminals - len(_TABLE), p=share / share.sum())
    return np.sort(np.concatenate([np.arange(len(_TABLE)), drawn]))


def pick_city(rng: np.random.Generator, country: IntArray) -> IntArray:
    """Draw a city, shape (count,), of each of the given countries, shape (count,)."""
    first = np.searchsorted(CITY_COUNTRY, country)
    number = np.searchsorted(CITY_COUNTRY, country, side="right") - first
    return np.asarray(first + np.floor(rng.random(country.size) * number).astype(np.int64))


def pick_terminal(rng: np.random.Generator, world: World, city: IntArray) -> IntArray:
    """Draw a terminal in each of the given cities, shape (count,) both; some are busier than others."""
    first, end = world.terminal_first[city], world.terminal_first[city + 1]
    return np.asarray(first + np.floor(rng.random(city.size) ** 1.7 * (end - first)).astype(np.int64))


def distance(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the great-circle distance (km), shape (count,), of positions (degrees), shape (count, 2).

    A position is a latitude and a longitude. The haversine formula (R. W. Sinnott, "Virtues of the
    Haversine", Sky and Telescope 68, 1984).
    """
    a, b = np.radians(first), np.radians(second)
    half = np.sin((b - a) / 2.0) ** 2
    chord = half[:, 0] + np.cos(a[:, 0]) * np.cos(b[:, 0]) * half[:, 1]
    return np.asarray(2.0 * _EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(chord, 1.0))))
