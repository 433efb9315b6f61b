"""rulekit: learned selectors distilled into short, readable, exact rulesets.

The public names are loaded on first use, so that ``import rulekit`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rulekit.budget import Budget
    from rulekit.errors import RulekitError
    from rulekit.explanation.explainer import Explainer, explain
    from rulekit.explanation.result import Explanation
    from rulekit.induction.induce import induce
    from rulekit.induction.multiclass.induce import induce_classes
    from rulekit.induction.results.classes import ClassInduction
    from rulekit.induction.results.induction import Induction
    from rulekit.ir.numerics import Fixed, FixedFormat, Native
    from rulekit.ir.ruleset import HitPolicy, Rule, Ruleset
    from rulekit.ir.schema import Feature, Schema
    from rulekit.ir.semantics import Decision, decide
    from rulekit.store.check import check
    from rulekit.store.compare import diff
    from rulekit.store.lookup import load
    from rulekit.targets.api import compile, expr  # noqa: A004 - the verb of the field

_HOMES = {
    "check": "rulekit.store.check",
    "diff": "rulekit.store.compare",
    "compile": "rulekit.targets.api",
    "expr": "rulekit.targets.api",
    "RulekitError": "rulekit.errors",
    "Explainer": "rulekit.explanation.explainer",
    "Explanation": "rulekit.explanation.result",
    "explain": "rulekit.explanation.explainer",
    "Budget": "rulekit.budget",
    "Induction": "rulekit.induction.results.induction",
    "induce": "rulekit.induction.induce",
    "ClassInduction": "rulekit.induction.results.classes",
    "induce_classes": "rulekit.induction.multiclass.induce",
    "load": "rulekit.store.lookup",
    "Fixed": "rulekit.ir.numerics",
    "FixedFormat": "rulekit.ir.numerics",
    "Native": "rulekit.ir.numerics",
    "HitPolicy": "rulekit.ir.ruleset",
    "Rule": "rulekit.ir.ruleset",
    "Ruleset": "rulekit.ir.ruleset",
    "Feature": "rulekit.ir.schema",
    "Schema": "rulekit.ir.schema",
    "Decision": "rulekit.ir.semantics",
    "decide": "rulekit.ir.semantics",
}

__all__ = [
    "Budget",
    "ClassInduction",
    "Decision",
    "Explainer",
    "Explanation",
    "Feature",
    "Fixed",
    "FixedFormat",
    "HitPolicy",
    "Induction",
    "Native",
    "Rule",
    "RulekitError",
    "Ruleset",
    "Schema",
    "__version__",
    "check",
    "compile",
    "decide",
    "diff",
    "explain",
    "expr",
    "induce",
    "induce_classes",
    "load",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("rulekit.version").VERSION
    if name not in _HOMES:
        raise AttributeError(f"module 'rulekit' has no attribute {name!r}")
    try:
        return getattr(import_module(_HOMES[name]), name)
    except ModuleNotFoundError as error:
        missing = import_module("rulekit.extras").missing_extra(error, name)
        if missing is None:
            raise
        raise missing from error


def __dir__() -> list[str]:
    return sorted(__all__)
