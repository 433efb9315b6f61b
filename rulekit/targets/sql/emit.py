"""The files of the artifact, and the two statements that users ask for by hand."""

from __future__ import annotations

from collections.abc import Collection

from rulekit.errors import Refusal, RulekitError, UnsupportedError
from rulekit.ir.condition import Member, literals
from rulekit.ir.ruleset import Ruleset
from rulekit.targets.lower import Lowered
from rulekit.targets.sql.dialects import DIALECTS, Dialect
from rulekit.targets.sql.filtering import where_lines
from rulekit.targets.sql.plan import EVENTS, Plan
from rulekit.targets.sql.selecting import select_lines


def emit_files(low: Lowered) -> dict[str, str | bytes]:
    """Return a SELECT and a WHERE for each dialect.

    Raises
    ------
    UnsupportedError
        when an outcome or category has a NUL in it, which no SQL text can hold.

    """
    files: dict[str, str | bytes] = {}
    for dialect in DIALECTS.values():
        plan = _plan(low, dialect)
        files[f"{dialect.name}.select.sql"] = select_text(plan, EVENTS)
        files[f"{dialect.name}.where.sql"] = _where_file(plan)
    return files


def select_text(plan: Plan, table: str) -> str:
    """Return the SELECT with its header."""
    answer = "outcome, rule, score and hits" if plan.low.is_score else "outcome, rule and hits"
    lines = [*plan.header(f"each event with {answer}."), *select_lines(plan, table)]
    return "\n".join(lines) + "\n"


def _where_file(plan: Plan) -> str:
    names = plan.low.ruleset.accepting
    what = "the events with outcome " + (" or ".join(names) + "." if names else "other than otherwise: none.")
    lines = [*plan.header(what), "SELECT", "  *", f"FROM {EVENTS}", "WHERE"]
    return "\n".join([*lines, *("  " + line for line in where_lines(plan, names))]) + "\n"


def where_text(plan: Plan, outcomes: Collection[str]) -> str:
    """Return the condition alone."""
    return "\n".join(where_lines(plan, outcomes))


def wanted(ruleset: Ruleset, outcome: str | None) -> tuple[str, ...]:
    """Return the outcomes that a WHERE asks for.

    Raises
    ------
    RulekitError
        when the ruleset has no such outcome.

    """
    if outcome is None:
        return ruleset.accepting
    if outcome not in ruleset.outcomes:
        raise RulekitError(
            "there is no such outcome", expected="one of " + ", ".join(ruleset.outcomes), got=outcome
        )
    return (outcome,)


def _plan(low: Lowered, dialect: Dialect) -> Plan:
    """Return the plan of a ruleset whose every word a SQL text can hold."""
    refusals = tuple(
        Refusal(None, f"outcome {name!r}", "SQL text can't hold a NUL", "rename it")
        for name in low.ruleset.outcomes
        if "\0" in name
    ) + tuple(
        Refusal(rule.rule.id, f"category {value!r}", "SQL text can't hold a NUL", "rename it")
        for rule in low.rules
        for literal in literals(rule.condition)
        if isinstance(literal, Member)
        for value in literal.values
        if isinstance(value, str) and "\0" in value
    )
    if refusals:
        raise UnsupportedError("sql", refusals)
    return Plan(low, dialect)


plan = _plan
