"""The resources as facts and tables."""

from __future__ import annotations

from rulekit.targets.checks import Table
from rulekit.targets.systemverilog.synthesis import evidence as module
from rulekit.targets.systemverilog.synthesis.evidence import resources_evidence
from rulekit.targets.systemverilog.synthesis.place import Placement
from rulekit.targets.systemverilog.synthesis.resources import Resources, RuleCost

RULES = (RuleCost("a", 2.5, 1), RuleCost("b", 1200.0, 0))


def resources(placement):
    return Resources(1234, 56, 3, {"RAMB18E2": 2}, 1300, 2, placement, {"met": 7}, RULES, 9)


class Facts(Resources):
    def to_document(self):
        return {"lut": self.lut}


def shown(monkeypatch, placement):
    monkeypatch.setattr(
        module,
        "resources",
        lambda _: Facts(
            **{name: getattr(resources(placement), name) for name in Resources.__dataclass_fields__}
        ),
    )
    return resources_evidence(None)


def test_the_whole_design_is_a_row(monkeypatch):
    evidence = shown(monkeypatch, Placement((200.0, 250.0, 300.0)))
    whole, rules, features, notes = evidence.shown
    assert isinstance(whole, Table)
    told = dict(zip(whole.head, whole.rows[0], strict=True))
    assert told == {
        "": "design", "LUT": "1,234", "predicted": "1,300", "FF": "56", "levels": "3", "cycles": "2",
        "RAMB18E2": "2", "ECP5 MHz": "250", "ns": "8.0",
    }  # fmt: skip
    assert rules.rows == [["a", "2.5", "1"], ["b", "1200", "0"]]
    assert features.rows == [["met", "7"]]
    assert "median of 3 seeds" in " ".join(notes.split())
    assert max(map(len, notes.splitlines())) <= 80


def test_without_a_placement_there_is_no_clock(monkeypatch):
    evidence = shown(monkeypatch, None)
    assert "ECP5 MHz" not in evidence.shown[0].head
    assert "ns" not in evidence.shown[0].head
    assert evidence.facts == {"lut": 1234}
    assert evidence.holds
    assert evidence.files == {}
