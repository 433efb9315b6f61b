"""Rules against boosted trees in an FPGA: efficiency and accuracy against look-up tables, registers and clock.

Rulesets are induced from LightGBM's scores, as votes of short rules with whole points (SCORE) and as plain
rules (DNF), the latter within a budget of look-up tables, too. The peer is conifer: XGBoost of 10 to 50 trees,
VHDL through GHDL; see fpga_conifer.py for what is done that it has no handicap. One yosys flow (UltraScale+,
with and without carry chains, the smaller counts) and one of nextpnr (ECP5, median of three seeds) for all.
Before anything is measured, the simulated hardware must answer as the software does: on all test events for
rulesets, on the first 6,000 for forests. Thresholds are chosen on train.

At equal efficiency: each forest is set beside the cheapest ruleset that is at least as efficient as the forest
is *at the ruleset's own rate on test*, so that neither profits from a working point that came out high.

With ``--prove`` every ruleset's design is proved equal to the law, and rulesets of 50 and 200 random rules,
too.

Run: python benchmarks/fpga_peers.py    (data: see datasets.py; GHDL, Icarus Verilog, yosys and nextpnr)
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from datasets import SCORE, TRUTH, load
from fpga_conifer import decide, train, verilog, vhdl
from fpga_designs import HEAD, Codes, Point, encode, rules_point, trees_point
from fpga_proofs import prove_points, prove_random
from machine import describe

import rulekit
from rulekit.ir.condition import literals
from rulekit.ir.formats import default_fixed
from rulekit.ir.notation.document import ruleset_from_document, ruleset_to_document
from rulekit.targets.systemverilog.tools import GHDL, NEXTPNR, YOSYS

RATE = 0.02
TITLES = {"magic": "MAGIC telescope", "hep": "Level-1 trigger (generated)"}
SIZES = ((10, 3), (20, 4), (50, 3))
POLICIES = {"any": "rules", "score": "points"}
LUT, LITERALS = 150, 150
STAGES = {"any": 3, "score": 8}
"""Register cuts: a sum of points is a longer path."""
SIMULATED = 6000
"""Test events of which each forest's hardware is simulated: large forests take minutes for ten times as many."""
POINTS = 4
"""Rulesets of each path that are built."""


@dataclass(frozen=True)
class Forest:
    """A forest with its point, and its scores on test."""

    point: Point
    scores: npt.NDArray[np.int64]


def forests(codes: Codes, folder: Path) -> Iterator[Forest]:
    """Yield conifer's designs, each simulated, synthesised and placed."""
    matrix, truth = codes.matrix(codes.train), codes.train[TRUTH].to_numpy()
    for trees, depth in SIZES:
        model = train(matrix, truth, trees, depth, 0, rate=RATE)
        design = verilog(vhdl(model, codes.width, folder / f"{trees}-{depth}"))
        test = codes.matrix(codes.test)
        decide(design, test[:SIMULATED])  # the hardware's answers must be the software's
        scores = model.forest.sums(test, design.scale)
        accepted = scores >= design.threshold
        yield Forest(
            trees_point(f"conifer, {trees} trees of {depth}", design, scores, accepted, codes), scores
        )


def rulesets(source: str, codes: Codes, cache: Path, seed: int) -> Iterator[tuple[str, rulekit.Ruleset]]:
    """Yield rulesets of rising size, with their names: some of the path of each induction."""
    for policy, name in POLICIES.items():
        path = cache / f"{source}-{codes.width}-{policy}-{seed}.json"
        if not path.is_file():
            path.write_text(json.dumps([ruleset_to_document(each) for each in induced(policy, codes, seed)]))
        found = [ruleset_from_document(document) for document in json.loads(path.read_text())]
        for ruleset in spread(found, POINTS):
            yield f"{name}, {len(ruleset.rules)}/{size(ruleset)}", ruleset


def induced(policy: str, codes: Codes, seed: int) -> list[rulekit.Ruleset]:
    """Return the path of an induction: plain rules within look-up tables, points within literals."""
    if policy == "score":
        budget = rulekit.Budget(false_positive_rate=RATE, rules=LITERALS, literals=LITERALS)
        numerics = None
    else:
        budget = rulekit.Budget(false_positive_rate=RATE, rules=60, lut=LUT)
        numerics = default_fixed(codes.schema, codes.width)
    found = rulekit.induce(SCORE, codes.train, TRUTH, schema=codes.schema, budget=budget, hit_policy=policy,
                           numerics=numerics, seed=seed, progress=False)  # fmt: skip
    return [point.ruleset for point in found.path]


def size(ruleset: rulekit.Ruleset) -> int:
    """Return the literals of a ruleset."""
    return sum(1 for condition in ruleset.bound for _ in literals(condition))


def spread(found: list[rulekit.Ruleset], count: int) -> list[rulekit.Ruleset]:
    """Return so many rulesets of a path, the largest among them, spread evenly by the logarithm of literals."""
    sizes = np.log([size(ruleset) for ruleset in found])
    wanted = np.linspace(max(sizes[0], sizes[-1] - np.log(8)), sizes[-1], count)
    return [found[place] for place in sorted({int(np.abs(sizes - goal).argmin()) for goal in wanted})]


def beside(forest: Forest, points: list[Point], truth: npt.NDArray[np.bool_]) -> Point | None:
    """Return the cheapest ruleset that is at least as efficient as a forest at the ruleset's own rate."""
    return min((p for p in points if p.efficiency >= efficiency_at(forest, p.rate, truth)), key=lambda p: p.lut,
               default=None)  # fmt: skip


def efficiency_at(forest: Forest, rate: float, truth: npt.NDArray[np.bool_]) -> float:
    """Return a forest's efficiency on test at the threshold that gives it this very rate there, or just below."""
    background = np.sort(forest.scores[~truth])[::-1]
    allowed = int(rate * len(background) + 1e-9)
    threshold = background[allowed] if allowed < len(background) else -1
    return float((forest.scores[truth] > threshold).mean())


def compare(source: str, width: int, cache: Path, seed: int, *, prove: bool) -> None:
    """Print one table: a data set at one width."""
    data = load(source, cache)
    codes = encode(data, width)
    truth = codes.test[TRUTH].to_numpy()
    print(f"\n{TITLES[source]}, {width} bits, 2 % of background\n{HEAD}", flush=True)
    teacher = float(
        (
            data.test[SCORE].to_numpy()[truth] > np.quantile(data.test[SCORE].to_numpy()[~truth], 1 - RATE)
        ).mean()
    )
    print(f"{'teacher, LightGBM-200':28s} {teacher:6.3f} {RATE:7.2%}", flush=True)
    points, kept = [], []
    for name, ruleset in rulesets(source, codes, cache, seed):
        point = rules_point(name, ruleset, codes, STAGES[ruleset.hit_policy])
        print(point.line(), flush=True)
        points.append(point)
        kept.append((point.name, ruleset))
    with tempfile.TemporaryDirectory() as folder:
        peers = []
        for forest in forests(codes, Path(folder)):
            print(forest.point.line(), flush=True)
            peers.append(forest)
    for forest in peers:
        print(verdict(forest, beside(forest, points, truth)), flush=True)
    if prove:
        prove_points(kept, default_fixed(codes.schema, width))


def verdict(forest: Forest, ours: Point | None) -> str:
    """Return a line on a forest and the ruleset beside it."""
    theirs = forest.point
    if ours is None:
        return f"  {theirs.name}: no ruleset is as efficient"
    lut, ff, latency = ours.lut / theirs.lut, ours.ff / theirs.ff, ours.nanoseconds / theirs.nanoseconds
    clock = ours.mhz / theirs.mhz
    return (
        f"  {theirs.name}: {ours.name} takes {lut:.2f} of its LUT, {ff:.2f} of its FF, {clock:.2f} times its clock,"
        f" {latency:.2f} of its latency"
    )


def main() -> None:
    """Print a table for each data set and width."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, help="folder for the scored events; temporary without")
    parser.add_argument("--sources", nargs="+", default=list(TITLES), choices=list(TITLES))
    parser.add_argument("--bits", nargs="+", type=int, default=[8, 10, 12])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--prove", action="store_true")
    options = parser.parse_args()
    print(describe("rulekit-engine", "numpy", "xgboost", "conifer"))
    print(", ".join(tool.version() for tool in (YOSYS, NEXTPNR, GHDL)))
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary:
        for source in options.sources:
            for width in options.bits:
                compare(source, width, options.cache or Path(temporary), options.seed, prove=options.prove)
    if options.prove:
        prove_random()
    print(f"\n{time.perf_counter() - start:.0f} s in all")


if __name__ == "__main__":
    main()
