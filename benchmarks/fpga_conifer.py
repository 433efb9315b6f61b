"""The peer of the FPGA benchmark: boosted trees as conifer's VHDL, as somebody who knows it well would use it.

What is done so that conifer 1.11 has no handicap, and why:

- It trains on the codes that the hardware sees; options of training are chosen on held-out events, for each size.
- It asserts one precision for inputs, thresholds and scores, and has nothing unsigned. It is given integers; both
  subtypes that it writes get their own width. Codes from 0 are moved by half their range: the first bit flips.
- It truncates thresholds: ``x < 3.5`` would become ``x < 3``. They are rounded up before, which is exact.
- A fractional precision multiplies each score by one: the normalisation is compared with the *integer* 1.
- Leaves are moved so that the lowest of each tree is 0, and rounded to the fewest bits that keep the efficiency.
  Sums wrap: their width is the largest one's. The threshold takes up what was moved, and the initial prediction.
- Power-up values are taken out of the Verilog: they hold registers of constants that synthesis can remove. Operands
  of the adders that GHDL leaves floating are the zeros that the VHDL says.

The threshold is chosen on held-out scores of train, never on test. The latency is measured: conifer's own
report leaves registers out. GHDL and Icarus Verilog must be installed::

    design = verilog(vhdl(train(codes, truth, trees=20, depth=4, seed=0), bits=8, folder=folder))
    scores, accepted = decide(design, test_codes)
"""

from __future__ import annotations

import copy
import itertools
import logging
import math
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

RATES = (
    0.5,
    0.75,
    1,
    1.5,
    2,
)  # multiples whose mean efficiency chooses options and bits; one would choose by luck
LEARNING_RATES, LEAF_WEIGHTS = (0.2, 0.3, 0.5, 0.7, 1.0), (1, 20)
TOLERANCE = 0.001  # efficiency that may be lost to the rounding of leaves
_WARM_UP = 40  # cycles


@dataclass(frozen=True)
class Scale:
    """Integers in place of leaves: ``score = offset + integer / factor``."""

    leaves: list[Ints]
    factor: float
    offset: float


@dataclass(frozen=True)
class Forest:
    """A classifier, and its trees as conifer reads them."""

    classifier: Any
    ensemble: dict[str, Any]

    def scaled(self, leaf_bits: int) -> Scale:
        """Return integers for leaves: the lowest of each tree is 0, the largest of all takes all bits."""
        trees = self.ensemble["trees"]
        values = [np.where(np.equal(tree["feature"], -2), tree["value"], np.nan) for (tree,) in trees]
        moved = [tree - np.nanmin(tree) for tree in values]  # splits hold their gain: not a number here
        factor = (2**leaf_bits - 1) / max(np.nanmax(tree) for tree in moved)
        leaves = [np.nan_to_num(np.rint(tree * factor)).astype(np.int64) for tree in moved]
        return Scale(leaves, factor, self.ensemble["init_predict"][0] + sum(map(np.nanmin, values)))

    def sums(self, codes: Ints, scale: Scale) -> Ints:
        """Return the integer scores of events."""
        nodes = self.classifier.apply(codes).astype(np.int64).T
        return np.sum([leaves[at] for leaves, at in zip(scale.leaves, nodes, strict=True)], axis=0)

    def scores(self, codes: Ints, leaf_bits: int | None) -> Floats:
        """Return the scores of events, as they are or with rounded leaves."""
        if leaf_bits is None:
            return np.asarray(self.classifier.predict(codes, output_margin=True), np.float64)
        scale = self.scaled(leaf_bits)
        return scale.offset + self.sums(codes, scale) / scale.factor


@dataclass(frozen=True)
class Boosted:
    """The forest of all of train, and one per fold with the rows that it has not seen."""

    forest: Forest
    folds: tuple[tuple[Forest, Ints], ...]
    codes: Ints
    truth: Bools
    rate: float
    options: dict[str, float]

    def held_out(self, leaf_bits: int | None = None) -> list[tuple[Floats, Bools]]:
        """Return scores and truth of each fold, the scores as they are or with rounded leaves."""
        return [(forest.scores(self.codes[rows], leaf_bits), self.truth[rows]) for forest, rows in self.folds]

    def quality(self, leaf_bits: int | None = None) -> float:
        """Return the mean efficiency on held-out events, about the rate."""
        folds = self.held_out(leaf_bits)
        return float(np.mean([efficiency(*fold, self.rate * times) for times in RATES for fold in folds]))

    def fewest_leaf_bits(self) -> int:
        """Return the fewest bits for leaves that lose no efficiency."""
        wanted = self.quality() - TOLERANCE
        return next((bits for bits in range(2, 16) if self.quality(bits) >= wanted), 16)


@dataclass(frozen=True)
class Design:
    """A folder with VHDL and Verilog, and what the benchmark must know about them."""

    folder: Path
    model: Boosted
    scale: Scale
    bits: int
    leaf_bits: int
    score_bits: int
    threshold: int
    signed: tuple[bool, ...]
    latency: int = 0


class Integers:
    """Number format of whole numbers, in place of conifer's, whose Xilinx headers its wheel leaves out."""

    def __init__(self, precision: str) -> None:
        self.width = self.integer_bits = int(re.sub(r"\D", "", precision))
        self.fractional_bits = 0

    def to_int(self, value: float) -> int:
        """Return the same number, which must be whole and in range."""
        assert -(2 ** (self.width - 1)) <= value == int(value) < 2 ** (self.width - 1)
        return int(value)


def working_point(scores: Floats, truth: Bools, rate: float) -> float:
    """Return the lowest score from which on no more than a rate of the background is accepted."""
    values, counts = np.unique(scores[~truth], return_counts=True)
    within = counts[::-1].cumsum()[::-1] <= rate * counts.sum()
    first = int(np.argmax(within)) if within.any() else len(values)
    return float(np.nextafter(values[first - 1], np.inf)) if first else float(values[0])


def efficiency(scores: Floats, truth: Bools, rate: float) -> float:
    """Return the share of signal accepted at the working point of these same events."""
    return float((scores[truth] >= working_point(scores, truth, rate)).mean())


def forest_of(codes: Ints, truth: Bools, **options: float) -> Forest:
    """Return a trained forest, whose splits may lie between any two codes."""
    import xgboost
    from conifer.converters.xgboost import convert

    logging.getLogger("conifer").setLevel(logging.ERROR)
    classifier = xgboost.XGBClassifier(tree_method="hist", max_bin=4096, n_jobs=1, **options)
    classifier.fit(codes, truth)
    table = classifier.get_booster().trees_to_dataframe()
    assert all((tree.Node == np.arange(len(tree))).all() for _, tree in table.groupby("Tree"))
    return Forest(classifier, convert(classifier))


def train(codes: Ints, truth: Bools, trees: int, depth: int, seed: int, *, rate: float = 0.02) -> Boosted:
    """Train on integer codes, with the options that are best on held-out events about this background rate."""
    from sklearn.model_selection import RepeatedStratifiedKFold

    parts = list(RepeatedStratifiedKFold(n_splits=5, n_repeats=3, random_state=seed).split(codes, truth))
    size = {"n_estimators": trees, "max_depth": depth, "random_state": seed}
    found = []
    for learning, weight in itertools.product(LEARNING_RATES, LEAF_WEIGHTS):
        options = size | {"learning_rate": learning, "min_child_weight": weight}
        folds = tuple((forest_of(codes[fit], truth[fit], **options), rest) for fit, rest in parts)
        found.append(Boosted(folds[0][0], folds, codes, truth, rate, options))
    best = max(found, key=Boosted.quality)
    return replace(best, forest=forest_of(codes, truth, **best.options))


def integers(ensemble: dict[str, Any], scale: Scale, bits: int, signed: Sequence[bool]) -> dict[str, Any]:
    """Return the ensemble in integers: thresholds rounded up and moved, leaves scaled, nothing added at the end."""
    ensemble = copy.deepcopy(ensemble) | {"init_predict": [0.0], "norm": 1}
    half = 2 ** (bits - 1)
    for (tree,), leaves in zip(ensemble["trees"], scale.leaves, strict=True):
        tree["threshold"] = [
            0 if feature == -2 else math.ceil(threshold) - (0 if signed[feature] else half)
            for feature, threshold in zip(tree["feature"], tree["threshold"], strict=True)
        ]
        tree["value"] = leaves.tolist()
        assert -half <= min(tree["threshold"]) <= max(tree["threshold"]) < half
    return ensemble


def vhdl(
    model: Boosted, bits: int, folder: Path, signed: Sequence[bool] = (), leaf_bits: int | None = None
) -> Design:
    """Write the VHDL; features that are not said to be signed have codes from 0."""
    from conifer.backends.vhdl import writer
    from conifer.model import make_model

    signs = tuple(signed) or (False,) * model.codes.shape[1]
    leaf_bits = leaf_bits or model.fewest_leaf_bits()
    scale = model.forest.scaled(leaf_bits)
    score_bits = max(1, sum(int(leaves.max()) for leaves in scale.leaves).bit_length())
    precision = f"ap_int<{max(bits, score_bits + 1)}>"
    config = writer.VHDLConfig.default_config() | {"backend": "vhdl", "precision": precision}
    ensemble = integers(model.forest.ensemble, scale, bits, signs)
    with patch.object(writer, "FixedPointConverter", Integers):
        make_model(ensemble, config | {"output_dir": str(folder)}).write()
    constants = folder / "firmware" / "Constants.vhd"
    text = re.sub(r"(subtype tx is signed\()\d+", rf"\g<1>{bits - 1}", constants.read_text())
    constants.write_text(re.sub(r"(subtype ty is signed\()\d+", rf"\g<1>{score_bits - 1}", text))
    scores, truth = map(np.concatenate, zip(*model.held_out(leaf_bits), strict=True))
    threshold = math.ceil((working_point(scores, truth, model.rate) - scale.offset) * scale.factor - 1e-6)
    return Design(folder, model, scale, bits, leaf_bits, score_bits, threshold, signs)


def verilog(design: Design) -> Design:
    """Turn the VHDL into ``core.v`` with module ``BDTTop``, and add ``top.v``; return it with its latency."""
    options = ("--std=08", "--work=BDT")
    for name in ("Constants", "Split", "Types", "Tree", "AddReduce", "Arrays0", "BDT", "BDTTop"):
        _run(design.folder, "ghdl", "-a", *options, f"firmware/{name}.vhd")
    text = _run(design.folder, "ghdl", "--synth", *options, "--out=verilog", "BDTTop").replace("'bZ", "'d0")
    (design.folder / "core.v").write_text(re.sub(r"(?m)^ *initial\n.*;\n", "", text))
    (design.folder / "top.v").write_text(wrapper(design))
    return replace(design, latency=_simulate(design, design.model.codes[:2])[2])


def wrapper(design: Design, threshold: int | None = None) -> str:
    """Return module ``top``: feature i is ``in[i*W +: W]``, and ``accept`` comes a cycle after the score."""
    width, count, score = design.bits, len(design.signed), design.score_bits
    code = min(max(design.threshold if threshold is None else threshold, 0), 2**score)  # 2**score: nothing
    features = ", ".join(
        f"in[{i * width} +: {width}]" + ("" if signed else f" ^ {width}'d{2 ** (width - 1)}")
        for i, signed in enumerate(design.signed)
    )
    return f"""module top(input clk, input [{count * width - 1}:0] in, output reg accept);
  wire [{score - 1}:0] score;
  BDTTop core(.clk(clk), .X({{{features}}}), .X_vld(1'b1), .y(score), .y_vld());
  always @(posedge clk) accept <= score >= {score + 1}'d{code};
endmodule
"""


def decide(design: Design, codes: Ints) -> tuple[Ints, Bools]:
    """Return the scores and answers of the Verilog, at one event per clock; they must be the software's."""
    scores, accepted, _ = _simulate(design, codes)
    software = design.model.forest.sums(codes, design.scale)
    assert (scores == software).all(), "the hardware differs from the software"
    assert (accepted == (scores >= design.threshold)).all(), "the comparison with the threshold is wrong"
    return scores, accepted


def _bench(design: Design, count: int) -> str:
    width = design.bits * len(design.signed)
    return f"""module bench;
  reg clk = 0, valid = 0;
  reg [{width - 1}:0] events [0:{count - 1}], in = 0;
  integer i;
  wire accept, given;
  wire [{design.score_bits - 1}:0] score;
  top top(clk, in, accept);
  BDTTop core(.clk(clk), .X(top.core.X), .X_vld(valid), .y(score), .y_vld(given));
  always #5 clk = ~clk;
  always @(posedge clk) if (i > {_WARM_UP}) $display("%b %b %d %b", valid, given, score, accept);
  initial begin
    $readmemh("events.hex", events);
    for (i = 0; i < {count + 2 * _WARM_UP}; i = i + 1) @(posedge clk) begin
      valid <= i >= {_WARM_UP} && i < {_WARM_UP + count};
      in <= i >= {_WARM_UP} && i < {_WARM_UP + count} ? events[i - {_WARM_UP}] : 0;
    end
    $finish(0);
  end
endmodule
"""


def _simulate(design: Design, codes: Ints) -> tuple[Ints, Bools, int]:
    shifts = (np.arange(codes.shape[1]) * design.bits).astype(object)
    words = ((codes & (2**design.bits - 1)).astype(object) << shifts).sum(axis=1)
    (design.folder / "events.hex").write_text("\n".join(f"{word:x}" for word in words))
    (design.folder / "bench.v").write_text(_bench(design, len(codes)))
    _run(design.folder, "iverilog", "-g2012", "-o", "bench.vvp", "bench.v", "top.v", "core.v")
    rows = [line.split() for line in _run(design.folder, "vvp", "-n", "bench.vvp").splitlines()]
    given = [i for i, row in enumerate(rows) if row[1] == "1"]
    assert given == list(range(given[0], given[0] + len(codes))), "not one event per clock"
    scores, accepted = [int(rows[i][2]) for i in given], [rows[i + 1][3] == "1" for i in given]
    return np.array(scores), np.array(accepted), given[0] - [row[0] for row in rows].index("1")


def _run(folder: Path, *command: str) -> str:
    return subprocess.run(command, cwd=folder, check=True, stdout=-1, stderr=-1, text=True).stdout
