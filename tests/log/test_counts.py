"""Counts of lines, held to a count by hand."""

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulekit.log.counts import DecisionCounts, note_of, without_zeros
from rulekit.log.record import line_text


def record(outcome, **more):
    """The text of a record as far as counting reads it."""
    return line_text({"artifact": "a", "id": 0, "outcome": outcome, "rule": None, "values": {}, **more})


OUTCOMES = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=6)


@settings(max_examples=30)
@given(st.lists(OUTCOMES, max_size=8))
def test_records_are_counted_by_outcome_whatever_its_characters(outcomes):
    counts = DecisionCounts()
    assert counts.add([record(outcome) for outcome in outcomes]) == []
    assert counts.kept == Counter(outcomes)
    assert counts.total == len(outcomes)


def test_a_feature_called_outcome_and_an_id_like_one_are_not_counted():
    odd = record("yes", event='x,"outcome":"no"', values={"outcome": "no"})
    counts = DecisionCounts()
    counts.add([odd])
    assert counts.kept == {"yes": 1}


def test_notes_are_counted_and_given_back_with_their_places():
    lines = [
        record("yes"),
        line_text({"at": "t", "id": 1, "sampled": {"no": 5}}),
        line_text({"at": "t", "id": 2, "lost": {"no": 2, "yes": 1}}),
        line_text({"at": "t", "id": 3, "manifest": "{}"}),
        b"odd",
    ]
    counts = DecisionCounts()
    sampled, lost, manifest, odd = counts.add(lines)
    assert (sampled.place, sampled.sampled, sampled.known) == (1, {"no": 5}, True)
    assert (lost.place, lost.lost) == (2, {"no": 2, "yes": 1})
    assert (manifest.place, manifest.manifest) == (3, "{}")
    assert (odd.place, odd.known) == (4, False)
    assert counts.by_kind() == {"kept": {"yes": 1}, "sampled": {"no": 5}, "lost": {"no": 2, "yes": 1}}
    assert counts.total == 9


def test_counts_add_up_over_batches():
    counts = DecisionCounts(Counter(yes=2), Counter(no=1))
    counts.add([record("yes"), line_text({"sampled": {"no": 1}})])
    assert counts.by_kind() == {"kept": {"yes": 3}, "sampled": {"no": 2}, "lost": {}}
    assert counts.add([]) == []


@pytest.mark.parametrize("text", [b"", b"null", b"[1]", b"\xff\xfe", b'{"id": 1}', b'{"sampled": 3}'])
def test_other_texts_are_no_notes(text):
    note = note_of(7, text)
    assert (note.place, note.known, note.sampled, note.lost) == (7, False, {}, {})


def test_zeros_are_left_out_and_names_are_sorted():
    found = without_zeros(Counter({"b": 1, "a": 2, "c": 0}))
    assert json.dumps(found) == '{"a": 2, "b": 1}'
