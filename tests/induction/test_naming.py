from __future__ import annotations

import pytest

from rulekit.induction.naming import reason, rule_ids, slug, title
from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, Member, Missing
from rulekit.measures import EventLabels, RuleMeasures, measure_rules

X, Y, Z = (Compare(name, ">", 1) for name in "xyz")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("x", "x"),
        ("Time of flight", "time-of-flight"),
        ("cards_per_device_1h", "cards-per-device-1h"),
        ("__a--b__", "a-b"),
        ("ÅÄÖ", "feature"),
        ("", "feature"),
    ],
)
def test_a_slug_holds_letters_digits_and_hyphens(name: str, found: str) -> None:
    assert slug(name) == found


def test_an_id_names_the_first_two_features() -> None:
    assert rule_ids([AllOf((X, Y, Z)), X, AllOf((Z, Z, X))]) == ["x-y", "x", "z-x"]


def test_equal_names_are_numbered_and_taken_ones_are_left_alone() -> None:
    assert rule_ids([X, X, X], taken=["x-2"]) == ["x", "x-3", "x-4"]
    assert rule_ids([X], taken=["x"]) == ["x-2"]


def test_a_prefix_comes_first_and_a_condition_on_nothing_has_a_name() -> None:
    assert rule_ids([X, AllOf((X, Y))], prefix="muon") == ["muon-x", "muon-x-y"]
    assert rule_ids([AllOf(())]) == ["always"]


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (Compare("x", "<", 3), "x below 3"),
        (Compare("x", "<=", 3), "x at most 3"),
        (Compare("x", ">=", 2), "x at least 2"),
        (Compare("x", "!=", 2), "x is not 2"),
        (Compare("flag", "==", value=True), "flag"),
        (Compare("flag", "==", value=False), "not flag"),
        (Missing("x"), "x missing"),
        (Missing("x", negated=True), "x known"),
        (Member("k", ("r", "g"), negated=False), "k is r or g"),
        (Member("k", ("r", "g"), negated=True), "k other than r or g"),
        (AllOf((X, Missing("y"))), "x above 1 and y missing"),
        (AnyOf((X, Missing("x"))), "(x above 1 or x missing)"),
        (AnyOf((AllOf((X, Compare("x", "<=", 5))), Missing("x"))), "(x above 1 and at most 5 or x missing)"),
    ],
)
def test_a_title_is_a_phrase(condition: Condition, text: str) -> None:
    assert title(condition) == text


def _measured(*, truth: bool) -> RuleMeasures:
    import polars as pl

    hits = pl.DataFrame({"one": [True] * 4 + [False] * 6, "other": [False] * 3 + [True] * 2 + [False] * 5})
    signal = pl.Series([True, True, True, False, True, True, False, False, False, False])
    return measure_rules(hits, EventLabels(10, truth=signal if truth else None))[0]


def test_a_reason_counts_hits_purity_and_share() -> None:
    # rule one: 4 hits, 3 of them signal; 3 of 5 signal events; 3 of its 4 hits are its own
    assert reason(_measured(truth=True), 1234) == (
        "On 1,234 calibration events: 4 hits, purity 0.75, 0.600 of the signal, "
        "0.75 of the hits no other rule takes."
    )


def test_a_reason_without_truth_counts_hits() -> None:
    assert reason(_measured(truth=False), 10) == (
        "On 10 calibration events: 4 hits, 0.75 of the hits no other rule takes."
    )
