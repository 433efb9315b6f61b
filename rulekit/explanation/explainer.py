"""The explainer: what depends on the law alone is made once, what depends on the event for every event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from rulekit.analysis.nearest.distance import (
    Direction,
    Distances,
    Limits,
    axis_distances,
    in_scales,
    start_box,
)
from rulekit.analysis.nearest.goals import Goal, goal_of
from rulekit.analysis.search.search import BUDGET
from rulekit.analysis.space.boxed_ruleset import BoxedRuleset, box_ruleset
from rulekit.analysis.space.space import bound_conditions
from rulekit.errors import RulekitError
from rulekit.explanation.alternatives import CounterfactualQuery, counterfactual, nearest_rules
from rulekit.explanation.literal_status import explain_condition, leaves, status_of, tree_of
from rulekit.explanation.model import Counterfactual, Explanation, Hit, LiteralStatus, NearRule, Step
from rulekit.explanation.summary import summary
from rulekit.ir.event import bind_event
from rulekit.ir.numerics import Numerics
from rulekit.ir.ruleset import INVALID, HitPolicy, Ruleset
from rulekit.ir.semantics import Decision, decide

REASONS = 4
"""Reasons that are given at most, as notices of adverse action have them."""

NEAR = 3
"""Rules that did not hit which are told of, at most."""


class Explainer:
    """Explains the decisions of one ruleset.

    Parameters
    ----------
    ruleset : the law.
    immutable : features that no counterfactual changes.
    monotone : numbers that may only rise (``up``), or only fall (``down``).
    scales : the change of a feature that costs one; without it the width of its bounds, and 1 without bounds. For a
        bool or a category any change is as large as 1. To become known costs one in any scale.
    losable : whether a known value may become missing, which costs one.
    numerics : in which the law decides; native without it.
    budget : pieces of the space that the search for one counterfactual may look at.

    Raises
    ------
    LawError
        when a rule does not fit the schema or the numerics.
    RulekitError
        when a limit names no feature of the schema or makes no sense, or a rule needs too many boxes.

    """

    def __init__(
        self,
        ruleset: Ruleset,
        *,
        immutable: Iterable[str] = (),
        monotone: Mapping[str, Direction] | None = None,
        scales: Mapping[str, float] | None = None,
        losable: bool = False,
        numerics: Numerics | None = None,
        budget: int = BUDGET,
    ) -> None:
        self.ruleset = ruleset
        self.limits = Limits(frozenset(immutable), monotone or {}, scales or {}, losable)
        self.limits.check(ruleset.schema)
        self.budget = budget
        self.law: BoxedRuleset = box_ruleset(ruleset, numerics)
        space = self.law.index.space
        self._axes = axis_distances(space, self.limits)
        conditions = bound_conditions(ruleset, space.numerics)
        self._trees = [
            tree_of(space, rule.when, bound) for rule, bound in zip(ruleset.rules, conditions, strict=True)
        ]
        self._places = {rule.id: place for place, rule in enumerate(ruleset.rules)}
        self._goals: dict[tuple[str, ...], Goal] = {}

    def explain(self, event: Mapping[str, Any], *, toward: str | None = None) -> Explanation:
        """Explain how one raw event is decided.

        Parameters
        ----------
        event : values by feature, as :func:`rulekit.decide` takes them.
        toward : the outcome that the counterfactual is to give; any other one than the event's without it.

        Raises
        ------
        EventError
            when a value of the event does not fit the schema.
        RulekitError
            when the law does not know the outcome.

        """
        ruleset, space = self.ruleset, self.law.index.space
        decision = decide(ruleset, event, space.numerics)
        toward_all = self._toward(decision.outcome, toward)
        distances = self.distances(event)
        reasons = reasons_of(ruleset, decision)
        return Explanation(
            **self._head,
            outcome=decision.outcome,
            rule=decision.rule,
            score=decision.score,
            missing=decision.missing,
            summary=summary(ruleset, decision),
            hits=tuple(self._hits[rule] for rule in decision.hits or ()),
            why=tuple(self._why(reasons, distances)),
            ladder=ladder_of(ruleset, decision),
            why_not=tuple(self._near(*near, distances) for near in nearest_rules(self.law, distances, NEAR)),
            counterfactual=self._counterfactual(event, distances, toward_all),
            reasons=reasons,
            unknown=tuple(name for name in event if name not in ruleset.schema.by_name),
        )

    def distances(self, event: Mapping[str, Any]) -> Distances:
        """Return what it costs to move a raw event, as far as it is read, into every atom."""
        return Distances(self._axes, bind_event(self.ruleset.read, event))

    @cached_property
    def _head(self) -> dict[str, str]:
        law = self.ruleset
        return {
            "name": law.name,
            "version": law.version,
            "digest": law.digest,
            "hit_policy": law.hit_policy.value,
        }

    @cached_property
    def _hits(self) -> dict[str, Hit]:
        return {
            rule.id: Hit(
                rule=rule.id,
                title=rule.title or rule.id,
                because=rule.because,
                then=rule.then,
                points=rule.points,
            )
            for rule in self.ruleset.rules
        }

    def _toward(self, outcome: str, toward: str | None) -> tuple[str, ...]:
        known = tuple(name for name in self.ruleset.outcomes if name != INVALID)
        if toward is None:
            return tuple(name for name in known if name != outcome)
        if toward not in known:
            raise RulekitError(
                "the law has no such outcome", expected="one of " + ", ".join(known), got=toward
            )
        return (toward,)

    def _why(self, reasons: tuple[str, ...], distances: Distances) -> Iterator[LiteralStatus]:
        score = self.ruleset.hit_policy is HitPolicy.SCORE
        for rule in reasons if score else reasons[:1]:
            for leaf in explain_condition(self._trees[self._places[rule]], distances)[1]:
                yield status_of(rule, leaf, distances)

    def _near(self, place: int, steps: int, distances: Distances) -> NearRule:
        rule, tree = self.ruleset.rules[place], self._trees[place]
        failing = explain_condition(tree, distances)[1]
        return NearRule(
            rule=rule.id,
            title=rule.title or rule.id,
            then=rule.then,
            points=rule.points,
            literals=leaves(tree),
            failing=tuple(status_of(rule.id, leaf, distances) for leaf in failing),
            distance=in_scales(steps),
        )

    def _counterfactual(
        self, event: Mapping[str, Any], distances: Distances, toward: tuple[str, ...]
    ) -> Counterfactual:
        if toward not in self._goals:
            self._goals[toward] = goal_of(self.law, frozenset(toward))
        start = start_box(self.limits, distances)
        query = CounterfactualQuery(self._goals[toward], toward, start, self.budget)
        return counterfactual(self.law, event, distances, self.limits, query)


def reasons_of(ruleset: Ruleset, decision: Decision) -> tuple[str, ...]:
    """Return up to four rules that hit, the weightiest first; see :class:`Explanation`."""
    hits = decision.hits or ()
    if ruleset.hit_policy is HitPolicy.SCORE:
        reached = any(outcome == decision.outcome for outcome, _ in ruleset.ladder)
        sign = 1 if reached else -1
        points = {rule.id: sign * (rule.points or 0) for rule in ruleset.rules}
        hits = tuple(sorted((rule for rule in hits if points[rule] > 0), key=lambda rule: -points[rule]))
    return hits[:REASONS]


def ladder_of(ruleset: Ruleset, decision: Decision) -> tuple[Step, ...]:
    """Return what an event lacks for each threshold; nothing but under SCORE, and for a decided event."""
    score = decision.score
    if score is None:
        return ()
    return tuple(Step(outcome=name, least=least, short=least - score) for name, least in ruleset.ladder)


def explain(
    ruleset: Ruleset, event: Mapping[str, Any], *, toward: str | None = None, **limits: Any
) -> Explanation:
    """Explain how one raw event is decided: the rule and why, what was near, the least change to another outcome.

    For many events make one :class:`Explainer`, which takes the same ``limits``.

    Raises
    ------
    LawError, EventError, RulekitError
        as :class:`Explainer` and :meth:`Explainer.explain` say.

    """
    return Explainer(ruleset, **limits).explain(event, toward=toward)
