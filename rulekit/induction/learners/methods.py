"""Which inducers take part, and under which hit policy."""

from __future__ import annotations

from typing import NamedTuple

from rulekit.errors import BudgetError
from rulekit.induction.learners.base import Inducer
from rulekit.induction.learners.registry import inducers
from rulekit.ir.ruleset import HitPolicy

AUTO = "auto"
POOL = "pool"
"""The entrant of ``auto`` that chooses from the candidates of all inducers together."""

_POLICIES = (HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.SCORE)


class Method(NamedTuple):
    """One inducer under one hit policy."""

    method: str
    inducer: Inducer
    policy: HitPolicy


def policy_named(name: str | None) -> HitPolicy | None:
    """Return a hit policy that can be induced.

    Raises
    ------
    BudgetError
        for any other name.

    """
    if name is None:
        return None
    if name not in _POLICIES:
        raise BudgetError(
            "no inducer has this hit policy", expected=", ".join(_POLICIES), got=repr(str(name))
        )
    return HitPolicy(name)


def methods_for(method: str, policy: HitPolicy | None, *, directed: bool = False) -> list[Method]:
    """Return who runs: the method under the policy, or for ``auto`` everyone who has it.

    Without a policy a method runs under its natural one, and ``auto`` under ANY and FIRST: sums of points are
    another kind of law, and are raced when asked for. Directions can be kept to under ANY alone, because a rule
    that rejects, or takes points away, would turn them round.

    Raises
    ------
    BudgetError
        when the method does not have the policy, or the policy can't keep to directions.
    RulekitError
        when there is no such method.

    """
    if method != AUTO:
        inducer = inducers.get(method)
        if policy is not None and policy not in inducer.policies:
            raise BudgetError(
                f"method {method} does not give rules of hit policy {policy}",
                expected=" or ".join(inducer.policies),
                hint=f"methods that do: {', '.join(_with(policy)) or 'none'}",
            )
        return _checked([Method(method, inducer, policy or inducer.policies[0])], directed=directed)
    wanted = [HitPolicy.ANY, HitPolicy.FIRST] if policy is None else [policy]
    wanted = wanted[:1] if directed and policy is None else wanted
    return _checked(
        [Method(name, inducers.get(name), one) for one in wanted for name in _with(one)], directed=directed
    )


def _checked(found: list[Method], *, directed: bool) -> list[Method]:
    if directed and any(method.policy is not HitPolicy.ANY for method in found):
        raise BudgetError(
            "directions can be kept to by rules of hit policy any alone", got=found[0].policy.value
        )
    return found


def _with(policy: HitPolicy) -> list[str]:
    return [name for name in inducers.names() if policy in inducers.get(name).policies]
