"""A small induction context, and an inducer that proposes what it is told, for the tests of induction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from rulekit.budget import Budget
from rulekit.induction.learners.base import CandidateRule, Proposal, Task
from rulekit.induction.regions.region import Region, Span
from rulekit.induction.samples.encoding import Encoding
from rulekit.induction.samples.folds import split
from rulekit.induction.samples.sample import Sample
from rulekit.induction.selection.constraints import make_constraints
from rulekit.induction.selection.context import InductionContext, make_context
from rulekit.ir.condition import AllOf, Compare
from rulekit.ir.ruleset import HitPolicy
from rulekit.ir.schema import Feature, Schema

SCHEMA = Schema(
    name="corner",
    version="1.0.0",
    features=(Feature(name="x", dtype="float64"), Feature(name="y", dtype="float64")),
)
CORNER = AllOf((Compare("x", ">", 0.8), Compare("y", ">", 0.5)))
"""What signal is: one event of ten."""


def corner_events(count: int, seed: int) -> Sample:
    """Events in the unit square; signal lies in the corner, but for one event of a hundred."""
    rng = np.random.default_rng(seed)
    x, y = rng.random((2, count))
    inside = (x > 0.8) & (y > 0.5)
    truth = inside ^ (rng.random(count) < 0.01)
    return Sample(pl.DataFrame({"x": x, "y": y}), inside + rng.normal(0, 0.1, count), np.ones(count), truth)


def corner_context(
    budget: Budget, count: int = 1000, *, seed: int = 0, truth: bool = True, **limits: object
) -> InductionContext:
    """The context of an induction on these events, split 5 : 2 : 3."""
    sample = corner_events(count, 1)
    if not truth:
        sample = Sample(sample.frame, sample.scores, sample.weights, None)
    caps = make_constraints(budget, SCHEMA, **limits)  # type: ignore[arg-type]
    return make_context(split(sample, seed), caps, seed)


def at_least(encoding: Encoding, **ends: float) -> Region:
    """The region of events whose features are above these values."""
    region: Region = {}
    for name, end in ends.items():
        values = encoding.columns[encoding.column_of(name)].values
        region[name] = Span(int(np.searchsorted(values, end, side="right")), len(values), missing=False)
    return region


@dataclass
class FixedInducer:
    """An inducer that proposes the rules above some values, whatever the labels; it keeps the tasks it got."""

    ends: Sequence[dict[str, float]]
    policies: tuple[HitPolicy, ...] = (HitPolicy.ANY,)
    summary: str = "fixed rules"
    working_points: tuple[float, ...] = (1.0,)
    most_events: int = 100_000
    values: Sequence[float] | None = None
    tasks: list[Task] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    def propose(self, task: Task, policy: HitPolicy) -> list[Proposal]:
        """See :meth:`rulekit.induction.learners.base.Inducer.propose`."""
        self.before()
        self.tasks.append(task)
        values = self.values or [0.0] * len(self.ends)
        rules = zip((at_least(task.encoding, **ends) for ends in self.ends), values, strict=True)
        return [Proposal(policy, tuple(CandidateRule(region, value) for region, value in rules))]
