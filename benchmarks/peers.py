"""The peers of the induction benchmark: what each learns on the fit fold, at its defaults and the obvious sizes.

A peer is a function from a :class:`Task` to models; the benchmark chooses among them on the selection fold. Labels
are the teacher's, at the budget's working point and at wider ones, and the truth: each peer gets what serves it.
Whoever can weigh events does; the weights of the one weighted data set depend on the class alone, so that the order
of rules by purity, and thresholds on a score, mean the same without.

Where a learner would need minutes, it gets a part of the fit fold, drawn at random; the results say how much.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from contenders import Fold, Folds, Glass, Ladder, Literal, Model, Rule, merged, threshold_within
from datasets import Case

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Task:
    """What a peer is given: the folds (it learns on ``fit`` alone), the case and the seed."""

    folds: Folds
    case: Case
    seed: int

    def fit(self, most: int | None = None) -> Fold:
        """Return the fit fold, or at most so many of its events: rare signal is kept, background thinned.

        The weights of what is left make up for what is not.
        """
        fold = self.folds.fit
        if most is None or len(fold.truth) <= most:
            return fold
        rng = np.random.default_rng(self.seed)
        signal, background = (rng.permutation(np.flatnonzero(fold.truth == of)) for of in (True, False))
        kept = min(len(signal), max(most // 2, most - len(background)))
        parts = [(signal, signal[:kept]), (background, background[: most - kept])]
        weights = fold.weights.copy()
        for whole, part in parts:
            weights[part] *= fold.weights[whole].sum() / fold.weights[part].sum()
        rows = np.sort(np.concatenate([part for _, part in parts]))
        return fold._replace(weights=weights).take(rows)

    def labels(self, fold: Fold, *multiples: float) -> Iterator[tuple[str, Labels]]:
        """Yield the teacher's labels at multiples of the budget's rate, then the truth."""
        for multiple in multiples:
            threshold = threshold_within(fold.scores, fold, self.case, multiple)
            found = fold.scores >= threshold
            if found.any() and not found.all():
                yield f"teacher x{multiple:g}", found.astype(np.int64)
        yield "truth", fold.truth.astype(np.int64)


Peer = Callable[[Task], list[Model]]


def by_purity(label: str, rules: Iterable[Rule], fold: Fold, *, truth: npt.NDArray[Any]) -> Ladder:
    """Return rules as a ladder, the purest on the fit fold first (with one event of each class added)."""
    unique = list(dict.fromkeys(rule for rule in rules if rule))
    hits = fold.hits(unique) * fold.weights if unique else np.zeros((0, len(fold.truth)))
    purity = (hits @ truth + 1) / (hits.sum(axis=1) + 2)
    return Ladder.ordered(label, [unique[index] for index in np.argsort(-purity, kind="stable")])


def tree(task: Task) -> list[Model]:
    """One decision tree of scikit-learn per size and labels; sibling leaves that both accept count as one rule."""
    from sklearn.tree import DecisionTreeClassifier

    fold, found = task.fit(), []
    for name, labels in task.labels(fold, 0.5, 1, 2, 4):
        for leaves in (4, 8, 16, 32, 64, 128):
            model = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=task.seed)
            model.fit(fold.matrix, labels, sample_weight=fold.weights)
            at = model.apply(fold.matrix)
            for ranked, signal in {"own": labels, "truth": fold.truth}.items():
                found.append(
                    _tree_ladder(f"{leaves} leaves, {name}, {ranked} order", model.tree_, at, signal, fold)
                )
                if name == "truth":
                    break
    return found


def _tree_ladder(
    label: str, tree_: Any, at: npt.NDArray[np.int64], signal: npt.NDArray[Any], fold: Fold
) -> Ladder:
    """Return the ladder of a tree's leaves; at each step the fewest nodes that hold the accepted leaves."""
    count = tree_.node_count
    positive = np.bincount(at, weights=fold.weights * signal, minlength=count)
    purity = (positive + 1) / (np.bincount(at, weights=fold.weights, minlength=count) + 2)
    leaves = np.flatnonzero((tree_.children_left < 0) & (positive > 0))
    parents = _parents(tree_)
    rules = {node: _path(tree_, node, parents) for node in range(1, count)}
    number = {node: index for index, node in enumerate(rules)}
    accepted: set[int] = set()
    steps = []
    for leaf in leaves[np.argsort(-purity[leaves], kind="stable")]:
        _accept(int(leaf), accepted, tree_, parents)
        if 0 in accepted:
            break
        steps.append(tuple(sorted(number[node] for node in accepted)))
    return Ladder(label, tuple(rules.values()), tuple(steps))


def _parents(tree_: Any) -> dict[int, int]:
    return {
        int(child): node
        for node in range(tree_.node_count)
        for child in (tree_.children_left[node], tree_.children_right[node])
        if child >= 0
    }


def _accept(node: int, accepted: set[int], tree_: Any, parents: dict[int, int]) -> None:
    """Accept a node; while its sibling is accepted, too, the parent takes the place of both."""
    accepted.add(node)
    while node in parents:
        parent = parents[node]
        both = {int(tree_.children_left[parent]), int(tree_.children_right[parent])}
        if not both <= accepted:
            return
        accepted.difference_update(both)
        accepted.add(parent)
        node = parent


def _path(tree_: Any, node: int, parents: dict[int, int]) -> Rule:
    tests = []
    while node in parents:
        parent = parents[node]
        sign = "<=" if tree_.children_left[parent] == node else ">"
        tests.append(Literal(int(tree_.feature[parent]), sign, float(tree_.threshold[parent])))
        node = parent
    return merged(tests)


def leaves_of(tree_: Any) -> Iterator[tuple[int, Rule]]:
    """Yield number and rule of the leaves of a scikit-learn tree; a tree of one leaf has none."""
    parents = _parents(tree_)
    for node in range(1, tree_.node_count):
        if tree_.children_left[node] < 0:
            yield node, _path(tree_, node, parents)


def iguanas(task: Task) -> list[Model]:
    """Iguanas 1.5: its grid search over XGBoost trees, its filters, and its combiner under an alert budget.

    Its budget is a rate of alerts, so that under a false-positive rate it gets the rate of alerts that the teacher
    has there; and that rate halved and doubled. Its filters ask for a precision: its default and stricter ones.
    """
    import polars as pl

    fold = task.fit()
    names = [f"f{index}" for index in range(fold.matrix.shape[1])]
    frame = pl.DataFrame(fold.matrix.astype(np.float64), schema=names, orient="row")
    accepted = fold.scores >= threshold_within(fold.scores, fold, task.case)
    alerts = float(fold.weights[accepted].sum() / fold.weights.sum())
    found: list[Model] = []
    for name, labels in task.labels(fold, 1, 2):
        for depth in (2, 3, 4):
            rules = _generated(frame, labels, fold, depth, task.seed)
            for least in (0.2, 0.5, 0.8, 0.9, 0.95):
                label = f"depth {depth}, {name}, precision {least}"
                found += _combined(label, frame, labels, fold, (rules, least, alerts))
    return found


def _combined(
    label: str, frame: Any, labels: Labels, fold: Fold, how: tuple[Any, float, float]
) -> list[Model]:
    """Return what its filters leave of some rules, and what its combiner makes of that at three budgets."""
    import polars as pl
    from iguanas.rule_combination import combine_rules_budgeted
    from iguanas.rule_evaluation import apply_filter_and_deduplicate_rules

    rules, least, alerts = how
    thresholds = [{"name": "precision", "operator": ">=", "value": least},
                  {"name": "recall", "operator": ">=", "value": 0.005}]  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()):
        hits, _, kept = apply_filter_and_deduplicate_rules(
            frame, pl.Series(labels), rules, metric_thresholds=thresholds, top_n_rules=150, max_corr=0.9
        )
    if not kept:
        return []
    found: list[Model] = [Ladder.ordered(f"{label}, filtered", [iguana_rule(text) for text in kept])]
    target, weights = pl.Series(labels == 1), pl.Series(fold.weights)
    for multiple in (0.5, 1, 2):
        chosen = combine_rules_budgeted(
            hits, target, min(multiple * alerts, 1.0), max_rules=40, weights=weights
        )
        if chosen.width:
            picked = [iguana_rule(part) for part in chosen.columns[0].split(" | ")]
            found.append(Ladder.ordered(f"{label}, alerts x{multiple:g}", picked))
            found.append(
                by_purity(f"{label}, alerts x{multiple:g}, purest first", picked, fold, truth=labels)
            )
    return found


def _generated(frame: Any, labels: Labels, fold: Fold, depth: int, seed: int) -> Any:
    import polars as pl
    from iguanas.rule_generation import rule_grid_search_sequential
    from xgboost import XGBClassifier

    estimator = XGBClassifier(max_depth=depth, n_estimators=50, random_state=seed, n_jobs=1)
    return rule_grid_search_sequential(
        estimator,
        frame,
        pl.Series(labels),
        scale_pos_weights=np.logspace(0, 1, 5),
        sample_weights_df=pl.DataFrame({"weight": fold.weights}),
        leaf_selection="all_positive",
    )


def iguana_rule(text: str) -> Rule:
    """Return the rule of a text like ``(X["f1"] >= 0.5) & (X["f2"] < 3.0)``."""
    import re

    tests = re.findall(r'X\["f(\d+)"\]\s*(<=|>=|<|>)\s*([-+0-9.eE]+|-?inf)', text)
    return merged(Literal(int(column), sign, float(value)) for column, sign, value in tests)


def ripper(task: Task) -> list[Model]:
    """RIPPER of wittgenstein, on quantile bins as it makes them (made here, because it rounds their ends)."""
    import pandas as pd
    from wittgenstein import RIPPER

    found: list[Model] = []
    fold = task.fit(RIPPER_EVENTS)
    names = [f"f{index}" for index in range(fold.matrix.shape[1])]
    for bins in (10, 20):
        edges = [_edges(fold.matrix[:, index], bins) for index in range(len(names))]
        codes = {
            name: np.searchsorted(edge, fold.matrix[:, index], side="left")
            for index, (name, edge) in enumerate(zip(names, edges, strict=True))
        }
        for name, labels in task.labels(fold, 1, 3):
            if labels.sum() < 10:
                continue
            model = RIPPER(n_discretize_bins=None, random_state=task.seed)
            model.fit(pd.DataFrame(codes), labels, pos_class=1)
            rules = [_bin_rule(rule, edges) for rule in model.ruleset_.rules]
            found.append(Ladder.ordered(f"{bins} bins, {name}", rules))
            found.append(by_purity(f"{bins} bins, {name}, purest first", rules, fold, truth=labels))
    return found


RIPPER_EVENTS = 40_000


def _edges(column: npt.NDArray[np.float32], bins: int) -> npt.NDArray[np.float64]:
    """Return the upper ends of all bins but the last; a bin holds what is above the end before, up to its own."""
    ends = np.quantile(column, np.arange(1, bins) / bins, method="lower")
    return np.unique(ends[ends < column.max()]).astype(np.float64)


def _bin_rule(rule: Any, edges: list[npt.NDArray[np.float64]]) -> Rule:
    tests = []
    for condition in rule.conds:
        column, code = int(condition.feature.removeprefix("f")), int(condition.val)
        ends = edges[column]
        if code > 0:
            tests.append(Literal(column, ">", float(ends[code - 1])))
        if code < len(ends):
            tests.append(Literal(column, "<=", float(ends[code])))
    return merged(tests)


def ebm(task: Task) -> list[Model]:
    """The explainable boosting machine of interpret, untouched: a reference, it has no literals to count."""
    from interpret.glassbox import ExplainableBoostingClassifier

    fold = task.fit(EBM_EVENTS)
    model = ExplainableBoostingClassifier(random_state=task.seed, n_jobs=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(fold.matrix, fold.truth, sample_weight=fold.weights)
        scores = {id(part.matrix): np.asarray(model.decision_function(part.matrix)) for part in task.folds}
    return [Glass("truth", scores)]


EBM_EVENTS = 40_000


def teacher(task: Task) -> list[Model]:
    """The teacher itself, cut like everyone else: the ceiling."""
    return [Glass("teacher", {id(part.matrix): part.scores for part in task.folds})]
