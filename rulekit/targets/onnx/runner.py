"""The runner: it feeds events as tensors to onnxruntime and reads the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import onnxruntime
import polars as pl

from rulekit.frames import POLARS, EagerFrame, Frame
from rulekit.ir.decision import Decision
from rulekit.ir.event import bind_event
from rulekit.ir.schema import DType
from rulekit.targets.artifact import Artifact
from rulekit.targets.onnx.signature import HITS, OUTCOME, RULE, SCORE, signature
from rulekit.targets.shared.answers import Answers, Hits, batch_by_answers, hit_matrix_by_answers
from rulekit.targets.shared.columns import lacking

Feeds = dict[str, npt.NDArray[Any]]

_CHUNKS = (1 << 11, 1 << 14)
"""Least and most events per call: few enough for what lies between two nodes to stay in the cache."""
_CELLS = 1 << 22
"""Most events times rules per call."""

_FILLER: dict[DType, Any] = {
    DType.BOOL: False,
    DType.INT32: 0,
    DType.INT64: 0,
    DType.FLOAT32: np.nan,
    DType.FLOAT64: np.nan,
    DType.CATEGORY: "",
}
_ARRAYS: dict[DType, npt.DTypeLike] = {
    dtype: object if dtype is DType.CATEGORY else dtype.value for dtype in DType
}


class OnnxRunner:
    """Decides with an onnxruntime session on the CPU.

    Parameters
    ----------
    artifact : what to run.
    options : of the session, such as the number of threads. Default: those of onnxruntime.

    """

    def __init__(self, artifact: Artifact, options: onnxruntime.SessionOptions | None = None) -> None:
        self.artifact = artifact
        self._ruleset = artifact.ruleset
        self._session = onnxruntime.InferenceSession(
            artifact.files[artifact.entry], options, providers=["CPUExecutionProvider"]
        )
        least, most = _CHUNKS
        self._chunk = max(least, min(most, _CELLS // (len(artifact.ruleset.rules) + 1)))
        described = signature(artifact.lowered)
        schema = artifact.ruleset.schema.by_name
        self._inputs = [(each, schema[each.feature].dtype) for each in described.inputs]
        self._outputs = list(described.outputs)
        self._is_score = SCORE in described.outputs

    def one(self, event: Mapping[str, Any], *, hits: bool = False) -> Decision:
        """Decide one event; see :class:`rulekit.targets.artifact.Runner`."""
        ruleset = self._ruleset
        bound = bind_event(ruleset.read, event)
        answers = self._run(self._single(bound), hits=hits)
        outcome, rule = ruleset.outcomes[answers[OUTCOME][0]], int(answers[RULE][0])
        missing = lacking(ruleset, bound)
        return Decision(
            outcome,
            rule=ruleset.rules[rule].id if rule >= 0 else None,
            hits=tuple(ruleset.rules[place].id for place in np.flatnonzero(answers[HITS])) if hits else None,
            missing=missing,
            score=int(answers[SCORE][0]) if self._is_score and not missing else None,
        )

    @overload
    def batch(self, events: pl.LazyFrame, *, hits: bool = False, cast: bool = False) -> pl.LazyFrame: ...

    @overload
    def batch(self, events: EagerFrame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame: ...

    def batch(self, events: Frame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Decide events; see :class:`rulekit.targets.artifact.Runner`."""
        return batch_by_answers(self, events, self._decide, hits=hits, cast=cast, codes=False)

    def hit_matrix(self, events: Frame, *, cast: bool = False) -> pl.DataFrame:
        """Return which rules hit; see :class:`rulekit.targets.artifact.Runner`."""
        return hit_matrix_by_answers(self, events, self._decide, cast=cast, codes=False)

    def _run(self, feeds: Feeds, *, hits: bool) -> dict[str, npt.NDArray[Any]]:
        wanted = self._outputs if hits else self._outputs[:-1]
        return dict(zip(wanted, self._session.run(wanted, feeds), strict=True))

    def _single(self, event: Mapping[str, Any]) -> Feeds:
        feeds = {}
        for each, dtype in self._inputs:
            value = event.get(each.feature)
            feeds[each.name] = np.array([_FILLER[dtype] if value is None else value], _ARRAYS[dtype])
            if each.missing is not None:
                feeds[each.missing] = np.array([value is None])
        return feeds

    def _decide(self, events: pl.DataFrame, hits: bool) -> Answers:  # noqa: FBT001 - as engines are called
        """Decide chunk by chunk; a frame of no events is one chunk of none."""
        feeds = self._feeds(events)
        parts = []
        for start in range(0, max(events.height, 1), self._chunk):
            part = slice(start, start + self._chunk)
            answers = self._run({name: values[part] for name, values in feeds.items()}, hits=hits)
            parts.append(self._answers(answers))
        return Answers(
            np.concatenate([part.codes for part in parts]),
            np.concatenate([part.scores for part in parts if part.scores is not None])
            if self._is_score
            else None,
            Hits.joined([part.hits for part in parts if part.hits]) if hits else None,
        )

    def _answers(self, answers: dict[str, npt.NDArray[Any]]) -> Answers:
        rules = len(self._ruleset.rules)
        invalid = answers[OUTCOME] == len(self._ruleset.outcomes) - 1
        codes = np.where(answers[RULE] < 0, np.where(invalid, rules, rules + 1), answers[RULE])
        found = Hits.from_matrix(answers[HITS]) if HITS in answers else None
        return Answers(codes.astype(np.uint32), answers.get(SCORE), found)

    def _feeds(self, events: pl.DataFrame) -> Feeds:
        feeds: Feeds = {}
        for each, dtype in self._inputs:
            if not self._ruleset.read:  # the one input says how many events there are, and nothing else
                column = pl.repeat(None, events.height, dtype=POLARS[dtype], eager=True)
            else:
                column = events[each.feature]
            filled = column.fill_null(_FILLER[dtype]) if column.null_count() else column
            feeds[each.name] = filled.to_numpy()
            if each.missing is not None:
                feeds[each.missing] = column.is_null().to_numpy()
        return feeds
