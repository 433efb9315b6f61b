from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from contexts import CORNER, FixedInducer, at_least, corner_context

import rulekit
from rulekit.budget import Budget
from rulekit.induction.auto.compare import MethodComparison, compare_methods
from rulekit.induction.induce import induce
from rulekit.induction.learners.methods import Method
from rulekit.induction.results.induction import Induction
from rulekit.induction.selection.candidate_ruleset import CandidateRuleset
from rulekit.induction.selection.context import InductionContext
from rulekit.ir.condition import AllOf, Compare
from rulekit.ir.ruleset import HitPolicy
from rulekit.ir.schema import Schema

FPR = Budget(false_positive_rate=0.02, rules=6)


RULES = ("tree", "score-tree", "forest", "skope-rules", "figs", "rule-fit")


def _efficiency(found: Induction, frame: pl.DataFrame) -> tuple[float, float]:
    accepted = frame.select(rulekit.expr(found.ruleset, "accept")).to_series()
    return float(accepted.filter(frame["truth"]).mean() or 0), float(
        accepted.filter(~frame["truth"]).mean() or 0
    )


def test_auto_races_all_rule_families(
    events: pl.DataFrame, fresh: pl.DataFrame, schema: Schema, tree: Induction
) -> None:
    found = induce("score", events, "truth", schema=schema, budget=FPR)
    assert {result.method for result in found.methods} == {*RULES, "greedy-rule-list", "pool", "boxes"}
    merits = [
        result.expected_efficiency or 0
        for result in found.methods
        if result.measures and result.measures.efficiency
    ]
    assert merits == sorted(merits, reverse=True)
    assert found.ruleset.provenance is not None
    assert found.ruleset.provenance.method == found.methods[0].method
    assert found.ruleset.provenance.parameters["asked_for"] == "auto"
    assert _efficiency(found, fresh)[0] >= _efficiency(tree, fresh)[0] - 0.05
    again = induce("score", events, "truth", schema=schema, budget=FPR)
    assert again.ruleset.digest == found.ruleset.digest


def test_a_race_that_is_out_of_time_stops(events: pl.DataFrame, schema: Schema) -> None:
    found = induce("score", events, "truth", schema=schema, budget=FPR, time_limit=0.0)
    assert [result.method for result in found.methods] == ["tree"] or found.methods[-1].method == "pool"
    assert len(found.methods) <= 2


CORNER_BUDGET = Budget(false_positive_rate=0.05, rules=3)
GOOD, POOR = {"x": 0.8, "y": 0.5}, {"x": 0.95}


@pytest.fixture(scope="module")
def context() -> InductionContext:
    return corner_context(CORNER_BUDGET)


def _method(name: str, *ends: dict[str, float], **options: Any) -> Method:
    return Method(name, FixedInducer(ends, **options), HitPolicy.ANY)


def _compare(
    methods: list[Method], context: InductionContext, limit: float | None = None, **options: Any
) -> tuple[MethodComparison, list[str]]:
    steps: list[str] = []
    return compare_methods(methods, context, limit, steps.append, **options), steps


def _names(comparison: MethodComparison) -> list[str]:
    return [result.method for _, result in comparison.ranked]


def test_one_method_runs_alone(context: InductionContext) -> None:
    found, steps = _compare([_method("only", GOOD)], context)
    assert (_names(found), steps, found.stopped) == (["only"], ["only"], None)
    assert [candidate.region for candidate in found.pool] == [at_least(context.encoding, **GOOD)]
    assert found.smaller == ()


def test_methods_are_ranked_by_the_selection_fold_and_share_a_pool(context: InductionContext) -> None:
    pytest.importorskip("numba", reason="pip install 'rulekit-engine[induction]'")
    found, steps = _compare([_method("poor", POOR), _method("good", GOOD)], context)
    assert steps[:4] == ["poor", "good", "pool", "boxes"]
    assert sorted(_names(found)) == ["boxes", "good", "pool", "poor"]
    assert _names(found).index("good") < _names(found).index("poor") == 3
    merits = [result.expected_efficiency or 0.0 for _, result in found.ranked]
    assert merits == sorted(merits, reverse=True)
    assert len(found.pool) == 2


def test_a_time_limit_lets_the_first_method_finish(context: InductionContext) -> None:
    found, steps = _compare([_method("one", POOR), _method("two", GOOD)], context, 0.0)
    assert steps == ["one"]
    assert found.stopped == "time limit of 0 s"


def _interrupt() -> None:
    raise KeyboardInterrupt


def test_an_interrupt_keeps_what_was_found(context: InductionContext) -> None:
    broken = _method("broken", GOOD, before=_interrupt)
    found, _ = _compare([_method("one", GOOD), broken], context)
    assert (_names(found), found.stopped) == (["one"], "interrupted")
    with pytest.raises(KeyboardInterrupt):
        _compare([broken], context)


def test_the_rules_in_force_are_evaluated_first_and_join_the_pool(context: InductionContext) -> None:
    region = at_least(context.encoding, x=0.9)
    law = CandidateRuleset("incumbent", HitPolicy.ANY, (AllOf((Compare("x", ">", 0.9),)),), regions=(region,))
    found, _ = _compare([_method("good", GOOD)], context, incumbent=law)
    assert _names(found) == ["good", "incumbent"]
    assert found.ranked[1][0] is law
    assert [candidate.region for candidate in found.pool] == [region, at_least(context.encoding, **GOOD)]


def test_a_method_without_a_rule_stays_behind(context: InductionContext) -> None:
    law = CandidateRuleset(
        "incumbent", HitPolicy.ANY, (CORNER,), regions=(at_least(context.encoding, **GOOD),)
    )
    first, _ = _compare([_method("never")], context, incumbent=law)
    assert _names(first)[0] == "incumbent"
    assert first.ranked[1][1].measures is None


def test_prices_are_those_of_the_largest_size_that_fits() -> None:
    prices = {2: (0.1, 1.0), 5: (0.2, 2.0), 9: (0.3, 3.0)}
    found = MethodComparison([], (), prices=prices)
    asked = {1: 2, 2: 2, 4: 2, 5: 5, 8: 5, 9: 9, 99: 9}
    assert {size: found.prices_of(size) for size in asked} == {size: prices[at] for size, at in asked.items()}
