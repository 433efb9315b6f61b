"""The parts of an explanation: values as a decision record writes them, and what is refused."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from rulekit.errors import RulekitError
from rulekit.explanation.model import Change, Counterfactual, Hit, LiteralStatus


def literal(value: Any) -> LiteralStatus:
    return LiteralStatus(rule="r", feature="x", text="x > 1", value=value, holds=True, words="x is more")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (0.5, 0.5),
        ("SE", "SE"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        (2**53 - 1, 2**53 - 1),
        (2**53, "9007199254740992"),
    ],
)
def test_values_are_written_as_in_a_record(value: Any, written: Any) -> None:
    found = literal(value)
    assert json.loads(found.model_dump_json())["value"] == written
    assert found.model_dump()["value"] == value
    assert type(found.value) is type(value)


def test_both_values_of_a_change_are_written_so() -> None:
    found = Change(
        feature="x", before=None, after=math.inf, cost=1.0, scale=2.0, scale_from="bounds", words=""
    )
    document = json.loads(found.model_dump_json())
    assert (document["before"], document["after"]) == (None, "Infinity")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Counterfactual(answer="maybe", toward=("a",), words=""),
        lambda: Counterfactual(answer="none", words=""),
        lambda: Hit(rule="r", title="", because="", point=3),
        lambda: Hit(rule="r", title="", because="", points="many"),
        lambda: Change(feature="x", before=1, after=2, cost=1.0, scale=2.0, scale_from="guess", words=""),
    ],
)
def test_what_does_not_fit_is_refused(wrong) -> None:
    with pytest.raises(RulekitError):
        wrong()
