from __future__ import annotations

import pytest

from rulekit.errors import BudgetError, RulekitError
from rulekit.induction.learners.methods import methods_for, policy_named
from rulekit.induction.learners.registry import inducers
from rulekit.ir.ruleset import HitPolicy


def test_a_method_runs_under_its_default_policy_or_the_one_asked_for() -> None:
    (natural,) = methods_for("figs", None)
    assert (natural.name, natural.policy) == ("figs", inducers.get("figs").policies[0])
    (asked,) = methods_for("figs", HitPolicy.ANY)
    assert asked.policy is HitPolicy.ANY


def test_auto_runs_every_inducer_that_has_the_policy() -> None:
    for policy in (HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.SCORE):
        found = methods_for("auto", policy)
        expected = [name for name in inducers.names() if policy in inducers.get(name).policies]
        assert [method.name for method in found] == expected != []
        assert {method.policy for method in found} == {policy}


def test_auto_without_a_policy_runs_rules_and_lists_and_no_sums() -> None:
    found = methods_for("auto", None)
    assert {method.policy for method in found} == {HitPolicy.ANY, HitPolicy.FIRST}
    assert {method.policy for method in methods_for("auto", None, directed=True)} == {HitPolicy.ANY}


@pytest.mark.parametrize(("method", "policy"), [("figs", HitPolicy.SCORE), ("auto", HitPolicy.FIRST)])
def test_only_rules_under_any_keep_to_directions(method: str, policy: HitPolicy) -> None:
    with pytest.raises(BudgetError, match="monotone directions need rules of hit policy any") as caught:
        methods_for(method, policy, directed=True)
    assert caught.value.got == policy.value


def test_a_policy_that_a_method_lacks_is_refused_with_those_that_have_it() -> None:
    with pytest.raises(BudgetError, match="method tree does not give rules of hit policy score") as caught:
        methods_for("tree", HitPolicy.SCORE)
    assert caught.value.hint is not None
    assert "figs" in caught.value.hint


def test_an_unknown_method_is_an_error() -> None:
    with pytest.raises(RulekitError, match="treee"):
        methods_for("treee", None)


def test_policies_have_names() -> None:
    assert policy_named(None) is None
    assert policy_named("first") is HitPolicy.FIRST
    for name in ("unique", "collect", "sum"):
        with pytest.raises(BudgetError, match="no inducer has this hit policy"):
            policy_named(name)
