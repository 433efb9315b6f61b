"""From the table to arrays: each checked against what was worked out by hand."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from rulekit.targets.kernel.plan import KINDS, new_scratch, read_plan
from rulekit.targets.kernel.tables import BLOCK, FLOAT32, FLOAT64, INT32, OPS, WORDS


def feature(name: str, dtype: str, grid: Any = None, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "dtype": dtype, "required": required, "grid": grid}


TABLE: dict[str, Any] = {
    "ruleset": ["t", "1.0.0", "sha256:0"],
    "floor": True,
    "is_score": False,
    "features": [
        feature("x", "float64"), feature("y", "float32", required=True), feature("n", "int32"),
        feature("g", "float64", {"fraction": 3, "range": [-16, 15]}),
    ],
    "literals": [
        [0, "<", 1.5], [0, "<", 2.5], [0, ">", 0.5], [1, ">", 0.1], [2, "==", -7], [2, "is missing", 0],
        [3, ">=", 5],
    ],
    "nodes": [["all", [0, 3]], ["any", [7, -1, -2]]],
    "rules": [["a", 7, 0], ["b", 8, 0], ["c", -1, 0], ["d", -2, 0], ["e", 4, 0]],
    "chapters": [[0, 0, 0], [4, 1, 2], [7, 2, 5]],
}  # fmt: skip


@pytest.fixture(scope="module")
def plan() -> Any:
    return read_plan(json.dumps(TABLE))


def test_literals_of_one_feature_and_sign_are_a_group(plan: Any) -> None:
    assert plan.group_start.tolist() == [0, 2, 3, 4, 5, 6, 7]
    assert plan.group_feature.tolist() == [0, 0, 1, 2, 2, 3]
    assert [OPS[op] for op in plan.group_op] == ["<", ">", ">", "==", "is missing", ">="]


def test_a_group_ends_with_its_chapter() -> None:
    table = {**TABLE, "chapters": [[0, 0, 0], [1, 1, 2], [7, 2, 5]]}
    plan = read_plan(json.dumps(table))
    assert plan.group_start.tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert plan.chapter[:, 0].tolist() == [0, 1, 7], "chapters count groups, not literals"


def test_thresholds_are_the_bits_of_their_dtype(plan: Any) -> None:
    value = plan.value
    assert value[:3].view(np.float64).tolist() == [1.5, 2.5, 0.5]
    assert value[3:4].view(np.float32)[0] == np.float32(0.1)
    assert value[4:].tolist() == [-7, 0, 5], "integers, and ticks of a grid, are themselves"


def test_slots_beyond_the_nodes_always_and_never_hold(plan: Any) -> None:
    constants = len(TABLE["literals"]) + len(TABLE["nodes"])
    assert plan.root.tolist() == [7, 8, constants, constants + 1, 4]
    assert plan.child.tolist() == [0, 3, 7, constants, constants + 1]
    assert plan.node_start.tolist() == [0, 2, 5]
    assert plan.node_any.tolist() == [False, True]
    scratch = new_scratch(plan)
    assert (scratch.slots[constants] == ~np.uint64(0)).all()
    assert (scratch.slots[constants + 1] == 0).all()
    assert scratch.slots.shape == (constants + 2, WORDS)


def test_features_tell_what_must_be_looked_for(plan: Any) -> None:
    assert plan.required.tolist() == [False, True, False, False]
    assert plan.watched.tolist() == [False, True, True, True], "required, asked whether missing, or on a grid"
    assert plan.scale.tolist() == [0.0, 0.0, 0.0, 8.0]
    assert (plan.low[3], plan.high[3]) == (-16.0, 15.0)
    assert plan.floor is True


def test_each_dtype_has_a_kind() -> None:
    assert (KINDS["float64"], KINDS["float32"], KINDS["category"]) == (FLOAT64, FLOAT32, INT32)
    assert len(set(KINDS.values())) == len(KINDS) - 1


def test_scratch_begins_where_cache_lines_do(plan: Any) -> None:
    scratch = new_scratch(plan)
    for array in (scratch.slots, scratch.present, scratch.bits, scratch.grid, scratch.sums):
        assert array.ctypes.data % 64 == 0
    assert scratch.grid.shape == (4, BLOCK)
    assert scratch.codes.shape == scratch.masks.shape == scratch.sums.shape == (BLOCK,)


def test_no_grid_takes_no_memory() -> None:
    features = [feature(each["name"], each["dtype"]) for each in TABLE["features"]]
    scratch = new_scratch(read_plan(json.dumps({**TABLE, "features": features})))
    assert scratch.grid.shape == (0, BLOCK)


def test_threads_share_no_scratch(plan: Any) -> None:
    first, second = new_scratch(plan), new_scratch(plan)
    first.slots[0] = 7
    assert (second.slots[0] == 0).all()


def test_an_empty_table() -> None:
    empty = {**TABLE, "features": [], "literals": [], "nodes": [], "rules": [], "chapters": [[0, 0, 0]]}
    plan = read_plan(json.dumps(empty))
    assert plan.group_start.tolist() == [0]
    assert plan.chapter.tolist() == [[0, 0, 0]]
    assert plan.root.shape == plan.points.shape == (0,)
