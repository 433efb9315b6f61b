from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from rulekit.budget import Budget
from rulekit.errors import BudgetError
from rulekit.induction.induce import induce
from rulekit.induction.results.induction import Induction
from rulekit.ir.condition import literals
from rulekit.ir.schema import Schema

FPR = Budget(false_positive_rate=0.02, rules=6)


def _literals(found: Induction) -> int:
    return sum(1 for rule in found.ruleset.rules for _ in literals(rule.when))


def test_path_rises_to_the_chosen_point(tree: Induction) -> None:
    sizes = [point.literals for point in tree.path]
    assert sizes == sorted(set(sizes))
    assert all(point.measures.false_positive_rate.value <= 0.02 for point in tree.path)
    assert all(point.limit > point.measures.false_positive_rate.value for point in tree.path)
    chosen = tree.path[-1]
    assert chosen.ruleset == tree.ruleset
    assert chosen.measures == tree.measures
    assert (chosen.rules, chosen.literals) == (len(tree.ruleset.rules), _literals(tree))
    assert tree.measures.events == 1800
    assert [measured.id for measured in tree.rule_measures] == [rule.id for rule in tree.ruleset.rules]
    assert tree.at(sizes[0]) == tree.path[0]
    with pytest.raises(BudgetError, match="no ruleset of the path is that small"):
        tree.at(sizes[0] - 1)


def test_the_answer_says_how_it_was_made(
    tree: Induction, events: pl.DataFrame, schema: Schema, tmp_path: Path
) -> None:
    path = tmp_path / "events.parquet"
    events.write_parquet(path)
    found = induce("score", path, "truth", schema=schema, budget=FPR, method="tree")
    provenance = found.ruleset.provenance
    assert provenance is not None
    assert found.ruleset == tree.ruleset or found.ruleset.digest == tree.ruleset.digest
    assert provenance.data == "events.parquet, 6,000 events"
    assert str(tmp_path) not in provenance.model_dump_json()
    assert (provenance.teacher, provenance.method, provenance.seed) == ("score", "tree", 0)
    assert provenance.parameters["folds"] == {"fit": 3000, "selection": 1200, "calibration": 1800}
    assert provenance.parameters["budget"] == {"false_positive_rate": 0.02, "rules": 6}
    assert "held out" in str(provenance.measures["measured_on"])
    assert {"rulekit-engine", "scikit-learn", "polars"} <= set(provenance.versions)
