"""A design as a value: JSON gives it back, and what does not fit is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from designs import design, number

from rulekit.errors import RulekitError
from rulekit.reports.audit.model.fpga import Fpga

SHARE = {"value": 0.5, "low": 0.25, "high": 0.75, "part": 1.0, "whole": 2.0}
CHANGE = {"value": -0.5, "low": -1.0, "high": 0.0, "gained": 0.0, "lost": 1.0, "whole": 2.0}
STATEMENT = {"name": "law", "says": "the logic answers", "shown": True, "seconds": 0.5}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"clock": None},
        {"proof": {"holds": True, "tool": "yosys", "statements": [STATEMENT]}},
        {"agreement": {"otherwise": SHARE, "accepted": {"rate": CHANGE}}},
        {"formats": [number("x", -1.0, 1.0, bounds=[0, 2.5])]},
    ],
    ids=["full", "no clock", "proved", "agreement", "bounds"],
)
def test_a_design_comes_back_from_its_json(changes: dict[str, Any]) -> None:
    made = design(**changes)
    assert Fpga.model_validate(json.loads(made.model_dump_json())) == made


def test_bounds_stay_whole_numbers_where_they_are() -> None:
    (form,) = design(formats=[number("x", -1.0, 1.0, bounds=[0, 2.5])]).formats
    assert [type(end) for end in form.bounds] == [int, float]


@pytest.mark.parametrize(
    "wrong",
    [
        {"stages": [{"name": "guess", "registered": True}]},
        {"stages": [{"name": "rules"}]},
        {"clock": {"device": "--25k"}},
        {"lut": "many"},
        {"lut": 0.5},
        {"luts": 3},
        {"formats": [number("x", 0.0, 1.0, bounds=[0])]},
        {"memory": {"RAMB36E2": "two"}},
        {"proof": {"holds": "perhaps", "tool": "x", "statements": []}},
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(RulekitError):
        design(**wrong)
