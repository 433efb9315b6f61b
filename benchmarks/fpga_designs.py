"""What the FPGA benchmark compares: events as the hardware sees them, designs, and what they take.

Features are put on whole numbers of 8, 10 or 12 bits between the 0.1 % and 99.9 % quantiles of train,
saturating; where one can be missing, 0 says so, because boosted trees in hardware have nothing else. Both sides
see these codes alone, in training and in test.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from datasets import SCORE, TRUTH, Data
from fpga_conifer import Design as Trees

import rulekit
from rulekit.ir.formats import default_fixed
from rulekit.ir.numerics import Fixed
from rulekit.ir.schema import DType
from rulekit.targets.lower import lower
from rulekit.targets.systemverilog.design import Design
from rulekit.targets.systemverilog.options import Options
from rulekit.targets.systemverilog.simulation.simulate import Simulation
from rulekit.targets.systemverilog.synthesis.netlist import Netlist
from rulekit.targets.systemverilog.synthesis.place import harness, place
from rulekit.targets.systemverilog.tools import YOSYS

Bools = npt.NDArray[np.bool_]
FLOWS = ("", "-nocarry")
"""Each design is synthesised with and without carry chains, and the smaller one counts."""
SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class Codes:
    """Train and test in codes, with truth and the teacher's score."""

    train: pl.DataFrame
    test: pl.DataFrame
    schema: rulekit.Schema
    width: int

    def matrix(self, frame: pl.DataFrame) -> npt.NDArray[np.int64]:
        """Return the codes of events, shape (events, features)."""
        return frame.select(self.schema.names).cast(pl.Int64).to_numpy()


def encode(data: Data, width: int) -> Codes:
    """Put the features of a data set on the grid."""
    columns, features = [], []
    for feature in data.schema.features:
        column, most = _column(feature, data.train, width)
        columns.append(column)
        fields = {"name": feature.name, "dtype": "int32", "bounds": (0, most), "required": True}
        features.append(rulekit.Feature.model_validate(fields))
    kept = [pl.col(name) for name in (TRUTH, SCORE)]
    train, test = (frame.select(*columns, *kept) for frame in (data.train, data.test))
    return Codes(train, test, rulekit.Schema(name="codes", version="1.0.0", features=tuple(features)), width)


def _column(feature: rulekit.Feature, train: pl.DataFrame, width: int) -> tuple[pl.Expr, int]:
    known, value = train[feature.name].cast(pl.Float64), pl.col(feature.name).cast(pl.Float64)
    known, value = known.fill_nan(None), value.fill_nan(None)
    first, top = int(known.null_count() > 0), (1 << width) - 1
    low, high = known.quantile(0.001), known.quantile(0.999)
    assert low is not None
    assert high is not None
    whole = not feature.dtype.is_float or feature.dtype is DType.BOOL
    scale = 1.0 if whole and high - low <= top - first else (top - first) / (high - low)
    most = first + int(np.rint((high - low) * scale))
    code = ((value - low) * scale).round().clip(0, most - first) + first
    return code.fill_null(0).cast(pl.Int32).alias(feature.name), most


@dataclass(frozen=True)
class Point:
    """A design: what it decides on test, and what it takes."""

    name: str
    efficiency: float
    rate: float
    accuracy: float
    lut: int
    ff: int
    levels: int
    mhz: float
    cycles: int

    @property
    def nanoseconds(self) -> float:
        """Latency at the clock."""
        return 1000 * self.cycles / self.mhz

    def line(self) -> str:
        """Return the line of the table."""
        return (
            f"{self.name:28s} {self.efficiency:6.3f} {self.rate:7.2%} {self.accuracy:6.3f} {self.lut:6d}"
            f" {self.ff:6d} {self.levels:4d} {self.mhz:6.0f} {self.cycles:4d} {self.nanoseconds:7.1f}"
        )


HEAD = (
    f"{'':28s} {'eff':>6s} {'rate':>7s} {'acc':>6s} {'LUT':>6s} {'FF':>6s} {'lev':>4s} {'MHz':>6s} {'cyc':>4s}"
    f" {'ns':>7s}"
)


def rules_point(name: str, ruleset: rulekit.Ruleset, codes: Codes, stages: int = 3) -> Point:
    """Return the point of a ruleset; its simulated design must answer as the kernel does."""
    numerics = default_fixed(codes.schema, codes.width)
    options = Options(stages=stages, missing=False, outputs=("accept",))
    artifact = rulekit.compile(ruleset, "systemverilog", numerics, **options.model_dump())
    design = Design.of(lower(ruleset, numerics, options), options)
    accepted = _simulated(design, artifact.files, codes.test)
    decided = (
        rulekit.compile(ruleset, "kernel", numerics)
        .load()
        .batch(codes.test.drop(SCORE))["outcome"]
        .cast(pl.String)
    )
    assert (accepted == (decided == "accept").to_numpy()).all(), "the hardware differs from the law"
    score = _accuracy(ruleset, numerics, codes)
    inputs = [(port.name, port.width or 1) for port in design.inputs]
    ties = {"rst": "1'b0", "in_valid": "1'b1", "in_id": "1'b0"}
    text = harness(design.names.module, inputs, [("out_accept", 1)], ties, "#(.ID_WIDTH(1))")
    files = {"decide.sv": artifact.source, "harness.sv": text}
    built = Built(files, design.names.module, "-set ID_WIDTH 1", design.pipeline.latency)
    return _point(name, accepted, score, codes, built)


def _simulated(design: Design, files: dict[str, bytes], events: pl.DataFrame) -> Bools:
    read = {design.names.value(feature.name): feature.name for feature in design.low.features}
    columns = {port.name: events[read[port.name]].cast(pl.Int64).to_numpy() for port in design.inputs}
    return Simulation(design, files).decide(columns, events.height)["accept"].astype(np.bool_)


def _accuracy(ruleset: rulekit.Ruleset, numerics: Fixed, codes: Codes) -> float:
    """Return the accuracy on test: of the answers, or of the sum at the cut that is best on train."""
    runner = rulekit.compile(ruleset, "kernel", numerics).load()
    train, test = (runner.batch(frame.drop(SCORE)) for frame in (codes.train, codes.test))
    truth = codes.test[TRUTH].to_numpy()
    if "score" not in train.columns:
        return float(((test["outcome"].cast(pl.String) == "accept").to_numpy() == truth).mean())
    cuts = train["score"].unique().to_list()
    best = max(cuts, key=lambda cut: ((train["score"] >= cut) == codes.train[TRUTH]).mean())
    return float(((test["score"] >= best).to_numpy() == truth).mean())


def trees_point(
    name: str, trees: Trees, scores: npt.NDArray[np.int64], accepted: Bools, codes: Codes
) -> Point:
    """Return the point of boosted trees in conifer's VHDL."""
    truth = codes.test[TRUTH].to_numpy()
    accuracy = float(((trees.scale.offset + scores / trees.scale.factor > 0) == truth).mean())
    width = trees.bits * len(trees.signed)
    files = {part: (trees.folder / part).read_text() for part in ("core.v", "top.v")}
    files["harness.sv"] = harness("top", [("in", width)], [("accept", 1)], {})
    return _point(name, accepted, accuracy, codes, Built(files, "top", "", trees.latency + 1))


@dataclass(frozen=True)
class Built:
    """Sources of a design (the harness last), its module, the parameters given to it, and its latency in cycles."""

    files: dict[str, str]
    top: str
    given: str
    cycles: int


def _point(name: str, accepted: Bools, accuracy: float, codes: Codes, built: Built) -> Point:
    truth = codes.test[TRUTH].to_numpy()
    sources = list(built.files)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for part, text in built.files.items():
            (folder / part).write_text(text)
        netlist = min((synthesised(folder, sources[:-1], built, flow) for flow in FLOWS), key=lambda n: n.lut)
        clock = place(sources, folder, SEEDS).median
    efficiency, rate = accepted[truth].mean(), accepted[~truth].mean()
    return Point(
        name,
        float(efficiency),
        float(rate),
        accuracy,
        netlist.lut,
        netlist.ff,
        netlist.levels,
        clock,
        built.cycles,
    )


def synthesised(folder: Path, sources: Sequence[str], built: Built, flow: str) -> Netlist:
    """Synthesise files of a folder for UltraScale+: the same flow for all."""
    chosen = f"chparam {built.given} {built.top}; " if built.given else ""
    commands = (
        f"read_verilog -sv {' '.join(sources)}; {chosen}"
        f"synth_xilinx -family xcup -flatten -nosrl -noiopad -noclkbuf {flow} -top {built.top}; write_json out.json"
    )
    YOSYS.run(["-q", "-p", commands], folder)
    return Netlist(json.loads((folder / "out.json").read_text())["modules"][built.top])
