"""The verbs on targets: ``compile`` and ``expr``."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import polars as pl

from rulekit.errors import RulekitError
from rulekit.ir.numerics import Native, Numerics
from rulekit.ir.ruleset import Ruleset
from rulekit.ir.schema import Model
from rulekit.targets import targets
from rulekit.targets.artifact import Artifact
from rulekit.targets.base import Target


def compile(
    ruleset: Ruleset, target: str = "kernel", numerics: Numerics | None = None, **options: Any
) -> Artifact:
    """Compile a ruleset for a target; :func:`rulekit.compile` is the same for any name of a law, and typed.

    Parameters
    ----------
    ruleset : the law.
    target : name of the target. Default: ``kernel``.
    numerics : how numbers are compared: ``Native()`` or ``Fixed(...)``. Default: ``Native()``.
    **options : the target's own, such as ``stages=2`` of ``systemverilog``.

    Raises
    ------
    UnsupportedError
        with every reason, when the target can't express the ruleset.
    LawError
        when a rule does not fit the schema or the numerics.
    RulekitError
        when there is no such target, or it has no such option.

    """
    return compile_for(targets.get(target), ruleset, numerics, options)


def compile_for(
    target: Target, ruleset: Ruleset, numerics: Numerics | None, options: Mapping[str, object]
) -> Artifact:
    """Compile a ruleset for a target that was looked up; see :func:`compile`."""
    chosen = options_of(target, options)
    return target.compile(ruleset, numerics or Native(), chosen)


def options_of(target: Target, given: Mapping[str, object]) -> Model:
    """Return the options of a target, from values or from texts as a command line has them.

    Raises
    ------
    RulekitError
        with every option that the target does not have, or whose value does not fit. The hint names the option that
        was meant, where one has a similar name.

    """
    known = list(target.options.model_fields)
    try:
        return target.options.model_validate(given)
    except RulekitError as error:
        wrong = "; ".join(each.what for each in error.problems or (error,))
        what = f"target {target.name} does not take these options: {wrong}"
        expected = f"options of the target: {', '.join(known) or 'none'}"
        raise RulekitError(what, expected=expected, hint=_meant(known, given)) from None


def _meant(known: list[str], given: Mapping[str, object]) -> str | None:
    """Return a hint at the first unknown option that has a similar name; None where there is no such option."""
    for name in given:
        near = difflib.get_close_matches(name, known, n=1) if name not in known else []
        if near:
            return f"did you mean {near[0]!r}?"
    return None


def expr(ruleset: Ruleset, outcome: str | None = None, *, engine: str = "polars") -> pl.Expr:
    """Return a Boolean Polars expression, for ``frame.filter(rulekit.expr(ruleset, outcome="accept"))``.

    The frame must have the features of the schema at their dtypes; the expression is never null. Without
    ``outcome`` it is true where any outcome but ``otherwise`` and ``invalid`` is given, if there is just one.
    The engine ``polars`` gives expressions that the optimiser sees through, ``kernel`` the compiled loops.

    Raises
    ------
    RulekitError
        when the ruleset has no such outcome, the outcome must be named because there are several, or there is no
        such engine.

    """
    if outcome is None and len(ruleset.accepting) != 1:
        raise RulekitError("the outcome must be named", expected="one of " + ", ".join(ruleset.outcomes))
    chosen = outcome or ruleset.accepting[0]
    if chosen not in ruleset.outcomes:
        raise RulekitError(
            "there is no such outcome", expected="one of " + ", ".join(ruleset.outcomes), got=chosen
        )
    if engine not in _ENGINES:
        raise RulekitError("there is no such engine", expected="one of " + ", ".join(_ENGINES), got=engine)
    expression: Callable[[Artifact, str], pl.Expr] = import_module(_ENGINES[engine]).expression
    return expression(compile(ruleset, engine), chosen)


_ENGINES = {"polars": "rulekit.targets.polars", "kernel": "rulekit.targets.kernel"}
"""Where the targets lie that can be an expression within a Polars plan."""
