"""Gates: an interval on the right side, on the wrong one, or on both."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from shop import audited_of, law, make_events

from rulekit.errors import RulekitError
from rulekit.findings import Finding
from rulekit.ir.provenance import Provenance
from rulekit.reports.audit.sections.gates import gate_verdict, gates_of
from rulekit.reports.audit.sections.tables import measure_table
from rulekit.reports.common.intervals import Share
from rulekit.reports.replay.model import Replay
from rulekit.statistics.intervals import proportion

EVENTS = make_events(120, seed=2)
HOLDS = Replay(verdict="holds", sentence="", decisions=120, compared=120, sampled=10, seed=0, mismatched=0)
FINDING = Finding(code="mismatch", subject="x", message="y")


def gates(ruleset=None, findings=(), replay=HOLDS, **options):
    audited = audited_of(ruleset or law(), EVENTS, truth="fraud", **options)
    found = gates_of(audited, replay, findings, measure_table(audited.accepted, audited.known))
    return {(gate.name, gate.basis): gate for gate in found}


def with_evidence(**given) -> object:
    return replace(law(), provenance=Provenance(method="by hand", **given))


ENDS = [0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0]


@pytest.mark.parametrize(("least", "most"), [(None, 0.4), (0.4, None), (0.2, 0.6), (None, None)])
def test_the_whole_interval_decides(least: float | None, most: float | None) -> None:
    low_end = 0.0 if least is None else least
    high_end = 1.0 if most is None else most
    for low, high in product(ENDS, ENDS):
        if low < high:
            share = Share(value=(low + high) / 2, low=low, high=high, part=1, whole=2)
            inside = low_end <= low and high <= high_end
            apart = high < low_end or low > high_end
            expected = "met" if inside else "not met" if apart else "can't tell"
            assert gate_verdict(share, least, most) == expected


def test_what_is_not_known_can_not_be_told() -> None:
    assert gate_verdict(None, 0.1) == "can't tell"
    assert gate_verdict(Share(value=None, low=0, high=1, part=0, whole=0), 0.1) == "can't tell"


def test_every_audit_has_two_gates() -> None:
    found = gates()
    assert list(found) == [("replay", "every audit"), ("findings", "every audit")]
    assert {gate.verdict for gate in found.values()} == {"met"}
    assert found["replay", "every audit"].got == "120 of 120"


@pytest.mark.parametrize(
    ("verdict", "said"), [("does not hold", "not met"), ("not replayed", "can't tell"), ("holds", "met")]
)
def test_the_replay_is_a_gate(verdict: str, said: str) -> None:
    replay = HOLDS.model_copy(update={"verdict": verdict, "mismatched": 3 if said == "not met" else 0})
    if verdict == "not replayed":
        replay = replay.model_copy(update={"compared": 0})
    gate = gates(replay=replay)["replay", "every audit"]
    assert gate.verdict == said
    assert gate.got == {"not met": "117 of 120", "can't tell": "not replayed", "met": "120 of 120"}[said]


def test_findings_are_a_gate() -> None:
    gate = gates(findings=[FINDING] * 3)["findings", "every audit"]
    assert (gate.verdict, gate.got) == ("not met", "3")


@pytest.mark.parametrize(
    ("text", "name", "least", "most"),
    [
        ("efficiency >= 0.7", "efficiency", 0.7, None),
        ("purity>=70%", "purity", 0.7, None),
        ("  false-positive rate <= 2.5 %  ", "false-positive rate", None, 0.025),
        ("false_positive_rate <= 1", "false-positive rate", None, 1.0),
        ("rate <= .5", "rate", None, 0.5),
    ],
)
def test_expectations_as_they_are_asked_for(
    text: str, name: str, least: float | None, most: float | None
) -> None:
    gate = gates(expect=(text,))[name, "asked for"]
    assert (gate.least, gate.most) == (least, most)
    assert gate.measured is not None
    assert gate.verdict == gate_verdict(gate.measured, least, most)
    assert gate.claim.startswith("at least" if most is None else "at most")


@pytest.mark.parametrize(
    "text",
    [
        "efficiency",
        "efficiency > 0.7",
        "recall >= 0.7",
        "purity >= 1.2",
        "purity >= 0.7.1",
        "purity >= 120 %",
        "",
    ],
)
def test_what_is_no_expectation(text: str) -> None:
    with pytest.raises(RulekitError, match="no expectation") as raised:
        gates(expect=(text,))
    assert raised.value.got == text
    assert raised.value.hint is not None
    assert "efficiency" in raised.value.hint


def test_fidelity_without_a_teacher_can_not_be_told() -> None:
    gate = gates(expect=("fidelity >= 0.9",))["fidelity", "asked for"]
    assert (gate.verdict, gate.got, gate.measured) == ("can't tell", "not known", None)


def test_evidence_promises_the_far_end_of_its_interval() -> None:
    measures = {
        "efficiency": proportion(900, 1000).to_document(),
        "false_positive_rate": proportion(1, 1000).to_document(),
    }
    found = gates(with_evidence(measures=measures))
    assert found["efficiency", "evidence"].least == pytest.approx(proportion(900, 1000).low)
    assert found["efficiency", "evidence"].verdict == "not met"
    assert found["false-positive rate", "evidence"].most == pytest.approx(proportion(1, 1000).high)
    assert found["false-positive rate", "evidence"].verdict == "not met"


def test_a_rate_in_its_band_and_one_beyond() -> None:
    audited = audited_of(law(), EVENTS)
    part = int(audited.accepted.sum())
    same = {"rate": proportion(part * 10, 1200).to_document()}
    gate = gates(with_evidence(measures=same))["rate", "evidence"]
    assert gate.verdict == "met"
    assert gate.least is not None
    assert gate.most is not None
    assert gate.least < part / 120 < gate.most
    far = {"rate": proportion(10, 1200).to_document()}
    assert gates(with_evidence(measures=far))["rate", "evidence"].verdict == "not met"


def test_budgets_count_rules_literals_and_features() -> None:
    budget = {"false_positive_rate": 0.9, "rules": 4, "literals": 7, "features": 2}
    found = gates(with_evidence(parameters={"budget": budget}))
    assert found["rules", "budget"].verdict == "met"
    assert (found["literals", "budget"].got, found["literals", "budget"].verdict) == ("9", "not met")
    assert (found["features", "budget"].got, found["features", "budget"].verdict) == ("5", "not met")
    assert found["false-positive rate", "budget"].verdict == "met"


@pytest.mark.parametrize(
    "given",
    [
        {"measures": {"efficiency": [1, 2]}},
        {"parameters": {"budget": {"fpr": 2}}},
        {"parameters": {"budget": 3}},
    ],
)
def test_evidence_of_another_shape_promises_nothing(given: dict) -> None:
    assert {basis for _, basis in gates(with_evidence(**given))} == {"every audit"}


def test_with_other_accepted_outcomes_the_evidence_says_nothing() -> None:
    measures = {"efficiency": proportion(900, 1000).to_document()}
    found = gates(with_evidence(measures=measures), accept=("block",))
    assert {basis for _, basis in found} == {"every audit"}
