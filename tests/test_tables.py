from __future__ import annotations

import pytest

from rulekit.statistics.intervals import Proportion, proportion
from rulekit.tables import interval, interval_of, percent, percent_of, table

UNKNOWN = {"value": None, "low": None, "high": None}


def test_the_first_column_stands_left_and_the_others_right() -> None:
    assert table(("rule", "hits"), [("a", "1"), ("longer", "1,000")]).splitlines() == [
        "rule     hits",
        "-------------",
        "a           1",
        "longer  1,000",
    ]


def test_a_table_without_lines_is_its_head() -> None:
    assert table(("rule", "hits"), []) == "rule  hits\n----------"


def test_no_line_ends_in_blanks() -> None:
    lines = table(("rule", "note"), [("a", ""), ("b", "seen")]).splitlines()
    assert [line.rstrip() for line in lines] == lines


def test_a_line_with_another_number_of_cells_is_an_error() -> None:
    with pytest.raises((ValueError, IndexError)):
        table(("rule", "hits"), [("a",)])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "100.0 %"),
        (0.3421, "34.2 %"),
        (0.1, "10.0 %"),
        (0.05, "5.00 %"),
        (0.004, "0.400 %"),
        (0.0, "0.000 %"),
    ],
)
def test_small_shares_have_more_digits(value: float, text: str) -> None:
    assert percent_of({"value": value}) == text


def test_an_interval_has_the_digits_of_its_value() -> None:
    assert interval_of({"value": 0.0912, "low": 0.0899, "high": 0.1234}) == "9.12 % (8.99 to 12.34)"
    assert interval_of({"value": 0.5, "low": 0.4, "high": 0.61}) == "50.0 % (40.0 to 61.0)"


def test_proportions_and_documents_read_alike() -> None:
    share = proportion(30.0, 100.0, 100.0)
    assert isinstance(share, Proportion)
    assert percent(share) == percent_of(share.to_document()) == "30.0 %"
    assert interval(share) == interval_of(share.to_document())
    assert interval(share).startswith("30.0 % (")


def test_what_is_unknown_says_so() -> None:
    assert {percent(None), percent_of(None), interval(None), interval_of(None)} == {"unknown"}
    assert {percent_of(UNKNOWN), interval_of(UNKNOWN)} == {"unknown"}
