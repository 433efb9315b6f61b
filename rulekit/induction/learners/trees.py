"""Reading fitted trees of scikit-learn, and the inducers ``tree`` and ``score-tree``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from rulekit.errors import MissingExtraError
from rulekit.induction.learners.base import CandidateRule, Proposal, Task
from rulekit.induction.regions.region import PathStep, Region, intersect
from rulekit.induction.samples.encoding import Encoding
from rulekit.ir.ruleset import HitPolicy


class Node(NamedTuple):
    """One node of a fitted tree: its number, the path to it, and whether it is a leaf."""

    number: int
    steps: tuple[PathStep, ...]
    is_leaf: bool


def nodes(tree: Any, columns: tuple[int, ...] | None = None, *, sees_missing: bool = False) -> Iterator[Node]:
    """Yield the nodes of a fitted ``sklearn.tree`` tree (its ``tree_``), parents first.

    Parameters
    ----------
    tree : the ``tree_`` attribute.
    columns : the column of the encoding behind each column of the tree; default: the same.
    sees_missing : whether the tree was fitted on NaN, so that each split says where missing goes; otherwise
        missing was filled with rank -1.

    """
    stack: list[tuple[int, tuple[PathStep, ...]]] = [(0, ())]
    while stack:
        node, steps = stack.pop()
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        yield Node(node, steps, is_leaf=left < 0)
        if left < 0:
            continue
        column = int(tree.feature[node])
        column = column if columns is None else columns[column]
        for child, is_left in ((right, False), (left, True)):
            missing = bool(tree.missing_go_to_left[node]) == is_left if sees_missing else None
            step = PathStep.at(column, float(tree.threshold[node]), left=is_left, missing=missing)
            stack.append((child, (*steps, step)))


def regions_of(found: Iterator[Node], encoding: Encoding) -> Iterator[tuple[int, Region]]:
    """Yield number and region of the nodes that select some events and not all."""
    for node in found:
        region = intersect(node.steps, encoding)
        if region:
            yield node.number, region


class TreeInducer:
    """Decision trees of several sizes on the teacher's labels; their nodes are the candidate rules.

    Inner nodes are candidates, too: one may be a better rule than all the leaves below it. CART: L.
    Breiman, J. Friedman, R. Olshen, C. Stone, Classification and Regression Trees, 1984.
    """

    summary = "a decision tree on the teacher's labels (scikit-learn)"
    policies = (HitPolicy.ANY,)
    working_points = (0.5, 1.0, 2.0, 4.0)
    most_events = 200_000

    def propose(self, task: Task, policy: HitPolicy) -> list[Proposal]:
        """Grow the trees; see :meth:`rulekit.induction.learners.base.Inducer.propose`."""
        try:
            from sklearn.tree import DecisionTreeClassifier
        except ImportError:
            raise MissingExtraError("scikit-learn", "induction") from None
        sizes = (task.rules // 2 + 2, 2 * task.rules, 4 * task.rules)
        return [
            _grown(
                DecisionTreeClassifier(max_leaf_nodes=leaves, criterion="entropy"), task, task.labels, policy
            )
            for leaves in sizes
        ]


class ScoreTreeInducer:
    """Regression trees of several small depths on the expected signal of each event.

    A label does not say how sure the teacher was. Where hardly any event is accepted at the budget, events that
    come near still show where to look.
    """

    summary = "shallow regression trees on the teacher's score (scikit-learn)"
    policies = (HitPolicy.ANY,)
    working_points = (1.0,)
    most_events = 200_000

    def propose(self, task: Task, policy: HitPolicy) -> list[Proposal]:
        """Grow the trees; see :meth:`rulekit.induction.learners.base.Inducer.propose`."""
        try:
            from sklearn.tree import DecisionTreeRegressor
        except ImportError:
            raise MissingExtraError("scikit-learn", "induction") from None
        return [
            _grown(DecisionTreeRegressor(max_depth=depth), task, task.signal, policy) for depth in (3, 4, 5)
        ]


def _grown(tree: Any, task: Task, target: Any, policy: HitPolicy) -> Proposal:
    """Fit a tree to a target, and return its nodes as a proposal."""
    tree.set_params(min_samples_leaf=max(5, int(0.0005 * len(task.labels))), random_state=task.seed)
    tree.fit(task.encoding.matrix, target, sample_weight=task.weights)
    regions = regions_of(nodes(tree.tree_, sees_missing=True), task.encoding)
    return Proposal(policy, tuple(CandidateRule(region) for _, region in regions))


TREE = TreeInducer()
SCORE_TREE = ScoreTreeInducer()
