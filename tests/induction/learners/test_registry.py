from __future__ import annotations

import pytest

from rulekit.errors import RulekitError
from rulekit.induction.learners.registry import inducers
from rulekit.ir.ruleset import HitPolicy

NAMES = (
    "tree", "score-tree", "forest", "skope-rules", "rule-fit", "figs", "boosted-rules", "greedy-rule-list"
)  # fmt: skip


def test_these_inducers_are_built_in() -> None:
    assert inducers.names()[: len(NAMES)] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_inducer_says_what_it_does_and_takes(name: str) -> None:
    found = inducers.get(name)
    assert found is inducers.get(name)
    assert 10 < len(found.summary) < 100
    assert "\n" not in found.summary
    assert found.policies
    assert set(found.policies) <= {HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.SCORE}
    assert 1.0 in found.working_points
    assert all(0 < multiple <= 4 for multiple in found.working_points)
    assert found.most_events >= 1000


def test_an_unknown_name_gets_the_nearest_as_a_hint() -> None:
    with pytest.raises(RulekitError, match="unknown inducer 'forrest'") as caught:
        inducers.get("forrest")
    assert caught.value.hint == "did you mean 'forest'?"


def test_an_inducer_may_be_added_for_a_while() -> None:
    own = inducers.get("tree")
    inducers.add("own", own)
    try:
        assert inducers.get("own") is own
        assert inducers.names()[-1] == "own"
    finally:
        inducers.remove("own")
    assert "own" not in inducers.names()
