"""Models of the comparison of two versions; text, Markdown, page and JSON are made from them."""

from __future__ import annotations

import json
from typing import Any, Literal

from rulekit.ir.schema import Model
from rulekit.reports.common.comparison_models import Example, Swap
from rulekit.reports.common.intervals import Changes, MeasureTable, Share
from rulekit.store.versions.amendments import Edit, FeatureChange, RuleChange


class Version(Model):
    """One of the two versions; ``source`` is how it was named."""

    name: str
    version: str
    digest: str
    rules: int
    source: str | None = None


class Bump(Model):
    """How far the version number must rise, why, and whether it does."""

    least: Literal["none", "patch", "minor", "major"]
    because: str
    least_version: str
    enough: bool


class RegionBox(Model):
    """A box of events, as lines of a ``when`` and in words; without lines it holds every event."""

    when: tuple[str, ...]
    words: tuple[str, ...]


class ChangedRegion(Model):
    """Events that are decided differently.

    Attributes
    ----------
    old, new : the outcomes, then and now.
    old_rule, new_rule : the rules that decide; None if none hits, and under SCORE.
    where : the events are in one of these boxes, or in one of ``more_boxes`` others.
    unless : rules that come earlier and do not hit these events.
    points : the condition on the sum of points, in words; None without one.
    through : rules that give these events other points than before.
    plausible : whether the region has an event within the bounds of the schema.
    event : one of them, confirmed by the reference semantics under both versions.
    reference : share of the reference events that are in the region.

    """

    old: str
    new: str
    old_rule: str | None
    new_rule: str | None
    where: tuple[RegionBox, ...]
    unless: tuple[str, ...]
    points: str | None
    through: tuple[str, ...]
    plausible: bool
    event: dict[str, Any]
    more_boxes: int = 0
    reference: Share | None = None


class ChangedHits(Model):
    """A rule whose own hits change: where it no longer hits, and where it newly hits."""

    rule: str
    lost: tuple[RegionBox, ...]
    gained: tuple[RegionBox, ...]
    reason: str = ""


class ChangedValidity(Model):
    """Events that lack a feature which only one version requires."""

    feature: str
    old: str
    new: str
    event: dict[str, Any]


class Pair(Model):
    """Reference events whose outcome differs, by the rules that decide then and now."""

    old: str
    new: str
    old_rule: str | None
    new_rule: str | None
    count: int
    rate: Share
    purity: Share | None = None


class Reference(Model):
    """Reference events, decided by both versions.

    Attributes
    ----------
    source : the file.
    accept_old, accept_new : outcomes that count as selected, of each version.
    gained, lost : events that are newly selected, and those that no longer are.
    swaps : events by outcome then and now, where these differ; the most frequent first.
    pairs : the same by the rules that decide.
    newly, no_longer, other : examples; ``other`` change their outcome and not whether they are selected.

    """

    source: str | None
    events: int
    truth: str | None
    weight: str | None
    accept_old: tuple[str, ...]
    accept_new: tuple[str, ...]
    changed: Share
    gained: Swap
    lost: Swap
    swaps: tuple[Swap, ...]
    pairs: tuple[Pair, ...]
    measures_old: MeasureTable
    measures_new: MeasureTable
    changes: Changes
    newly: tuple[Example, ...]
    no_longer: tuple[Example, ...]
    other: tuple[Example, ...]


class Diff(Model):
    """Two versions of a law, compared.

    Attributes
    ----------
    verdict : whether the decision on any possible event changes.
    complete : whether the regions cover all changes.
    sentence : the answer in one sentence.
    alike : whether it is proved that no decision changes, nor any hit that counts on its own.
    added, removed : new and removed rules as sentences, by id.
    each_hit_counts : whether hits are decisions of their own, as under COLLECT.
    more : number of regions that are not shown, by outcome then and now.

    """

    old: Version
    new: Version
    verdict: Literal["same", "changed", "undecided"]
    complete: bool
    alike: bool
    sentence: str
    bump: Bump
    fields: tuple[Edit, ...]
    features: tuple[FeatureChange, ...]
    rules: tuple[RuleChange, ...]
    added: dict[str, str]
    removed: dict[str, str]
    regions: tuple[ChangedRegion, ...]
    more: dict[str, int]
    invalid: tuple[ChangedValidity, ...]
    hits: tuple[ChangedHits, ...]
    each_hit_counts: bool
    reference: Reference | None = None

    def to_document(self) -> dict[str, Any]:
        """Return the comparison as a JSON-ready dict."""
        return self.model_dump(mode="json")

    def to_json(self) -> str:
        """Return the comparison as indented JSON."""
        return json.dumps(self.to_document(), indent=2, ensure_ascii=False)

    def __repr__(self) -> str:
        return (
            f"Diff({self.old.name} {self.old.version} to {self.new.name} {self.new.version}: {self.sentence})"
        )
