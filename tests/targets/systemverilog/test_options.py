"""The options of the ``systemverilog`` target: each wrong one is named."""

from __future__ import annotations

import pytest
from hardware import SMALL, SMALL_GRID

import rulekit
from rulekit.errors import RulekitError


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"stages": 11}, "stages: Input should be less than or equal to 10"),
        ({"stages": 0}, "stages: Input should be greater than or equal to 1"),
        ({"stages": "two"}, "stages: Input should be a valid integer"),
        ({"colour": 1}, "colour: there is no such field"),
        ({"missing": "perhaps"}, "missing: Input should be a valid boolean"),
        ({"outputs": ("verdict",)}, "outputs: Input should be 'accept'"),
        ({"architecture": "magic"}, "architecture: Input should be 'comparators' or 'tables'"),
        ({"stages": 12, "colour": 1}, "stages: .*; colour: "),
    ],
    ids=str,
)
def test_an_option_that_does_not_fit_is_named(options, named) -> None:
    with pytest.raises(RulekitError, match=named) as raised:
        rulekit.compile(SMALL, "systemverilog", SMALL_GRID, **options)
    assert "target systemverilog does not take" in str(raised.value)
    assert "options of the target: architecture, stages" in str(raised.value)


@pytest.mark.parametrize("option", ["stages", "colour"])
def test_other_targets_do_not_take_the_options(option) -> None:
    with pytest.raises(RulekitError, match=f"target polars does not take these options: {option}"):
        rulekit.compile(SMALL, "polars", **{option: 1})
