"""Groups and periods as values, read again from the JSON of an audit of real events."""

from __future__ import annotations

import json

import polars as pl
import pytest
from shop import audited_of, law, make_events

from rulekit.errors import RulekitError
from rulekit.reports.audit.model.groups import Drift, FeatureDrift, Subgroup, Subgroups
from rulekit.reports.audit.sections.drift import drift_of
from rulekit.reports.audit.sections.subgroups import subgroups_of

EVENTS = make_events(400, seed=5)
SHARE = {"value": 0.5, "low": 0.25, "high": 0.75, "part": 1.0, "whole": 2.0}
RATE = {"share": SHARE, "ratio": {"value": None, "low": None, "high": None, "p": None}}


def test_subgroups_come_back_from_their_json() -> None:
    found = subgroups_of(audited_of(law(), EVENTS, truth="fraud"))
    assert [each.column for each in found] == ["country"]
    again = [Subgroups.model_validate(json.loads(each.model_dump_json())) for each in found]
    assert again == list(found)
    assert sum(group.events for group in again[0].groups) == EVENTS.height
    kinds = {group.name: group.kind for group in again[0].groups}
    assert [kinds.get(name) for name in ("SE", "NO", "DK")] == ["value"] * 3


def test_drift_comes_back_from_its_json() -> None:
    audited = audited_of(law(), EVENTS)
    hits = pl.DataFrame({rule.id: [False] * EVENTS.height for rule in law().rules})
    found = drift_of(audited, hits)
    assert found is not None
    again = Drift.model_validate(json.loads(found.model_dump_json()))
    assert again == found
    assert sum(period.events for period in again.periods) == EVENTS.height
    assert {len(each.periods) for each in again.rates} == {len(again.periods)}


def test_a_ratio_is_unmarked_unless_it_is_told() -> None:
    group = Subgroup.model_validate({"name": "SE", "kind": "value", "events": 2, "rate": RATE})
    assert (group.rate.ratio.marked, group.pooled, group.efficiency) == (False, 0, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "odd"},
        {"events": "two"},
        {"rate": SHARE},
        {"pool": 3},
        {"rate": {**RATE, "share": {**SHARE, "low": None}}},
    ],
    ids=str,
)
def test_a_group_that_does_not_fit_is_refused(wrong) -> None:
    with pytest.raises(RulekitError):
        Subgroup.model_validate({"name": "SE", "kind": "value", "events": 2, "rate": RATE, **wrong})


def test_an_index_may_be_unknown_and_its_noise_may_not() -> None:
    given = {"feature": "x", "bins": 2, "psi": [None, 0.5], "noise": [0.1, 0.1], "limit": [0.2, 0.2]}
    assert FeatureDrift.model_validate(given).psi == (None, 0.5)
    with pytest.raises(RulekitError):
        FeatureDrift.model_validate({**given, "noise": [None, 0.1]})
