"""``RuleClassifier`` in scikit-learn's own hands: its checks, pipelines, searches and cross-validation."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import polars as pl
import pytest

pytest.importorskip("sklearn", reason="pip install 'rulekit-engine[induction]'")

from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import check_estimator

import rulekit
from rulekit.ir.semantics import decide
from rulekit.sklearn import RuleClassifier
from rulekit.sklearn.few_events import FewEventsWarning

BUDGET = rulekit.Budget(alert_rate=0.4, rules=4)


def quick(**parameters: Any) -> RuleClassifier:
    """Return a classifier whose teacher and method take little time."""
    teacher = DecisionTreeClassifier(max_depth=4, random_state=0)
    return RuleClassifier(teacher, **{"budget": BUDGET, "method": "tree", **parameters})


def box_events(count: int = 600, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Return events whose second class is a box with a little noise, shapes (count, 3) and (count,)."""
    draw = np.random.default_rng(seed)
    events = draw.uniform(size=(count, 3))
    inside = (events[:, 0] > 0.6) & (events[:, 1] < 0.7)
    return events, inside ^ (draw.uniform(size=count) < 0.02)


@pytest.fixture(scope="module")
def fitted() -> RuleClassifier:
    return quick().fit(*box_events())


@pytest.mark.filterwarnings("ignore::rulekit.sklearn.few_events.FewEventsWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.EstimatorCheckFailedWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_scikit_learns_own_checks() -> None:
    estimator = RuleClassifier(LogisticRegression(), method="tree")
    results = check_estimator(estimator, on_fail=None, on_skip=None)
    failed = {each["check_name"]: repr(each["exception"]) for each in results if each["status"] == "failed"}
    assert failed == {}
    assert sum(each["status"] == "passed" for each in results) >= 40


def test_decisions_are_those_of_the_ruleset(fitted: RuleClassifier) -> None:
    events, _ = box_events(200, seed=8)
    expected = [
        decide(fitted.ruleset_, {f"x{place}": float(value) for place, value in enumerate(event)}).outcome
        for event in events
    ]
    assert list(np.where(fitted.predict(events), "accept", "reject")) == expected
    assert len(set(expected)) == 2


def test_the_rules_find_the_box_within_the_budget(fitted: RuleClassifier) -> None:
    events, labels = box_events(2000, seed=9)
    assert fitted.score(events, labels) > 0.9
    assert len(fitted.ruleset_.rules) <= BUDGET.rules
    assert fitted.induction_ is not None
    assert fitted.induction_.measures.rate.value <= 0.4


def test_the_sign_of_the_decision_function_is_the_decision(fitted: RuleClassifier) -> None:
    events, _ = box_events(300, seed=4)
    assert ((fitted.decision_function(events) > 0) == fitted.predict(events)).all()


def test_values_are_shares_of_the_second_class(fitted: RuleClassifier) -> None:
    events, labels = box_events()
    deciding = [
        decide(fitted.ruleset_, {f"x{place}": float(value) for place, value in enumerate(event)}).rule
        for event in events
    ]
    for rule, value in zip(fitted.ruleset_.rules, fitted.rule_values_, strict=True):
        inside = np.array([one == rule.id for one in deciding])
        assert value == pytest.approx((labels[inside].sum() + 1) / (inside.sum() + 2))
        assert set(fitted.score_samples(events[inside])) <= {value}
    nobody = np.array([one is None for one in deciding])
    assert not fitted.score_samples(events[nobody]).any()


def test_hits_are_named_by_rule(fitted: RuleClassifier) -> None:
    events, _ = box_events(50, seed=5)
    hits = fitted.transform(events)
    assert hits.shape == (50, len(fitted.ruleset_.rules))
    assert list(fitted.get_feature_names_out()) == [rule.id for rule in fitted.ruleset_.rules]
    for event, row in zip(events, hits, strict=True):
        found = decide(fitted.ruleset_, {f"x{place}": float(value) for place, value in enumerate(event)})
        assert found.hits == tuple(
            name for name, hit in zip(fitted.get_feature_names_out(), row, strict=True) if hit
        )


def test_rules_have_no_probabilities(fitted: RuleClassifier) -> None:
    assert not hasattr(fitted, "predict_proba")


def test_points_have_probabilities_that_rise_with_the_sum() -> None:
    events, labels = box_events()
    found = quick(method="auto", hit_policy="score").fit(events, labels)
    probabilities, points = found.predict_proba(events), found.score_samples(events)
    assert probabilities.shape == (len(events), 2)
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert (np.diff(probabilities[np.argsort(points, kind="stable"), 1]) >= 0).all()
    assert probabilities[:, 1].mean() == pytest.approx(labels.mean(), abs=1e-9)
    assert ((found.decision_function(events) > 0) == found.predict(events)).all()


def test_few_events_give_a_tree_and_a_warning() -> None:
    events, labels = box_events(60)
    with pytest.warns(FewEventsWarning, match="60 events are too few"):
        found = RuleClassifier().fit(events, labels)
    assert found.induction_ is None
    assert found.score(events, labels) > 0.9


def test_a_frame_keeps_its_names_and_words() -> None:
    events, labels = box_events()
    frame = pl.DataFrame({"mass": events[:, 0], "kind": np.where(events[:, 1] < 0.7, "a", "b")})
    found = RuleClassifier(budget=BUDGET, method="tree").fit(frame, labels)
    assert list(found.feature_names_in_) == ["mass", "kind"]
    assert found.ruleset_.schema.names == ["mass", "kind"] or tuple(found.ruleset_.schema.names) == (
        "mass",
        "kind",
    )
    assert found.score(frame, labels) > 0.9
    with pytest.raises(ValueError, match="feature names"):
        found.predict(frame.rename({"mass": "weight"}))


def test_missing_values_are_read() -> None:
    events, labels = box_events()
    events[::7, 2] = np.nan
    found = quick().fit(events, labels)
    assert found.score(events, labels) > 0.9


def test_weights_of_zero_are_no_events() -> None:
    events, labels = box_events()
    flipped = np.concatenate([labels, ~labels])
    weights = np.concatenate([np.ones(len(labels)), np.zeros(len(labels))])
    found = quick().fit(np.concatenate([events, events]), flipped, weights)
    assert found.score(events, labels) > 0.9


def test_without_a_teacher_one_is_fitted() -> None:
    events, labels = box_events(300)
    found = RuleClassifier(budget=BUDGET, method="tree").fit(events, labels)
    assert type(found.teacher_).__name__ == "HistGradientBoostingClassifier"
    assert found.score(events, labels) > 0.85


def test_a_frozen_teacher_is_used_as_it_is() -> None:
    events, labels = box_events()
    ready = LogisticRegression().fit(events, labels)
    found = RuleClassifier(FrozenEstimator(ready), budget=BUDGET, method="tree").fit(events, labels)
    assert found.teacher_.estimator is ready


def test_an_estimator_is_cloned_and_fitted() -> None:
    events, labels = box_events()
    teacher = LogisticRegression()
    found = RuleClassifier(teacher, budget=BUDGET, method="tree").fit(events, labels)
    assert not hasattr(teacher, "coef_")
    assert found.teacher_.coef_.shape == (1, 3)


def test_a_column_of_scores_teaches_and_is_no_feature() -> None:
    events, labels = box_events()
    frame = pl.DataFrame(events, schema=["a", "b", "c"]).with_columns(score=pl.Series(labels * 1.0))
    found = RuleClassifier("score", budget=BUDGET, method="tree").fit(frame, labels)
    assert "score" not in found.ruleset_.schema.names
    assert found.teacher_ == "score"


def test_in_a_pipeline_a_search_and_cross_validation() -> None:
    events, labels = box_events()
    steps = make_pipeline(SimpleImputer(), quick())
    assert cross_val_score(steps, events, labels, cv=2).min() > 0.85
    budgets = [rulekit.Budget(alert_rate=0.2, rules=1), BUDGET]
    search = GridSearchCV(quick(), {"budget": budgets}, cv=2).fit(events, labels)
    assert search.best_params_ == {"budget": BUDGET}


def test_clones_and_pickles_decide_alike(fitted: RuleClassifier) -> None:
    events, labels = box_events()
    again = clone(fitted).fit(events, labels)
    assert again.ruleset_.digest == fitted.ruleset_.digest
    restored = pickle.loads(pickle.dumps(fitted))  # noqa: S301 - our own bytes
    assert (restored.predict(events) == fitted.predict(events)).all()


@pytest.mark.parametrize(
    ("y", "why"),
    [
        (np.zeros(200), "one class"),
        (np.arange(200) % 3, "Only binary classification is supported"),
        (np.linspace(0, 1, 200), "Unknown label type"),
        (np.zeros(199), "inconsistent numbers of samples"),
    ],
)
def test_a_bad_target_is_refused(y: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        quick().fit(box_events(200)[0], y)


def test_a_budget_that_no_ruleset_meets_is_our_error() -> None:
    budget = rulekit.Budget(alert_rate=0.001)
    with pytest.raises(rulekit.RulekitError, match="too small for a budget"):
        quick(budget=budget).fit(*box_events())
