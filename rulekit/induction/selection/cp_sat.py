"""Exact selection by CP-SAT: the best ruleset within all caps from a pool of rules, and a bound on the best.

Events that the same rules hit form one pattern, which is accepted when one of its rules is chosen. Choosing
patterns is maximum coverage with knapsack constraints. CP-SAT of OR-Tools (L. Perron, F. Didier, 2025) solves
it on one worker with a limit on deterministic time, so that the answer does not depend on the machine. Gains
are rounded down and costs up to whole numbers: a solution keeps to the caps, and the bound is that of the
rounded model.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rulekit.labels import Mask, Weights

SCALE = 1_000_000
"""Whole number that stands for the budget, for the sum of all gains, and for one unit of any other cap."""

EFFORT = 4.0
"""Limit on the solver, in units of deterministic time, each about a second."""


class Selection(NamedTuple):
    """What the solver chose.

    Attributes
    ----------
    chosen : places of the chosen rules in the pool.
    candidates : size of the pool.
    objective : gain of the choice.
    bound : proven upper bound on the gain of any choice from the pool.

    """

    chosen: tuple[int, ...]
    candidates: int
    objective: float
    bound: float

    @property
    def gap(self) -> float:
        """Distance from the choice to the bound, as a share of the bound."""
        return max(0.0, self.bound - self.objective) / self.bound if self.bound > 0 else 0.0

    @property
    def optimality_gap(self) -> float:
        """How much more than the choice the best of the pool may bring, as a share of the choice."""
        return self.bound / self.objective - 1 if self.objective > 0 else 0.0

    def to_document(self) -> dict[str, Any]:
        """Return plain JSON for the provenance."""
        numbers = {"objective": self.objective, "bound": self.bound, "gap": self.gap}
        return {"candidates": self.candidates, **{name: round(value, 6) for name, value in numbers.items()}}


@dataclass(frozen=True)
class Problem:
    """A pool of rules and the caps on a choice from it.

    Attributes
    ----------
    hits : whether each rule hits each event, shape (rules, events).
    gain, cost : what accepting each event brings, and costs of the budget, shape (events,).
    allowed : the budget, in the unit of ``cost``.
    rules : cap on the number of rules.
    sizes : resources that add up, such as literals: what each rule takes, shape (rules,), and the cap.
    shared : resources that rules share, such as features and thresholds: what each rule needs, the price of each
        part, and the cap on the sum of the prices.

    """

    hits: Mask
    gain: Weights
    cost: Weights
    allowed: float
    rules: int
    sizes: Sequence[tuple[Sequence[int], int]] = ()
    shared: Sequence[tuple[Sequence[frozenset[Any]], Mapping[Any, float], float]] = field(default=())


def select(problem: Problem, hint: Sequence[int] = (), effort: float = EFFORT) -> Selection | None:
    """Return the best selection found, with its bound; None when nothing was found within the caps.

    Parameters
    ----------
    problem : the pool and the caps.
    hint : places of the rules to start from.
    effort : limit on the solver's deterministic time.

    Raises
    ------
    ImportError
        when ortools is not installed.

    """
    from ortools.sat.python import cp_model

    if not len(problem.hits) or problem.allowed <= 0:
        return None
    model = cp_model.CpModel()
    rules = [model.new_bool_var(f"r{index}") for index in range(len(problem.hits))]
    unit = _unit(problem)
    model.maximize(sum(gain * accepted for gain, accepted in _accepted(model, rules, problem, unit)))
    _cap(model, rules, problem)
    for index, rule in enumerate(rules):
        model.add_hint(rule, index in set(hint))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.random_seed = 1, 0
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return None
    chosen = tuple(index for index, rule in enumerate(rules) if solver.value(rule))
    bound = max(solver.best_objective_bound, solver.objective_value)
    return Selection(chosen, len(rules), solver.objective_value * unit, bound * unit)


def _unit(problem: Problem) -> float:
    reach = float(problem.gain[problem.hits.any(axis=0)].sum())
    return max(reach, 1e-300) / SCALE


def patterns(hits: Mask) -> Iterator[tuple[npt.NDArray[np.intp], tuple[int, ...]]]:
    """Yield the events of each pattern and the rules that hit them; events that no rule hits are left out."""
    packed = np.ascontiguousarray(np.packbits(hits, axis=0).T)
    keys = packed.view([("", packed.dtype)] * packed.shape[1]).ravel()
    _, first, member = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(member, kind="stable")
    ends = np.searchsorted(member[order], np.arange(len(first) + 1))
    for number, event in enumerate(first):
        rules = tuple(int(rule) for rule in np.flatnonzero(hits[:, event]))
        if rules:
            yield order[ends[number] : ends[number + 1]], rules


def _accepted(model: Any, rules: Sequence[Any], problem: Problem, unit: float) -> list[tuple[int, Any]]:
    """Return the gain of each pattern and the variable that accepts it; add the cap on their cost."""
    found, spent = [], []
    for events, hit in patterns(problem.hits):
        gain = math.floor(float(problem.gain[events].sum()) / unit)
        cost = math.ceil(float(problem.cost[events].sum()) / problem.allowed * SCALE - 1e-9)
        accepted = rules[hit[0]]
        if len(hit) > 1:
            accepted = model.new_bool_var("")
            model.add_bool_or([rules[index] for index in hit] + [~accepted])
            for index in hit:
                model.add_implication(rules[index], accepted)
        found.append((gain, accepted))
        spent.append(cost * accepted)
    model.add(sum(spent) <= SCALE)
    return found


def _cap(model: Any, rules: Sequence[Any], problem: Problem) -> None:
    model.add(sum(rules) <= problem.rules)
    for sizes, cap in problem.sizes:
        model.add(sum(int(size) * rule for size, rule in zip(sizes, rules, strict=True)) <= int(cap))
    for needs, prices, most in problem.shared:
        used = {what: model.new_bool_var("") for what in sorted(prices, key=repr)}
        for rule, needed in zip(rules, needs, strict=True):
            for what in sorted(needed, key=repr):
                model.add_implication(rule, used[what])
        scaled = {what: math.ceil(price * SCALE - 0.5) for what, price in prices.items()}
        model.add(sum(scaled[what] * used[what] for what in used) <= math.floor(most * SCALE + 0.5))
