"""What happened: the collision processes of the hep pack, before the detector has seen them.

Each process is a function (rng, count) -> Collisions. The x axis of every event is the direction of its
leading jet; bosons and invisible particles recoil against it. Rates are those after a loose seed, not
cross-sections. Energies and momenta in GeV, angles in rad, lengths in mm, arrays float64 or bool.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rulekit_adapters.hep.kinematics import FloatArray, cylindrical, decay, resonance, steep

JETS: Final = 8
DARK_PHOTON_MASS: Final = 20.0
_CTAU: Final = 2.5
# Masses and widths (GeV): Review of Particle Physics; the three Upsilon states are merged into the first.
_W: Final = (80.37, 2.09)
_PEAKS: Final = ((3.097, 1e-4), (9.46, 5e-5), (91.19, 2.495))
_PEAK_SHARES: Final = (0.22, 0.10, 0.28)


@dataclass(frozen=True)
class Muons:
    """At most two muons an event, shape (count, 2) each; an absent muon has a NaN transverse momentum."""

    pt: FloatArray
    eta: FloatArray
    phi: FloatArray
    positive: npt.NDArray[np.bool_]
    isolation: FloatArray
    flight: FloatArray
    """Transverse distance (mm) from the collision to the vertex that the muon comes from."""


@dataclass(frozen=True)
class Collisions:
    """Events of one process: jet pT (count, JETS) in falling order, invisible px and py (count, 2), muons."""

    jets: FloatArray
    invisible: FloatArray
    muons: Muons


def qcd(rng: np.random.Generator, count: int) -> Collisions:
    """Sample QCD multijets: dN/dpT ~ pT**-5, muons in jets from heavy flavour and decays in flight."""
    leading = steep(rng, count, 32.0, 5.0)
    jets = _shower(rng, leading, balance=7.0, softness=2.4)
    # Neutrinos of heavy flavour and dead cells: one event in eight loses part of its leading jet.
    lost = np.where(rng.random(count) < 0.12, rng.beta(1.2, 4.0, count), 0.0) * leading
    invisible = np.stack([lost, rng.normal(0.0, 0.08, count) * lost], axis=1)
    return Collisions(jets, invisible, _heavy_flavour(rng, leading))


def drell_yan(rng: np.random.Generator, count: int) -> Collisions:
    """Sample Drell-Yan dimuons: a continuum from 8 GeV, and the J/psi, Upsilon and Z peaks."""
    kind = rng.choice(4, size=count, p=[*_PEAK_SHARES, 1.0 - sum(_PEAK_SHARES)])
    # The continuum falls as m**-3; the seed, which keeps hard muons, makes that m**-2.5.
    mass = np.select(
        [kind == code for code in range(3)],
        [resonance(rng, count, *peak) for peak in _PEAKS],
        steep(rng, count, 8.0, 2.5),
    )
    momentum = 4.0 + rng.gamma(1.6, 6.0 + 0.08 * mass, count)
    # One J/psi in four comes from a b hadron: displaced, and not isolated.
    from_b = (kind == 0) & (rng.random(count) < 0.25)
    flight = np.where(from_b, rng.exponential(0.09 * momentum, count), 0.0)
    isolation = np.where(from_b[:, None], rng.lognormal(-0.8, 0.8, (count, 2)), _isolated(rng, count))
    muons, _ = _dimuon(rng, mass, momentum, flight, isolation)
    jets = _shower(rng, steep(rng, count, 12.0, 4.0), balance=2.0, softness=2.0)
    return Collisions(jets, np.zeros((count, 2)), muons)


def w_lepton(rng: np.random.Generator, count: int) -> Collisions:
    """Sample W to lepton and neutrino against jets: half with a muon, half with an electron or a tau."""
    leading = steep(rng, count, 24.0, 4.2)
    momentum = leading * rng.uniform(0.5, 1.1, count)
    mass = resonance(rng, count, *_W)
    muons, momenta = _dimuon(rng, mass, momentum, np.zeros(count), _isolated(rng, count))
    pt = muons.pt.copy()
    pt[:, 1] = np.nan
    pt[rng.random(count) < 0.5, 0] = np.nan
    seen = Muons(pt, muons.eta, muons.phi, muons.positive, muons.isolation, muons.flight)
    return Collisions(_shower(rng, leading, balance=2.5, softness=2.2), momenta[:, 1, :2], seen)


def dark_photon(rng: np.random.Generator, count: int) -> Collisions:
    """Sample a signal: soft dark photons of 20 GeV fly some mm (c tau 2.5 mm) and decay to isolated muons."""
    mass = np.full(count, DARK_PHOTON_MASS)
    momentum = 3.0 + rng.gamma(1.8, 9.0, count)
    flight = rng.exponential(_CTAU, count) * momentum / mass
    muons, _ = _dimuon(rng, mass, momentum, flight, _isolated(rng, count))
    jets = _shower(rng, steep(rng, count, 14.0, 4.0), balance=2.0, softness=2.0)
    return Collisions(jets, np.zeros((count, 2)), muons)


def stop(rng: np.random.Generator, count: int) -> Collisions:
    """Sample a signal: pairs of stop-like particles of small mass gap give medium jets and moderate MET."""
    leading = 30.0 + rng.gamma(2.4, 28.0, count)
    jets = _shower(rng, leading, balance=5.0, softness=5.0)
    size = rng.gamma(3.0, 28.0, count)
    # Two invisible particles share the recoil, so that it need not point away from the leading jet.
    angle = np.pi + rng.normal(0.0, 0.9, count)
    invisible = np.stack([size * np.cos(angle), size * np.sin(angle)], axis=1)
    return Collisions(jets, invisible, _single_muon(rng, count, 0.2))


def _shower(rng: np.random.Generator, leading: FloatArray, balance: float, softness: float) -> FloatArray:
    """Return jet pT, shape (count, JETS), each a random share of the one before it.

    A large balance makes the second jet as hard as the first; a large softness parameter keeps the others
    hard.
    """
    second = rng.beta(balance, 1.6, (leading.size, 1))
    others = rng.beta(softness, 1.6, (leading.size, JETS - 2))
    shares = np.concatenate([np.ones((leading.size, 1)), second, others], axis=1)
    return np.asarray(leading[:, None] * np.cumprod(shares, axis=1))


def _isolated(rng: np.random.Generator, count: int) -> FloatArray:
    """Relative isolation, shape (count, 2), of muons outside jets: pile-up alone."""
    return rng.exponential(0.08, (count, 2))


def _dimuon(
    rng: np.random.Generator,
    mass: FloatArray,
    momentum: FloatArray,
    flight: FloatArray,
    isolation: FloatArray,
) -> tuple[Muons, FloatArray]:
    """Let parents that recoil against the jets decay to two muons; give also the momenta, (count, 2, 3)."""
    momenta = decay(rng, mass, momentum, rng.normal(0.0, 1.3, mass.size))
    turn = np.pi + rng.normal(0.0, 0.5, mass.size)
    momenta = _rotated(momenta, turn)
    pt, eta, phi = cylindrical(momenta)
    first = rng.random(mass.size) < 0.5
    both = np.repeat(flight[:, None], 2, axis=1)
    return Muons(pt, eta, phi, np.stack([first, ~first], axis=1), isolation, both), momenta


def _rotated(momenta: FloatArray, turn: FloatArray) -> FloatArray:
    """Rotate momenta, shape (count, 2, 3), about the beam by turn (rad), shape (count,)."""
    cosine, sine = np.cos(turn)[:, None], np.sin(turn)[:, None]
    x, y = momenta[..., 0], momenta[..., 1]
    return np.stack([x * cosine - y * sine, x * sine + y * cosine, momenta[..., 2]], axis=-1)


def _heavy_flavour(rng: np.random.Generator, leading: FloatArray) -> Muons:
    """Put muons into the leading jets: each has a share of its jet and flies with its hadron."""
    count = leading.size
    pt = leading[:, None] * rng.beta(1.3, 5.0, (count, 2))
    number = rng.choice(3, size=count, p=[0.62, 0.26, 0.12])
    pt[number[:, None] <= np.arange(2)] = np.nan
    # The second muon comes from the other jet in two events of three, else from the same b hadron's charm.
    back = np.where(rng.random(count) < 0.65, np.pi, 0.0)
    phi = np.stack([np.zeros(count), back], axis=1) + rng.normal(0.0, 0.25, (count, 2))
    eta = rng.normal(0.0, 1.2, (count, 1)) + rng.normal(0.0, 0.35, (count, 2))
    # A b hadron flies c tau * pT / m = 0.45 mm * pT / 5 GeV, its muon has 0.4 of its pT; pions and kaons that
    # decay in flight leave a tail of centimetres.
    flight = rng.exponential(0.22, (count, 2)) * np.nan_to_num(pt)
    flight += np.where(rng.random((count, 2)) < 0.04, rng.exponential(15.0, (count, 2)), 0.0)
    positive = rng.random((count, 2)) < 0.5
    # Both muons of one b hadron (b to c to s) have opposite charges.
    positive[:, 1] = np.where(back == 0.0, ~positive[:, 0], positive[:, 1])
    return Muons(pt, eta, phi, positive, rng.lognormal(-0.9, 1.1, (count, 2)), flight)


def _single_muon(rng: np.random.Generator, count: int, share: float) -> Muons:
    """Return one prompt isolated muon to a share of the events, none to the others."""
    pt = np.full((count, 2), np.nan)
    pt[:, 0] = np.where(rng.random(count) < share, 5.0 + rng.gamma(2.0, 12.0, count), np.nan)
    eta = rng.normal(0.0, 1.1, (count, 2))
    phi = rng.uniform(-np.pi, np.pi, (count, 2))
    positive = rng.random((count, 2)) < 0.5
    return Muons(pt, eta, phi, positive, _isolated(rng, count), np.zeros((count, 2)))
