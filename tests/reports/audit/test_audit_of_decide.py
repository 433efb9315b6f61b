"""What ``decide`` writes is what ``audit`` reads."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from rulekit.induction.teachers.load import teacher
from rulekit.ir.ruleset import Ruleset
from rulekit.reports.audit.api import audit
from rulekit.runtime.decide_file import decide_file
from rulekit.targets.api import compile as compile_rules


@pytest.mark.parametrize("suffix", [".parquet", ".arrow", ".csv"])
@pytest.mark.parametrize("law", ["ruleset", "score_ruleset"])
@pytest.mark.parametrize("id_column", ["payment", None])
def test_decided_file_is_audited(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    events: pl.DataFrame,
    suffix: str,
    law: str,
    id_column: str | None,
) -> None:
    ruleset: Ruleset = request.getfixturevalue(law)
    source, out = tmp_path / "events.parquet", tmp_path / f"decisions{suffix}"
    events.write_parquet(source)
    decide_file(compile_rules(ruleset), str(source), out, id_column=id_column, command="rulekit decide")
    found = audit(out, truth="fraud", teacher=teacher("model", ruleset.schema), sample=100)
    assert found.holds
    assert found.data.events == events.height
    assert found.origin.target == "kernel"
    assert found.origin.decided_by == "rulekit decide"
    assert found.teacher is not None
