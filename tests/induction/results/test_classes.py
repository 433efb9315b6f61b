from __future__ import annotations

import json
from dataclasses import replace

from rulekit.induction.results.classes import NOTE, SCALE_NOTE, ClassInduction
from rulekit.induction.results.induction import Induction

from .conftest import measured


def test_its_repr_names_the_classes(classes: ClassInduction) -> None:
    digest = classes.ruleset.digest[:19]
    assert repr(classes) == f"ClassInduction(two 0.1.0, {digest}: 3 rules for muon, electron)"


def test_the_table_has_a_line_a_class(classes: ClassInduction) -> None:
    head, _, muon, electron, *note = str(classes).splitlines()
    assert head.split()[:2] == ["class", "rules"]
    assert muon.split()[:3] == ["muon", "0", "80.0"]  # the rules of the fixture accept; none is for muons
    assert electron.split()[:3] == ["electron", "0", "40.0"]
    assert electron.split()[-2:] == ["5.00", "%"]
    assert "\n".join(note) == NOTE


def test_rules_are_counted_by_their_outcome(classes: ClassInduction) -> None:
    rules = tuple(
        rule.model_copy(update={"then": "muon" if rule.id == "r0" else "electron"})
        for rule in classes.ruleset.rules
    )
    made = replace(classes, ruleset=replace(classes.ruleset, rules=rules))
    _, _, muon, electron, *_ = str(made).splitlines()
    assert (muon.split()[1], electron.split()[1]) == ("1", "2")


def test_under_score_a_class_has_points(classes: ClassInduction) -> None:
    rules = tuple(rule.model_copy(update={"then": None, "points": 4}) for rule in classes.ruleset.rules)
    thresholds = {"muon": 8, "electron": 4}
    made = replace(
        classes, ruleset=replace(classes.ruleset, hit_policy="score", thresholds=thresholds, rules=rules)
    )
    head, _, muon, electron, *note = str(made).splitlines()
    assert head.split()[1] == "points"
    assert (muon.split()[1], electron.split()[1]) == ("8", "4")
    assert "\n".join(note) == f"{NOTE}\n{SCALE_NOTE}"
    assert json.loads(made.to_json())["thresholds"] == thresholds


def test_without_truth_the_rate_is_that_of_all_events(classes: ClassInduction) -> None:
    assert not classes.by_rate
    blind = {name: measured(40, 2, truth=False) for name in classes.measures}
    made = replace(classes, measures=blind)
    assert made.by_rate
    head, _, muon, *_ = str(made).splitlines()
    assert "false positives" not in head
    assert "21.0 %" in muon  # 42 of 200
    assert "unknown" in muon  # no efficiency


def test_one_class_that_stopped_early_is_enough(classes: ClassInduction, chosen: Induction) -> None:
    assert classes.stopped is None
    made = replace(classes, inductions={**classes.inductions, "electron": chosen})
    assert made.stopped == "time limit of 5 s"
    assert str(made).splitlines()[-1].startswith("Stopped early")


def test_json_holds_each_class(classes: ClassInduction) -> None:
    found = json.loads(classes.to_json())
    assert {name: one["rate_limit"] for name, one in found["classes"].items()} == {
        "muon": 0.02,
        "electron": 0.05,
    }
    assert found["classes"]["muon"]["efficiency"]["value"] == 0.8
    assert (found["rules"], found["stopped"], found["thresholds"]) == (3, None, None)


def test_a_notebook_shows_the_classes_and_a_chart_of_each_path(classes: ClassInduction) -> None:
    shown = classes._repr_html_()
    assert shown.count("<svg") == 1
    assert "muon: the path" in shown
    assert "electron" in shown
    assert "<script" not in shown
