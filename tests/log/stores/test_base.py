"""Lines and runs of lines."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from rulekit.log.stores.base import Lines, runs_of

LINES = Lines(10, [b"a", b"b", b"c"], [b"1", b"2", b"3"])


def test_lines_know_their_end():
    assert LINES.end == 13
    assert Lines(5, [], []).end == 5


@settings(max_examples=40)
@given(st.integers(0, 20))
def test_lines_are_cut_at_a_number(number):
    before, since = LINES.before(number), LINES.since(number)
    assert before.texts + since.texts == LINES.texts
    assert before.hashes + since.hashes == LINES.hashes
    assert before.first == 10
    assert all(10 + place < number for place, _ in enumerate(before.texts))
    assert since.first == max(number, 10)


@settings(max_examples=40)
@given(st.sets(st.integers(0, 30), max_size=15))
def test_runs_have_no_gap_and_hold_every_row(numbers):
    rows = [(number, f"t{number}".encode(), f"h{number}".encode()) for number in sorted(numbers)]
    runs = list(runs_of(rows))
    back = [
        (run.first + place, text, digest)
        for run in runs
        for place, (text, digest) in enumerate(zip(run.texts, run.hashes, strict=True))
    ]
    assert back == rows
    assert all(one.end < other.first for one, other in pairwise(runs))


def test_rows_in_no_order_of_their_own_keep_their_numbers():
    twice = [(1, b"a", b"x"), (1, b"b", b"y"), (2, b"c", b"z")]
    assert [(run.first, run.texts) for run in runs_of(twice)] == [(1, [b"a"]), (1, [b"b", b"c"])]
