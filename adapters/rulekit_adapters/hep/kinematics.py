"""Two-body kinematics and random shapes for the hep pack.

Energies, momenta and masses are in GeV with c = 1, angles in radians, lengths in mm. Arrays are float64.
Formulas: "Kinematics" in the Review of Particle Physics (Particle Data Group), sections on Lorentz
transformations and two-body decays.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

HIGHEST: Final = 1_000.0
"""Highest transverse momentum generated, in GeV: the end of the readout's range."""


def steep(rng: np.random.Generator, count: int, lowest: float, power: float) -> FloatArray:
    """Draw transverse momenta, shape (count,), from dN/dpT ~ pT**-power between lowest and HIGHEST.

    By inversion: the integral of the spectrum above pT falls as pT**(1 - power).
    """
    tail = (HIGHEST / lowest) ** (1.0 - power)
    return np.asarray(lowest * (1.0 - rng.random(count) * (1.0 - tail)) ** (1.0 / (1.0 - power)))


def resonance(rng: np.random.Generator, count: int, mass: float, width: float) -> FloatArray:
    """Draw masses, shape (count,), from a non-relativistic Breit-Wigner cut at ten widths on either side."""
    edge = np.arctan(20.0)
    return np.asarray(mass + 0.5 * width * np.tan(rng.uniform(-edge, edge, count)))


def decay(
    rng: np.random.Generator, mass: FloatArray, momentum: FloatArray, rapidity: FloatArray
) -> FloatArray:
    """Let parents decay isotropically to two massless daughters; return their momenta, shape (count, 2, 3).

    The parents, shape (count,) each, fly along x in the transverse plane: mass and transverse momentum in
    GeV. The muon mass is neglected, which moves the J/psi by less than the detector's resolution.
    """
    cosine = rng.uniform(-1.0, 1.0, mass.size)
    azimuth = rng.uniform(-np.pi, np.pi, mass.size)
    sine = np.sqrt(1.0 - cosine**2)
    axis = np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), cosine], axis=1)
    at_rest = 0.5 * mass[:, None] * axis
    transverse_mass = np.hypot(mass, momentum)
    flight = np.stack([momentum, np.zeros_like(mass), transverse_mass * np.sinh(rapidity)], axis=1)
    boost = flight / mass[:, None]
    gamma = transverse_mass * np.cosh(rapidity) / mass
    along = np.sum(boost * at_rest, axis=1)
    pair = [_boosted(sign * at_rest, boost, gamma, sign * along, 0.5 * mass) for sign in (1.0, -1.0)]
    return np.stack(pair, axis=1)


def _boosted(
    momentum: FloatArray, boost: FloatArray, gamma: FloatArray, along: FloatArray, energy: FloatArray
) -> FloatArray:
    """Boost momenta, shape (count, 3), by gamma and boost = gamma * beta; along = boost . momentum."""
    shift = along / (1.0 + gamma) + energy
    return np.asarray(momentum + shift[:, None] * boost)


def cylindrical(momentum: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return transverse momentum (GeV), pseudorapidity and azimuth (rad) of momenta of shape (..., 3)."""
    transverse = np.maximum(np.hypot(momentum[..., 0], momentum[..., 1]), 1e-9)
    return (
        transverse,
        np.arcsinh(momentum[..., 2] / transverse),
        np.arctan2(momentum[..., 1], momentum[..., 0]),
    )


def pair_mass(transverse: FloatArray, eta: FloatArray, azimuth: FloatArray) -> FloatArray:
    """Return the mass (GeV), shape (count,), of pairs of massless particles, shape (count, 2) each.

    m**2 = 2 pT1 pT2 (cosh(eta1 - eta2) - cos(phi1 - phi2)).
    """
    opening = np.cosh(eta[:, 0] - eta[:, 1]) - np.cos(azimuth[:, 0] - azimuth[:, 1])
    return np.asarray(np.sqrt(np.maximum(2.0 * transverse[:, 0] * transverse[:, 1] * opening, 0.0)))
