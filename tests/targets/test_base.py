"""Capabilities refuse exactly what they lack, all at once, each with a remedy."""

from __future__ import annotations

import pytest

from rulekit import load
from rulekit.errors import Refusal, UnsupportedError
from rulekit.ir.numerics import Fixed, Native
from rulekit.ir.ruleset import HitPolicy
from rulekit.ir.schema import DType, Model
from rulekit.targets.base import Capabilities, Target


class Choices(Model):
    shout: bool = False


def target(**more):
    return Target(
        name="mine",
        summary="a target of a test",
        capabilities=more.pop("capabilities", Capabilities()),
        entry="decide.txt",
        emit=more.pop("emit", lambda low: {"decide.txt": f"{len(low.rules)} rules {low.options}"}),
        load=lambda artifact: artifact,
        **more,
    )


def test_everything_but_prescale_is_expressed_unless_told(fraud):
    assert Capabilities().refusals(fraud, Native()) == ()
    assert Capabilities().refusals(fraud, Fixed(formats={})) == ()


def test_all_that_is_lacking_is_collected(fraud):
    can = Capabilities(
        numerics=frozenset({"fixed"}),
        hit_policies=frozenset(HitPolicy) - {HitPolicy.FIRST},
        dtypes=frozenset(DType) - {DType.CATEGORY, DType.FLOAT32},
    )
    found = can.refusals(fraud, Native())
    assert [each.subject for each in found] == [
        "numerics native",
        "hit policy first",
        "feature amount",
        "feature country",
    ]
    assert "fixed-point formats" in found[0].remedy
    assert found[1].remedy == "use any or collect or score or unique"
    assert "float64" in found[2].remedy


def test_a_prescale_is_refused_by_rule(trigger):
    ruleset = load(trigger.replace("then: met", "then: met\n    prescale: 5"))
    (found,) = Capabilities().refusals(ruleset, Native())
    assert (found.rule, found.subject) == ("high-met", "prescale 5")
    assert Capabilities(prescale=True).refusals(ruleset, Native()) == ()


def test_a_target_adds_refusals_of_its_options(fraud):
    def refuses(ruleset, numerics, options):
        return (Refusal(None, "shout", "not at night", "whisper"),) if options.shout else ()

    mine = target(options=Choices, refuses=refuses)
    assert mine.refusals(fraud, Native()) == ()
    assert [each.subject for each in mine.refusals(fraud, Native(), Choices(shout=True))] == ["shout"]
    with pytest.raises(UnsupportedError, match="whisper"):
        mine.compile(fraud, Native(), Choices(shout=True))


def test_an_artifact_holds_the_files_the_law_and_the_plan(fraud):
    artifact = target(options=Choices, tools=("pydantic",)).compile(fraud, Native())
    assert artifact.files["decide.txt"] == b"2 rules shout=False"
    assert set(artifact.files) == {"decide.txt", "ruleset.json"}
    assert artifact.manifest["options"] == {"shout": False}
    assert "pydantic" in artifact.manifest["versions"]
    assert artifact.source == "2 rules shout=False"
    assert artifact.load() is artifact
    assert artifact.low is artifact.lowered


def test_nothing_is_emitted_of_what_is_refused(fraud):
    emitted = []
    mine = target(capabilities=Capabilities(numerics=frozenset()), emit=emitted.append)
    with pytest.raises(UnsupportedError):
        mine.compile(fraud, Native())
    assert emitted == []


def test_files_may_be_bytes(fraud):
    artifact = target(emit=lambda _: {"decide.txt": b"\xff"}).compile(fraud, Native())
    assert artifact.files["decide.txt"] == b"\xff"
