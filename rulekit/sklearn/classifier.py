"""``RuleClassifier``: a short ruleset as a scikit-learn classifier."""

from __future__ import annotations

import math
import warnings
from collections.abc import Collection, Mapping
from typing import Any, Literal, Self, cast

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.isotonic import IsotonicRegression
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import (
    _check_sample_weight,
    _check_y,
    check_consistent_length,
    check_is_fitted,
)

from rulekit.budget import Budget
from rulekit.induction.induce import induce
from rulekit.induction.results.induction import Induction
from rulekit.induction.samples.folds import FRACTIONS
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.ir.schema import Schema
from rulekit.sklearn.few_events import FEWEST, FewEventsWarning, tree_ruleset
from rulekit.sklearn.tables import free_name, read_schema, read_table
from rulekit.sklearn.teachers import Lesson, is_ready, taught
from rulekit.statistics.effective import effective_count
from rulekit.targets.api import compile as compile_ruleset
from rulekit.targets.artifact import Runner

Array = npt.NDArray[Any]

ACCEPT, REJECT = "accept", "reject"


def _sums_points(classifier: RuleClassifier) -> bool:
    return classifier.hit_policy == HitPolicy.SCORE


class RuleClassifier(TransformerMixin, ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier of two classes whose decisions are those of a short ruleset.

    ``fit`` fits a teacher, distils it with :func:`rulekit.induce` into a ruleset within a budget, and keeps it as
    ``ruleset_``. ``predict`` gives the second class where the ruleset accepts an event. The decisions are those of
    the ruleset on every target, and ``rulekit.compile(classifier.ruleset_, ...)`` carries them elsewhere.

    Parameters
    ----------
    teacher : what the rules are distilled from. An estimator is cloned and fitted, and its scores are out of fold;
        a ``sklearn.frozen.FrozenEstimator`` is used as it is; a string is the path of an ``.onnx`` file or the name
        of a column of scores in ``X``. Default: ``HistGradientBoostingClassifier``.
    budget : the rate and the size to keep to. Default: as large a share of accepted events as the second class has
        in ``y``, plus two standard errors of that share on the calibration fold, and 20 rules.
    method : the name of a learner, or ``auto`` to compare all. Default: ``auto``.
    hit_policy : ``any``, ``first`` or ``score`` (a sum of points). Default: what the method finds best.
    monotone : ``{"amount": "up"}`` where rules may only ask for more of a feature, ``"down"`` only for less.
    forbidden : features that no rule may ask for; the teacher reads them all the same.
    seed : the only source of chance. Default: 0.
    time_limit : seconds after which ``auto`` starts no further method. Default: none.

    Attributes
    ----------
    classes_ : the two classes, sorted, shape (2,). The second one is what the ruleset accepts.
    ruleset_ : the ruleset, a draft.
    induction_ : what :func:`rulekit.induce` returned, with measures and certified limits; None where there were
        fewer than 100 events.
    teacher_ : the fitted teacher; None where there were fewer than 100 events.
    rule_values_ : of each rule the share of the second class among the training events that it decides, with one
        event added to either side, float64, shape (rules,).
    n_features_in_, feature_names_in_ : as everywhere in scikit-learn.

    Notes
    -----
    Features of an array are called ``x0``, ``x1`` and so on; a frame keeps its names, and text
    columns of up to 100 words are categories. Missing values (NaN, null) are allowed. Under points
    ``predict_proba`` exists: an isotonic regression of the class on the points of the training events.
    ``transform`` gives the hits of the rules. From 100 events on, the events are split into folds one by
    one, so that an event of weight 2 is not the same as two events.

    """

    def __init__(
        self,
        teacher: Any = None,
        *,
        budget: Budget | None = None,
        method: str = "auto",
        hit_policy: str | None = None,
        monotone: Mapping[str, Literal["up", "down"]] | None = None,
        forbidden: Collection[str] = (),
        seed: int = 0,
        time_limit: float | None = None,
    ) -> None:
        self.teacher = teacher
        self.budget = budget
        self.method = method
        self.hit_policy = hit_policy
        self.monotone = monotone
        self.forbidden = forbidden
        self.seed = seed
        self.time_limit = time_limit

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803 - scikit-learn's name
        """Fit the teacher and distil it.

        Parameters
        ----------
        X : array of numbers or frame, shape (events, features).
        y : two classes of any kind, shape (events,).
        sample_weight : of the events, zero or more, shape (events,). Default: all weigh 1.

        Raises
        ------
        ValueError
            when ``X`` or ``y`` are not what scikit-learn allows, or ``y`` has not two classes.
        RulekitError
            as :func:`rulekit.induce` does: BudgetError, EventError, TeacherError.

        """
        table = read_table(self, X, reset=True)
        labels = self._read_classes(table, y)
        weights = _check_sample_weight(sample_weight, np.empty((len(labels), 1)), dtype=np.float64,
                                       ensure_non_negative=True)  # fmt: skip
        budget = self.budget or _default_budget(labels, weights)
        column = {self.teacher} if isinstance(self.teacher, str) else set()
        schema = read_schema(table, "rules", column)
        if len(labels) < FEWEST:
            self._fit_few(table, schema, labels, weights, budget)
        else:
            own = None if sample_weight is None else weights
            self._distil(Lesson(X, table, schema, labels, own, self.seed), budget)
        self._learn_values(table, labels, weights)
        return self

    def _read_classes(self, table: pl.DataFrame, y: Any) -> npt.NDArray[np.bool_]:
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None")
        target = _check_y(y, estimator=self)
        check_consistent_length(table, target)
        check_classification_targets(target)
        self.classes_, places = np.unique(target, return_inverse=True)
        if len(self.classes_) > 2:
            kind = type_of_target(target)
            raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
        if len(self.classes_) < 2:
            raise ValueError("RuleClassifier needs two classes, and the target has one class")
        return cast("npt.NDArray[np.bool_]", places == 1)

    def _fit_few(
        self, table: pl.DataFrame, schema: Schema, labels: Array, weights: Array, budget: Budget
    ) -> None:
        what = f"{len(labels)} events are too few for induction, which needs {FEWEST}: the rules are a tree's"
        warnings.warn(f"{what}, and no rate is certified", FewEventsWarning, stacklevel=3)
        self.teacher_: Any = None
        self.induction_: Induction | None = None
        self.ruleset_: Ruleset = tree_ruleset(
            table, schema, labels, weights, rules=budget.rules, seed=self.seed
        )

    def _distil(self, lesson: Lesson, budget: Budget) -> None:
        score, truth, weight = (free_name(lesson.table, name) for name in ("score", "truth", "weight"))
        events = lesson.table.with_columns(pl.Series(truth, lesson.labels))
        source: Any = self.teacher
        self.teacher_ = self.teacher
        if not is_ready(self.teacher):
            scores, self.teacher_ = taught(self.teacher, lesson)
            events, source = events.with_columns(pl.Series(score, scores)), score
        if lesson.weights is not None:
            events = events.with_columns(pl.Series(weight, lesson.weights))
        self.induction_ = induce(
            source, events, truth, schema=lesson.schema, budget=budget, method=self.method,
            hit_policy=self.hit_policy, weight=None if lesson.weights is None else weight, seed=self.seed,
            time_limit=self.time_limit, progress=False, forbidden=self.forbidden, monotone=self.monotone,
        )  # fmt: skip
        self.ruleset_ = self.induction_.ruleset

    def _learn_values(self, table: pl.DataFrame, labels: Array, weights: Array) -> None:
        decided = self._runner().batch(table, cast=True)
        ids = [rule.id for rule in self.ruleset_.rules]
        by = decided["rule"].cast(pl.String).to_numpy()
        inside = np.array([by == name for name in ids]).reshape(len(ids), len(labels))
        self.rule_values_ = (inside @ (weights * labels) + 1) / (inside @ weights + 2)
        if _sums_points(self) and self.ruleset_.hit_policy is HitPolicy.SCORE:
            points = decided["score"].to_numpy().astype(np.float64)
            self._calibration = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
            self._calibration.fit(points, labels, sample_weight=weights)

    def _runner(self) -> Runner:
        return compile_ruleset(self.ruleset_, "polars").load()

    def _decided(self, data: Any) -> pl.DataFrame:
        check_is_fitted(self)
        return self._runner().batch(read_table(self, data, reset=False), cast=True)

    def predict(self, X: Any) -> Array:  # noqa: N803
        """Return the class of each event, shape (events,): the second one where the ruleset accepts it.

        Raises
        ------
        NotFittedError
            before ``fit``.
        ValueError
            when ``X`` has other features than in ``fit``.
        EventError
            when a column has another dtype than in ``fit``, and no cast is exact.

        """
        accepted = (self._decided(X)["outcome"].cast(pl.String) == ACCEPT).to_numpy()
        return cast("Array", self.classes_[accepted.astype(np.intp)])

    def score_samples(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: N803
        """Return how much speaks for the second class, float64, shape (events,); see :meth:`predict` for errors.

        Under points it is the sum of points. Under rules it is the value of the rule that decides
        (``rule_values_``), and 0 where no rule hits.
        """
        decided = self._decided(X)
        if self.ruleset_.hit_policy is HitPolicy.SCORE:
            return decided["score"].to_numpy().astype(np.float64)
        values = {
            rule.id: float(value) for rule, value in zip(self.ruleset_.rules, self.rule_values_, strict=True)
        }
        rule = decided["rule"].cast(pl.String)
        return rule.replace_strict(values, default=0.0, return_dtype=pl.Float64).fill_null(0.0).to_numpy()

    def decision_function(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: N803
        """Return a number above 0 exactly where :meth:`predict` gives the second class, shape (events,).

        Under points it is the sum of points less the threshold, plus one half. Under rules it is the value of the
        rule that decides, less 1 where the event is not accepted.
        """
        values = self.score_samples(X)
        if self.ruleset_.hit_policy is HitPolicy.SCORE:
            return values - (self.ruleset_.thresholds or {})[ACCEPT] + 0.5
        return np.where(self.predict(X) == self.classes_[1], values, values - 1)

    @available_if(_sums_points)  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: N803
        """Return the probability of each class, float64, shape (events, 2); under points alone.

        It is an isotonic regression of the class on the sum of points, fitted on the training events. The class of
        :meth:`predict` keeps to the budget, and so need not be the more probable one.
        """
        self._decided(X)
        if self.ruleset_.hit_policy is not HitPolicy.SCORE:
            raise ValueError(
                "probabilities need a ruleset of points, and there were too few events to fit one"
            )
        second = self._calibration.predict(self.score_samples(X))
        return np.column_stack([1 - second, second])

    def transform(self, X: Any) -> npt.NDArray[np.int8]:  # noqa: N803
        """Return which rules hit each event: 1 or 0, int8, shape (events, rules)."""
        check_is_fitted(self)
        hits = self._runner().hit_matrix(read_table(self, X, reset=False), cast=True)
        return hits.cast(pl.Int8).to_numpy() if hits.width else np.empty((hits.height, 0), dtype=np.int8)

    def get_feature_names_out(self, input_features: Any = None) -> Array:
        """Return the ids of the rules, shape (rules,): the names of what :meth:`transform` gives."""
        del input_features
        check_is_fitted(self)
        return np.asarray([rule.id for rule in self.ruleset_.rules], dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.target_tags.required = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def _default_budget(labels: Array, weights: Array) -> Budget:
    """Return the budget that accepts as large a share of the events as the second class has.

    The rate is measured on the calibration fold, where the share of the class fluctuates: two standard errors of it
    are added.
    """
    share = float(np.average(labels, weights=weights))
    error = math.sqrt(share * (1 - share) / max(FRACTIONS[-1] * effective_count(weights), 1))
    return Budget(alert_rate=min(max(share + 2 * error, 1e-6), 1 - 1e-6))
