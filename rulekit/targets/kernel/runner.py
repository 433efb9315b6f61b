"""Decides frames with the compiled loops, on every core that the process may use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, overload

import numpy as np
import polars as pl

from rulekit.frames import EagerFrame, Frame
from rulekit.ir.decision import Decision
from rulekit.targets.artifact import Artifact
from rulekit.targets.kernel import machine
from rulekit.targets.kernel.buffers import ColumnBuffers, effects_of
from rulekit.targets.kernel.columns import Part, part_of_arrays, parts_of_frame
from rulekit.targets.kernel.plan import new_scratch, read_plan
from rulekit.targets.kernel.tables import BLOCK, NOWHERE, Answer, Target
from rulekit.targets.python import TARGET as PYTHON
from rulekit.targets.python import PythonRunner
from rulekit.targets.shared.answers import Answers, Hits, batch_by_columns, hit_lists, hit_matrix_by_answers
from rulekit.targets.shared.enums import DecisionSeries
from rulekit.targets.shared.threads import cores, spread

_LEAST = 32 * BLOCK
"""Events for which another thread is worth its start."""


class KernelRunner:
    """Decides frames with compiled loops, and one event with the ``python`` target.

    The same runner may be used by several threads at once.

    Parameters
    ----------
    artifact : what the ``kernel`` target compiled.
    threads : cores that a frame is spread over. Default: all that the process may use.

    """

    def __init__(self, artifact: Artifact[Any], threads: int | None = None) -> None:
        self.artifact = artifact
        self.threads = threads or cores()
        self._plan = read_plan(artifact.source)
        self._effects = effects_of(artifact.ruleset)
        self._series = DecisionSeries(artifact.ruleset)
        self._features = artifact.ruleset.read
        self._words = max(1, len(self._plan.chapter) - 1)

    def answers(self, events: pl.DataFrame | Mapping[str, Any], *, hits: bool = False) -> Answers:
        """Decide bare columns into codes, for pipelines that hold arrays and need no frame.

        Parameters
        ----------
        events : one column for each feature that the rules read, exactly at its dtype, a category as its UInt32
            place in the schema: a Polars frame, or NumPy or Arrow arrays by name. The columns are not copied.
        hits : list all hits as well. Default: False.

        Raises
        ------
        EventError
            when a column is absent, has another dtype than its feature, or another length than the others.

        """
        answer = self.masks(events) if hits else self._decide(events, 0)
        found = _listed(answer.masks) if hits else None
        return Answers(answer.codes, answer.scores if self._plan.is_score else None, found)

    def masks(self, events: pl.DataFrame | Mapping[str, Any]) -> Answer:
        """Decide as :meth:`answers` does, with all hits as bits: uint32, shape (events, words), 32 rules a word."""
        return self._decide(events, self._words)

    def _decide(self, events: pl.DataFrame | Mapping[str, Any], words: int) -> Answer:
        parts = self._parts(events)
        answer = self._new_answer(parts, words, codes=True)
        self._fill(parts, answer)
        return answer

    def _parts(self, events: pl.DataFrame | Mapping[str, Any]) -> list[Part]:
        if isinstance(events, pl.DataFrame):
            return list(parts_of_frame(self._features, events))
        return [part_of_arrays(self._features, events)]

    def _new_answer(self, parts: list[Part], words: int, *, codes: bool) -> Answer:
        events = sum(part.events for part in parts)
        return Answer(
            np.empty(events if codes else 0, np.uint32),
            np.empty(events if self._plan.is_score else 0, np.int64),
            np.zeros((events if words else 0, words), np.uint32),
        )

    def _fill(self, parts: list[Part], answer: Answer, buffers: ColumnBuffers | None = None) -> None:
        first = 0
        for number, part in enumerate(parts):
            cut = slice(first, first + part.events)
            own = Answer(*(each[cut] if len(each) else each for each in answer))
            self._fill_part(part, own, buffers.target(number) if buffers else NOWHERE)
            first += part.events

    def _fill_part(self, part: Part, answer: Answer, target: Target) -> None:
        def decide(start: int, stop: int) -> None:
            scratch = new_scratch(self._plan)
            machine.decide(self._plan, self._effects, part.columns, answer, target, start, stop, scratch)

        spread(decide, part.events, self.threads, least=_LEAST, multiple=BLOCK)

    @overload
    def batch(self, events: pl.LazyFrame, *, hits: bool = False, cast: bool = False) -> pl.LazyFrame: ...

    @overload
    def batch(self, events: EagerFrame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame: ...

    def batch(self, events: Frame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Decide a frame; see :class:`rulekit.targets.artifact.Runner`."""
        return batch_by_columns(self, events, self._columns, hits=hits, cast=cast)

    def _columns(self, events: pl.DataFrame, hits: bool) -> list[pl.Series]:  # noqa: FBT001 - the shape of a decider
        """Return the decision columns of bound events, which the loops write themselves."""
        parts = self._parts(events)
        answer = self._new_answer(parts, self._words if hits else 0, codes=False)
        buffers = ColumnBuffers(self.artifact.ruleset, [part.events for part in parts])
        self._fill(parts, answer, buffers)
        columns = buffers.columns(self._series, answer.scores if self._plan.is_score else None)
        return [*columns, hit_lists(self.artifact.ruleset, _listed(answer.masks))] if hits else columns

    def hit_matrix(self, events: Frame, *, cast: bool = False) -> pl.DataFrame:
        """Return which rules hit; see :class:`rulekit.targets.artifact.Runner`."""
        return hit_matrix_by_answers(self, events, self._engine, cast=cast)

    def one(self, event: Mapping[str, Any], *, hits: bool = False) -> Decision:
        """Decide one event; see :class:`rulekit.targets.artifact.Runner`."""
        return self._single.one(event, hits=hits)

    @cached_property
    def _single(self) -> PythonRunner:
        """The runner of the ``python`` target: one event is decided there a hundred times as fast as in a block."""
        return PythonRunner(PYTHON.compile(self.artifact.ruleset, self.artifact.numerics))

    def _engine(self, events: pl.DataFrame, hits: bool) -> Answers:  # noqa: FBT001 - the shape of an Engine
        return self.answers(events, hits=hits)


def _listed(masks: Any) -> Hits:
    ends = np.zeros(len(masks) + 1, np.int64)
    machine.count_hits(masks, ends)
    rules = np.empty(ends[-1], np.uint32)
    machine.list_hits(masks, rules)
    return Hits(ends, rules)
