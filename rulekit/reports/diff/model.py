"""The comparison of two versions as a value: what the page, the Markdown, the text and the JSON all say."""

from __future__ import annotations

from typing import Any, Literal

from rulekit.ir.schema import Model
from rulekit.reports.common.comparison_models import Example, Swap
from rulekit.reports.common.intervals import Changes, MeasureTable, Share
from rulekit.store.versions.amendments import Edit, FeatureChange, RuleChange


class Version(Model):
    """One of both versions; ``source`` is where it was read from, as it was named."""

    name: str
    version: str
    digest: str
    rules: int
    source: str | None = None


class Bump(Model):
    """How far the version must rise: by what, why, and whether it does."""

    least: Literal["none", "patch", "minor", "major"]
    because: str
    least_version: str
    enough: bool


class RegionBox(Model):
    """A box of events, as lines of a ``when`` and in words; of no lines, any event."""

    when: tuple[str, ...]
    words: tuple[str, ...]


class ChangedRegion(Model):
    """Events that are decided differently.

    Attributes
    ----------
    old, new : the outcomes, then and now.
    old_rule, new_rule : the rules that decide; None where none hits, and where points are summed.
    where : in one of these boxes the events are, or in one of ``more_boxes``.
    unless : rules that come first, and hit none of them.
    points : what is asked of the sum of points, in words.
    through : rules that give these events other points than before.
    plausible : whether some event of the region is within the bounds of the schema.
    event : one of them, replayed by the reference semantics under both laws.
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
    """A rule whose own hits change: where it hits no longer, and where it newly does."""

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
    """Reference events by the rules that decide them then and now, where the outcomes differ."""

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
    verdict : whether any decision changes, for every event there can be.
    complete : whether the regions are all.
    sentence : the answer.
    alike : whether no decision changes, which is proved, nor any hit that counts on its own.
    added, removed : the rules that came and went, each as a sentence by its id.
    each_hit_counts : whether hits are decisions of their own, as under COLLECT.
    more : how many regions there are beyond those shown, by outcome then and now.

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
        """Return the value as plain JSON."""
        return self.model_dump(mode="json")
