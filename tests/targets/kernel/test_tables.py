"""The arrays of the kernel as their docstrings describe them: a plan written by hand decides by the loops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rulekit.targets.kernel import machine, tables
from rulekit.targets.kernel.plan import new_scratch
from rulekit.targets.kernel.tables import (
    BLOCK,
    CHAPTER,
    FLOAT64,
    INT32,
    NOWHERE,
    OPS,
    SIGNS,
    Answer,
    Columns,
    Effects,
    Plan,
)


def words(*numbers: int) -> Any:
    return np.array(numbers, np.int64)


# Rules: 0: x > 1.5 and n == -7; 1: x > 2.5 or n is missing; 2: always. Feature 0 is x, 1 is n, which is 32 bits.
# Literals: 0: x > 1.5, 1: x > 2.5, 2: n == -7, 3: n is missing. Nodes: 4: all of 0, 2; 5: any of 1, 3; 6: true.
PLAN = Plan(
    group_feature=words(0, 1, 1),
    group_op=words(OPS.index(">"), OPS.index("=="), OPS.index("is missing")),
    group_start=words(0, 2, 3, 4),
    value=np.array([*np.array([1.5, 2.5]).view(np.int64), -7, 0], np.int64),
    node_any=np.array([False, True]),
    node_start=words(0, 2, 4),
    child=words(0, 2, 1, 3),
    root=words(4, 5, 6),
    points=words(0, 0, 0),
    chapter=np.array([[0, 0, 0], [3, 2, 3]], np.int64),
    scale=np.zeros(2),
    low=np.zeros(2),
    high=np.zeros(2),
    required=np.array([True, False]),
    watched=np.array([True, True]),
    floor=False,
    is_score=False,
)
EFFECTS = Effects(np.arange(5, dtype=np.uint32), words())
X = np.array([2.0, 2.0, 3.0, 0.0, np.nan, np.inf])
N = np.array([-7, 5, 5, 0, -7, -7], np.int32)
PRESENT = np.packbits([1, 1, 1, 0, 1, 1], bitorder="little")


def decided(plan: Plan, *, chapters: int = 1) -> tuple[list[int], list[list[int]], list[int]]:
    """Return codes, hits and scores of the events above."""
    columns = Columns(
        words(FLOAT64, INT32), words(X.ctypes.data, N.ctypes.data), words(0, PRESENT.ctypes.data)
    )
    scores = np.zeros(len(X) if plan.is_score else 0, np.int64)
    answer = Answer(np.zeros(len(X), np.uint32), scores, np.zeros((len(X), chapters), np.uint32))
    machine.decide(plan, EFFECTS, columns, answer, NOWHERE, 0, len(X), new_scratch(plan))
    hits = [[rule for rule in range(3) if row[0] >> rule & 1] for row in answer.masks.tolist()]
    return answer.codes.tolist(), hits, scores.tolist()


def test_codes_are_the_first_hit_and_then_invalid() -> None:
    codes, hits, _ = decided(PLAN)
    assert hits == [[0, 2], [2], [1, 2], [1, 2], [], [0, 1, 2]]
    assert codes == [0, 2, 1, 1, 3, 0], "event 4 lacks x, which is required: code 3 of three rules"


def test_no_hit_is_the_code_behind_invalid() -> None:
    never = len(PLAN.value) + len(PLAN.node_any) + 1
    codes, hits, _ = decided(PLAN._replace(root=words(4, 5, never)))
    assert hits == [[0], [], [1], [1], [], [0, 1]]
    assert codes == [0, 4, 1, 1, 3, 0]


def test_points_are_summed_over_all_hits() -> None:
    _, hits, scores = decided(PLAN._replace(is_score=True, points=words(5, -3, 2**40)))
    points = [5, -3, 2**40]
    valid = [place for place in range(len(X)) if place != 4]
    assert [scores[place] for place in valid] == [
        sum(points[rule] for rule in hits[place]) for place in valid
    ]


def test_signs_are_the_first_operators_in_the_same_order() -> None:
    assert OPS[: len(SIGNS)] == SIGNS
    places = (tables.IS_TRUE, tables.IS_FALSE, tables.IS_MISSING, tables.IS_PRESENT)
    assert [OPS[place] for place in places] == ["is true", "is false", "is missing", "is not missing"]


@pytest.mark.parametrize("kinds", [(FLOAT64, tables.FLOAT32, tables.INT64, INT32, tables.BOOL)])
def test_a_block_is_whole_words_and_a_chapter_one(kinds: tuple[int, ...]) -> None:
    assert len(set(kinds)) == 5
    assert BLOCK == 64 * tables.WORDS
    assert np.iinfo(np.uint32).bits == CHAPTER
