from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from contexts import CORNER, SCHEMA, corner_context

import rulekit
from rulekit.budget import Budget
from rulekit.errors import BudgetError
from rulekit.induction.auto.compare import MethodComparison
from rulekit.induction.induce import induce
from rulekit.induction.publish import DraftNames, ProvenanceInputs
from rulekit.induction.results.build import result_of
from rulekit.induction.results.induction import Induction
from rulekit.induction.selection.calibration import calibrate
from rulekit.induction.selection.candidate_ruleset import CandidateRuleset
from rulekit.induction.selection.context import InductionContext, evaluate
from rulekit.ir.condition import AllOf, Compare, literals
from rulekit.ir.ruleset import HitPolicy
from rulekit.ir.schema import Schema

FPR = Budget(false_positive_rate=0.02, rules=6)


def _literals(found: Induction) -> int:
    return sum(1 for rule in found.ruleset.rules for _ in literals(rule.when))


def test_path_rises_to_the_chosen_point(tree: Induction) -> None:
    sizes = [point.literals for point in tree.path]
    assert sizes == sorted(set(sizes))
    assert all(point.measures.false_positive_rate.value <= 0.02 for point in tree.path)
    assert all(point.limit > point.measures.false_positive_rate.value for point in tree.path)
    chosen = tree.path[-1]
    assert chosen.ruleset == tree.ruleset
    assert chosen.measures == tree.measures
    assert (chosen.rules, chosen.literals) == (len(tree.ruleset.rules), _literals(tree))
    assert tree.measures.events == 1800
    assert [measured.id for measured in tree.rule_measures] == [rule.id for rule in tree.ruleset.rules]
    assert tree.at(sizes[0]) == tree.path[0]
    with pytest.raises(BudgetError, match="no ruleset of the path is that small"):
        tree.at(sizes[0] - 1)


def test_the_answer_says_how_it_was_made(
    tree: Induction, events: pl.DataFrame, schema: Schema, tmp_path: Path
) -> None:
    path = tmp_path / "events.parquet"
    events.write_parquet(path)
    found = induce("score", path, "truth", schema=schema, budget=FPR, method="tree")
    provenance = found.ruleset.provenance
    assert provenance is not None
    assert found.ruleset == tree.ruleset or found.ruleset.digest == tree.ruleset.digest
    assert provenance.data == "events.parquet, 6,000 events"
    assert str(tmp_path) not in provenance.model_dump_json()
    assert (provenance.teacher, provenance.method, provenance.seed) == ("score", "tree", 0)
    assert provenance.parameters["folds"] == {"fit": 3000, "selection": 1200, "calibration": 1800}
    assert provenance.parameters["budget"] == {"false_positive_rate": 0.02, "rules": 6}
    assert "held out" in str(provenance.measures["measured_on"])
    assert {"rulekit-engine", "scikit-learn", "polars"} <= set(provenance.versions)


@pytest.fixture(scope="module")
def context() -> InductionContext:
    return corner_context(Budget(alert_rate=0.2, rules=3))


STEP = AllOf((Compare("x", ">", 0.95), Compare("y", ">", 0.6)))


def _result(context: InductionContext, stability: tuple[float, ...] | None = None) -> Induction:
    candidate = CandidateRuleset("fixed", HitPolicy.ANY, (STEP, CORNER))
    slim = CandidateRuleset("fixed", HitPolicy.ANY, (AllOf((Compare("x", ">", 0.9),)),))
    comparison = MethodComparison([(candidate, evaluate(candidate, 2, context))], (slim,), "interrupted")
    names = DraftNames("corner.block", SCHEMA, "block", "pass")
    origin = ProvenanceInputs("score", "1,000 events", "auto", None, stability=stability)
    return result_of(calibrate(candidate, context), comparison, names, context, origin)


def test_the_candidate_is_published_under_its_names(context: InductionContext) -> None:
    found = _result(context)
    assert [rule.when for rule in found.ruleset.rules] == [STEP, CORNER]
    assert {rule.then for rule in found.ruleset.rules} == {"block"}
    assert (found.ruleset.name, found.ruleset.otherwise) == ("corner.block", "pass")
    assert (found.stopped, [result.method for result in found.methods]) == ("interrupted", ["fixed"])
    assert found.limit > found.measures.rate.value


def test_every_point_of_the_path_is_a_ruleset_of_its_size(context: InductionContext) -> None:
    found = _result(context)
    assert [(point.rules, point.literals) for point in found.path] == [(1, 1), (2, 4)]
    for point in found.path:
        assert len(point.ruleset.rules) == point.rules
        accepted = context.folds.calibration.frame.select(rulekit.expr(point.ruleset, "block")).to_series()
        assert point.measures.rate.value == pytest.approx(accepted.mean())
    assert found.path[-1].ruleset == found.ruleset


def test_stability_belongs_to_the_chosen_ruleset_alone(context: InductionContext) -> None:
    found = _result(context, (1.0, 0.5))
    assert found.stability == (1.0, 0.5)
    first, last = (point.ruleset.provenance for point in found.path)
    assert first is not None
    assert last is not None
    assert "reappears" not in first.measures
    assert last.measures["reappears"] == dict(
        zip([rule.id for rule in found.ruleset.rules], (1.0, 0.5), strict=True)
    )


def test_the_teacher_is_measured_at_the_budget(context: InductionContext) -> None:
    found = _result(context).teacher
    assert found is not None
    fold = context.folds.calibration
    assert fold.truth is not None
    liked = fold.scores >= context.threshold
    assert found.rate.value == pytest.approx(liked.mean())
    assert found.efficiency is not None
    assert found.efficiency.value == pytest.approx(liked[fold.truth].mean())
