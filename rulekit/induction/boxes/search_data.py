"""The binned events that the box search works on."""

from __future__ import annotations

from dataclasses import dataclass

from rulekit.induction.boxes.grid import BinGrid, Codes
from rulekit.induction.selection.constraints import Constraints
from rulekit.labels import Weights


@dataclass(frozen=True)
class SearchData:
    """What a search runs on.

    Attributes
    ----------
    codes : shape (axes, events).
    gain, cost : what taking each event brings, and costs of the budget, shape (events,).
    allowed : the budget in the unit of ``cost``.
    reachable : what the teacher brings within the budget: the unit of the literal prices.
    least : so many events that a new range of a rule must hold.
    caps : what else binds: size, features, directions, hardware.

    """

    grid: BinGrid
    codes: Codes
    gain: Weights
    cost: Weights
    allowed: float
    reachable: float
    least: int
    caps: Constraints
