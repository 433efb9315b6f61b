"""The modules of a design in the text: rules in the words of the law, and vectors whose bits add up."""

from __future__ import annotations

import re

import pytest
from hardware import (
    SMALL,
    SMALL_GRID,
    check_exact,
    design_of,
    grid,
    law,
    needs_icarus,
)

import rulekit
from rulekit.targets.systemverilog.modules import policy_module


def test_a_rule_is_a_net_named_by_its_id_under_its_words(fraud) -> None:
    artifact = rulekit.compile(fraud, "systemverilog", grid(fraud, 16))
    rule = fraud.rules[0]
    assert (
        f"    // {rule.id}: {rule.title}\n"
        "    //     cards_per_device_1h >= 4\n"
        "    //     amount > 50\n"
        "    //     any: country not in {SE, NO}, device_age is missing\n"
        "    wire rule_many_cards_one_device = ~lacks\n"
        "        & ~lacks_cards_per_device_1h_q\n"
        "        & cards_per_device_1h_ge_4_q\n"
        "        & amount_ge_51_q\n"
        "        & ((~lacks_country_q & ~country_in_0_1_q) | lacks_device_age_q);\n"
    ) in artifact.source
    assert re.findall(r"wire (rule_\w+) =", artifact.source) == [
        "rule_many_cards_one_device",
        "rule_large_abroad",
    ]


@needs_icarus
def test_what_contradicts_itself_is_no_logic() -> None:
    ruleset = law(
        [{"name": "x", "dtype": "int32", "required": True}, {"name": "y", "dtype": "int32"}],
        [
            ("never", ["x > 7", "x <= 7"]),
            ("always", [{"any": ["x > 7", "x <= 7"]}]),
            ("there", [{"any": ["y > 7", "y is missing"]}]),
        ],
    )
    source = check_exact(ruleset, grid(ruleset)).source
    assert "wire rule_never = 1'b0;" in source
    assert "wire rule_always = ~lacks;" in source
    assert "wire rule_there = ~lacks & (y_ge_8_q | lacks_y_q);" in source


def test_thresholds_and_inputs_are_told_with_units() -> None:
    source = rulekit.compile(SMALL, "systemverilog", SMALL_GRID).source
    assert "input  wire [7:0] in_met,  // met: 8 bits, 1 step = 4 GeV, 0 to 1020 GeV\n" in source
    assert "    // met >= 152 GeV\n    wire met_ge_38 = " in source
    assert "~in_eta[7]" in source  # the sign is turned
    assert "out_outcome,  // 0 accept, 1 keep, 2 none, 3 invalid\n" in source
    assert f"// Ruleset {SMALL.digest}\n" in source


SCORE_LAW = law(
    [{"name": "x", "dtype": "int32", "required": True}, {"name": "y", "dtype": "int32"}],
    [("a", ["x > 3", "y < 9"], 5), ("b", ["x > 9"], -2), ("c", ["y is missing"], 1)],
    policy="score",
)
EMPTY = law([{"name": "x", "dtype": "int32"}], [])
LAWS = {"small": (SMALL, SMALL_GRID), "score": (SCORE_LAW, grid(SCORE_LAW)), "empty": (EMPTY, grid(EMPTY))}
ALL = ("accept", "outcome", "rule", "fired", "score")


def bus_of(source, name):
    """Return the parts that are joined into a vector, from the top."""
    (joined,) = re.findall(rf"wire \[\w+-1:0\] {name} = {{([^}}]*)}};", source)
    return [part.strip() for part in joined.split(",")]


def width_of(source, name):
    """Return the bits of a vector beyond the id."""
    (more,) = re.findall(rf"localparam {name} = ID_WIDTH \+ (\d+);", source)
    return int(more)


@pytest.mark.parametrize("kind", LAWS)
@pytest.mark.parametrize("outputs", [ALL, ("accept",), ("fired", "outcome")], ids="-".join)
def test_vectors_are_as_wide_as_what_is_joined(kind, outputs) -> None:
    ruleset, numerics = LAWS[kind]
    artifact = rulekit.compile(ruleset, "systemverilog", numerics, outputs=outputs)
    source, design = artifact.source, design_of(artifact)
    tests = bus_of(source, "tests")
    assert tests[:2] == ["in_valid", "in_id"]
    assert width_of(source, "TESTS_WIDTH") == len(tests) - 1
    hits = bus_of(source, "hits")
    assert hits[:2] == ["tests_valid", "tests_id"]
    assert width_of(source, "RULES_WIDTH") == len(hits) - 1 == max(1, len(ruleset.rules)) + 2
    answer = sum(port.width or 1 for port in design.outputs)
    assert width_of(source, "ANSWER_WIDTH") == answer + 1
    (assigned,) = re.findall(r"assign {(.*)} = answer_q;", source)
    names = {f"out_{port.name}" for port in design.outputs}
    assert set(assigned.split(", ")) == {"out_valid", "out_id"} | names


def test_the_first_rule_is_the_lowest_bit() -> None:
    source = rulekit.compile(SMALL, "systemverilog", SMALL_GRID).source
    assert bus_of(source, "hits")[2:] == ["lacks", "rule_tagged", "rule_central", "rule_high_met"]
    assert "hit = hits_q[2:0];" in source
    assert "hits_lack = hits_q[3];" in source


def test_each_question_is_taken_from_the_bit_where_it_was_put() -> None:
    source = rulekit.compile(SMALL, "systemverilog", SMALL_GRID).source
    nets = bus_of(source, "tests")[2:]
    taken = re.findall(r"wire (\w+)_q = tests_q\[(\d+)\];", source)
    assert {int(place): net for net, place in taken} == dict(enumerate(reversed(nets)))


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_parameters_are_the_cuts_that_are_on(stages) -> None:
    artifact = rulekit.compile(SMALL, "systemverilog", SMALL_GRID, stages=stages)
    head = artifact.source[artifact.source.index("module hep_small #(") :]
    cuts = {name: int(on) for name, on in re.findall(r"parameter (CUT_\w+) = (\d)", head)}
    assert sum(cuts.values()) == stages
    assert cuts["CUT_ANSWER"] == 1
    assert f"out_valid,  // {stages} cycles later" in head


@pytest.mark.parametrize("kind", LAWS)
def test_the_policy_answers_all_but_the_hits(kind) -> None:
    ruleset, numerics = LAWS[kind]
    artifact = rulekit.compile(ruleset, "systemverilog", numerics)
    text = policy_module(design_of(artifact))
    answers = set(re.findall(r"^    output wire (?:signed )?(?:\[\d+:0\] )?(\w+)", text, re.MULTILINE))
    assert answers == {"accept", "outcome", "score" if kind == "score" else "rule"}
    assert ("clk" in text) == (kind == "score")
    assert f"hit policy {ruleset.hit_policy}." in text


def test_codes_that_are_shown_are_constants() -> None:
    text = policy_module(design_of(rulekit.compile(SMALL, "systemverilog", SMALL_GRID)))
    codes = dict(re.findall(r"localparam \[\d:0\] (\w+) = (\d'd\d);", text))
    assert codes == {
        "OUTCOME_ACCEPT": "2'd0", "OUTCOME_KEEP": "2'd1", "OUTCOME_NONE": "2'd2", "OUTCOME_INVALID": "2'd3",
        "RULE_INVALID": "3'd3", "RULE_NONE": "3'd4",
    }  # fmt: skip
    accept = rulekit.compile(SMALL, "systemverilog", SMALL_GRID, outputs=("accept",))
    assert "localparam" not in policy_module(design_of(accept))
