from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulekit.induction.selection.cp_sat import Problem, patterns, select

pytest.importorskip("ortools", reason="pip install 'rulekit-engine[induction]'")


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    rules, events = draw(st.integers(1, 6)), draw(st.integers(1, 25))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    hits = rng.random((rules, events)) < draw(st.sampled_from([0.1, 0.3, 0.6]))
    gain = rng.integers(0, 16, events) / 8
    cost = rng.integers(0, 16, events) / 8
    sizes = [([int(size) for size in rng.integers(1, 5, rules)], draw(st.integers(1, 12)))]
    needs = [frozenset(np.flatnonzero(rng.random(4) < 0.5).tolist()) for _ in range(rules)]
    shared = [(needs, dict.fromkeys(range(4), 1.0), draw(st.integers(0, 4)))]
    return Problem(hits, gain, cost, draw(st.integers(1, 40)) / 4, draw(st.integers(1, 4)), sizes, shared)


def _value(problem: Problem, chosen: tuple[int, ...]) -> float | None:
    """What a selection brings; None when it breaks a cap."""
    taken = problem.hits[list(chosen)].any(axis=0) if chosen else np.zeros(problem.hits.shape[1], dtype=bool)
    if problem.cost[taken].sum() > problem.allowed or len(chosen) > problem.rules:
        return None
    for sizes, cap in problem.sizes:
        if sum(sizes[rule] for rule in chosen) > cap:
            return None
    for needs, prices, most in problem.shared:
        used: frozenset[Any] = frozenset().union(*(needs[rule] for rule in chosen))
        if sum(prices[what] for what in used) > most:
            return None
    return float(problem.gain[taken].sum())


@settings(max_examples=60, deadline=None)
@given(problems())
def test_the_best_of_all_selections_is_found(problem: Problem) -> None:
    best, safe = _best(problem), _best(replace(problem, allowed=problem.allowed * (1 - 1e-4)))
    found = select(problem)
    assert found is not None
    value = _value(problem, found.chosen)
    assert value is not None
    # numbers are rounded to a millionth, always to the safe side: a budget that is filled to the brim may be missed
    assert safe - 1e-4 <= value <= best
    assert found.objective <= value + 1e-9
    assert found.bound >= safe - 1e-3
    assert found.gap < 1e-3


def _best(problem: Problem) -> float:
    count = len(problem.hits)
    subsets = itertools.chain.from_iterable(itertools.combinations(range(count), k) for k in range(count + 1))
    return max(value for subset in subsets if (value := _value(problem, subset)) is not None)


@given(problems())
def test_patterns_part_the_events_that_some_rule_hits(problem: Problem) -> None:
    seen = []
    for events, rules in patterns(problem.hits):
        seen.extend(events.tolist())
        for event in events:
            assert tuple(np.flatnonzero(problem.hits[:, event])) == rules
    assert sorted(seen) == np.flatnonzero(problem.hits.any(axis=0)).tolist()


def test_an_effort_of_almost_nothing_leaves_a_gap_and_says_so() -> None:
    rng = np.random.default_rng(1)
    hits = rng.random((80, 3000)) < 0.03
    problem = Problem(hits, rng.random(3000), rng.random(3000), 120.0, 20)
    quick, same = (select(problem, effort=0.5) for _ in range(2))
    assert quick is not None
    assert quick == same
    assert quick.bound > quick.objective > 0
    assert quick.gap == pytest.approx(1 - quick.objective / quick.bound)
    assert quick.to_document()["candidates"] == 80


def test_no_candidates_no_selection() -> None:
    empty = np.zeros((0, 5), dtype=np.bool_)
    assert select(Problem(empty, np.ones(5), np.ones(5), 1.0, 3)) is None
