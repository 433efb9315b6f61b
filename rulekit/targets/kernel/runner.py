"""Decides frames with the compiled loops, on every core that the process may use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from rulekit.frames import Frame
from rulekit.ir.event import bind_event
from rulekit.ir.ruleset import INVALID
from rulekit.ir.semantics import Decision
from rulekit.targets.artifact import Artifact
from rulekit.targets.kernel import machine
from rulekit.targets.kernel.columns import Part, part_of_arrays, part_of_event, parts_of_frame
from rulekit.targets.kernel.plan import new_scratch, read_plan
from rulekit.targets.kernel.tables import BLOCK, Answer
from rulekit.targets.shared.answers import Answers, Hits, batch_by_answers, hit_matrix_by_answers
from rulekit.targets.shared.columns import lacking, scored
from rulekit.targets.shared.threads import cores, spread

_LEAST = 32 * BLOCK
"""Events for which another thread is worth its start."""


class KernelRunner:
    """Decides frames; the same runner may be used by several threads at once.

    ``threads`` is how many cores a frame is spread over: all that the process may use unless told.
    """

    def __init__(self, artifact: Artifact, threads: int | None = None) -> None:
        self.artifact = artifact
        self.threads = threads or cores()
        self._plan = read_plan(artifact.source)
        self._features = artifact.ruleset.read
        self._words = max(1, len(self._plan.chapter) - 1)

    def answers(self, columns: pl.DataFrame | Mapping[str, Any], *, hits: bool = False) -> Answers:
        """Decide bare columns into codes, for pipelines that hold arrays and can do without a frame.

        Parameters
        ----------
        columns : one for each feature that is read, exactly at its dtype, categories as UInt32 places in the
            schema: a Polars frame, or NumPy or Arrow arrays by name. They are read where they lie.
        hits : whether all hits are wanted as well, listed.

        Raises
        ------
        EventError
            when an array is absent or does not fit.

        """
        answer = self.masks(columns) if hits else self._decide(columns, 0)
        found = _listed(answer.masks) if hits else None
        return Answers(answer.codes, answer.scores if self._plan.is_score else None, found)

    def masks(self, columns: pl.DataFrame | Mapping[str, Any]) -> Answer:
        """Decide as :meth:`answers` does, with all hits as bits: uint32, shape (events, words), 32 rules a word."""
        return self._decide(columns, self._words)

    def _decide(self, columns: pl.DataFrame | Mapping[str, Any], words: int) -> Answer:
        if isinstance(columns, pl.DataFrame):
            parts = list(parts_of_frame(columns, [feature.name for feature in self._features]))
        else:
            parts = [part_of_arrays(self._features, columns)]
        return self._decide_parts(parts, words)

    def _decide_parts(self, parts: list[Part], words: int) -> Answer:
        events = sum(part.events for part in parts)
        answer = Answer(
            np.empty(events, np.uint32),
            np.empty(events if self._plan.is_score else 0, np.int64),
            np.zeros((events if words else 0, words), np.uint32),
        )
        first = 0
        for part in parts:
            cut = slice(first, first + part.events)
            self._decide_part(part, Answer(*(each[cut] if len(each) else each for each in answer)))
            first += part.events
        return answer

    def _decide_part(self, part: Part, answer: Answer) -> None:
        def decide(start: int, stop: int) -> None:
            machine.decide(self._plan, part.columns, answer, start, stop, new_scratch(self._plan))

        spread(decide, part.events, self.threads, least=_LEAST, multiple=BLOCK)

    def batch(self, frame: Frame, *, hits: bool = False, cast: bool = False) -> Any:
        """Decide a frame; see :class:`rulekit.targets.artifact.Runner`."""
        return batch_by_answers(self, frame, self._engine, hits=hits, cast=cast)

    def hit_matrix(self, frame: Frame, *, cast: bool = False) -> pl.DataFrame:
        """Return which rules hit; see :class:`rulekit.targets.artifact.Runner`."""
        return hit_matrix_by_answers(self, frame, self._engine, cast=cast)

    def one(self, event: Mapping[str, Any], *, hits: bool = False) -> Decision:
        """Decide one event; see :class:`rulekit.targets.artifact.Runner`."""
        ruleset = self.artifact.ruleset
        bound = bind_event(self._features, event)
        answer = self._decide_parts([part_of_event(self._features, bound)], self._words if hits else 0)
        found = None
        if hits:
            found = tuple(ruleset.rules[rule].id for rule in _listed(answer.masks).rules)
        missing = lacking(ruleset, bound)
        if missing:
            return Decision(INVALID, hits=found, missing=missing)
        if self._plan.is_score:
            return scored(ruleset, int(answer.scores[0]), found)
        if answer.codes[0] >= len(ruleset.rules):
            return Decision(ruleset.otherwise, hits=found)
        rule = ruleset.rules[answer.codes[0]]
        return Decision(str(rule.then), rule=rule.id, hits=found)

    def _engine(self, columns: pl.DataFrame, hits: bool) -> Answers:  # noqa: FBT001 - the shape of an Engine
        return self.answers(columns, hits=hits)


def _listed(masks: Any) -> Hits:
    ends = np.zeros(len(masks) + 1, np.int64)
    machine.count_hits(masks, ends)
    rules = np.empty(ends[-1], np.uint32)
    machine.list_hits(masks, rules)
    return Hits(ends, rules)
