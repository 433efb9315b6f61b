from __future__ import annotations

import hashlib
import json
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.errors import LawError
from rulekit.ir.notation.document import ruleset_from_document, ruleset_from_json
from rulekit.ir.ruleset import HitPolicy, Rule, Ruleset
from rulekit.testing import rulesets


def document(**changes: Any) -> dict[str, Any]:
    features = [
        {"name": "x", "dtype": "float32", "unit": "GeV", "bounds": [0, 100]},
        {"name": "n", "dtype": "int32"},
        {"name": "c", "dtype": "category", "categories": ["a", "b"]},
    ]
    rules = [
        {"id": "one", "title": "One", "when": ["x > 30", "n >= 2"], "then": "accept", "because": "Physics."},
        {"id": "two", "when": [{"any": ["x > 50", "c == a"]}], "then": "review"},
    ]
    schema = {"name": "law", "version": "1.0.0", "features": features}
    made = {"name": "law", "version": "1.0.0", "schema": schema, "hit_policy": "first", "otherwise": "reject"}
    return {**made, "rules": rules, **changes}


def scoring(**changes: Any) -> dict[str, Any]:
    rules = [{"id": "one", "when": ["x > 30"], "points": 4}, {"id": "two", "when": ["n > 1"], "points": -2}]
    return document(
        **{"hit_policy": "score", "thresholds": {"block": 4, "review": 2}, "rules": rules, **changes}
    )


def rule(**changes: Any) -> dict[str, Any]:
    return {"id": "one", "when": ["x > 30"], "then": "accept", **changes}


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (document(rules=[rule(), rule()]), "rule id one is used twice"),
        (document(rules=[rule(id="Not Lower")]), "rules.id"),
        (document(rules=[rule(id="a--b")]), "rules.id"),
        (document(rules=[rule(then=None)]), "wants `then`"),
        (document(rules=[rule(points=3)]), "wants `then`, and no `points`"),
        (document(rules=[rule(prescale=2)]), "prescale belongs to hit_policy collect"),
        (document(rules=[rule(prescale=0)], hit_policy="collect"), "greater than or equal to 1"),
        (document(rules=[rule(then="invalid")]), "kept for events that lack a required feature"),
        (document(rules=[rule(origin="machine")]), "'human', 'induced' or 'edited'"),
        (document(rules=[rule(wen=[])]), "there is no such field"),
        (document(rules=[{"id": "one", "then": "accept"}]), "when: this field is missing"),
        (document(otherwise="invalid"), "kept for events that lack a required feature"),
        (document(otherwise=""), "otherwise"),
        (document(thresholds={"a": 1}), "thresholds belong to hit_policy score"),
        (document(hit_policy="priority"), "hit_policy"),
        (document(name="Law"), "name"),
        (document(version="1"), "version"),
        (document(rules=[rule(when="x > 30")]), "`when` is a list of literals"),
        (document(rules=[rule(when=[["x > 30"]])]), "this is not a clause"),
        (document(rules=[rule(when=[{"any": []}])]), "`any` holds a list of clauses"),
        (document(rules=[rule(when=[{"any": ["x > 1"], "all": []}])]), "this is not a clause"),
        (document(rules=[rule(when=[{"none": ["x > 1"]}])]), "expected any or all"),
        (document(rules=[rule(when=[{"not": ["x > 1"]}])]), "write the complement of the sign"),
        (document(rules=[rule(when=["y > 30"])]), "unknown feature 'y'"),
        (scoring(thresholds=None), "wants `thresholds`"),
        (scoring(thresholds={}), "wants `thresholds`"),
        (scoring(thresholds={"a": 1, "b": 1}), "each a different number"),
        (scoring(thresholds={"invalid": 1}), "kept for events"),
        (scoring(thresholds={"a": 2**63}), "beyond int64"),
        (scoring(rules=[rule()]), "wants `points`"),
        (scoring(rules=[rule(points=1)]), "wants `points`, and no `then`"),
        (scoring(rules=[{"id": "one", "when": [], "points": 1, "prescale": 2}]), "wants `points`"),
        (scoring(rules=[{"id": i, "when": [], "points": 2**62} for i in "ab"]), "overflow int64"),
    ],
)
def test_refuses_a_law_that_contradicts_itself(made: dict[str, Any], message: str) -> None:
    with pytest.raises(LawError) as raised:
        ruleset_from_document(made)
    assert message in str(raised.value)


def test_reports_every_problem_at_once() -> None:
    rules = [rule(when=["y > 1"]), rule(id="two", when=["x in {1}"])]
    with pytest.raises(LawError) as raised:
        ruleset_from_document(document(rules=rules))
    assert [problem.where.rule for problem in raised.value.problems] == ["one", "two"]


def test_a_ruleset_is_immutable() -> None:
    made = ruleset_from_document(document())
    with pytest.raises(FrozenInstanceError):
        made.otherwise = "accept"  # type: ignore[misc]


def schema_with(**changes: Any) -> dict[str, Any]:
    schema = document()["schema"]
    first = {**schema["features"][0], **changes}
    return {**schema, "features": [first, *schema["features"][1:]]}


ONE, TWO = document()["rules"]


@pytest.mark.parametrize(
    "made",
    [
        document(version="2.0.0"),
        document(rules=[{**ONE, "title": "Other words"}, TWO]),
        document(rules=[{**ONE, "because": ""}, TWO]),
        document(rules=[{**ONE, "origin": "edited"}, TWO]),
        document(provenance={"teacher": "model.onnx", "seed": 3}),
        document(schema=schema_with(doc="Transverse momentum.")),
        document(schema={**schema_with(), "version": "1.1.0"}),
        document(rules=[{**ONE, "when": ["n >= 2", "x > 30.0", "x > 30"]}, TWO]),
        document(rules=[{**ONE, "when": ["n > 1.5", {"all": ["x > 30"]}]}, TWO]),
        document(rules=[ONE, {**TWO, "when": [{"any": ["c in {a}", "x > 50.0000000001"]}]}]),
    ],
)
def test_words_do_not_change_the_digest(made: dict[str, Any]) -> None:
    assert ruleset_from_document(made).digest == ruleset_from_document(document()).digest


@pytest.mark.parametrize(
    "made",
    [
        document(rules=[{**ONE, "when": ["x > 31", "n >= 2"]}, TWO]),
        document(rules=[{**ONE, "when": ["x >= 30", "n >= 2"]}, TWO]),
        document(rules=[{**ONE, "when": [{"any": ["x > 30", "n >= 2"]}]}, TWO]),
        document(rules=[{**ONE, "then": "review"}, TWO]),
        document(rules=[{**ONE, "id": "uno"}, TWO]),
        document(rules=[TWO, ONE]),
        document(rules=[ONE]),
        document(otherwise="accept"),
        document(hit_policy="any"),
        document(name="other"),
        document(schema=schema_with(unit="TeV")),
        document(schema=schema_with(bounds=[0, 101])),
        document(schema=schema_with(bounds=None)),
        document(schema=schema_with(dtype="float64")),
        document(schema=schema_with(required=True)),
        document(schema={**schema_with(), "features": document()["schema"]["features"][::-1]}),
    ],
)
def test_the_law_changes_the_digest(made: dict[str, Any]) -> None:
    assert ruleset_from_document(made).digest != ruleset_from_document(document()).digest


@pytest.mark.parametrize(
    "made",
    [
        scoring(thresholds={"block": 5, "review": 2}),
        scoring(thresholds={"review": 4, "block": 2}),
        scoring(
            rules=[
                {"id": "one", "when": ["x > 30"], "points": 5},
                {"id": "two", "when": ["n > 1"], "points": -2},
            ]
        ),
    ],
)
def test_points_and_thresholds_change_the_digest(made: dict[str, Any]) -> None:
    assert ruleset_from_document(made).digest != ruleset_from_document(scoring()).digest


def test_the_order_of_thresholds_is_only_words() -> None:
    other = scoring(thresholds={"review": 2, "block": 4})
    assert ruleset_from_document(other).digest == ruleset_from_document(scoring()).digest


def test_prescale_is_law() -> None:
    once, twice = (
        ruleset_from_document(document(hit_policy="collect", rules=[rule(prescale=prescale)]))
        for prescale in (1, 2)
    )
    assert once.digest != twice.digest


def test_the_digest_is_the_same_for_ever() -> None:
    """Artifacts and records name this digest: it may change with the law's meaning alone."""
    assert ruleset_from_document(document()).digest == "sha256:" + hashlib.sha256(LAW.encode()).hexdigest()


LAW = (
    '{"features":['
    '{"bounds":["0","100"],"categories":null,"dtype":"float32","name":"x","required":false,"unit":"GeV"},'
    '{"bounds":null,"categories":null,"dtype":"int32","name":"n","required":false,"unit":null},'
    '{"bounds":null,"categories":["a","b"],"dtype":"category","name":"c","required":false,"unit":null}],'
    '"hit_policy":"first","name":"law","otherwise":"reject","rules":['
    '{"id":"one","prescale":1,"then":"accept","when":{"all":["n >= 2","x > 30"]}},'
    '{"id":"two","prescale":1,"then":"review","when":{"any":["c in {a}","x > 50"]}}],"thresholds":null}'
)


def test_outcomes_in_the_order_of_the_text() -> None:
    assert ruleset_from_document(document()).outcomes == ("accept", "review", "reject", "invalid")
    made = ruleset_from_document(scoring(otherwise="review"))
    assert made.ladder == (("review", 2), ("block", 4))
    assert made.outcomes == ("review", "block", "invalid")


def test_reads_only_what_decides() -> None:
    schema = schema_with(required=True)
    made = ruleset_from_document(document(schema=schema, rules=[rule(when=["n > 1"])]))
    assert [feature.name for feature in made.read] == ["x", "n"]
    assert ruleset_from_document(document(rules=[])).read == ()


@given(rulesets(prescale=True))
def test_drawn_rulesets_are_lawful(ruleset: Ruleset) -> None:
    assert len(ruleset.bound) == len(ruleset.rules)
    assert ruleset.outcomes[-1] == "invalid"
    assert len(set(ruleset.outcomes)) == len(ruleset.outcomes)


@given(
    st.sampled_from(HitPolicy).flatmap(
        lambda policy: rulesets(policies=[policy]).map(lambda made: (policy, made))
    )
)
def test_the_kit_draws_every_policy(case: tuple[HitPolicy, Ruleset]) -> None:
    policy, ruleset = case
    assert ruleset.hit_policy is policy
    assert bool(ruleset.ladder) == (policy is HitPolicy.SCORE)


@pytest.mark.parametrize(
    ("score", "outcome"),
    [(-(1 << 62), "reject"), (1, "reject"), (2, "review"), (3, "review"), (4, "block"), (1 << 62, "block")],
)
def test_a_sum_gives_the_outcome_of_the_highest_threshold_that_it_reaches(score: int, outcome: str) -> None:
    assert ruleset_from_document(scoring()).outcome_of(score) == outcome


def test_negative_and_zero_thresholds_are_thresholds() -> None:
    made = ruleset_from_document(scoring(thresholds={"low": -3, "none": 0}))
    assert [made.outcome_of(score) for score in (-4, -3, -1, 0)] == ["reject", "low", "low", "none"]


@given(rulesets())
def test_accepting_outcomes_are_those_that_a_rule_or_a_threshold_names(ruleset: Ruleset) -> None:
    named = {rule.then for rule in ruleset.rules} | set(ruleset.thresholds or {})
    assert set(ruleset.accepting) == named - {None, ruleset.otherwise}
    assert [name for name in ruleset.outcomes if name in ruleset.accepting] == list(ruleset.accepting)


def test_the_repr_of_a_ruleset_is_one_line_a_person_reads() -> None:
    made = ruleset_from_document(document())
    assert repr(made) == f"<Ruleset law 1.0.0: 2 rules, hit policy first, {made.digest[:19]}>"
    assert "1 rule, hit policy first" in repr(ruleset_from_document(document(rules=[rule()])))


def test_a_ruleset_that_does_not_fit_its_schema_can_still_be_shown() -> None:
    made = ruleset_from_document(document())
    wrong = replace(made, rules=(*made.rules, Rule(id="three", when=["unknown > 1"], then="accept")))
    assert "rules do not fit the schema" in repr(wrong)
    assert "unknown &gt; 1" in wrong._repr_html_()


@given(rulesets())
def test_the_json_of_a_ruleset_is_read_back(ruleset: Ruleset) -> None:
    assert ruleset_from_json(ruleset.to_json()) == ruleset
    assert json.loads(ruleset.to_json()) == ruleset.to_document()


def test_a_notebook_shows_each_rule_as_a_row() -> None:
    shown = ruleset_from_document(document())._repr_html_()
    assert shown.count("<tr>") == 3
    for text in (
        "law 1.0.0",
        "One",
        "x &gt; 30",
        "n &gt;= 2",
        "any: x &gt; 50, c == a",
        "Physics.",
        "Otherwise reject.",
    ):
        assert text in shown
    assert "1 in" not in shown


def test_a_notebook_shows_points_thresholds_and_prescales() -> None:
    shown = ruleset_from_document(scoring())._repr_html_()
    for text in ("+4", "-2", "Reached with 2: review, 4: block. Otherwise reject."):
        assert text in shown
    menu = document(hit_policy="collect", rules=[rule(prescale=1000)])
    assert "1 in 1,000" in ruleset_from_document(menu)._repr_html_()


def test_a_title_can_not_become_markup() -> None:
    made = ruleset_from_document(document(rules=[rule(title="<script>x</script>", because="a < b")]))
    assert "<script>" not in made._repr_html_()
    assert "a &lt; b" in made._repr_html_()


def test_a_rule_shows_itself() -> None:
    first, second = ruleset_from_document(document()).rules
    assert repr(first) == "<Rule one: x > 30 and n >= 2 -> accept>"
    assert repr(second) == "<Rule two: any: x > 50, c == a -> review>"
    assert repr(ruleset_from_document(scoring()).rules[1]) == "<Rule two: n > 1 -> -2 points>"
    assert repr(Rule(id="all", when=[], then="a")) == "<Rule all: always -> a>"
    assert first.when_lines == ["x > 30", "n >= 2"]
    assert json.loads(second.to_json()) == {
        "id": "two",
        "when": [{"any": ["x > 50", "c == a"]}],
        "then": "review",
    }
    assert first._repr_html_().count("<tr>") == 2


def test_the_repr_of_a_long_rule_is_cut() -> None:
    long = Rule(id="long", when=[f"x > {number}" for number in range(40)], then="a")
    assert len(repr(long)) == len("<Rule long:  -> a>") + 80
    assert "..." in repr(long)
