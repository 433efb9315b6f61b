"""Explain decisions: :class:`Explainer` prepares a ruleset once and explains many events, ``explain`` does one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from rulekit.analysis.nearest.distance import (
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
from rulekit.explanation.model import Counterfactual, Hit, LiteralStatus, NearRule, Step
from rulekit.explanation.result import Explanation
from rulekit.explanation.summary import summary
from rulekit.ir.decision import Decision
from rulekit.ir.event import bind_event
from rulekit.ir.monotone import Direction
from rulekit.ir.numerics import Numerics
from rulekit.ir.ruleset import INVALID, HitPolicy, Ruleset
from rulekit.ir.semantics import decide
from rulekit.store.lookup import RulesetSource, load

REASONS = 4
"""The most reasons that are given; notices of adverse action in credit give four."""

NEAR = 3
"""The most rules that are listed as having nearly hit."""


class Explainer:
    """Explains the decisions of one ruleset.

    Parameters
    ----------
    ruleset : the rules.
    immutable : features that no counterfactual changes; default: none.
    monotone : features with numbers that may only rise (``"up"``) or only fall (``"down"``).
    scales : the change of a feature that costs 1; default: the width of its bounds, or 1 without bounds. Any change
        of a bool or a category counts as a change of 1. A missing value that becomes known costs 1 in every scale.
    losable : whether a known value may become missing, at a cost of 1.
    numerics : number formats in which the ruleset decides; default: native.
    budget : how many pieces of the space the search for one counterfactual may examine.

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
        event : values by feature name, as :func:`rulekit.decide` takes them.
        toward : the outcome that the counterfactual must give; default: any outcome but the event's own.

        Raises
        ------
        EventError
            when a value of the event does not fit the schema.
        RulekitError
            when the ruleset has no such outcome.

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
        """Return what it costs to move an event into each atom of each feature that rules read."""
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
    """Return the ids of up to four rules that hit; see ``reasons`` of :class:`Explanation`."""
    hits = decision.hits or ()
    if ruleset.hit_policy is HitPolicy.SCORE:
        sign = (
            1 if decision.outcome in dict(ruleset.ladder) else -1
        )  # below every threshold, points away count
        points = {rule.id: sign * (rule.points or 0) for rule in ruleset.rules}
        hits = tuple(sorted((rule for rule in hits if points[rule] > 0), key=lambda rule: -points[rule]))
    return hits[:REASONS]


def ladder_of(ruleset: Ruleset, decision: Decision) -> tuple[Step, ...]:
    """Return what an event lacks for each threshold; empty for invalid events and for policies other than SCORE."""
    score = decision.score
    if score is None:
        return ()
    return tuple(Step(outcome=name, least=least, short=least - score) for name, least in ruleset.ladder)


def explain(
    ruleset: RulesetSource,
    event: Mapping[str, Any],
    *,
    toward: str | None = None,
    immutable: Iterable[str] = (),
    monotone: Mapping[str, Direction] | None = None,
    scales: Mapping[str, float] | None = None,
    losable: bool = False,
    numerics: Numerics | None = None,
    budget: int = BUDGET,
) -> Explanation:
    """Explain how one event is decided: the rule and why, what nearly hit, the least change to another outcome.

    For many events make one :class:`Explainer`, which prepares the ruleset once.

    Parameters
    ----------
    ruleset : a Ruleset, or a way to name one: YAML or JSON text, a file, a law folder, ``FOLDER@1.2.0``,
        ``FOLDER@in-force``.
    event : values by feature name; a feature that is absent, None or NaN is missing.
    toward : the outcome that the least change must give; default: any other outcome.
    immutable : features that the least change leaves alone; default: none.
    monotone : features with numbers that may only change one way, such as ``{"amount": "up"}``.
    scales : the change of a feature that costs 1; default: the width of its bounds, or 1 without bounds.
    losable : whether a known value may become missing, at a cost of 1.
    numerics : number formats in which the ruleset decides; default: native.
    budget : how many pieces of the space the search may examine.

    Raises
    ------
    LawError
        when the ruleset can't be read, or a rule does not fit the schema or the numerics.
    EventError
        when a value of the event does not fit the schema.
    RulekitError
        when ``toward`` is no outcome of the ruleset, or a limit names no feature or makes no sense.

    """
    explainer = Explainer(
        load(ruleset),
        immutable=immutable,
        monotone=monotone,
        scales=scales,
        losable=losable,
        numerics=numerics,
        budget=budget,
    )
    return explainer.explain(event, toward=toward)
