"""Compare every record of a log with what the compiled rules decide now."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from rulekit.ir.numerics import Numerics
from rulekit.ir.prescale import keeps
from rulekit.ir.ruleset import Ruleset
from rulekit.log.read.records import values_frame
from rulekit.reports.replay.model import By
from rulekit.reports.replay.recompute import decisions_from_hits, without_prescales
from rulekit.reports.replay.record import HITS_TEXT
from rulekit.targets.api import compile as compile_
from rulekit.targets.shared.columns import HITS, OUTCOME, RULE, SCORE, decision_columns

MISSING, SUPPRESSED = "missing", "suppressed"
FIELDS = (OUTCOME, RULE, SCORE, HITS, MISSING, SUPPRESSED)
"""The fields of a record that are compared."""

_LIST = pl.List(pl.String)
_DTYPES: dict[str, pl.DataType] = {
    OUTCOME: pl.String(),
    RULE: pl.String(),
    SCORE: pl.Int64(),
    HITS: _LIST,
}


class RecordChecker:
    """Decides the records of one ruleset again, in the numerics that decided them.

    Parameters
    ----------
    ruleset : the rules.
    numerics : the number formats in which it decided.
    target : the target that decides again.
    prescale_seed : the seed of the run; None if it is not known.

    Raises
    ------
    LawError, UnsupportedError
        when the target can't compile the ruleset in these numerics.

    """

    def __init__(self, ruleset: Ruleset, numerics: Numerics, target: str, prescale_seed: int | None) -> None:
        self.ruleset, self.numerics, self.prescale_seed = ruleset, numerics, prescale_seed
        self._runner = compile_(without_prescales(ruleset), target, numerics).load()
        self._scales = {rule.id: rule.prescale for rule in ruleset.rules if rule.prescale > 1}

    @property
    def guesses(self) -> bool:
        """Whether it can't tell which hits had to be suppressed, because the seed is not known."""
        return bool(self._scales) and self.prescale_seed is None

    def recompute(self, records: pl.DataFrame) -> pl.DataFrame:
        """Return :data:`FIELDS` as the ruleset decides them; no value of the records may be withheld.

        Raises
        ------
        LogError
            when a record has no values for the features of the law.

        """
        values = values_frame(records["text"], self.ruleset)
        decided = self._decide(values, records.height)
        return decided.with_columns(
            self._missing(values, records.height), self._suppressed(records, decided[HITS])
        )

    def follow(self, records: pl.DataFrame) -> pl.DataFrame:
        """Return the outcome, rule, score and hits that follow from the recorded hits alone."""
        given = records.select(OUTCOME, pl.col(HITS).list.join(" ").alias(HITS_TEXT))
        split = pl.col(HITS_TEXT).str.split(" ")
        hits = pl.when(pl.col(HITS_TEXT) == "").then(pl.lit([], _LIST)).otherwise(split)
        return decisions_from_hits(self.ruleset, given).select(OUTCOME, RULE, SCORE, hits.alias(HITS))

    def _decide(self, values: pl.DataFrame, count: int) -> pl.DataFrame:
        """Return the decision columns with the dtypes of a record; the score is null unless under SCORE."""
        if set(values.columns) & set(decision_columns(self.ruleset, hits=True)):
            return self._decide_each(values)  # a feature is called like a decision column
        events = values if values.width else pl.DataFrame({"_": pl.repeat(0, count, eager=True)})
        decided: pl.DataFrame = self._runner.batch(events, hits=True)
        score = [] if SCORE in decided.columns else [pl.lit(None, pl.Int64).alias(SCORE)]
        return decided.select(pl.exclude(values.columns), *score).select(
            pl.col(name).cast(dtype) for name, dtype in _DTYPES.items()
        )

    def _decide_each(self, values: pl.DataFrame) -> pl.DataFrame:
        decisions = [self._runner.one(event, hits=True) for event in values.iter_rows(named=True)]
        return pl.DataFrame(
            [(each.outcome, each.rule, each.score, list(each.hits or ())) for each in decisions],
            schema=_DTYPES,
            orient="row",
        )

    def _missing(self, values: pl.DataFrame, count: int) -> pl.Series:
        """Return the required features that each event lacks, as lists."""
        required = [name for name in self.ruleset.schema.required if values[name].null_count()]
        if not required:
            return pl.Series(MISSING, [[]], _LIST).new_from_index(0, count)
        absent = [pl.when(pl.col(name).is_null()).then(pl.lit(name)) for name in required]
        return values.select(pl.concat_list(absent).list.drop_nulls().alias(MISSING)).to_series()

    def _suppressed(self, records: pl.DataFrame, hits: pl.Series) -> pl.Series:
        """Return the hits that prescales drop; if that can't be known, the recorded ones of prescaled rules."""
        if not self._scales:
            return pl.Series(SUPPRESSED, [[]], _LIST).new_from_index(0, records.height)
        rows = zip(records.select("event", "event_kind", SUPPRESSED).iter_rows(), hits.to_list(), strict=True)
        return pl.Series(SUPPRESSED, [list(self._dropped(record, rules)) for record, rules in rows], _LIST)

    def _dropped(self, record: tuple[str, str, list[str] | None], hits: list[str]) -> Iterator[str]:
        event, kind, recorded = record
        scaled = [rule for rule in hits if rule in self._scales]
        if self.prescale_seed is None or kind == "hashed":
            yield from (rule for rule in scaled if rule in (recorded or ()))
            return
        event_id = int(event) if kind == "integer" else event
        yield from (
            rule for rule in scaled if not keeps(self.prescale_seed, rule, event_id, self._scales[rule])
        )


def differing(records: pl.DataFrame, recomputed: pl.DataFrame) -> pl.Series:
    """Return which records differ in any field from what was recomputed: Boolean, shape (records,)."""
    both = records.select(recomputed.columns).hstack(recomputed.select(pl.all().name.prefix("_")))
    differs = [pl.col(name).ne_missing(pl.col(f"_{name}")) for name in recomputed.columns]
    return both.select(pl.any_horizontal(differs).alias("differs")).to_series()


def differences(records: pl.DataFrame, recomputed: pl.DataFrame, by: By) -> pl.DataFrame:
    """Return one row for each field of a record that differs, as text; lists of ids are joined by a space.

    Columns ``seq``, ``at``, ``event``, ``ruleset``, ``by``, ``field``, ``recorded``, ``recomputed``.
    """
    facts = [pl.col("seq", "at", "event", "ruleset"), pl.lit(by).alias("by")]
    found = [
        records.with_columns(recomputed[name].alias("_theirs"))
        .filter(pl.col(name).ne_missing(pl.col("_theirs")))
        .select(
            *facts,
            pl.lit(name).alias("field"),
            _text(pl.col(name), recomputed.schema[name]).alias("recorded"),
            _text(pl.col("_theirs"), recomputed.schema[name]).alias("recomputed"),
        )
        for name in recomputed.columns
    ]
    return pl.concat(found).sort("seq", maintain_order=True)


def _text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    return column.list.join(" ") if isinstance(dtype, pl.List) else column.cast(pl.String)
