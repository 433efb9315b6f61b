from __future__ import annotations

import numpy as np
import pytest

from rulekit_adapters.hep.kinematics import HIGHEST, cylindrical, decay, pair_mass, resonance, steep

RNG = np.random.default_rng(3)


def _energies(momenta: np.ndarray) -> np.ndarray:
    """Energies of massless particles: the lengths of their momenta."""
    return np.sqrt((momenta**2).sum(axis=-1))


def test_a_decay_conserves_mass_momentum_and_rapidity() -> None:
    mass, momentum, rapidity = RNG.uniform(1, 90, 500), RNG.uniform(0, 200, 500), RNG.uniform(-2, 2, 500)
    daughters = decay(RNG, mass, momentum, rapidity)
    whole, energy = daughters.sum(axis=1), _energies(daughters).sum(axis=1)
    np.testing.assert_allclose(whole[:, 0], momentum, atol=1e-9 * 300)
    np.testing.assert_allclose(whole[:, 1], 0, atol=1e-9 * 300)
    np.testing.assert_allclose(energy**2 - (whole**2).sum(axis=1), mass**2, rtol=1e-6)
    np.testing.assert_allclose(np.arctanh(whole[:, 2] / energy), rapidity, rtol=1e-9, atol=1e-12)


def test_the_mass_of_a_pair_is_that_of_its_parent() -> None:
    mass, momentum, rapidity = RNG.uniform(1, 90, 500), RNG.uniform(0, 50, 500), RNG.uniform(-2, 2, 500)
    found = pair_mass(*cylindrical(decay(RNG, mass, momentum, rapidity)))
    np.testing.assert_allclose(found, mass, rtol=1e-6)


def test_daughters_at_rest_fly_apart_with_half_the_mass_each() -> None:
    daughters = decay(RNG, np.full(200, 10.0), np.zeros(200), np.zeros(200))
    np.testing.assert_allclose(daughters[:, 0], -daughters[:, 1], atol=1e-12)
    np.testing.assert_allclose(_energies(daughters), 5.0)
    # an isotropic direction has a cosine that is uniform in (-1, 1): mean 0 and variance 1/3
    cosine = daughters[:, 0, 2] / 5.0
    assert abs(cosine.mean()) < 4 * np.sqrt(1 / 3 / 200)
    assert cosine.var() == pytest.approx(1 / 3, abs=0.1)


@pytest.mark.parametrize(
    ("momentum", "expected"),
    [
        ([3.0, 4.0, 0.0], (5.0, 0.0, np.arctan2(4, 3))),
        ([-1.0, 0.0, np.sinh(1.5)], (1.0, 1.5, np.pi)),
        ([0.0, -2.0, -2 * np.sinh(0.5)], (2.0, -0.5, -np.pi / 2)),
    ],
)
def test_cylindrical_coordinates(momentum: list[float], expected: tuple[float, float, float]) -> None:
    np.testing.assert_allclose([part[0] for part in cylindrical(np.array([momentum]))], expected, atol=1e-12)


def test_a_particle_along_the_beam_has_a_finite_pseudorapidity() -> None:
    transverse, eta, _ = cylindrical(np.array([[0.0, 0.0, 7.0]]))
    assert np.isfinite(transverse).all()
    assert np.isfinite(eta).all()


@pytest.mark.parametrize("power", [2.0, 3.5, 6.0])
def test_a_steep_spectrum_falls_as_its_power(power: float) -> None:
    drawn = steep(np.random.default_rng(1), 20_000, 5.0, power)
    assert drawn.min() >= 5.0
    assert drawn.max() <= HIGHEST
    # the share above a momentum is the integral of the spectrum from there to the end
    for at in (6.0, 10.0, 20.0):
        tail = HIGHEST ** (1 - power)
        share = (at ** (1 - power) - tail) / (5.0 ** (1 - power) - tail)
        assert (drawn > at).mean() == pytest.approx(share, abs=4 * np.sqrt(share / 20_000))


def test_a_resonance_has_half_its_masses_within_half_a_width() -> None:
    drawn = resonance(np.random.default_rng(2), 20_000, 91.2, 2.5)
    assert np.abs(drawn - 91.2).max() <= 10 * 2.5 * (1 + 1e-12)
    inside = np.abs(drawn - 91.2) <= 1.25
    # of all a Breit-Wigner half is within half a width; the cut at ten widths leaves atan(20) / (pi / 2)
    assert inside.mean() == pytest.approx(0.5 / (np.arctan(20) / (np.pi / 2)), abs=0.02)
    assert np.median(drawn) == pytest.approx(91.2, abs=0.1)
