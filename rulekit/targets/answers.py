"""From the codes that compiled engines answer with, to the decision columns of a frame.

Engines of numbers (kernel, C, ONNX) give small integers: strings would halve their speed. Here, at the edge and
in one place, the integers become the outcome, rule, score and hits columns that every runner promises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from rulekit.frames import Frame, bind_columns, collect, scan
from rulekit.ir.ruleset import INVALID, HitPolicy, Ruleset
from rulekit.targets.base import Runner
from rulekit.targets.columns import HITS, OUTCOME, RULE, SCORE, check_free, decision_columns


@dataclass(frozen=True, slots=True)
class Hits:
    """Every hit of n events, event by event: those of event i are ``rules[ends[i]:ends[i + 1]]``, in text order.

    Attributes
    ----------
    ends : int64, shape (n + 1,), from 0.
    rules : uint32, shape (hits,), indices of rules.

    """

    ends: npt.NDArray[np.int64]
    rules: npt.NDArray[np.uint32]

    @classmethod
    def from_matrix(cls, matrix: npt.NDArray[Any]) -> Hits:
        """Return the hits of a truth table, shape (n, rules), bool or 0 and 1."""
        events, rules = np.nonzero(matrix)
        ends = np.zeros(len(matrix) + 1, np.int64)
        np.cumsum(np.bincount(events, minlength=len(matrix)), out=ends[1:])
        return cls(ends, rules.astype(np.uint32))


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
"""Decides bound columns, one per feature that is read (categories as codes), with all hits on request."""


def batch_by_answers(runner: Runner, frame: Frame, engine: Engine, *, hits: bool, cast: bool) -> Any:
    """Decide a frame with an engine of codes: a DataFrame at once, anything else batch by batch."""
    ruleset = runner.artifact.ruleset
    events = scan(frame, ruleset.schema)
    columns = bind_columns(events, ruleset.schema, ruleset.read, cast=cast, codes=True)
    added = decision_columns(ruleset, hits=hits)
    check_free(events, added)
    bound = [expression.alias(name) for name, expression in columns.items()]

    def decide(batch: pl.DataFrame) -> pl.DataFrame:
        answers = engine(batch.select(bound) if bound else batch, hits)
        return batch.with_columns(answer_columns(ruleset, answers))

    if isinstance(frame, pl.DataFrame):
        return decide(frame)
    schema = pl.Schema({**events.collect_schema(), **added})
    decided = events.map_batches(decide, schema=schema, streamable=True)
    return decided if isinstance(frame, pl.LazyFrame) else collect(decided)


def hit_matrix_by_answers(runner: Runner, frame: Frame, engine: Engine, *, cast: bool) -> pl.DataFrame:
    """Return which rules hit, from an engine of codes."""
    ruleset = runner.artifact.ruleset
    events = scan(frame, ruleset.schema)
    columns = bind_columns(events, ruleset.schema, ruleset.read, cast=cast, codes=True)
    bound = [expression.alias(name) for name, expression in columns.items()]
    batch = collect(events.select(bound) if bound else events)
    hits = engine(batch, True).hits
    assert hits is not None  # noqa: S101 - they were asked for
    matrix = np.zeros((len(ruleset.rules), batch.height), np.bool_)
    matrix[hits.rules, np.repeat(np.arange(batch.height), np.diff(hits.ends))] = True
    return pl.DataFrame({rule.id: row for rule, row in zip(ruleset.rules, matrix, strict=True)})


def answer_columns(ruleset: Ruleset, answers: Answers) -> list[pl.Series]:
    """Return the decision columns."""
    is_score = ruleset.hit_policy is HitPolicy.SCORE
    columns = _scored(ruleset, answers) if is_score else _first_hit(ruleset, answers.codes)
    if answers.hits is not None:
        columns.append(_hit_lists(ruleset, answers.hits))
    dtypes = decision_columns(ruleset, hits=answers.hits is not None)
    assert [(column.name, column.dtype) for column in columns] == list(dtypes.items())  # noqa: S101 - the promise
    return columns


def _first_hit(ruleset: Ruleset, codes: npt.NDArray[np.uint32]) -> list[pl.Series]:
    named = [*(str(rule.then) for rule in ruleset.rules), INVALID, ruleset.otherwise]
    return [_outcomes(ruleset, named, codes), _named(RULE, [rule.id for rule in ruleset.rules], codes)]


def _scored(ruleset: Ruleset, answers: Answers) -> list[pl.Series]:
    assert answers.scores is not None  # noqa: S101 - an engine of a SCORE ruleset gives them
    invalid = answers.codes == len(ruleset.rules)
    steps = np.searchsorted([least for _, least in ruleset.ladder], answers.scores, side="right")
    steps[invalid] = len(ruleset.ladder) + 1
    named = [ruleset.otherwise, *(name for name, _ in ruleset.ladder), INVALID]
    ids = pl.Enum([rule.id for rule in ruleset.rules])
    scores = pl.Series(SCORE, pa.array(answers.scores, mask=invalid))
    return [
        _outcomes(ruleset, named, steps),
        pl.Series(RULE, [None], ids).new_from_index(0, len(steps)),
        scores,
    ]


def _outcomes(ruleset: Ruleset, named: list[str], codes: npt.NDArray[Any]) -> pl.Series:
    """Return the outcome column: each code is a place in the list of names."""
    table = np.array([ruleset.outcomes.index(name) for name in named], np.uint32)
    return _named(OUTCOME, list(ruleset.outcomes), table[codes])


def _named(name: str, categories: list[str], codes: npt.NDArray[Any]) -> pl.Series:
    """Return an Enum column; a code beyond the categories is null."""
    code = pl.col(name)
    # clipped, because a key beyond the categories below a null makes an Arrow file that Polars can't read back
    known = pl.when(code < len(categories)).then(code.clip(upper_bound=max(len(categories) - 1, 0)))
    frame = pl.DataFrame({name: codes.astype(np.uint32, copy=False)})
    return frame.select(known.cat.to(pl.Enum(categories)).alias(name)).to_series()


def _hit_lists(ruleset: Ruleset, hits: Hits) -> pl.Series:
    lists = pl.Series(HITS, pa.LargeListArray.from_arrays(hits.ends, pa.array(hits.rules)))
    return lists.list.eval(pl.element().cat.to(pl.Enum([rule.id for rule in ruleset.rules])))
