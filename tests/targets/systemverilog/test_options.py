"""The options of the ``systemverilog`` target: each wrong one is named."""

from __future__ import annotations

from typing import get_args, get_type_hints

import pytest
from hardware import SMALL, SMALL_GRID

import rulekit
from rulekit.errors import RulekitError
from rulekit.targets.systemverilog.options import Options, OptionValues, Output


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


def test_values_for_type_checkers_are_the_fields_of_the_options() -> None:
    assert list(get_type_hints(OptionValues)) == list(Options.model_fields)
    fields = {name: field.annotation for name, field in Options.model_fields.items()}
    assert get_type_hints(OptionValues) == fields


def test_every_output_is_given_unless_it_is_left_out() -> None:
    assert set(Options().outputs) == set(get_args(Output))
    assert rulekit.compile(SMALL, "systemverilog", SMALL_GRID).options == Options()


@pytest.mark.parametrize(
    ("rows", "said"), [(0, "greater than or equal to 1"), (4097, "less than or equal to 4096")]
)
def test_rows_are_as_many_as_addresses_reach(rows, said) -> None:
    with pytest.raises(RulekitError, match=f"rows: Input should be {said}"):
        rulekit.compile(SMALL, "systemverilog", SMALL_GRID, architecture="tables", rows=rows)
