"""What the rules ask of each feature, every question once, and each rule as logic over the answers.

``x <= 7``, ``x > 7``, ``x < 8`` and ``x >= 8`` are one question on the grid; questions are shared by all rules
and named by feature and value. A question beyond the format is a constant and asks nothing. A missing value
makes every literal false but ``is missing``, so an optional feature adds "it is there" once to each list of
terms that reads it. A required feature needs none: the event is invalid without it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from rulekit.ir.condition import AllOf, AnyOf, Compare, Condition, LiteralCondition, Member, Missing
from rulekit.ir.schema import DType
from rulekit.targets.lower import LowFeature
from rulekit.targets.systemverilog.names import Names
from rulekit.targets.systemverilog.options import Options
from rulekit.targets.systemverilog.rtl import logic
from rulekit.targets.systemverilog.rtl.logic import FALSE, Logic, Net


@dataclass(frozen=True, slots=True)
class Question:
    """One bit that rules want to know of a feature.

    ``kind`` is ``ge`` (at least the code), ``is`` (the code), ``in`` (one of the codes), ``bit`` (the value of a
    bool) or ``no`` (it is missing).
    """

    feature: str
    kind: str
    codes: tuple[int, ...] = ()


@dataclass
class Asked:
    """The questions in the order in which rules ask them, with their nets; and each rule over those nets."""

    names: Names
    options: Options
    nets: dict[Question, str] = field(default_factory=dict)
    rules: list[Logic] = field(default_factory=list)
    invalid: Logic = FALSE

    @classmethod
    def of(cls, names: Names, options: Options) -> Asked:
        """Ask everything that the rules of a design want to know."""
        asked = cls(names, options)
        low = names.low
        if options.missing:
            required = [f.name for f in low.features if f.feature.required]
            asked.invalid = logic.either([asked._net(Question(name, "no")) for name in required])
        asked.rules = [asked._logic(rule.condition, frozenset()) for rule in low.rules]
        return asked

    def of_feature(self, name: str) -> dict[Question, str]:
        """Return the questions on one feature, thresholds rising."""
        found = [(question, net) for question, net in self.nets.items() if question.feature == name]
        return dict(sorted(found, key=lambda item: (item[0].kind, item[0].codes)))

    def _net(self, question: Question) -> Net:
        if question not in self.nets:
            self.nets[question] = self._named(question)
        return Net(self.nets[question] + "_q")

    def _named(self, question: Question) -> str:
        stem = self.names.stems[question.feature]
        if question.kind in {"bit", "no"}:
            return f"{'is' if question.kind == 'bit' else 'lacks'}_{stem}"
        codes = "_".join(str(code).replace("-", "m") for code in question.codes)
        name = f"{stem}_{question.kind}_{codes}"
        taken = sum(each.kind == "in" and each.feature == question.feature for each in self.nets)
        return name if len(name) <= len(stem) + 24 else f"{stem}_{question.kind}_set{taken + 1}"

    def _logic(self, condition: Condition, there: frozenset[str]) -> Logic:
        """Return a condition as logic; ``there`` are features that an outer list has asked for already."""
        if isinstance(condition, AllOf):
            read = [t.feature for t in condition.terms if isinstance(t, (Compare, Member))]
            new = [name for name in dict.fromkeys(read) if self._may_lack(name) and name not in there]
            inner = there | set(new)
            terms = [self._logic(term, inner) for term in condition.terms]
            return logic.both([*(self._present(name) for name in new), *terms])
        if isinstance(condition, AnyOf):
            return logic.either([self._logic(term, there) for term in condition.terms])
        feature = self.names.low.feature(condition.feature)
        if isinstance(condition, Missing):
            return self._missing(condition)
        test = self._test(condition, feature)
        gated = self._may_lack(feature.name) and feature.name not in there and test != FALSE
        return logic.both([self._present(feature.name), test]) if gated else test

    def _may_lack(self, name: str) -> bool:
        return self.options.missing and not self.names.low.feature(name).feature.required

    def _present(self, name: str) -> Logic:
        return logic.inverse(self._net(Question(name, "no")))

    def _missing(self, literal: Missing) -> Logic:
        if not self.options.missing:
            return logic.constant(value=literal.negated)
        net = self._net(Question(literal.feature, "no"))
        return logic.inverse(net) if literal.negated else net

    def _test(self, literal: LiteralCondition, feature: LowFeature) -> Logic:
        """Return a literal on a value that is there."""
        if isinstance(literal, Member):
            found = self._member(literal, feature)
            return logic.inverse(found) if literal.negated else found
        compare = cast("Compare", literal)
        if feature.feature.dtype is DType.BOOL:
            net = self._net(Question(feature.name, "bit"))
            return net if compare.value else logic.inverse(net)
        code = cast("int", compare.value)
        if compare.sign in {"==", "!="}:
            found = self._is(feature, code)
            return found if compare.sign == "==" else logic.inverse(found)
        found = self._at_least(feature, code + (compare.sign in {">", "<="}))
        return found if compare.sign in {">", ">="} else logic.inverse(found)

    def _member(self, literal: Member, feature: LowFeature) -> Logic:
        if feature.feature.dtype is not DType.CATEGORY:
            return logic.either([self._is(feature, cast("int", value)) for value in literal.values])
        categories = feature.feature.categories or ()
        codes = tuple(sorted({categories.index(cast("str", value)) for value in literal.values}))
        return self._net(Question(feature.name, "in", codes)) if codes else FALSE

    def _is(self, feature: LowFeature, code: int) -> Logic:
        low, high = self._range(feature)
        return self._net(Question(feature.name, "is", (code,))) if low <= code <= high else FALSE

    def _at_least(self, feature: LowFeature, code: int) -> Logic:
        low, high = self._range(feature)
        if not low < code <= high:
            return logic.constant(value=code <= low)
        return self._net(Question(feature.name, "ge", (code,)))

    @staticmethod
    def _range(feature: LowFeature) -> tuple[int, int]:
        assert feature.grid is not None  # noqa: S101 - a number that a literal reads has a grid
        return feature.grid.range
