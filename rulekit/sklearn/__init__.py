"""Rulesets as scikit-learn estimators.

Chosen: one classifier of two classes (:class:`RuleClassifier`). It follows scikit-learn's contract, so that
it works in pipelines, in searches over parameters and in cross-validation, and ``check_estimator`` of
scikit-learn tests it.

Chosen: the teacher is fitted out of fold. Scores of events that the teacher was fitted on are too sure of
themselves, and rules that are distilled from them learn the noise.

Refused: a silent answer on very few events. Induction needs three folds. With fewer events than that a
decision tree gives the rules, nothing is certified, and a warning says so.
"""

from __future__ import annotations

from rulekit.sklearn.classifier import RuleClassifier

__all__ = ["RuleClassifier"]
