"""Honest scores of a teacher: each event is scored by one that was not trained on it.

A flexible teacher all but remembers the events that it was trained on: there its score is close to the truth,
and rules that imitate it are fitted to the truth, noise included. What the teacher has generalised, and rules
are to be distilled from, shows on events that it has not seen (stacking: D. H. Wolpert, Neural Networks 5,
1992).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from rulekit.errors import BudgetError, TeacherError
from rulekit.frames import Frame, collect, scan
from rulekit.induction.folds import Groups, Mask, read_groups, read_truth
from rulekit.induction.teachers import EstimatorTeacher, Scores, feature_matrix
from rulekit.ir.schema import Schema

Rows = npt.NDArray[np.int64]


def out_of_fold(
    estimator: Any,
    events: Frame,
    truth: str | None,
    schema: Schema,
    *,
    folds: int = 5,
    seed: int = 0,
    groups: str | None = None,
) -> Scores:
    """Return scores by clones of an estimator, each trained on the other folds.

    The folds have equal shares of signal. They depend on the seed alone, and so do the scores if the
    estimator fixes its own seed. Give the scores to :func:`rulekit.induce` as a column; the estimator itself,
    trained on all events, is the teacher of what comes after. Budgets are calibrated on the ruleset's own
    decisions, so that the folds' scores need not be of exactly one scale.

    Parameters
    ----------
    estimator : a scikit-learn estimator or pipeline, fitted or not; it stays as it is. It reads the matrix of
        :func:`rulekit.induction.teachers.feature_matrix`.
    truth : a Boolean or 0/1 column, 1 for signal; None for a detector that is trained without labels.
    schema : the features that it reads.
    folds : number of folds, at least 2.
    seed : of the split.
    groups : a column; events with the same value stay in one fold.

    Returns
    -------
    float64 scores, shape (events,); higher is more signal-like.

    Raises
    ------
    BudgetError
        when there are fewer events, groups, or events of a class, than folds.
    TeacherError
        when the estimator can't be cloned, trained, or asked for scores.
    EventError
        when a column is absent or does not hold what it should.

    """
    frame = collect(scan(events, schema))
    labels = None if truth is None else read_truth(frame.lazy(), truth)
    group = None if groups is None else read_groups(frame.lazy(), groups)
    _check(frame.height, labels, group, folds)
    matrix = feature_matrix(frame, schema)
    scores = np.empty(frame.height)
    for others, held in _parts(frame.height, labels, group, folds, seed):
        fitted = _trained(estimator, matrix[others], None if labels is None else labels[others])
        scores[held] = EstimatorTeacher(fitted, schema).scores(frame[held])
    return scores


def _check(events: int, labels: Mask | None, group: Groups | None, folds: int) -> None:
    if folds < 2:
        raise BudgetError("scores out of fold need folds", expected="at least 2", got=str(folds))
    counts = {"events": events}
    if labels is not None:
        counts |= {"signal events": int(labels.sum()), "background events": int((~labels).sum())}
    if group is not None:
        counts["groups"] = len(np.unique(group))
    for what, count in counts.items():
        if count < folds:
            raise BudgetError(f"there are fewer {what} than folds", expected=f"at least {folds}", got=str(count),
                              hint="give more events, or fewer folds")  # fmt: skip


def _parts(
    events: int, labels: Mask | None, group: Groups | None, folds: int, seed: int
) -> Iterator[tuple[Rows, Rows]]:
    """Yield the rows to train on and the rows to score."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    kind = StratifiedKFold if group is None else StratifiedGroupKFold
    strata = np.zeros(events, dtype=np.bool_) if labels is None else labels
    yield from kind(folds, shuffle=True, random_state=seed).split(np.empty((events, 0)), strata, group)


def _trained(estimator: Any, matrix: npt.NDArray[np.float32], labels: Mask | None) -> Any:
    from sklearn.base import clone

    try:
        return clone(estimator).fit(matrix, labels)
    except (TypeError, ValueError) as error:
        name, problem = type(estimator).__name__, str(error).splitlines()[0]
        raise TeacherError(f"teacher {name} can't be trained anew: {problem}",
                           expected="a scikit-learn estimator or pipeline") from None  # fmt: skip
