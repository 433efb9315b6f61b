"""The parts of an explanation: frozen models that hold everything its text and its page show."""

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
"""A bound value of an event; None is missing. In JSON it is written as in a decision record."""


class LiteralStatus(Model):
    """Whether one literal of a rule holds on the event, and by how much.

    Attributes
    ----------
    rule : id of the rule.
    feature : the feature it tests.
    text : the literal as the ruleset writes it.
    value : the event's value, bound to the dtype.
    holds : whether the literal is true of it.
    margin : distance from the threshold, in the unit of the feature; None where there is no threshold.
    words : the same in one sentence.

    """

    rule: str
    feature: str
    text: str
    value: EventValue
    holds: bool
    margin: float | None = None
    words: str


class Hit(Model):
    """A rule that hit: its outcome (points under SCORE), title and reason."""

    rule: str
    title: str
    because: str
    then: str | None = None
    points: int | None = None


class NearRule(Model):
    """A rule that nearly hit.

    Attributes
    ----------
    rule, title, then, points : as in :class:`Hit`.
    literals : number of literals of the rule.
    failing : literals that fail; of a failing ``any``, those of its nearest part.
    distance : the least cost that makes the rule hit, in scales, if every feature could change.

    """

    rule: str
    title: str
    then: str | None = None
    points: int | None = None
    literals: int
    failing: tuple[LiteralStatus, ...]
    distance: float


class Step(Model):
    """An outcome under SCORE and its least sum of points; ``short`` is what the event lacks, <= 0 if reached."""

    outcome: str
    least: int
    short: int


class Change(Model):
    """The change of one feature.

    Attributes
    ----------
    before, after : the values, bound to the dtype.
    cost : of this change, in scales.
    scale : the change that costs 1.
    scale_from : where the scale comes from: ``given``, the width of the ``bounds``, or ``one``.

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
    answer : ``found``; ``none`` if it is proved that there is none; ``undecided`` if the budget ran out.
    toward : the wanted outcomes.
    changes : one per feature, in schema order.
    cost : of all changes together.
    outcome, rule, score : the decision on the changed event.
    words : the answer in one sentence.

    """

    answer: Literal["found", "none", "undecided"]
    toward: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    cost: float | None = None
    outcome: str | None = None
    rule: str | None = None
    score: int | None = None
    words: str


class ExplanationFields(Model):
    """The fields of an explanation; :class:`rulekit.explanation.result.Explanation` adds how it is shown."""

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
