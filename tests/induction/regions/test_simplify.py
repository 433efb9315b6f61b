from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from rulekit.induction.regions.region import Region, Span, hits
from rulekit.induction.regions.simplify import simplify
from rulekit.induction.samples.encoding import encode
from rulekit.ir.schema import Feature, Schema

SCHEMA = Schema(
    name="s", version="1.0.0", features=tuple(Feature(name=name, dtype="float64") for name in "xyz")
)
RNG = np.random.default_rng(0)
FRAME = pl.DataFrame({name: RNG.permutation(400) / 400 for name in "xyz"})
ENCODING = encode(FRAME, SCHEMA)
X, Y = FRAME["x"].to_numpy(), FRAME["y"].to_numpy()


def _span(low: int, high: int) -> Span:
    return Span(low, high, missing=False)


def _value(regions: list[Region], gain: np.ndarray, cost: np.ndarray) -> float:
    taken = np.any([hits(region, ENCODING) for region in regions], axis=0)
    return float(gain[taken].sum() - cost[taken].sum())


def test_a_literal_that_selects_noise_goes_and_the_others_stay() -> None:
    gain = ((X >= 0.5) & (Y >= 0.5)).astype(float)
    rule: Region = {"x": _span(200, 400), "z": _span(3, 400), "y": _span(200, 400)}
    (found,) = simplify([rule], ENCODING, gain, 1 - gain + 1e-9)
    assert found.keys() == {"x", "y"}
    assert found == {"x": _span(200, 400), "y": _span(200, 400)}


def test_one_end_of_a_range_may_go_alone() -> None:
    gain = (X >= 0.5).astype(float)
    (found,) = simplify([{"x": _span(200, 390)}], ENCODING, gain, 1 - gain + 1e-9)
    assert found == {"x": _span(200, 400)}


def test_what_other_rules_take_already_counts_for_none() -> None:
    gain = (X >= 0.5).astype(float)
    first: Region = {"x": _span(200, 400)}
    second: Region = {"x": _span(200, 400), "y": _span(0, 200)}
    found = simplify([first, second], ENCODING, gain, 1 - gain + 1e-9)
    assert found[0] == first


@pytest.mark.parametrize("seed", range(8))
def test_no_rule_grows_longer_and_the_ruleset_brings_no_less(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gain, cost = rng.random(400) * (X > 0.4), np.ones(400)
    regions: list[Region] = []
    for _ in range(3):
        low = rng.integers(0, 200, 3)
        regions.append({name: _span(int(at), int(at) + 150) for name, at in zip("xyz", low, strict=True)})
    found = simplify(regions, ENCODING, gain, cost)
    masks = [hits(region, ENCODING) for region in regions]
    seen, ratios = np.zeros(400, dtype=bool), []
    for mask in masks:
        added = mask & ~seen
        seen |= mask
        ratios += [gain[added].sum() / cost[added].sum()] if added.any() else []
    price = min(ratios)
    assert _value(found, gain, price * cost) >= _value(regions, gain, price * cost) - 1e-9
    for before, after in zip(regions, found, strict=True):
        assert after.keys() <= before.keys()
        assert (hits(after, ENCODING) >= hits(before, ENCODING)).all()  # only literals are removed
        assert after


def test_nothing_stays_nothing() -> None:
    assert simplify([], ENCODING, np.ones(400), np.ones(400)) == []
