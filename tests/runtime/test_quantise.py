from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

import rulekit
from rulekit.errors import BindError, EventError
from rulekit.induction.hardware import finest_format
from rulekit.ir.condition import All
from rulekit.ir.numerics import Fixed
from rulekit.ir.ruleset import Rule, Ruleset
from rulekit.ir.schema import Feature, Schema
from rulekit.ir.semantics import decide
from rulekit.ir.text import parse_literal
from rulekit.runtime.quantise import Quantisation, quantise

SCHEMA = Schema(
    name="bits",
    version="1.0.0",
    features=(
        Feature(name="pt", dtype="float32", unit="GeV", bounds=(0, 200)),
        Feature(name="eta", dtype="float64", bounds=(-3, 3)),
        Feature(name="hits", dtype="int32", bounds=(0, 1000)),
        Feature(name="kind", dtype="category", categories=("a", "b")),
        Feature(name="unused", dtype="float64"),
    ),
)


def _law(*rules: tuple[str, ...], schema: Schema = SCHEMA) -> Ruleset:
    made = tuple(
        Rule(id=f"r{number}", when=All(tuple(map(parse_literal, texts))), then="accept")
        for number, texts in enumerate(rules)
    )
    return Ruleset(
        name="bits", version="1.0.0", schema=schema, hit_policy="any", otherwise="reject", rules=made
    )


LAW = _law(("pt > 31.3", "-1.37 <= eta < 2.1"), ("hits >= 700", "kind == a", "pt <= 88.8"))


@pytest.fixture(scope="module")
def events() -> pl.DataFrame:
    rng = np.random.default_rng(0)
    return pl.DataFrame(
        {
            "pt": rng.exponential(40, 4000).clip(0, 200).astype(np.float32),
            "eta": rng.normal(0, 1.2, 4000).clip(-3, 3),
            "hits": rng.integers(0, 1000, 4000).astype(np.int32),
            "kind": rng.choice(["a", "b"], 4000),
            "unused": rng.random(4000),
            "truth": rng.random(4000) < 0.3,
        }
    )


@pytest.fixture(scope="module")
def found(events: pl.DataFrame) -> Quantisation:
    return quantise(LAW, events, truth="truth", loss=0.005)


def _changed(numerics: Fixed, events: pl.DataFrame) -> float:
    rows = events.drop("truth").to_dicts()
    differ = [decide(LAW, row).outcome != decide(LAW, row, numerics).outcome for row in rows]
    return float(np.mean(differ))


def test_what_is_said_to_change_is_what_semantics_changes(found: Quantisation, events: pl.DataFrame) -> None:
    assert 0 < found.changed.value <= 0.005
    assert found.fits
    assert _changed(found.numerics, events) == found.changed.value


def test_no_feature_can_spare_another_bit(found: Quantisation, events: pl.DataFrame) -> None:
    for one in found.formats:
        narrower = finest_format(one.feature, one.form.width - 1)
        formats = {**found.numerics.formats, one.feature.name: narrower}
        assert _changed(Fixed(formats=formats), events) > 0.005


@pytest.mark.parametrize("loss", [0.0005, 0.001, 0.002, 0.003, 0.008, 0.013, 0.02, 0.05])
def test_the_loss_is_kept_to(loss: float, events: pl.DataFrame) -> None:
    found = quantise(LAW, events, loss=loss)
    assert found.fits
    assert found.changed.value <= loss


def test_only_numbers_that_rules_read_get_formats(found: Quantisation) -> None:
    assert [one.feature.name for one in found.formats] == ["pt", "eta", "hits"]
    assert found.formats[1].form.signed
    assert found.lut[0] < found.lut[1]


def test_measures_are_of_both_laws(found: Quantisation, events: pl.DataFrame) -> None:
    accepted = events.select(rulekit.expr(LAW, "accept")).to_series()
    assert found.native.rate.value == accepted.mean()
    assert found.native.efficiency is not None
    assert found.native.efficiency.value == accepted.filter(events["truth"]).mean()
    assert abs(found.fixed.rate.value - found.native.rate.value) <= found.changed.value


def test_events_on_a_coarse_grid_need_no_more_bits(events: pl.DataFrame) -> None:
    halves = events.with_columns((pl.col("pt") * 2).round() / 2)
    found = quantise(_law(("pt > 30",)), halves, loss=0.0)
    assert found.changed.value == 0
    assert found.formats[0].form.fraction <= 1


def test_too_few_bits_are_told(events: pl.DataFrame) -> None:
    found = quantise(LAW, events, loss=0.0, widest=3)
    assert not found.fits
    assert found.changed.value > 0
    assert {one.form.width for one in found.formats} == {3}


def test_a_law_without_rules_needs_nothing(events: pl.DataFrame) -> None:
    found = quantise(_law(), events)
    assert (found.formats, found.lut, found.changed.value) == ((), (0, 0), 0.0)


@pytest.mark.parametrize(
    ("law", "change", "options", "error", "words"),
    [
        (_law(("unused > 1",)), None, {}, BindError, "no fixed-point format can be chosen for unused"),
        (LAW, None, {"loss": 1.5}, BindError, "the loss is no share of the decisions"),
        (LAW, None, {"widest": 0}, BindError, "no such width"),
        (LAW, None, {"truth": "label"}, EventError, "no column 'label' for the truth"),
        (LAW, lambda events: events.clear(), {}, EventError, "there are no events to decide"),
        (LAW, lambda events: events.drop("eta"), {}, EventError, "no column for feature eta"),
    ],
)
def test_bad_input(
    law: Ruleset,
    change: Any,
    options: dict[str, Any],
    error: type[Exception],
    words: str,
    events: pl.DataFrame,
) -> None:
    with pytest.raises(error, match=words):
        quantise(law, events if change is None else change(events), **options)
