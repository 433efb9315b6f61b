from __future__ import annotations

import json
import math

import pytest

from rulekit.induction.results.induction import Induction
from rulekit.induction.results.path import (
    count_of,
    joined,
    json_text,
    path_head,
    path_lines,
    path_text,
    rate_name,
)


def test_a_line_holds_size_shares_limit_and_mark(induction: Induction) -> None:
    first, second, last = path_lines(induction.path, by_rate=False)
    assert [line[0] for line in (first, second, last)] == ["1/2", "2/4", "3/6"]
    assert first[1].startswith("20.0 % (")  # 10 of 50
    assert last[1].startswith("80.0 % (")  # 40 of 50
    assert last[2].startswith("2.00 % (")  # 3 of 150
    assert [line[3] for line in (first, second, last)] == ["1.00 %", "2.00 %", "3.00 %"]
    assert first[4] == "100.0 %"
    assert second[4] == "96.8 %"  # 30 of 31
    assert [line[5] for line in (first, second, last)] == ["", "", "<"]


def test_an_alert_rate_is_the_share_of_all_events(induction: Induction) -> None:
    assert path_lines(induction.path, by_rate=True)[-1][2].startswith("21.5 % (")  # 43 of 200
    assert path_head(by_rate=True)[2] == rate_name(by_rate=True) == "rate"
    assert path_head(by_rate=False)[2] == rate_name(by_rate=False) == "false positives"


def test_the_table_has_a_line_for_each_point_and_a_note(induction: Induction) -> None:
    lines = path_text(induction.path, by_rate=False).splitlines()
    assert lines[0].split()[0] == "size"
    assert len(lines) == 2 + len(induction.path) + 2
    assert [line.endswith("<") for line in lines[2:5]] == [False, False, True]
    assert lines[-1] == "limit: the upper limit on the rate. < is the one drafted."


def test_a_point_is_named_by_its_size_and_limit(induction: Induction) -> None:
    assert repr(induction.path[0]) == "PathPoint(1 rule, 2 literals, limit 1.00 %)"


def test_a_document_of_a_point_holds_size_limit_and_measures(induction: Induction) -> None:
    found = induction.path[1].to_document()
    assert (found["rules"], found["literals"], found["rate_limit"]) == (2, 4, 0.02)
    assert found["efficiency"]["value"] == 0.6
    assert "ruleset" not in found


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_become_null(number: float) -> None:
    assert json.loads(json_text({"a": [1, {"b": number}], "c": (number, "é")})) == {
        "a": [1, {"b": None}],
        "c": [None, "é"],
    }


def test_json_is_indented_and_keeps_letters() -> None:
    assert json_text({"name": "é"}) == '{\n  "name": "é"\n}'


@pytest.mark.parametrize(("number", "text"), [(0, "0 rules"), (1, "1 rule"), (2, "2 rules")])
def test_nouns_agree_with_their_numbers(number: int, text: str) -> None:
    assert count_of(number, "rule") == text


def test_empty_parts_leave_no_comma() -> None:
    assert joined(["a", "", "b"]) == "a, b"
    assert joined(["", ""]) == ""
