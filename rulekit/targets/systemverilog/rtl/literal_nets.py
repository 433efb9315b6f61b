"""The literals of all rules as nets of one bit, each computed once, and each rule as logic over these nets.

On the grid ``x <= 7``, ``x > 7``, ``x < 8`` and ``x >= 8`` are one net or its complement. All rules share the nets,
which are named by feature and value. A literal whose threshold lies beyond the format is a constant and needs no
net. A missing value makes every literal false except ``is missing``, so each list of terms that reads an optional
feature also tests once that the value is present. A required feature needs no such test: without it the event is
invalid.
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
class InputLiteral:
    """A literal on one input: one bit, computed once and shared by all rules.

    ``kind`` is ``ge`` (at least the code), ``is`` (the code), ``in`` (one of the codes), ``bit`` (the value of a
    bool) or ``no`` (it is missing).
    """

    feature: str
    kind: str
    codes: tuple[int, ...] = ()


@dataclass
class LiteralNets:
    """The nets of all literals, in the order in which the rules read them, and each rule as logic over the nets.

    Attributes
    ----------
    nets : name of the net by literal.
    rules : the condition of each rule, in text order.
    invalid : true where a required feature is missing.

    """

    names: Names
    options: Options
    nets: dict[InputLiteral, str] = field(default_factory=dict)
    rules: list[Logic] = field(default_factory=list)
    invalid: Logic = FALSE

    @classmethod
    def of(cls, names: Names, options: Options) -> LiteralNets:
        """Collect the literals of all rules, each once, and write the rules as logic over their nets."""
        found = cls(names, options)
        low = names.low
        if options.missing:
            required = [f.name for f in low.features if f.feature.required]
            found.invalid = logic.either([found._net(InputLiteral(name, "no")) for name in required])
        found.rules = [found._logic(rule.condition, frozenset()) for rule in low.rules]
        return found

    def of_feature(self, name: str) -> dict[InputLiteral, str]:
        """Return the nets of one feature by literal, with rising thresholds."""
        found = [(literal, net) for literal, net in self.nets.items() if literal.feature == name]
        return dict(sorted(found, key=lambda item: (item[0].kind, item[0].codes)))

    def _net(self, literal: InputLiteral) -> Net:
        if literal not in self.nets:
            self.nets[literal] = self._named(literal)
        return Net(self.nets[literal] + "_q")

    def _named(self, literal: InputLiteral) -> str:
        stem = self.names.stems[literal.feature]
        if literal.kind in {"bit", "no"}:
            return f"{'is' if literal.kind == 'bit' else 'lacks'}_{stem}"
        codes = "_".join(str(code).replace("-", "m") for code in literal.codes)
        name = f"{stem}_{literal.kind}_{codes}"
        taken = sum(each.kind == "in" and each.feature == literal.feature for each in self.nets)
        return name if len(name) <= len(stem) + 24 else f"{stem}_{literal.kind}_set{taken + 1}"

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
        return logic.inverse(self._net(InputLiteral(name, "no")))

    def _missing(self, literal: Missing) -> Logic:
        if not self.options.missing:
            return logic.constant(value=literal.negated)
        net = self._net(InputLiteral(literal.feature, "no"))
        return logic.inverse(net) if literal.negated else net

    def _test(self, literal: LiteralCondition, feature: LowFeature) -> Logic:
        """Return a literal on a value that is there."""
        if isinstance(literal, Member):
            found = self._member(literal, feature)
            return logic.inverse(found) if literal.negated else found
        compare = cast("Compare", literal)
        if feature.feature.dtype is DType.BOOL:
            net = self._net(InputLiteral(feature.name, "bit"))
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
        return self._net(InputLiteral(feature.name, "in", codes)) if codes else FALSE

    def _is(self, feature: LowFeature, code: int) -> Logic:
        low, high = self._range(feature)
        return self._net(InputLiteral(feature.name, "is", (code,))) if low <= code <= high else FALSE

    def _at_least(self, feature: LowFeature, code: int) -> Logic:
        low, high = self._range(feature)
        if not low < code <= high:
            return logic.constant(value=code <= low)
        return self._net(InputLiteral(feature.name, "ge", (code,)))

    @staticmethod
    def _range(feature: LowFeature) -> tuple[int, int]:
        assert feature.grid is not None  # noqa: S101 - a number that a literal reads has a grid
        return feature.grid.range
