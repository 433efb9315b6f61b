"""What is seen: resolution, acceptance and thresholds of the hep pack's Level-1-like detector.

Knows nothing of processes. Energies and momenta in GeV, angles in rad, lengths in mm; a feature that does
not exist for an event is NaN in the arrays, and null in the frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from rulekit_adapters.hep.kinematics import FloatArray, pair_mass

if TYPE_CHECKING:
    from rulekit_adapters.hep.processes import Collisions, Muons

MUON_THRESHOLD: Final = 3.0
MUON_ETA: Final = 2.4
JET_THRESHOLD: Final = 30.0
_MUON_RESOLUTION: Final = 0.06
_JET_RESOLUTION: Final = 0.15
_FLIGHT_RESOLUTION: Final = 0.8
_IMPACT_RESOLUTION: Final = 0.15


def reconstruct(rng: np.random.Generator, collisions: Collisions) -> pl.DataFrame:
    """Return the features of the schema, shape (events, 12), float64, null where a feature does not exist."""
    seen = {**_calorimeter(rng, collisions), **_muon_system(rng, collisions.muons)}
    return pl.DataFrame(seen).fill_nan(None)


def _calorimeter(rng: np.random.Generator, collisions: Collisions) -> dict[str, FloatArray]:
    """Jets above threshold, their scalar sum HT, and missing transverse momentum (MET).

    The MET resolution grows with the square root of HT, as a stochastic calorimeter term does; two equal
    Gaussian components make its size Rayleigh distributed in events without invisible particles.
    """
    count = len(collisions.jets)
    measured = collisions.jets * np.exp(rng.normal(0.0, _JET_RESOLUTION, collisions.jets.shape))
    measured = -np.sort(-measured, axis=1)
    seen = measured > JET_THRESHOLD
    jets = seen.sum(axis=1).astype(np.float64)
    ht = np.where(seen, measured, 0.0).sum(axis=1)
    spread = 9.0 + 0.6 * np.sqrt(collisions.jets.sum(axis=1))
    missing = collisions.invisible + rng.normal(0.0, 1.0, (count, 2)) * spread[:, None]
    angle = np.abs(np.arctan2(missing[:, 1], missing[:, 0]))
    return {
        "met": np.hypot(missing[:, 0], missing[:, 1]),
        "jets": jets,
        "ht": ht,
        "jet1_pt": np.where(jets > 0, measured[:, 0], np.nan),
        "jet1_met_dphi": np.where(jets > 0, angle, np.nan),
    }


def _muon_system(rng: np.random.Generator, muons: Muons) -> dict[str, FloatArray]:
    """Muons in the acceptance and above threshold, the leading one first, and the pair's mass and vertex."""
    pt = muons.pt * np.exp(rng.normal(0.0, _MUON_RESOLUTION, muons.pt.shape))
    pt = np.where((pt > MUON_THRESHOLD) & (np.abs(muons.eta) < MUON_ETA), pt, np.nan)
    impact = np.abs(_impact(rng, muons))
    order = np.argsort(-np.nan_to_num(pt), axis=1, kind="stable")
    lead = np.take_along_axis(pt, order, axis=1)
    isolation = np.take_along_axis(muons.isolation, order, axis=1)
    found = ~np.isnan(lead)
    flight = np.where(found[:, 1], muons.flight.mean(axis=1), np.nan)
    like = (muons.positive[:, 0] != muons.positive[:, 1]).astype(np.float64)
    return {
        "muon1_pt": lead[:, 0],
        "muon1_isolation": np.where(found[:, 0], isolation[:, 0], np.nan),
        "muon2_pt": lead[:, 1],
        "muon_impact": np.fmax.reduce(np.where(np.isnan(pt), np.nan, impact), axis=1),
        "dimuon_mass": np.where(found[:, 1], pair_mass(pt, muons.eta, muons.phi), np.nan),
        "dimuon_opposite_sign": np.where(found[:, 1], like, np.nan),
        "dimuon_displacement": np.abs(flight + _FLIGHT_RESOLUTION * rng.standard_t(3.0, flight.size)),
    }


def _impact(rng: np.random.Generator, muons: Muons) -> FloatArray:
    """Significance, shape (count, 2), of the impact parameter: flight * sin(kink) over its error."""
    kink = np.abs(rng.normal(0.0, 0.35, muons.flight.shape))
    true = muons.flight * np.sin(np.minimum(kink, 0.5 * np.pi)) / _IMPACT_RESOLUTION
    # A Student's t with four degrees of freedom: wrong hits give more outliers than a Gaussian has.
    return np.asarray(true + rng.standard_t(4.0, muons.flight.shape))
