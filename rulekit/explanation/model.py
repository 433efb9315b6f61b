"""The explanation as a value: everything that its text shows, as plain frozen models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import JsonValue, PlainSerializer

from rulekit.analysis.nearest.distance import ScaleSource
from rulekit.ir.numerics import Scalar
from rulekit.ir.schema import Model
from rulekit.log.record import value_to_json


def _to_json(value: Scalar | None) -> JsonValue:
    return value_to_json(value)


EventValue = Annotated[
    bool | int | float | str | None, PlainSerializer(_to_json, return_type=JsonValue, when_used="json")
]
"""A bound value of an event, None where it is missing; in JSON as records have it."""


class LiteralStatus(Model):
    """How one literal of a rule stands to the event.

    Attributes
    ----------
    rule : id of the rule.
    feature : what the literal is about.
    text : the literal as the law has it.
    value : what the event has there, bound to the dtype.
    holds : whether the literal is true of it.
    margin : how far the value is from the threshold, in the unit of the feature; None where there is none.
    words : all of this in a sentence.

    """

    rule: str
    feature: str
    text: str
    value: EventValue
    holds: bool
    margin: float | None = None
    words: str


class Hit(Model):
    """A rule that hit: its effect (an outcome, or points under SCORE), and its words."""

    rule: str
    title: str
    because: str
    then: str | None = None
    points: int | None = None


class NearRule(Model):
    """A rule that did not hit, though little kept it from it.

    Attributes
    ----------
    rule, title, then, points : as of a :class:`Hit`.
    literals : how many the rule has.
    failing : those that fail; of an ``any`` that fails, the part that is nearest to holding.
    distance : what it would cost to make the rule hit, in scales, whatever may be changed.

    """

    rule: str
    title: str
    then: str | None = None
    points: int | None = None
    literals: int
    failing: tuple[LiteralStatus, ...]
    distance: float


class Step(Model):
    """An outcome under SCORE and the least sum for it; ``short`` is what the event lacks, 0 or less if reached."""

    outcome: str
    least: int
    short: int


class Change(Model):
    """One feature of the event that is changed.

    Attributes
    ----------
    before, after : the values, bound to the dtype.
    cost : what that counts.
    scale : the change that costs one; it was given, is the width of the bounds of the feature, or is one.

    """

    feature: str
    before: EventValue
    after: EventValue
    cost: float
    scale: float
    scale_from: ScaleSource
    words: str


class Counterfactual(Model):
    """The least change of the event that gives another outcome.

    Attributes
    ----------
    answer : ``found``; ``none``, which is proved; or ``undecided``, when the budget was spent first.
    toward : the outcomes that were asked for.
    changes : in schema order.
    cost : of all changes together.
    outcome, rule, score : how the changed event is decided.
    words : the answer in a sentence.

    """

    answer: Literal["found", "none", "undecided"]
    toward: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    cost: float | None = None
    outcome: str | None = None
    rule: str | None = None
    score: int | None = None
    words: str


class Explanation(Model):
    """Why one event was decided as it was.

    Attributes
    ----------
    name, version, digest, hit_policy : the law.
    outcome, rule, score, missing : the decision, as :class:`rulekit.ir.semantics.Decision` has it.
    summary : the decision in a sentence.
    hits : every rule that hit, in text order.
    why : the literals that made the deciding rule hit; under SCORE those of the rules in ``reasons``.
    ladder : under SCORE, the outcomes by rising sum and what the event lacks for each.
    why_not : up to three rules that did not hit: fewest features that fail first, then the least distance.
    counterfactual : the least change that gives another outcome.
    reasons : up to four ids of rules that hit, the weightiest first: the deciding rule, then hits in text order;
        under SCORE by the points that they bring toward the outcome.
    unknown : keys of the event that the schema does not know; they play no part.

    """

    name: str
    version: str
    digest: str
    hit_policy: str
    outcome: str
    rule: str | None
    score: int | None
    missing: tuple[str, ...]
    summary: str
    hits: tuple[Hit, ...]
    why: tuple[LiteralStatus, ...]
    ladder: tuple[Step, ...]
    why_not: tuple[NearRule, ...]
    counterfactual: Counterfactual
    reasons: tuple[str, ...]
    unknown: tuple[str, ...]
