"""From the low form to the table: what stands in it, in which order, and what is shared."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

import rulekit
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.semantics import OPERATORS
from rulekit.targets.kernel.tables import CHAPTER, VOLUME

SCHEMA = rulekit.Schema(
    name="emission",
    version="1.0.0",
    features=(
        rulekit.Feature(name="x", dtype="float64", required=True),
        rulekit.Feature(name="n", dtype="int32"),
        rulekit.Feature(name="ok", dtype="bool"),
        rulekit.Feature(name="k", dtype="category", categories=("a", "b", "c")),
        rulekit.Feature(name="unread", dtype="int64"),
    ),
)


def law(whens: list[Any], policy: str = "first") -> rulekit.Ruleset:
    effect = {"points": 2} if policy == "score" else {"then": "yes"}
    return rulekit.Ruleset(
        name="emission", version="1.0.0", schema=SCHEMA, hit_policy=policy, otherwise="no",
        thresholds={"yes": 1} if policy == "score" else None,
        rules=tuple(rulekit.Rule(id=f"r{n}", when=when, **effect) for n, when in enumerate(whens)),
    )  # fmt: skip


def table_of(whens: list[Any], policy: str = "first", numerics: Any = None) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(rulekit.compile(law(whens, policy), "kernel", numerics).source)
    return table


def test_the_table_names_what_it_was_made_from() -> None:
    ruleset = law([["x > 1"]])
    table = table_of([["x > 1"]])
    assert table["ruleset"] == ["emission", "1.0.0", ruleset.digest]
    assert (table["floor"], table["is_score"]) == (False, False)
    assert table["features"] == [{"name": "x", "dtype": "float64", "required": True, "grid": None}]
    assert table["rules"] == [["r0", 0, 0]]
    assert table["chapters"] == [[0, 0, 0], [1, 0, 1]]


def test_literals_are_ordered_by_feature_sign_and_threshold() -> None:
    table = table_of([["n >= 3", "x < 2", "n >= 1"], ["x < 1", "ok == true", "n < 9", "k is missing"]])
    names = [each["name"] for each in table["features"]]
    assert [(names[place], sign, value) for place, sign, value in table["literals"]] == [
        ("x", "<", 1.0), ("x", "<", 2.0), ("n", "<", 9), ("n", ">=", 1), ("n", ">=", 3), ("ok", "is true", 0),
        ("k", "is missing", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("when", "kind", "tests"),
    [
        ("k in {a, c}", "any", [("==", 0), ("==", 2)]),
        ("k not in {a, c}", "all", [("!=", 0), ("!=", 2)]),
        ("n in {7, 5}", "any", [("==", 5), ("==", 7)]),
    ],
)
def test_a_set_is_one_test_for_each_value(when: str, kind: str, tests: list[tuple[str, int]]) -> None:
    table = table_of([[when]])
    assert [(sign, value) for _, sign, value in table["literals"]] == tests
    ((found, children),) = table["nodes"]
    assert found == kind
    assert sorted(children) == [0, 1]
    assert table["rules"][0][1] == 2, "the rule's slot is that of the node, after the literals"


def test_a_set_of_one_is_a_literal() -> None:
    table = table_of([["k in {b}"], ["k not in {b}"]])
    assert [(sign, value) for _, sign, value in table["literals"]] == [("==", 1), ("!=", 1)]
    assert table["nodes"] == []


def test_rules_that_always_and_never_hit() -> None:
    table = table_of([[], [{"any": [{"all": []}, "x > 1"]}]])
    assert table["rules"][0][1] == -1
    (kind, children), = table["nodes"]  # fmt: skip
    assert (kind, set(children)) == ("any", {-1, 0})


def test_bools_and_missing_values_have_signs_of_their_own() -> None:
    table = table_of(
        [["ok == true"], ["ok == false"], ["ok != true"], ["n is missing"], ["n is not missing"]]
    )
    signs = [table["literals"][root][1] for _, root, _ in table["rules"]]
    assert signs[:2] == ["is true", "is false"]
    assert signs[3:] == ["is missing", "is not missing"]
    assert signs[2] == "is false", "bound literals on bools are equalities"


def test_equal_terms_are_one_entry_in_all_chapters() -> None:
    shared = {"any": ["x > 1", "n < 2"]}
    table = table_of([[shared, f"n == {number}"] for number in range(100)])
    assert len(table["literals"]) == 2 + 100
    assert [kind for kind, _ in table["nodes"]].count("any") == 1


def test_literals_come_before_the_chapter_that_reads_them() -> None:
    rules = 5 * CHAPTER + 3
    table = table_of(
        [[f"n == {number}", {"any": [f"x > {number}", "ok == true"]}] for number in range(rules)]
    )
    chapters = table["chapters"]
    assert [last for *_, last in chapters] == [*range(0, rules, CHAPTER), rules]
    for (_, _, first), (literals, nodes, last) in pairwise(chapters):
        for _, root, _ in table["rules"][first:last]:
            assert root < len(table["literals"]) + nodes
            for child in table["nodes"][root - len(table["literals"])][1]:
                assert child < literals or len(table["literals"]) <= child < len(table["literals"]) + nodes
    ends = [literals for literals, *_ in chapters[1:]]
    assert ends[0] == ends[VOLUME - 1], "the chapters of a volume share their literals"


def test_points_are_those_of_the_rules() -> None:
    table = table_of([["x > 1"], ["x > 2"]], "score")
    assert table["is_score"] is True
    assert [points for *_, points in table["rules"]] == [2, 2]


def test_fixed_point_writes_the_grid_and_whole_thresholds() -> None:
    numerics = Fixed(formats={"x": FixedFormat(width=8, fraction=2)}, rounding="floor")
    table = table_of([["x > 1.3"]], numerics=numerics)
    assert table["floor"] is True
    assert table["features"][0]["grid"] == {"fraction": 2, "range": [-128, 127]}
    ((_, sign, value),) = table["literals"]
    ticks = [tick for tick in range(-128, 128) if OPERATORS[sign](tick, value)]
    assert ticks == [tick for tick in range(-128, 128) if tick / 4 > 1.3]


def test_infinite_thresholds_are_kept() -> None:
    table = table_of([["x < inf"], ["x > -inf"]])
    assert {value for *_, value in table["literals"]} == {float("inf"), float("-inf")}
    runner = rulekit.compile(law([["x < inf"]])).load()
    assert [runner.one({"x": x}).outcome for x in (float("inf"), 1e308)] == ["no", "yes"]


def test_each_entry_is_a_line() -> None:
    lines = rulekit.compile(law([["x > 1"], ["n < 2"]]), "kernel").source.splitlines()
    assert '  [0, ">", 1.0],' in lines
    assert '  [1, "<", 2]' in lines
    assert '  ["r1", 1, 0]' in lines
    assert '"nodes": [],' in lines
