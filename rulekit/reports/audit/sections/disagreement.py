"""Where the teacher and the rules disagree: by score, by rule, by near miss, and in single events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from rulekit.ir.condition import AllOf, Condition
from rulekit.ir.notation.describe import condition_in_words
from rulekit.ir.ruleset import HitPolicy, Rule, Ruleset
from rulekit.measures import EventLabels
from rulekit.reports.audit.inputs.audit_input import AuditInput
from rulekit.reports.audit.sections.examples import examples_of
from rulekit.reports.common.comparison_models import Disagreement, NearMiss, RuleDoubt, ScoreBin
from rulekit.reports.common.examples import extreme_scores
from rulekit.reports.common.intervals import Share
from rulekit.reports.common.law_text import clause
from rulekit.reports.replay.recompute import BoundLaw, hits_of

_TOPS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
_LEAST, _MISSES = 20, 12


def disagreement_of(audited: AuditInput, hits: pl.DataFrame | None) -> Disagreement | None:
    """Return where teacher and rules disagree; None without a teacher.

    Parameters
    ----------
    audited : the audit input, with the teacher's scores.
    hits : one Boolean column per rule; None if they are not known.

    """
    scores, chosen, table = audited.scores, audited.known.teacher, audited.teacher
    if scores is None or chosen is None or table is None:
        return None
    events, names = audited.known, [feature.name for feature in audited.law.read]
    only_law, only_teacher = audited.accepted & ~chosen, chosen & ~audited.accepted
    misses = _misses(audited, only_teacher)
    return Disagreement(
        teacher=table.name,
        threshold=table.threshold,
        matched=table.matched,
        only_law=Share.of(events.share(only_law)),
        only_teacher=Share.of(events.share(only_teacher)),
        signal_law=_signal(events, only_law),
        signal_teacher=_signal(events, only_teacher),
        bins=tuple(_bins(scores, audited.accepted, events)),
        rules=() if hits is None else tuple(_doubts(hits, scores, chosen, events)),
        misses=misses.shown,
        far=misses.far,
        accepted=examples_of(audited, extreme_scores(scores, only_law, highest=False), names),
        rejected=examples_of(audited, extreme_scores(scores, only_teacher, highest=True), names),
    )


def _signal(events: EventLabels, among: pl.Series) -> Share | None:
    return None if events.truth is None else Share.of(events.share(events.truth, among=among))


def _bins(scores: pl.Series, accepted: pl.Series, events: EventLabels) -> Iterator[ScoreBin]:
    """Yield bins of scores from the highest down, each larger than the one before; equal scores share a bin."""
    ordered, above = scores.sort(descending=True), None
    for top in _TOPS if ordered.len() else ():
        if top * ordered.len() < _LEAST and top < 1:
            continue
        edge = ordered[max(0, round(top * ordered.len()) - 1)]
        inside = scores >= edge if above is None else (scores >= edge) & (scores < above)
        if inside.any():
            here = scores.filter(inside)
            yield ScoreBin(
                low=float(here.min()),  # type: ignore[arg-type]  # a minimum of finite floats
                high=float(here.max()),  # type: ignore[arg-type]
                top=float((scores >= edge).mean() or 0.0),
                events=here.len(),
                accepted=Share.of(events.share(accepted, among=inside)),
                signal=_signal(events, inside),
            )
            above = edge


def _doubts(hits: pl.DataFrame, scores: pl.Series, chosen: pl.Series, events: EventLabels) -> list[RuleDoubt]:
    found = []
    for number, name in enumerate(hits.columns, start=1):
        hit = hits[name]
        if hit.any():
            doubt = RuleDoubt(
                number=number,
                id=name,
                hits=int(hit.sum()),
                rejected=Share.of(events.share(~chosen, among=hit)),
                median=float(scores.filter(hit).median()),  # type: ignore[arg-type]  # of at least one float
                signal=_signal(events, hit & ~chosen),
            )
            found.append(doubt)
    return sorted(found, key=lambda doubt: -(doubt.rejected.value or 0.0))


@dataclass(frozen=True, slots=True)
class _Misses:
    shown: tuple[NearMiss, ...] = ()
    far: int | None = None


@dataclass(frozen=True, slots=True)
class _Term:
    """One of the terms that a rule combines with "and", and its id in the law of terms."""

    number: int
    rule: Rule
    term: Condition
    name: str


def _misses(audited: AuditInput, left: pl.Series) -> _Misses:
    """Count the single terms by which rules miss the events in ``left``; each term is compiled as a rule."""
    terms = _terms(audited.law, audited.accept)
    if audited.events is None or not terms or not left.any():
        return _Misses()
    law = BoundLaw(_law_of_terms(audited.law, terms), audited.record.manifest.numerics)
    met = hits_of(law, audited.events.filter(left))
    lacking = _lacking(met, terms)
    events = _among(audited.known, left)
    missed = ((each, (lacking[each.rule.id] == 1) & ~met[each.name]) for each in terms)
    found = [_miss(audited.law, each, chosen, events) for each, chosen in missed if chosen.any()]
    found.sort(key=lambda miss: (-miss.count, miss.number))
    least = lacking.select(pl.min_horizontal(pl.all())).to_series()
    return _Misses(tuple(found[:_MISSES]), int((least > 1).sum()))


def _terms(law: Ruleset, accept: tuple[str, ...]) -> list[_Term]:
    """Return the terms of rules whose hit can lead to an accepted outcome."""
    helpful = [
        (number, rule)
        for number, rule in enumerate(law.rules, start=1)
        if rule.then in accept or (rule.points or 0) > 0
    ]
    named = [(number, rule, term) for number, rule in helpful for term in _parts(rule.when)]
    return [_Term(number, rule, term, f"t{at}") for at, (number, rule, term) in enumerate(named)]


def _parts(when: Condition) -> Sequence[Condition]:
    return when.terms if isinstance(when, AllOf) else (when,)


def _law_of_terms(law: Ruleset, terms: Sequence[_Term]) -> Ruleset:
    """Return a ruleset with the same schema and one rule for each term."""
    rules = tuple(Rule(id=each.name, when=each.term, then="met") for each in terms)
    return replace(law, rules=rules, hit_policy=HitPolicy.COLLECT, otherwise="unmet", thresholds=None)


def _lacking(met: pl.DataFrame, terms: Sequence[_Term]) -> pl.DataFrame:
    """Return how many terms of each rule do not hold, one column per rule."""
    of_rule: dict[str, list[pl.Expr]] = {}
    for each in terms:
        of_rule.setdefault(each.rule.id, []).append((~pl.col(each.name)).cast(pl.UInt32))
    return met.select(pl.sum_horizontal(unmet).alias(rule) for rule, unmet in of_rule.items())


def _among(events: EventLabels, chosen: pl.Series) -> EventLabels:
    truth = None if events.truth is None else events.truth.filter(chosen)
    return EventLabels(int(chosen.sum()), truth=truth, weights=events.weights.filter(chosen))


def _miss(law: Ruleset, each: _Term, chosen: pl.Series, events: EventLabels) -> NearMiss:
    said = clause(each.term, law.schema)
    return NearMiss(
        number=each.number,
        id=each.rule.id,
        words=condition_in_words(each.term, law.schema),
        text=said.text,
        count=int(chosen.sum()),
        share=Share.of(events.share(chosen)),
        signal=_signal(events, chosen),
    )
