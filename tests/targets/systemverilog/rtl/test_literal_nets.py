"""Rules as logic over shared nets: equal to the reference semantics for every event of a small grid."""

from __future__ import annotations

import itertools

import pytest
from hardware import law

from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.semantics import holds
from rulekit.targets.lower import lower
from rulekit.targets.systemverilog.names import Names
from rulekit.targets.systemverilog.options import Options
from rulekit.targets.systemverilog.rtl.literal_nets import InputLiteral, LiteralNets
from rulekit.targets.systemverilog.rtl.logic import FALSE, TRUE, And, Net
from rulekit.targets.systemverilog.rtl.logic import nets as logic_nets

FEATURES = [
    {"name": "n", "dtype": "int32", "bounds": [-4, 3], "required": True},
    {"name": "m", "dtype": "int32", "bounds": [-4, 3]},
    {"name": "kind", "dtype": "category", "categories": ["a", "b", "c"]},
    {"name": "ok", "dtype": "bool"},
]
CONDITIONS = [
    ["n > 1"],
    ["n >= 2", "m < 0"],
    ["n != 0", "m == -4"],
    ["n in {-4, 1}", "m not in {0, 3}"],
    [{"any": ["m is missing", "n <= -2", "ok == true"]}],
    ["kind in {a, c}", "ok == false"],
    ["kind not in {b}"],
    ["kind == b", {"any": ["m > 2", "m <= -3"]}],
    ["m is not missing"],
    [{"any": ["kind is missing", "m >= 1"]}, "n < 3"],
    [],
    ["n > 3"],
    ["m <= 3"],
]
RULESET = law(FEATURES, [(f"r{place}", when) for place, when in enumerate(CONDITIONS)])
FORM = FixedFormat(width=3, fraction=0)
LOW = lower(RULESET, Fixed(formats={"n": FORM, "m": FORM}))
NAMES = Names(LOW)
NETS = LiteralNets.of(NAMES, Options())
EVENTS = [
    dict(zip(("n", "m", "kind", "ok"), values, strict=True))
    for values in itertools.product(
        [None, *range(-4, 4)], [None, *range(-4, 4)], [None, "a", "b", "c", "other"], [None, False, True]
    )
]


def level(literal, event):
    """Return what the net of a literal carries for an event; a missing value has some code, here 0."""
    value = event[literal.feature]
    if literal.kind == "no":
        return value is None
    if literal.kind == "bit":
        return bool(value)
    if literal.kind == "in":
        codes = {"a": 0, "b": 1, "c": 2}
        return codes.get(value, 3 if value is not None else 0) in literal.codes
    code = 0 if value is None else value
    return code >= literal.codes[0] if literal.kind == "ge" else code == literal.codes[0]


def truth(logic, levels):
    if isinstance(logic, Net):
        return levels[logic.name] != logic.inverted
    found = [truth(term, levels) for term in logic.terms]
    return all(found) if isinstance(logic, And) else any(found)


def levels_of(nets, event):
    return {f"{net}_q": level(literal, event) for literal, net in nets.nets.items()}


@pytest.mark.parametrize("place", range(len(CONDITIONS)))
def test_a_rule_is_its_condition_for_every_event(place):
    condition = LOW.rules[place].condition
    for event in EVENTS:
        if event["n"] is None:
            continue  # the event is invalid, whatever the rule says
        assert truth(NETS.rules[place], levels_of(NETS, event)) == holds(condition, event), event


def test_an_event_is_invalid_where_a_required_feature_is_missing():
    for event in EVENTS:
        assert truth(NETS.invalid, levels_of(NETS, event)) == (event["n"] is None)


def test_equal_literals_share_a_net_whatever_their_sign():
    ruleset = law(FEATURES, [("a", ["n <= 1"]), ("b", ["n > 1"]), ("c", ["n < 2"]), ("d", ["n >= 2"])])
    nets = LiteralNets.of(Names(lower(ruleset, Fixed(formats={"n": FORM}))), Options())
    assert list(nets.nets.values()) == ["lacks_n", "n_ge_2"]
    assert nets.rules[0] == nets.rules[2]
    assert nets.rules[1] == nets.rules[3] == Net("n_ge_2_q")


@pytest.mark.parametrize(
    ("when", "logic"),
    [("n > 3", FALSE), ("n <= 3", TRUE), ("n >= -4", TRUE), ("n < -4", FALSE), ("n == 3", None)],
)
def test_a_threshold_at_the_end_of_the_format_needs_no_net(when, logic):
    ruleset = law([{**FEATURES[0], "bounds": [-9, 9]}], [("a", [when])])
    nets = LiteralNets.of(Names(lower(ruleset, Fixed(formats={"n": FORM}))), Options())
    assert nets.rules[0] == (Net("n_is_3_q") if logic is None else logic)


def test_without_inputs_for_missing_nothing_is_missing():
    nets = LiteralNets.of(NAMES, Options(missing=False))
    assert nets.invalid == FALSE
    assert all(literal.kind != "no" for literal in nets.nets)
    for event in EVENTS:
        if None in event.values():
            continue
        for place, rule in enumerate(LOW.rules):
            assert truth(nets.rules[place], levels_of(nets, event)) == holds(rule.condition, event)


def test_names_of_nets_tell_feature_and_value():
    names = set(NETS.nets.values())
    assert {"lacks_n", "n_ge_2", "m_ge_0", "n_is_m4", "kind_in_0_2", "is_ok"} <= names
    assert len(names) == len(NETS.nets)


def test_a_long_list_of_codes_is_numbered():
    words = [f"word{place}" for place in range(20)]
    some = ", ".join(words[::2])
    others = ", ".join(words[1::2])
    ruleset = law(
        [{"name": "k", "dtype": "category", "categories": words}],
        [("a", [f"k in {{{some}}}"]), ("b", [f"k in {{{others}}}"])],
    )
    nets = LiteralNets.of(Names(lower(ruleset, Fixed(formats={}))), Options(missing=False))
    assert list(nets.nets.values()) == ["k_in_set1", "k_in_set2"]


def test_nets_of_a_feature_rise_with_the_threshold():
    thresholds = [literal.codes for literal in NETS.of_feature("n") if literal.kind == "ge"]
    assert thresholds == sorted(thresholds)
    assert InputLiteral("n", "no") in NETS.of_feature("n")
    assert NETS.of_feature("absent") == {}


def test_a_list_of_terms_tests_once_that_a_value_is_there():
    ruleset = law(FEATURES, [("a", ["m > 1", "m < 3", {"any": ["m == 2", "n > 0"]}])])
    nets = LiteralNets.of(Names(lower(ruleset, Fixed(formats={"n": FORM, "m": FORM}))), Options())
    assert [net.name for net in logic_nets(nets.rules[0])].count("lacks_m_q") == 1
