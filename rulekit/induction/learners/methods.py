"""Which inducers run, and under which hit policy."""

from __future__ import annotations

from typing import NamedTuple

from rulekit.errors import BudgetError
from rulekit.induction.learners.base import Inducer
from rulekit.induction.learners.registry import inducers
from rulekit.ir.ruleset import HitPolicy

AUTO = "auto"
POOL = "pool"
"""The method of ``auto`` that chooses from the candidate rules of all inducers together."""

_POLICIES = (HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.SCORE)


class Method(NamedTuple):
    """One inducer under one hit policy, with its registered name."""

    name: str
    inducer: Inducer
    policy: HitPolicy


def policy_named(name: str | None) -> HitPolicy | None:
    """Return the hit policy of a name; None for None.

    Raises
    ------
    BudgetError
        when the name is not any, first or score.

    """
    if name is None:
        return None
    if name not in _POLICIES:
        raise BudgetError(
            "no inducer has this hit policy", expected=", ".join(_POLICIES), got=repr(str(name))
        )
    return HitPolicy(name)


def methods_for(method: str, policy: HitPolicy | None, *, directed: bool = False) -> list[Method]:
    """Return the methods to run: one inducer, or for ``auto`` every inducer that has the policy.

    Parameters
    ----------
    method : the name of an inducer, or ``auto``.
    policy : the hit policy; default: the first one of the inducer, and any and first for ``auto``. Sums of points
        are another kind of law and run only when asked for.
    directed : whether some features are monotone. Only rules under ANY can keep to directions: a rule that rejects,
        or takes points away, would reverse them.

    Raises
    ------
    BudgetError
        when the method does not have the policy, or the policy can't keep to monotone directions.
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
        raise BudgetError("monotone directions need rules of hit policy any", got=found[0].policy.value)
    return found


def _with(policy: HitPolicy) -> list[str]:
    return [name for name in inducers.names() if policy in inducers.get(name).policies]
