"""How the law stands: gates, status, charter, vocabulary, reasons, limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from lawfolders import amend as amend_draft
from lawfolders import later, make_law

import rulekit
from rulekit.errors import LawError, RulekitError
from rulekit.ir.ruleset import Ruleset
from rulekit.reports.audit.api import audit
from rulekit.reports.audit.inputs.law import named_ruleset
from rulekit.reports.audit.model.audit import Audit
from rulekit.reports.audit.page.view import spans
from rulekit.reports.audit.sections.charter import passages, read_charter
from rulekit.reports.audit.sections.gates import gate_verdict
from rulekit.reports.audit.sections.status import law_status
from rulekit.reports.common.intervals import Share
from rulekit.store.acts.enact import enact, repeal
from rulekit.store.folder.times import time_text

Record = Callable[..., Path]


def share(part: float, whole: float, low: float, high: float) -> dict[str, float]:
    return {"value": part / whole, "low": low, "high": high, "part": part, "whole": whole}


def made(**changes: Any) -> dict[str, Any]:
    measures = {
        "measured_on": "calibration fold",
        "rate": share(250, 600, 0.38, 0.46),
        "efficiency": share(90, 200, 0.38, 0.52),
        "false_positive_rate": share(160, 400, 0.35, 0.45),
    }
    budget = {"false_positive_rate": 0.02, "rules": 3, "literals": 60}
    return {"measures": {**measures, **changes}, "parameters": {"budget": budget}}


def verdicts(found: Audit) -> dict[tuple[str, str], str]:
    return {(gate.name, gate.basis): gate.verdict for gate in found.gates}


@pytest.mark.parametrize(
    ("interval", "least", "most", "verdict"),
    [
        ((0.5, 0.6), 0.5, None, "met"),
        ((0.5, 0.6), 0.51, None, "can't tell"),
        ((0.5, 0.6), 0.61, None, "not met"),
        ((0.5, 0.6), None, 0.6, "met"),
        ((0.5, 0.6), None, 0.55, "can't tell"),
        ((0.5, 0.6), None, 0.49, "not met"),
        ((0.5, 0.6), 0.4, 0.7, "met"),
        ((0.5, 0.6), 0.4, 0.55, "can't tell"),
    ],
)
def test_a_share_is_judged_by_its_interval(
    interval: tuple[float, float], least: float | None, most: float | None, verdict: str
) -> None:
    low, high = interval
    one = Share(value=0.55, low=low, high=high, part=55, whole=100)
    assert gate_verdict(one, least, most) == verdict
    assert gate_verdict(None, least, most) == "can't tell"
    assert gate_verdict(one.model_copy(update={"value": None}), least, most) == "can't tell"


def test_gates_of_evidence_and_budget(
    record: Record, amend: Callable[..., Ruleset], events: pl.DataFrame
) -> None:
    events = events.with_columns(pl.col("amount").fill_null(5.0).clip(0, 900), country=pl.lit("SE"))
    found = audit(record(amend(provenance=made()), events), truth="fraud")
    rate, efficiency = found.measures.rate, found.measures.efficiency
    assert verdicts(found) == {
        ("replay", "every audit"): "met",
        ("findings", "every audit"): "met",
        ("rate", "evidence"): "met" if 0.34 <= rate.value <= 0.5 else "not met",
        ("efficiency", "evidence"): gate_verdict(efficiency, least=0.38),
        ("false-positive rate", "evidence"): gate_verdict(found.measures.false_positive_rate, most=0.45),
        ("false-positive rate", "budget"): "not met",
        ("rules", "budget"): "not met",
        ("literals", "budget"): "met",
    }
    assert {gate.name for gate in found.unmet} >= {"rules", "false-positive rate"}
    by_name = {(gate.name, gate.basis): gate for gate in found.gates}
    assert (by_name["rules", "budget"].got, by_name["rules", "budget"].most) == ("4", 3)
    assert by_name["efficiency", "evidence"].least == 0.38


@pytest.mark.parametrize(("part", "verdict"), [(0, "not met"), (600, "not met"), (None, "met")])
def test_the_rate_is_held_to_what_the_evidence_foretells(
    record: Record, amend: Callable[..., Ruleset], events: pl.DataFrame, part: int | None, verdict: str
) -> None:
    measured = audit(record(amend(), events)).measures.rate
    part = int(measured.part) if part is None else part
    evidence = made(rate=share(part, 600, 0.0, 1.0))
    found = audit(record(amend(provenance=evidence), events))
    gate = next(gate for gate in found.gates if gate.name == "rate")
    assert gate.verdict == verdict
    assert (gate.least <= measured.value <= gate.most) == (verdict == "met")


def test_evidence_of_another_shape_makes_no_gates(
    record: Record, amend: Callable[..., Ruleset], events: pl.DataFrame
) -> None:
    odd = {"measures": {"rate": "high", "classes": []}, "parameters": {"budget": {"rulez": 3}}}
    found = audit(record(amend(provenance=odd), events), truth="fraud")
    assert [gate.name for gate in found.gates] == ["replay", "findings"]
    other = audit(record(amend(provenance=made()), events), truth="fraud", accept=("block",))
    assert [gate.name for gate in other.gates] == ["replay", "findings"], "promised for other outcomes"


def test_a_record_that_does_not_hold_fails_its_gate(
    record: Record, ruleset: Ruleset, events: pl.DataFrame
) -> None:
    def spoil(decisions: pl.DataFrame) -> pl.DataFrame:
        return decisions.with_columns(outcome=decisions["outcome"].replace("block", "approve"))

    found = audit(record(ruleset, events, tamper=spoil))
    assert verdicts(found)["replay", "every audit"] == "not met"
    gone = audit(record(ruleset, events, events="elsewhere.parquet"))
    assert verdicts(gone)["replay", "every audit"] == "can't tell"


def test_expectations_that_are_asked_for(record: Record, ruleset: Ruleset, events: pl.DataFrame) -> None:
    path = record(ruleset, events)
    asked = ("efficiency >= 0.99", "false-positive rate <= 99 %", "fidelity>=0.5", "rate <= 0.4")
    found = audit(path, truth="fraud", expect=asked)
    mine = [gate for gate in found.gates if gate.basis == "asked for"]
    assert [gate.verdict for gate in mine[:3]] == ["not met", "met", "can't tell"]
    assert (mine[1].most, mine[0].least, mine[3].most) == (0.99, 0.99, 0.4)
    assert mine[2].got == "not known"
    for wrong in ("efficiency > 0.7", "speed >= 0.7", "rate <= 1.2", "rate <= ..", "rate", "rate <= 120 %"):
        with pytest.raises(RulekitError, match="no expectation") as caught:
            audit(path, truth="fraud", expect=(wrong,))
        assert caught.value.got == wrong


def test_charter_as_prose(tmp_path: Path) -> None:
    text = (
        "---\napprovals: 2\n---\n# A law\n\n**Purpose.** To be\nread.\n\n## More\n"
        "- one\n  and on\n- two\n\n1. three\nEnd `x`.\n"
    )
    found = [(each.kind, each.text) for each in passages(text)]
    assert found == [
        ("heading", "A law"),
        ("paragraph", "**Purpose.** To be read."),
        ("heading", "More"),
        ("item", "one and on"),
        ("item", "two"),
        ("item", "three End `x`."),
    ]
    (tmp_path / "CHARTER.md").write_text(text)
    assert read_charter(tmp_path)[0].text == "**Purpose.** To be read."
    assert (read_charter(None), read_charter(tmp_path / "none")) == ((), ())
    assert [(span.kind, span.text) for span in spans("**Purpose.** Use `x`, <b>.")] == [
        ("strong", "Purpose."),
        ("plain", " Use "),
        ("code", "x"),
        ("plain", ", <b>."),
    ]


def test_status_by_the_register(tmp_path: Path) -> None:
    law = make_law(tmp_path / "law")
    first = rulekit.load(law)
    assert law_status(None, first).law.state == "not known"
    assert law_status(law, first).law.says == "Version 1.2.0 is a draft: it is not enacted."
    act = enact(law)
    status = law_status(law, first).law
    assert (status.state, status.since, status.until) == ("in force", time_text(act.begins), None)
    amend_draft(law, "1.3.0")
    second = rulekit.load(law)
    assert law_status(law, second).law.state == "draft"
    next_act = enact(law, begins=later(1))
    assert law_status(law, first).law.state == "superseded"
    assert law_status(law, first).law.until == time_text(next_act.begins)
    assert law_status(law, second).law.state == "in force"
    repeal(law, "It blocks too many.", begins=later(2))
    assert law_status(law, second).law.state == "repealed"
    assert law_status(law, second).findings == ()
    copy = law / "enacted" / "1.2.0.yaml"
    copy.write_text(copy.read_text().replace("amount > 50", "amount > 51"))
    assert [finding.code for finding in law_status(law, second).findings] == ["tampered"]


def test_what_was_tampered_with_is_a_finding_of_the_audit(
    record: Record, events: pl.DataFrame, tmp_path: Path
) -> None:
    law = make_law(tmp_path / "law")
    enact(law)
    ruleset = rulekit.load(law)
    frame = events.rename({"cards": "cards_per_device_1h"}).with_columns(
        pl.col("amount").cast(pl.Float32), country=pl.lit("SE")
    )
    path = record(ruleset, frame)
    assert audit(path, folder=law).status.state == "in force"
    copy = law / "enacted" / "1.2.0.yaml"
    copy.write_text(copy.read_text() + "# quietly\n")
    found = audit(path, folder=law)
    assert "tampered" in {finding.code for finding in found.findings}
    assert verdicts(found)["findings", "every audit"] == "not met"


def test_an_enacted_version_is_found_by_the_digest_of_the_record(
    record: Record, events: pl.DataFrame, tmp_path: Path
) -> None:
    law = make_law(tmp_path / "law")
    frame = events.rename({"cards": "cards_per_device_1h"}).with_columns(country=pl.lit("SE"))
    path = record(rulekit.load(law), frame)
    assert named_ruleset(law, path).version == "1.2.0"
    enact(law)
    amend_draft(law, "1.3.0")
    assert named_ruleset(law, path).version == "1.2.0"
    assert named_ruleset(law / "ruleset.yaml", path).version == "1.3.0"
    other = replace(rulekit.load(law), name="fraud.other")
    with pytest.raises(LawError, match="no law of this digest"):
        named_ruleset(law, record(other, frame))


def test_vocabulary(record: Record, ruleset: Ruleset, events: pl.DataFrame) -> None:
    words = {word.name: word for word in audit(record(ruleset, events)).law.features}
    assert list(words) == list(ruleset.schema.names)
    assert words["amount"].rules == (1, 2, 4)
    assert words["device_age"].rules == (2, 3)
    assert (words["country"].categories, words["amount"].required) == (("SE", "NO", "DK"), True)


@pytest.mark.parametrize("law", ["ruleset", "score_ruleset"])
def test_reasons_add_up(
    request: pytest.FixtureRequest, record: Record, events: pl.DataFrame, law: str
) -> None:
    ruleset: Ruleset = request.getfixturevalue(law)
    path = record(ruleset, events)
    found = audit(path)
    rows = pl.read_parquet(path).to_dicts()
    codes = [reason.code for reason in found.reasons]
    assert codes == [*(rule.id for rule in ruleset.rules), "otherwise", "invalid"]
    for reason in found.reasons[:-2]:
        if law == "ruleset":
            expected = sum(row["rule"] == reason.code for row in rows)
        else:
            expected = sum(reason.code in row["hits"] and row["outcome"] != "approve" for row in rows)
        assert reason.decided == expected > 0
    assert found.reasons[-1].decided == sum(row["outcome"] == "invalid" for row in rows)
    silent = sum(row["outcome"] == "approve" and row["rule"] is None for row in rows)
    assert found.reasons[-2].decided == silent
    if law == "ruleset":
        assert sum(reason.decided for reason in found.reasons) == events.height


def test_limits_say_what_was_not_known(record: Record, ruleset: Ruleset, events: pl.DataFrame) -> None:
    path = record(ruleset, events)
    bare = " ".join(audit(path).limits)
    assert "no truth is known" in bare
    assert "Induced rules" in bare
    full = " ".join(audit(path, truth="fraud", sample=600).limits)
    assert "what the column fraud says" in full
    assert audit(path, sample=5).limits[1].startswith("The reference semantics replayed 5 of 600 events.")
    assert "reference semantics replayed" not in full
