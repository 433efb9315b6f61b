from __future__ import annotations

from typing import Any

import pytest

from rulekit.budget import Budget
from rulekit.errors import BudgetError


def test_budget_knows_its_rate() -> None:
    assert (Budget(alert_rate=0.01).kind, Budget(alert_rate=0.01).rate) == ("alert_rate", 0.01)
    assert Budget(false_positive_rate=0.02, rules=3).kind == "false_positive_rate"
    assert Budget(alert_rate=0.01).rules == 20


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "exactly one of false_positive_rate and alert_rate"),
        ({"alert_rate": 0.1, "false_positive_rate": 0.1}, "exactly one"),
        ({"alert_rate": 0}, "alert_rate is out of range\n  expected greater than 0, got 0"),
        ({"alert_rate": 1.0}, "expected less than 1, got 1.0"),
        ({"false_positive_rate": float("nan")}, "false_positive_rate is out of range"),
        (
            {"alert_rate": 0.1, "rules": 0},
            "rules is out of range\n  expected greater than or equal to 1, got 0",
        ),
        ({"alert_rate": 0.1, "literals": -3}, "literals is out of range"),
        ({"alert_rate": "much"}, "alert_rate is out of range\n  expected a valid number"),
    ],
)
def test_contradictions_are_budget_errors(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(BudgetError) as caught:
        Budget(**arguments)
    assert words in str(caught.value)
