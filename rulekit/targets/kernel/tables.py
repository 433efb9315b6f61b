"""The constants and arrays that the tables, columns and compiled loops of the kernel share."""

from __future__ import annotations

from typing import Any, NamedTuple

BLOCK = 512
"""Events a block: the columns of a dozen features then stay in the cache nearest to the core."""
WORDS = BLOCK // 64
CHAPTER = 32
"""Rules a chapter: their hits fit one word. Between chapters, a block whose events are all decided is left."""
VOLUME = 2
"""Chapters whose literals are decided together, before the first of them: a column is read once for all."""

FLOAT64, FLOAT32, INT64, INT32, BOOL = range(5)
"""Kinds of columns. Categories are codes, and fit INT32."""

SIGNS = ("<", "<=", ">", ">=", "==", "!=")
IS_TRUE, IS_FALSE, IS_MISSING, IS_PRESENT = range(len(SIGNS), len(SIGNS) + 4)
OPS = (*SIGNS, "is true", "is false", "is missing", "is not missing")


class Plan(NamedTuple):
    """A ruleset as arrays; L literals, G groups of literals, N nodes, R rules, C chapters, F features.

    Attributes
    ----------
    group_feature, group_op : int64, shape (G,): what the literals of a group share.
    group_start : int64, shape (G + 1,): their range among the literals.
    value : int64, shape (L,): thresholds, as the bits of the feature's dtype.
    node_any : bool, shape (N,): whether one child is enough; otherwise all are needed.
    node_start : int64, shape (N + 1,): the range of a node's children.
    child : int64: slots of literals and nodes.
    root : int64, shape (R,): the slot of each rule.
    points : int64, shape (R,): zeros unless points are summed.
    chapter : int64, shape (C + 1, 3): where each chapter's groups, nodes and rules begin.
    scale, low, high : float64, shape (F,): the grid of a feature; a scale of 0 is no grid.
    required, watched : bool, shape (F,): whether an event must have it; whether NaN must be looked for.
    floor : whether the grid rounds down, rather than to the nearest.
    is_score : whether points are summed.

    """

    group_feature: Any
    group_op: Any
    group_start: Any
    value: Any
    node_any: Any
    node_start: Any
    child: Any
    root: Any
    points: Any
    chapter: Any
    scale: Any
    low: Any
    high: Any
    required: Any
    watched: Any
    floor: bool
    is_score: bool


class Columns(NamedTuple):
    """Where the columns lie; F features. Addresses are of the first event.

    Attributes
    ----------
    kind : int64, shape (F,): one of the kinds above.
    values : int64, shape (F,): address of the values; bools are bits, from the lowest.
    valid : int64, shape (F,): address of the bits that say which are not null; 0 where all are there.

    """

    kind: Any
    values: Any
    valid: Any


class Effects(NamedTuple):
    """What the codes of a ruleset mean for the outcome; R rules, T thresholds of points.

    Attributes
    ----------
    outcome : uint32, shape (R + 2,): the place of an outcome among those of the ruleset, for each code of
        :class:`Answer`. Under SCORE shape (T + 2,), by the number of thresholds reached; T + 1 if invalid.
    ladder : int64, shape (T,): the thresholds, rising.

    """

    outcome: Any
    ladder: Any


class Target(NamedTuple):
    """Where the decision columns of a frame go. Addresses are of the first event; 0 where nothing is to be written.

    Attributes
    ----------
    outcome, outcome_size : address of the places of outcomes; bytes of each: 1, 2 or 4.
    rule, rule_size : the same of the rule that decided; place 0 where none did. Address 0 under SCORE.
    valid : address of one bit for each event, from the lowest: whether a rule decided it; under SCORE, whether it
        is valid.

    """

    outcome: int
    outcome_size: int
    rule: int
    rule_size: int
    valid: int


NOWHERE = Target(0, 1, 0, 1, 0)
"""No columns are asked for."""


class Answer(NamedTuple):
    """Where the answers go; n events, R rules.

    Attributes
    ----------
    codes : uint32, shape (n,): index of the first hit, R for an invalid event, R + 1 for no hit; shape (0,) when
        not asked for.
    scores : int64, shape (n,), or (0,) when points are not summed.
    masks : uint32, shape (n, chapters): all hits as bits, from the lowest; shape (0, 0) when not asked for.

    """

    codes: Any
    scores: Any
    masks: Any


class Scratch(NamedTuple):
    """Memory of one thread; slots hold one bit for each event of a block.

    Attributes
    ----------
    slots : uint64, shape (slots, 8): literals, then nodes, then ``true``.
    present, bits : uint64, shape (F, 8): which events have a feature; the values of bools.
    grid : int64, shape (F, 512): features in least significant bits.
    tail : int64, shape (64,): the last events of a column, padded.
    zero : int64, shape (1,): a threshold that is a number in every dtype.
    valid, undecided : uint64, shape (8,): the events that can be decided; those that no rule has decided.
    sums : int64, shape (512,): points.
    codes, masks : uint32, shape (512,): the answers of a block; all hits within a chapter, as bits.

    """

    slots: Any
    present: Any
    bits: Any
    grid: Any
    tail: Any
    zero: Any
    valid: Any
    undecided: Any
    sums: Any
    codes: Any
    masks: Any
