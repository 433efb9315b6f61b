"""The binned events that a box search works on, and what a ruleset may cost there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rulekit.induction.boxes.grid import BinGrid, Box, Codes
from rulekit.induction.boxes.refine import hits
from rulekit.induction.selection.constraints import Constraints
from rulekit.labels import Mask, Weights


@dataclass(frozen=True)
class SearchData:
    """What a box search works on.

    Attributes
    ----------
    grid : the bins of each feature.
    codes : bin of each event on each axis, uint16, shape (axes, events).
    gain, cost : what accepting each event brings, and costs of the budget, shape (events,).
    allowed : the budget, in the unit of ``cost``.
    reachable : what the teacher brings within the budget; prices of literals are shares of it.
    least : number of events that a new range of a rule must hold.
    caps : limits on size, features, directions and hardware.

    """

    grid: BinGrid
    codes: Codes
    gain: Weights
    cost: Weights
    allowed: float
    reachable: float
    least: int
    caps: Constraints

    @property
    def unit(self) -> float:
        """What the teacher brings for one unit of the budget, on average: the unit of prices."""
        return self.reachable / self.allowed

    @cached_property
    def _sizes(self) -> npt.NDArray[np.int64]:
        return self.grid.arrays(0.0).sizes

    def hits(self, box: Box) -> Mask:
        """Return which events lie in a box, shape (events,)."""
        found: Mask = hits(self.codes, box, self._sizes)
        return found

    def sums(self, taken: Mask) -> tuple[float, float]:
        """Return the gain and the cost of the events that are taken, shape (events,)."""
        return float(self.gain[taken].sum()), float(self.cost[taken].sum())
