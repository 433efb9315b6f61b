from __future__ import annotations

import itertools

import numpy as np
import pytest

from rulekit.induction.selection.greedy import Pool, SelectionLimits, choose


def _pool(seed: int, rules: int = 12, events: int = 400) -> Pool:
    rng = np.random.default_rng(seed)
    hits = rng.random((rules, events)) < rng.uniform(0.02, 0.2, (rules, 1))
    signal = np.where(hits[:8].any(axis=0), rng.uniform(0.4, 1, events), rng.uniform(0, 0.2, events))
    return Pool(hits, rng.integers(1, 6, rules), signal, 1 - signal)


def _spent(pool: Pool, chosen: tuple[int, ...] | list[int]) -> tuple[float, float]:
    covered = pool.hits[list(chosen)].any(axis=0)
    return float(pool.gain[covered].sum()), float(pool.cost[covered].sum())


@pytest.mark.parametrize("seed", range(6))
def test_selection_is_close_to_the_best_of_all(seed: int) -> None:
    pool = _pool(seed)
    limits = SelectionLimits(cost=40.0, rules=3, literals=9)
    chosen = choose(pool, limits)
    gain, cost = _spent(pool, chosen)
    assert cost <= 40.0
    assert len(chosen) <= 3
    assert pool.literals[chosen].sum() <= 9
    feasible = [
        _spent(pool, group)[0]
        for size in (1, 2, 3)
        for group in itertools.combinations(range(12), size)
        if _spent(pool, group)[1] <= 40.0
        and all(_spent(pool, (rule,))[1] <= limits.one_rule for rule in group)
        and pool.literals[list(group)].sum() <= 9
    ]
    assert gain >= 0.8 * max(feasible)


def test_rank_is_by_what_each_rule_adds() -> None:
    hits = np.zeros((3, 100), dtype=bool)
    hits[0, :30] = True
    hits[1, 20:60] = True
    hits[2, 60:70] = True
    signal = np.repeat([0.9, 0.8, 0.05], [60, 10, 30])
    assert (
        choose(Pool(hits, np.ones(3, dtype=int), signal, 1 - signal), SelectionLimits(50.0, 3, None))[-1] == 2
    )


def test_a_pool_with_nothing_affordable_gives_its_cheapest_rule() -> None:
    pool = _pool(0)
    (only,) = choose(pool, SelectionLimits(cost=0.01, rules=5, literals=None))
    assert pool.hits[only] @ pool.cost == min(pool.hits @ pool.cost)
    assert (
        choose(Pool(pool.hits[:0], pool.literals[:0], pool.gain, pool.cost), SelectionLimits(1.0, 5, None))
        == []
    )


def test_weights_are_events() -> None:
    """Events of double weight count as two."""
    pool = _pool(3)
    twice = np.arange(400) % 3 == 0
    weighted = np.where(twice, 2.0, 1.0)
    copied = np.concatenate([np.arange(400), np.flatnonzero(twice)])
    limits = SelectionLimits(30.0, 4, None)
    one = choose(Pool(pool.hits, pool.literals, pool.gain * weighted, pool.cost * weighted), limits)
    other = choose(Pool(pool.hits[:, copied], pool.literals, pool.gain[copied], pool.cost[copied]), limits)
    assert one == other
