"""Reference events decided by both versions: which are newly selected, which no longer, and by which rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from rulekit.analysis.compare.regions import DifferingRegion
from rulekit.analysis.space.conditions import condition_of
from rulekit.errors import RulekitError
from rulekit.frames import Frame, collect, feature_columns, scan
from rulekit.ir.numerics import Native
from rulekit.ir.ruleset import HitPolicy, Rule, Ruleset
from rulekit.ir.schema import Schema
from rulekit.labels import read_column, read_truth, read_weights
from rulekit.measures import EventLabels, measure, measure_shifts
from rulekit.reports.common.accepted import accepted_by, accepted_outcomes
from rulekit.reports.common.comparison_models import Example, Swap
from rulekit.reports.common.examples import decision_texts, evenly_spaced
from rulekit.reports.common.intervals import Changes, MeasureTable, Share
from rulekit.reports.diff.model import Pair, Reference
from rulekit.reports.diff.regions import common_schema
from rulekit.store.compare import Comparison
from rulekit.targets import targets
from rulekit.targets.artifact import Runner

SHOWN = 20
"""How many pairs of rules are shown."""

_KEY = ("old", "new", "old_rule", "new_rule")


@dataclass(frozen=True, slots=True)
class ReferenceOptions:
    """Reference events, and the names of their columns with truth, weight and id."""

    events: Frame
    truth: str | None = None
    weight: str | None = None
    id: str | None = None
    accept: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class DecidedReference:
    """Reference events with the decisions of both versions, row by row."""

    comparison: Comparison
    asked: ReferenceOptions
    frame: pl.DataFrame
    old: pl.DataFrame
    new: pl.DataFrame
    known: EventLabels

    @property
    def changed(self) -> pl.Series:
        """Which events get another outcome."""
        return self.old["outcome"].ne_missing(self.new["outcome"])

    def pairs(self) -> pl.DataFrame:
        """Return the number of events that get another outcome, by outcomes and rules, the largest first."""
        sides = [self.old["outcome"], self.new["outcome"], self.old["rule"], self.new["rule"]]
        named = pl.DataFrame([side.alias(name) for side, name in zip(sides, _KEY, strict=True)])
        counted = named.filter(self.changed).group_by(_KEY).len("count")
        return counted.sort("count", *_KEY, descending=[True, *(False for _ in _KEY)])


def decide_reference(comparison: Comparison, asked: ReferenceOptions) -> DecidedReference:
    """Decide reference events by both versions.

    Raises
    ------
    EventError
        when the events can't be read, or lack a feature or a column that is asked for.

    """
    schema = common_schema(comparison)
    events = scan(asked.events, schema)
    _check_columns(comparison, asked, collect(events.head(0)))
    wanted = {feature.name for law in (comparison.old, comparison.new) for feature in law.read}
    wanted |= {name for name in (asked.truth, asked.weight, asked.id) if name}
    frame = collect(events.select([name for name in events.collect_schema().names() if name in wanted]))
    if not frame.width:
        frame = collect(events.select(pl.int_range(pl.len()).alias("_")))
    truth = None if asked.truth is None else read_truth(frame, asked.truth)
    weights = None if asked.weight is None else read_weights(frame, asked.weight)
    known = EventLabels(frame.height, truth=truth, weights=weights)
    old, new = (_decided(law, frame) for law in (comparison.old, comparison.new))
    return DecidedReference(comparison, asked, frame, old, new, known)


def _check_columns(comparison: Comparison, asked: ReferenceOptions, empty: pl.DataFrame) -> None:
    """Check for absent columns first, so that the message can list all columns there are."""
    for law in (comparison.old, comparison.new):
        feature_columns(empty, law.schema, law.read)
    for name, role in ((asked.truth, "truth"), (asked.weight, "weight"), (asked.id, "id")):
        if name is not None:
            read_column(empty, name, role)


def _decided(law: Ruleset, frame: pl.DataFrame) -> pl.DataFrame:
    """Return outcome, rule and score without prescales, which act after the rules."""
    rules = tuple(rule.model_copy(update={"prescale": 1}) for rule in law.rules)
    read = [feature.name for feature in law.read]
    here = frame.select([name for name in read if name in frame.columns])
    if not read:
        here = pl.DataFrame({"_": pl.repeat(0, frame.height, eager=True)})
    decided: pl.DataFrame = _runner(replace(law, rules=rules)).batch(here, cast=True)
    words = [pl.col(name).cast(pl.String) for name in ("outcome", "rule")]
    return decided.select(*words, *(["score"] if "score" in decided.columns else []))


def _runner(law: Ruleset) -> Runner:
    """Return the kernel runner; without numba it decides by the ``polars`` target."""
    return targets.get("kernel").compile(law, Native()).load()


def reference_of(referred: DecidedReference) -> Reference:
    """Return what changes for the reference events."""
    comparison, known = referred.comparison, referred.known
    laws, decided = (comparison.old, comparison.new), (referred.old, referred.new)
    accept = tuple(accept_of(comparison, law, referred.asked.accept) for law in laws)
    before, after = (accepted_by(one, names) for one, names in zip(decided, accept, strict=True))
    gained, lost = after & ~before, before & ~after
    events = referred.asked.events
    return Reference(
        source=str(events) if isinstance(events, (str, Path)) else None,
        events=known.count,
        truth=referred.asked.truth,
        weight=referred.asked.weight,
        accept_old=accept[0],
        accept_new=accept[1],
        changed=Share.of(known.share(referred.changed)),
        gained=_swap("not selected", "selected", gained, known),
        lost=_swap("selected", "not selected", lost, known),
        swaps=tuple(_swaps(referred)),
        pairs=tuple(_pairs(referred)),
        measures_old=MeasureTable.of(measure(before, known)),
        measures_new=MeasureTable.of(measure(after, known)),
        changes=Changes.of(measure_shifts(before, after, known)),
        newly=_examples(referred, gained),
        no_longer=_examples(referred, lost),
        other=_examples(referred, referred.changed & ~gained & ~lost),
    )


def accept_of(comparison: Comparison, law: Ruleset, asked: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the outcomes of one version that count as selected.

    Raises
    ------
    RulekitError
        when neither version has an outcome that is asked for.

    """
    if asked is None:
        return accepted_outcomes(law, None)
    known = dict.fromkeys((*comparison.old.outcomes, *comparison.new.outcomes))
    unknown = [name for name in asked if name not in known]
    if unknown:
        expected = "one of " + ", ".join(known)
        raise RulekitError("there is no such outcome to accept", expected=expected, got=unknown[0])
    return tuple(name for name in asked if name in law.outcomes)


def _swap(before: str, after: str, chosen: pl.Series, known: EventLabels) -> Swap:
    return Swap(
        before=before,
        after=after,
        count=int(chosen.sum()),
        rate=Share.of(known.share(chosen)),
        purity=_purity(chosen, known),
    )


def _purity(chosen: pl.Series, known: EventLabels) -> Share | None:
    return None if known.truth is None else Share.of(known.share(known.truth, among=chosen))


def _swaps(referred: DecidedReference) -> Iterator[Swap]:
    then, now = referred.old["outcome"], referred.new["outcome"]
    pairs = referred.pairs().group_by("old", "new").agg(pl.col("count").sum())
    for old, new, _ in pairs.sort("count", "old", "new", descending=[True, False, False]).iter_rows():
        yield _swap(old, new, (then == old) & (now == new), referred.known)


def _pairs(referred: DecidedReference) -> Iterator[Pair]:
    for row in referred.pairs().head(SHOWN).iter_rows(named=True):
        chosen = decided_by(referred, row["old"], row["new"], row["old_rule"], row["new_rule"])
        share, purity = Share.of(referred.known.share(chosen)), _purity(chosen, referred.known)
        yield Pair(**row, rate=share, purity=purity)


def decided_by(
    referred: DecidedReference, old: str, new: str, old_rule: str | None, new_rule: str | None
) -> pl.Series:
    """Return which events have these outcomes and deciding rules, then and now."""
    found = (referred.old["outcome"] == old) & (referred.new["outcome"] == new)
    for rules, rule in ((referred.old["rule"], old_rule), (referred.new["rule"], new_rule)):
        found &= rules.is_null() if rule is None else rules == rule
    return found.fill_null(value=False)


def _examples(referred: DecidedReference, chosen: pl.Series) -> tuple[Example, ...]:
    comparison, schema = referred.comparison, common_schema(referred.comparison)
    places = evenly_spaced(chosen)
    some = referred.frame[places]
    read = {feature.name for law in (comparison.old, comparison.new) for feature in law.read}
    features = [feature for feature in schema.features if feature.name in read]
    columns = feature_columns(some, schema, features)
    texts = some.select(column.cast(pl.String).alias(name) for name, column in columns.items())
    values = texts.rows(named=True) if features else [{} for _ in places]
    then, now = decision_texts(referred.old[places]), decision_texts(referred.new[places])
    ids = None if referred.asked.id is None else read_column(some, referred.asked.id, "id").cast(pl.String)
    truth = referred.known.truth
    return tuple(
        Example(
            event=str(place if ids is None else ids[number]),
            values=values[number],
            decided=now[number],
            otherwise=then[number],
            truth=None if truth is None else truth[place],
        )
        for number, place in enumerate(places)
    )


def most_frequent(
    referred: DecidedReference, regions: Sequence[DifferingRegion], most: int
) -> list[tuple[DifferingRegion, Share]]:
    """Return the regions with the most reference events, and their share of the events."""
    if HitPolicy.SCORE in {referred.comparison.old.hit_policy, referred.comparison.new.hit_policy}:
        inside = list(_by_boxes(referred, regions))
        counts = [int(chosen.sum()) for chosen in inside]
    else:
        inside = None
        known = {row[:4]: row[4] for row in referred.pairs().iter_rows()}
        counts = [known.get(_key(region), 0) for region in regions]
    order = sorted(range(len(regions)), key=lambda place: -counts[place])[:most]
    chosen = (decided_by(referred, *_key(regions[at])) if inside is None else inside[at] for at in order)
    shares = (Share.of(referred.known.share(events)) for events in chosen)
    return [(regions[at], share) for at, share in zip(order, shares, strict=True)]


def _key(region: DifferingRegion) -> tuple[str, str, str | None, str | None]:
    return region.old.outcome, region.new.outcome, region.old.rule, region.new.rule


def _by_boxes(referred: DecidedReference, regions: Sequence[DifferingRegion]) -> Iterator[pl.Series]:
    """Yield which events are in each region: inside its boxes, and with its outcomes then and now."""
    boxes, (then, now) = _boxes(referred, regions), (referred.old["outcome"], referred.new["outcome"])
    for number, region in enumerate(regions):
        inside = boxes.select(pl.any_horizontal(pl.col(f"^{number}-.*$"))).to_series()
        yield inside & (then == region.old.outcome) & (now == region.new.outcome)


def _boxes(referred: DecidedReference, regions: Sequence[DifferingRegion]) -> pl.DataFrame:
    """Return which events are in which box; each box is compiled as a rule."""
    space = referred.comparison.differences.space
    schema: Schema = common_schema(referred.comparison)
    rules = tuple(
        Rule(id=f"{number}-{place}", when=condition_of(space, piece), then="inside")
        for number, region in enumerate(regions)
        for place, piece in enumerate(region.pieces)
        if space is not None
    )
    law = Ruleset(name="boxes", version="1.0.0", schema=schema, hit_policy=HitPolicy.COLLECT,
                  otherwise="outside", rules=rules)  # fmt: skip
    return _runner(law).hit_matrix(referred.frame, cast=True)
