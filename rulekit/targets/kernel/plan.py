"""From the table of an artifact to the arrays that the loops read. A thousand rules take milliseconds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from rulekit.ir.schema import DType
from rulekit.targets.kernel.tables import (
    BLOCK,
    BOOL,
    FLOAT32,
    FLOAT64,
    INT32,
    INT64,
    OPS,
    WORDS,
    Plan,
    Scratch,
)

KINDS: dict[str, int] = {
    DType.FLOAT64: FLOAT64,
    DType.FLOAT32: FLOAT32,
    DType.INT64: INT64,
    DType.INT32: INT32,
    DType.BOOL: BOOL,
    DType.CATEGORY: INT32,
}
"""The kind of column for each dtype; categories are codes."""


def read_plan(text: str) -> Plan:
    """Return the plan of a table that :func:`rulekit.targets.kernel.emission.emit` wrote."""
    table = json.loads(text)
    features, literals, nodes = table["features"], table["literals"], table["nodes"]
    feature, op, value = _literals(features, literals)
    chapters = np.array(table["chapters"], np.int64).reshape(-1, 3)
    starts = _group_starts(feature, op, chapters[:, 0])
    constants = len(literals) + len(nodes) - 1  # slot -1, which always holds, is the first after the nodes
    root, child = (
        np.array(slots, np.int64)
        for slots in ([root for _, root, _ in table["rules"]], [c for _, children in nodes for c in children])
    )
    chapters[:, 0] = np.searchsorted(starts, chapters[:, 0])
    return Plan(
        group_feature=feature[starts[:-1]],
        group_op=op[starts[:-1]],
        group_start=starts,
        value=value,
        node_any=np.array([kind == "any" for kind, _ in nodes], np.bool_),
        node_start=np.cumsum([0, *(len(children) for _, children in nodes)], dtype=np.int64),
        child=np.where(child < 0, constants - child, child),
        root=np.where(root < 0, constants - root, root),
        points=np.array([points for *_, points in table["rules"]], np.int64),
        chapter=chapters,
        **_features(features, feature, op),
        floor=bool(table["floor"]),
        is_score=bool(table["is_score"]),
    )


def _literals(features: list[dict[str, Any]], literals: list[Any]) -> tuple[npt.NDArray[Any], ...]:
    """Return feature, op, and the threshold as the bits of the feature's dtype in an int64, of each literal."""
    feature = np.array([place for place, _, _ in literals], np.int64)
    numbers = {name: number for number, name in enumerate(OPS)}
    op = np.array([numbers[name] for _, name, _ in literals], np.int64)
    value = np.zeros(len(literals), np.int64)
    for number, (place, _, threshold) in enumerate(literals):
        kind = KINDS[features[place]["dtype"]]
        if features[place]["grid"] is None and kind in {FLOAT64, FLOAT32}:
            threshold = _BITS[kind](threshold)  # noqa: PLW2901 - the same threshold, as bits
        value[number] = threshold
    return feature, op, value


_BITS: dict[int, Callable[[float], Any]] = {
    FLOAT64: lambda value: np.float64(value).view(np.int64),
    FLOAT32: lambda value: np.float32(value).view(np.int32),
}


def _group_starts(
    feature: npt.NDArray[Any], op: npt.NDArray[Any], chapters: npt.NDArray[Any]
) -> npt.NDArray[np.int64]:
    """Return where groups of equal feature and op begin, and their end; none goes beyond a chapter."""
    changes = np.flatnonzero((np.diff(feature) != 0) | (np.diff(op) != 0)) + 1
    starts: npt.NDArray[np.int64] = np.unique(np.concatenate([chapters, changes])).astype(np.int64)
    return starts


def _features(
    features: list[dict[str, Any]], feature: npt.NDArray[Any], op: npt.NDArray[Any]
) -> dict[str, Any]:
    grids = [each["grid"] or {"fraction": 0, "range": (0, 0)} for each in features]
    has_grid = np.array([each["grid"] is not None for each in features], np.bool_)
    required = np.array([each["required"] for each in features], np.bool_)
    about_missing = np.isin(np.arange(len(features)), feature[op >= OPS.index("is missing")])
    return {
        "scale": np.where(has_grid, 2.0 ** np.array([grid["fraction"] for grid in grids], float), 0.0),
        "low": np.array([grid["range"][0] for grid in grids], float),
        "high": np.array([grid["range"][1] for grid in grids], float),
        "required": required,
        "watched": required | about_missing | has_grid,
    }


def new_scratch(plan: Plan) -> Scratch:
    """Return the memory that one thread needs."""
    constants = len(plan.value) + len(plan.node_any)
    slots = _aligned(constants + 2, WORDS, np.uint64)
    slots[constants] = ~np.uint64(0)
    features = len(plan.scale)
    gridded = features if (plan.scale != 0).any() else 0
    return Scratch(
        slots=slots,
        present=_aligned(features, WORDS, np.uint64),
        bits=_aligned(features, WORDS, np.uint64),
        grid=_aligned(gridded, BLOCK, np.int64),
        tail=np.zeros(64, np.int64),
        zero=np.zeros(1, np.int64),
        valid=np.zeros(WORDS, np.uint64),
        undecided=np.zeros(WORDS, np.uint64),
        sums=_aligned(1, BLOCK, np.int64)[0],
        codes=np.zeros(BLOCK, np.uint32),
        masks=np.zeros(BLOCK, np.uint32),
    )


def _aligned(rows: int, width: int, dtype: type) -> npt.NDArray[Any]:
    """Return zeros, shape (rows, width), that begin where a cache line does."""
    spare: npt.NDArray[Any] = np.zeros(rows * width + 8, dtype)
    skip = -(spare.ctypes.data // 8) % 8
    return spare[skip : skip + rows * width].reshape(rows, width)
