"""The cells of the Pareto tables."""

from __future__ import annotations

from typing import Any, NamedTuple

Line = dict[str, Any]

OURS, POINTS, EITHER = "rulekit", "rulekit points", "rulekit either"
CEILING, GLASS = "teacher", "EBM"


class Cell(NamedTuple):
    """What a method reached at a cap on literals, over the seeds."""

    seeds: int
    efficiency: float
    error: float
    low: float
    high: float
    rate: float
    rate_error: float
    fidelity: float
    used: float | None
    seconds: float

    def within(self, budget: float) -> bool:
        """Say whether the rate keeps to a budget, up to one standard error."""
        return self.rate <= budget + self.rate_error


Table = dict[tuple[str, int], Cell]
