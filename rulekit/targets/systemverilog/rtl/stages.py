"""Where the pipeline registers stand: always at the answer, and where they shorten the longest path most."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from rulekit.targets.shared.lut_cost import gate_cost
from rulekit.targets.systemverilog.names import width_of
from rulekit.targets.systemverilog.rtl.literal_nets import LiteralNets
from rulekit.targets.systemverilog.rtl.logic import Logic, nets
from rulekit.targets.systemverilog.rtl.score import heaps, sum_levels

TESTS, RULES, SUM, ANSWER = "CUT_TESTS", "CUT_RULES", "CUT_SUM", "CUT_ANSWER"
"""Where a register can stand: after the comparators, after the rules, within a sum of points, at the outputs."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The places of a design in order, and the registers at each: only a sum of points has more than one.

    ``sums`` are the places within the sum that have a register, of those of
    :func:`rulekit.targets.systemverilog.rtl.score.sum_levels`.
    """

    places: dict[str, int]
    sums: tuple[int, ...] = ()

    @property
    def latency(self) -> int:
        """Clock cycles from input to answer."""
        return sum(self.places.values())


def pipeline_of(literals: LiteralNets) -> Pipeline:
    """Choose the registers of a design for its stages, by the levels of look-up tables between them."""
    return place_registers(_levels(literals), literals.options.stages)


def place_registers(levels: dict[str, int], stages: int, always: frozenset[str] = frozenset()) -> Pipeline:
    """Choose places for a number of registers, by the levels up to each place; ``always`` names fixed ones."""
    inner = list(levels)[:-1]
    cuts = [cut for cut in combinations(inner, min(stages - 1, len(inner))) if always <= {*cut}]
    chosen = min(cuts, key=lambda cut: _longest(levels, cut))
    sums = [place for place in levels if place.startswith(f"{SUM}_")]
    places = {place: int(place == ANSWER or place in chosen) for place in levels if place not in sums}
    if sums:
        answer = places.pop(ANSWER)
        places |= {SUM: sum(place in chosen for place in sums), ANSWER: answer}
    return Pipeline(places, tuple(number for number, place in enumerate(sums) if place in chosen))


def _longest(levels: dict[str, int], cut: tuple[str, ...]) -> tuple[int, int]:
    """Return the levels of the longest path, and of all squared, so that what remains is spread evenly."""
    paths, path = [], 0
    for place, depth in levels.items():
        path += depth
        if place == ANSWER or place in cut:
            paths.append(path)
            path = 0
    return max(paths), sum(each * each for each in paths)


def _levels(literals: LiteralNets) -> dict[str, int]:
    """Return the levels of six-input look-up tables up to each place."""
    low = literals.names.low
    widths = {feature.name: width_of(feature) for feature in low.features}
    levels = {
        TESTS: max((gate_cost(widths[q.feature]) for q in literals.nets if q.kind != "no"), default=0),
        RULES: max(map(_logic_levels, literals.rules), default=0),
    }
    if not low.is_score:
        return {**levels, ANSWER: 1 + gate_levels(len(low.rules))}
    sums = {f"{SUM}_{place}": depth for place, depth in enumerate(sum_levels(heaps(literals.names)))}
    return {**levels, **sums, ANSWER: 2}


def gate_levels(inputs: int) -> int:
    """Return the levels of a tree of six-input look-up tables over so many inputs."""
    levels, reach = 0, 1
    while reach < inputs:
        levels, reach = levels + 1, reach * 6
    return levels


def _logic_levels(logic: Logic) -> int:
    return gate_levels(sum(1 for _ in nets(logic)))
