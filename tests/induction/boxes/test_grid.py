from __future__ import annotations

from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import SCHEMA, planted

from rulekit.induction.boxes.grid import BinGrid, Box, condition_of, make_grid
from rulekit.induction.samples.sample import Sample
from rulekit.induction.selection.candidate_ruleset import hit_matrix
from rulekit.ir.condition import Compare, literals
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.schema import Schema

boxes = pytest.importorskip(
    "rulekit.induction.boxes.refine", reason="pip install 'rulekit-engine[induction]'"
)

FRAME = planted(400, 5).select(SCHEMA.names)
FORMATS = {
    "mass": FixedFormat(width=12, fraction=4, signed=False),
    "hits": FixedFormat(width=4, fraction=0, signed=False),
    "Time of flight": FixedFormat(width=10, fraction=4, signed=False),
}


def _sample(frame: pl.DataFrame) -> Sample:
    ones = np.ones(frame.height)
    return Sample(frame, ones, ones, None)


def _grids() -> list[BinGrid]:
    likes = np.linspace(0, 1, FRAME.height)
    return [
        make_grid(FRAME, SCHEMA, likes, quantiles=12),
        make_grid(FRAME, SCHEMA, likes, quantiles=300),
        make_grid(FRAME, SCHEMA, likes, quantiles=20, numerics=Fixed(formats=FORMATS)),
    ]


GRIDS = _grids()


@st.composite
def drawn_boxes(draw: st.DrawFn) -> tuple[BinGrid, Box]:
    grid = draw(st.sampled_from(GRIDS))
    box = grid.free()
    for row, axis in zip(box, grid.axes, strict=True):
        if draw(st.booleans()):
            continue
        if axis.is_category:
            row[: axis.size] = draw(st.lists(st.booleans(), min_size=axis.size, max_size=axis.size))
        else:
            low = draw(st.integers(0, axis.size - 1))
            row[: axis.size] = 0
            row[low : draw(st.integers(low + 1, axis.size))] = 1
        row[axis.size] = draw(st.booleans())
        if not row.any():
            row[: axis.size + 1] = 1
    return grid, box


@settings(max_examples=150, deadline=None)
@given(drawn_boxes())
def test_a_box_in_words_takes_exactly_its_events(drawn: tuple[BinGrid, Box]) -> None:
    grid, box = drawn
    condition = condition_of(box, grid)
    taken = boxes.hits(grid.code(FRAME), box, grid.arrays(0.0).sizes)
    assert (hit_matrix([condition], _sample(FRAME), SCHEMA)[0] == taken).all()


def test_edges_are_short_and_split_between_quantiles() -> None:
    grid = GRIDS[0]
    mass = next(axis for axis in grid.axes if axis.feature.name == "mass")
    assert 12 <= len(mass.edges) <= 24
    assert max(len(Decimal(str(edge)).normalize().as_tuple().digits) for edge in mass.edges) <= 4
    counts = np.bincount(mass.code(FRAME["mass"]), minlength=mass.size + 1)
    assert counts[:-1].all()
    assert counts[-1] == FRAME["mass"].null_count()


def test_hardware_edges_have_cheap_comparators() -> None:
    numerics = Fixed(formats=FORMATS)
    cheap = next(axis for axis in GRIDS[2].axes if axis.feature.name == "mass")
    codes = [int(FORMATS["mass"].scale(float(edge))) for edge in cheap.edges]
    assert all(
        FORMATS["mass"].scale(float(edge)) == code for edge, code in zip(cheap.edges, codes, strict=True)
    )
    zeros = [(code & -code).bit_length() - 1 for code in codes]
    assert np.mean(zeros) > 2  # 1 for numbers taken at random
    ordered = sorted(zip(zeros, cheap.weights, strict=True), key=lambda pair: -pair[0])
    assert [weight for _, weight in ordered] == sorted(cheap.weights)
    assert len(set(cheap.weights)) > 1
    box = GRIDS[2].free()
    box[GRIDS[2].axes.index(cheap), [0, 1, 2, 3, 4, cheap.size]] = 0
    (literal,) = literals(condition_of(box, GRIDS[2]))
    assert isinstance(literal, Compare)
    assert literal.sign == ">="
    bound = numerics.bind_condition(literal, SCHEMA)
    assert isinstance(bound, Compare)
    assert bound.value == codes[4]


def test_forbidden_features_have_no_axis() -> None:
    grid = make_grid(FRAME, SCHEMA, np.ones(FRAME.height), forbidden=["mass", "kind"])
    assert {axis.feature.name for axis in grid.axes} == set(SCHEMA.names) - {"mass", "kind"}


def test_features_that_do_not_differ_have_no_axis() -> None:
    frame = FRAME.with_columns(pl.lit(1.5).alias("mass"), pl.lit(None, pl.String).alias("kind"))
    schema = Schema(name="s", version="1.0.0", features=SCHEMA.features)
    grid = make_grid(frame, schema, np.ones(frame.height))
    assert not {"mass", "kind"} & {axis.feature.name for axis in grid.axes}
