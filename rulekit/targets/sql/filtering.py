"""The WHERE form: one condition that is true where an event gets an outcome, and never NULL."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rulekit.ir.ruleset import INVALID
from rulekit.targets.sql.dialects import Tree
from rulekit.targets.sql.plan import Lines, Plan, indented


def where_lines(plan: Plan, outcomes: Collection[str]) -> Lines:
    """Return the condition for any of the outcomes, over the columns of ``events``.

    The rules stand in text order in a CASE, which stops at the first hit: so a rule takes its events away from
    those after it, as the law says.
    """
    invalid = plan.invalid(plan.read_raw)
    arms = [] if invalid is None else _arm(plan, invalid, value=INVALID in outcomes)
    if plan.low.is_score:
        last = _score_within(plan, outcomes)
    else:
        last = [plan.sql(plan.dialect.truth(value=plan.low.ruleset.otherwise in outcomes))]
        for rule in plan.low.rules:
            test = plan.condition(rule.condition, plan.read_raw)
            arms += [*plan.rule_comment(rule.rule), *_arm(plan, test, value=str(rule.rule.then) in outcomes)]
    if not arms:
        return last
    return ["CASE", *indented([*arms, f"ELSE {last[0]}", *last[1:]], 2), "END"]


def _arm(plan: Plan, test: Tree, *, value: bool) -> Lines:
    return plan.when(test, plan.dialect.truth(value=value))


def _score_within(plan: Plan, outcomes: Collection[str]) -> Lines:
    """Return whether the sum of points is in one of the intervals that give the outcomes."""
    hits = [
        (plan.rule_comment(rule.rule), plan.condition(rule.condition, plan.read_raw))
        for rule in plan.low.rules
    ]
    total = ["(", *indented(plan.total(hits), 2), ")"]
    lines: Lines = []
    for least, above in _intervals(plan, outcomes):
        lines += ["OR " + total[0] if lines else total[0], *total[1:-1], total[-1] + _within(least, above)]
    return lines or [plan.sql(plan.dialect.truth(value=False))]


def _intervals(plan: Plan, outcomes: Collection[str]) -> Iterator[tuple[int | None, int | None]]:
    """Yield the widest intervals, from a threshold up to below another; None is no limit."""
    names = [plan.low.ruleset.otherwise, *(name for name, _ in plan.low.ruleset.ladder)]
    edges = [None, *(points for _, points in plan.low.ruleset.ladder)]
    chosen = [name in outcomes for name in names]
    start = 0
    while start < len(names):
        end = start + 1
        while end < len(names) and chosen[end] == chosen[start]:
            end += 1
        if chosen[start]:
            yield edges[start], edges[end] if end < len(names) else None
        start = end


def _within(least: int | None, above: int | None) -> str:
    """Return the comparison of a sum with an interval."""
    if least is not None and above is not None:
        return f" BETWEEN {least} AND {above - 1}"
    if least is not None:
        return f" >= {least}"
    return " IS NOT NULL" if above is None else f" < {above}"
