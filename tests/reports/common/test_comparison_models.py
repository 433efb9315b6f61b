"""Comparisons with another version and with the teacher, as values."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from shop import RULES, audited_of, law, make_events

from rulekit.errors import RulekitError
from rulekit.reports.audit.assemble import assemble
from rulekit.reports.audit.sections.replay import replay_decisions
from rulekit.reports.common.comparison_models import Disagreement, Example, Previous, Swap

SHARE = {"value": 0.5, "low": 0.25, "high": 0.75, "part": 1.0, "whole": 2.0}
EVENTS = make_events(200)


class Model:
    name = "model"

    def scores(self, frame):
        return frame["model"].to_numpy()


@pytest.fixture(scope="module")
def audit():
    audited = audited_of(law(), EVENTS, truth="fraud", teacher=Model(), previous=law(rules=RULES[1:]))
    return assemble(audited, replay_decisions(audited, 10, 0))


def test_both_comparisons_come_back_from_their_json(audit) -> None:
    previous, disagreement = audit.previous, audit.disagreement
    assert Previous.model_validate(json.loads(previous.model_dump_json())) == previous
    assert Disagreement.model_validate(json.loads(disagreement.model_dump_json())) == disagreement


def test_a_rule_that_only_one_version_has_changes_the_events_that_it_decides(audit) -> None:
    previous = audit.previous
    assert (previous.only_now, previous.only_then) == (("many-cards",), ())
    assert previous.lost.count == 0, "a rule more takes nothing away"
    assert previous.changes.rate.gained == previous.gained.count > 0
    assert all(swap.after == "block" for swap in previous.swaps)
    assert {example.event for example in previous.newly} <= set(EVENTS["payment"])


def test_scores_are_binned_from_the_top_and_hold_every_event(audit) -> None:
    bins = audit.disagreement.bins
    assert sum(each.events for each in bins) == EVENTS.height
    assert all(before.low >= each.high for before, each in pairwise(bins))
    assert bins[-1].top == 1.0


def test_an_example_without_score_and_truth_says_so() -> None:
    found = Example(event="p1", values={"amount": "3", "cards": None}, decided="block by r")
    assert (found.otherwise, found.score, found.truth) == (None, None, None)


@pytest.mark.parametrize(
    ("model", "given", "wrong"),
    [
        (Example, {"event": "p1", "values": {}, "decided": "x"}, {"values": {"amount": 3}}),
        (Example, {"event": "p1", "values": {}, "decided": "x"}, {"truths": True}),
        (Swap, {"before": "a", "after": "b", "count": 1, "rate": SHARE}, {"rate": 0.5}),
        (Swap, {"before": "a", "after": "b", "count": 1, "rate": SHARE}, {"count": 1.5}),
    ],
)
def test_what_does_not_fit_is_refused(model, given, wrong) -> None:
    model.model_validate(given)
    with pytest.raises(RulekitError):
        model.model_validate({**given, **wrong})
