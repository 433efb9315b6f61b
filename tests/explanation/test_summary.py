"""The decision in one sentence, under every policy."""

from __future__ import annotations

import pytest
from shop import RULES, law, score_law

from rulekit.explanation.summary import outcomes_in_words, points_in_words, summary
from rulekit.ir.semantics import Decision, decide

MANY = {"amount": 800.0, "cards": 5, "country": "DK"}
NONE = {"amount": 1.0, "cards": 1, "country": "SE", "device_age": 5.0}


@pytest.mark.parametrize(
    ("ruleset", "event", "words"),
    [
        (law(), MANY, "3 rules hit; many-cards comes first"),
        (law(hit_policy="collect"), MANY, "3 rules hit; many-cards is the first of them in text order"),
        (law(), {**NONE, "amount": 800.0}, "rule dear hits, and no other"),
        (law(), NONE, "no rule hits"),
        (law(rules=[]), NONE, "the law has no rules"),
        (law(), {}, "amount is missing, and required: nothing is decided"),
        (score_law(), MANY, "10 points: block is reached with 5"),
        (score_law(), NONE, "0 points: 3 short of review, which takes 3"),
    ],
)
def test_a_decision_in_a_sentence(ruleset, event, words: str) -> None:
    assert summary(ruleset, decide(ruleset, event)) == words


def test_a_sum_between_two_thresholds_names_both() -> None:
    decision = Decision("review", hits=("away",), score=4)
    assert summary(score_law(), decision) == (
        "4 points: review is reached with 3; 1 short of block, which takes 5"
    )


def test_several_missing_features() -> None:
    decision = Decision("invalid", missing=("amount", "device_age"))
    assert summary(law(), decision) == "amount and device age are missing, and required: nothing is decided"


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1 point"), (-1, "-1 point"), (0, "0 points"), (-1200, "-1,200 points")]
)
def test_points(number: int, words: str) -> None:
    assert points_in_words(number) == words


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [(("a",), "a"), (("a", "b"), "a or b"), (("a", "b", "c"), "a, b or c"), ((), "another outcome")],
)
def test_outcomes(outcomes: tuple[str, ...], words: str) -> None:
    assert outcomes_in_words(outcomes) == words
    assert len(RULES) == 4
