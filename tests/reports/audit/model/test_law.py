"""Gates, status, charter and reasons as values: what an audit of a law gives, and what is refused."""

from __future__ import annotations

import json

import pytest
from shop import audited_of, law, make_events

from rulekit.errors import RulekitError
from rulekit.reports.audit.assemble import assemble
from rulekit.reports.audit.model.law import Gate, LawStatus, Passage, ReasonCode
from rulekit.reports.audit.sections.replay import replay_decisions

GATE = {"name": "rate", "claim": "at most 2 %", "basis": "budget", "got": "3 %", "verdict": "not met"}


@pytest.fixture(scope="module")
def audit():
    audited = audited_of(law(), make_events(200), truth="fraud", expect=("efficiency >= 0.9", "rate <= 0.9"))
    return assemble(audited, replay_decisions(audited, 10, 0))


def test_gates_hold_their_range_and_what_was_measured(audit) -> None:
    gates = {gate.name: gate for gate in audit.gates}
    assert (gates["efficiency"].least, gates["efficiency"].most) == (0.9, None)
    assert (gates["rate"].least, gates["rate"].most) == (None, 0.9)
    assert gates["rate"].measured == audit.measures.rate
    assert {gates[name].basis for name in ("efficiency", "rate")} == {"asked for"}
    assert (gates["replay"].basis, gates["replay"].measured) == ("every audit", None)


def test_each_comes_back_from_its_json(audit) -> None:
    for found in (*audit.gates, audit.status, *audit.reasons):
        assert type(found).model_validate(json.loads(found.model_dump_json())) == found


def test_reasons_are_those_of_the_law(audit) -> None:
    assert {reason.code for reason in audit.reasons} >= {rule.id for rule in law().rules}
    assert sum(reason.decided for reason in audit.reasons) == 200


@pytest.mark.parametrize(
    ("model", "given", "wrong"),
    [
        (Gate, GATE, {"verdict": "perhaps"}),
        (Gate, GATE, {"basis": "hearsay"}),
        (Gate, GATE, {"least": "much"}),
        (Gate, GATE, {"mosts": 1.0}),
        (Passage, {"kind": "item", "text": "x"}, {"kind": "table"}),
        (LawStatus, {"state": "draft", "says": "x"}, {"approved_by": "alice"}),
        (
            ReasonCode,
            {"code": "r", "title": "", "because": "", "outcome": "x", "decided": 1},
            {"decided": 0.5},
        ),
    ],
)
def test_what_does_not_fit_is_refused(model, given, wrong) -> None:
    model.model_validate(given)
    with pytest.raises(RulekitError):
        model.model_validate({**given, **wrong})
