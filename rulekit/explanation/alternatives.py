"""Alternatives: the rules that nearly hit, and the least change that gives another outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rulekit.analysis.nearest.distance import Distances, Limits, in_scales
from rulekit.analysis.nearest.goals import Goal
from rulekit.analysis.nearest.search import Nearest, nearest
from rulekit.analysis.search.search import SearchBudget
from rulekit.analysis.space.axes import places
from rulekit.analysis.space.boxed_ruleset import BoxedRuleset
from rulekit.analysis.space.space import Box
from rulekit.errors import RulekitError, UndecidedError
from rulekit.explanation.model import Change, Counterfactual
from rulekit.explanation.sentences import change
from rulekit.explanation.summary import outcomes_in_words, points_in_words
from rulekit.ir.decision import Decision
from rulekit.ir.semantics import decide


def nearest_rules(law: BoxedRuleset, distances: Distances, count: int) -> list[tuple[int, int]]:
    """Return the rules that nearly hit an event, as (position, distance in steps).

    Rules with the fewest failing features come first, then those at the least distance, then text order.
    """
    apart = law.index.by_axes_apart(distances.point)
    seen = set(law.rules_of(next(apart)))
    found: list[tuple[int, int]] = []
    for boxes in apart:
        costs: dict[int, int] = {}
        for box in places(boxes):
            rule, cost = law.owners[box], distances.to_box(law.index.regions[box])
            if rule not in seen:
                costs[rule] = min(cost, costs.get(rule, cost))
        seen |= costs.keys()
        found += sorted(costs.items(), key=lambda item: (item[1], item[0]))
        if len(found) >= count:
            break
    return found[:count]


@dataclass(frozen=True, slots=True)
class CounterfactualQuery:
    """The wanted outcomes, the box of allowed changes, and how many pieces of the space to examine."""

    goal: Goal
    toward: tuple[str, ...]
    start: Box
    budget: int


def counterfactual(
    law: BoxedRuleset,
    event: Mapping[str, Any],
    distances: Distances,
    limits: Limits,
    query: CounterfactualQuery,
) -> Counterfactual:
    """Return the least change that gives one of the wanted outcomes, confirmed by the reference semantics.

    Raises
    ------
    RulekitError
        when the reference semantics contradict the search, which would be a fault of rulekit.

    """
    toward = query.toward
    named = outcomes_in_words(toward)
    try:
        budget = SearchBudget(query.budget)
        found = nearest(law.index, query.start, query.goal, distances, budget)
    except UndecidedError:
        words = f"not found among the first {query.budget:,} pieces of the space; there may be one"
        return Counterfactual(answer="undecided", toward=toward, words=words)
    if found is None:
        words = f"no change that is allowed leads to {named}; that is proved"
        return Counterfactual(answer="none", toward=toward, words=words)
    changes = tuple(_changes(found, distances, limits))
    changed = {**event, **{one.feature: one.after for one in changes}}
    decision = decide(law.ruleset, changed, law.index.space.numerics)
    if decision.outcome not in toward:
        raise RulekitError("the search and the semantics disagree", expected=named, got=decision.outcome)
    return _found(changes, in_scales(found.cost), decision, toward)


def _found(
    changes: tuple[Change, ...], cost: float, decision: Decision, toward: tuple[str, ...]
) -> Counterfactual:
    by = f" by rule {decision.rule}" if decision.rule else ", as no rule hits"
    by = f" with {points_in_words(decision.score)}" if decision.score is not None else by
    return Counterfactual(
        answer="found",
        toward=toward,
        changes=changes,
        cost=cost,
        outcome=decision.outcome,
        rule=decision.rule,
        score=decision.score,
        words=f"{decision.outcome}{by}" if changes else f"none: it is {decision.outcome} as it stands",
    )


def _changes(found: Nearest, distances: Distances, limits: Limits) -> Iterator[Change]:
    for axis, place in enumerate(found.point):
        steps = distances.cost(axis, place)
        if steps:
            feature = distances.axes[axis].axis.feature
            before, after = distances.values[axis], distances.value(axis, place)
            scale, source = limits.scale(feature)
            yield Change(
                feature=feature.name,
                before=before,
                after=after,
                cost=in_scales(steps),
                scale=scale,
                scale_from=source,
                words=change(feature, before, after),
            )
