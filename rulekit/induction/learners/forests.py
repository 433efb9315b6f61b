"""The inducer ``forest``: many shallow trees, with several weights of the classes."""

from __future__ import annotations

from rulekit.errors import MissingExtraError
from rulekit.induction.learners.base import CandidateRule, Proposal, Task
from rulekit.induction.learners.trees import nodes, regions_of
from rulekit.induction.regions.region import Region, key_of
from rulekit.ir.ruleset import HitPolicy

_WEIGHTS = (0.3, 1.0, 4.0)
"""Weights of an event that the teacher accepts: small ones make pure leaves, large ones broad leaves."""


class ForestInducer:
    """Random forests on the teacher's labels; the nodes of all trees are the candidate rules.

    A single tree splits on what looks best first. Trees that see only some features find what that hides.
    L. Breiman, Machine Learning 45, 2001; classes weighed as C. Chen, A. Liaw, L. Breiman, Using Random Forest to
    Learn Imbalanced Data, 2004.
    """

    summary = "random forests of shallow trees on the teacher's labels (scikit-learn)"
    policies = (HitPolicy.ANY,)
    working_points = (1.0, 2.0)
    most_events = 60_000

    def propose(self, task: Task, policy: HitPolicy) -> list[Proposal]:
        """Grow the forests; see :meth:`rulekit.induction.learners.base.Inducer.propose`."""
        try:
            from sklearn.ensemble import RandomForestClassifier
        except ImportError:
            raise MissingExtraError("scikit-learn", "induction") from None
        smallest = max(5, int(0.0005 * len(task.labels)))
        found: dict[object, Region] = {}
        for weight in _WEIGHTS:
            forest = RandomForestClassifier(
                n_estimators=8, max_depth=5, max_features=0.5, min_samples_leaf=smallest, criterion="entropy",
                class_weight={False: 1.0, True: weight}, random_state=task.seed, n_jobs=1,
            )  # fmt: skip
            forest.fit(task.encoding.matrix, task.labels, sample_weight=task.weights)
            for tree in forest.estimators_:
                regions = regions_of(nodes(tree.tree_, sees_missing=True), task.encoding)
                found.update((key_of(region), region) for _, region in regions)
        return [Proposal(policy, tuple(CandidateRule(region) for region in found.values()))]


FOREST = ForestInducer()
