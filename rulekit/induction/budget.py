"""The budget: what a ruleset may cost, in wrong decisions or alerts, and in size."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from rulekit.errors import BudgetError
from rulekit.ir.schema import Model

_HINT = "Budget(false_positive_rate=0.02, rules=12), or Budget(alert_rate=0.005)"


class Budget(Model):
    """Caps that a ruleset must keep to.

    Exactly one of the two rates is given, as a fraction between 0 and 1, both ends excluded.

    Attributes
    ----------
    false_positive_rate : accepted background over all background (needs the truth).
    alert_rate : accepted events over all events.
    rules, literals : at most so many rules, and so many literals in all of them together.

    """

    false_positive_rate: float | None = Field(default=None, gt=0, lt=1)
    alert_rate: float | None = Field(default=None, gt=0, lt=1)
    rules: int = Field(default=20, ge=1)
    literals: int | None = Field(default=None, ge=1)

    def __init__(
        self,
        *,
        false_positive_rate: float | None = None,
        alert_rate: float | None = None,
        rules: int = 20,
        literals: int | None = None,
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
        }
        try:
            super().__init__(**facts)
        except ValidationError as error:
            raise _refusal(error) from None

    @model_validator(mode="after")
    def _one_rate(self) -> Self:
        if (self.false_positive_rate is None) == (self.alert_rate is None):
            raise ValueError("a budget has exactly one of false_positive_rate and alert_rate")
        return self

    @property
    def kind(self) -> str:
        """Name of the rate that is capped: ``false_positive_rate`` or ``alert_rate``."""
        return "alert_rate" if self.false_positive_rate is None else "false_positive_rate"

    @property
    def rate(self) -> float:
        """The cap of that rate."""
        return float(getattr(self, self.kind))


def _refusal(error: ValidationError) -> BudgetError:
    first = error.errors()[0]
    field = ".".join(str(step) for step in first["loc"])
    message = str(first["msg"]).removeprefix("Value error, ")
    if not field:
        return BudgetError(message, hint=_HINT)
    expected = message.replace("Input should be ", "")
    return BudgetError(
        f"the budget's {field} is out of range", expected=expected, got=repr(first["input"]), hint=_HINT
    )
