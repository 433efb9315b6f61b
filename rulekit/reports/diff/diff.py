"""The comparison of two versions as one value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rulekit.analysis.compare.regions import DifferingRegion
from rulekit.ir.ruleset import Ruleset
from rulekit.reports.common.intervals import Share
from rulekit.reports.common.law_text import sentence
from rulekit.reports.diff.events import (
    DecidedReference,
    ReferenceOptions,
    decide_reference,
    most_frequent,
    reference_of,
)
from rulekit.reports.diff.model import Bump, Diff, Version
from rulekit.reports.diff.regions import hits_in_words, region_in_words, validity_in_words
from rulekit.store.compare import Comparison

SHOWN = 20
"""The most regions that are shown."""


def diff_of(
    comparison: Comparison,
    asked: ReferenceOptions | None = None,
    sources: tuple[str | None, str | None] = (None, None),
    shown: int = SHOWN,
) -> Diff:
    """Return a comparison as a value, ready for text, Markdown, HTML and JSON.

    Parameters
    ----------
    comparison : two versions, and what they decide differently.
    asked : reference events, if any; regions with the most of them come first.
    sources : where the versions were read from, as they were named.
    shown : the most regions that are described.

    Raises
    ------
    EventError
        when the events can't be read, or lack a feature or a column that is asked for.
    RulekitError
        when no version has an outcome that is asked for.

    """
    referred = None if asked is None else decide_reference(comparison, asked)
    told, old, new, rules = comparison.differences, comparison.old, comparison.new, comparison.rules
    chosen = _chosen(told.regions, referred, shown)
    return Diff(
        old=_version(old, sources[0]),
        new=_version(new, sources[1]),
        verdict=told.verdict,
        complete=not told.reason,
        alike=comparison.decides_alike,
        sentence=answer_of(comparison),
        bump=bump_of(comparison),
        fields=comparison.fields,
        features=comparison.features,
        rules=rules,
        added=_sentences(new, [rule.id for rule in rules if rule.kind == "added"]),
        removed=_sentences(old, [rule.id for rule in rules if rule.kind == "removed"]),
        regions=tuple(region_in_words(comparison, region, share) for region, share in chosen),
        more=_more(told.regions, [region for region, _ in chosen]),
        invalid=tuple(validity_in_words(comparison)),
        hits=tuple(hits_in_words(comparison)),
        each_hit_counts=comparison.each_hit_counts,
        reference=None if referred is None else reference_of(referred),
    )


def _chosen(
    regions: Sequence[DifferingRegion], referred: DecidedReference | None, shown: int
) -> list[tuple[DifferingRegion, Share | None]]:
    if referred is None:
        return [(region, None) for region in regions[:shown]]
    return list(most_frequent(referred, regions, shown))


def _more(regions: Sequence[DifferingRegion], shown: Sequence[DifferingRegion]) -> dict[str, int]:
    """Return the number of regions that are not shown, by outcome then and now."""
    told = {id(region) for region in shown}
    rest = (region for region in regions if id(region) not in told)
    return dict(Counter(f"{region.old.outcome} became {region.new.outcome}" for region in rest))


def _version(law: Ruleset, source: str | None) -> Version:
    return Version(name=law.name, version=law.version, digest=law.digest, rules=len(law.rules), source=source)


def _sentences(law: Ruleset, ids: Sequence[str]) -> dict[str, str]:
    rules = {rule.id: rule for rule in law.rules}
    return {name: sentence(rules[name], law.schema) for name in ids}


def answer_of(comparison: Comparison) -> str:
    """Return whether any decision changes, in one sentence."""
    told = comparison.differences
    if told.verdict == "undecided":
        return f"Whether any decision changes is not decided: {told.reason}."
    if told.verdict == "same":
        hits = "" if comparison.decides_alike else ", but hits of rules do, and each counts on its own"
        return (
            f"No outcome changes{hits}: proved for every event."
            if hits
            else ("No decision changes: proved for every event.")
        )
    lacking = ", ".join(change.feature for change in told.invalid)
    parts = [f"events that lack {lacking}"] if lacking else []
    if told.regions:
        count = len(told.regions)
        parts.append(f"{count:,} region{'' if count == 1 else 's'}")
    where = " and ".join(parts)
    if told.reason:
        return f"Decisions change, for {where} at least: {told.reason}."
    return f"Decisions change for {where}, and for no other event: proved."


def bump_of(comparison: Comparison) -> Bump:
    """Return how far the version must rise, and why."""
    return Bump(
        least=comparison.bump or "none",
        because=_because(comparison),
        least_version=comparison.least,
        enough=comparison.is_enough,
    )


def _because(comparison: Comparison) -> str:
    old, new = comparison.old, comparison.new
    if comparison.bump is None:
        return "the texts say the same"
    if comparison.bump == "major":
        changed = [
            *(["the features"] if old.law["features"] != new.law["features"] else []),
            *(["the outcomes"] if set(old.outcomes) != set(new.outcomes) else []),
        ]
        return f"{' and '.join(changed)} change"
    if comparison.bump == "patch":
        return "only words change"
    if comparison.differences.verdict == "same":
        return "the digest changes, by which decisions are replayed, though no outcome does"
    if comparison.differences.verdict == "undecided":
        return "that no decision changes is not proved"
    return "decisions change"
