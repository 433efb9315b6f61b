"""The ``polars`` target: expressions for frames of any size, eager, lazy and streaming.

A first stage binds the features (NaN to null, numbers to their grid), and the rules read the bound columns: 160
literals then share 12 conversions, whatever the optimiser does. The first hit is a ``coalesce`` of one ``when`` for
each rule: its cost is linear in the number of rules, that of a ``when/then`` chain is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, overload

import polars as pl

from rulekit.frames import POLARS, EagerFrame, Frame, bind_columns, collect, scan
from rulekit.ir.condition import AllOf, AnyOf, Condition, Member, Missing
from rulekit.ir.decision import Decision
from rulekit.ir.schema import DType
from rulekit.targets.artifact import Artifact
from rulekit.targets.base import Capabilities, Target
from rulekit.targets.lower import Lowered, LowFeature
from rulekit.targets.shared.columns import (
    HITS,
    check_free,
    decision_columns,
    like_input,
    one_by_frame,
)
from rulekit.targets.shared.python_source import (
    comment,
    constants,
    header,
    load_module,
    prelude_text,
    value_source,
)

ENTRY = "decide.py"
_BOUND = "__rulekit_{}"


def emit(low: Lowered) -> dict[str, str | bytes]:
    """Return the generated module."""
    parts = [
        header(low, "as Polars expressions: a frame in, outcome, rule, score and hits out."),
        prelude_text("polars"),
        constants(low.ruleset),
        _features(low),
        _rules(low),
        _invalid(low),
        _DECIDE_SCORE if low.is_score else _DECIDE_FIRST,
    ]
    return {ENTRY: "\n\n".join(part.strip("\n") for part in parts) + "\n"}


_DECIDE_FIRST = '''
def evaluate(invalid: pl.Expr, rules: Sequence[pl.Expr]) -> pl.Expr:
    """Stage one: the code of the first hit."""
    return first_hit(invalid, rules).alias(CODE)


def decide(code: pl.Expr = pl.col(CODE)) -> list[pl.Expr]:
    """Stage two: outcome and rule of a code. In a stage of its own, so that the rules are evaluated once."""
    names = [*THEN, OUTCOMES[-1], OTHERWISE]
    codes = [OUTCOMES.index(name) for name in names]
    outcome = look_up(code.fill_null(len(IDS) + 1), codes)
    # clipped, because a key beyond the categories below a null makes an Arrow file that Polars can't read back
    rule = pl.when(code < len(IDS)).then(code.clip(upper_bound=max(len(IDS) - 1, 0)))
    return [outcome.cat.to(pl.Enum(OUTCOMES)).alias("outcome"), rule.cat.to(pl.Enum(IDS)).alias("rule")]


def accepts(outcome: str, invalid: pl.Expr, rules: Sequence[pl.Expr]) -> pl.Expr:
    """A filter: whether the outcome is this one; never null."""
    if set(THEN) == {outcome} and outcome != OTHERWISE:
        return any_hit(rules) & ~invalid
    return decide(evaluate(invalid, rules))[0] == pl.lit(outcome, pl.Enum(OUTCOMES))
'''

_DECIDE_SCORE = '''
def evaluate(invalid: pl.Expr, rules: Sequence[pl.Expr]) -> pl.Expr:
    """Stage one: the sum of points; null for an invalid event."""
    return pl.when(~invalid).then(total(rules, POINTS)).alias(CODE)


def decide(score: pl.Expr = pl.col(CODE)) -> list[pl.Expr]:
    """Stage two: outcome and score. In a stage of its own, so that the rules are evaluated once."""
    codes = [OUTCOMES.index(name) for name in (OTHERWISE, *(name for name, _ in LADDER), OUTCOMES[-1])]
    outcome = look_up(ladder_step(score, LADDER).fill_null(len(LADDER) + 1), codes)
    return [
        outcome.cat.to(pl.Enum(OUTCOMES)).alias("outcome"),
        pl.lit(None, pl.Enum(IDS)).alias("rule"),
        score.alias("score"),
    ]


def accepts(outcome: str, invalid: pl.Expr, rules: Sequence[pl.Expr]) -> pl.Expr:
    """A filter: whether the outcome is this one; never null."""
    return decide(evaluate(invalid, rules))[0] == pl.lit(outcome, pl.Enum(OUTCOMES))
'''


def _features(low: Lowered) -> str:
    lines = "".join(f"        {feature.name!r}: {_feature(feature, low)},\n" for feature in low.features)
    return (
        "def features(column: Callable[[str], pl.Expr] = pl.col) -> dict[str, pl.Expr]:\n"
        '    """Each feature as the rules read it; null is missing."""\n'
        f"    return {{\n{lines}    }}\n"
    )


def _feature(low_feature: LowFeature, low: Lowered) -> str:
    feature, column = low_feature.feature, f"column({low_feature.name!r})"
    if feature.dtype.is_float:
        column = f"number({column})"
    if low_feature.grid is None:
        return column
    bottom, top = low_feature.grid.range
    floor = getattr(low.numerics, "rounding", "") == "floor"
    return f"to_grid({column}, {2.0**low_feature.grid.fraction!r}, {bottom}, {top}, floor={floor})"


def _rules(low: Lowered) -> str:
    reads = "".join(f"    {feature.identifier} = feature({feature.name!r})\n" for feature in low.features)
    rules = "".join(
        f"{comment(rule.rule, 8)}        {rule.rule.id!r}: {_condition(rule.condition, low)},\n"
        for rule in low.rules
    )
    return (
        "def rules(feature: Callable[[str], pl.Expr]) -> dict[str, pl.Expr]:\n"
        '    """The condition of each rule over bound features; null is no hit."""\n'
        f"{reads}    return {{\n{rules}    }}\n"
    )


def _invalid(low: Lowered) -> str:
    tests = [f"feature({f.name!r}).is_null()" for f in low.features if f.feature.required]
    return (
        "def invalid(feature: Callable[[str], pl.Expr]) -> pl.Expr:\n"
        '    """Whether an event lacks a required feature."""\n'
        f"    return {' | '.join(tests) or 'pl.lit(False)'}\n"
    )


def _condition(condition: Condition, low: Lowered) -> str:
    """Return the source of an expression for a condition."""
    if isinstance(condition, (AllOf, AnyOf)):
        sign = " & " if isinstance(condition, AllOf) else " | "
        return sign.join(f"({_condition(term, low)})" for term in condition.terms) or "pl.lit(True)"
    feature = low.feature(condition.feature)
    name = feature.identifier
    if isinstance(condition, Missing):
        return f"{name}.is_not_null()" if condition.negated else f"{name}.is_null()"
    if isinstance(condition, Member):
        return f"{'~' if condition.negated else ''}{name}.is_in({list(condition.values)!r})"
    if feature.feature.dtype is DType.BOOL:
        return name if condition.value else f"~{name}"
    dtype = pl.Int64() if feature.grid is not None else POLARS[feature.feature.dtype]
    return f"{name} {condition.sign} pl.lit({value_source(condition.value)}, pl.{dtype})"


class PolarsRunner:
    """Decides frames with the generated expressions; one event is decided as a frame of one."""

    def __init__(self, artifact: Artifact[Any]) -> None:
        self.artifact = artifact
        self._module = load_module(artifact.source, "rulekit_decide", artifact.entry)
        self._ruleset = artifact.ruleset

    @overload
    def batch(self, events: pl.LazyFrame, *, hits: bool = False, cast: bool = False) -> pl.LazyFrame: ...

    @overload
    def batch(self, events: EagerFrame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame: ...

    def batch(self, events: Frame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Decide a frame; see :class:`rulekit.targets.artifact.Runner`."""
        lazy = scan(events, self._ruleset.schema)
        added = decision_columns(self._ruleset, hits=hits)
        check_free(lazy, added)
        bound = self._bind(lazy, cast=cast)
        invalid, rules = (
            self._module["invalid"](_read_bound),
            list(self._module["rules"](_read_bound).values()),
        )
        stage, columns = [self._module["evaluate"](invalid, rules)], self._module["decide"]()
        if hits:
            stage += self._module["hit_masks"](invalid, rules)
            columns = [*columns, self._module["hit_list"](self._module["IDS"]).alias(HITS)]
        decided = bound.with_columns(stage).with_columns(columns)
        return like_input(events, decided.select(*lazy.collect_schema().names(), *added))

    def hit_matrix(self, events: Frame, *, cast: bool = False) -> pl.DataFrame:
        """Return which rules hit; see :class:`rulekit.targets.artifact.Runner`."""
        lazy = scan(events, self._ruleset.schema)
        valid = ~self._module["invalid"](_read_bound)
        rules = self._module["rules"](_read_bound)
        columns = [
            (valid & condition).fill_null(value=False).alias(name) for name, condition in rules.items()
        ]
        return collect(self._bind(lazy, cast=cast).with_columns(columns).select(list(rules)))

    def _bind(self, events: pl.LazyFrame, *, cast: bool) -> pl.LazyFrame:
        columns = bind_columns(events, self._ruleset.schema, self._ruleset.read, cast=cast)
        features = self._module["features"](columns.__getitem__)
        return events.with_columns([expr.alias(_BOUND.format(name)) for name, expr in features.items()])

    def one(self, event: Mapping[str, Any], *, hits: bool = False) -> Decision:
        """Decide one event; see :class:`rulekit.targets.artifact.Runner`."""
        return one_by_frame(self, event, hits=hits)


def _read_bound(name: str) -> pl.Expr:
    return pl.col(_BOUND.format(name))


def expression(artifact: Artifact[Any], outcome: str) -> pl.Expr:
    """Return a Boolean expression that is true where the outcome is ``outcome``; see :func:`rulekit.expr`."""
    module = load_module(artifact.source, "rulekit_decide", artifact.entry)
    features = module["features"]()
    rules = list(module["rules"](features.__getitem__).values())
    answer: pl.Expr = module["accepts"](outcome, module["invalid"](features.__getitem__), rules)
    return answer


TARGET = Target(
    name="polars",
    summary="expressions for frames and files of any size, streaming too",
    capabilities=Capabilities(),
    entry=ENTRY,
    emit=emit,
    load=PolarsRunner,
    tools=("polars",),
)
