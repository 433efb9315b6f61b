from __future__ import annotations

from dataclasses import replace

import pytest

from rulekit.induction.publish import DraftNames, next_version
from rulekit.ir.condition import AllOf, Compare
from rulekit.ir.ruleset import Rule, Ruleset
from rulekit.ir.schema import Feature, Schema

SCHEMA = Schema(
    name="s", version="1.0.0", features=(Feature(name="x", dtype="float32"), Feature(name="y", dtype="int32"))
)
RULE = Rule(
    id="heavy", title="Heavy", when=AllOf((Compare("x", ">", 1), Compare("y", "<=", 4))), then="accept"
)
LAW = Ruleset(name="s", version="2.3.1", schema=SCHEMA, hit_policy="any", otherwise="reject", rules=(RULE,))


@pytest.mark.parametrize(
    ("change", "version"),
    [
        ({}, "2.3.1"),
        ({"rules": (RULE.model_copy(update={"title": "Red", "because": "It is."}),)}, "2.3.1"),
        ({"rules": (RULE, RULE.model_copy(update={"id": "again", "when": Compare("x", ">", 7)}))}, "2.4.0"),
        ({"otherwise": "keep"}, "3.0.0"),
        ({"schema": SCHEMA.model_copy(update={"features": SCHEMA.features[::-1]})}, "3.0.0"),
    ],
)
def test_the_version_tells_what_changed(change: dict[str, object], version: str) -> None:
    assert next_version(LAW, replace(LAW, **change)) == version  # type: ignore[arg-type]


def test_a_rule_in_force_is_known_by_its_meaning() -> None:
    names = DraftNames("s", SCHEMA, "accept", "reject", LAW)
    turned = AllOf((Compare("y", "<=", 4), Compare("x", ">", 1)))
    assert names.rule_in_force(turned, "accept") is RULE
    # 1 + 2**-40 is 1 as a float32; below 5 is at most 4 for a whole number
    assert (
        names.rule_in_force(AllOf((Compare("x", ">", 1 + 2**-40), Compare("y", "<=", 4))), "accept") is RULE
    )
    assert names.rule_in_force(turned, "review") is None
    assert names.rule_in_force(Compare("x", ">", 1), "accept") is None


def test_without_a_law_in_force_every_rule_is_new() -> None:
    assert DraftNames("s", SCHEMA, "accept", "reject").rule_in_force(RULE.when, "accept") is None
