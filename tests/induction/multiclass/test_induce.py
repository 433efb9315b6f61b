from __future__ import annotations

from itertools import pairwise

import polars as pl
import pytest
from planted import planted_particles
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

import rulekit
from rulekit.budget import Budget
from rulekit.errors import BudgetError, EventError, TeacherError
from rulekit.induction.multiclass.induce import induce_classes
from rulekit.induction.results.classes import ClassInduction
from rulekit.induction.teachers.base import feature_matrix
from rulekit.ir.ruleset import HitPolicy
from rulekit.ir.schema import Feature, Schema

pytest.importorskip("numba", reason="pip install 'rulekit-engine[induction]'")

SCHEMA = Schema(
    name="particles", version="1.0.0", features=tuple(Feature(name=name, dtype="float64") for name in "xyz")
)
BUDGETS = {
    "muon": Budget(false_positive_rate=0.01, rules=4),
    "electron": Budget(false_positive_rate=0.02, rules=4),
}


@pytest.fixture(scope="module")
def particles() -> pl.DataFrame:
    return planted_particles(6000, 1)


@pytest.fixture(scope="module")
def unseen() -> pl.DataFrame:
    return planted_particles(6000, 2)


@pytest.fixture(scope="module")
def forest(particles: pl.DataFrame) -> RandomForestClassifier:
    model = RandomForestClassifier(30, max_depth=6, random_state=0)
    return model.fit(feature_matrix(particles, SCHEMA), particles["kind"].to_numpy())


@pytest.fixture(scope="module")
def found(forest: RandomForestClassifier, particles: pl.DataFrame) -> ClassInduction:
    return induce_classes(forest, particles, "kind", schema=SCHEMA, budgets=BUDGETS, method="tree")


def _outcomes(ruleset: rulekit.Ruleset, events: pl.DataFrame) -> pl.Series:
    named = [outcome for outcome in ruleset.outcomes if outcome != "invalid"]
    chosen = pl.coalesce(pl.when(rulekit.expr(ruleset, outcome)).then(pl.lit(outcome)) for outcome in named)
    return events.select(chosen.alias("outcome")).to_series()


def test_each_class_is_found_within_its_own_budget(found: ClassInduction, unseen: pl.DataFrame) -> None:
    given, kind = _outcomes(found.ruleset, unseen), unseen["kind"]
    for name, budget in BUDGETS.items():
        assert (given == name).filter(kind == name).mean() > 0.9
        assert (given == name).filter(kind != name).mean() < 1.5 * budget.rate
    assert (given == "other").filter(kind == "jet").mean() > 0.95


def test_classes_are_asked_in_the_order_of_their_budgets(
    found: ClassInduction, forest: RandomForestClassifier, particles: pl.DataFrame
) -> None:
    widened = dict(reversed(BUDGETS.items()))
    other = induce_classes(forest, particles, "kind", schema=SCHEMA, budgets=widened, method="tree")
    for ruleset, order in ((found.ruleset, BUDGETS), (other.ruleset, widened)):
        assert ruleset.hit_policy is HitPolicy.FIRST
        assert list(dict.fromkeys(rule.then for rule in ruleset.rules)) == list(order)
        assert all(rule.id.startswith(str(rule.then)) for rule in ruleset.rules)


def test_the_answer_is_measured_as_a_whole(found: ClassInduction, particles: pl.DataFrame) -> None:
    for name, budget in BUDGETS.items():
        measures = found.measures[name]
        assert measures.events == round(0.3 * len(particles))
        assert measures.false_positive_rate.value <= budget.rate
        assert measures.false_positive_rate.value <= found.limits[name] < 2 * budget.rate
    facts = found.ruleset.provenance
    assert list(facts.parameters["classes"]) == list(BUDGETS)
    assert facts.measures["classes"]["muon"] == found.measures["muon"].to_document()


def test_the_same_seed_gives_the_same_law(
    found: ClassInduction, forest: RandomForestClassifier, particles: pl.DataFrame
) -> None:
    again = induce_classes(forest, particles, "kind", schema=SCHEMA, budgets=BUDGETS, method="tree")
    assert again.ruleset.digest == found.ruleset.digest


def test_steps_of_a_scale_share_one_sum(forest: RandomForestClassifier, particles: pl.DataFrame) -> None:
    """How urgent an event is: x above 0.95 is worse than x above 0.8."""
    x = pl.col("x")
    grade = (
        pl.when(x > 0.95).then(pl.lit("block")).when(x > 0.8).then(pl.lit("review")).otherwise(pl.lit("fine"))
    )
    events = particles.with_columns(grade=grade)
    model = LogisticRegression(max_iter=2000).fit(feature_matrix(events, SCHEMA), events["grade"].to_numpy())
    budgets = {
        "block": Budget(false_positive_rate=0.01, literals=12),
        "review": Budget(false_positive_rate=0.03, literals=12),
    }
    made = induce_classes(model, events, "grade", schema=SCHEMA, budgets=budgets, hit_policy="score")
    ruleset = made.ruleset
    assert ruleset.hit_policy is HitPolicy.SCORE
    assert [outcome for outcome, _ in ruleset.ladder] == ["review", "block"]
    assert all(low[1] < high[1] for low, high in pairwise(ruleset.ladder))
    fresh = planted_particles(6000, 5).with_columns(grade=grade)
    given, truth = _outcomes(ruleset, fresh), fresh["grade"]
    assert (given == "block").filter(truth == "block").mean() > 0.7
    assert (given == "block").filter(truth != "block").mean() < 0.02
    assert (given != "other").filter(truth != "fine").mean() > 0.8
    assert (given != "other").filter(truth == "fine").mean() < 0.05
    for name, budget in budgets.items():
        rate = made.measures[name].false_positive_rate.value
        assert rate <= budget.rate
        assert rate < made.limits[name]


def test_thresholds_rise_whatever_the_budgets(particles: pl.DataFrame) -> None:
    x = pl.col("x")
    grade = (
        pl.when(x > 0.95).then(pl.lit("block")).when(x > 0.8).then(pl.lit("review")).otherwise(pl.lit("fine"))
    )
    events = particles.with_columns(grade=grade, p_block=x, p_review=x)
    budgets = {
        "block": Budget(false_positive_rate=0.5, literals=12),
        "review": Budget(false_positive_rate=0.01, literals=12),
    }
    made = induce_classes("p_{class}", events, "grade", schema=SCHEMA, budgets=budgets, hit_policy="score")
    (low, least), (high, most) = made.ruleset.ladder
    assert (low, high) == ("review", "block")
    assert most == least + 1


def test_scores_of_each_class_may_be_columns_or_several_teachers(
    found: ClassInduction, forest: RandomForestClassifier, particles: pl.DataFrame
) -> None:
    scores = forest.predict_proba(feature_matrix(particles, SCHEMA))
    columns = {f"p_{name}": scores[:, list(forest.classes_).index(name)] for name in BUDGETS}
    events = particles.with_columns(**columns)
    for source in ("p_{class}", {name: f"p_{name}" for name in BUDGETS}):
        again = induce_classes(source, events, "kind", schema=SCHEMA, budgets=BUDGETS, method="tree")
        assert again.ruleset.digest == found.ruleset.digest


def test_without_truth_the_teacher_is_followed(
    forest: RandomForestClassifier, particles: pl.DataFrame
) -> None:
    budgets = {"muon": Budget(alert_rate=0.12, rules=3), "electron": Budget(alert_rate=0.1, rules=3)}
    made = induce_classes(forest, particles, schema=SCHEMA, budgets=budgets, method="tree")
    given = _outcomes(made.ruleset, particles)
    for name in budgets:
        assert (given == name).filter(particles["kind"] == name).mean() > 0.8


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"budgets": {}}, BudgetError, "no class has a budget"),
        ({"otherwise": "muon"}, BudgetError, "class muon is the outcome of everything else"),
        ({"truth": None}, BudgetError, "a false-positive rate needs the truth"),
        ({"hit_policy": "any"}, BudgetError, "several classes can't be decided under this hit policy"),
        ({"truth": "type"}, EventError, "no truth column 'type'"),
        ({"truth": "x"}, EventError, "truth column x has another dtype"),
        ({"teacher": object()}, TeacherError, "this is no teacher of classes"),
        (
            {"teacher": {"muon": "x"}},
            TeacherError,
            "the mapping of teachers does not know the class 'electron'",
        ),
        (
            {"budgets": {"tau": Budget(false_positive_rate=0.1)}},
            TeacherError,
            "does not know the class 'tau'",
        ),
    ],
)
def test_bad_input(
    changes: dict[str, object],
    error: type[Exception],
    message: str,
    forest: RandomForestClassifier,
    particles: pl.DataFrame,
) -> None:
    given = {"teacher": forest, "truth": "kind", "budgets": BUDGETS, "method": "tree"} | changes
    with pytest.raises(error, match=message):
        induce_classes(given.pop("teacher"), particles, given.pop("truth"), schema=SCHEMA, **given)


def test_a_class_without_events_or_with_too_few_is_named(
    forest: RandomForestClassifier, particles: pl.DataFrame
) -> None:
    none = particles.filter(pl.col("kind") != "electron")
    with pytest.raises(EventError, match="no event of truth column kind is of class 'electron'"):
        induce_classes(forest, none, "kind", schema=SCHEMA, budgets=BUDGETS)
    few = pl.concat([none, particles.filter(pl.col("kind") == "electron").head(3)])
    with pytest.raises(BudgetError, match="class electron: there is too little signal"):
        induce_classes(forest, few, "kind", schema=SCHEMA, budgets=BUDGETS)
