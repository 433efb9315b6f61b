"""The verbs on a law that any name of it will do for: ``compile``, ``expr`` and ``decide``."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

import polars as pl

from rulekit.ir.decision import Decision
from rulekit.ir.numerics import Numerics
from rulekit.ir.ruleset import Ruleset
from rulekit.store.lookup import RulesetSource, load
from rulekit.targets import api, targets
from rulekit.targets.artifact import Artifact, Runner, RunnerT
from rulekit.targets.base import Target

if TYPE_CHECKING:
    from rulekit.targets.c.runner import CRunner
    from rulekit.targets.kernel.runner import KernelRunner
    from rulekit.targets.onnx.runner import OnnxRunner
    from rulekit.targets.polars import PolarsRunner
    from rulekit.targets.python import PythonRunner
    from rulekit.targets.sql.runner import DuckDBRunner
    from rulekit.targets.systemverilog.options import OptionValues
    from rulekit.targets.systemverilog.simulation.runner import HardwareRunner

_KEPT = 128
"""Rulesets whose compiled function :func:`decide` keeps."""


@overload
def compile(
    ruleset: RulesetSource, target: Literal["kernel"] = "kernel", numerics: Numerics | None = None
) -> Artifact[KernelRunner]: ...
@overload
def compile(
    ruleset: RulesetSource, target: Literal["python"], numerics: Numerics | None = None
) -> Artifact[PythonRunner]: ...
@overload
def compile(
    ruleset: RulesetSource, target: Literal["polars"], numerics: Numerics | None = None
) -> Artifact[PolarsRunner]: ...
@overload
def compile(
    ruleset: RulesetSource, target: Literal["sql"], numerics: Numerics | None = None
) -> Artifact[DuckDBRunner]: ...
@overload
def compile(
    ruleset: RulesetSource, target: Literal["onnx"], numerics: Numerics | None = None
) -> Artifact[OnnxRunner]: ...
@overload
def compile(
    ruleset: RulesetSource, target: Literal["c"], numerics: Numerics | None = None
) -> Artifact[CRunner]: ...
@overload
def compile(
    ruleset: RulesetSource,
    target: Literal["systemverilog"],
    numerics: Numerics | None = None,
    **options: Unpack[OptionValues],
) -> Artifact[HardwareRunner]: ...
@overload
def compile(
    ruleset: RulesetSource, target: Target[RunnerT], numerics: Numerics | None = None, **options: Any
) -> Artifact[RunnerT]: ...
@overload
def compile(ruleset: RulesetSource, target: str, numerics: Numerics | None = None) -> Artifact[Runner]: ...
def compile(
    ruleset: RulesetSource,
    target: str | Target[Any] = "kernel",
    numerics: Numerics | None = None,
    **options: Any,
) -> Artifact[Any]:
    """Compile a law for a target.

    Parameters
    ----------
    ruleset : the law, named in any way that :func:`rulekit.load` takes.
    target : name of a target, as ``rulekit targets`` lists them, or a :class:`Target` (default: ``kernel``).
    numerics : the numbers in which it decides (default: native).
    options : the target's own options, such as ``stages=2`` for ``systemverilog``.

    Raises
    ------
    UnsupportedError
        with every reason, when the target can't express the ruleset.
    LawError
        when the law can't be read, or a rule does not fit the schema or the numerics.
    RulekitError
        when there is no such target, or it has no such option.
    MissingExtraError
        when the target needs a library that is not installed.

    """
    chosen = targets.get(target) if isinstance(target, str) else target
    return api.compile_for(chosen, load(ruleset), numerics, options)


def expr(
    ruleset: RulesetSource, outcome: str | None = None, *, engine: Literal["polars", "kernel"] = "polars"
) -> pl.Expr:
    """Return a Boolean Polars expression, for ``events.filter(rulekit.expr(ruleset, outcome="accept"))``.

    The events must have the features of the schema at their dtypes. The expression is never null.

    Parameters
    ----------
    ruleset : the law, named in any way that :func:`rulekit.load` takes.
    outcome : the outcome for which it is true (default: the one accepting outcome, if there is just one).
    engine : ``polars`` gives expressions that the optimiser sees through, ``kernel`` the compiled loops.

    Raises
    ------
    RulekitError
        when the ruleset has no such outcome, the outcome must be named because several accept, or there is no such
        engine.
    LawError
        when the law can't be read.

    """
    return api.expr(load(ruleset), outcome, engine=engine)


def decide(
    ruleset: RulesetSource,
    event: Mapping[str, Any],
    numerics: Numerics | None = None,
    *,
    hits: bool = True,
) -> Decision:
    """Decide one event.

    The answer is that of :func:`rulekit.reference.decide`; here the ruleset is compiled to Python the first time
    and kept. A path is read again at every call, because the law there may have changed: for many events, load it
    once.

    Parameters
    ----------
    ruleset : the law, named in any way that :func:`rulekit.load` takes.
    event : values by feature; an absent key, None and NaN are missing, other keys are ignored.
    numerics : the numbers in which it decides (default: native).
    hits : also return the ids of all rules that hit (default: True). Without them the first hit ends the work.

    Raises
    ------
    EventError
        when a value does not fit the schema.
    LawError
        when the law can't be read, or a rule does not fit the schema or the numerics.

    """
    return _runner(load(ruleset), numerics).one(event, hits=hits)


_runners: OrderedDict[tuple[str, str | None], PythonRunner] = OrderedDict()
_lock = Lock()


def _runner(ruleset: Ruleset, numerics: Numerics | None) -> PythonRunner:
    """Return the compiled function of a ruleset; the digest names it, since it covers all that is decided."""
    key = (ruleset.digest, None if numerics is None else numerics.model_dump_json())
    with _lock:
        found = _runners.get(key)
        if found is None:
            found = _runners[key] = compile(ruleset, "python", numerics).load()
        _runners.move_to_end(key)
        while len(_runners) > _KEPT:
            _runners.popitem(last=False)
    return found
