"""What an audit starts from: accepted decisions, truth, weights and the teacher, each where it is at hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from shop import audited_of, law, make_events

from rulekit.errors import EventError, RulekitError
from rulekit.reports.audit.inputs.align import AlignedEvents
from rulekit.reports.audit.inputs.audit_input import open_input

EVENTS = make_events(80)


class Model:
    name = "model"

    def scores(self, frame):
        return frame["model"].to_numpy()


def test_everything_that_was_given_is_known() -> None:
    found = audited_of(law(), EVENTS, truth="fraud", weight="weight", teacher=Model())
    assert found.law == law()
    assert found.accept == ("block", "review")
    outcomes = found.decisions["outcome"].to_list()
    assert found.accepted.to_list() == [outcome in {"block", "review"} for outcome in outcomes]
    assert found.known.truth is not None
    assert found.known.truth.to_list() == EVENTS["fraud"].to_list()
    assert found.known.weights.to_list() == EVENTS["weight"].to_list()
    assert found.scores is not None
    assert found.scores.to_list() == EVENTS["model"].to_list()
    assert found.teacher is not None
    assert found.known.teacher is not None
    assert found.known.teacher.to_list() == [
        found.teacher.threshold is not None and score >= found.teacher.threshold for score in found.scores
    ]


def test_nothing_but_decisions() -> None:
    found = audited_of(law(), EVENTS)
    bare = open_input(found.record, AlignedEvents(found.decisions, None, why="gone"), found.options)
    assert bare.events is None
    assert (bare.known.count, bare.known.truth, bare.known.teacher) == (80, None, None)
    assert bare.known.weights.to_list() == [1.0] * 80
    assert (bare.teacher, bare.scores) == (None, None)


def test_what_needs_events_is_left_out_without_them() -> None:
    found = audited_of(law(), EVENTS)
    asked = replace(found.options, truth="fraud", weight="weight", teacher=Model())
    bare = open_input(found.record, AlignedEvents(found.decisions, None), asked)
    assert (bare.known.truth, bare.teacher, bare.scores) == (None, None, None)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"truth": "freud"}, EventError, "freud"),
        ({"truth": "amount"}, EventError, "amount"),
        ({"weight": "country"}, EventError, "country"),
        ({"accept": ("blocked",)}, RulekitError, "no such outcome"),
    ],
)
def test_what_is_not_there_is_an_error(options, error, says) -> None:
    with pytest.raises(error, match=says):
        audited_of(law(), EVENTS, **options)
