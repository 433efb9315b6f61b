"""The ``systemverilog`` target: which laws it refuses, and what to do."""

from __future__ import annotations

import pytest
from hardware import SMALL, SMALL_GRID, grid, law, needs_icarus

import rulekit
from rulekit.errors import ArtifactError, MissingToolError, UnsupportedError
from rulekit.targets.systemverilog import target
from rulekit.targets.systemverilog.options import Options

NUMBER = [{"name": "x", "dtype": "float64"}]
WHOLE = [{"name": "n", "dtype": "int64"}]


def test_native_numerics_are_refused_with_what_to_do() -> None:
    with pytest.raises(UnsupportedError, match="compile with fixed-point formats") as raised:
        rulekit.compile(SMALL, "systemverilog")
    (refusal,) = raised.value.refusals
    assert refusal.subject == "numerics native"


def test_a_prescale_is_refused_without_control() -> None:
    ruleset = law(WHOLE, [("a", ["n > 1"])], policy="collect")
    prescaled = ruleset.rules[0].model_copy(update={"prescale": 10})
    document = ruleset.__dict__ | {"rules": (prescaled,)}
    fields = ("name", "version", "schema", "hit_policy", "otherwise", "thresholds", "rules")
    ruleset = type(ruleset)(**{name: document[name] for name in fields})
    with pytest.raises(UnsupportedError, match="rule a: prescale 10"):
        rulekit.compile(ruleset, "systemverilog", grid(ruleset))


@needs_icarus
@pytest.mark.parametrize(
    "outputs", [("accept",), ("accept", "outcome", "fired"), ("rule", "fired"), ("outcome", "rule")]
)
def test_deciding_needs_what_a_decision_is_read_from(outputs) -> None:
    artifact = rulekit.compile(SMALL, "systemverilog", SMALL_GRID, outputs=outputs)
    lacks = next(name for name in ("rule", "outcome", "fired") if name not in outputs)
    with pytest.raises(ArtifactError, match=f"the design has no output {lacks}") as raised:
        artifact.load()
    assert "compile with all outputs to decide events" in str(raised.value)


@pytest.mark.parametrize("options", [{}, {"architecture": "tables"}, {"control": True}], ids=str)
def test_more_than_three_stages_are_for_sums_of_points(options) -> None:
    ruleset = law(NUMBER, [("a", ["x > 1"])], policy="score" if options else "any")
    with pytest.raises(UnsupportedError, match="stages 4") as raised:
        rulekit.compile(ruleset, "systemverilog", grid(ruleset), stages=4, **options)
    assert "--option stages=3" in str(raised.value)


def test_loading_needs_a_simulator_and_compiling_none(monkeypatch) -> None:
    monkeypatch.setattr("rulekit.targets.systemverilog.tools.sys.executable", "/nowhere/python")
    monkeypatch.setattr("rulekit.targets.systemverilog.tools.shutil.which", lambda _: None)
    artifact = rulekit.compile(SMALL, "systemverilog", SMALL_GRID)
    assert isinstance(target.absent(), MissingToolError)
    with pytest.raises(MissingToolError, match="iverilog is not installed"):
        artifact.load()


def test_what_tables_and_control_refuse_is_told_together() -> None:
    ruleset = law(NUMBER, [("a", ["x > 1"])])
    wide = grid(ruleset, 16)
    found = target.refuses(ruleset, wide, Options(architecture="tables", control=True, stages=4))
    subjects = [each.subject for each in found]
    assert "feature x" in subjects
    assert subjects[-1] == "stages 4"
    assert len(subjects) == 3
    assert target.refuses(ruleset, wide, Options()) == ()
