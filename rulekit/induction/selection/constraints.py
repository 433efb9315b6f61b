"""Limits on rules beside the rate: size, forbidden features, monotone directions and hardware cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any as AnyValue

from rulekit.budget import Budget
from rulekit.errors import BudgetError
from rulekit.induction.regions.region import Region, Span
from rulekit.induction.samples.encoding import Encoding
from rulekit.ir.condition import Condition, count_literals, literals
from rulekit.ir.formats import default_fixed
from rulekit.ir.monotone import Direction, read_monotone
from rulekit.ir.numerics import Fixed
from rulekit.ir.schema import Schema
from rulekit.targets.shared.lut_cost import gate_cost, predicted_lut, shared_logic

HARDWARE_WIDTH = 10
"""Bits of a number where a budget caps look-up tables and no format is given."""

_STEPS: Mapping[Direction, int] = {"up": 1, "down": -1}

Shared = tuple[Sequence[frozenset[AnyValue]], Mapping[AnyValue, float], float]
"""What each rule needs, the price of each need, and the cap on the sum of the prices."""


@dataclass(frozen=True)
class Constraints:
    """Every limit on a ruleset but the rate.

    Attributes
    ----------
    budget : caps on rules, literals, features, cost and look-up tables.
    schema : the features that rules may ask for.
    forbidden : features that no rule may ask for, such as a protected attribute.
    directions : 1 for each feature of which rules may only ask for more, -1 where only for less.
    numerics : fixed-point formats; look-up tables are counted in them, and thresholds have cheap comparators there.

    """

    budget: Budget
    schema: Schema
    forbidden: frozenset[str] = frozenset()
    directions: Mapping[str, int] = field(default_factory=dict)
    numerics: Fixed | None = None

    def violations(self, conditions: Sequence[Condition]) -> list[str]:
        """Return the caps that rules with these conditions exceed, in words; an empty list when there are none."""
        budget = self.budget
        sizes: list[tuple[str, float, float | None]] = [
            ("rules", len(conditions), budget.rules),
            ("literals", sum(map(count_literals, conditions)), budget.literals),
        ]
        if budget.features is not None or budget.cost is not None:
            used = {literal.feature for condition in conditions for literal in literals(condition)}
            sizes += [("features", len(used), budget.features), ("cost", budget.cost_of(used), budget.cost)]
        if budget.lut is not None and self.numerics is not None:
            sizes.append(("lut", predicted_lut(conditions, self.schema, self.numerics), budget.lut))
        return [f"{name} {got:g} of {cap:g}" for name, got, cap in sizes if cap is not None and got > cap]

    def shared(self, conditions: Sequence[Condition]) -> Iterator[Shared]:
        """Yield each capped resource that rules share: what each needs, the price of each part, and the cap."""
        budget = self.budget
        needs = [frozenset(literal.feature for literal in literals(condition)) for condition in conditions]
        used = frozenset[str]().union(*needs)
        if budget.features is not None:
            yield needs, dict.fromkeys(used, 1.0), budget.features
        if budget.cost is not None:
            yield needs, {name: budget.feature_costs.get(name, 0.0) for name in used}, budget.cost
        if budget.lut is not None and self.numerics is not None:
            yield self._logic(conditions, self.numerics, budget.lut)

    def _logic(self, conditions: Sequence[Condition], numerics: Fixed, cap: int) -> Shared:
        """Return the look-up tables: shared comparators, and for each rule its gates and its share of the OR."""
        prices: dict[AnyValue, float] = {}
        needs = []
        for number, condition in enumerate(conditions):
            parts = shared_logic(condition, self.schema, numerics)
            own = ("rule", number)
            prices |= parts | {own: gate_cost(count_literals(condition)) + 0.2}
            needs.append(frozenset({*parts, own}))
        return needs, prices, cap

    def with_directions(self, region: Region, encoding: Encoding) -> Region:
        """Return a region without the ends that the monotone directions forbid."""
        found = dict(region)
        for name, direction in self.directions.items():
            part = found.get(name)
            if not isinstance(part, Span) or part.is_empty:
                continue
            last = len(encoding.columns[encoding.column_of(name)].values)
            part = replace(part, high=last) if direction > 0 else replace(part, low=0)
            found[name] = part
            if (part.low, part.high) == (0, last) and part.missing:
                del found[name]
        return found


def make_constraints(
    budget: Budget,
    schema: Schema,
    *,
    forbidden: Iterable[str] = (),
    monotone: Mapping[str, str] | None = None,
    numerics: Fixed | None = None,
) -> Constraints:
    """Check limits against a schema, and return them.

    Raises
    ------
    BudgetError
        when a forbidden name is not a feature, or every feature is forbidden.
    RulekitError
        when a monotone feature is unknown or not a number, or its direction is not "up" or "down".
    BindError
        when look-up tables are capped, and a number has no bounds to choose a format by.

    """
    budget.check_features(schema)
    barred = frozenset(forbidden)
    for name in sorted(barred):
        if name not in schema.by_name:
            near = schema.nearest_names(name)
            raise BudgetError(f"{name!r} is no feature of schema {schema.name}", expected=", ".join(schema.names),
                              hint=f"did you mean {' or '.join(near)}?" if near else None)  # fmt: skip
    directions = {name: _STEPS[way] for name, way in read_monotone(monotone, schema).items()}
    if barred == set(schema.names):
        raise BudgetError("every feature is forbidden", expected="a feature that rules may ask for")
    if budget.lut is not None and numerics is None:
        numerics = default_fixed(schema, HARDWARE_WIDTH)
    return Constraints(budget, schema, barred, directions, numerics)
