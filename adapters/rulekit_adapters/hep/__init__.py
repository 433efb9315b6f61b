"""The hep pack: Level-1-like collision events for a trigger menu.

Background (90 %) is a mixture of QCD multijets (54 %), Drell-Yan dimuons with the J/psi, Upsilon and Z
peaks (20 %), and W to lepton and neutrino (16 %). Two signals of 5 % each: ``dark_photon``, a soft
displaced dimuon resonance of 20 GeV, and ``stop``, jets with missing transverse momentum from a compressed
pair. The shares are those after a loose seed and say nothing of cross-sections. Missing transverse momentum
is written MET, the scalar sum of jet pT is HT; a feature that does not exist for an event (the mass of a
pair of muons where there are fewer than two) is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from rulekit.ir.schema import Feature, Schema
from rulekit_adapters._pack import check_count, conform
from rulekit_adapters.hep import processes
from rulekit_adapters.hep.detector import reconstruct

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt
    from sklearn.base import BaseEstimator

__all__ = ["ID", "KIND", "NAME", "SCHEMA", "SIGNALS", "TRUTH", "generate", "teacher"]

NAME: Final[str] = "hep"
ID: Final[str] = "event"
TRUTH: Final[str] = "signal"
KIND: Final[str] = "process"
SIGNALS: Final[tuple[str, ...]] = ("dark_photon", "stop")

SCHEMA: Final[Schema] = Schema(
    name="hep.level1",
    version="1.0.0",
    features=(
        Feature(name="muon1_pt", dtype="float32", unit="GeV", bounds=(0, 1000), doc="Leading muon's pT."),
        Feature(
            name="muon1_isolation",
            dtype="float32",
            bounds=(0, 50),
            doc="Sum of pT around the leading muon over its own pT: small outside jets.",
        ),
        Feature(name="muon2_pt", dtype="float32", unit="GeV", bounds=(0, 1000), doc="Second muon's pT."),
        Feature(
            name="muon_impact",
            dtype="float32",
            bounds=(0, 1000),
            doc="Largest significance of a muon's transverse impact parameter.",
        ),
        Feature(
            name="dimuon_mass",
            dtype="float32",
            unit="GeV",
            bounds=(0, 2000),
            doc="Mass of the two leading muons.",
        ),
        Feature(name="dimuon_opposite_sign", dtype="bool", doc="The two muons have opposite charges."),
        Feature(
            name="dimuon_displacement",
            dtype="float32",
            unit="mm",
            bounds=(0, 500),
            doc="Transverse distance from the collision to the vertex of the two muons.",
        ),
        Feature(
            name="jet1_pt",
            dtype="float32",
            unit="GeV",
            bounds=(0, 2000),
            doc="Leading jet's pT, above 30 GeV.",
        ),
        Feature(
            name="jets",
            dtype="int32",
            unit="jets",
            bounds=(0, 8),
            required=True,
            doc="Jets with pT above 30 GeV.",
        ),
        Feature(
            name="ht",
            dtype="float32",
            unit="GeV",
            bounds=(0, 8000),
            required=True,
            doc="Scalar sum of those jets' pT.",
        ),
        Feature(
            name="met",
            dtype="float32",
            unit="GeV",
            bounds=(0, 2000),
            required=True,
            doc="Missing transverse momentum.",
        ),
        Feature(
            name="jet1_met_dphi",
            dtype="float32",
            unit="rad",
            bounds=(0, 3.15),
            doc="Transverse angle between the leading jet and MET: small where a jet was mismeasured.",
        ),
    ),
)

_PROCESSES: Final[Mapping[str, tuple[float, Callable[[np.random.Generator, int], processes.Collisions]]]] = {
    "qcd": (0.54, processes.qcd),
    "drell_yan": (0.20, processes.drell_yan),
    "w_lepton": (0.16, processes.w_lepton),
    "dark_photon": (0.05, processes.dark_photon),
    "stop": (0.05, processes.stop),
}


def generate(events: int, seed: int) -> pl.DataFrame:
    """Generate events of all processes, mixed, deterministic in the seed.

    Gives a frame of shape (events, 15): ``event`` (int64, from 0), the twelve features in schema order with
    the schema's dtypes and units, ``signal`` (bool) and ``process`` (string). Raises ``ValueError`` on a
    negative count.
    """
    check_count(events)
    rng = np.random.default_rng(seed)
    shares = [share for share, _ in _PROCESSES.values()]
    drawn = rng.choice(len(shares), size=events, p=shares)
    parts = [_part(rng, name, np.flatnonzero(drawn == code)) for code, name in enumerate(_PROCESSES)]
    return conform(pl.concat(parts).sort(ID), SCHEMA, ID, TRUTH, KIND)


def _part(rng: np.random.Generator, name: str, event: npt.NDArray[np.int64]) -> pl.DataFrame:
    """Return the events of one process with their ids, shape (count,), before they are conformed."""
    _, process = _PROCESSES[name]
    return reconstruct(rng, process(rng, event.size)).with_columns(
        pl.Series(ID, event, dtype=pl.Int64),
        pl.lit(name in SIGNALS).alias(TRUTH),
        pl.lit(name).alias(KIND),
    )


def teacher(seed: int) -> BaseEstimator:
    """Return an unfitted neural network for a float32 matrix (events, 12) with NaN for missing features.

    Missing becomes -1, below every physical value, so that the network can tell it from zero. A tenth of
    the events is held out to decide when to stop, by accuracy.
    """
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(
        SimpleImputer(strategy="constant", fill_value=-1.0),
        StandardScaler(),
        MLPClassifier(
            hidden_layer_sizes=(48, 24),
            batch_size=1024,
            learning_rate_init=0.003,
            early_stopping=True,
            n_iter_no_change=10,
            max_iter=200,
            random_state=seed,
        ),
    )
