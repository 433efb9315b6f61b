"""From the codes of compiled engines to the decision columns of a frame.

Compiled engines (kernel, C, ONNX, firmware) answer small integers, because strings would halve their speed. This
module turns them into the columns outcome, rule, score and hits that every runner returns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from rulekit.frames import Frame, bind_columns, collect, scan
from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.targets.artifact import Runner
from rulekit.targets.shared.columns import HITS, check_free, decision_columns
from rulekit.targets.shared.enums import DecisionSeries, outcome_places, physical


@dataclass(frozen=True, slots=True)
class Hits:
    """All hits of n events. Those of event i are ``rules[ends[i]:ends[i + 1]]``, in text order.

    Attributes
    ----------
    ends : int64, shape (n + 1,), from 0.
    rules : uint32, shape (hits,), indices of rules.

    """

    ends: npt.NDArray[np.int64]
    rules: npt.NDArray[np.uint32]

    @classmethod
    def from_matrix(cls, matrix: npt.NDArray[Any]) -> Hits:
        """Return the hits of a truth table of shape (n, rules), bool or 0 and 1."""
        width = max(matrix.shape[1], 1)
        found = np.flatnonzero(matrix)  # in one dimension, which NumPy searches ten times as fast as in two
        ends = np.zeros(len(matrix) + 1, np.int64)
        np.cumsum(np.bincount(found // width, minlength=len(matrix)), out=ends[1:])
        return cls(ends, (found % width).astype(np.uint32))

    @classmethod
    def joined(cls, parts: Sequence[Hits]) -> Hits:
        """Return the hits of the events of every part, one part after the other; at least one part."""
        offsets = np.cumsum([0, *(len(part.rules) for part in parts)])
        ends = [part.ends[1:] + offset for part, offset in zip(parts, offsets[:-1], strict=True)]
        rules = np.concatenate([part.rules for part in parts])
        return cls(np.concatenate([np.zeros(1, np.int64), *ends]), rules)


@dataclass(frozen=True, slots=True)
class Answers:
    """What an engine answers for n events.

    Attributes
    ----------
    codes : uint32, shape (n,): index of the first hit; the number of rules for an invalid event; that number and
        one where no rule hits. Under SCORE any other code than that of an invalid event will do.
    scores : int64, shape (n,), under SCORE only; any value for an invalid event.
    hits : all hits, when they were asked for; none for an invalid event.

    """

    codes: npt.NDArray[np.uint32]
    scores: npt.NDArray[np.int64] | None = None
    hits: Hits | None = None


Engine = Callable[[pl.DataFrame, bool], Answers]
"""Decides bound columns, one per feature that is read (categories as codes or words), with all hits on request."""


ColumnDecider = Callable[[pl.DataFrame, bool], list[pl.Series]]
"""Decides bound columns into the columns that deciding adds, with all hits on request."""


def batch_by_answers(
    runner: Runner, events: Frame, engine: Engine, *, hits: bool, cast: bool, codes: bool = True
) -> pl.DataFrame | pl.LazyFrame:
    """Decide a frame with an engine of codes: a DataFrame at once, anything else batch by batch.

    The engine gets categories as codes, or as words with ``codes=False``.
    """

    def decide(columns: pl.DataFrame, hits: bool) -> list[pl.Series]:  # noqa: FBT001 - the shape of a decider
        return answer_columns(runner.artifact.ruleset, engine(columns, hits))

    return batch_by_columns(runner, events, decide, hits=hits, cast=cast, codes=codes)


def batch_by_columns(
    runner: Runner, events: Frame, decider: ColumnDecider, *, hits: bool, cast: bool, codes: bool = True
) -> pl.DataFrame | pl.LazyFrame:
    """Decide a frame with a function that gives the decision columns; see :func:`batch_by_answers`."""
    ruleset = runner.artifact.ruleset
    lazy = scan(events, ruleset.schema)
    columns = bind_columns(lazy, ruleset.schema, ruleset.read, cast=cast, codes=codes)
    added = decision_columns(ruleset, hits=hits)
    check_free(lazy, added)
    bound = [expression.alias(name) for name, expression in columns.items()]

    def decide(batch: pl.DataFrame) -> pl.DataFrame:
        new = decider(batch.select(bound) if bound else batch, hits)
        assert [(column.name, column.dtype) for column in new] == list(added.items())  # noqa: S101 - the promise
        return batch.with_columns(new)

    if isinstance(events, pl.DataFrame):
        return decide(events)
    schema = pl.Schema({**lazy.collect_schema(), **added})
    decided = lazy.map_batches(decide, schema=schema, streamable=True)
    return decided if isinstance(events, pl.LazyFrame) else collect(decided)


def hit_matrix_by_answers(
    runner: Runner, events: Frame, engine: Engine, *, cast: bool, codes: bool = True
) -> pl.DataFrame:
    """Return which rules hit, from an engine of codes; see :func:`batch_by_answers`."""
    ruleset = runner.artifact.ruleset
    lazy = scan(events, ruleset.schema)
    columns = bind_columns(lazy, ruleset.schema, ruleset.read, cast=cast, codes=codes)
    bound = [expression.alias(name) for name, expression in columns.items()]
    batch = collect(lazy.select(bound) if bound else lazy)
    hits = engine(batch, True).hits
    assert hits is not None  # noqa: S101 - they were asked for
    matrix = np.zeros((len(ruleset.rules), batch.height), np.bool_)
    matrix[hits.rules, np.repeat(np.arange(batch.height), np.diff(hits.ends))] = True
    return pl.DataFrame({rule.id: row for rule, row in zip(ruleset.rules, matrix, strict=True)})


def answer_columns(ruleset: Ruleset, answers: Answers) -> list[pl.Series]:
    """Return the decision columns of what an engine answers."""
    is_score = ruleset.hit_policy is HitPolicy.SCORE
    columns = _scored(ruleset, answers) if is_score else _first_hit(ruleset, answers.codes)
    return columns if answers.hits is None else [*columns, hit_lists(ruleset, answers.hits)]


def _first_hit(ruleset: Ruleset, codes: npt.NDArray[np.uint32]) -> list[pl.Series]:
    decided = codes < len(ruleset.rules)
    rules = np.where(decided, codes, 0).astype(physical(len(ruleset.rules)))
    return DecisionSeries(ruleset).of(_outcomes(ruleset, codes), pl.Series(decided), pl.Series(rules))


def _scored(ruleset: Ruleset, answers: Answers) -> list[pl.Series]:
    assert answers.scores is not None  # noqa: S101 - an engine of a SCORE ruleset gives them
    valid = answers.codes != len(ruleset.rules)
    steps = np.searchsorted([least for _, least in ruleset.ladder], answers.scores, side="right")
    steps[~valid] = len(ruleset.ladder) + 1
    score = pl.Series(answers.scores)
    return DecisionSeries(ruleset).of(_outcomes(ruleset, steps), pl.Series(valid), score=score)


def _outcomes(ruleset: Ruleset, codes: npt.NDArray[Any]) -> pl.Series:
    """Return the place of the outcome of each code; see :func:`rulekit.targets.shared.enums.outcomes_by_code`."""
    return pl.Series(np.array(outcome_places(ruleset), physical(len(ruleset.outcomes))).take(codes))


def hit_lists(ruleset: Ruleset, hits: Hits) -> pl.Series:
    """Return the column ``hits``: the ids of all rules that hit, in text order."""
    lists = pl.Series(HITS, pa.LargeListArray.from_arrays(hits.ends, pa.array(hits.rules)))
    return lists.list.eval(pl.element().cat.to(pl.Enum([rule.id for rule in ruleset.rules])))
