"""One event: each rule reads as the law does, and many rules are asked section by section."""

from __future__ import annotations

import re

import hardware
import numpy as np
import pytest
from cpairs import MANY, needs_runner

import rulekit
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.semantics import decide
from rulekit.targets.c import single
from rulekit.targets.c.names import Names
from rulekit.targets.lower import lower
from rulekit.testing.conformance import check_frame
from rulekit.testing.events import frame_of


@needs_runner
@pytest.mark.parametrize("numerics", ["native", "fixed"])
@pytest.mark.parametrize("policy", MANY)
def test_many_rules_take_many_words_and_sections(policy, numerics) -> None:
    ruleset, rng = MANY[policy], np.random.default_rng(3)
    grid = FixedFormat(width=16, fraction=2)
    chosen = rulekit.Native() if numerics == "native" else Fixed(formats={f"x{i}": grid for i in range(9)})
    kinds = [feature.dtype.is_float for feature in ruleset.schema.features]

    def value(place, is_float):
        if rng.random() < 0.05:
            return None
        return float(rng.integers(10)) if is_float else int(rng.integers(300 if place == 8 else 10))

    events = [{f"x{place}": value(place, kind) for place, kind in enumerate(kinds)} for _ in range(200)]
    expected = [decide(ruleset, event, chosen) for event in events]
    assert any(decision.hits and int(decision.hits[0][1:]) >= 96 for decision in expected)
    runner = rulekit.compile(ruleset, "c", chosen).load()
    assert [runner.one(event, hits=True) for event in events] == expected
    frame = frame_of(ruleset.schema, events)
    for hits in (True, False):
        check_frame(ruleset, frame, runner.batch(frame, hits=hits), expected, hits=hits)


def test_a_rule_reads_as_the_law_does(fraud) -> None:
    source = rulekit.compile(fraud, "c").source
    rule = fraud.rules[0]
    found = re.search(rf"/\* {rule.id}: .*?\n}}\n", source, re.DOTALL)
    assert found is not None
    text = found[0].replace(Names(lower(fraud, rulekit.Native())).prefix, "law")
    assert text == (
        f"/* {rule.id}: {rule.title}\n"
        " *     cards_per_device_1h >= 4\n"
        " *     amount > 50\n"
        " *     any: country not in {SE, NO}, device_age is missing */\n"
        f"static bool hits_{rule.id.replace('-', '_')}(const law_event *event)\n"
        "{\n"
        "    return (event->has_cards_per_device_1h && (event->cards_per_device_1h >= 4))\n"
        "        && (event->amount > 50.0F)\n"
        "        && ((event->has_country && ((event->country != LAW_IN_COUNTRY_SE)"
        " && (event->country != LAW_IN_COUNTRY_NO))) || (event->device_age != event->device_age));\n"
        "}\n"
    ).replace("LAW_", Names(lower(fraud, rulekit.Native())).macro + "_")


FEATURES = [
    {"name": "n", "dtype": "int32", "bounds": [0, 9], "required": True},
    {"name": "x", "dtype": "float64"},
    {"name": "kind", "dtype": "category", "categories": ["a"], "required": True},
]


def names_of(count=1, policy="first", **more):
    rules = [(f"r{place}", [f"n > {place}", "x > 1", "kind in {a}"]) for place in range(count)]
    return Names(lower(hardware.law(FEATURES, rules, policy=policy, **more), rulekit.Native()))


def test_the_lack_is_the_first_required_feature_in_schema_order() -> None:
    text = single.required(names_of())
    assert re.findall(r"if \((.*)\) {\n +return (\w+);", text) == [
        ("(!event->has_n)", "LAW_LACKS_N"),
        ("(!event->has_kind)", "LAW_LACKS_KIND"),
    ]
    assert text.endswith("    return LAW_LACKS_NOTHING;\n}\n")
    free = [{**feature, "required": False} for feature in FEATURES]
    nothing = Names(lower(hardware.law(free, [("a", ["n > 1"])]), rulekit.Native()))
    assert single.required(nothing) == single.is_invalid(nothing) == ""


def test_a_cleared_event_has_no_value() -> None:
    text = single.clear(names_of())
    assert {"has_n", "has_kind"} == set(re.findall(r"event->(\w+) = false;", text))
    assert "event->x = missing;" in text
    assert "zero / zero" in text


@pytest.mark.parametrize("thresholds", [{"low": 1}, {"low": -3, "high": 4}, {"c": 7, "a": -(2**40), "b": 0}])
def test_the_ladder_gives_the_highest_threshold_that_is_reached(thresholds) -> None:
    text = single.ladder(names_of(policy="score", thresholds=thresholds))
    steps = [
        (int(least), name) for least, name in re.findall(r"INT64_C\((-?\d+)\)\) {\n +return (\w+);", text)
    ]
    (last,) = re.findall(r"}\n    return (\w+);\n}\n$", text)
    for score in {each + more for each in thresholds.values() for more in (-1, 0, 1)}:
        told = next((name for least, name in steps if score >= least), last)
        reached = [(least, name) for name, least in thresholds.items() if score >= least]
        assert told == f"LAW_OUTCOME_{(max(reached)[1] if reached else 'none').upper()}"


@pytest.mark.parametrize(("rules", "words", "sections"), [(1, 1, 1), (32, 1, 1), (33, 2, 1), (129, 5, 2)])
def test_each_rule_is_asked_once_in_its_word_and_its_section(rules, words, sections) -> None:
    names = names_of(rules)
    hits, first = single.hits(names), single.first(names)
    bits = [
        [(int(rule), int(bit)) for rule, bit in re.findall(r"hits_r(\d+)\(event\) << (\d+);", part)]
        for part in re.split(r"static uint32_t word_\d+", hits)[1:]
    ]
    assert bits == [[(r, r % 32) for r in range(rules) if r // 32 == word] for word in range(words)]
    assert ("WORD_PARTS" in hits) == (words > 4)
    assert re.findall(r"hits_r(\d+)\(event\)\) {\n +return LAW_RULE_R(\d+);", first) == [
        (str(rule), str(rule)) for rule in range(rules)
    ]
    assert len(re.findall(r"^static @p_rule first_\d", first, re.MULTILINE)) == sections
