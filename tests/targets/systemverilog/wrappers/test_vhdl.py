"""The design as VHDL sees it: the component is the module, and tools take it."""

from __future__ import annotations

import re

import pytest
from hardware import (
    SMALL,
    SMALL_GRID,
    design_of,
    grid,
    law,
    needs_ghdl,
    ports_of,
)
from oddnames import ODD, RULESETS, WORDS, named

import rulekit
from rulekit.targets.systemverilog.tools import GHDL


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
