"""What the systemverilog target refuses, with what words; and the ends of what it takes, decided exactly."""

from __future__ import annotations

import pytest
from hardware import POLICIES, SMALL, SMALL_GRID, aiming, check_exact, grid, law, needs_icarus

import rulekit
from rulekit.errors import BindError, EventError, RulekitError
from rulekit.ir.formats import default_fixed
from rulekit.ir.numerics import Fixed, FixedFormat

NUMBER = [{"name": "x", "dtype": "float64"}]
WHOLE = [{"name": "n", "dtype": "int64"}]


# --- refused


def test_a_number_without_bounds_gets_no_format() -> None:
    ruleset = law(NUMBER, [("a", ["x > 1"])])
    with pytest.raises(BindError, match="no fixed-point format can be chosen for x") as raised:
        default_fixed(ruleset.schema, 8)
    assert "bounds: [low, high]" in str(raised.value)


def test_a_number_without_a_format_is_named() -> None:
    ruleset = law([*NUMBER, *WHOLE], [("a", ["x > 1"]), ("b", ["n > 1"])])
    with pytest.raises(RulekitError, match="rule b: feature n has no fixed-point format"):
        rulekit.compile(ruleset, "systemverilog", Fixed(formats={"x": FixedFormat(width=8, fraction=0)}))


def test_a_value_between_the_steps_is_refused() -> None:
    ruleset = law(NUMBER, [("a", ["x == 0.5"])])
    with pytest.raises(RulekitError, match="no event on the grid of x equals the threshold"):
        rulekit.compile(ruleset, "systemverilog", grid(ruleset))


@needs_icarus
def test_a_missing_value_has_no_input_where_none_was_asked_for() -> None:
    runner = rulekit.compile(SMALL, "systemverilog", SMALL_GRID, missing=False).load()
    event = {"met": 200.0, "eta": 0.0, "jets": 3, "kind": "top", "tight": True}
    assert runner.one(event).outcome == "accept"
    with pytest.raises(EventError, match="eta is missing, and the design has no input for that") as raised:
        runner.one({**event, "eta": None})
    assert "missing=false" in str(raised.value)


# --- taken, at the ends


@needs_icarus
@pytest.mark.parametrize("rules", [[], [("a", [])], [("a", []), ("b", ["n is missing"]), ("c", [])]], ids=len)
@pytest.mark.parametrize("required", [False, True])
@pytest.mark.parametrize("policy", POLICIES)
def test_no_rules_and_rules_of_no_literals(policy, required, rules) -> None:
    ruleset = law([{"name": "n", "dtype": "int32", "required": required}], rules, policy=policy)
    frame = aiming(ruleset, grid(ruleset), rows=50, missing=0.4)
    for stages in (1, 3):
        check_exact(ruleset, grid(ruleset), frame, stages=stages)


FORMATS = [
    FixedFormat(width=width, fraction=fraction, signed=signed)
    for width in (1, 2, 32, 48)
    for fraction in (0, -4, 20)
    for signed in (False, True)
    if width - fraction <= 53
]
SIGNS = ("<", "<=", ">", ">=")


@needs_icarus
@pytest.mark.parametrize("form", FORMATS, ids=lambda form: f"{form.width}.{form.fraction}{'s' * form.signed}")
def test_every_width_and_sign(form) -> None:
    """Thresholds within, between, at the ends of and beyond the format, each with every sign."""
    low, high = form.range
    step = 2.0**-form.fraction
    marks = [0, 1, -1, low, high, low - 1, high + 1, (low + high) // 2, 0.5, 1e15, -1e15]
    values = [format(mark * step, ".60g") for mark in marks]
    texts = [f"x {sign} {value}" for value in values for sign in SIGNS] + ["x >= inf", "x <= inf", "x > -inf"]
    equal = [f"x {sign} {format(mark * step, '.60g')}" for mark in marks[:7] for sign in ("==", "!=")]
    ruleset = law(NUMBER, [(f"r{k}", [text]) for k, text in enumerate([*texts, *equal])], policy="collect")
    for rounding in ("nearest", "floor"):
        check_exact(ruleset, Fixed(formats={"x": form}, rounding=rounding))


@needs_icarus
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("only", ["bool", "category"])
def test_events_without_numbers(only, policy) -> None:
    categories = {"categories": ["a", "b", "c", "d", "e"]} if only == "category" else {}
    features = [{"name": f"f{k}", "dtype": only, **categories, "required": k == 0} for k in range(3)]
    some, none = ("== true", "== false") if only == "bool" else ("in {a, c}", "not in {b, c, e}")
    rules = [(f"r{k}", [f"f{k} {some}", f"f{(k + 1) % 3} {none}"]) for k in range(3)]
    rules += [("whole", ["f1 is not missing", "f2 is missing"])]
    check_exact(law(features, rules, policy=policy), Fixed(formats={}))


@needs_icarus
@pytest.mark.parametrize("policy", POLICIES)
def test_an_event_that_lacks_a_required_feature_is_invalid(policy) -> None:
    features = [*({"name": f"n{k}", "dtype": "int32", "required": True} for k in range(3)), *NUMBER]
    rules = [("a", ["n0 > 3"]), ("b", ["x is missing"]), ("c", [{"any": ["n1 is missing", "n0 < 0"]}])]
    ruleset = law(features, rules, policy=policy)
    decided = check_exact(ruleset, grid(ruleset)).load().one({"n0": 9, "n1": 9}, hits=True)
    assert (decided.outcome, decided.missing, decided.hits) == ("invalid", ("n2",), ())


@needs_icarus
def test_sets_and_equality_of_numbers() -> None:
    rules = [
        *(("one", ["n == 5"]), ("other", ["n != 5"]), ("some", ["n in {1, 2, 3, 250}"])),
        *(("none", ["n not in {1, 2, 900}"]), ("beyond", ["n == 900"]), ("not-beyond", ["n != 900"])),
        *(("many", [f"n in {{{', '.join(str(3 * k) for k in range(60))}}}"]), ("both", ["n != 5", "n < 6"])),
        ("two", [f"n in {{{', '.join(str(3 * k + 1) for k in range(60))}}}"]),
    ]
    ruleset = law(WHOLE, rules, policy="collect")
    check_exact(ruleset, grid(ruleset))
    check_exact(ruleset, grid(ruleset, 12, signed=True))


LARGE = {
    "one": [2**60, -(2**60), 2**61],
    "many": [2**55 + k * (-1) ** k for k in range(40)],
    "max": [2**63 - 1],
}


@needs_icarus
@pytest.mark.parametrize("points", LARGE.values(), ids=LARGE)
def test_points_that_no_float_holds(points) -> None:
    rules = [(f"r{k}", [f"n > {k % 7}", f"n < {k % 11 + 4}"], each) for k, each in enumerate(points)]
    total = sum(each for each in points if each > 0)
    thresholds = {"low": min(1, sum(points)), "high": total // 2 + 1, "top": total}
    for more in (thresholds, {"never": 2**63 - 1, "always": -(2**63) + 1}):
        ruleset = law(WHOLE, rules, policy="score", thresholds=more)
        check_exact(ruleset, grid(ruleset))


@needs_icarus
def test_many_rules_of_no_points() -> None:
    ruleset = law(WHOLE, [(f"r{k}", [f"n > {k}"], 0) for k in range(20)], policy="score")
    check_exact(ruleset, grid(ruleset))
