"""The SELECT: each event with its outcome, rule, score and hits.

Three stages: floats are bound (NaN to NULL), each rule is evaluated once, and what follows from the hits is put
beside the event. The columns of the stages must not show in the result, whose other columns are not known when the
law is compiled; so there are three shapes:

- *staged* (DuckDB, ClickHouse, BigQuery, Snowflake): ``WITH``, and ``* EXCEPT`` at the end;
- *lateral* (PostgreSQL, Spark): ``events.*`` beside lateral subqueries, which both engines dissolve;
- *appended* (SQLite, which has neither): each stage adds one column of the result itself, ``hits`` first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from rulekit.targets.lower import LowFeature
from rulekit.targets.sql.answer import answer_columns, appended_columns, words
from rulekit.targets.sql.conditions import Read
from rulekit.targets.sql.dialects import Shape, Tree
from rulekit.targets.sql.plan import EVENTS, Lines, Plan, indented, items, named

_COLUMNS = 1000
"""Columns of a lateral subquery: PostgreSQL has at most 1664."""


def select_lines(plan: Plan, table: str) -> Lines:
    """Return the lines of the SELECT over a table."""
    source = EVENTS
    if table != EVENTS:
        quoted = exp.to_table(table, dialect=plan.dialect.name).sql(plan.dialect.name, identify=True)
        source = f"{quoted} AS {EVENTS}"
    return _SHAPES[plan.dialect.shape](plan, source)


def _nested(columns: Sequence[Lines], source: Sequence[str]) -> Lines:
    return ["SELECT", *indented(items(columns), 2), *source]


def _tests(plan: Plan, read: Read, names: Sequence[str], invalid: str) -> list[Lines]:
    """Return the columns that say what an event is: whether invalid, and which rules hit; none is ever NULL."""
    lacking = plan.invalid(read)
    tests = [] if lacking is None else [[f"{plan.sql(lacking)} AS {invalid}"]]
    for rule, name in zip(plan.low.rules, names, strict=True):
        tests.append(
            [
                *plan.rule_comment(rule.rule),
                *named(_never_null(plan, plan.condition(rule.condition, read)), name),
            ]
        )
    return tests


def _never_null(plan: Plan, test: Tree) -> Lines:
    lines, false = plan.terms(test), plan.sql(plan.dialect.truth(value=False))
    if len(lines) == 1:
        return [f"COALESCE({lines[0]}, {false})"]
    return ["COALESCE(", *indented([*lines[:-1], lines[-1] + ",", false], 2), ")"]


def _staged(plan: Plan, source: str) -> Lines:
    bound = {name: f"__bound_{plan.features[name].identifier}" for name in plan.floats}
    base = "bound" if bound else EVENTS

    def read(name: str) -> tuple[LowFeature, Tree]:
        column = exp.column(bound[name], table=base) if name in bound else plan.column(name, base)
        return plan.features[name], column

    binding = [[f"{plan.sql(plan.read_raw(name)[1])} AS {column}"] for name, column in bound.items()]
    hits = [f"__hit_{name}" for name in plan.hit_names]
    stages = [("bound", binding), ("hit", _tests(plan, read, hits, "__invalid"))]
    left_out = [*bound.values(), *(["__invalid"] if plan.has_required else []), *hits]
    columns = [exp.column(name) for name in hits]
    if plan.low.is_score:
        stages.append(("scored", [named(plan.total([([], hit) for hit in columns]), "__score")]))
        left_out.append("__score")
    invalid = exp.column("__invalid") if plan.has_required else None
    answer = answer_columns(plan, columns, invalid, exp.column("__score"))
    return _with_stages(stages, source, [_all_but(plan, left_out), *answer])


def _with_stages(stages: list[tuple[str, list[Lines]]], source: str, columns: list[Lines]) -> Lines:
    """Return a SELECT over stages, each of which adds columns to the one before."""
    lines: Lines = []
    for name, added in stages:
        if added:
            opening = f"), {name} AS (" if lines else f"WITH {name} AS ("
            lines += [opening, *indented(_nested([["*"], *added], [f"FROM {source}"]), 2)]
            source = name
    return [*lines, *([")"] if lines else []), *_nested(columns, [f"FROM {source}"])]


def _all_but(plan: Plan, names: list[str]) -> Lines:
    """Return the star that leaves the columns of the stages out."""
    if not names:
        return ["*"]
    word = "EXCLUDE" if plan.dialect.name in {"duckdb", "snowflake"} else "EXCEPT"
    return [f"* {word} (", *indented([*(f"{name}," for name in names[:-1]), names[-1]], 2), ")"]


def _lateral(plan: Plan, source: str) -> Lines:
    bound = {name: plan.features[name].identifier for name in plan.floats}

    def read(name: str) -> tuple[LowFeature, Tree]:
        return plan.features[name], _quoted(bound[name], "bound") if name in bound else plan.column(name)

    binding = [
        [f"{plan.sql(plan.read_raw(name)[1])} AS {plan.sql(_quoted(column))}"]
        for name, column in bound.items()
    ]
    tests = _tests(plan, read, [plan.sql(_quoted(name)) for name in plan.hit_names], "invalid")
    first = len(tests) - len(plan.hit_names)
    hits = [
        _quoted(name, _nth("hit", (first + index) // _COLUMNS)) for index, name in enumerate(plan.hit_names)
    ]
    joins = _joins("bound", binding) + _joins("hit", tests)
    if plan.low.is_score:
        joins += _joins("scored", [named(plan.total([([], hit) for hit in hits]), "score")])
    invalid = exp.column("invalid", table="hit") if plan.has_required else None
    answer = answer_columns(plan, hits, invalid, exp.column("score", table="scored"))
    return _nested([[f"{EVENTS}.*"], *answer], [f"FROM {source}", *joins])


def _joins(name: str, columns: list[Lines]) -> Lines:
    lines: Lines = []
    for start in range(0, len(columns), _COLUMNS):
        stage = indented(_nested(columns[start : start + _COLUMNS], []), 2)
        lines += ["CROSS JOIN LATERAL (", *stage, f") AS {_nth(name, start // _COLUMNS)}"]
    return lines


def _nth(name: str, number: int) -> str:
    return name if number == 0 else f"{name}_{number + 1}"


def _quoted(name: str, table: str | None = None) -> Tree:
    return exp.column(exp.to_identifier(name, quoted=True), table=table)


def _appended(plan: Plan, source: str) -> Lines:
    stage = _nested([["*"], words(plan)], [f"FROM {source}"])
    for column in appended_columns(plan):
        # the OFFSET keeps SQLite from copying the stage into every place that reads it
        kept = ["FROM (", *indented([*stage, "LIMIT -1 OFFSET 0"], 2), f") AS {EVENTS}"]
        stage = _nested([["*"], column], kept)
    return stage


_SHAPES: dict[Shape, Callable[[Plan, str], Lines]] = {
    "staged": _staged,
    "lateral": _lateral,
    "appended": _appended,
}
