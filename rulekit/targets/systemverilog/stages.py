"""Where the register cuts go: at the answer always, and before it where the longest path becomes the shortest."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from rulekit.targets.systemverilog.asked import Asked
from rulekit.targets.systemverilog.logic import Logic, nets
from rulekit.targets.systemverilog.names import width_of
from rulekit.targets.systemverilog.predict import gate_cost
from rulekit.targets.systemverilog.scores import heaps

TESTS, RULES, SUM, ANSWER = "CUT_TESTS", "CUT_RULES", "CUT_SUM", "CUT_ANSWER"
"""Places where a cut can be: after the questions, after the rules, within a sum of points, at the outputs."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """The places that a design has, in order, and whether each is cut."""

    places: dict[str, bool]

    @property
    def latency(self) -> int:
        """Clock cycles from input to answer."""
        return sum(self.places.values())


def cuts_of(asked: Asked) -> Cuts:
    """Choose the cuts of a design for its number of stages, by the levels of look-up tables between them."""
    return cuts_among(_levels(asked), asked.options.stages)


def cuts_among(levels: dict[str, int], stages: int, always: frozenset[str] = frozenset()) -> Cuts:
    """Choose the cuts for a number of stages, by the levels up to each place; some are cut ``always``."""
    inner = list(levels)[:-1]
    cuts = [cut for cut in combinations(inner, min(stages - 1, len(inner))) if always <= {*cut}]
    chosen = min(cuts, key=lambda cut: _longest(levels, cut))
    return Cuts({place: place == ANSWER or place in chosen for place in levels})


def _longest(levels: dict[str, int], cut: tuple[str, ...]) -> tuple[int, int]:
    """Return the levels of the longest path, and of all squared, so that what remains is spread evenly."""
    paths, path = [], 0
    for place, depth in levels.items():
        path += depth
        if place == ANSWER or place in cut:
            paths.append(path)
            path = 0
    return max(paths), sum(each * each for each in paths)


def _levels(asked: Asked) -> dict[str, int]:
    """Return the levels of six-input look-up tables up to each place."""
    low = asked.names.low
    widths = {feature.name: width_of(feature) for feature in low.features}
    levels = {
        TESTS: max((gate_cost(widths[q.feature]) for q in asked.nets if q.kind != "no"), default=0),
        RULES: max(map(_logic_levels, asked.rules), default=0),
    }
    if not low.is_score:
        return {**levels, ANSWER: 1 + gate_levels(len(low.rules))}
    found = heaps(asked.names)
    widest = max(heap.width for heap in found)
    layers = max(len(heap.layers) for heap in found)
    addition, tree = 1 + widest // 3, (len(found) - 1).bit_length()
    if len(found) == 1:
        return {**levels, SUM: layers, ANSWER: addition + 1}
    return {**levels, SUM: layers + addition, ANSWER: tree * (addition + 1) + 1}


def gate_levels(inputs: int) -> int:
    """Return the levels of a tree of six-input look-up tables over so many inputs."""
    levels, reach = 0, 1
    while reach < inputs:
        levels, reach = levels + 1, reach * 6
    return levels


def _logic_levels(logic: Logic) -> int:
    return gate_levels(sum(1 for _ in nets(logic)))
