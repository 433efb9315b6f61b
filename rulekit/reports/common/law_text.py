"""The ruleset in words: one sentence per rule, and each literal in words beside its exact text."""

from __future__ import annotations

from typing import Literal

from rulekit.ir.condition import AllOf, AnyOf, Condition, literals
from rulekit.ir.notation.clauses import condition_to_when
from rulekit.ir.notation.describe import as_range, condition_in_words
from rulekit.ir.ruleset import HitPolicy, Rule, Ruleset
from rulekit.ir.schema import Feature, Model, Schema

_POLICIES = {
    HitPolicy.UNIQUE: "No two rules hit the same event; the one that hits names the outcome.",
    HitPolicy.FIRST: "The first rule that hits, in text order, names the outcome.",
    HitPolicy.ANY: "Rules that hit together agree; the first of them names the outcome.",
    HitPolicy.COLLECT: "Every hit counts on its own; the first in text order names the outcome.",
    HitPolicy.SCORE: "The points of all hits are added up; the highest threshold reached names the outcome.",
}


class Clause(Model):
    """A part of a condition in words: a literal with its exact text, or ``all`` / ``any`` of further clauses."""

    kind: Literal["literal", "all", "any"]
    words: str
    text: str | None = None
    terms: tuple[Clause, ...] = ()


class RuleInWords(Model):
    """One rule in words. ``number`` counts from 1 in text order and stands for the rule in charts."""

    number: int
    id: str
    title: str
    sentence: str
    clauses: tuple[Clause, ...]
    then: str | None
    points: int | None
    because: str
    origin: str
    prescale: int


class FeatureInWords(Model):
    """One feature of the schema, and the numbers of the rules that read it."""

    name: str
    dtype: str
    unit: str | None
    bounds: tuple[int | float, int | float] | None
    categories: tuple[str, ...] | None
    required: bool
    doc: str
    rules: tuple[int, ...]


class LawInWords(Model):
    """The ruleset in words."""

    name: str
    version: str
    digest: str
    schema_name: str
    schema_version: str
    hit_policy: str
    policy: str
    otherwise: str
    thresholds: dict[str, int]
    required: tuple[str, ...]
    rules: tuple[RuleInWords, ...]
    features: tuple[FeatureInWords, ...]


def law_in_words(ruleset: Ruleset) -> LawInWords:
    """Return the ruleset in words."""
    return LawInWords(
        name=ruleset.name,
        version=ruleset.version,
        digest=ruleset.digest,
        schema_name=ruleset.schema.name,
        schema_version=ruleset.schema.version,
        hit_policy=ruleset.hit_policy.value,
        policy=_POLICIES[ruleset.hit_policy],
        otherwise=ruleset.otherwise,
        thresholds=dict(ruleset.ladder),
        required=ruleset.schema.required,
        rules=tuple(
            rule_in_words(rule, number, ruleset.schema) for number, rule in enumerate(ruleset.rules, start=1)
        ),
        features=tuple(_feature_in_words(feature, ruleset) for feature in ruleset.schema.features),
    )


def _feature_in_words(feature: Feature, ruleset: Ruleset) -> FeatureInWords:
    readers = (
        number
        for number, rule in enumerate(ruleset.rules, start=1)
        if any(literal.feature == feature.name for literal in literals(rule.when))
    )
    return FeatureInWords(
        name=feature.name,
        dtype=feature.dtype.value,
        unit=feature.unit,
        bounds=feature.bounds,
        categories=feature.categories,
        required=feature.required,
        doc=feature.doc,
        rules=tuple(readers),
    )


def rule_in_words(rule: Rule, number: int, schema: Schema) -> RuleInWords:
    """Return one rule in words."""
    terms = rule.when.terms if isinstance(rule.when, AllOf) else (rule.when,)
    return RuleInWords(
        number=number,
        id=rule.id,
        title=rule.title or rule.id,
        sentence=sentence(rule, schema),
        clauses=tuple(clause(term, schema) for term in terms),
        then=rule.then,
        points=rule.points,
        because=rule.because,
        origin=rule.origin,
        prescale=rule.prescale,
    )


def sentence(rule: Rule, schema: Schema) -> str:
    """Return a rule as one sentence."""
    condition = rule.when
    if isinstance(condition, AllOf) and not condition.terms:
        when = "Always"
    elif isinstance(condition, AllOf) and as_range(condition) is None:
        when = "If " + ", and ".join(condition_in_words(term, schema) for term in condition.terms)
    else:
        when = "If " + condition_in_words(condition, schema)
    return f"{when}: {effect(rule)}."


def effect(rule: Rule) -> str:
    """Return what a hit of the rule does."""
    if rule.points is not None:
        number = abs(rule.points)
        return (
            f"{'add' if rule.points >= 0 else 'take away'} {number:,} {'point' if number == 1 else 'points'}"
        )
    keeps = f", keeping one hit in {rule.prescale:,}" if rule.prescale > 1 else ""
    return f"{rule.then}{keeps}"


def clause(condition: Condition, schema: Schema) -> Clause:
    """Return a condition in words as a tree, with the exact text of every literal."""
    (written,) = condition_to_when(AllOf((condition,)))
    if isinstance(written, str) or not isinstance(condition, (AllOf, AnyOf)):  # a literal, or a range
        return Clause(kind="literal", words=condition_in_words(condition, schema), text=str(written))
    terms = tuple(clause(term, schema) for term in condition.terms)
    heading = "all of" if isinstance(condition, AllOf) else "at least one of"
    kind: Literal["all", "any"] = "all" if isinstance(condition, AllOf) else "any"
    return Clause(kind=kind, words=heading if terms else "always", terms=terms)
