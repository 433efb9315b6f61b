"""The decision of one event in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from rulekit.ir.decision import Decision
from rulekit.ir.notation.describe import name_in_words
from rulekit.ir.ruleset import HitPolicy, Ruleset


def summary(ruleset: Ruleset, decision: Decision) -> str:
    """Return how an event was decided, in a sentence without a full stop."""
    if decision.missing:
        names = " and ".join(name_in_words(name) for name in decision.missing)
        several = len(decision.missing) > 1
        return f"{names} {'are' if several else 'is'} missing, and required: nothing is decided"
    if decision.score is not None:
        return _score(ruleset, decision.score)
    if decision.rule is None:
        return "no rule hits" if ruleset.rules else "the law has no rules"
    others = len(decision.hits or ()) - 1
    if not others:
        return f"rule {decision.rule} hits, and no other"
    first = (
        "is the first of them in text order" if ruleset.hit_policy is not HitPolicy.FIRST else "comes first"
    )
    return f"{others + 1} rules hit; {decision.rule} {first}"


def _score(ruleset: Ruleset, score: int) -> str:
    reached = [(name, least) for name, least in ruleset.ladder if score >= least]
    ahead = [(name, least) for name, least in ruleset.ladder if score < least]
    parts = [f"{points_in_words(score)}"]
    if reached:
        parts.append(f"{reached[-1][0]} is reached with {reached[-1][1]:,}")
    if ahead:
        parts.append(f"{ahead[0][1] - score:,} short of {ahead[0][0]}, which takes {ahead[0][1]:,}")
    return ": ".join([parts[0], "; ".join(parts[1:])])


def points_in_words(number: int) -> str:
    """Return a number of points: ``1 point``, ``-3 points``."""
    return f"{number:,} {'point' if abs(number) == 1 else 'points'}"


def outcomes_in_words(toward: Sequence[str]) -> str:
    """Return outcomes as a list in words: ``review, block or approve``."""
    *others, last = toward or ("another outcome",)
    return f"{', '.join(others)} or {last}" if others else last
