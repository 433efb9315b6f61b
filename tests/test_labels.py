"""Truth, weights and groups: what is accepted, from any verb, and what is refused with its place."""

from __future__ import annotations

import math
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulekit.errors import EventError
from rulekit.labels import read_column, read_groups, read_truth, read_weights

SIGNAL = [True, False, True]
DTYPES = [pl.Int8, pl.Int64, pl.UInt8, pl.UInt64, pl.Float32, pl.Float64, pl.Boolean]


def frame(values: list[object], dtype: pl.DataType | type[pl.DataType] | None = None) -> pl.DataFrame:
    return pl.DataFrame({"id": range(len(values)), "x": pl.Series(values, dtype=dtype, strict=False)})


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_truth_is_read_from_any_dtype_of_ones_and_zeros(dtype) -> None:
    found = read_truth(frame([1, 0, 1]).with_columns(pl.col("x").cast(dtype)), "x")
    assert (found.dtype, found.to_list()) == (pl.Boolean, SIGNAL)


@pytest.mark.parametrize(
    "values",
    [
        ["1", "0", "1"],
        ["true", "false", "true"],
        ["True", "FALSE", " 1 "],
        ["1.0", "0.0", "1"],
        [True, False, True],
    ],
)
def test_truth_is_read_from_text_and_booleans(values) -> None:
    assert read_truth(frame(values), "x").to_list() == SIGNAL


@pytest.mark.parametrize("dtype", [pl.Categorical(), pl.Enum(["true", "false", "1"])])
def test_truth_is_read_from_categories(dtype) -> None:
    assert read_truth(frame(["true", "false", "1"], dtype), "x").to_list() == SIGNAL


@pytest.mark.parametrize(
    ("values", "got"),
    [
        ([1, 0, 2], "2 in row 2"),
        ([0.0, 0.5], "0.5 in row 1"),
        ([0.0, math.nan], "nan in row 1"),
        ([1.0, math.inf], "inf in row 1"),
        (["1", "yes"], "'yes' in row 1"),
        (["", "1"], "'' in row 0"),
        ([-1, 1], "-1 in row 0"),
        ([[1], [0]], "in row 0"),
        ([date(2026, 1, 1)], "in row 0"),
    ],
)
def test_what_is_no_truth_is_told_with_its_row(values, got) -> None:
    with pytest.raises(EventError, match="truth column 'x' is not true or false") as raised:
        read_truth(frame(values), "x")
    assert got in str(raised.value.got)
    assert "1 for signal" in str(raised.value.expected)


@pytest.mark.parametrize("values", [[1, None, 0], [None, True], ["1", None], [None, None]])
def test_truth_that_is_not_known_is_refused(values) -> None:
    with pytest.raises(EventError, match=f"truth column 'x' lacks {values.count(None)} values") as raised:
        read_truth(frame(values), "x")
    assert raised.value.got == f"null in row {values.index(None)} (the first row is 0)"
    assert raised.value.hint == "leave out the events whose truth is unknown"


def test_no_events_have_no_truth_and_that_is_no_fault() -> None:
    assert read_truth(frame([], pl.Float64), "x").to_list() == []
    assert read_weights(frame([], pl.Float64), "x").to_list() == []


@pytest.mark.parametrize("dtype", DTYPES[:-1], ids=str)
def test_weights_are_read_from_any_numbers(dtype) -> None:
    found = read_weights(frame([0, 2, 1], dtype), "x")
    assert (found.dtype, found.to_list()) == (pl.Float64, [0.0, 2.0, 1.0])


@pytest.mark.parametrize(
    ("values", "count", "got"),
    [
        ([1.0, -0.5, -1.0], 2, "-0.5 in row 1"),
        ([1.0, math.nan], 1, "nan in row 1"),
        ([math.inf, 1.0], 1, "inf in row 0"),
        ([1.0, None, None], 2, "null in row 1"),
        ([3, -2], 1, "-2 in row 1"),
    ],
)
def test_impossible_weights_are_counted_and_the_first_is_shown(values, count, got) -> None:
    with pytest.raises(EventError, match=f"weight column 'x' has {count} impossible weights") as raised:
        read_weights(frame(values), "x")
    assert str(raised.value.got).startswith(got)


@pytest.mark.parametrize("values", [["1", "2"], [True, False], [date(2026, 1, 1)]])
def test_weights_are_numbers(values) -> None:
    with pytest.raises(EventError, match="weight column 'x' holds no numbers"):
        read_weights(frame(values), "x")


def test_not_every_weight_is_zero() -> None:
    with pytest.raises(EventError, match="every event has weight zero in column 'x'"):
        read_weights(frame([0.0, 0.0]), "x")
    assert read_weights(frame([0.0, 1e-300]), "x").sum() > 0


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=20))
def test_groups_are_numbered_and_only_equal_values_share_a_number(values) -> None:
    found = read_groups(frame(values), "x").tolist()
    assert set(found) == set(range(len(set(values))))
    assert {(one, number) for one, number in zip(values, found, strict=True)} == {
        (one, sorted(set(values)).index(one)) for one in values
    }


@pytest.mark.parametrize(
    "values", [[7, 7, 3], [True, True, False], [date(2026, 1, 2), date(2026, 1, 2), date(2026, 1, 1)]]
)
def test_groups_are_whole_numbers_words_booleans_or_dates(values) -> None:
    assert read_groups(frame(values), "x").tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.5, 2.0], "group column 'x' has another dtype"),
        ([[1], [2]], "group column 'x' has another dtype"),
        (["a", None], "group column 'x' lacks 1 values"),
    ],
)
def test_what_is_no_group(values, message) -> None:
    with pytest.raises(EventError, match=message):
        read_groups(frame(values), "x")


@pytest.mark.parametrize("read", [read_truth, read_weights, read_groups])
@pytest.mark.parametrize("lazy", [False, True])
def test_frames_may_be_lazy_and_an_absent_column_has_a_hint(read, lazy) -> None:
    events = pl.DataFrame({"label": [1, 0], "other": [1, 1]})
    given_frame = events.lazy() if lazy else events
    assert len(read(given_frame, "label")) == 2
    with pytest.raises(EventError, match=r"the events have no \w+ column 'lable'") as raised:
        read(given_frame, "lable")
    assert (raised.value.got, raised.value.hint) == ("label, other", "is it the column 'label'?")


def test_a_name_like_no_column_has_no_hint() -> None:
    with pytest.raises(EventError, match="no time column 'zzz'") as raised:
        read_column(pl.DataFrame({"label": [1]}), "zzz", "time")
    assert raised.value.hint is None


def test_only_the_column_asked_for_is_read() -> None:
    def explode(_: pl.Series) -> pl.Series:
        raise AssertionError

    events = (
        pl.DataFrame({"x": [1, 0]})
        .lazy()
        .with_columns(pl.col("x").map_batches(explode, return_dtype=pl.Int64).alias("costly"))
    )
    assert read_truth(events, "x").to_list() == [True, False]
