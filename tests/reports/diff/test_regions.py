"""Regions in words: conditions, points, events that the semantics confirm, and rules whose hits change."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from shop import RULES, SCHEMA, law
from smalllaws import small_law

from rulekit.analysis.compare.regions import DecidedAs
from rulekit.errors import RulekitError
from rulekit.ir.floats import to_float32
from rulekit.ir.schema import DType, Feature, Schema
from rulekit.ir.semantics import decide
from rulekit.reports.diff.regions import (
    BOXES,
    common_schema,
    hits_in_words,
    plain_event,
    region_in_words,
    validity_in_words,
)
from rulekit.store.compare import compare


def schema(**changes: dict) -> dict:
    return {**SCHEMA, "features": [{**each, **changes.get(each["name"], {})} for each in SCHEMA["features"]]}


def regions(old, new):
    comparison = compare(old, new)
    return [region_in_words(comparison, region) for region in comparison.differences.regions]


def test_a_region_is_told_with_units_and_an_event() -> None:
    old = law(rules=[{"id": "dear", "when": ["amount > 700"], "then": "review"}])
    new = law(rules=[{"id": "dear", "when": ["amount > 600"], "then": "review"}], version="1.3.0")
    (found,) = regions(old, new)
    assert (found.old, found.new, found.old_rule, found.new_rule) == ("approve", "review", None, "dear")
    (box,) = found.where
    assert box.when == ("600 < amount <= 700",)
    assert "EUR" in box.words[0]
    assert 600 < found.event["amount"] <= 700
    assert (found.plausible, found.points, found.unless, found.more_boxes) == (True, None, (), 0)


def test_an_event_that_is_decided_in_another_way_is_not_shown() -> None:
    comparison = compare(law(), law(rules=[*RULES[:-1], {**RULES[-1], "then": "block"}], version="1.3.0"))
    found = comparison.differences.regions[0]
    assert region_in_words(comparison, found).old == found.old.outcome
    for wrong in (replace(found, old=found.new), replace(found, new=DecidedAs("block", "away"))):
        with pytest.raises(RulekitError, match="decide an event differently"):
            region_in_words(comparison, wrong)


def scored(*points: int):
    """Return a law that is high from 3 points on; the rules hit together where a > 5 and b < 0."""
    literals = ("a > 5", "b < 0")
    rules = [(f"r{place}", literals[place], number) for place, number in enumerate(points)]
    return small_law(rules, "score")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ((3, 1), (2, 1), "the points were exactly 3; they are 1 fewer now"),
        ((1, 1), (4, 1), "the points are 3 more now"),
        ((3,), (2,), "the points are 1 fewer now"),
        ((2,), (2000,), "the points are 1,998 more now"),
    ],
)
def test_points_in_words(old, new, words: str) -> None:
    (found,) = regions(scored(*old), scored(*new))
    assert found.points == words
    assert found.through == ("r0",)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"thresholds": {"high": 4}}, "the points are exactly 3"),
        ({"thresholds": {"high": 9}}, "the points are 3 to 8"),
        ({"thresholds": {"top": 3}}, "the points are at least 3"),
        ({"otherwise": "none"}, "the points are at most 2"),
    ],
    ids=str,
)
def test_ranges_of_points_in_words(changes, words: str) -> None:
    (found,) = regions(scored(3, 1), replace(scored(3, 1), **changes))
    assert (found.points, found.through) == (words, ())


def test_only_some_boxes_are_shown_and_the_others_counted() -> None:
    comparison = compare(law(), law(rules=RULES[:-1], version="1.3.0"))
    found = comparison.differences.regions[0]
    many = replace(found, pieces=found.pieces[:1] * (BOXES + 3))
    told = region_in_words(comparison, many)
    assert (len(told.where), told.more_boxes) == (BOXES, 3)


def test_events_for_json() -> None:
    features = {"short": DType.FLOAT32, "long": DType.FLOAT64, "up": DType.FLOAT64, "down": DType.FLOAT32,
                "count": DType.INT32, "flag": DType.BOOL, "gone": DType.FLOAT32}  # fmt: skip
    made = Schema(
        name="s", version="1.0.0", features=tuple(Feature(name=n, dtype=d) for n, d in features.items())
    )
    narrow = to_float32(0.1)
    assert narrow != 0.1
    event = {"short": narrow, "long": narrow, "up": math.inf, "down": -math.inf, "count": 3, "flag": True,
             "gone": None}  # fmt: skip
    assert json.dumps(plain_event(event, made), allow_nan=False) == json.dumps(
        {**event, "short": 0.1, "up": "inf", "down": "-inf"}
    )


def test_the_common_schema_has_the_features_of_both() -> None:
    more = {**SCHEMA, "features": [*SCHEMA["features"], {"name": "extra", "dtype": "bool"}]}
    assert common_schema(compare(law(), law(schema=more))).names == (*law().schema.names, "extra")
    other = common_schema(compare(law(), law(schema=schema(cards={"dtype": "int64"}))))
    assert other.by_name["cards"].dtype is DType.INT64, "where both differ, the new one's"
    assert set(other.names) == set(law().schema.names)


def test_events_that_only_one_version_decides() -> None:
    comparison = compare(law(), law(schema=schema(cards={"required": True})))
    (found,) = validity_in_words(comparison)
    assert (found.feature, found.new) == ("cards", "invalid")
    assert found.old != "invalid"
    assert found.event.get("cards") is None
    assert decide(comparison.old, found.event).outcome == found.old
    assert list(validity_in_words(compare(law(), law(rules=RULES[:-1])))) == []


def test_rules_that_hit_other_events() -> None:
    wider = [*RULES[:-1], {**RULES[-1], "when": ["amount > 600"]}]
    (found,) = hits_in_words(compare(law(), law(rules=wider, version="1.3.0")))
    assert (found.rule, found.lost, found.reason) == ("dear", (), "")
    assert [box.when for box in found.gained] == [("600 < amount <= 700",)]
    (back,) = hits_in_words(compare(law(rules=wider), law(version="1.3.0")))
    assert (back.gained, [box.when for box in back.lost]) == ((), [("600 < amount <= 700",)])
