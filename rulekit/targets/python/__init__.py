"""The ``python`` target: one function for one event, with nothing to install where it runs.

A missing number is NaN inside the generated function, because NaN fails every comparison as a missing value
must; ``!=`` is written ``x < v or x > v`` for the same reason. A Python float is a float64, so a float32
feature would have to be rounded before each comparison; instead the threshold is moved to the float64 at which
that rounding would turn (:func:`rulekit.ir.floats.float32_edge`), which is exact and costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, overload

import polars as pl

from rulekit.frames import EagerFrame, Frame
from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, Member, Missing
from rulekit.ir.decision import Decision
from rulekit.ir.event import bind_event
from rulekit.ir.floats import float32_edge
from rulekit.ir.ruleset import INVALID
from rulekit.ir.schema import DType
from rulekit.targets.artifact import Artifact
from rulekit.targets.base import Capabilities, Target
from rulekit.targets.lower import Lowered, LowFeature
from rulekit.targets.shared.columns import batch_by_event, hit_matrix_by_event, lacking, scored
from rulekit.targets.shared.python_source import (
    comment,
    constants,
    header,
    load_module,
    prelude_text,
    value_source,
)

ENTRY = "decide.py"


def emit(low: Lowered) -> dict[str, str | bytes]:
    """Return the generated module."""
    parts = [
        header(low, "as plain Python: one event in, one decision out."),
        prelude_text("python"),
        constants(low.ruleset),
        _score(low) if low.is_score else _first(low),
        _hits(low),
        _DECIDE_SCORE if low.is_score else _DECIDE_FIRST,
    ]
    return {ENTRY: "\n\n".join(part.strip("\n") for part in parts) + "\n"}


_DECIDE_FIRST = '''
def decide(event: Mapping[str, Any]) -> Decision:
    """Decide one event; absent keys, None and NaN are missing."""
    rule = first(*_values(event))
    if rule >= 0:
        return Decision(THEN[rule], IDS[rule])
    return Decision(OTHERWISE) if rule == NO_RULE else Decision(OUTCOMES[-1], missing=_missing(event))
'''

_DECIDE_SCORE = '''
def decide(event: Mapping[str, Any]) -> Decision:
    """Decide one event; absent keys, None and NaN are missing."""
    points = score(*_values(event))
    if points is None:
        return Decision(OUTCOMES[-1], missing=_missing(event))
    reached = [name for name, least in LADDER if points >= least]
    return Decision(reached[-1] if reached else OTHERWISE, score=points)
'''


def _signature(low: Lowered) -> str:
    return ", ".join(f"{feature.identifier}: Any" for feature in low.features)


def _values(low: Lowered) -> str:
    names = ", ".join(f"event[{feature.name!r}]" for feature in low.features)
    gets = ", ".join(f"get({feature.name!r})" for feature in low.features)
    return (
        "def _values(event: Mapping[str, Any]) -> tuple[Any, ...]:\n"
        "    try:\n"
        f"        return ({names}{',' if low.features else ''})\n"
        "    except KeyError:\n"
        "        get = event.get\n"
        f"        return ({gets}{',' if low.features else ''})\n"
    )


def _missing(low: Lowered) -> str:
    required = tuple(feature.name for feature in low.features if feature.feature.required)
    return (
        "def _missing(event: Mapping[str, Any]) -> tuple[str, ...]:\n"
        f"    return tuple(name for name in {required!r} if _plain(event.get(name)) is None)\n"
    )


def _bindings(low: Lowered) -> str:
    return "".join(_binding(feature, low) for feature in low.features)


def _binding(low_feature: LowFeature, low: Lowered) -> str:
    feature, name = low_feature.feature, low_feature.identifier
    label = f"{feature.name!r}, {feature.dtype.value!r}"
    if feature.dtype is DType.BOOL:
        return f"    if type({name}) is not bool:\n        {name} = to_bool({feature.name!r}, {name})\n"
    if feature.dtype is DType.CATEGORY:
        return f"    if type({name}) is not str:\n        {name} = to_category({feature.name!r}, {name})\n"
    if feature.dtype.is_float:
        text = f"    if type({name}) is not float:\n        {name} = to_float({label}, {name})\n"
    else:
        lowest, highest = feature.dtype.integer_range
        text = (
            f"    if type({name}) is not int or not {lowest} <= {name} <= {highest}:\n"
            f"        {name} = to_integer({label}, {name}, {lowest}, {highest})\n"
        )
    if low_feature.grid is not None:
        bottom, top = low_feature.grid.range
        single, floor = feature.dtype is DType.FLOAT32, getattr(low.numerics, "rounding", "") == "floor"
        scale = 2.0**low_feature.grid.fraction
        text += f"    {name} = to_grid({name}, {scale!r}, {bottom}, {top}, single={single}, floor={floor})\n"
    return text


def _invalid(low: Lowered, answer: str) -> str:
    tests = [_condition(Missing(f.name), low) for f in low.features if f.feature.required]
    return f"    if {' or '.join(tests)}:\n        return {answer}\n" if tests else ""


def _first(low: Lowered) -> str:
    text = (
        f"def first({_signature(low)}) -> int:\n"
        '    """Return the index in IDS of the first rule that hits, NO_RULE, or INVALID."""\n'
    )
    text += _bindings(low) + _invalid(low, "INVALID")
    for index, rule in enumerate(low.rules):
        text += comment(rule.rule, 4) + f"    if {_condition(rule.condition, low)}:\n        return {index}\n"
    return text + "    return NO_RULE\n\n\n" + _values(low) + "\n\n" + _missing(low)


def _score(low: Lowered) -> str:
    text = (
        f"def score({_signature(low)}) -> int | None:\n"
        '    """Return the sum of the points of all hits; None for an invalid event."""\n'
    )
    text += _bindings(low) + _invalid(low, "None") + "    total = 0\n"
    for rule in low.rules:
        test = _condition(rule.condition, low)
        text += comment(rule.rule, 4) + f"    if {test}:\n        total += {rule.rule.points}\n"
    return text + "    return total\n\n\n" + _values(low) + "\n\n" + _missing(low)


def _hits(low: Lowered) -> str:
    text = f"def hits({_signature(low)}) -> list[str]:\n"
    text += '    """Return the ids of all rules that hit, in text order."""\n'
    text += _bindings(low) + _invalid(low, "[]") + "    found = []\n"
    for rule in low.rules:
        test = _condition(rule.condition, low)
        text += f"    if {test}:\n        found.append({rule.rule.id!r})\n"
    return text + "    return found\n"


def _condition(condition: Condition, low: Lowered) -> str:
    """Return a Python expression for a condition."""
    if isinstance(condition, (AllOf, AnyOf)):
        word = " and " if isinstance(condition, AllOf) else " or "
        return word.join(_operand(term, low) for term in condition.terms) or "True"
    feature = low.feature(condition.feature)
    name = feature.identifier
    is_number = feature.feature.dtype.is_number
    if isinstance(condition, Missing):
        test = (
            (f"{name} != {name}", f"{name} == {name}")
            if is_number
            else (f"{name} is None", f"{name} is not None")
        )
        return test[condition.negated]
    if isinstance(condition, Member):
        values = "{" + ", ".join(value_source(value) for value in condition.values) + "}"
        present = f"{name} == {name}" if is_number else f"{name} is not None"
        return f"{present} and {name} not in {values}" if condition.negated else f"{name} in {values}"
    if feature.feature.dtype is DType.BOOL:
        return f"{name} is {condition.value}"
    if feature.feature.dtype is DType.FLOAT32 and feature.grid is None:
        return _compare_float32(name, condition)
    value = value_source(condition.value)
    return (
        f"({name} < {value} or {name} > {value})"
        if condition.sign == "!="
        else f"{name} {condition.sign} {value}"
    )


def _operand(term: Condition, low: Lowered) -> str:
    text = _condition(term, low)
    return f"({text})" if isinstance(term, (AllOf, AnyOf)) or " and " in text else text


def _compare_float32(name: str, literal: Compare) -> str:
    """Return a comparison of an unrounded float64 that answers as if it had been rounded to float32."""
    value = literal.value
    assert isinstance(value, float)  # noqa: S101 - bound literals on float features hold floats
    low, low_included = float32_edge(value, -math.inf)
    high, high_included = float32_edge(value, math.inf)
    at_least = f"{name} {'>=' if low_included else '>'} {value_source(low)}"
    at_most = f"{name} {'<=' if high_included else '<'} {value_source(high)}"
    below = f"{name} {'<' if low_included else '<='} {value_source(low)}"
    above = f"{name} {'>' if high_included else '>='} {value_source(high)}"
    table = {
        ">=": at_least,
        "<=": at_most,
        "<": below,
        ">": above,
        "==": f"({at_least} and {at_most})",
        "!=": f"({below} or {above})",
    }
    return table[literal.sign]


class PythonRunner:
    """Decides events with the generated function; a frame is decided event by event."""

    def __init__(self, artifact: Artifact[Any]) -> None:
        self.artifact = artifact
        module = load_module(artifact.source, "rulekit_decide", artifact.entry)
        ruleset = artifact.ruleset
        self._ruleset = ruleset
        self._values = module["_values"]
        self._hits = module["hits"]
        self._score: Callable[..., int | None] = module.get("score", _no_score)
        self._first: Callable[..., int] | None = module.get("first")
        self._then = {rule.id: str(rule.then) for rule in ruleset.rules}
        decided = [Decision(then, rule=rule) for rule, then in self._then.items()]
        # first() answers -2 for an invalid event and -1 for no rule: both index this table from its end.
        self._table = (*decided, Decision(INVALID), Decision(ruleset.otherwise))

    def one(self, event: Mapping[str, Any], *, hits: bool = False) -> Decision:
        """Decide one event; see :class:`rulekit.targets.artifact.Runner`."""
        try:
            if not hits and self._first is not None:
                decision = self._table[self._first(*self._values(event))]
                return decision if decision.outcome != INVALID else self._lacking(event)
            return self._with_details(event, hits=hits)
        except ValueError:
            bind_event(self._ruleset.read, event)  # raises the same refusal with all its facts
            raise

    def _with_details(self, event: Mapping[str, Any], *, hits: bool) -> Decision:
        values = self._values(event)
        found = tuple(self._hits(*values)) if hits else None
        if self._first is not None:
            if found:  # the first hit decides: no need to look for it again
                return Decision(self._then[found[0]], found[0], found)
            decision = self._table[self._first(*values)]
        else:
            score = self._score(*values)
            decision = Decision(INVALID) if score is None else scored(self._ruleset, score)
        if decision.outcome == INVALID:
            return replace(self._lacking(event), hits=found)
        return Decision(decision.outcome, decision.rule, found, score=decision.score)

    def _lacking(self, event: Mapping[str, Any]) -> Decision:
        bound = bind_event(self._ruleset.read, event)
        return Decision(INVALID, missing=lacking(self._ruleset, bound))

    @overload
    def batch(self, events: pl.LazyFrame, *, hits: bool = False, cast: bool = False) -> pl.LazyFrame: ...

    @overload
    def batch(self, events: EagerFrame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame: ...

    def batch(self, events: Frame, *, hits: bool = False, cast: bool = False) -> pl.DataFrame | pl.LazyFrame:
        """Decide a frame; see :class:`rulekit.targets.artifact.Runner`."""
        return batch_by_event(self, events, hits=hits, cast=cast)

    def hit_matrix(self, events: Frame, *, cast: bool = False) -> pl.DataFrame:
        """Return which rules hit; see :class:`rulekit.targets.artifact.Runner`."""
        return hit_matrix_by_event(self, events, cast=cast)


def _no_score(*values: Any) -> int | None:
    del values
    return None


TARGET = Target(
    name="python",
    summary="one generated function for one event, pure Python",
    capabilities=Capabilities(),
    entry=ENTRY,
    emit=emit,
    load=PythonRunner,
)
