from __future__ import annotations

import os
import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import polars as pl
import pytest
from places import TESTS

import rulekit
from rulekit.budget import Budget
from rulekit.errors import BudgetError, EventError, RulekitError, TeacherError
from rulekit.induction.induce import induce
from rulekit.induction.results.induction import Induction
from rulekit.ir.condition import literals
from rulekit.ir.notation.document import ruleset_from_json, ruleset_to_json
from rulekit.ir.schema import Feature, Schema
from rulekit.ir.semantics import decide

pytest.importorskip("numba", reason="pip install 'rulekit-engine[induction]'")

FPR = Budget(false_positive_rate=0.02, rules=6)
RULES = ("tree", "score-tree", "forest", "skope-rules", "figs", "rule-fit")


def _literals(found: Induction) -> int:
    return sum(1 for rule in found.ruleset.rules for _ in literals(rule.when))


def _efficiency(found: Induction, frame: pl.DataFrame) -> tuple[float, float]:
    accepted = frame.select(rulekit.expr(found.ruleset, "accept")).to_series()
    return float(accepted.filter(frame["truth"]).mean() or 0), float(
        accepted.filter(~frame["truth"]).mean() or 0
    )


@pytest.mark.parametrize(
    ("method", "policy", "least"),
    [
        *((name, "any", 0.8) for name in RULES),
        ("greedy-rule-list", "first", 0.2),
        *((name, "score", 0.75) for name in ("figs", "rule-fit", "boosted-rules")),
    ],
)
def test_every_inducer_finds_the_planted_rules(
    method: str, policy: str, least: float, events: pl.DataFrame, fresh: pl.DataFrame, schema: Schema
) -> None:
    budget = Budget(false_positive_rate=0.03, rules=10)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = induce(
            "score", events, "truth", schema=schema, budget=budget, method=method, hit_policy=policy
        )
    efficiency, rate = _efficiency(found, fresh)
    assert efficiency >= least
    assert rate <= 0.045
    assert found.ruleset.hit_policy.value == policy
    assert found.measures.false_positive_rate is not None
    assert found.measures.false_positive_rate.value <= 0.03
    assert len(found.ruleset.rules) <= 10
    sample = fresh.head(150)
    runner = rulekit.compile(found.ruleset).load()
    outcomes = runner.batch(sample.select(schema.names))["outcome"].to_list()
    assert outcomes == [decide(found.ruleset, event).outcome for event in sample.to_dicts()]


def test_rules_read_as_planted(tree: Induction) -> None:
    texts = {text for rule in tree.ruleset.rules for text in map(str, literals(rule.when))}
    read = {literal.feature for rule in tree.ruleset.rules for literal in literals(rule.when)}
    assert {"mass", "kind", "hits", "flag"} <= read
    assert any("'hits', sign='>=', value=10" in text for text in texts)
    first = tree.ruleset.rules[0]
    assert first.origin == "induced"
    assert first.id
    assert first.because.startswith("On 1,800 calibration events: ")
    assert "hits, purity 0." in first.because or "hits, purity 1." in first.because
    assert any(word in first.title for word in ("above", "at least", "at most", "is r"))
    assert ruleset_from_json(ruleset_to_json(tree.ruleset)) == tree.ruleset


@pytest.mark.parametrize(("rules", "literals_"), [(1, None), (3, None), (6, 5)])
def test_caps_really_cap(rules: int, literals_: int | None, events: pl.DataFrame, schema: Schema) -> None:
    budget = Budget(false_positive_rate=0.05, rules=rules, literals=literals_)
    found = induce("score", events, "truth", schema=schema, budget=budget, method="tree")
    assert len(found.ruleset.rules) <= rules
    assert _literals(found) <= (literals_ or 99)
    points = induce("score", events, "truth", schema=schema, budget=budget, method="boosted-rules")
    assert len(points.ruleset.rules) <= rules
    assert _literals(points) <= (literals_ or 99)


def test_alert_rate_without_truth_follows_the_teacher(events: pl.DataFrame, schema: Schema) -> None:
    found = induce(
        "score", events.drop("truth"), schema=schema, budget=Budget(alert_rate=0.1, rules=6), method="tree"
    )
    assert found.measures.efficiency is None
    assert found.measures.rate.value <= 0.1
    assert found.measures.teacher_f1 is not None
    assert found.measures.teacher_f1 > 0.8
    assert "purity" not in found.ruleset.rules[0].because


def test_alert_rate_with_truth_and_other_outcomes(events: pl.DataFrame, schema: Schema) -> None:
    found = induce(
        "score", events, "truth", schema=schema, budget=Budget(alert_rate=0.05), method="tree",
        name="cards.block", accept="review", otherwise="approve",
    )  # fmt: skip
    assert found.measures.rate.value <= 0.05
    assert found.measures.purity is not None
    assert found.measures.purity.value > 0.8
    assert (found.ruleset.name, found.ruleset.outcomes) == ("cards.block", ("review", "approve", "invalid"))


def test_truth_may_be_numbers(events: pl.DataFrame, schema: Schema, tree: Induction) -> None:
    numbers = events.with_columns(pl.col("truth").cast(pl.Int8))
    assert induce("score", numbers, "truth", schema=schema, budget=FPR, method="tree").ruleset == tree.ruleset


def test_a_seed_is_another_split(events: pl.DataFrame, schema: Schema, tree: Induction) -> None:
    other = induce("score", events, "truth", schema=schema, budget=FPR, method="tree", seed=7)
    assert other.ruleset.digest != tree.ruleset.digest
    again = induce("score", events, "truth", schema=schema, budget=FPR, method="tree", seed=7)
    assert again.ruleset == other.ruleset


_DIGEST = """
import sys; sys.path.insert(0, {tests!r})
from planted import SCHEMA, planted
from rulekit.budget import Budget
from rulekit.induction.induce import induce
for method in ("tree", "skope-rules"):
    budget = Budget(false_positive_rate=0.02, rules=6)
    print(induce("score", planted(6000, 1), "truth", schema=SCHEMA, budget=budget, method=method).ruleset.digest)
"""


def test_threads_and_hash_seeds_change_nothing(events: pl.DataFrame, schema: Schema, tree: Induction) -> None:
    code = _DIGEST.format(tests=str(TESTS))
    threads = {"OMP_NUM_THREADS": "3", "POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "77"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **threads},
        capture_output=True,
        text=True,
        check=True,
    )
    skope = induce("score", events, "truth", schema=schema, budget=FPR, method="skope-rules")
    assert done.stdout.split() == [tree.ruleset.digest, skope.ruleset.digest]


def test_events_of_weight_zero_change_nothing(events: pl.DataFrame, schema: Schema, tree: Induction) -> None:
    noise = events.head(500).with_columns(pl.lit(9.0).alias("score"), ~pl.col("truth"), weight=pl.lit(0.0))
    weighted = pl.concat([events.with_columns(weight=pl.lit(2.5)), noise])
    found = induce("score", weighted, "truth", schema=schema, budget=FPR, method="tree", weight="weight")
    assert found.ruleset.digest == tree.ruleset.digest
    assert found.measures.efficiency is not None
    assert tree.measures.efficiency is not None
    assert found.measures.efficiency.value == pytest.approx(tree.measures.efficiency.value)


def test_weights_move_the_cut(events: pl.DataFrame, fresh: pl.DataFrame, schema: Schema) -> None:
    """Background that weighs ten times as much where a rule is false must drive the rules away from there."""
    heavy = (~pl.col("truth")) & (pl.col("kind") == "r")
    weighted = events.with_columns(pl.when(heavy).then(30.0).otherwise(1.0).alias("weight"))
    found = induce("score", weighted, "truth", schema=schema, budget=FPR, method="tree", weight="weight")
    accepted = fresh.select(rulekit.expr(found.ruleset, "accept")).to_series()
    weights = fresh.select(pl.when(heavy).then(30.0).otherwise(1.0)).to_series()
    background = ~fresh["truth"]
    rate = weights.filter(accepted & background).sum() / weights.filter(background).sum()
    assert rate <= 0.03


def _with(**columns: Any) -> Any:
    return lambda events: events.with_columns(**columns)


@pytest.mark.parametrize(
    ("change", "options", "error", "words"),
    [
        (None, {"truth": None}, BudgetError, "a false-positive rate needs the truth"),
        (None, {"truth": "label"}, EventError, "the events have no truth column 'label'"),
        (_with(truth=pl.lit("yes")), {}, EventError, "truth column 'truth' is not true or false"),
        (_with(truth=pl.lit(0.5)), {}, EventError, "truth column 'truth' is not true or false"),
        (_with(truth=pl.lit(2)), {}, EventError, "truth column 'truth' is not true or false"),
        (
            _with(truth=pl.when(pl.col("hits") > 2).then("truth")),
            {},
            EventError,
            "truth column 'truth' lacks 1,",
        ),
        (_with(truth=pl.lit(True)), {}, BudgetError, "there is no background among the events"),
        (_with(truth=pl.lit(0)), {}, BudgetError, "there is no signal among the events"),
        (_with(truth=pl.int_range(pl.len()) < 4), {}, BudgetError, "too little signal among the events"),
        (
            lambda events: events.head(60),
            {},
            BudgetError,
            "too few events to induce from\n  expected at least 100",
        ),
        (lambda events: events.clear(), {}, BudgetError, "there are no events"),
        (lambda events: events.drop("mass"), {}, EventError, "no column for feature mass"),
        (_with(hits=pl.lit("many")), {}, EventError, "column hits has another dtype"),
        (
            _with(w=pl.lit(-1.0)),
            {"weight": "w"},
            EventError,
            "weight column 'w' has 6,000 impossible weights",
        ),
        (_with(w=pl.lit(float("nan"))), {"weight": "w"}, EventError, "impossible weights"),
        (_with(w=pl.lit(0.0)), {"weight": "w"}, EventError, "every event has weight zero"),
        (_with(w=pl.lit("1")), {"weight": "w"}, EventError, "weight column 'w' holds no numbers"),
        (None, {"weight": "w"}, EventError, "no weight column 'w'"),
        (_with(score=pl.lit(float("nan"))), {}, TeacherError, "gives NaN for 6,000 of 6,000 events"),
        (None, {"teacher": "model.pkl"}, TeacherError, "nothing is ever unpickled"),
        (None, {"teacher": "absent.onnx"}, TeacherError, "there is no such teacher"),
        (
            None,
            {"budget": Budget(false_positive_rate=1e-9)},
            BudgetError,
            "the smallest rate it can tell is 0.0006",
        ),
        (None, {"budget": Budget(alert_rate=1e-4)}, BudgetError, "too small for a budget of 0.0001"),
        (None, {"method": "thicket"}, RulekitError, "unknown inducer 'thicket'"),
        (None, {"hit_policy": "unique"}, BudgetError, "no inducer has this hit policy"),
        (
            None,
            {"method": "tree", "hit_policy": "score"},
            BudgetError,
            "does not give rules of hit policy score",
        ),
    ],
)
def test_bad_input(
    change: Any,
    options: dict[str, Any],
    error: type[Exception],
    words: str,
    events: pl.DataFrame,
    schema: Schema,
) -> None:
    arguments = {"teacher": "score", "truth": "truth", "budget": FPR, "method": "tree", **options}
    frame = events if change is None else change(events)
    with pytest.raises(RulekitError) as caught:
        induce(arguments.pop("teacher"), frame, arguments.pop("truth"), schema=schema, **arguments)
    assert isinstance(caught.value, error)
    assert words in str(caught.value)


def test_events_without_a_required_feature_are_never_accepted(events: pl.DataFrame, schema: Schema) -> None:
    strict = Schema(
        name="strict",
        version="1.0.0",
        features=tuple(
            feature.model_copy(update={"required": feature.name in {"mass", "flag"}})
            for feature in schema.features
        ),
    )
    found = induce("score", events, "truth", schema=strict, budget=FPR, method="tree")
    accepted = events.select(rulekit.expr(found.ruleset, "accept")).to_series()
    assert not (accepted & (events["mass"].is_null() | events["flag"].is_null())).any()
    texts = " ".join(str(rule.when) for rule in found.ruleset.rules)
    assert not any(f"Missing(feature='{name}'" in texts for name in ("mass", "flag"))


def test_a_schema_without_any_variation_finds_nothing(events: pl.DataFrame) -> None:
    flat = Schema(name="flat", version="1.0.0", features=(Feature(name="flat", dtype="int32"),))
    frame = events.with_columns(flat=pl.lit(1, pl.Int32))
    with pytest.raises(BudgetError, match="no rule"):
        induce("score", frame, "truth", schema=flat, budget=FPR)


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
