from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from contexts import CORNER, SCHEMA, FixedInducer, corner_events

import rulekit
from rulekit.budget import Budget
from rulekit.errors import BudgetError
from rulekit.induction import pipeline
from rulekit.induction.learners.methods import Method
from rulekit.induction.pipeline import InductionRequest, run_induction
from rulekit.induction.publish import DraftNames, ProvenanceInputs
from rulekit.induction.samples.folds import split
from rulekit.induction.selection.constraints import make_constraints
from rulekit.induction.teachers.base import ColumnTeacher
from rulekit.ir.condition import AllOf, Compare
from rulekit.ir.ruleset import HitPolicy, Rule


def _request(budget: Budget, *ends: dict[str, float], **changes: Any) -> InductionRequest:
    caps = make_constraints(budget, SCHEMA)
    names = DraftNames("corner", SCHEMA, "accept", "reject", changes.pop("incumbent", None))
    method = Method("fixed", FixedInducer(ends), HitPolicy.ANY)
    origin = ProvenanceInputs("score", "1,000 events", "fixed", None)
    return InductionRequest(names, caps, [method], origin, ColumnTeacher("score"), 0, **changes)


CORNER_FPR = Budget(false_positive_rate=0.05, rules=3)
EVENTS = split(corner_events(1000, 1), 0)


def test_steps_are_named_in_their_order() -> None:
    steps: list[str] = []
    request = _request(CORNER_FPR, {"x": 0.8, "y": 0.5}, resamples=2)
    found = run_induction(request, EVENTS, steps.append)
    assert steps == ["fixed", "calibrating", "resampling events"]
    assert found.stability == (1.0,)
    fold = EVENTS.calibration
    accepted = fold.frame.select(rulekit.expr(found.ruleset, "accept")).to_series().to_numpy()
    assert fold.truth is not None
    assert found.measures.efficiency is not None
    assert found.measures.efficiency.value == pytest.approx(accepted[fold.truth].mean())
    assert found.measures.efficiency.value > 0.85


def test_without_resamples_stability_is_not_known() -> None:
    found = run_induction(_request(CORNER_FPR, {"x": 0.8, "y": 0.5}), EVENTS, lambda _: None)
    assert found.stability is None


def test_a_rule_in_force_stays_where_the_best_method_hardly_differs() -> None:
    broad = Rule(id="broad", when=AllOf((Compare("x", ">", 0.3),)), then="accept")  # breaks the budget
    rule = Rule(id="corner", when=CORNER, then="accept", because="Enacted.", origin="human")
    law = rulekit.Ruleset(
        name="corner",
        version="1.2.0",
        schema=SCHEMA,
        hit_policy="any",
        otherwise="reject",
        rules=(broad, rule),
    )
    found = run_induction(
        _request(CORNER_FPR, {"x": 0.803, "y": 0.505}, incumbent=law), EVENTS, lambda _: None
    )
    assert [result.method for result in found.methods] == ["fixed", "incumbent"]
    assert found.ruleset.rules == (rule,)
    assert found.ruleset.version == "1.3.0"


@pytest.mark.parametrize(
    ("budget", "ends", "words"),
    [
        (Budget(false_positive_rate=0.001), {"x": 0.8}, "the calibration fold is too small for a budget"),
        (Budget(alert_rate=0.005, certified=True), {"x": 0.8}, "can't certify a rate of"),
        (CORNER_FPR, {"x": 0.3}, "no ruleset keeps to the caps of the budget"),
    ],
)
def test_a_budget_that_can_not_be_met_ends_the_induction(
    budget: Budget, ends: dict[str, float], words: str
) -> None:
    with pytest.raises(BudgetError, match=words):
        run_induction(_request(budget, ends), EVENTS, lambda _: None)


def test_a_winner_that_keeps_to_no_budget_leaves_it_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    calibrate, refused = pipeline.calibrate, []

    def picky(candidate: Any, context: Any, tried: int) -> Any:
        if not tried:
            refused.append(candidate.method)
            raise BudgetError("no rule keeps to the budget")
        return calibrate(candidate, context, tried)

    inducers = {"slim": FixedInducer([{"x": 0.9, "y": 0.5}]), "whole": FixedInducer([{"x": 0.8, "y": 0.5}])}
    methods = [Method(name, inducer, HitPolicy.FIRST) for name, inducer in inducers.items()]
    request = replace(_request(CORNER_FPR), methods=methods)
    plain = run_induction(request, EVENTS, lambda _: None)
    monkeypatch.setattr(pipeline, "calibrate", picky)
    found = run_induction(request, EVENTS, lambda _: None)
    assert found.methods == plain.methods
    assert refused == [found.methods[0].method] == ["whole"]
    assert found.ruleset.provenance is not None
    assert found.ruleset.provenance.method == found.methods[1].method == "slim"
    assert found.limit > found.measures.false_positive_rate.value  # type: ignore[union-attr]
