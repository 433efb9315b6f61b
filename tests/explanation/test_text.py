"""The text of explanations where points are summed, and where a rule speaks of a range."""

import pytest

import rulekit
from rulekit.explanation.explainer import Explainer
from rulekit.explanation.text import as_text

CREDIT = """\
name: credit.score
version: 1.0.0
schema:
  name: credit.score
  version: 1.0.0
  features:
    - {name: age, dtype: int32, unit: year, bounds: [18, 100], required: true}
    - {name: income, dtype: float64, unit: EUR, bounds: [0, 200000]}
    - {name: debt, dtype: float64, unit: EUR}
    - {name: late, dtype: bool}
hit_policy: score
otherwise: decline
thresholds: {review: 3, grant: 6}
rules:
  - {id: high-income, title: Income above 40 thousand, when: [income > 40000], points: 4}
  - {id: some-income, when: [20000 < income <= 40000], points: 2}
  - {id: little-debt, when: [debt < 5000], points: 3}
  - {id: late, title: Paid late before, when: [late == true], points: -3}
  - {id: grown-up, when: [age >= 25], points: 1}
"""
APPLICANT = {"age": 31, "income": 25000, "debt": 9000.5, "late": True, "zip": 3}
TEXT = """\
credit.score 1.0.0: decline
0 points: 3 short of review, which takes 3

why
  late (-3)
    Paid late before
    - late is true

points
       +2  some-income
       -3  late
       +1  grown-up
        0  total
        3  for review: 3 short
        6  for grant: 6 short

nearest rules that did not hit
  little-debt (+3): its one literal fails
    - debt 9000.5 EUR is not less than 5000 EUR, by 4000.5 EUR
  high-income (+4): its one literal fails
    Income above 40 thousand
    - income 25,000 EUR is not more than 40,000 EUR, by 15,000 EUR

the least change that gives review
  debt from 9000.5 EUR down to just below 5000 EUR, by 4000.5 EUR
  then: review with 3 points
  cost 0.08: debt over 50,000, as given

reasons, in order: late

not in the schema, ignored: zip
"""


@pytest.fixture(scope="module")
def credit():
    return rulekit.load(CREDIT)


def test_points_are_a_table(credit):
    explainer = Explainer(credit, immutable=["late"], scales={"debt": 50_000, "income": 1e3})
    assert as_text(explainer.explain(APPLICANT, toward="review")) + "\n" == TEXT


def test_reasons_for_an_outcome_above_are_points_that_were_given(credit):
    told = Explainer(credit).explain({**APPLICANT, "late": False, "debt": 3.0})
    assert told.reasons == ("little-debt", "some-income", "grown-up")
    assert [(step.outcome, step.short) for step in told.ladder] == [("review", -3), ("grant", 0)]
    assert told.summary == "6 points: grant is reached with 6"


def test_a_range_whose_value_is_missing_is_one_failure(credit):
    told = Explainer(credit).explain({"age": 31, "debt": 1.0})
    near = {near.rule: near for near in told.why_not}
    assert [one.text for one in near["some-income"].failing] == ["20000 < income <= 40000"]
    assert "    - income is missing; it would have to be more than 20,000 and at most" in as_text(told)


def test_a_range_that_is_left_fails_at_one_end(credit):
    told = Explainer(credit).explain({"age": 31, "income": 50_000})
    near = next(near for near in told.why_not if near.rule == "some-income")
    assert [one.words for one in near.failing] == [
        "income 50,000 EUR is not at most 40,000 EUR, by 10,000 EUR"
    ]


def test_rules_at_one_feature_each_are_ordered_by_distance(credit):
    told = Explainer(credit).explain({"age": 20, "income": 10_000, "debt": 9000, "late": False})
    assert [near.rule for near in told.why_not] == ["some-income", "grown-up", "high-income"]
    assert [near.distance for near in told.why_not] == sorted(near.distance for near in told.why_not)


def test_changes_of_several_kinds_say_what_each_counts_in(credit):
    told = Explainer(credit, scales={"debt": 100}).explain({"age": 18, "income": 0.0}, toward="grant")
    text = as_text(told)
    cost = "  cost 1.19: age over 82 and income over 200,000, the width of the bounds; debt\n"
    assert f"{cost}    1, was missing" in text


def test_one_outcome_leaves_nothing_to_ask_for():
    ruleset = rulekit.load(
        CREDIT.replace("otherwise: decline", "otherwise: grant").replace("review: 3, ", "")
    )
    text = as_text(Explainer(ruleset).explain(APPLICANT))
    assert "no change that is allowed leads to another outcome; that is proved" in text
