from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest

import rulekit
from rulekit.errors import BindError, EventError
from rulekit.ir.condition import AllOf
from rulekit.ir.formats import finest_format, fixed_for, format_for, literals_on_numbers
from rulekit.ir.notation.document import ruleset_to_json
from rulekit.ir.notation.literals import parse_literal
from rulekit.ir.numerics import Fixed, FixedFormat
from rulekit.ir.ruleset import Rule, Ruleset
from rulekit.ir.schema import Feature, Schema
from rulekit.ir.semantics import decide
from rulekit.runtime.fixed_point.quantise import Quantisation, quantise
from rulekit.targets.shared.lut_cost import predicted_lut

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


def _law(*rules: tuple[str, ...], schema: Schema = SCHEMA, policy: str = "any") -> Ruleset:
    made = tuple(
        Rule(id=f"r{number}", when=AllOf(tuple(map(parse_literal, texts))), then="accept")
        for number, texts in enumerate(rules)
    )
    return Ruleset(
        name="bits", version="1.0.0", schema=schema, hit_policy=policy, otherwise="reject", rules=made
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


def _decided(law: Ruleset, events: pl.DataFrame, numerics: Fixed | None) -> list[Any]:
    """Decide by the reference; what counts under COLLECT are the hits."""
    decisions = (
        decide(law, row, numerics or rulekit.Native())
        for row in events.drop("truth", "weight", strict=False).to_dicts()
    )
    return [one.hits if law.hit_policy == "collect" else one.outcome for one in decisions]


def _changed(numerics: Fixed, events: pl.DataFrame, law: Ruleset = LAW) -> float:
    native, fixed = _decided(law, events, None), _decided(law, events, numerics)
    return float(np.mean([one != two for one, two in zip(native, fixed, strict=True)]))


def test_what_is_said_to_change_is_what_semantics_changes(found: Quantisation, events: pl.DataFrame) -> None:
    assert 0 < found.changed.value <= 0.005
    assert found.fits
    assert _changed(found.numerics, events) == found.changed.value


def _format(law: Ruleset, name: str, width: int) -> FixedFormat:
    return format_for(law.schema.by_name[name], literals_on_numbers(law)[name], width)


def test_no_feature_can_spare_another_bit(found: Quantisation, events: pl.DataFrame) -> None:
    for one in found.formats:
        narrower = _format(LAW, one.feature.name, one.form.width - 1)
        formats = {**found.numerics.formats, one.feature.name: narrower}
        assert _changed(Fixed(formats=formats), events) > 0.005


def _exact(formats: Mapping[str, FixedFormat]) -> Fixed:
    """Return the formats, and for the other features one so fine that it changes nothing here."""
    fine = {name: finest_format(SCHEMA.by_name[name], 48) for name in ("pt", "eta", "hits")}
    return Fixed(formats={**fine, **formats})


def test_each_width_of_a_feature_is_measured_alone(found: Quantisation, events: pl.DataFrame) -> None:
    assert _changed(_exact({}), events) == 0
    widths = {one.feature.name: [option.form.width for option in one.options] for one in found.formats}
    assert widths == {"pt": [*range(1, 17)], "eta": [*range(2, 17)], "hits": [*range(1, 11)]}
    for one in found.formats:
        assert one.option in one.options
        assert found.numerics.formats[one.feature.name] == one.form == one.option.form
        for option in one.options[:: len(one.options) // 3]:
            assert _changed(_exact({one.feature.name: option.form}), events) == option.changed.value
    hits = found.formats[2].options
    assert hits[-1].changed.value == 0 < hits[0].changed.value


def test_formats_reach_as_far_as_the_thresholds() -> None:
    """A mass below 2000 GeV and thresholds below 32 GeV: six bits fewer for the same step."""
    mass = Feature(name="mass", dtype="float64", unit="GeV", bounds=(0, 2000))
    law = _law(
        ("18.6 < mass <= 22.3",), ("mass > 30",), schema=Schema(name="m", version="1.0.0", features=(mass,))
    )
    rng = np.random.default_rng(1)
    masses = np.concatenate(
        [rng.uniform(10, 40, 2000), rng.uniform(0, 2000, 1000), [3000.0, 1e30, -5.0, np.inf]]
    )
    events = pl.DataFrame({"mass": masses})
    found = quantise(law, events, loss=0.01)
    form = found.formats[0].form
    bounded = finest_format(mass, form.width + 6)
    assert (form.limits[1] + found.formats[0].step, bounded.fraction) == (32, form.fraction)
    assert _changed(found.numerics, events, law) == found.changed.value <= 0.01
    numerics = Fixed(formats={"mass": bounded})
    assert _changed(numerics, events, law) == found.changed.value
    assert predicted_lut([rule.when for rule in law.rules], law.schema, numerics) > found.lut[0]
    options = found.formats[0].options
    assert [option.form for option in options] == [
        _format(law, "mass", option.form.width) for option in options
    ]


def test_the_widest_are_the_formats_for_the_law(events: pl.DataFrame) -> None:
    for rounding in ("nearest", "floor"):
        found = quantise(LAW, events, loss=0.0, widest=9, rounding=rounding)
        wide = fixed_for(LAW, 9, rounding)
        assert wide.rounding == found.numerics.rounding
        assert wide.formats == {one.feature.name: one.options[-1].form for one in found.formats}


def test_widths_are_priced_by_the_comparators_of_the_feature(found: Quantisation) -> None:
    conditions = [rule.when for rule in LAW.rules]
    formats = {one.feature.name: one.options[-1].form for one in found.formats}
    total = predicted_lut(conditions, SCHEMA, Fixed(formats=formats))
    assert found.lut[1] == total
    for one in found.formats:
        for option in one.options:
            other = Fixed(formats={**formats, one.feature.name: option.form})
            assert total - predicted_lut(conditions, SCHEMA, other) == one.options[-1].lut - option.lut


@pytest.mark.parametrize(("seed", "loss"), [(5, 0.03), (6, 0.005)])
def test_the_proposal_is_the_cheapest_of_all(seed: int, loss: float) -> None:
    """Against every pair of widths: look-up tables first, then bits."""
    rng = np.random.default_rng(seed)
    events = pl.DataFrame(
        {"pt": rng.exponential(40, 1500).clip(0, 200), "eta": rng.normal(0, 1.2, 1500).clip(-3, 3)}
    ).cast({"pt": pl.Float32})
    law = _law(("pt > 31.3",), ("eta > 2.31",), ("-1.13 < eta < -0.77",), ("0.4141 < eta < 0.9797",))
    found = quantise(law, events, loss=loss, widest=9)
    native = events.select(rulekit.expr(law)).to_series()
    prices = {}
    for wide, narrow in product(range(1, 10), range(2, 10)):
        formats = {name: _format(law, name, width) for name, width in (("pt", wide), ("eta", narrow))}
        fixed = Fixed(formats=formats)
        decided = rulekit.compile(law, "polars", fixed).load().batch(events)["outcome"] == "accept"
        if (decided != native).mean() <= loss:
            lut = predicted_lut([rule.when for rule in law.rules], SCHEMA, fixed)
            prices[wide, narrow] = lut, wide + narrow
    assert len(prices) > 3
    proposed = tuple(one.form.width for one in found.formats)
    assert prices[proposed] == min(prices.values())  # type: ignore[index]


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


def test_shifts_are_those_of_the_measures(found: Quantisation) -> None:
    for name, shift in found.shifts._asdict().items():
        native, fixed = getattr(found.native, name), getattr(found.fixed, name)
        assert shift.value == pytest.approx(fixed.value - native.value, abs=1e-12)
        assert shift.low <= shift.value <= shift.high
        assert shift.high - shift.low < native.high - native.low
    assert found.shifts.rate.gained + found.shifts.rate.lost == found.changed.part
    alone = found.formats[0].options[2]
    assert alone.shifts.rate.gained + alone.shifts.rate.lost == alone.changed.part > 0


def test_weights_are_respected(events: pl.DataFrame) -> None:
    twice = quantise(LAW, pl.concat([events, events.filter("truth")]), truth="truth", loss=0.005)
    weighted = events.with_columns(weight=pl.when("truth").then(2.0).otherwise(1.0))
    found = quantise(LAW, weighted, truth="truth", weight="weight", loss=0.005)
    assert found.numerics == twice.numerics
    assert found.changed.part == twice.changed.part
    assert found.shifts.rate[3:] == twice.shifts.rate[3:]
    assert found.native.rate.value == twice.native.rate.value
    assert found.changed.value <= 0.005
    heavy = events.with_columns(weight=pl.when(pl.col("kind") == "a").then(0.0).otherwise(1.0))
    only = quantise(LAW, heavy, weight="weight", loss=0.0)
    assert _changed(only.numerics, events.filter(kind="b")) == 0
    assert _changed(only.numerics, events) > 0


def test_events_may_be_rounded_down(events: pl.DataFrame) -> None:
    down = quantise(LAW, events, loss=0.005, rounding="floor")
    assert down.numerics.rounding == "floor"
    assert 0 < down.changed.value == _changed(down.numerics, events)
    assert _changed(Fixed(formats=down.numerics.formats), events) != down.changed.value
    one = down.formats[0].options[3]
    exact = Fixed(formats=_exact({"pt": one.form}).formats, rounding="floor")
    assert _changed(exact, events) == one.changed.value


def test_every_hit_counts_under_collect(events: pl.DataFrame) -> None:
    law = _law(("pt >= 0",), ("eta > 0.7071",), policy="collect")
    found = quantise(law, events, loss=0.01)
    pt, eta = found.formats
    assert (pt.form.width, found.shifts.rate.gained, found.shifts.rate.lost) == (1, 0, 0)
    assert 0 < found.changed.value <= 0.01
    assert _changed(found.numerics, events, law) == found.changed.value == eta.changed.value
    assert quantise(_law(*[("pt >= 0",), ("eta > 0.7071",)]), events).formats[1].place == 0


def test_equal_values_stay_on_the_grid(events: pl.DataFrame) -> None:
    found = quantise(_law(("hits == 700",), ("hits in {4, 12}", "pt > 3")), events, loss=1.0)
    assert [one.form.fraction for one in found.formats if one.feature.name == "hits"] == [-2]
    with pytest.raises(BindError, match="no event on the grid of eta equals the threshold"):
        quantise(_law(("eta == 0.1",)), events)


def test_features_that_no_rule_reads_may_be_absent(events: pl.DataFrame, found: Quantisation) -> None:
    assert quantise(LAW, events.drop("unused"), loss=0.005).numerics == found.numerics


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
        (LAW, None, {"loss": 1.5}, BindError, "the loss is not a share of the decisions"),
        (LAW, None, {"loss": -0.1}, BindError, "the loss is not a share of the decisions"),
        (LAW, None, {"loss": float("nan")}, BindError, "the loss is not a share of the decisions"),
        (LAW, None, {"widest": 0}, BindError, "no such width"),
        (LAW, None, {"widest": 49}, BindError, "no such width"),
        (LAW, None, {"weight": "heaviness"}, EventError, "no weight column 'heaviness'"),
        (LAW, lambda events: events.with_columns(w=-1.0), {"weight": "w"}, EventError, "impossible weights"),
        (LAW, None, {"truth": "label"}, EventError, "no truth column 'label'"),
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


def test_a_proposal_shows_itself(found: Quantisation) -> None:
    text = repr(found)
    assert text.startswith(f"<Quantisation of bits 1.0.0: bits pt {found.formats[0].form.width}, eta ")
    assert text.endswith("of decisions change>")
    page = found._repr_html_()
    assert page.count("<tr") == 1 + len(found.formats)
    assert "GeV" in page
    assert str(found.lut[0]) in page


def test_a_proposal_that_does_not_fit_says_so(events: pl.DataFrame) -> None:
    narrow = quantise(LAW, events, loss=0.0, widest=6)
    assert not narrow.fits
    assert repr(narrow).endswith("of decisions change, more than the loss allows>")
    assert "No width keeps to the loss" in narrow._repr_html_()
    assert narrow.to_document()["fits"] is False


def test_a_proposal_as_json(found: Quantisation) -> None:
    document = json.loads(found.to_json())
    assert document["digest"] == LAW.digest
    assert list(document["features"]) == [one.feature.name for one in found.formats]
    for one in found.formats:
        shown = document["features"][one.feature.name]
        assert (shown["width"], shown["step"]) == (one.form.width, one.step)
        assert [each["width"] for each in shown["ladder"]] == [each.form.width for each in one.options]
    assert document["numerics"] == found.numerics.model_dump(mode="json")
    assert document["predicted_lut"] == {"proposed": found.lut[0], "widest": found.lut[1]}


def test_a_law_is_named_in_any_way(tmp_path: Any, events: pl.DataFrame, found: Quantisation) -> None:
    path = tmp_path / "law.json"
    path.write_text(ruleset_to_json(LAW))
    again = quantise(path, events, truth="truth", loss=0.5, widest=8)
    assert again.ruleset == LAW
    assert again.numerics == quantise(LAW, events, truth="truth", loss=0.5, widest=8).numerics
