from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rulekit.errors import BudgetError
from rulekit.induction.results.induction import Induction, early, title
from rulekit.ir.notation.document import ruleset_from_document

from .conftest import measured, ruleset


def test_its_repr_is_one_line(induction: Induction) -> None:
    assert repr(induction) == (
        f"Induction(two 0.1.0, {induction.ruleset.digest[:19]}: 3 rules with 6 literals, efficiency 80.0 %, "
        "false positives 2.00 %, at most 3.50 %, path of 3)"
    )


def test_the_repr_says_that_it_stopped(chosen: Induction) -> None:
    assert repr(chosen).endswith("path of 3, stopped early: time limit of 5 s)")


def test_an_alert_rate_is_named_by_the_budget_in_the_provenance(induction: Induction) -> None:
    assert not induction.by_rate
    alerted = replace(induction, ruleset=ruleset(3, "alert_rate"), measures=measured(40, 3, truth=False))
    assert alerted.by_rate
    assert "rate 21.5 %" in repr(alerted)
    assert "efficiency" not in repr(alerted)
    assert not replace(induction, ruleset=replace(ruleset(3), provenance=None)).by_rate


def test_as_text_it_is_the_path_and_the_remarks(chosen: Induction, induction: Induction) -> None:
    assert str(chosen).startswith(str(induction))
    rest = str(chosen).removeprefix(str(induction)).strip().splitlines()
    assert [line.split() for line in rest[:5:2]] == [
        ["rule", "found", "again"],
        ["r0", "100", "%"],
        ["r2", "12", "%"],
    ]
    # the bound is 84 / 80
    assert rest[5] == "Selected by a solver from 120 boxes, which hold at most 5.0 % more."
    assert rest[6] == "Stopped early (time limit of 5 s): this is the best so far."
    assert len(rest) == 7


def test_json_holds_all_of_it(chosen: Induction) -> None:
    found = json.loads(chosen.to_json())
    assert found["digest"] == chosen.ruleset.digest
    assert (found["rules"], found["rate_limit"], found["stopped"]) == (3, 0.035, "time limit of 5 s")
    assert found["stability"] == [1.0, 0.5, 0.123]
    assert [point["literals"] for point in found["path"]] == [2, 4, 6]
    assert found["methods"][0]["method"] == "tree"
    assert found["teacher"]["efficiency"]["value"] == 0.9
    assert found["selection"]["candidates"] == 120
    assert ruleset_from_document(found["ruleset"]).digest == chosen.ruleset.digest


def test_json_of_the_least_has_nulls(induction: Induction) -> None:
    found = json.loads(replace(induction, teacher=None).to_json())
    assert (found["stopped"], found["selection"], found["stability"], found["teacher"]) == (None,) * 4


def test_a_notebook_shows_table_chart_and_mark(chosen: Induction) -> None:
    shown = chosen._repr_html_()
    assert shown.count("<tr>") + shown.count("<tr ") == 4
    assert shown.count("drafted</td>") == 1
    assert "<svg" in shown
    assert "teacher 90.0 %" in shown
    assert "Stopped early" in shown
    assert "<script" not in shown
    assert title(chosen.ruleset) in shown


def test_names_can_not_become_markup(induction: Induction) -> None:
    odd = replace(induction, stopped="<script>alert(1)</script>")
    assert "<script>" not in odd._repr_html_()
    assert "&lt;script&gt;" in odd._repr_html_()


@pytest.mark.parametrize(("literals", "rules"), [(2, 1), (3, 1), (4, 2), (5, 2), (6, 3), (1000, 3)])
def test_at_returns_the_largest_point_that_is_small_enough(
    induction: Induction, literals: int, rules: int
) -> None:
    assert induction.at(literals).rules == rules


def test_nothing_on_the_path_is_smaller_than_its_first_point(induction: Induction) -> None:
    with pytest.raises(BudgetError, match="no ruleset of the path is that small") as caught:
        induction.at(1)
    assert (caught.value.expected, caught.value.got) == ("at least 2 literals", "1")


def test_only_an_early_end_is_a_remark() -> None:
    assert early(None) == []
    assert early("interrupted") == ["Stopped early (interrupted): this is the best so far."]
