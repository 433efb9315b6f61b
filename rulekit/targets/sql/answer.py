"""What follows from the hits: the columns outcome, rule, score and hits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from rulekit.targets.sql.conditions import joined
from rulekit.targets.sql.dialects import Tree
from rulekit.targets.sql.plan import Lines, Plan, chained, indented, named


def answer_columns(plan: Plan, hits: Sequence[Tree], invalid: Tree | None, score: Tree) -> list[Lines]:
    """Return the answer's columns, from a column per rule that is never NULL."""
    ids = [plan.dialect.text(rule.rule.id) for rule in plan.low.rules]
    if plan.low.is_score:
        outcome = _outcome(plan, invalid, plan.ladder(score))
        rule = [plan.sql(exp.cast(exp.Null(), "text"))]
        total = plan.case(plan.arm(invalid, exp.Null()), score)
        found = [named(outcome, "outcome"), named(rule, "rule"), named(total, "score")]
    else:
        outcome = _outcome(plan, invalid, _agreeing(plan, hits))
        arms = list(zip(hits, ids, strict=True))
        rule = (
            plan.case([*plan.arm(invalid, exp.Null()), *arms], exp.Null())
            if arms
            else [plan.sql(exp.cast(exp.Null(), "text"))]
        )
        found = [named(outcome, "outcome"), named(rule, "rule")]
    return [*found, named(_hits(plan, ids, hits, invalid), "hits")]


def _outcome(plan: Plan, invalid: Tree | None, arms: list[tuple[Tree, Tree]]) -> Lines:
    return plan.case([*plan.arm(invalid), *arms], plan.dialect.text(plan.low.ruleset.otherwise))


def _hits(plan: Plan, ids: list[Tree], hits: Sequence[Tree], invalid: Tree | None) -> Lines:
    if not ids:
        return [plan.sql(plan.dialect.no_hits)]
    listed = plan.dialect.hits(ids, hits)
    if invalid is None:
        return plan.laid_out(listed)
    first, *rest = plan.laid_out(listed)
    none = f"  WHEN {plan.sql(invalid)} THEN {plan.sql(plan.dialect.no_hits)}"
    return ["CASE", none, f"  ELSE {first}", *indented(rest, 2), "END"]


def _agreeing(plan: Plan, hits: Sequence[Tree]) -> list[tuple[Tree, Tree]]:
    """Return the arms that turn the first hit into its outcome; rules in a row that agree share one."""
    arms: list[tuple[str, list[Tree]]] = []
    for rule, hit in zip(plan.low.rules, hits, strict=True):
        then = str(rule.rule.then)
        if arms and arms[-1][0] == then:
            arms[-1][1].append(hit)
        else:
            arms.append((then, [hit]))
    return [(joined(exp.Or, some), plan.dialect.text(then)) for then, some in arms]


def words(plan: Plan) -> Lines:
    """Return the column ``hits`` where there are no lists: ids joined by one space, which no id contains."""
    nothing = plan.dialect.text("")
    terms = [
        [
            *plan.rule_comment(rule.rule),
            *plan.chosen(
                plan.condition(rule.condition, plan.read_raw), plan.dialect.text(f" {rule.rule.id}"), nothing
            ),
        ]
        for rule in plan.low.rules
    ]
    lines = ["LTRIM(", *indented(chained(terms, "||", "''"), 2), ")"] if terms else ["''"]
    invalid = plan.invalid(plan.read_raw)
    if invalid is not None:
        none = f"  WHEN {plan.sql(invalid)} THEN ''"
        lines = ["CASE", none, f"  ELSE {lines[0]}", *indented(lines[1:], 2), "END"]
    return named(lines, "hits")


def appended_columns(plan: Plan) -> list[Lines]:
    """Return the columns that follow ``hits``, each of which reads the ones before."""
    invalid = plan.invalid(plan.read_raw)
    if plan.low.is_score:
        found: list[tuple[Lines, Tree]] = [
            ([], exp.Var(this=f"INSTR(' ' || hits || ' ', ' {rule.rule.id} ') > 0"))
            for rule in plan.low.rules
        ]
        total = plan.total(found)
        if invalid is not None:
            total = ["CASE", f"  WHEN NOT ({plan.sql(invalid)})", "  THEN", *indented(total, 4), "END"]
        arms = plan.ladder(exp.column("score"))
        columns = [named(total, "score"), named(["CAST(NULL AS TEXT)"], "rule")]
    else:
        arms = _by_rule(plan)
        columns = [named(["NULLIF(SUBSTR(hits, 1, INSTR(hits || ' ', ' ') - 1), '')"], "rule")]
    return [*columns, named(_outcome(plan, invalid, arms), "outcome")]


def _by_rule(plan: Plan) -> list[tuple[Tree, Tree]]:
    """Return the arms that turn the deciding rule into its outcome."""
    rules: dict[str, list[Tree]] = {}
    for rule in plan.low.rules:
        rules.setdefault(str(rule.rule.then), []).append(plan.dialect.text(rule.rule.id))
    read = exp.column("rule")
    return [(exp.In(this=read, expressions=ids), plan.dialect.text(then)) for then, ids in rules.items()]
