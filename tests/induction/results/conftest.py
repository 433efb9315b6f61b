from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from rulekit.induction.results.classes import ClassInduction
from rulekit.induction.results.induction import Induction
from rulekit.induction.results.path import PathPoint
from rulekit.induction.selection.context import MethodResult
from rulekit.induction.selection.cp_sat import Selection
from rulekit.ir.condition import AllOf, Compare
from rulekit.ir.provenance import Provenance
from rulekit.ir.ruleset import Rule, Ruleset
from rulekit.ir.schema import Feature, Schema
from rulekit.measures import EventLabels, Measures, measure

SCHEMA = Schema(
    name="two",
    version="1.0.0",
    features=(Feature(name="x", dtype="float64"), Feature(name="y", dtype="float64")),
)


def measured(signal: int, background: int, *, truth: bool = True) -> Measures:
    """What accepting so many of 50 signal and of 150 background events reaches; the teacher takes the signal."""
    of_signal = [place < signal for place in range(50)]
    of_background = [place < background for place in range(150)]
    is_signal = pl.Series([True] * 50 + [False] * 150)
    events = EventLabels(200, truth=is_signal if truth else None, teacher=is_signal)
    return measure(pl.Series(of_signal + of_background), events)


def ruleset(rules: int, budget: str = "false_positive_rate") -> Ruleset:
    made = tuple(
        Rule(id=f"r{place}", title="<b>bold</b>", then="accept",
             when=AllOf((Compare("x", ">", place), Compare("y", ">", place))))
        for place in range(rules)
    )  # fmt: skip
    facts = Provenance(parameters={"budget": {budget: 0.02, "rules": 5}})
    return Ruleset(name="two", version="0.1.0", schema=SCHEMA, hit_policy="any", otherwise="reject", rules=made,
                   provenance=facts)  # fmt: skip


def point(rules: int, signal: int, background: int, *, truth: bool = True) -> PathPoint:
    measures = measured(signal, background, truth=truth)
    return PathPoint(rules, 2 * rules, measures, 0.01 * rules, ruleset(rules))


@pytest.fixture
def induction() -> Induction:
    path = (point(1, 10, 0), point(2, 30, 1), point(3, 40, 3))
    method = MethodResult("tree", "any", 7, 3, 6, path[-1].measures, 0.8)
    return Induction(path[-1].ruleset, path, path[-1].measures, (), (method,), 0.035, teacher=measured(45, 3))


@pytest.fixture
def chosen(induction: Induction) -> Induction:
    """The same with all there can be beside the path."""
    selection = Selection((0, 1), 120, 80.0, 84.0)
    return replace(induction, stopped="time limit of 5 s", selection=selection, stability=(1.0, 0.5, 0.123))


@pytest.fixture
def classes(induction: Induction) -> ClassInduction:
    of = {"muon": measured(40, 2), "electron": measured(20, 5)}
    return ClassInduction(induction.ruleset, of, {"muon": 0.02, "electron": 0.05}, {"muon": induction})
