"""What was paid: genuine payments, and the campaigns of four kinds of fraud, of the fraud pack.

Each source is a function (rng, world, count) -> Payments with exactly ``count`` payments, in no order. Times
are in hours since the first midnight, money in EUR, device ages in days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from rulekit_adapters.fraud.world import (
    CITY_COUNTRY,
    COUNTRIES,
    DAYS,
    MERCHANTS,
    FloatArray,
    IntArray,
    World,
    distance,
    pick_city,
    pick_terminal,
)

HOURS: Final = 24 * DAYS
_TYPICAL: Final = np.array([1.0, 1.3, 0.9, 4.0, 3.5, 1.8, 0.4, 1.2])
_ONLINE_MERCHANTS: Final = (0.14, 0.0, 0.12, 0.14, 0.14, 0.24, 0.17, 0.05)
_LOOT: Final = (0.0, 0.0, 0.0, 0.25, 0.40, 0.20, 0.05, 0.10)
_DIGITAL: Final = MERCHANTS.index("digital")


@dataclass(frozen=True)
class Payments:
    """Payments, all arrays of shape (count,): exact facts, before any velocity is known."""

    time: FloatArray
    card: IntArray
    device: IntArray
    """Terminal (from 0), own device, or stranger's device: one number range each."""
    amount: FloatArray
    merchant: IntArray
    country: IntArray
    online: npt.NDArray[np.bool_]
    device_age: FloatArray
    """NaN at a terminal."""
    distance: FloatArray
    """From home, NaN online."""


class _Device(NamedTuple):
    """The device of each online payment: its number, and its age in days."""

    number: IntArray
    age: FloatArray


class _Shop(NamedTuple):
    """The online merchant of each payment: its category and its country."""

    merchant: IntArray
    country: IntArray


@dataclass(frozen=True)
class _Spree:
    """Payments that belong together: the campaign of each, its time and the time since the first (hours)."""

    campaign: IntArray
    time: FloatArray
    elapsed: FloatArray
    campaigns: int


def genuine(rng: np.random.Generator, world: World, count: int) -> Payments:
    """Sample everyday payments: at terminals near home or on a trip, online, now and then in bursts."""
    bursts = round(0.006 * count)
    card = rng.choice(world.customers, size=count - bursts, p=world.rate)
    day = rng.integers(0, DAYS, card.size)
    hour = _waking_hour(rng, world.nocturnal[card])
    away = (world.trip_start[card] <= day) & (day < world.trip_end[card])
    online = rng.random(card.size) < np.where(away, 0.15, 0.35)
    time = 24.0 * day + hour
    shop = _visit(rng, world, card[~online], time[~online], away[~online])
    return join([shop, _browse(rng, world, card[online], time[online]), _bursts(rng, world, bursts)])


def cloned_cards(rng: np.random.Generator, world: World, count: int) -> Payments:
    """Sample compromised terminals: copies of many different cards are cashed out there within hours."""
    spree = _spree(rng, count, sizes=(6, 18), lasts=(0.5, 3.0))
    card = rng.integers(0, world.customers, count)
    terminal = rng.integers(0, world.terminals, spree.campaigns)[spree.campaign]
    amount = world.spending[card] * rng.lognormal(1.2, 0.5, count)
    return _at_terminal(world, card, terminal, spree.time, amount)


def takeover(rng: np.random.Generator, world: World, count: int) -> Payments:
    """Sample stolen cards and accounts: bursts of higher amounts, often at night, new device or nearby."""
    spree = _spree(rng, count, sizes=(3, 9), lasts=(0.4, 2.0), nightly=0.75)
    card = rng.integers(0, world.customers, spree.campaigns)[spree.campaign]
    amount = world.spending[card] * rng.lognormal(1.3, 0.6, count)
    remote = (rng.random(spree.campaigns) < 0.7)[spree.campaign]
    near = pick_terminal(rng, world, world.home[card[~remote]])
    shop = _at_terminal(world, card[~remote], near, spree.time[~remote], amount[~remote])
    stranger = _stranger(rng, world, spree, 0, 0.3)
    device = _Device(stranger.number[remote], stranger.age[remote])
    category = rng.choice(len(MERCHANTS), size=device.number.size, p=_LOOT)
    loot = _Shop(category, CITY_COUNTRY[world.home[card[remote]]])
    return join([shop, _online(card[remote], device, spree.time[remote], amount[remote], loot)])


def card_testing(rng: np.random.Generator, world: World, count: int) -> Payments:
    """Sample card testing: many cards are tried with tiny amounts on one device within the hour."""
    spree = _spree(rng, count, sizes=(5, 25), lasts=(0.4, 1.5))
    card = rng.integers(0, world.customers, count)
    country = rng.integers(0, len(COUNTRIES), spree.campaigns)[spree.campaign]
    amount = rng.uniform(0.5, 5.0, count)
    device = _stranger(rng, world, spree, 1, 4.0)
    return _online(card, device, spree.time, amount, _Shop(np.full(count, _DIGITAL), country))


def foreign_online(rng: np.random.Generator, world: World, count: int) -> Payments:
    """Sample stolen numbers spent at a merchant abroad, once or twice, on a device first seen lately."""
    spree = _spree(rng, count, sizes=(1, 3), lasts=(0.2, 6.0))
    card = rng.integers(0, world.customers, spree.campaigns)[spree.campaign]
    step = rng.integers(1, len(COUNTRIES), spree.campaigns)[spree.campaign]
    country = (CITY_COUNTRY[world.home[card]] + step) % len(COUNTRIES)
    amount = world.spending[card] * rng.lognormal(1.7, 0.5, count)
    merchant = rng.choice(len(MERCHANTS), size=count, p=_LOOT)
    device = _stranger(rng, world, spree, 2, 0.5)
    return _online(card, device, spree.time, amount, _Shop(merchant, country))


def join(parts: list[Payments]) -> Payments:
    """Put payments from several sources one after the other."""
    names = Payments.__dataclass_fields__
    return Payments(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _waking_hour(rng: np.random.Generator, nocturnal: npt.NDArray[np.bool_]) -> FloatArray:
    """Return an hour of the day: noon and early evening for most, the night for those who work then."""
    noon = rng.random(nocturnal.size) < 0.5
    centre = np.where(nocturnal, 1.0, np.where(noon, 12.5, 18.0))
    return np.asarray((centre + rng.normal(0.0, 2.5, nocturnal.size)) % 24.0)


def _visit(
    rng: np.random.Generator, world: World, card: IntArray, time: FloatArray, away: npt.NDArray[np.bool_]
) -> Payments:
    """Pay at a terminal of the home city, of another one of the country, or of the trip's destination."""
    home = world.home[card]
    elsewhere = rng.random(card.size) < 0.08
    city = np.where(elsewhere, pick_city(rng, CITY_COUNTRY[home]), home)
    terminal = pick_terminal(rng, world, np.where(away, world.trip_city[card], city))
    usual = _TYPICAL[world.terminal_merchant[terminal]]
    amount = world.spending[card] * usual * rng.lognormal(0.0, 0.6, card.size)
    return _at_terminal(world, card, terminal, time, amount)


def _browse(rng: np.random.Generator, world: World, card: IntArray, time: FloatArray) -> Payments:
    """Pay online on the own device; one time in forty it is not recognised and looks brand new."""
    count = card.size
    merchant = rng.choice(len(MERCHANTS), size=count, p=_ONLINE_MERCHANTS)
    amount = world.spending[card] * _TYPICAL[merchant] * rng.lognormal(0.0, 0.6, count)
    abroad = rng.random(count) < 0.2
    country = np.where(abroad, rng.integers(0, len(COUNTRIES), count), CITY_COUNTRY[world.home[card]])
    own = _own_device(world, card, time)
    fresh = rng.random(count) < 1.0 / 40.0
    number = np.where(fresh, _first_stranger(world, 3) + np.arange(count), own.number)
    age = np.where(fresh, rng.exponential(0.02, count), own.age)
    return _online(card, _Device(number, age), time, amount, _Shop(merchant, country))


def _bursts(rng: np.random.Generator, world: World, count: int) -> Payments:
    """Sample small purchases, several within the hour: genuine, and close to takeover and testing."""
    spree = _spree(rng, count, sizes=(3, 7), lasts=(0.3, 2.0), nightly=0.3)
    card = rng.choice(world.customers, size=spree.campaigns, p=world.rate)[spree.campaign]
    merchant = rng.choice(len(MERCHANTS), size=count, p=_ONLINE_MERCHANTS)
    merchant = np.where(rng.random(count) < 0.6, _DIGITAL, merchant)
    amount = world.spending[card] * _TYPICAL[merchant] * rng.lognormal(0.0, 0.7, count)
    shop = _Shop(merchant, CITY_COUNTRY[world.home[card]])
    return _online(card, _own_device(world, card, spree.time), spree.time, amount, shop)


def _spree(
    rng: np.random.Generator,
    count: int,
    sizes: tuple[int, int],
    lasts: tuple[float, float],
    nightly: float = 0.0,
) -> _Spree:
    """Split count payments into campaigns of random sizes, each with a start and a duration (hours)."""
    campaign = np.repeat(np.arange(count), rng.integers(*sizes, count))[:count]
    campaigns = int(campaign[-1]) + 1 if count else 0
    hour = rng.uniform(0.0, np.where(rng.random(campaigns) < nightly, 5.0, 24.0))
    start = 24.0 * rng.integers(0, DAYS, campaigns) + hour
    duration = rng.uniform(*lasts, campaigns)
    elapsed = duration[campaign] * rng.random(count)
    time = np.minimum(start[campaign] + elapsed, HOURS - 0.001)
    return _Spree(campaign, time, elapsed, campaigns)


def _own_device(world: World, card: IntArray, time: FloatArray) -> _Device:
    """Return the device that the card's owner uses at that time."""
    own = world.terminals + world.device[card]
    age = time / 24.0 - world.device_since[card]
    replaced = age < 0.0
    # The device before the present one was two years old when it was replaced.
    return _Device(np.where(replaced, own + world.customers, own), np.where(replaced, age + 730.0, age))


def _first_stranger(world: World, kind: int) -> int:
    """Return the first device id that belongs to no customer; each kind of source has a billion of its own."""
    return world.terminals + 2 * world.customers + kind * 1_000_000_000


def _stranger(rng: np.random.Generator, world: World, spree: _Spree, kind: int, age: float) -> _Device:
    """Return each campaign one device of no customer, first seen ``age`` days before on average."""
    since = rng.exponential(age, spree.campaigns)[spree.campaign]
    return _Device(_first_stranger(world, kind) + spree.campaign, since + spree.elapsed / 24.0)


def _at_terminal(
    world: World, card: IntArray, terminal: IntArray, time: FloatArray, amount: FloatArray
) -> Payments:
    return Payments(
        time=time,
        card=card,
        device=terminal,
        amount=amount,
        merchant=world.terminal_merchant[terminal],
        country=CITY_COUNTRY[world.terminal_city[terminal]],
        online=np.zeros(card.size, dtype=np.bool_),
        device_age=np.full(card.size, np.nan),
        distance=distance(world.home_position[card], world.terminal_position[terminal]),
    )


def _online(card: IntArray, device: _Device, time: FloatArray, amount: FloatArray, shop: _Shop) -> Payments:
    return Payments(
        time=time,
        card=card,
        device=device.number,
        amount=amount,
        merchant=shop.merchant,
        country=shop.country,
        online=np.ones(card.size, dtype=np.bool_),
        device_age=device.age,
        distance=np.full(card.size, np.nan),
    )
