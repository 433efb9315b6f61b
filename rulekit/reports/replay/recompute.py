"""Decide recorded events again: all by the compiled rules, a seeded sample by the reference semantics."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import polars as pl

from rulekit.ir.decision import Decision
from rulekit.ir.numerics import Numerics
from rulekit.ir.ruleset import INVALID, HitPolicy, Ruleset
from rulekit.ir.semantics import decide
from rulekit.reports.replay.model import SHOWN, By, Difference, Mismatch
from rulekit.reports.replay.record import HITS, HITS_TEXT
from rulekit.targets import targets
from rulekit.targets.artifact import Runner

_FIELDS = ("outcome", "rule", "score", HITS_TEXT)


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one comparison: number of events, positions that differ, and the first of these in full."""

    compared: int
    wrong: frozenset[int]
    shown: tuple[Mismatch, ...]


class BoundLaw(NamedTuple):
    """A ruleset with the numerics that it decides in."""

    ruleset: Ruleset
    numerics: Numerics


def recompute(law: BoundLaw, events: pl.DataFrame) -> pl.DataFrame:
    """Return what the compiled rules decide, with the columns of a record except the id.

    Prescales act after the rules, so they are set aside.
    """
    runner = _runner(without_prescales(law.ruleset), law.numerics)
    decided: pl.DataFrame = runner.batch(_read(law.ruleset, events), hits=True, cast=True)
    fields = ["outcome", "rule", *(["score"] if "score" in decided.columns else [])]
    hits = pl.col(HITS).cast(pl.List(pl.String))
    texts = [pl.col(name).cast(pl.Int64 if name == "score" else pl.String) for name in fields]
    return decided.select(*texts, hits, hits.list.join(" ").alias(HITS_TEXT))


def without_prescales(ruleset: Ruleset) -> Ruleset:
    """Return the ruleset without its prescales, which act after the rules."""
    rules = tuple(rule.model_copy(update={"prescale": 1}) for rule in ruleset.rules)
    return replace(ruleset, rules=rules)


def hits_of(law: BoundLaw, events: pl.DataFrame) -> pl.DataFrame:
    """Return which rules hit which events, by the compiled rules: one Boolean column per rule."""
    return _runner(law.ruleset, law.numerics).hit_matrix(_read(law.ruleset, events), cast=True)


def _runner(ruleset: Ruleset, numerics: Numerics) -> Runner:
    """Return the runner that recomputes: not the kernel of ``decide``, so that two engines have to agree."""
    return targets.get("polars").compile(ruleset, numerics).load()


def _read(ruleset: Ruleset, events: pl.DataFrame) -> pl.DataFrame:
    read = [feature.name for feature in ruleset.read]
    present = [name for name in read if name in events.columns]
    return events.select(present) if read else pl.DataFrame({"_": pl.repeat(0, events.height, eager=True)})


def compare(decisions: pl.DataFrame, recomputed: pl.DataFrame) -> Check:
    """Compare every decision with what the compiled rules give."""
    return _compare(decisions, recomputed, "compiled rules")


def _compare(decisions: pl.DataFrame, recomputed: pl.DataFrame, by: By) -> Check:
    fields = [name for name in _FIELDS if name in decisions.columns and name in recomputed.columns]
    other = recomputed.select(pl.col(fields).name.prefix("_"))
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"_{name}")) for name in fields)
    wrong = decisions.hstack(other).with_row_index("_at").filter(differs)
    shown = tuple(
        _mismatch(row["id"], by, [(name, row[name], row[f"_{name}"]) for name in fields])
        for row in wrong.head(SHOWN).iter_rows(named=True)
    )
    return Check(decisions.height, frozenset(wrong["_at"].to_list()), shown)


def _mismatch(event: str | None, by: By, values: list[tuple[str, Any, Any]]) -> Mismatch:
    differences = tuple(
        Difference(field=HITS if name == HITS_TEXT else name, recorded=_text(ours), recomputed=_text(theirs))
        for name, ours, theirs in values
        if ours != theirs
    )
    return Mismatch(event=str(event), by=by, differences=differences)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def replay_sample(
    law: BoundLaw, decisions: pl.DataFrame, events: pl.DataFrame, sample: int, seed: int
) -> Check:
    """Replay a seeded sample of events through the reference semantics."""
    population = range(decisions.height)
    places = sorted(random.Random(seed).sample(population, min(sample, len(population))))  # noqa: S311 - a seeded sample
    read = [feature.name for feature in law.ruleset.read if feature.name in events.columns]
    rows = list(_rows(events.select(read)[places], len(places)))
    records = decisions[places].iter_rows(named=True)
    wrong, shown = set(), []
    for place, event, record in zip(places, rows, records, strict=True):
        mismatch = _replay_one(record, decide(law.ruleset, event, law.numerics))
        if mismatch is not None:
            wrong.add(place)
            shown.append(mismatch)
    return Check(len(places), frozenset(wrong), tuple(shown[:SHOWN]))


def _rows(events: pl.DataFrame, count: int) -> Iterator[dict[str, Any]]:
    return events.iter_rows(named=True) if events.width else iter([{}] * count)


def _replay_one(record: dict[str, Any], decision: Decision) -> Mismatch | None:
    replayed = {
        "outcome": decision.outcome,
        "rule": decision.rule,
        "score": decision.score,
        HITS_TEXT: " ".join(decision.hits or ()),
    }
    values = [(name, record[name], replayed[name]) for name in _FIELDS if name in record]
    if all(ours == theirs for _, ours, theirs in values):
        return None
    return _mismatch(record["id"], "reference semantics", values)


def check_hits(ruleset: Ruleset, decisions: pl.DataFrame) -> Check:
    """Check, without events, that each decision follows from its own recorded hits."""
    return _compare(decisions, decisions_from_hits(ruleset, decisions), "recorded hits")


def decisions_from_hits(ruleset: Ruleset, decisions: pl.DataFrame) -> pl.DataFrame:
    """Return the decisions that follow from recorded hits: ``outcome``, ``rule``, ``score``, and sorted hits.

    An invalid event has no hits. Any other is decided by its hits alone.
    """
    ids = {rule.id: position for position, rule in enumerate(ruleset.rules)}
    patterns = decisions.select(HITS_TEXT, invalid=pl.col("outcome").eq_missing(pl.lit(INVALID))).unique()
    rows = [
        {HITS_TEXT: text, "invalid": invalid, **_follow(ruleset, ids, text or "", invalid=invalid)}
        for text, invalid in patterns.iter_rows()
    ]
    schema = {
        HITS_TEXT: pl.String,
        "invalid": pl.Boolean,
        "_hits": pl.String,
        "outcome": pl.String,
        "rule": pl.String,
    }
    expected = pl.DataFrame(rows, schema={**schema, "score": pl.Int64})
    keyed = decisions.select(HITS_TEXT, invalid=pl.col("outcome").eq_missing(pl.lit(INVALID)))
    found = keyed.join(
        expected, on=[HITS_TEXT, "invalid"], how="left", nulls_equal=True, maintain_order="left"
    )
    return found.drop(HITS_TEXT, "invalid").rename({"_hits": HITS_TEXT})


def _follow(ruleset: Ruleset, ids: dict[str, int], text: str, *, invalid: bool) -> dict[str, Any]:
    """Return the decision that follows from hits, in text order and without unknown ids."""
    if invalid:
        return {"_hits": "", "outcome": INVALID, "rule": None, "score": None}
    known = sorted({ids[name] for name in text.split() if name in ids})
    hits = [ruleset.rules[position] for position in known]
    names = " ".join(rule.id for rule in hits)
    if ruleset.hit_policy is HitPolicy.SCORE:
        score = sum(rule.points or 0 for rule in hits)
        return {"_hits": names, "outcome": ruleset.outcome_of(score), "rule": None, "score": score}
    first = hits[0] if hits else None
    outcome = ruleset.otherwise if first is None else str(first.then)
    return {"_hits": names, "outcome": outcome, "rule": first.id if first else None, "score": None}


def hit_matrix(ruleset: Ruleset, decisions: pl.DataFrame) -> pl.DataFrame:
    """Return one Boolean column per rule id: whether it is among the hits of a decision."""
    hits = pl.col(HITS)
    return decisions.select(
        hits.list.contains(rule.id).fill_null(value=False).alias(rule.id) for rule in ruleset.rules
    )
