"""Rules and rulesets: the law as a value."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    TypeAdapter,
    model_validator,
)
from pydantic.dataclasses import dataclass
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from rulekit.digests import digest
from rulekit.errors import LawError, RulekitError, Where
from rulekit.html import Html, code, join, page, table
from rulekit.ir.canonical import bind, canonical
from rulekit.ir.condition import AllOf, Condition, literals
from rulekit.ir.notation.clauses import WHEN_JSON_SCHEMA, clause_text, condition_to_when, when_to_condition
from rulekit.ir.notation.literals import format_value
from rulekit.ir.provenance import Provenance
from rulekit.ir.schema import NAME_PATTERN, VERSION_PATTERN, Checked, Feature, Model, Schema

INVALID = "invalid"
"""The outcome of an event that lacks a required feature. No rule can give it."""

_INT64_MAX = (1 << 63) - 1


class _WhenCodec:
    """Tells pydantic to read and write conditions as the ``when`` lists of files."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        del source, handler
        writer = core_schema.plain_serializer_function_ser_schema(condition_to_when)
        return core_schema.no_info_plain_validator_function(when_to_condition, serialization=writer)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        del schema, handler
        return WHEN_JSON_SCHEMA


When = Annotated[Condition, _WhenCodec]


class HitPolicy(StrEnum):
    """How hits become an outcome, by their DMN names, and SCORE.

    UNIQUE, FIRST, ANY and COLLECT all let the first hit in text order name the outcome; they differ in
    what the law promises. UNIQUE: no two rules ever hit together. ANY: all hits agree. COLLECT: every
    hit counts on its own, as in a trigger menu. FIRST promises nothing: order is the law. Under SCORE the
    points of all hits are summed, and the highest threshold reached names the outcome.
    """

    UNIQUE = "unique"
    FIRST = "first"
    ANY = "any"
    COLLECT = "collect"
    SCORE = "score"


class Rule(Model):
    """One rule: where its condition holds, it *hits*.

    Attributes
    ----------
    id : lower-case words joined by ``.``, ``_`` or ``-``; never used again for another rule.
    title : what the rule looks for, in a few words.
    when : the condition; in files a list of literals that must all hold, such as ``["pt > 30", "met is missing"]``.
    then : the outcome; None under SCORE.
    because : the reason for the rule, in a sentence or two.
    prescale : one hit in so many is kept; COLLECT only.
    points : what a hit adds to the sum; SCORE only.
    origin : who wrote it.

    """

    _error: ClassVar[type[RulekitError]] = LawError

    id: str = Field(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$")
    title: str = ""
    when: When
    then: str | None = None
    because: str = ""
    prescale: int = Field(default=1, ge=1)
    points: int | None = None
    origin: Literal["human", "induced", "edited"] = "human"

    if TYPE_CHECKING:  # what pydantic takes and converts, spelled out for type checkers

        def __init__(
            self,
            *,
            id: str,  # noqa: A002 - the field
            when: Condition | Sequence[Any],
            title: str = "",
            then: str | None = None,
            because: str = "",
            prescale: int = 1,
            points: int | None = None,
            origin: Literal["human", "induced", "edited"] = "human",
        ) -> None: ...

    @property
    def when_lines(self) -> list[str]:
        """The condition as the lines of a law file: terms that must all hold."""
        return [clause_text(clause) for clause in condition_to_when(self.when)]

    def to_json(self) -> str:
        """Return the rule as indented JSON text, as a law file has it."""
        return json.dumps(self.model_dump(mode="json", exclude_defaults=True), indent=2, ensure_ascii=False)

    def __repr__(self) -> str:
        """Return one line: the id, the condition, and what a hit gives."""
        when = " and ".join(self.when_lines) or "always"
        gives = f"{self.points:+,} points" if self.then is None else self.then
        return f"<Rule {self.id}: {when if len(when) <= 80 else when[:77] + '...'} -> {gives}>"

    def _repr_html_(self) -> str:
        return _rule_table([self])


@dataclass(frozen=True, kw_only=True, repr=False, config=ConfigDict(extra="forbid"))
class Ruleset(metaclass=Checked):
    """An ordered list of rules over a schema, with the policy that turns hits into an outcome.

    Attributes
    ----------
    name : lower-case words joined by dots, such as ``fraud.card_present``.
    version : ``MAJOR.MINOR.PATCH``.
    schema : the features that rules may read.
    hit_policy : how hits become an outcome.
    otherwise : the outcome where no rule hits or, under SCORE, where no threshold is reached.
    complete : claims that a rule hits every plausible event, so that ``otherwise`` is never given;
        ``rulekit check`` proves it.
    thresholds : under SCORE, the least sum of points for each outcome.
    rules : in text order, each id once.
    provenance : how the ruleset was made; not part of the law.

    """

    # A pydantic dataclass and no Model, because every pydantic model has a method named `schema`.
    _error: ClassVar[type[RulekitError]] = LawError

    name: Annotated[str, Field(pattern=NAME_PATTERN)]
    version: Annotated[str, Field(pattern=VERSION_PATTERN)]
    schema: Schema
    hit_policy: HitPolicy
    otherwise: Annotated[str, Field(min_length=1)]
    complete: bool = False
    thresholds: dict[str, int] | None = None
    rules: tuple[Rule, ...]
    provenance: Provenance | None = None

    if TYPE_CHECKING:  # what pydantic takes and converts, spelled out for type checkers

        def __init__(
            self,
            *,
            name: str,
            version: str,
            schema: Schema,
            hit_policy: HitPolicy | Literal["unique", "first", "any", "collect", "score"],
            otherwise: str,
            rules: Sequence[Rule],
            complete: bool = False,
            thresholds: Mapping[str, int] | None = None,
            provenance: Provenance | None = None,
        ) -> None: ...

    @model_validator(mode="after")
    def _rules_fit_the_policy(self) -> Self:
        ids = [rule.id for rule in self.rules]
        twice = (
            next((name for name in ids if ids.count(name) > 1), None) if len(set(ids)) < len(ids) else None
        )
        if twice is not None:
            raise ValueError(f"rule id {twice} is used twice; ids are never reused")
        check = _check_score if self.hit_policy is HitPolicy.SCORE else _check_outcomes
        check(self)
        if INVALID in {self.otherwise, *(rule.then for rule in self.rules), *(self.thresholds or {})}:
            raise ValueError(f"the outcome {INVALID!r} is kept for events that lack a required feature")
        return self

    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """Every outcome an event can get, in text order (SCORE: by rising threshold), ``invalid`` last."""
        if self.hit_policy is HitPolicy.SCORE:
            named = [outcome for outcome, _ in self.ladder]
        else:
            named = [str(rule.then) for rule in self.rules]
        return tuple(dict.fromkeys([*named, self.otherwise, INVALID]))

    @cached_property
    def ladder(self) -> tuple[tuple[str, int], ...]:
        """The SCORE thresholds as ``(outcome, points)`` in rising order; empty under other policies."""
        return tuple(sorted((self.thresholds or {}).items(), key=lambda item: item[1]))

    @cached_property
    def accepting(self) -> tuple[str, ...]:
        """The outcomes that count as accepted: all but ``otherwise`` and ``invalid``, in the same order."""
        return tuple(name for name in self.outcomes if name not in {self.otherwise, INVALID})

    def outcome_of(self, score: int) -> str:
        """Return the outcome that a sum of points gives under SCORE: of the highest threshold that it reaches."""
        return next((name for name, least in reversed(self.ladder) if score >= least), self.otherwise)

    @cached_property
    def bound(self) -> tuple[Condition, ...]:
        """The condition of each rule, bound to the schema.

        Raises
        ------
        LawError
            with every literal that does not fit the schema.

        """
        conditions, problems = [], []
        for rule in self.rules:
            try:
                conditions.append(bind(rule.when, self.schema))
            except RulekitError as error:
                problems.append(error.at(Where(rule=rule.id)))
        if problems:
            raise LawError.collect(problems)
        return tuple(conditions)

    @cached_property
    def read(self) -> tuple[Feature, ...]:
        """The features that a decision depends on, in schema order: read by a rule, or required."""
        names = {literal.feature for condition in self.bound for literal in literals(condition)}
        return tuple(feature for feature in self.schema.features if feature.required or feature.name in names)

    @cached_property
    def law(self) -> dict[str, Any]:
        """What is decided and on which vocabulary, as plain JSON: the part that the digest covers.

        Words (version, titles, reasons, docs, provenance) are left out, so that changing them is a PATCH.
        """
        features = [_feature_law(feature) for feature in self.schema.features]
        rules = [
            {
                "id": rule.id,
                "when": canonical(AllOf((condition,)), self.schema),
                **{key: value for key in ("then", "points") if (value := getattr(rule, key)) is not None},
                "prescale": rule.prescale,
            }
            for rule, condition in zip(self.rules, self.bound, strict=True)
        ]
        return {
            "name": self.name,
            "features": features,
            "hit_policy": self.hit_policy.value,
            "otherwise": self.otherwise,
            "thresholds": self.thresholds,
            "rules": rules,
        }

    @cached_property
    def digest(self) -> str:
        """``sha256:`` and 64 hex digits over the JSON of :attr:`law`, with sorted keys and no spaces."""
        text = json.dumps(self.law, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return digest(text.encode())

    def to_document(self) -> dict[str, Any]:
        """Return the plain document of the ruleset, without the fields that have their default value."""
        document = _adapter().dump_python(self, mode="json", exclude_defaults=True)
        return {key: document[key] for key in _KEYS if key in document}

    def to_json(self) -> str:
        """Return the ruleset as indented JSON text, which :func:`rulekit.load` reads."""
        return json.dumps(self.to_document(), indent=2, ensure_ascii=False)

    def __repr__(self) -> str:
        """Return one line: name, version, rules, hit policy and the first digits of the digest."""
        return f"<Ruleset {self.name} {self.version}: {self._summary}>"

    def _repr_html_(self) -> str:
        rest = f"Otherwise {self.otherwise}."
        if self.ladder:
            rest = (
                "Reached with " + ", ".join(f"{least:,}: {name}" for name, least in self.ladder) + f". {rest}"
            )
        return page(f"{self.name} {self.version}", f"{self._summary}.", _rule_table(self.rules), rest)

    @property
    def _summary(self) -> str:
        count = f"{len(self.rules)} {'rule' if len(self.rules) == 1 else 'rules'}"
        try:
            named = self.digest[:19]
        except LawError:
            named = "rules do not fit the schema"
        return f"{count}, hit policy {self.hit_policy.value}, {named}"


_KEYS = (
    *("name", "version", "schema", "hit_policy", "otherwise", "complete", "thresholds"),
    *("rules", "provenance"),
)
"""The fields of a document, in the order of a law file."""


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Ruleset]:
    return TypeAdapter(Ruleset)


def _rule_table(rules: Sequence[Rule]) -> Html:
    """Return a table of rules; titles stand below the ids, and prescales below the outcomes."""
    rows = [
        (
            join([code(rule.id), *([rule.title] if rule.title else [])], "<br>"),
            join([code(line) for line in rule.when_lines] or ["always"], "<br>"),
            join([rule.then or f"{rule.points:+,}", *_prescaled(rule)], "<br>"),
            rule.because,
        )
        for rule in rules
    ]
    return table(("rule", "when all hold", "then", "because"), rows)


def _prescaled(rule: Rule) -> list[str]:
    return [f"1 in {rule.prescale:,}"] if rule.prescale > 1 else []


def _feature_law(feature: Feature) -> dict[str, Any]:
    """Return what the digest covers of a feature; bounds as text, so that 1 and 1.0 are the same bound."""
    plain = feature.model_dump(mode="json", exclude={"doc"})
    bounds = feature.bounds
    return {**plain, "bounds": None if bounds is None else [format_value(bound) for bound in bounds]}


def _check_outcomes(ruleset: Ruleset) -> None:
    if ruleset.thresholds is not None:
        raise ValueError("thresholds belong to hit_policy score")
    for rule in ruleset.rules:
        if rule.then is None or rule.points is not None:
            raise ValueError(f"rule {rule.id}: hit_policy {ruleset.hit_policy} wants `then`, and no `points`")
        if rule.prescale > 1 and ruleset.hit_policy is not HitPolicy.COLLECT:
            raise ValueError(
                f"rule {rule.id}: prescale belongs to hit_policy collect, where each hit counts on its own"
            )


def _check_score(ruleset: Ruleset) -> None:
    thresholds = ruleset.thresholds or {}
    if not thresholds or len(set(thresholds.values())) != len(thresholds):
        raise ValueError("hit_policy score wants `thresholds`: outcome to points, each a different number")
    for rule in ruleset.rules:
        if rule.points is None or rule.then is not None or rule.prescale > 1:
            raise ValueError(f"rule {rule.id}: hit_policy score wants `points`, and no `then` or `prescale`")
    if sum(abs(rule.points or 0) for rule in ruleset.rules) > _INT64_MAX:
        raise ValueError("the points of all rules together overflow int64")
    if any(abs(points) > _INT64_MAX for points in thresholds.values()):
        raise ValueError("a threshold is beyond int64")
