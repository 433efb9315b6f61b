"""The memory that the loops write the decision columns of a frame to, and the columns made of it without a copy."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa

from rulekit.ir.ruleset import HitPolicy, Ruleset
from rulekit.targets.kernel.tables import Effects, Target
from rulekit.targets.shared.columns import OUTCOME, RULE, SCORE
from rulekit.targets.shared.enums import DecisionSeries, outcome_places, physical


def effects_of(ruleset: Ruleset) -> Effects:
    """Return what the codes of a ruleset mean for the outcome."""
    ladder = [least for _, least in ruleset.ladder]
    return Effects(np.array(outcome_places(ruleset), np.uint32), np.array(ladder, np.int64))


class ColumnBuffers:
    """Codes of the outcome and the rule of each event, and one bit that says whether the rule counts.

    Events come in parts, one for each chunk of the frame. The bits of each part begin at a word of their own, so
    that threads never write to the same byte.

    Parameters
    ----------
    ruleset : gives the number of outcomes and rules, and with it the width of their codes.
    lengths : events of each part.

    """

    def __init__(self, ruleset: Ruleset, lengths: list[int]) -> None:
        events = sum(lengths)
        self._lengths = lengths
        self._is_score = ruleset.hit_policy is HitPolicy.SCORE
        self._outcome = np.empty(events, physical(len(ruleset.outcomes)))
        self._rule = np.empty(0 if self._is_score else events, physical(len(ruleset.rules)))
        self._valid = [np.empty(-(-length // 64), np.uint64) for length in lengths]

    def target(self, part: int) -> Target:
        """Return where the loops write the columns of a part."""
        first = sum(self._lengths[:part])
        outcome, rule = self._outcome, self._rule
        return Target(
            outcome.ctypes.data + first * outcome.itemsize,
            outcome.itemsize,
            0 if self._is_score else rule.ctypes.data + first * rule.itemsize,
            rule.itemsize,
            self._valid[part].ctypes.data,
        )

    def columns(self, series: DecisionSeries, scores: np.ndarray | None) -> list[pl.Series]:
        """Return the columns of all parts, once the loops have written them; no codes are copied."""
        bits = [
            pa.Array.from_buffers(pa.bool_(), length, [None, pa.py_buffer(words)])
            for length, words in zip(self._lengths, self._valid, strict=True)
        ]
        valid = pl.Series("valid", pa.chunked_array(bits, pa.bool_()))
        rule = None if self._is_score else pl.Series(RULE, self._rule)
        score = None if scores is None else pl.Series(SCORE, scores)
        return series.of(pl.Series(OUTCOME, self._outcome), valid, rule, score)
