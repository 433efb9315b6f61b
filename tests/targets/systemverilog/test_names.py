"""Names that hardware languages keep, or that meet after cleaning: decided exactly all the same."""

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
    needs_ghdl,
    needs_icarus,
    needs_verilator,
    ports_of,
)

import rulekit
from rulekit.targets.systemverilog.simulation import simulate
from rulekit.targets.systemverilog.tools import GHDL, VERILATOR

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


@needs_icarus
@pytest.mark.parametrize("shift", range(4))
@pytest.mark.parametrize("names", [WORDS, ODD], ids=["words", "odd"])
def test_any_name_is_decided_exactly(names, shift) -> None:
    ruleset = named([*names[shift:], *names[:shift]])  # so that each name is of every dtype once
    artifact = check_exact(ruleset, grid(ruleset))
    legal_in_vhdl(artifact)


def legal_in_vhdl(artifact):
    """Check that ports are distinct without regard to case, and are identifiers of VHDL."""
    names = design_of(artifact).names
    ports = list(ports_of(artifact.source, names.module))
    assert len({port.lower() for port in ports}) == len(ports)
    for name in [names.module, *ports, *names.rules, *names.outcomes.values()]:
        assert re.fullmatch(r"[A-Za-z](_?[A-Za-z0-9])*", name), name


@needs_icarus
def test_a_feature_is_no_input_that_every_design_has() -> None:
    ruleset = law([{"name": "valid", "dtype": "int32"}], [("a", ["valid > 3"])])
    assert "in_f_valid" in check_exact(ruleset, grid(ruleset)).source


@needs_icarus
def test_a_prefix_alone_is_no_stem() -> None:
    ruleset = law(
        [{"name": "no", "dtype": "int32"}, {"name": "ge_5", "dtype": "bool"}],
        [("a", ["no >= 5"]), ("b", ["ge_5 is missing"])],
    )
    check_exact(ruleset, grid(ruleset))


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


@needs_icarus
@pytest.mark.parametrize("name", RULESETS)
def test_any_ruleset_has_a_name_for_its_module(name, tmp_path) -> None:
    ruleset = law([{"name": "x", "dtype": "int32"}], [("a", ["x >= 5"])], name)
    artifact = check_exact(ruleset, grid(ruleset))
    legal_in_vhdl(artifact)
    if VERILATOR.installed():
        for file, data in artifact.files.items():
            (tmp_path / file).write_bytes(data)
        VERILATOR.run(["--lint-only", "--timing", "-Wno-fatal", "decide.sv", "testbench.sv"], tmp_path)


def test_columns_that_deciding_adds_can_be_names_of_features() -> None:
    ruleset = named(["rule", "outcome", "score", "hits", "accept", "fired"])
    legal_in_vhdl(rulekit.compile(ruleset, "systemverilog", grid(ruleset)))


@needs_icarus
@needs_verilator
@pytest.mark.parametrize("names", [WORDS, ODD], ids=["words", "odd"])
def test_verilator_takes_the_names_too(names, monkeypatch) -> None:
    monkeypatch.setattr(simulate, "MANY", 0)
    ruleset = named(names)
    check_exact(ruleset, grid(ruleset))


# --- VHDL


def analysed(artifact, folder):
    for name, data in artifact.files.items():
        (folder / name).write_bytes(data)
    for standard in ("93", "08"):
        (folder / standard).mkdir()
        flags = [f"--std={standard}", f"--workdir={standard}", "--warn-error"]
        GHDL.run(["-a", *flags, "decide_component.vhd", "decide_instance.vhd"], folder)


SCORE = law(
    [{"name": "x", "dtype": "int32"}, {"name": "y", "dtype": "float64"}],
    [("a", ["x > 3"], -3), ("none", ["y <= 2.5"], 5), ("hits", ["x < 0"], 1)],
    policy="score",
)
OTHERS = {
    "small": (SMALL, SMALL_GRID),
    "score": (SCORE, grid(SCORE, 1, signed=True)),
    "empty": (law([{"name": "x", "dtype": "int32"}], []), grid(SCORE)),
    "words": (named(WORDS), grid(named(WORDS))),
    "odd": (named(ODD), grid(named(ODD))),
}


@needs_ghdl
@pytest.mark.parametrize(
    "options",
    [{}, {"missing": False}, {"stages": 1}, {"outputs": ("accept",)}, {"architecture": "tables"}],
    ids=str,
)
@pytest.mark.parametrize("name", OTHERS)
def test_vhdl_takes_the_component_and_the_example(name, options, tmp_path) -> None:
    ruleset, numerics = OTHERS[name]
    analysed(rulekit.compile(ruleset, "systemverilog", numerics, **options), tmp_path)


@needs_ghdl
@pytest.mark.parametrize("name", RULESETS)
def test_vhdl_takes_the_name_of_any_ruleset(name, tmp_path) -> None:
    ruleset = law([{"name": "x", "dtype": "int32"}], [("a", ["x >= 5"])], name)
    analysed(rulekit.compile(ruleset, "systemverilog", grid(ruleset)), tmp_path)


@pytest.mark.parametrize("architecture", ["comparators", "tables"])
@pytest.mark.parametrize("name", OTHERS)
def test_the_component_is_the_module(name, architecture) -> None:
    """Ports, widths and parameters of the component are those in the text of the design."""
    ruleset, numerics = OTHERS[name]
    artifact = rulekit.compile(ruleset, "systemverilog", numerics, architecture=architecture)
    module = design_of(artifact).names.module
    text = artifact.files["decide_component.vhd"].decode()
    component = text[text.index(f"component {module}\n") : text.index("end component")]
    component = re.sub("--.*", "", component)
    ports = re.findall(
        r"(\w+) : (in|out) (?:std_logic|std_logic_vector\(([\w -]+?) downto 0\))[;\s]", component
    )
    found = {name: (way, bound.replace(" ", "")) for name, way, bound in ports}
    assert found == ports_of(artifact.source, module)
    assert list(found) == list(ports_of(artifact.source, module))
    generics = re.findall(r"(\w+) : (?:positive|natural) := (\d+)", component)
    assert generics == re.findall(r"parameter (\w+) = (\d+)", artifact.source.split(f"module {module} #")[1])


def test_the_package_says_what_codes_mean() -> None:
    text = rulekit.compile(SMALL, "systemverilog", SMALL_GRID).files["decide_component.vhd"].decode()
    for line in (
        "constant LATENCY : positive := 3;",
        "constant RULES : natural := 3;",
        f'constant DIGEST : string := "{SMALL.digest}";',
        'constant OUTCOME_KEEP : std_logic_vector(1 downto 0) := "01";  -- keep',
        "constant RULE_TAGGED : natural := 2;  -- tagged",
        "constant NO_RULE_HITS : natural := 4;",
        "constant LSB_MET : real := 4.0;  -- GeV",
        "constant LSB_ETA : real := 0.0625;",
        "in_eta : in std_logic_vector(7 downto 0);",
    ):
        assert line in text, line
