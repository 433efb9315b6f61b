"""The low form that every target emits from: bound, in the numbers of the numerics, and named.

Lowering does once what every emitter would otherwise do again: bind to the schema, put thresholds on the
grid, flatten nested lists, find the features that are read, and give each a legal identifier.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from rulekit.errors import LawError, RulekitError, Where
from rulekit.ir.condition import AllOf, AnyOf, Condition
from rulekit.ir.numerics import Fixed, FixedFormat, Numerics
from rulekit.ir.ruleset import HitPolicy, Rule, Ruleset
from rulekit.ir.schema import Feature, Model

PlanT = TypeVar("PlanT")


@dataclass(frozen=True, slots=True)
class LowFeature:
    """A feature that is read, its identifier in generated code, and its grid (None: its own dtype)."""

    feature: Feature
    identifier: str
    grid: FixedFormat | None

    @property
    def name(self) -> str:
        """The name of the feature."""
        return self.feature.name


@dataclass(frozen=True, slots=True)
class LowRule:
    """A rule and its condition: flat, bound, with thresholds in the numbers of the numerics."""

    rule: Rule
    condition: Condition


@dataclass(frozen=True, slots=True)
class Lowered:
    """A ruleset ready to be emitted; ``options`` are the target's own, of the model that the target names."""

    ruleset: Ruleset
    numerics: Numerics
    features: tuple[LowFeature, ...]
    rules: tuple[LowRule, ...]
    options: Model = field(default_factory=Model)
    _plans: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def planned(self, plan: Callable[[Lowered], PlanT]) -> PlanT:
        """Return what a function plans from the low form; it is asked once, however many need its answer."""
        name = f"{plan.__module__}.{plan.__qualname__}"
        if name not in self._plans:
            self._plans[name] = plan(self)
        return cast("PlanT", self._plans[name])

    @property
    def is_score(self) -> bool:
        """Whether points are summed."""
        return self.ruleset.hit_policy is HitPolicy.SCORE

    def feature(self, name: str) -> LowFeature:
        """Return the feature of that name."""
        return next(feature for feature in self.features if feature.name == name)


def lower(ruleset: Ruleset, numerics: Numerics, options: Model | None = None) -> Lowered:
    """Lower a ruleset.

    Raises
    ------
    LawError
        with everything that does not fit the schema or the numerics.

    """
    rules, problems = [], []
    for rule, condition in zip(ruleset.rules, ruleset.bound, strict=True):
        try:
            rules.append(LowRule(rule, flatten(numerics.bind_condition(condition, ruleset.schema))))
        except RulekitError as error:
            problems.append(error.at(Where(rule=rule.id)))
    if problems:
        raise LawError.collect(problems)
    return Lowered(ruleset, numerics, _features(ruleset, numerics), tuple(rules), options or Model())


def flatten(condition: Condition) -> Condition:
    """Return an equal condition with no list inside a list of its kind, and no list of one."""
    if not isinstance(condition, (AllOf, AnyOf)):
        return condition
    kind = type(condition)
    terms: list[Condition] = []
    for term in map(flatten, condition.terms):
        terms.extend(term.terms if isinstance(term, kind) else (term,))
    return terms[0] if len(terms) == 1 else kind(tuple(terms))


def _features(ruleset: Ruleset, numerics: Numerics) -> tuple[LowFeature, ...]:
    formats = numerics.formats if isinstance(numerics, Fixed) else {}
    names = identifiers([feature.name for feature in ruleset.read])
    return tuple(
        LowFeature(f, name, formats.get(f.name)) for f, name in zip(ruleset.read, names, strict=True)
    )


_RESERVED = frozenset(dir(builtins)) | frozenset(
    """math struct pl column feature features rules rule invalid decide accepts first score hits total found event
    number reduce or_ any_hit first_hit hit_list ladder_step to_float to_integer to_bool to_category to_grid
    """.split()  # noqa: SIM905 - a list of words
)
"""Names that generated modules use themselves."""


def identifiers(names: list[str]) -> list[str]:
    """Return a legal, distinct, lower-case identifier per name: the name itself where it can be."""
    taken: set[str] = set()
    result = []
    for position, name in enumerate(names):
        plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
        usable = (
            plain.isidentifier()
            and plain.islower()
            and plain not in _RESERVED
            and not keyword.iskeyword(plain)
        )
        candidate = plain if usable else f"f{position}_{plain.lower()}".rstrip("_")
        while candidate in taken:
            candidate += "_"
        taken.add(candidate)
        result.append(candidate)
    return result


def slug(word: str) -> str:
    """Return what an identifier can hold of a word."""
    return re.sub(r"[^A-Za-z0-9]+", "_", word).strip("_")


def distinct(names: Iterable[str]) -> list[str]:
    """Return the names, those that would come a second time with a number behind."""
    taken: dict[str, None] = {}
    for name in names:
        candidate, number = name, 1
        while candidate in taken:
            number += 1
            candidate = f"{name}_{number}"
        taken[candidate] = None
    return list(taken)
