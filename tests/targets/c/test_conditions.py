"""Conditions in C, run as Python: both styles decide every event as the reference semantics does."""

from __future__ import annotations

import itertools
import math
import re
from types import SimpleNamespace

import pytest
from hardware import law

from rulekit.ir.numerics import Fixed, FixedFormat, Native
from rulekit.ir.semantics import holds
from rulekit.targets.c.conditions import BLOCK, EVENT, Writer
from rulekit.targets.c.names import Names
from rulekit.targets.lower import lower

FEATURES = [
    {"name": "n", "dtype": "int32", "bounds": [0, 9]},
    {"name": "x", "dtype": "float64"},
    {"name": "kind", "dtype": "category", "categories": ["a", "b", "c"]},
    {"name": "ok", "dtype": "bool"},
]
CONDITIONS = [
    ["n > 1"],
    ["n != 2", "x <= 0.1"],
    ["x != 0.1"],
    ["n in {0, 3}", "n not in {3}"],
    [{"any": ["x is missing", "n is not missing"]}],
    ["kind in {a, c}"],
    ["kind not in {a, c}"],
    ["ok == true"],
    ["ok == false", {"any": ["x > 0", "kind is missing"]}],
    ["x < inf"],
    ["x >= inf"],
    ["x > -inf", "x != inf"],
    ["x == -inf"],
    ["x < -inf"],
    ["x <= -inf"],
    ["x >= -inf"],
    ["x <= inf"],
    ["x == inf"],
    ["x != -inf"],
    [],
]
LOW = lower(law(FEATURES, [(f"r{place}", when) for place, when in enumerate(CONDITIONS)]), Native())
VALUES = {
    "n": [None, 0, 1, 2, 3, 9],
    "x": [None, -math.inf, -1.0, 0.0, 0.1, math.nextafter(0.1, 1), math.inf],
    "kind": [None, "a", "b", "c", "other"],
    "ok": [None, False, True],
}
EVENTS = [dict(zip(VALUES, row, strict=True)) for row in itertools.product(*VALUES.values())]
CODES = {None: 0, "a": 0, "b": 1, "c": 2, "other": 3}


def struct(event):
    """Return an event as the emitted struct has it: NaN for a missing float, flags for the rest."""
    return {
        "n": event["n"] or 0,
        "x": math.nan if event["x"] is None else event["x"],
        "kind": CODES[event["kind"]],
        "ok": bool(event["ok"]),
        **{f"has_{name}": event[name] is not None for name in ("n", "kind", "ok")},
    }


def run(names, expression, event):
    python = re.sub(r"/\*.*?\*/", "", expression)
    python = re.sub(r"(0x[0-9a-fp.+-]+)", lambda m: repr(float.fromhex(m[1])), python)
    python = python.replace("&&", " and ").replace("||", " or ")
    python = re.sub(r"!(?!=)", " not ", python)
    for code, name in enumerate(names.categories.get("kind", ())):
        python = re.sub(rf"(\([^()]*\))?\b{name}\b", str(code), python)
    python = re.sub(r"\bevent->(\w+)", r"value.\1", python)
    python = re.sub(r"\bblock->(\w+)\[i\]", r"value.\1", python)
    known = {
        "value": SimpleNamespace(**struct(event)),
        "true": True,
        "false": False,
        "DBL_MAX": 1.7976931348623157e308,
    }
    return bool(eval(" ".join(python.split()), {"__builtins__": {}}, known))  # noqa: S307 - a text of this test


@pytest.mark.parametrize("style", [EVENT, BLOCK], ids=["event", "block"])
@pytest.mark.parametrize("place", range(len(CONDITIONS)))
def test_a_condition_is_its_own_for_every_event(place, style):
    names = Names(LOW)
    condition = LOW.rules[place].condition
    text = Writer(names, style).condition(condition)
    for event in EVENTS:
        assert run(names, text, event) == holds(condition, event), (text, event)


def test_a_block_has_no_branch():
    for rule in LOW.rules:
        text = Writer(Names(LOW), BLOCK).condition(rule.condition)
        assert "&&" not in text
        assert "||" not in text
        assert "?" not in text


def test_thresholds_on_a_grid_are_whole():
    low = lower(law(FEATURES, [("r", ["x > 0.1"])]), Fixed(formats={"x": FixedFormat(width=8, fraction=2)}))
    assert Writer(Names(low), EVENT).condition(low.rules[0].condition) == "(event->has_x && (event->x > 0))"


def test_one_term_of_the_outermost_list_is_a_line():
    low = lower(law(FEATURES, [("r", ["n > 1", "x > 2", {"any": ["n > 3", "ok == true"]}])]), Native())
    lines = Writer(Names(low), EVENT).condition(low.rules[0].condition).split("\n")
    assert len(lines) == 3
    assert lines[1].startswith("        && ")
    assert lines[2].strip().startswith("&& ((event->has_n")
