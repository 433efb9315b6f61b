from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from rulekit_adapters import hep
from rulekit_adapters.hep.kinematics import cylindrical, decay, pair_mass, steep

DTYPES = {
    "bool": pl.Boolean,
    "int32": pl.Int32,
    "int64": pl.Int64,
    "float32": pl.Float32,
    "float64": pl.Float64,
    "category": pl.String,
}


@pytest.fixture(scope="module")
def events() -> pl.DataFrame:
    return hep.generate(120_000, 7)


def masses(events: pl.DataFrame, process: str) -> np.ndarray:
    pairs = events.filter((pl.col("process") == process) & pl.col("dimuon_mass").is_not_null())
    return pairs["dimuon_mass"].to_numpy()


def window(values: np.ndarray, low: float, high: float) -> int:
    return int(np.count_nonzero((values >= low) & (values < high)))


def test_same_seed_same_frame_and_other_seed_another() -> None:
    assert_frame_equal(hep.generate(3_000, 5), hep.generate(3_000, 5), check_exact=True)
    assert not hep.generate(3_000, 5).equals(hep.generate(3_000, 6))


def test_frame_is_id_then_schema_then_truth_then_kind(events: pl.DataFrame) -> None:
    features = {feature.name: DTYPES[feature.dtype] for feature in hep.SCHEMA.features}
    expected = {"event": pl.Int64, **features, "signal": pl.Boolean, "process": pl.String}
    assert list(events.schema.items()) == list(expected.items())
    assert events["event"].to_list() == list(range(events.height))


@pytest.mark.parametrize("count", [0, 1, 4])
def test_few_events_have_the_dtypes_of_many(events: pl.DataFrame, count: int) -> None:
    few = hep.generate(count, 3)
    assert few.height == count
    assert few.schema == events.schema


def test_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match=r"events: expected a count of zero or more, got -2"):
        hep.generate(-2, 0)


@pytest.mark.parametrize("feature", hep.SCHEMA.features, ids=lambda feature: feature.name)
def test_values_lie_inside_the_bounds(events: pl.DataFrame, feature) -> None:
    values = events[feature.name]
    if feature.required:
        assert values.null_count() == 0
    if feature.dtype in {"float32", "float64"}:
        assert not values.is_nan().any()
    if feature.bounds is not None:
        low, high = feature.bounds
        assert values.drop_nulls().is_between(low, high).all()
        # Saturation is for the odd event: a pile at the upper bound would be a peak that no process has.
        assert (values.drop_nulls() == high).mean() < (0.01 if feature.dtype == "int32" else 0.0002)


def test_shares_of_the_processes(events: pl.DataFrame) -> None:
    shares = dict(events["process"].value_counts(normalize=True).iter_rows())
    expected = {"qcd": 0.54, "drell_yan": 0.20, "w_lepton": 0.16, "dark_photon": 0.05, "stop": 0.05}
    assert shares == pytest.approx(expected, abs=0.004)
    assert events["signal"].equals(events["process"].is_in(["dark_photon", "stop"]))


def test_processes_are_mixed(events: pl.DataFrame) -> None:
    halves = [part["signal"].mean() for part in events.iter_slices(60_000)]
    assert halves == pytest.approx([0.1, 0.1], abs=0.006)


def test_steep_spectrum_falls_as_stated() -> None:
    pt = steep(np.random.default_rng(0), 400_000, 20.0, 5.0)
    # The integral above pT falls as pT**-4: one sixteenth at twice the pT.
    assert window(pt, 80.0, 2e3) / window(pt, 40.0, 2e3) == pytest.approx(1 / 16, rel=0.05)
    assert pt.min() >= 20.0
    assert pt.max() <= 1_000.0


def test_qcd_jets_fall_by_sixteen_where_pt_doubles(events: pl.DataFrame) -> None:
    leading = events.filter(pl.col("process") == "qcd")["jet1_pt"].drop_nulls().to_numpy()
    assert window(leading, 120.0, 2e3) / window(leading, 60.0, 2e3) == pytest.approx(1 / 16, rel=0.12)


@pytest.mark.parametrize(("peak", "half"), [(3.097, 0.3), (9.46, 0.8), (91.19, 7.0)])
def test_drell_yan_peaks_stand_over_their_sidebands(events: pl.DataFrame, peak: float, half: float) -> None:
    mass = masses(events, "drell_yan")
    inside = window(mass, peak - half, peak + half)
    sides = window(mass, peak - 3 * half, peak - 2 * half) + window(mass, peak + 2 * half, peak + 3 * half)
    assert inside > 300
    assert inside > 4 * sides
    near = mass[np.abs(mass - peak) < half]
    assert float(np.median(near)) == pytest.approx(peak, rel=0.02)


def test_z_peak_is_visible_in_all_background(events: pl.DataFrame) -> None:
    background = events.filter(~pl.col("signal"))["dimuon_mass"].drop_nulls().to_numpy()
    counts, edges = np.histogram(background, bins=np.arange(50.0, 150.0, 4.0))
    assert edges[int(np.argmax(counts))] <= 91.19 < edges[int(np.argmax(counts))] + 4.0


def test_drell_yan_continuum_falls(events: pl.DataFrame) -> None:
    mass = masses(events, "drell_yan")
    assert window(mass, 14.0, 24.0) > 2.0 * window(mass, 28.0, 38.0) > 4.0 * window(mass, 60.0, 70.0)


def test_dark_photon_peaks_at_twenty_and_is_soft_and_displaced(events: pl.DataFrame) -> None:
    mass = masses(events, "dark_photon")
    assert float(np.median(mass)) == pytest.approx(20.0, rel=0.01)
    assert window(mass, 17.5, 22.5) > 0.97 * mass.size
    seen = events.filter(pl.col("process").is_in(["dark_photon", "drell_yan"])).group_by("process")
    median = dict(seen.agg(pl.col("dimuon_displacement").median()).iter_rows())
    assert median["dark_photon"] > 2.0 * median["drell_yan"]
    assert events.filter(pl.col("process") == "dark_photon")["muon1_pt"].median() < 20.0


def test_stop_has_met_and_jets(events: pl.DataFrame) -> None:
    median = {
        name: (met, jets)
        for name, met, jets in events.group_by("process").agg(pl.median("met"), pl.mean("jets")).iter_rows()
    }
    for background in ("qcd", "drell_yan", "w_lepton"):
        assert median["stop"][0] > 2.0 * median[background][0]
        assert median["stop"][1] > 1.5 * median[background][1]


def test_resolution_of_met_is_rayleigh_like(events: pl.DataFrame) -> None:
    met = events.filter((pl.col("process") == "drell_yan") & (pl.col("jets") == 0))["met"].to_numpy()
    # Rayleigh: mean / median = sqrt(pi / 2) / sqrt(2 ln 2) = 1.064; the spread varies a little with HT.
    assert float(met.mean() / np.median(met)) == pytest.approx(1.064, abs=0.02)


def test_missing_features_are_missing_together(events: pl.DataFrame) -> None:
    for single in ("muon1_isolation", "muon_impact"):
        assert events[single].is_null().equals(events["muon1_pt"].is_null())
    for pair in ("dimuon_mass", "dimuon_opposite_sign", "dimuon_displacement"):
        assert events[pair].is_null().equals(events["muon2_pt"].is_null())
    assert not (events["muon1_pt"].is_null() & events["muon2_pt"].is_not_null()).any()
    assert events["jet1_pt"].is_null().equals(events["jets"] == 0)
    assert events["jet1_met_dphi"].is_null().equals(events["jets"] == 0)


def test_objects_are_ordered_and_above_threshold(events: pl.DataFrame) -> None:
    pairs = events.drop_nulls("muon2_pt")
    assert (pairs["muon1_pt"] >= pairs["muon2_pt"]).all()
    assert events["muon2_pt"].min() > 3.0
    jets = events.drop_nulls("jet1_pt")
    assert jets["jet1_pt"].min() > 30.0
    assert (jets["ht"] >= jets["jet1_pt"]).all()
    assert (jets["ht"] > 29.99 * jets["jets"]).all()
    assert (jets["ht"] <= 1.0001 * jets["jet1_pt"] * jets["jets"]).all()


def test_charges(events: pl.DataFrame) -> None:
    share = dict(events.group_by("process").agg(pl.col("dimuon_opposite_sign").mean()).iter_rows())
    assert share["drell_yan"] == share["dark_photon"] == 1.0
    assert 0.55 < share["qcd"] < 0.8


def test_decay_keeps_mass_momentum_and_is_isotropic() -> None:
    rng = np.random.default_rng(0)
    mass, momentum, rapidity = np.full(20_000, 20.0), rng.uniform(0, 50, 20_000), rng.normal(0, 1, 20_000)
    momenta = decay(rng, mass, momentum, rapidity)
    assert pair_mass(*cylindrical(momenta)) == pytest.approx(mass, rel=1e-6)
    total = momenta.sum(axis=1)
    assert total[:, 0] == pytest.approx(momentum, abs=1e-9)
    assert total[:, 1] == pytest.approx(np.zeros(20_000), abs=1e-9)
    assert np.arctanh(total[:, 2] / np.linalg.norm(momenta, axis=2).sum(axis=1)) == pytest.approx(rapidity)
    # At rest the polar cosine of the first daughter is flat: mean 0, mean square 1/3.
    still = decay(rng, mass, np.zeros(20_000), np.zeros(20_000))[:, 0, 2] / 10.0
    assert float(still.mean()) == pytest.approx(0.0, abs=0.02)
    assert float((still**2).mean()) == pytest.approx(1 / 3, abs=0.01)
