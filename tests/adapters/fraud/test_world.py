from __future__ import annotations

import numpy as np
import pytest

from rulekit_adapters.fraud.world import CITY_COUNTRY, build, distance, pick_city, pick_terminal

# one degree of a great circle of a sphere of 6371 km: 2 pi r / 360
DEGREE = 2 * np.pi * 6371 / 360


@pytest.mark.parametrize(
    ("first", "second", "degrees"),
    [
        ((0, 0), (0, 0), 0),
        ((0, 0), (0, 1), 1),
        ((0, 0), (1, 0), 1),
        ((90, 0), (-90, 0), 180),
        ((0, 0), (0, 180), 180),
        ((0, 10), (0, -170), 180),
        ((60, 0), (60, 180), 60),  # over the pole
        ((45, 7), (45, 7 + 360), 0),
    ],
)
def test_distances_are_great_circles(first: tuple[int, int], second: tuple[int, int], degrees: float) -> None:
    one, other = np.array([first], dtype=float), np.array([second], dtype=float)
    assert distance(one, other)[0] == pytest.approx(degrees * DEGREE, rel=1e-4, abs=0.01)


def test_distances_are_those_of_vectors_and_symmetric() -> None:
    rng = np.random.default_rng(0)
    one, other = (
        np.stack([rng.uniform(-90, 90, 300), rng.uniform(-180, 180, 300)], axis=1) for _ in range(2)
    )

    def vectors(places: np.ndarray) -> np.ndarray:
        latitude, longitude = np.radians(places).T
        return np.stack(
            [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)],
            axis=1,
        )

    angle = np.arccos(np.clip((vectors(one) * vectors(other)).sum(axis=1), -1, 1))
    np.testing.assert_allclose(distance(one, other), np.degrees(angle) * DEGREE, rtol=1e-3)
    np.testing.assert_allclose(distance(one, other), distance(other, one))


def test_a_city_is_of_its_country_and_every_city_is_drawn() -> None:
    rng = np.random.default_rng(1)
    country = np.repeat(np.unique(CITY_COUNTRY), 500)
    found = pick_city(rng, country)
    assert (CITY_COUNTRY[found] == country).all()
    assert set(found.tolist()) == set(range(len(CITY_COUNTRY)))


def test_a_terminal_is_of_its_city_and_the_first_ones_are_busier() -> None:
    rng = np.random.default_rng(2)
    world = build(rng, 20_000)
    city = rng.integers(0, len(CITY_COUNTRY), 4000)
    found = pick_terminal(rng, world, city)
    first, end = world.terminal_first[city], world.terminal_first[city + 1]
    assert ((found >= first) & (found < end)).all()
    many = end - first >= 10
    assert ((found - first) / (end - first))[many].mean() < 0.45  # of an even draw it is a half
