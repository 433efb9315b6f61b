"""Names that hardware languages keep, or that meet after cleaning: decided exactly all the same."""

from __future__ import annotations

import re

import pytest
from hardware import (
    check_exact,
    design_of,
    grid,
    law,
    needs_icarus,
    needs_verilator,
    ports_of,
)
from oddnames import ODD, RULESETS, WORDS, named

import rulekit
from rulekit.targets.systemverilog.simulation import simulate
from rulekit.targets.systemverilog.tools import VERILATOR


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
