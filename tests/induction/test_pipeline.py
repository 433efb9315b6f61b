"""Poor input from which rules are found all the same, and the same rules on any machine."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import polars as pl
import pytest
from contexts import CORNER, SCHEMA, FixedInducer, corner_events

import rulekit
from rulekit.budget import Budget
from rulekit.errors import BudgetError
from rulekit.induction.induce import induce
from rulekit.induction.learners.methods import Method
from rulekit.induction.pipeline import InductionRequest, run_induction
from rulekit.induction.publish import DraftNames, ProvenanceInputs
from rulekit.induction.samples.folds import split
from rulekit.induction.selection.constraints import make_constraints
from rulekit.induction.teachers.base import ColumnTeacher
from rulekit.ir.ruleset import HitPolicy, Rule
from rulekit.ir.schema import Feature, Schema

pytest.importorskip("numba", reason="pip install 'rulekit-engine[induction]'")

FPR = Budget(false_positive_rate=0.02, rules=6)


def _reached(ruleset: rulekit.Ruleset, fresh: pl.DataFrame) -> tuple[Any, Any]:
    accepted = fresh.select(rulekit.expr(ruleset, "accept")).to_series()
    return accepted.filter(fresh["truth"]).mean(), accepted.filter(~fresh["truth"]).mean()


def test_a_hundredth_of_the_labels_may_be_wrong(
    events: pl.DataFrame, fresh: pl.DataFrame, schema: Schema
) -> None:
    wrong = pl.Series(np.random.default_rng(5).random(len(events)) < 0.01)
    flipped = events.with_columns(truth=pl.col("truth") != wrong)
    found = induce("score", flipped, "truth", schema=schema, budget=FPR)
    efficiency, rate = _reached(found.ruleset, fresh)
    assert efficiency > 0.8
    assert rate < 0.03


def test_constant_and_missing_features_are_in_no_rule(
    events: pl.DataFrame, fresh: pl.DataFrame, schema: Schema
) -> None:
    empty = {"still": pl.lit(1.5), "never": pl.lit(None, pl.Float64), "nan": pl.lit(float("nan"))}
    wider = Schema(
        name="wider",
        version="1.0.0",
        features=(*schema.features, *(Feature(name=name, dtype="float64") for name in empty)),
    )
    some = events.head(3000).with_columns(**empty)
    for policy in (None, "score"):
        budget = Budget(false_positive_rate=0.02, literals=10)
        found = induce(
            "score",
            some,
            "truth",
            schema=wider,
            budget=budget,
            hit_policy=policy,
        )
        texts = " ".join(str(rule.when) for rule in found.ruleset.rules)
        assert not any(f"'{name}'" in texts for name in empty)
        assert _reached(found.ruleset, fresh.with_columns(**empty))[0] > 0.6


def test_a_second_is_enough_for_something(events: pl.DataFrame, schema: Schema) -> None:
    found = induce("score", events, "truth", schema=schema, budget=FPR, time_limit=1)
    assert found.stopped == "time limit of 1 s"
    assert found.ruleset.rules
    assert found.measures.false_positive_rate.value <= 0.02


def test_a_winner_that_keeps_to_no_budget_leaves_it_to_the_next(
    events: pl.DataFrame, schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rulekit.induction import pipeline

    calibrate, refused = pipeline.calibrate, []

    def picky(candidate: Any, context: Any, tried: int) -> Any:
        if not tried:
            refused.append(candidate.method)
            raise BudgetError("no rule keeps to the budget")
        return calibrate(candidate, context, tried)

    some = events.head(2500)
    plain = induce("score", some, "truth", schema=schema, budget=FPR)
    monkeypatch.setattr(pipeline, "calibrate", picky)
    found = induce("score", some, "truth", schema=schema, budget=FPR)
    assert found.methods == plain.methods
    assert refused == [found.methods[0].method]
    assert found.ruleset.provenance.method == found.methods[1].method
    assert found.limit > found.measures.false_positive_rate.value


_DIGESTS = """
import numpy as np, polars as pl
from rulekit import Budget, Feature, Schema, induce
rng = np.random.default_rng(0)
values = rng.normal(size=(3, 1500))
score = values.sum(axis=0) - (values[0] * values[1]) ** 2
events = pl.DataFrame(dict(zip("xyz", values))).with_columns(
    score=pl.Series(score), truth=pl.Series(score + rng.normal(0, 0.3, 1500) > 1.5)
)
schema = Schema(name="slope", version="1.0.0", features=tuple(Feature(name=n, dtype="float64") for n in "xyz"))
for policy in (None, "score"):
    budget = Budget(false_positive_rate=0.02, literals=12)
    found = induce("score", events, "truth", schema=schema, budget=budget, hit_policy=policy)
    print(found.methods[0].method, *(point.ruleset.digest for point in found.path))
"""


def test_one_thread_and_two_give_the_same_digest() -> None:
    said = []
    for threads in ("1", "2"):
        names = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS")
        done = subprocess.run(
            [sys.executable, "-c", _DIGESTS],
            env={**os.environ, **dict.fromkeys(names, threads)},
            capture_output=True,
            text=True,
            check=True,
        )
        said.append(done.stdout.splitlines())
    assert said[0] == said[1]
    assert [line.split()[0] for line in said[0]] == ["boxes", "points"]


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


def test_rules_in_force_stay_where_the_best_method_hardly_differs() -> None:
    rule = Rule(id="corner", when=CORNER, then="accept", because="Enacted.", origin="human")
    law = rulekit.Ruleset(
        name="corner", version="1.2.0", schema=SCHEMA, hit_policy="any", otherwise="reject", rules=(rule,)
    )
    found = run_induction(_request(CORNER_FPR, {"x": 0.801, "y": 0.5}, incumbent=law), EVENTS, lambda _: None)
    assert found.ruleset.rules == (rule,)
    assert found.ruleset.version == "1.2.0"


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
