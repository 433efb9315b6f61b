"""The budget: what a ruleset may cost, in wrong decisions or alerts, in size, and to compute."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from rulekit.errors import BudgetError
from rulekit.ir.schema import Model, Schema

_HINT = "Budget(false_positive_rate=0.02, rules=12), or Budget(alert_rate=0.005)"
_COST_HINT = "Budget(alert_rate=0.005, feature_costs={'isolation': 3}, cost=10)"

Cost = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Budget(Model):
    """Caps that a ruleset must keep to.

    Exactly one of the two rates is given, as a fraction between 0 and 1, both ends excluded. A cap that is
    None is no cap. As JSON a budget is what was asked for: the rate, the number of rules, and what differs
    from the defaults.

    Attributes
    ----------
    false_positive_rate : accepted background over all background (needs the truth).
    alert_rate : accepted events over all events.
    rules, literals : at most so many rules, and so many literals in all of them together.
    features : at most so many distinct features in all rules together.
    feature_costs : what it costs to compute a feature, by its name, in any unit; a feature not named costs
        nothing.
    cost : the distinct features of all rules together may cost at most so much. The two are given together.
    lut : at most so many look-up tables (the estimate of ``rulekit.targets.shared.lut_cost``).
    confidence : of the certified upper limit on the rate.
    certified : whether that limit, and not only the measured rate, must keep to the budget.

    """

    false_positive_rate: float | None = Field(default=None, gt=0, lt=1)
    alert_rate: float | None = Field(default=None, gt=0, lt=1)
    rules: int = Field(default=20, ge=1)
    literals: int | None = Field(default=None, ge=1)
    features: int | None = Field(default=None, ge=1)
    feature_costs: dict[str, Cost] = Field(default={})
    cost: Cost | None = None
    lut: int | None = Field(default=None, ge=0)
    confidence: float = Field(default=0.95, gt=0, lt=1)
    certified: bool = False

    def __init__(  # noqa: PLR0913 - one name per cap
        self,
        *,
        false_positive_rate: float | None = None,
        alert_rate: float | None = None,
        rules: int = 20,
        literals: int | None = None,
        features: int | None = None,
        feature_costs: Mapping[str, float] | None = None,
        cost: float | None = None,
        lut: int | None = None,
        confidence: float = 0.95,
        certified: bool = False,
    ) -> None:
        """Check the budget.

        Raises
        ------
        BudgetError
            when it contradicts itself or a number is out of range.

        """
        facts: dict[str, Any] = {
            "false_positive_rate": false_positive_rate,
            "alert_rate": alert_rate,
            "rules": rules,
            "literals": literals,
            "features": features,
            "feature_costs": {} if feature_costs is None else feature_costs,
            "cost": cost,
            "lut": lut,
            "confidence": confidence,
            "certified": certified,
        }
        try:
            super().__init__(**facts)
        except ValidationError as error:
            raise _refusal(error) from None

    def __hash__(self) -> int:
        return hash(tuple(tuple(v.items()) if isinstance(v, dict) else v for v in self.__dict__.values()))

    @field_validator("feature_costs")
    @classmethod
    def _by_name(cls, costs: dict[str, float]) -> dict[str, float]:
        return dict(sorted(costs.items()))  # the order in which they were given means nothing

    @model_validator(mode="after")
    def _one_rate(self) -> Self:
        if (self.false_positive_rate is None) == (self.alert_rate is None):
            raise ValueError("a budget has exactly one of false_positive_rate and alert_rate")
        return self

    @model_validator(mode="after")
    def _costs_have_a_cap(self) -> Self:
        if bool(self.feature_costs) != (self.cost is not None):
            have, lack = ("cost", "feature_costs") if self.cost is not None else ("feature_costs", "cost")
            raise PydanticCustomError(
                "cost", "a budget with {have} needs {lack}", {"have": have, "lack": lack, "hint": _COST_HINT}
            )
        return self

    @model_serializer(mode="wrap")
    def _asked_for(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields = type(self).model_fields
        return {
            name: value
            for name, value in write(self).items()
            if name == "rules" or value != fields[name].default
        }

    @property
    def kind(self) -> str:
        """Name of the rate that is capped: ``false_positive_rate`` or ``alert_rate``."""
        return "alert_rate" if self.false_positive_rate is None else "false_positive_rate"

    @property
    def rate(self) -> float:
        """The cap of that rate."""
        return float(getattr(self, self.kind))

    def cost_of(self, features: Iterable[str]) -> float:
        """Return what it costs to compute these features, each of them once."""
        return math.fsum(self.feature_costs.get(name, 0.0) for name in set(features))

    def check_truth(self, truth: str | None, column: str) -> None:
        """Check that there is a truth where the rate needs one; ``column`` says in words which it is.

        Raises
        ------
        BudgetError
            when a false-positive rate has none.

        """
        if self.kind == "false_positive_rate" and truth is None:
            raise BudgetError("a false-positive rate needs the truth", expected=f"truth=, {column}",
                              hint="without truth, give Budget(alert_rate=...)")  # fmt: skip

    def check_features(self, schema: Schema) -> None:
        """Refuse the cost of a feature that the schema does not have: it would silently cap nothing.

        Raises
        ------
        BudgetError
            with the names that look like it.

        """
        for name in self.feature_costs:
            if name not in schema.by_name:
                near = schema.nearest_names(name)
                raise BudgetError(f"feature_costs names {name!r}, which is no feature of schema {schema.name}",
                                  expected="one of " + ", ".join(schema.names),
                                  hint=f"did you mean {' or '.join(near)}?" if near else None)  # fmt: skip


def _refusal(error: ValidationError) -> BudgetError:
    first = error.errors()[0]
    field = ".".join(str(step) for step in first["loc"])
    message = str(first["msg"]).removeprefix("Value error, ")
    if not field:
        return BudgetError(message, hint=first.get("ctx", {}).get("hint", _HINT))
    expected = message.replace("Input should be ", "")
    return BudgetError(
        f"the budget's {field} is out of range", expected=expected, got=repr(first["input"]), hint=_HINT
    )
