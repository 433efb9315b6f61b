"""Wrappers of the rule learners of imodels (C. Singh et al., J. Open Source Softw. 6(61), 2021).

What they learned is read from fitted structures: trees, nodes, lists of splits, and the dictionary of terms of a
rule. Their rule texts are not read, because they are rounded to five decimals. None of the learners knows missing
values, so those are filled with rank -1.

Learners without event weights get every event in proportion to its weight (systematic resampling); equal
weights leave the events as they are. Some learners draw from NumPy's global generator, which is seeded for them
and restored.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from rulekit.errors import MissingExtraError
from rulekit.induction.learners.base import CandidateRule, Proposal, Task
from rulekit.induction.learners.trees import nodes
from rulekit.induction.regions.region import PathStep, intersect
from rulekit.induction.samples.encoding import Encoding
from rulekit.ir.ruleset import HitPolicy

_DEPRECATED = ("'penalty' was deprecated", "Inconsistent values: penalty=l1")
"""Beginnings of two warnings that scikit-learn gives about how imodels calls its logistic regression."""


@contextmanager
def quiet(seed: int) -> Iterator[None]:
    """Seed NumPy's global generator and silence two known warnings; restore both at the end."""
    state = np.random.get_state()  # noqa: NPY002 - the learners draw from it
    with warnings.catch_warnings():
        for message in _DEPRECATED:
            warnings.filterwarnings("ignore", message=message)
        np.random.seed(seed)  # noqa: NPY002
        try:
            yield
        finally:
            np.random.set_state(state)  # noqa: NPY002


def learner(name: str) -> Any:
    """Return a class of imodels.

    Raises
    ------
    MissingExtraError
        when imodels, or ``six`` that it needs, is not installed.

    """
    try:
        import imodels
    except ImportError:
        raise MissingExtraError("imodels", "induction") from None
    return getattr(imodels, name)


def replicate(task: Task) -> npt.NDArray[np.int64]:
    """Return as many positions as there are events, each event in proportion to its weight."""
    count = len(task.weights)
    if (task.weights == task.weights[0]).all():
        return np.arange(count)
    start = np.random.default_rng(task.seed).random()
    marks = (np.arange(count) + start) * task.weights.sum() / count
    found: npt.NDArray[np.int64] = np.searchsorted(np.cumsum(task.weights), marks, side="right")
    return found.clip(0, count - 1)


def replicated(task: Task) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Return the filled matrix and the labels of the replicated events."""
    rows = replicate(task)
    return task.encoding.filled[rows], task.labels[rows].astype(np.int64)


def _has_both(labels: npt.NDArray[np.int64]) -> bool:
    return bool(labels.any() and not labels.all())


def candidates(
    paths: Iterator[tuple[list[PathStep], float]], encoding: Encoding
) -> tuple[CandidateRule, ...]:
    """Return the candidate rules of paths with values, without those that take no event or all events."""
    found = ((intersect(steps, encoding), value) for steps, value in paths)
    return tuple(CandidateRule(region, value) for region, value in found if region)


def terms_of(rule: Any) -> list[PathStep]:
    """Return the steps of a rule of imodels, from its dictionary ``{(feature, sign): threshold}``."""
    steps = []
    for (name, sign), threshold in rule.agg_dict.items():
        if sign in {"<=", ">"}:
            steps.append(PathStep.at(int(name.removeprefix("X_")), float(threshold), left=sign == "<="))
    return steps


class SkopeRules:
    """Rules from bagged trees that are precise out of bag (skope-rules: F. Gardin et al., 2017)."""

    summary = "precise rules from bagged trees (imodels SkopeRules)"
    policies = (HitPolicy.ANY,)
    working_points = (1.0, 3.0)
    most_events = 10_000

    def propose(self, task: Task, policy: HitPolicy) -> list[Proposal]:
        """See :meth:`.base.Inducer.propose`."""
        matrix, labels = replicated(task)
        if not _has_both(labels):
            return []
        model = learner("SkopeRulesClassifier")(
            n_estimators=10, max_depth=[3, 5], max_samples=0.5, max_samples_features=1.0, max_features=0.7,
            precision_min=0.2, recall_min=0.01, random_state=task.seed,
        )  # fmt: skip
        with quiet(task.seed):
            model.fit(matrix, labels)
        rules = sorted(model.rules_without_feature_names_, key=str)  # they come from a set of strings
        return [Proposal(policy, candidates(((terms_of(rule), 0.0) for rule in rules), task.encoding))]


class RuleFit:
    """A sparse linear model over the rules of boosted trees (J. Friedman, B. Popescu, Ann. Appl. Stat. 2, 2008)."""

    summary = "a sparse sum of rules from boosted trees (imodels RuleFit)"
    policies = (HitPolicy.SCORE, HitPolicy.ANY)
    working_points = (1.0, 2.0)
    most_events = 5_000

    def propose(self, task: Task, policy: HitPolicy) -> list[Proposal]:
        """See :meth:`.base.Inducer.propose`; under ANY only the rules with a positive weight."""
        matrix, labels = replicated(task)
        if not _has_both(labels):
            return []
        most = task.rules if policy is HitPolicy.SCORE else 3 * task.rules
        model = learner("RuleFitClassifier")(
            n_estimators=40,
            tree_size=6,
            memory_par=0.1,
            max_rules=most,
            include_linear=False,
            cv=False,
            random_state=task.seed,
        )
        with quiet(task.seed):
            model.fit(matrix, labels)
        weighted = sorted(
            zip(model.rules_without_feature_names_, model.coef, strict=True),
            key=lambda pair: (-abs(pair[1]), str(pair[0])),
        )
        keep = [
            (terms_of(rule), float(value))
            for rule, value in weighted
            if policy is HitPolicy.SCORE or value > 0
        ]
        return [Proposal(policy, candidates(iter(keep), task.encoding))]


class Figs:
    """A sum of small trees, grown together (Y. S. Tan et al., arXiv:2201.11931)."""

    summary = "a sum of small trees (imodels FIGS)"
    policies = (HitPolicy.SCORE, HitPolicy.ANY)
    working_points = (1.0, 2.0)
    most_events = 20_000

    def propose(self, task: Task, policy: HitPolicy) -> list[Proposal]:
        """See :meth:`.base.Inducer.propose`; the value of a leaf is counted from the least of its tree."""
        model = learner("FIGSClassifier")(max_rules=task.rules, random_state=task.seed)
        model._predict_tree = figs_predict  # noqa: SLF001 - its own method takes event by event, and 100 times as long
        with quiet(task.seed):
            model.fit(task.encoding.filled, task.labels.astype(np.int64), sample_weight=task.weights)
        paths: list[tuple[list[PathStep], float]] = []
        for root in model.trees_:
            leaves = list(figs_leaves(root))
            least = min(value for _, value in leaves)
            paths += [(steps, value - least) for steps, value in leaves if value > least]
        paths.sort(key=lambda path: -path[1])
        return [Proposal(policy, candidates(iter(paths), task.encoding))]


def figs_predict(root: Any, matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return what a FIGS tree adds to each class, float64, shape (events, classes)."""
    leaf = root  # a root that was grown later has no value
    while leaf.left is not None:
        leaf = leaf.left
    found = np.empty((len(matrix), len(np.ravel(leaf.value))))
    stack = [(root, np.arange(len(matrix)))]
    while stack:
        node, rows = stack.pop()
        if node.left is None:
            found[rows] = node.value
            continue
        left = matrix[rows, node.feature] <= node.threshold
        stack += [(node.left, rows[left]), (node.right, rows[~left])]
    return found


def figs_leaves(root: Any) -> Iterator[tuple[list[PathStep], float]]:
    """Yield steps and value (of the signal class) of the leaves of a FIGS tree."""
    stack: list[tuple[Any, list[PathStep]]] = [(root, [])]
    while stack:
        node, steps = stack.pop()
        if node.left is None:
            yield steps, float(np.ravel(node.value)[-1])
            continue
        for child, is_left in ((node.right, False), (node.left, True)):
            stack.append(
                (child, [*steps, PathStep.at(int(node.feature), float(node.threshold), left=is_left)])
            )


class BoostedRules:
    """Boosted stumps, or trees of two levels, as points (AdaBoost: Y. Freund, R. Schapire, JCSS 55, 1997)."""

    summary = "boosted stumps and small trees as points (imodels BoostedRules)"
    policies = (HitPolicy.SCORE,)
    working_points = (0.5, 1.0, 2.0)
    most_events = 20_000

    def propose(self, task: Task, policy: HitPolicy) -> list[Proposal]:
        """See :meth:`.base.Inducer.propose`; a leaf that votes for signal is a rule."""
        from sklearn.tree import DecisionTreeClassifier

        found = []
        for depth in (1, 2):
            base = DecisionTreeClassifier(max_depth=depth)
            model = learner("BoostedRulesClassifier")(base, n_estimators=task.rules, random_state=task.seed)
            with quiet(task.seed):
                model.fit(task.encoding.filled, task.labels.astype(np.int64), sample_weight=task.weights)
            found.append(Proposal(policy, candidates(boosted_votes(model), task.encoding)))
        return found


def boosted_votes(model: Any) -> Iterator[tuple[list[PathStep], float]]:
    """Yield the leaves that vote for signal, with twice the weight of their tree: the others vote against it."""
    for fitted, weight in zip(model.estimators_, model.estimator_weights_, strict=False):
        votes = fitted.tree_.value[:, 0, :].argmax(axis=1)
        for node in nodes(fitted.tree_):
            if node.is_leaf and votes[node.number] and node.steps:
                yield list(node.steps), 2 * float(weight)


class GreedyRuleList:
    """A list of one-literal rules, each the best stump on what the rules before it left.

    It is grown twice: for the teacher's labels, so that its rules accept, and for their opposite, so that its rules
    reject and the events left at the end are accepted.
    """

    summary = "a rule list, one literal per rule (imodels GreedyRuleList)"
    policies = (HitPolicy.FIRST,)
    working_points = (0.5, 1.0, 2.0)
    most_events = 100_000

    def propose(self, task: Task, policy: HitPolicy) -> list[Proposal]:
        """See :meth:`.base.Inducer.propose`; the values are the rules' shares of signal."""
        matrix, labels = replicated(task)
        if not _has_both(labels):
            return []
        found = []
        for opposite in (False, True):
            model = learner("GreedyRuleListClassifier")(max_depth=task.rules - opposite)
            with quiet(task.seed):
                model.fit(matrix, 1 - labels if opposite else labels)
            exits = candidates(list_exits(model, opposite=opposite), task.encoding)
            found.append(Proposal(policy, exits))
        return found


def list_exits(model: Any, *, opposite: bool = False) -> Iterator[tuple[list[PathStep], float]]:
    """Yield the path and the share of signal of each rule of a list that was grown on labels or their opposite.

    The list tests ``<`` and ``>=``, not ``<=`` and ``>``. For opposite labels the other side of the last split is
    a rule, too: it holds the events that are left at the end.
    """
    step = None
    for item in model.rules_:
        share = float(item.get("val_right", item["val"]))
        if "cutoff" in item:
            below = float(np.ceil(item["cutoff"])) - 1  # the highest rank below the cutoff
            step = PathStep.at(int(item["index_col"]), below, left=bool(item["flip"]))
            yield [step], 1 - share if opposite else share
        elif opposite and step is not None:
            yield [step.other], 1 - share


SKOPE_RULES = SkopeRules()
RULE_FIT = RuleFit()
FIGS = Figs()
BOOSTED_RULES = BoostedRules()
GREEDY_RULE_LIST = GreedyRuleList()
