from __future__ import annotations

from typing import Any as AnyValue

import pytest
from hypothesis import given

from rulekit.errors import ClauseError
from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, Missing
from rulekit.ir.notation.clauses import clause_text, condition_to_when, when_to_condition
from rulekit.testing import conditions, schemas

LOW, HIGH = Compare("x", ">=", 8), Compare("x", "<", 12)


@given(schemas().flatmap(conditions))
def test_what_is_written_is_read_back(condition: Condition) -> None:
    when = condition_to_when(condition)
    read = when_to_condition(when)
    assert read == (condition if isinstance(condition, AllOf) else AllOf((condition,)))
    assert condition_to_when(read) == when


@pytest.mark.parametrize(
    ("condition", "when"),
    [
        (AllOf(()), []),
        (AllOf((LOW, Missing("y"))), ["x >= 8", "y is missing"]),
        (AllOf((LOW, HIGH)), ["x >= 8", "x < 12"]),
        (AllOf((AllOf((LOW, HIGH)),)), ["8 <= x < 12"]),
        (AllOf((AllOf((Compare("x", ">", 8), Compare("x", "<=", 12))),)), ["8 < x <= 12"]),
        (AllOf((AllOf((HIGH, LOW)),)), [{"all": ["x < 12", "x >= 8"]}]),
        (AllOf((AllOf((LOW, Compare("y", "<", 12))),)), [{"all": ["x >= 8", "y < 12"]}]),
        (AllOf((AnyOf((LOW, AllOf(()))),)), [{"any": ["x >= 8", {"all": []}]}]),
    ],
)
def test_writes_as_a_person_would(condition: Condition, when: list[AnyValue]) -> None:
    assert condition_to_when(condition) == when
    assert when_to_condition(when) == condition


@pytest.mark.parametrize(
    ("when", "path"),
    [
        ("x > 1", ()),
        ({"any": ["x > 1"]}, ()),
        ([None], (0,)),
        (["x > 1", 3], (1,)),
        (["x > 1", {"any": ["y >> 1"]}], (1, "any", 0)),
        ([{"any": []}], (0, "any")),
        ([{"all": "x > 1"}], (0, "all")),
        ([{"all": [{"any": ["x > 1", {"nor": []}]}]}], (0, "all", 0, "any", 1)),
        ([{"not": ["x > 1"]}], (0,)),
    ],
)
def test_names_the_path_of_a_bad_clause(when: AnyValue, path: tuple[int | str, ...]) -> None:
    with pytest.raises(ClauseError) as raised:
        when_to_condition(when)
    assert raised.value.path == path
    assert raised.value.what


def test_an_empty_all_is_allowed_inside() -> None:
    assert when_to_condition([{"all": []}]) == AllOf((AllOf(()),))


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        ("x  >\n 30", "x > 30"),
        ({"any": ["x > 1", "y is missing"]}, "any: x > 1, y is missing"),
        ({"all": [{"any": ["x > 1"]}, "y < 2"]}, "all: any: x > 1, y < 2"),
        ({"all": []}, "all: "),
    ],
)
def test_a_clause_in_one_line(clause: AnyValue, text: str) -> None:
    assert clause_text(clause) == text
