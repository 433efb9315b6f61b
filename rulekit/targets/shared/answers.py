"""From the codes that compiled engines answer with, to the decision columns of a frame.

Engines of numbers (kernel, C, ONNX) give small integers: strings would halve their speed. Here, at the edge and
in one place, the integers become the outcome, rule, score and hits columns that every runner promises.
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
from rulekit.ir.ruleset import INVALID, HitPolicy, Ruleset
from rulekit.targets.artifact import Runner
from rulekit.targets.shared.columns import HITS, OUTCOME, RULE, SCORE, check_free, decision_columns


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


def batch_by_answers(
    runner: Runner, frame: Frame, engine: Engine, *, hits: bool, cast: bool, codes: bool = True
) -> Any:
    """Decide a frame with an engine of codes: a DataFrame at once, anything else batch by batch.

    The engine sees categories as words where it asks for no ``codes``.
    """
    ruleset = runner.artifact.ruleset
    events = scan(frame, ruleset.schema)
    columns = bind_columns(events, ruleset.schema, ruleset.read, cast=cast, codes=codes)
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


def hit_matrix_by_answers(
    runner: Runner, frame: Frame, engine: Engine, *, cast: bool, codes: bool = True
) -> pl.DataFrame:
    """Return which rules hit, from an engine of codes; see :func:`batch_by_answers`."""
    ruleset = runner.artifact.ruleset
    events = scan(frame, ruleset.schema)
    columns = bind_columns(events, ruleset.schema, ruleset.read, cast=cast, codes=codes)
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
    return [_outcomes(ruleset, named, codes), _rules(ruleset, codes)]


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
    places = np.array([ruleset.outcomes.index(name) for name in named], _physical(len(ruleset.outcomes)))
    return _enum(OUTCOME, list(ruleset.outcomes), pl.Series(places.take(codes)))


def _rules(ruleset: Ruleset, codes: npt.NDArray[np.uint32]) -> pl.Series:
    """Return the rule column; null where no rule decides."""
    ids = [rule.id for rule in ruleset.rules]
    # clipped, because a key beyond the categories below a null makes an Arrow file that Polars can't read back
    known = np.minimum(codes, max(len(ids) - 1, 0)).astype(_physical(len(ids)))
    decided = np.packbits(codes < len(ids), bitorder="little")
    buffers = [pa.py_buffer(decided), pa.py_buffer(known)]
    return _enum(
        RULE, ids, pl.Series(pa.Array.from_buffers(pa.from_numpy_dtype(known.dtype), len(codes), buffers))
    )


def _physical(categories: int) -> type[np.unsignedinteger[Any]]:
    """Return the dtype in which Polars keeps the codes of an Enum: narrower ones are quicker to hand over."""
    return np.uint8 if categories < 1 << 8 else np.uint16 if categories < 1 << 16 else np.uint32


def _enum(name: str, categories: list[str], codes: pl.Series) -> pl.Series:
    return codes.to_frame(name).select(pl.col(name).cat.to(pl.Enum(categories))).to_series()


def _hit_lists(ruleset: Ruleset, hits: Hits) -> pl.Series:
    lists = pl.Series(HITS, pa.LargeListArray.from_arrays(hits.ends, pa.array(hits.rules)))
    return lists.list.eval(pl.element().cat.to(pl.Enum([rule.id for rule in ruleset.rules])))
