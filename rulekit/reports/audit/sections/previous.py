"""The previous version on the same events: what it accepts, and which events it decides differently."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rulekit.errors import RulekitError
from rulekit.ir.ruleset import Ruleset
from rulekit.measures import EventLabels, measure, measure_shifts
from rulekit.reports.audit.inputs.audit_input import AuditInput
from rulekit.reports.audit.inputs.curves import law_curve
from rulekit.reports.audit.model.audit import Curve
from rulekit.reports.audit.sections.examples import examples_of
from rulekit.reports.audit.sections.tables import accepted_by_prefix
from rulekit.reports.common.accepted import accepted_by, accepted_outcomes
from rulekit.reports.common.comparison_models import Example, Previous, Swap
from rulekit.reports.common.examples import evenly_spaced
from rulekit.reports.common.intervals import Changes, MeasureTable, Share
from rulekit.reports.replay.recompute import BoundLaw, hit_matrix, recompute


@dataclass(frozen=True, slots=True)
class Compared:
    """The previous version, and its curve if truth is known; both are None if no previous version was given."""

    previous: Previous | None = None
    curve: Curve | None = None


def compare_previous(audited: AuditInput) -> Compared:
    """Decide the events by the previous version too, and compare.

    Raises
    ------
    EventError
        when the events lack a feature that the previous version reads.
    RulekitError
        when none of the outcomes to accept is one of the previous version.

    """
    law = audited.options.previous
    if law is None or audited.events is None:
        return Compared()
    decided = recompute(BoundLaw(law, audited.record.manifest.numerics), audited.events)
    accept = _accept(law, audited.options.accept)
    accepted = accepted_by(decided, accept)
    gone, come = accepted & ~audited.accepted, audited.accepted & ~accepted
    newly, no_longer = (_examples(audited, law, places, decided) for places in (come, gone))
    previous = Previous(
        name=law.name,
        version=law.version,
        digest=law.digest,
        accept=accept,
        measures=MeasureTable.of(measure(accepted, audited.known)),
        changes=Changes.of(measure_shifts(accepted, audited.accepted, audited.known)),
        gained=_swap("not accepted", "accepted", come, audited.known),
        lost=_swap("accepted", "not accepted", gone, audited.known),
        swaps=_swaps(decided["outcome"], audited.decisions["outcome"], audited.known),
        newly=newly,
        no_longer=no_longer,
        only_now=_only(audited.law, law),
        only_then=_only(law, audited.law),
    )
    return Compared(previous, _curve(law, decided, accept, audited.known))


def _accept(law: Ruleset, asked: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the accepted outcomes of another version: of those asked for, the ones that it has."""
    if asked is None:
        return accepted_outcomes(law, None)
    shared = tuple(name for name in asked if name in law.outcomes)
    if not shared:
        what = f"the previous version {law.version} has none of the outcomes to accept"
        raise RulekitError(what, expected="one of " + ", ".join(law.outcomes), got=", ".join(asked))
    return shared


def _only(law: Ruleset, other: Ruleset) -> tuple[str, ...]:
    there = {rule.id for rule in other.rules}
    return tuple(rule.id for rule in law.rules if rule.id not in there)


def _swaps(before: pl.Series, after: pl.Series, events: EventLabels) -> tuple[Swap, ...]:
    pairs = pl.DataFrame({"before": before, "after": after})
    changed = pairs.filter(before.ne_missing(after)).group_by("before", "after").len()
    ordered = changed.sort("len", "before", "after", descending=[True, False, False])
    return tuple(
        _swap(
            str(old),
            str(new),
            (before == old).fill_null(value=False) & (after == new).fill_null(value=False),
            events,
        )
        for old, new, _ in ordered.iter_rows()
    )


def _swap(before: str, after: str, chosen: pl.Series, events: EventLabels) -> Swap:
    truth = events.truth
    return Swap(
        before=before,
        after=after,
        count=int(chosen.sum()),
        rate=Share.of(events.share(chosen)),
        purity=None if truth is None else Share.of(events.share(truth, among=chosen)),
    )


def _examples(
    audited: AuditInput, law: Ruleset, chosen: pl.Series, decided: pl.DataFrame
) -> tuple[Example, ...]:
    read = {feature.name for each in (audited.law, law) for feature in each.read}
    return examples_of(audited, evenly_spaced(chosen), tuple(read), decided)


def _curve(law: Ruleset, decided: pl.DataFrame, accept: tuple[str, ...], events: EventLabels) -> Curve | None:
    if events.truth is None:
        return None
    known = EventLabels(events.count, truth=events.truth, weights=events.weights)
    accepted = accepted_by_prefix(law, decided, hit_matrix(law, decided), accept)
    path = [measure(series, known) for series in accepted[1:]]
    working = measure(accepted[-1], known)
    found = law_curve(law, decided, path, known, working)
    return (
        None
        if found is None
        else found.model_copy(update={"kind": "previous", "name": f"version {law.version}"})
    )
