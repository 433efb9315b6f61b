"""Decides with the compiled pair: one event as packed bytes, frames as columns in place."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Mapping
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import polars as pl

from rulekit.frames import EagerFrame, Frame
from rulekit.ir.decision import Decision
from rulekit.ir.event import bind_event
from rulekit.ir.ruleset import INVALID
from rulekit.targets.artifact import Artifact
from rulekit.targets.c.build import build
from rulekit.targets.c.header import words
from rulekit.targets.c.names import Names
from rulekit.targets.c.packing import Columns, Packer
from rulekit.targets.shared.answers import Answers, Hits, batch_by_answers, hit_matrix_by_answers
from rulekit.targets.shared.columns import lacking
from rulekit.targets.shared.threads import cores, spread

_LEAST = 1 << 13
"""Events for which another thread is worth its start."""
_PART = 1 << 16
"""Events whose hits are listed at a time: their bits, one a byte, stay small."""


class CRunner:
    """Decides events; the same runner may be used by several threads at once.

    Parameters
    ----------
    artifact : of the ``c`` target.
    threads : cores that a frame is spread over. Default: all that the process may use.

    Attributes
    ----------
    pack : gives the bytes of the event struct for one event.
    first_rule : the C function of that name, which takes these bytes. A loop that keeps its events packed pays for
        the call alone.

    """

    def __init__(self, artifact: Artifact, threads: int | None = None) -> None:
        self.artifact = artifact
        self.threads = threads or cores()
        names = Names(artifact.lowered)
        ruleset, library = artifact.ruleset, str(build(artifact.files))
        self._is_score, self._words = names.low.is_score, words(names)
        self._batch = ctypes.CDLL(library)[f"{names.prefix}_decide_batch"]
        # An event takes less time than giving up the interpreter's lock and getting it back.
        quick = ctypes.PyDLL(library)
        self._hits = quick[f"{names.prefix}_hits"]
        self._decide = quick[f"{names.prefix}_decide"]
        if not self._is_score:
            self.first_rule = quick[f"{names.prefix}_first_rule"]
            self.first_rule.argtypes, self.first_rule.restype = [ctypes.c_char_p], ctypes.c_uint32
        self.pack = Packer(names).pack
        self._ids = [rule.id for rule in ruleset.rules]
        decided = [Decision(str(rule.then), rule=rule.id) for rule in ruleset.rules]
        self._table = (*decided, Decision(INVALID), Decision(ruleset.otherwise))
        self._invalid = len(decided)

    def one(self, event: Mapping[str, Any], *, hits: bool = False) -> Decision:
        """Decide one event; see :class:`rulekit.targets.artifact.Runner`."""
        data = self.pack(event)
        if not hits and not self._is_score:
            rule = self.first_rule(data)
            return self._table[rule] if rule != self._invalid else self._lacking(event, None)
        found = self._found(data) if hits else None
        if self._is_score:
            return self._scored(event, data, found)
        rule = self.first_rule(data)
        if rule == self._invalid:
            return self._lacking(event, found)
        known = self._table[rule]
        return Decision(known.outcome, known.rule, found)

    def _found(self, data: bytes) -> tuple[str, ...]:
        bits = (ctypes.c_uint32 * self._words)()
        self._hits(data, bits)
        mask = sum(word << (32 * place) for place, word in enumerate(bits))
        return tuple(name for place, name in enumerate(self._ids) if mask >> place & 1)

    def _scored(self, event: Mapping[str, Any], data: bytes, found: tuple[str, ...] | None) -> Decision:
        answer = ctypes.create_string_buffer(24)
        self._decide(data, answer)
        place, score = struct.unpack_from("@Iq", answer)
        outcome = self.artifact.ruleset.outcomes[place]
        if outcome == INVALID:
            return self._lacking(event, found)
        return Decision(outcome, None, found, score=score)

    def _lacking(self, event: Mapping[str, Any], found: tuple[str, ...] | None) -> Decision:
        ruleset = self.artifact.ruleset
        return Decision(INVALID, None, found, lacking(ruleset, bind_event(ruleset.read, event)))

    @overload
    def batch(self, events: pl.LazyFrame, *, hits: bool = False, cast: bool = False) -> pl.LazyFrame: ...

    @overload
    def batch(self, events: EagerFrame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame: ...

    def batch(self, events: Frame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Decide events; see :class:`rulekit.targets.artifact.Runner`."""
        return batch_by_answers(self, events, self._engine, hits=hits, cast=cast)

    def hit_matrix(self, events: Frame, *, cast: bool = False) -> pl.DataFrame:
        """Return which rules hit; see :class:`rulekit.targets.artifact.Runner`."""
        return hit_matrix_by_answers(self, events, self._engine, cast=cast)

    def answers(self, columns: pl.DataFrame, *, hits: bool = False) -> Answers:
        """Decide bound columns (one per feature that is read, categories as codes) into codes.

        This is what deciding costs without a frame around it; see :class:`rulekit.targets.shared.answers.Answers`.
        """
        events = columns.height
        lying = Columns(self.artifact.ruleset.read, columns)
        codes = np.empty(events, np.uint32)
        scores = np.empty(events, np.int64) if self._is_score else None
        if hits:
            parts = [
                _listed(self._share(lying, codes, scores, (start, min(start + _PART, events)), hits=True))
                for start in range(0, max(events, 1), _PART)
            ]
        else:
            spread(
                lambda start, stop: self._share(lying, codes, scores, (start, stop), hits=False),
                events,
                self.threads,
                least=_LEAST,
            )
        if self._is_score:
            codes = self._codes_of_outcomes(codes)
        return Answers(codes, scores, Hits.joined(parts) if hits else None)

    def _engine(self, columns: pl.DataFrame, hits: bool) -> Answers:  # noqa: FBT001 - the shape of an Engine
        return self.answers(columns, hits=hits)

    def _codes_of_outcomes(self, outcomes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
        """Return the codes of a SCORE ruleset: only that of an invalid event matters."""
        invalid = len(self.artifact.ruleset.outcomes) - 1
        return np.where(outcomes == invalid, self._invalid, self._invalid + 1).astype(np.uint32)

    def _share(
        self,
        lying: Columns,
        codes: npt.NDArray[Any],
        scores: npt.NDArray[Any] | None,
        cut: tuple[int, int],
        *,
        hits: bool,
    ) -> npt.NDArray[np.uint32]:
        """Decide some of the events in place; return their words of hits, shape (events, words), when asked for."""
        first, end = cut
        bits = np.empty((end - first if hits else 0, self._words), np.uint32)
        found = bits.ctypes.data if hits else None
        if scores is None:  # outcome, rule, hits
            places: tuple[int | None, ...] = (None, codes.ctypes.data + 4 * first, found)
        else:  # outcome, score, hits
            places = (codes.ctypes.data + 4 * first, scores.ctypes.data + 8 * first, found)
        self._batch(lying.at(first), ctypes.c_size_t(end - first), (ctypes.c_void_p * 3)(*places))
        return bits


def _listed(bits: npt.NDArray[np.uint32]) -> Hits:
    little = np.ascontiguousarray(bits.astype("<u4", copy=False)).view(np.uint8)
    return Hits.from_matrix(np.unpackbits(little, axis=1, bitorder="little").view(np.bool_))
