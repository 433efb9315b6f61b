from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import polars as pl
import pytest

from rulekit.induction.boxes.grid import BinGrid, FeatureBins
from rulekit.ir.schema import Feature

pytest.importorskip("numba", reason="pip install 'rulekit-engine[induction]'")

from rulekit.induction.points.fit import AdditiveModel
from rulekit.induction.points.search import RuleFinder, SumLimits

LIMITS = SumLimits(rules=10, longest=2, rule_price=0.0, affords=lambda _: True)


def _additive(seed: int = 0) -> AdditiveModel:
    """Labels that rise in two steps of one feature, the other says nothing."""
    rng = np.random.default_rng(seed)
    names, count = ("x", "y"), 2000
    axes = tuple(
        FeatureBins(Feature(name=name, dtype="float64"), tuple(np.arange(1, 10) / 10)) for name in names
    )
    grid = BinGrid(axes)
    codes = grid.code(pl.DataFrame({name: rng.random(count) for name in names}))
    targets = 0.1 + 0.4 * (codes[0] > 2) + 0.4 * (codes[0] > 6)
    mass = np.full(count, 1 / count)
    return AdditiveModel(RuleFinder.on(codes, grid, {}, mass, LIMITS), targets, np.ones(count))


def test_a_sum_finds_the_steps_that_make_its_labels() -> None:
    model = _additive()
    (_, found), *_ = model.grow([2])
    starts = sorted(int(np.flatnonzero(term.rows[0])[0]) for term in found.terms)
    assert starts == [3, 7]
    assert {int(axis) for term in found.terms for axis in term.axes} == {0}


def test_a_rule_that_promises_more_than_it_keeps_ends_the_growth(monkeypatch: pytest.MonkeyPatch) -> None:
    model = _additive()
    first = model.finder.propose(model.state.derivatives, frozenset(), 1)
    assert first is not None
    asked = itertools.count()

    def again(*_: Any) -> Any:
        assert next(asked) < 50, "the same rule is added and merged without end"
        return first

    monkeypatch.setattr(model.finder, "propose", again)
    ((_, found),) = model.grow([8])
    assert 1 <= len(found.terms) <= 8
    assert model.state.loss < model.rest
