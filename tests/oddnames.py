"""Names that hardware languages keep, or that meet after cleaning, and laws of them."""

from __future__ import annotations

from hardware import (
    law,
)

WORDS = [
    *("module", "wire", "always", "signal", "entity", "out", "in", "reg", "begin", "end", "input", "buffer"),
    *(
        "architecture",
        "logic",
        "bit",
        "output",
        "assign",
        "parameter",
        "process",
        "std_logic",
        "inside",
        "abs",
    ),
]


ODD = [
    *(
        "double__under",
        "_lead",
        "trail_",
        "2nd_pt",
        "7",
        "PT",
        "pt",
        "Pt",
        "\u0394\u03c6",
        "na\u00efve \u03b8",
    ),
    *("a b", "a_b", "a-b", "x", "x_q", "x_q_f", "no_x", "in_x", "out_x", "is_x", "lacks_x", "x_2", "f_x"),
    *("valid", "id", "no", "is", "lacks", "ge_5", "x_ge_5", "rule_x", "first_1", "sum_1", "any", "-"),
    *(
        "clk",
        "rst",
        "tests",
        "points_1",
        "hit",
        "fired",
        "accept",
        "any_step_1",
        "row_1_1",
        "carried",
        "answer",
        "law",
    ),
    *(
        "in_valid",
        "in_id",
        "out_valid",
        "id_width",
        "cut_tests",
        "//",
        "*/",
        "-- x",
        "back\\",
        "%s",
        "`",
        '"',
    ),
]


RULE_IDS = [
    *("module", "wire", "ge-5", "a.b", "a-b", "a_b", "none", "invalid", "out", "1", "007", "bits", "end"),
    *("rule", "rule.x", "q", "hits", "cut", "x_q", "fired", "cut_tests"),
]


KINDS = ["int32", "bool", "category", "float64"]


def named(names):
    """Return a law whose features are of every dtype in turn, each read by a rule; numbers are compared with 5."""
    names = [name for name in names if "`" not in name]
    features, rules = [], []
    for place, name in enumerate(names):
        kind = KINDS[place % 4]
        more = {"categories": ["a", "module"]} if kind == "category" else {}
        features.append({"name": name, "dtype": kind, **more})
        text = {"bool": "== true", "category": "in {module}"}.get(kind, ">= 5")
        rule_id = RULE_IDS[place % len(RULE_IDS)] + (f".{place}" if place >= len(RULE_IDS) else "")
        rules.append((rule_id, [f"`{name}` {text}"]))
    return law(features, rules, policy="collect")


RULESETS = [
    *("module", "entity", "signal", "std_logic", "string", "natural", "always_comb", "7", "_", "a__b", "x.y"),
    *("law", "tests", "hits", "fired", "policy", "cut", "clk", "rst", "in_id", "in_x", "id_width", "latency"),
    *(
        "rule_a",
        "outcome_hit",
        "events",
        "answer",
        "tick",
        "golden",
        "netlist",
        "miter",
        "work",
        "ieee",
        "false",
    ),
]
