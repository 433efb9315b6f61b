"""The peers that weigh rules, or come from imodels; see :mod:`peers`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from contenders import Fold, Ladder, Literal, Model, Rule, Sum, merged
from peers import (
    EBM_EVENTS,
    RIPPER_EVENTS,
    Labels,
    Peer,
    Task,
    by_purity,
    ebm,
    iguanas,
    leaves_of,
    ripper,
    tree,
)
from peers import teacher as teacher_itself

from rulekit.induction.learners.imodels import figs_predict, learner, quiet

SKOPE_EVENTS, FIGS_EVENTS, RULEFIT_EVENTS, BOOSTED_EVENTS, RULEOPT_EVENTS = (
    40_000,
    40_000,
    5_000,
    40_000,
    40_000,
)


def skope(task: Task) -> list[Model]:
    """SkopeRules of imodels: its rules in its own order and the purest first, and its own sum of precisions.

    It gets no event weights: with weights, even all equal, its trees stay stumps that never split.
    """
    fold, found = task.fit(SKOPE_EVENTS), []
    for name, labels in task.labels(fold, 1, 3):
        for depth in (2, 3, 5):
            for least in (0.5, 0.2):
                model = learner("SkopeRulesClassifier")(
                    n_estimators=20, max_depth=depth, precision_min=least, random_state=task.seed
                )
                with quiet(task.seed):
                    model.fit(fold.matrix, labels)
                learned = model.rules_without_feature_names_
                rules = [text_rule(rule) for rule in learned]
                label = f"depth {depth}, precision {least}, {name}"
                found.append(Ladder.ordered(label, rules))
                found.append(by_purity(f"{label}, purest first", rules, fold, truth=labels))
                precisions = [float(rule.args[0]) for rule in learned]
                found.append(_sum(f"{label}, sum", list(zip(rules, precisions, strict=True))))
    return found


def text_rule(rule: Any) -> Rule:
    """Return a rule of imodels, from ``{(feature, sign): threshold}``; empty where it is ``X == X``."""
    return merged(
        Literal(int(name.removeprefix("X_")), sign, float(value))
        for (name, sign), value in rule.agg_dict.items()
        if sign in {"<=", ">"}
    )


def figs(task: Task) -> list[Model]:
    """FIGS of imodels: the leaves of its trees, each counted from the least of its tree."""
    fold, found = task.fit(FIGS_EVENTS), []
    for name, labels in task.labels(fold, 1, 2):
        for rules in (5, 12, 25, 50):
            model = learner("FIGSClassifier")(max_rules=rules, random_state=task.seed)
            model._predict_tree = figs_predict  # noqa: SLF001 - the same sums, a hundred times as fast
            with quiet(task.seed):
                model.fit(fold.matrix, labels, sample_weight=fold.weights)
            pairs = [pair for root in model.trees_ for pair in _figs_terms(root)]
            found.append(_sum(f"{rules} splits, {name}", pairs))
    return found


def _figs_terms(root: Any) -> list[tuple[Rule, float]]:
    """Return the leaves of a tree, counted from the value that costs the most literals to spell out."""
    pairs = list(_figs_leaves(root, []))
    least = min(value for _, value in pairs)
    return [(rule, value - least) for rule, value in pairs if value > least]


def _figs_leaves(node: Any, tests: list[Literal]) -> Iterator[tuple[Rule, float]]:
    if node.left is None:
        yield merged(tests), float(np.ravel(node.value)[-1])
        return
    for child, sign in ((node.left, "<="), (node.right, ">")):
        test = Literal(int(node.feature), sign, float(node.threshold))
        yield from _figs_leaves(child, [*tests, test])


def _sum(label: str, pairs: list[tuple[Rule, float]]) -> Sum:
    """Return the sum of rules; a rule that occurs twice counts with both weights."""
    total: dict[Rule, float] = {}
    for rule, weight in pairs:
        total[rule] = total.get(rule, 0.0) + weight
    return Sum(label, tuple(total), tuple(total.values()))


def rule_fit(task: Task) -> list[Model]:
    """RuleFit of imodels without linear terms, which are no rules."""
    fold, found = task.fit(RULEFIT_EVENTS), []
    for name, labels in task.labels(fold, 1, 2):
        for most in (10, 30, 80):
            model = learner("RuleFitClassifier")(max_rules=most, include_linear=False, random_state=task.seed)
            with quiet(task.seed):
                model.fit(fold.matrix, labels)
            pairs = zip(model.rules_without_feature_names_, model.coef, strict=True)
            found.append(_sum(f"{most} rules, {name}", [(text_rule(rule), float(at)) for rule, at in pairs]))
    return found


def boosted(task: Task) -> list[Model]:
    """BoostedRules of imodels: AdaBoost of stumps and of trees of two levels, stopped at several sizes."""
    from sklearn.tree import DecisionTreeClassifier

    fold, found = task.fit(BOOSTED_EVENTS), []
    for name, labels in task.labels(fold, 1, 2):
        for depth, sizes in ((1, (10, 15, 25, 50, 100, 200)), (2, (3, 7, 15, 30, 60))):
            model = learner("BoostedRulesClassifier")(
                DecisionTreeClassifier(max_depth=depth), n_estimators=sizes[-1], random_state=task.seed
            )
            with quiet(task.seed):
                model.fit(fold.matrix, labels, sample_weight=fold.weights)
            votes = [
                list(_votes(*pair)) for pair in zip(model.estimators_, model.estimator_weights_, strict=False)
            ]
            for size in sizes:
                pairs = [pair for member in votes[:size] for pair in member]
                found.append(_sum(f"{size} of depth {depth}, {name}", pairs))
    return found


def _votes(fitted: Any, weight: float) -> Iterator[tuple[Rule, float]]:
    """Yield the leaves that vote for signal, with twice the weight of their tree: the others vote against it."""
    votes = fitted.tree_.value[:, 0, :].argmax(axis=1)
    for node, rule in leaves_of(fitted.tree_):
        if votes[node]:
            yield rule, 2 * float(weight)


def rux(task: Task) -> list[Model]:
    """RUX of ruleopt: the rules of a random forest and of boosted trees, weighed by linear programming."""
    from ruleopt import RUXClassifier
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier

    fold, found = task.fit(RULEOPT_EVENTS), []
    for name, labels in task.labels(fold, 1, 2):
        for depth in (1, 2, 3):
            for maker in (RandomForestClassifier, GradientBoostingClassifier):
                forest = maker(n_estimators=50, max_depth=depth, random_state=task.seed)
                forest.fit(fold.matrix, labels, sample_weight=fold.weights)
                for penalty in (1.0, 10.0):
                    model = RUXClassifier(forest, solver=_solver(penalty), random_state=task.seed)
                    found += _weighed(
                        f"{maker.__name__} {depth}, penalty {penalty:g}, {name}", model, labels, fold
                    )
    return found


def rug(task: Task) -> list[Model]:
    """RUG of ruleopt: trees grown where the linear program wants them."""
    from ruleopt import RUGClassifier

    fold, found = task.fit(RULEOPT_EVENTS), []
    for name, labels in task.labels(fold, 1, 2):
        for depth in (1, 2, 3, 5):
            for penalty in (1.0, 10.0):
                model = RUGClassifier(solver=_solver(penalty), max_depth=depth, random_state=task.seed)
                found += _weighed(f"depth {depth}, penalty {penalty:g}, {name}", model, labels, fold)
    return found


def _solver(penalty: float) -> Any:
    from ruleopt.solver import HiGHSSolver

    return HiGHSSolver(penalty=penalty, use_sparse=True)


def _weighed(label: str, model: Any, labels: Labels, fold: Fold) -> list[Model]:
    """Return the sum of a fitted model, signal's rules counting for and background's against.

    Its own vote adds the weights of each class; its probabilities add each rule's shares of the classes instead.
    Both are sums of rules, and both are offered.
    """
    model.fit(fold.matrix, labels, sample_weight=fold.weights)
    votes, shares = [], []
    for rule in model.decision_rules_.values():
        clauses = rule.to_dict()
        tests = merged(test for column, ends in clauses.items() for test in _ends(int(column), ends))
        votes.append((tests, float(rule.weight) * (1 if rule.label else -1)))
        share = np.asarray(rule.sdist, dtype=np.float64)
        shares.append((tests, float(rule.weight) * (2 * float(share[1] / share.sum()) - 1)))
    return [_sum(label, votes), _sum(f"{label}, shares", shares)]


def _ends(column: int, ends: dict[str, Any]) -> Iterator[Literal]:
    if np.isfinite(ends["lb"]):
        yield Literal(column, ">", float(ends["lb"]))
    if np.isfinite(ends["ub"]):
        yield Literal(column, "<=", float(ends["ub"]))


PEERS: dict[str, Peer] = {
    "teacher": teacher_itself,
    "sklearn tree": tree,
    "SkopeRules": skope,
    "FIGS": figs,
    "RuleFit": rule_fit,
    "BoostedRules": boosted,
    "Iguanas": iguanas,
    "RUX": rux,
    "RUG": rug,
    "RIPPER": ripper,
    "EBM": ebm,
}
"""All peers by the name that the tables use."""

MOST_EVENTS = {
    "SkopeRules": SKOPE_EVENTS,
    "FIGS": FIGS_EVENTS,
    "RuleFit": RULEFIT_EVENTS,
    "BoostedRules": BOOSTED_EVENTS,
    "RUX": RULEOPT_EVENTS,
    "RUG": RULEOPT_EVENTS,
    "RIPPER": RIPPER_EVENTS,
    "EBM": EBM_EVENTS,
}
"""Peers that would need minutes get at most so many events of the fit fold."""
