"""The ``systemverilog`` target: which laws it refuses, and what to do."""

from __future__ import annotations

import pytest
from hardware import SMALL, SMALL_GRID, grid, law, needs_icarus

import rulekit
from rulekit.errors import ArtifactError, UnsupportedError

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
