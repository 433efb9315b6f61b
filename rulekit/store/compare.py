"""Compares two versions of a law: the amendment, its effect, and the least version that it needs."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from rulekit.analysis.compare.differences import Differences, differences
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.store.comparison_view import differences_document, headline, to_html, to_text, verdict
from rulekit.store.lookup import RulesetSource, load
from rulekit.store.versions.amendments import (
    Edit,
    FeatureChange,
    RuleChange,
    feature_changes,
    field_changes,
    rule_changes,
)
from rulekit.store.versions.versions import Bump, least_bump, least_version, version_key


@dataclass(frozen=True, repr=False)
class Comparison:
    """Two versions of a law, compared for every possible event.

    Attributes
    ----------
    old, new : the rulesets.
    differences : what they decide differently.

    """

    old: Ruleset
    new: Ruleset
    differences: Differences

    @cached_property
    def rules(self) -> tuple[RuleChange, ...]:
        """The changes of the rules."""
        return tuple(rule_changes(self.old, self.new))

    @cached_property
    def fields(self) -> tuple[Edit, ...]:
        """The changes of the ruleset's own fields."""
        return field_changes(self.old, self.new)

    @cached_property
    def features(self) -> tuple[FeatureChange, ...]:
        """The changes of the schema."""
        return tuple(feature_changes(self.old.schema, self.new.schema))

    @property
    def each_hit_counts(self) -> bool:
        """Whether each hit is a decision of its own (COLLECT), in either version."""
        return HitPolicy.COLLECT in {self.old.hit_policy, self.new.hit_policy}

    @property
    def decides_alike(self) -> bool:
        """Whether it is proved that no decision changes; where each hit counts, that no hit changes either."""
        if self.each_hit_counts and (self.differences.hits or _kept(self.old) != _kept(self.new)):
            return False
        return self.differences.verdict == "same"

    @cached_property
    def bump(self) -> Bump | None:
        """By how much the version must rise; None where the texts are equal."""
        law = replace(self.new, version=self.old.version, provenance=self.old.provenance)
        return None if law == self.old else least_bump(self.old, self.new)

    @property
    def least(self) -> str:
        """The least version that the new law may have."""
        return self.old.version if self.bump is None else least_version(self.old.version, self.bump)

    @property
    def is_enough(self) -> bool:
        """Whether the new law has at least this version."""
        return version_key(self.new.version) >= version_key(self.least)

    def to_document(self) -> dict[str, Any]:
        """Return the comparison as plain JSON."""
        return {
            "old": _identity(self.old),
            "new": _identity(self.new),
            "verdict": self.differences.verdict,
            "decides_alike": self.decides_alike,
            "bump": self.bump,
            "least_version": self.least,
            "version_is_enough": self.is_enough,
            "fields": [edit.model_dump(mode="json") for edit in self.fields],
            "features": [change.model_dump(mode="json") for change in self.features],
            "rules": [change.model_dump(mode="json") for change in self.rules],
            **differences_document(self.old, self.new, self.differences),
        }

    def to_json(self) -> str:
        """Return the comparison as indented JSON text."""
        return json.dumps(self.to_document(), indent=2, ensure_ascii=False)

    def __str__(self) -> str:
        return to_text(self.to_document())

    def __repr__(self) -> str:
        document = self.to_document()
        return f"<Comparison {headline(document)}, {verdict(document)}>"

    def _repr_html_(self) -> str:
        return to_html(self.to_document())


def _identity(ruleset: Ruleset) -> dict[str, str]:
    return {"name": ruleset.name, "version": ruleset.version, "digest": ruleset.digest}


def _kept(ruleset: Ruleset) -> dict[str, tuple[str | None, int]]:
    """Return, for each rule, its outcome and its prescale."""
    return {rule.id: (rule.then, rule.prescale) for rule in ruleset.rules}


def compare(old: RulesetSource, new: RulesetSource) -> Comparison:
    """Compare two versions of a law, exactly, for every event.

    Parameters
    ----------
    old, new : the versions, each named in any way that :func:`rulekit.load` takes.

    Raises
    ------
    LawError
        when a law can't be read, or a rule does not fit its schema.

    """
    before, after = load(old), load(new)
    return Comparison(before, after, differences(before, after))


diff = compare
"""The name of :func:`compare` on the public face."""
